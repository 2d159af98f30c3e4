"""What a migration gets from outside of its text: the database's answers, other packages' objects, text with holes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.lang.sqlmodel.sizes import check_format
from tenantlint.lang.sqlmodel.sizes import formatted as percent_of
from tenantlint.lang.values import MAX_TEXT, Arguments, Builtin, External, ListValue, MapValue, Native, Value
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from tenantlint.lang.evaluate import Evaluator
    from tenantlint.source import Location

HOLE: Final = "\x01"
"""Stands in a text for a part that is not known."""


class Answer(Native):
    """Something unknown, of which all that is made of it is of the same kind."""

    def get(self, name: str) -> Value:
        """Return the answer itself."""
        return self

    def item(self, key: Value) -> Value:
        """Return the answer itself."""
        return self

    def call(self, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
        """Return the answer itself."""
        return self


class CatalogAnswer(Answer):
    """What the database says of its own structure: a revision asks so that it can be run twice.

    A branch on it is taken as it is when the revision runs for the first time, so what it guards surely has happened
    afterwards.
    """


class OfflineAnswer(Answer):
    """Whether Alembic only prints SQL: what depends on it may or may not run, and the rest of the function does."""


class RowAnswer(Answer):
    """What the database says of its rows, and what other packages make: never any SQL by itself."""


CATALOG: Final = CatalogAnswer()
OFFLINE: Final = OfflineAnswer()
ROWS: Final = RowAnswer()

_TEXT_METHODS: Final = frozenset("strip lstrip rstrip lower upper replace format removeprefix removesuffix".split())


class PartialText(Native):
    """A text some parts of which are not known: each is a HOLE."""

    def __init__(self, text: str) -> None:
        self.text = text

    def get(self, name: str) -> Value:
        """Return a method that keeps the holes."""
        if name in _TEXT_METHODS:
            return Builtin(lambda evaluator, args, at: self.changed(name, args))
        return UNKNOWN

    def changed(self, name: str, args: Arguments) -> Value:
        """Return the text that a method makes of it."""
        if name == "format":
            return formatted(self.text, args)
        if not all(isinstance(value, str) for value in args.positional) or args.named or not args.complete:
            return UNKNOWN
        return PartialText(getattr(self.text, name)(*args.positional))


def text_of(value: Value) -> str | None:
    """Return a text with its holes, None where the value is no text."""
    if isinstance(value, PartialText):
        return value.text
    return value if isinstance(value, str) else None


def as_text(text: str) -> Value:
    """Return a text as a value, which tells whether it has holes."""
    if len(text) > MAX_TEXT:
        return PartialText(HOLE)
    return PartialText(text) if HOLE in text else text


def _piece(value: Value) -> object:
    if isinstance(value, PartialText):
        return value.text
    return value if isinstance(value, (str, int, float, bool)) or value is None else _Hole()


class _Hole:
    """Prints as a hole whatever the format says."""

    def __format__(self, spec: str) -> str:
        return HOLE

    def __str__(self) -> str:
        return HOLE

    def __getattr__(self, name: str) -> _Hole:
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __getitem__(self, key: object) -> _Hole:
        return self


def formatted(text: str, args: Arguments) -> Value:
    """Return what ``str.format`` makes, with holes for what is not known."""
    if not args.complete:
        return UNKNOWN
    try:
        check_format(text)
        made = text.format(*map(_piece, args.positional), **{key: _piece(item) for key, item in args.named.items()})
    except (LookupError, ValueError, TypeError, AttributeError, OverflowError):
        return UNKNOWN
    return as_text(made)


def percent(text: str, value: Value) -> Value:
    """Return what ``text % value`` makes, with holes for what is not known."""
    try:
        if isinstance(value, MapValue):
            return as_text(percent_of(text, {key: _piece(item) for key, item in value.entries.items()}))
        if isinstance(value, ListValue) and value.kind == "tuple":
            return as_text(percent_of(text, tuple(map(_piece, value.items))))
        return as_text(percent_of(text, (_piece(value),)))
    except (LookupError, ValueError, TypeError, OverflowError):
        return UNKNOWN


def joined(separator: str, value: Value) -> Value:
    """Return what ``str.join`` makes, with holes for what is not known."""
    if not isinstance(value, ListValue) or not value.complete:
        return PartialText(HOLE)
    pieces = [str(_piece(item)) for item in value.items]
    if sum(len(separator) + len(piece) for piece in pieces) > MAX_TEXT:
        return PartialText(HOLE)
    return as_text(separator.join(pieces))


def is_foreign(value: Value) -> bool:
    """Return whether a value comes from another package, so that calling it does nothing to the database by itself."""
    return isinstance(value, (External, Answer))


class Handle(Native):
    """Something through which a database can be changed: ``op``, a connection, a session."""


def strongest(*values: Value) -> Answer | None:
    """Return the answer among values that counts for what is made of them all, None where there is none."""
    answers = [value for value in values if isinstance(value, Answer)]
    for kind, answer in ((OfflineAnswer, OFFLINE), (CatalogAnswer, CATALOG)):
        if any(isinstance(value, kind) for value in answers):
            return answer
    return ROWS if answers else None
