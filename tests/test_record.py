from __future__ import annotations

import pickle

import pytest

from tenantlint.record import Record, replace
from tenantlint.source import Location, Span


class Point(Record):
    x: int
    y: int = 0


class Named(Point):
    name: str = "origin"


def test_fields_come_in_order_and_defaults_apply() -> None:
    assert Point.__fields__ == ("x", "y")
    assert Named.__fields__ == ("x", "y", "name")
    named = Named(1, name="a")
    assert (named.x, named.y, named.name) == (1, 0, "a")


def test_records_compare_by_type_and_value() -> None:
    assert Point(1, 2) == Point(1, 2)
    assert Point(1, 2) != Point(1, 3)
    assert Point(1, 0) != Named(1, 0)
    assert hash(Point(1, 2)) == hash(Point(1, 2))
    assert Span(1, 2) != Location("a", 1, 2)


def test_a_wrong_argument_is_an_error() -> None:
    with pytest.raises(TypeError):
        Point()  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        Point(1, z=3)  # type: ignore[call-arg]


def test_records_have_no_room_for_other_attributes() -> None:
    with pytest.raises(AttributeError):
        Point(1).z = 1  # type: ignore[attr-defined]


def test_repr_replace_and_pickle() -> None:
    point = Named(1, 2, "b")
    assert repr(point) == "Named(x=1, y=2, name='b')"
    assert replace(point, y=5) == Named(1, 5, "b")
    assert pickle.loads(pickle.dumps(point)) == point


def test_records_can_be_matched_by_position() -> None:
    match Point(3, 4):
        case Point(x, y):
            assert (x, y) == (3, 4)
