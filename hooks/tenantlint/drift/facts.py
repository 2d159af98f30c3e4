"""What a table says, in forms that compare: types, unique keys, indexes, foreign keys, each with its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias, TypeVar

from tenantlint.drift.enums import bare
from tenantlint.record import Record
from tenantlint.schema import UNKNOWN, Maybe

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tenantlint.schema import ForeignKey, Index, Part, Table
    from tenantlint.source import Location

T = TypeVar("T")
Columns: TypeAlias = tuple[str, ...]

_PRECISE: Final = frozenset({"timestamp", "timestamptz", "time", "timetz"})
_ONE_LONG: Final = frozenset({"char", "bit"})
_DEFAULT_PRECISION: Final = "6"


def comparable_type(sql_type: str) -> str:
    """Return a short form (see ``tenantlint.types``) in which two types that PostgreSQL takes for one are equal."""
    scalar = bare(sql_type)
    scalar = scalar[:at] if (at := scalar.lower().find(" collate ")) > 0 else scalar
    dimensions = 0
    while scalar.endswith("]"):
        scalar, dimensions = scalar[: scalar.rindex("[")], 1
    base, _, args = scalar.partition("(")
    args = args.rstrip(")").replace(" ", "")
    if base in _PRECISE and args == _DEFAULT_PRECISION:
        args = ""
    elif base in _ONE_LONG and not args:
        args = "1"
    elif base == "numeric" and args.endswith(",0"):
        args = args.removesuffix(",0")
    elif base in ("geometry", "geography"):
        args = args.lower()
    return (f"{base}({args})" if args else base) + "[]" * dimensions


class UniqueKey(Record):
    """Columns (sorted) that no two rows share, by a constraint or by an index."""

    columns: Columns
    by_index: bool
    at: Location
    name: Maybe[str | None] = None


class Keys(Record):
    """The members of one kind that a table has: ``certain`` where it surely has no other ones."""

    members: tuple[UniqueKey, ...]
    certain: bool


def is_open(table: Table, part: Part, columns: Iterable[object]) -> bool:
    """Return whether a table may have more members of a part than those whose ``columns`` are known."""
    return part in table.incomplete or any(each is UNKNOWN for each in columns)


def known_columns(columns: Maybe[tuple[Maybe[T], ...]]) -> tuple[T, ...] | None:
    """Return columns that are all known, else None."""
    if columns is UNKNOWN:
        return None
    found = tuple(column for column in columns if column is not UNKNOWN)
    return found if len(found) == len(columns) else None


def unique_keys(table: Table, by_name: frozenset[str]) -> Keys:
    """Return what is unique in a table: constraints, and indexes over plain columns of all rows.

    Indexes of ``by_name`` are left to ``plain_indexes``.
    """
    found: dict[tuple[Columns, bool], UniqueKey] = {}
    certain = not {"unique_constraints", "columns", "indexes"} & table.incomplete
    indexes, more = _unique_indexes(table, by_name)
    certain = certain and more
    for constraint in table.unique_constraints:
        columns = known_columns(constraint.columns)
        if constraint.attached and columns is None:
            certain = False
        elif constraint.attached and columns is not None:
            key = UniqueKey(tuple(sorted(columns)), False, constraint.at, constraint.name)
            found.setdefault((key.columns, False), key)
    for index in indexes:
        found.setdefault((index.columns, True), index)
    for column in table.columns:
        if column.unique is UNKNOWN or column.name is UNKNOWN:
            certain = False
        elif column.unique and ((column.name,), True) not in found:
            found.setdefault(((column.name,), False), UniqueKey((column.name,), False, column.at))
    return Keys(tuple(found.values()), certain)


def _unique_indexes(table: Table, by_name: frozenset[str]) -> tuple[list[UniqueKey], bool]:
    found: list[UniqueKey] = []
    certain = True
    for index in table.indexes:
        if not index.attached or index.unique is False or index.partial is True or index.name in by_name:
            continue
        columns = known_columns(index.columns)
        if columns is None or None in columns or index.unique is UNKNOWN or index.partial is UNKNOWN:
            certain = False
        else:
            names = tuple(sorted(column for column in columns if column is not None))
            found.append(UniqueKey(names, True, index.at, index.name))
    return found, certain


def plain_indexes(table: Table, by_name: frozenset[str]) -> tuple[dict[Columns, list[Index]], bool]:
    """Return the indexes by their columns, but for those that ``unique_keys`` tells of, and whether these are all.

    Those of ``by_name`` stand by their names: a side has an expression in them, which may be another's column with an
    operator class.
    """
    found: dict[Columns, list[Index]] = {}
    certain = "indexes" not in table.incomplete
    for index in table.indexes:
        columns = known_columns(index.columns)
        if not index.attached:
            continue
        if isinstance(index.name, str) and index.name in by_name:
            found.setdefault((named(index.name),), []).append(index)
        elif columns is None or None in columns or index.unique is UNKNOWN or index.partial is UNKNOWN:
            certain = False
        elif index.unique is False or index.partial is True:
            found.setdefault(tuple(column for column in columns if column is not None), []).append(index)
    return found, certain


def named(index: str) -> str:
    """Return what stands for an index that only its name tells from others."""
    return f"{index}: an expression"


def is_named(column: str) -> bool:
    """Return whether ``named`` made this."""
    return column.endswith(": an expression")


def expression_indexes(tables: Iterable[Table]) -> frozenset[str]:
    """Return the names of the indexes that some table has over an expression."""
    return frozenset(
        index.name
        for table in tables
        for index in table.indexes
        if isinstance(index.name, str) and index.columns is not UNKNOWN and None in index.columns
    )


def foreign_keys(table: Table) -> tuple[dict[Columns, list[ForeignKey]], bool]:
    """Return the foreign keys by their columns, and whether these are all."""
    found: dict[Columns, list[ForeignKey]] = {}
    certain = "foreign_keys" not in table.incomplete
    for key in table.foreign_keys:
        columns = known_columns(key.columns)
        if columns is None:
            certain = False
        else:
            found.setdefault(columns, []).append(key)
    return found, certain


def references(key: ForeignKey) -> dict[str, Maybe[str]]:
    """Return what can differ in foreign keys of the same columns, in words."""
    columns = known_columns(key.target_columns)
    known_target = key.target_table is not UNKNOWN and columns is not None
    return {
        "target": f"references {bare(str(key.target_table))} ({', '.join(columns or ())})" if known_target else UNKNOWN,
        "on delete": _action("on delete", key.on_delete),
        "on update": _action("on update", key.on_update),
    }


def _action(event: str, action: Maybe[str | None]) -> Maybe[str]:
    return UNKNOWN if action is UNKNOWN else f"{event} {action or 'no action'}"


def is_altered_only(table: Table) -> bool:
    """Return whether migrations alter a table that is made elsewhere."""
    return table.orm == "sql" and "relations" in table.incomplete


def listed(columns: Iterable[str]) -> Iterator[str]:
    """Yield columns as they are shown."""
    return (f"`{column}`" for column in columns)
