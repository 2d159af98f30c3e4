"""Compares the sides of a group, fact by fact. What one side leaves open is a Doubt, and no difference."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.drift import facts
from tenantlint.drift.defaults import comparable_default
from tenantlint.drift.filters import is_hidden
from tenantlint.drift.model import Difference, Doubt, Drift, Statement
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from tenantlint.drift.model import Kind, Side
    from tenantlint.schema import Column, ForeignKey, Index, Maybe, Table
    from tenantlint.source import Location

    Present = Sequence[tuple[Side, Table]]

MISSING: Final = "missing"
_SHARE_TO_MISS: Final = 0.5


def compare(sides: tuple[Side, ...], every_table: bool = False, names: bool = False) -> Drift:
    """Return what the sides say differently.

    A table that one side has not is told where that side has half of the tables of the other, or with ``every_table``.
    ``names`` tells of names of keys and indexes too.
    """
    return _Comparison(sides, every_table, names).drift()


class _Comparison:
    def __init__(self, sides: tuple[Side, ...], every_table: bool, names: bool) -> None:
        self.sides = sides
        self.every_table = every_table
        self.names = names
        self.differences: list[Difference] = []
        self.doubts: list[Doubt] = []

    def drift(self) -> Drift:
        doubtful = {name for side in self.sides for name in side.doubtful}
        for name in sorted({name for side in self.sides for name in side.tables} - doubtful):
            if not any(is_hidden(side, name) for side in self.sides):
                self.table(name, [(side, side.tables[name]) for side in self.sides if name in side.tables])
        self.enums()
        return Drift(self.sides, tuple(self.differences), tuple(self.doubts))

    def tell(self, kind: Kind, subject: str, table: str, statements: Iterable[Statement]) -> None:
        """Take note of a difference, where what the sides know differs."""
        given = tuple(statements)
        known = tuple(each for each in given if each.value is not UNKNOWN)
        if len(known) < len(given):
            self.doubts += [Doubt(kind, subject, each.side, each.at) for each in given if each.value is UNKNOWN]
        if len({each.value for each in known}) > 1:
            self.differences.append(Difference(kind, subject, table, known))

    # Tables

    def table(self, name: str, present: Present) -> None:
        having = [side for side, _ in present]
        absent = [side for side in self.sides if name not in side.tables and self._should_have(side, having)]
        if absent:
            missing = [Statement(side, _table_missing(side, name), None) for side in absent]
            there = (Statement(s, UNKNOWN if facts.is_altered_only(t) else "there", t.at) for s, t in present)
            self.tell("table", name, name, [*there, *missing])
        if len(present) > 1:
            self.columns(name, present)
            self.primary_keys(name, present)
            self.unique_keys(name, present)
            self.indexes(name, present)
            self.foreign_keys(name, present)
            from tenantlint.drift.security import compare_security

            compare_security(self.tell, name, present)

    def _should_have(self, side: Side, having: Sequence[Side]) -> bool:
        """Return whether a side that has not got a table describes enough of the others to be expected to."""
        if self.every_table:
            return True
        return any(
            len(side.tables.keys() & other.tables.keys()) >= _SHARE_TO_MISS * len(other.tables) for other in having
        )

    # Columns

    def columns(self, name: str, present: Present) -> None:
        found: dict[str, None] = {}
        for _, table in present:
            found.update({column.name: None for column in table.columns if column.name is not UNKNOWN})
        for column in found:
            self.column(name, column, present)

    def column(self, name: str, column: str, present: Present) -> None:
        subject = f"{name}.{column}"
        having = [(side, found) for side, table in present if (found := table.column(column)) is not None]
        if len(having) < len(present):
            self.tell("column", subject, name, (_column_there(side, table, column) for side, table in present))
        for kind, value in _FACTS if len(having) > 1 else ():
            self.tell(kind, subject, name, (_said(side, name, each, kind, value(each)) for side, each in having))
        if len(having) == len([each for _, each in having if each.has_server_default is True]):
            self.values(subject, name, having)

    def values(self, subject: str, name: str, having: Sequence[tuple[Side, Column]]) -> None:
        """Compare the defaults that are literals of one type: what an expression gives is not known, nor doubted."""
        known = [(s, each, v) for s, each in having if (v := _default_value(each)) is not None]
        if len({_type(each) for _, each, _ in known}) == 1:
            self.tell("default", subject, name, (_said(s, name, each, "default", v) for s, each, v in known))

    # Keys

    def primary_keys(self, name: str, present: Present) -> None:
        self.tell("primary-key", name, name, (Statement(s, _primary(table), table.at) for s, table in present))

    def unique_keys(self, name: str, present: Present) -> None:
        by_name = facts.expression_indexes(table for _, table in present)
        keys = [(side, table, facts.unique_keys(table, by_name)) for side, table in present]
        primary = {tuple(sorted(each)) for _, table in present if (each := _primary_columns(table))}
        for columns in dict.fromkeys(key.columns for _, _, unique in keys for key in unique.members):
            if columns in primary:
                continue
            statements: list[Statement] = []
            for side, table, unique in keys:
                own = [key for key in unique.members if key.columns == columns]
                value = " and ".join(sorted("index" if key.by_index else "constraint" for key in own))
                statements += _member(side, table, columns, value, unique.certain, own[0].at if own else None)
            subject = f"{name} ({', '.join(columns)})"
            self.tell("unique", subject, name, statements)
            self._name(subject, name, [(s, _named(unique.members, columns)) for s, _, unique in keys])

    def indexes(self, name: str, present: Present) -> None:
        by_name = facts.expression_indexes(table for _, table in present)
        found = [(side, table, *facts.plain_indexes(table, by_name)) for side, table in present]
        for columns in dict.fromkeys(columns for _, _, indexes, _ in found for columns in indexes):
            statements: list[Statement] = []
            for side, table, indexes, certain in found:
                own = indexes.get(columns, [])
                value: Maybe[str] = ", ".join(sorted(map(_index, own)))
                if any(index.method is UNKNOWN for index in own):
                    value = UNKNOWN
                statements += _member(side, table, columns, value, certain, own[0].at if own else None)
            subject = f"{name} ({', '.join(columns)})"
            self.tell("index", subject, name, statements)
            self._name(subject, name, [(side, indexes.get(columns, ())) for side, _, indexes, _ in found])

    def foreign_keys(self, name: str, present: Present) -> None:
        found = [(side, table, *facts.foreign_keys(table)) for side, table in present]
        for columns in dict.fromkeys(columns for _, _, keys, _ in found for columns in keys):
            subject = f"{name} ({', '.join(columns)})"
            there: list[Statement] = []
            for side, table, keys, certain in found:
                own = keys.get(columns, [])
                there += _member(side, table, columns, "there" if own else "", certain, own[0].at if own else None)
            self.tell("foreign-key", subject, name, there)
            having = [(side, keys[columns][0]) for side, _, keys, _ in found if len(keys.get(columns, ())) == 1]
            self.tell("foreign-key", subject, name, _references(having))
            self._name(subject, name, [(side, keys.get(columns, ())) for side, _, keys, _ in found])

    def _name(self, subject: str, table: str, members: Sequence[tuple[Side, Sequence[object]]]) -> None:
        """Compare the names of what each side has once; one that has none of its own leaves it to the database."""
        if self.names:
            own = [(side, each[0]) for side, each in members if len(each) == 1]
            self.tell("name", subject, table, (Statement(s, _name_of(each), _at(each)) for s, each in own))

    # Enums

    def enums(self) -> None:
        for name in sorted({name for side in self.sides for name in side.enums}):
            having = [(side, side.enums[name]) for side in self.sides if name in side.enums]
            if len(having) > 1:
                values = ((side, facts.known_columns(enum.values), enum.at) for side, enum in having)
                self.tell("enum", name, "", (Statement(s, _labels(labels), at) for s, labels, at in values))


def _table_missing(side: Side, name: str) -> Maybe[str]:
    """Return that a table is missing, UNKNOWN in a schema of which the side has nothing: others make what is there."""
    schema = name.rpartition(".")[0]
    own = (each for each, table in side.tables.items() if not facts.is_altered_only(table))
    in_reach = not schema or any(each.rpartition(".")[0] == schema for each in own)
    return MISSING if side.closed and in_reach else UNKNOWN


def _column_there(side: Side, table: Table, name: str) -> Statement:
    column = table.column(name)
    if column is not None:
        return Statement(side, "there", column.at)
    is_open = facts.is_open(table, "columns", (each.name for each in table.columns))
    return Statement(side, UNKNOWN if is_open else MISSING, table.at)


def _said(side: Side, table: str, column: Column, kind: Kind, value: Maybe[str]) -> Statement:
    """Return what a side says of a column, where it says so: with migrations, where one changed it last."""
    place = (table, str(column.name), kind)
    return Statement(side, value, side.origins.get(place, column.at))


def _default_value(column: Column) -> str | None:
    if column.default_sql is None or column.type is UNKNOWN:
        return None
    value = comparable_default(column.default_sql, facts.comparable_type(column.type))
    return None if value is None else f"the default {value}"


def _type(column: Column) -> Maybe[str]:
    return UNKNOWN if column.type is UNKNOWN else facts.comparable_type(column.type)


def _nullable(column: Column) -> Maybe[str]:
    if column.primary_key is True:  # whatever the code says, PostgreSQL makes the columns of a primary key NOT NULL
        return "NOT NULL"
    return UNKNOWN if column.nullable is UNKNOWN else "nullable" if column.nullable else "NOT NULL"


def _default(column: Column) -> Maybe[str]:
    given = column.has_server_default
    return UNKNOWN if given is UNKNOWN else "a default" if given else "no default"


_FACTS: Final[tuple[tuple[Kind, Callable[[Column], Maybe[str]]], ...]] = (
    ("type", _type),
    ("nullable", _nullable),
    ("default", _default),
)


def _primary_columns(table: Table) -> tuple[str, ...] | None:
    return facts.known_columns(table.primary_key)


def _primary(table: Table) -> Maybe[str]:
    columns = _primary_columns(table)
    return UNKNOWN if columns is None else ", ".join(facts.listed(sorted(columns))) or MISSING


def _member(
    side: Side, table: Table, columns: Iterable[str], value: Maybe[str], certain: bool, at: Location | None
) -> list[Statement]:
    """Return what a side says of a key or an index over columns, '' where it has none.

    What is over a column that is missing goes with the column, so that there is nothing to say.
    """
    names = {column.name for column in table.columns}
    if value == "" and not all(column in names or facts.is_named(column) for column in columns):
        is_open = facts.is_open(table, "columns", names)
        return [Statement(side, UNKNOWN, table.at)] if is_open else []
    absent = MISSING if certain else UNKNOWN
    return [Statement(side, value if value != "" else absent, at or table.at)]


def _index(index: Index) -> str:
    words = ["unique"] if index.unique is True else []
    words += ["partial"] if index.partial is True else []
    words += [] if index.method in ("btree", UNKNOWN) else [str(index.method)]
    return " ".join([*words, "index"])


def _references(having: Sequence[tuple[Side, ForeignKey]]) -> list[Statement]:
    """Return what foreign keys of the same columns say, of which only that is told on which they differ."""
    said = [(side, facts.references(key), key.at) for side, key in having]
    differing = [part for part in _REFERENCES if len({each[part] for _, each, _ in said} - {UNKNOWN}) > 1]
    return [
        Statement(side, UNKNOWN if any(each[part] is UNKNOWN for part in differing) else _joined(each, differing), at)
        for side, each, at in said
    ]


def _joined(said: Mapping[str, Maybe[str]], parts: Iterable[str]) -> str:
    return ", ".join(str(said[part]) for part in parts)


_REFERENCES: Final = ("target", "on delete", "on update")


def _labels(labels: tuple[str, ...] | None) -> Maybe[str]:
    return UNKNOWN if labels is None else ", ".join(sorted(labels))


def _named(keys: Iterable[facts.UniqueKey], columns: tuple[str, ...]) -> list[facts.UniqueKey]:
    return [key for key in keys if key.columns == columns]


def _name_of(member: object) -> Maybe[str]:
    name = getattr(member, "name", UNKNOWN)
    return name if isinstance(name, str) else UNKNOWN


def _at(member: object) -> Location | None:
    at: Location | None = getattr(member, "at", None)
    return at
