"""Says a difference in a sentence: what, on which side, and where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.drift.compare import MISSING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tenantlint.drift.model import Difference, Kind, Side, Statement
    from tenantlint.source import Location

    Where = Callable[[Location], str]
    ShowPath = Callable[[str], str]

_MAKERS: Final = {"SQLModel": "the SQLModel models", "Drizzle": "the Drizzle schema"}
_BEGINNINGS: Final[dict[Kind, str]] = {
    "table": "is",
    "column": "is",
    "type": "is",
    "nullable": "is",
    "default": "has",
    "primary-key": "has",
    "unique": "has",
    "index": "has",
    "foreign-key": "has",
    "enum": "has",
    "row-level-security": "has row level security",
    "policy": "is",
    "name": "is called",
}
_MISSING: Final[dict[Kind, str]] = {
    "table": "missing",
    "column": "missing",
    "policy": "missing",
    "primary-key": "no primary key",
    "unique": "no unique constraint",
    "index": "no index",
    "foreign-key": "no foreign key",
}


def sentence(difference: Difference, where: Where, show_path: ShowPath) -> str:
    """Return what differs: "`users.email` is NOT NULL in models.py:12, nullable in the database that … makes"."""
    groups: dict[str, list[Statement]] = {}
    for statement in difference.statements:
        groups.setdefault(str(statement.value), []).append(statement)
    parts = [
        f"{_value(difference.kind, value)} {_join(_place(each, where, show_path) for each in statements)}"
        for value, statements in sorted(groups.items(), key=lambda group: group[0] == MISSING)
    ]
    return f"{_subject(difference)} {_BEGINNINGS[difference.kind]} {', '.join(parts)}"


def _subject(difference: Difference) -> str:
    if difference.kind == "policy":
        return f"the policy `{difference.subject.removeprefix(difference.table + ' ')}` of `{difference.table}`"
    if difference.kind == "enum":
        return f"the enum `{difference.subject}`"
    table, bracket, columns = difference.subject.partition(" (")
    return f"`{table}`" + (f" ({_columns(columns.removesuffix(')'))})" if bracket else "")


def _columns(columns: str) -> str:
    return ", ".join(f"`{column}`" for column in columns.split(", "))


def _value(kind: Kind, value: str) -> str:
    if value == MISSING:
        return f"{_MISSING.get(kind, MISSING)} in"
    if value == "there":
        return "a foreign key in" if kind == "foreign-key" else "declared in"
    return f"{_VALUES.get(kind, str)(value)} in"


_VALUES: Final[dict[Kind, Callable[[str], str]]] = {
    "type": lambda value: f"`{value}`",
    "primary-key": lambda value: f"the primary key {value}",
    "unique": lambda value: " and ".join(f"a unique {each}" for each in value.split(" and ")),
    "index": lambda value: " and ".join(map(_article, value.split(", "))),
    "foreign-key": lambda value: f"a foreign key that {_verbs(value)}",
    "enum": lambda value: f"the labels {_columns(value)}",
    "name": lambda value: f"`{value}`",
}


def _article(noun: str) -> str:
    return f"an {noun}" if noun.startswith("index") else f"a {noun}"


def _verbs(value: str) -> str:
    return value if value.startswith("references") else f"says {value}"


def _place(statement: Statement, where: Where, show_path: ShowPath) -> str:
    side, at = statement.side, statement.at
    if side.is_history:
        if at is None or statement.value == MISSING:
            return describe(side, show_path)
        return f"the database since {where(at)}"
    if at is not None:
        return where(at)
    return describe(side, show_path)


def describe(side: Side, show_path: ShowPath) -> str:
    """Return what a side is called: "the Drizzle schema of src/db", "the database that migrations makes"."""
    path = show_path(side.path) or "."
    return f"the database that {path} makes" if side.is_history else f"{_MAKERS[side.maker]} of {path}"


def _join(places: Iterable[str]) -> str:
    return " and in ".join(places)
