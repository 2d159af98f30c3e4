"""Every Record that is kept comes back as it was."""

from __future__ import annotations

import inspect
from importlib import import_module

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenantlint.codec import MODULES, CodecError, _in_order, _places, decode, encode
from tenantlint.record import Record
from tenantlint.schema import UNKNOWN
from tenantlint.source import Location, Span

CLASSES = [
    member
    for name in MODULES
    for member in vars(import_module(name)).values()
    if inspect.isclass(member) and issubclass(member, Record) and member is not Record and member.__module__ == name
]
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(st.characters(codec=None)),
    st.binary(),
)
PLAIN = st.one_of(SCALARS, st.just(UNKNOWN), st.frozensets(st.text()))


def records(values: st.SearchStrategy[object]) -> st.SearchStrategy[Record]:
    def filled(kind: type[Record]) -> st.SearchStrategy[Record]:
        deep = {_in_order(kind)[place] for place in _places(kind)}
        fields = {field: values if field in deep else SCALARS for field in kind.__fields__}
        return st.fixed_dictionaries(fields).map(lambda fields: kind(**fields))

    return st.sampled_from(CLASSES).flatmap(filled)


VALUES = st.recursive(PLAIN, lambda inner: st.lists(inner, max_size=3).map(tuple) | records(inner), max_leaves=12)


def same(one: object, other: object) -> bool:
    """Equal, and of equal types all the way down: True is not 1 here."""
    if type(one) is not type(other):
        return False
    if isinstance(one, Record):
        return all(same(getattr(one, field), getattr(other, field)) for field in one.__fields__)
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return one == other


def test_the_classes_are_found() -> None:
    assert {"Fragment", "Call", "CreateTable", "Column", "Diagnostic", "Location", "Script"} <= {
        kind.__name__ for kind in CLASSES
    }


@given(VALUES)
@settings(max_examples=300, deadline=None)
def test_what_is_encoded_is_decoded(value: object) -> None:
    assert same(decode(encode(value)), value)


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: f"{kind.__module__}.{kind.__name__}")
def test_each_class_keeps_its_fields_apart(kind: type[Record]) -> None:
    record = kind(**{field: f"the {field}" for field in kind.__fields__})
    copy = decode(encode(record))
    assert type(copy) is kind
    assert copy == record


@pytest.mark.parametrize("start", [UNKNOWN, Span(1, 2)])
def test_a_field_that_is_not_what_its_class_says_is_not_kept(start: int) -> None:
    with pytest.raises(CodecError):
        encode(Span(start, 2))


def test_negative_zero_and_surrogates_stay() -> None:
    assert str(decode(encode(-0.0))) == "-0.0"
    assert decode(encode("\udc80")) == "\udc80"


class Foreign(Record):
    """Not one of those that are kept."""

    value: int


def nested(depth: int) -> object:
    value: object = 1
    for _ in range(depth):
        value = (value,)
    return value


@pytest.mark.parametrize(
    "value", [Foreign(1), [1], {"a": 1}, object(), frozenset({1}), (Location("a", 1, Foreign(2)),), nested(100_000)]
)
def test_nothing_else_is_encoded(value: object) -> None:
    with pytest.raises(CodecError):
        encode(value)


def test_a_class_that_is_gone_cannot_be_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    data = encode(Span(1, 2))
    monkeypatch.setattr("tenantlint.codec._CLASSES", {})
    monkeypatch.delattr("tenantlint.source.Span")
    with pytest.raises(CodecError, match="Span"):
        decode(data)


@pytest.mark.parametrize("data", [b"", b"(", b"\xe9\x01\x00"])
def test_what_is_cut_off_cannot_be_decoded(data: bytes) -> None:
    with pytest.raises(CodecError):
        decode(data)
