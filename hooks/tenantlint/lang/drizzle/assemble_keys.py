"""The foreign keys of tables: those of ``.references(...)`` and those of ``foreignKey(...)``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenantlint.lang.drizzle.columns import BuiltColumn, MissingColumn
from tenantlint.lang.drizzle.values import UNDEFINED, as_name, list_of, member
from tenantlint.lang.values import Arguments, ListValue, Value
from tenantlint.record import Record
from tenantlint.schema import UNKNOWN, ForeignKey, Maybe, qualified

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tenantlint.lang.drizzle.context import Context
    from tenantlint.lang.drizzle.extras import Extra
    from tenantlint.lang.drizzle.tables import TableValue
    from tenantlint.source import Location


class _Key(Record):
    """A foreign key as code gives it: the values of its name, its columns, their targets, and its actions."""

    name: Value
    columns: Value
    targets: Value
    on_delete: Value
    on_update: Value
    at: Location


def foreign_keys(
    context: Context, table: TableValue, extras: Iterable[tuple[Extra, Location]]
) -> tuple[ForeignKey, ...]:
    """Return the foreign keys of a table: those of its columns, then those of its third argument."""
    keys = (*_of_columns(context, table), *_of_extras(extras))
    return tuple(_foreign_key(context, table, key) for key in keys)


def _of_columns(context: Context, table: TableValue) -> Iterator[_Key]:
    for column in table.columns.values():
        for reference in column.references:
            target = context.evaluator.call_later(reference.function, Arguments(), reference.at)
            name, on_delete, on_update = (member(reference.actions, key) for key in ("name", "onDelete", "onUpdate"))
            yield _Key(name, ListValue([column]), ListValue([target]), on_delete, on_update, reference.at)


def _of_extras(extras: Iterable[tuple[Extra, Location]]) -> Iterator[_Key]:
    for extra, at in extras:
        if extra.kind == "foreign_key":
            yield _Key(extra.name, extra.columns, extra.foreign_columns, extra.on_delete, extra.on_update, at)


def _foreign_key(context: Context, table: TableValue, key: _Key) -> ForeignKey:
    first = next(iter(list_of(key.targets) or ()), UNKNOWN)
    target = first.table if isinstance(first, (BuiltColumn, MissingColumn)) else None
    if target is None:
        context.evaluator.give_up("foreign key", "what it references is not known", key.at)
    name = as_name(key.name)
    return ForeignKey(
        _default_name(context, table, key, target) if name is None else name,
        context.names.of_all(key.columns),
        UNKNOWN if target is None else qualified(target.schema, target.name),
        context.table_id(target),
        context.names.of_all(key.targets),
        _action(key.on_delete),
        _action(key.on_update),
        key.at,
    )


def _default_name(context: Context, table: TableValue, key: _Key, target: TableValue | None) -> Maybe[str]:
    """Return the name that drizzle-kit gives a foreign key: joined from the keys, then cased one key at a time."""
    foreign = UNKNOWN if target is None else target.name
    name = joined([table.name, *raw_names(key.columns), foreign, *raw_names(key.targets), "fk"])
    if name is UNKNOWN:
        return UNKNOWN
    for column in (*(list_of(key.columns) or ()), *(list_of(key.targets) or ())):
        raw, final = _raw_name(column), context.names.of_any(column)
        if raw is UNKNOWN or final is UNKNOWN:
            return UNKNOWN
        name = name.replace(raw, final, 1)
    return name


def raw_names(columns: Value) -> list[Maybe[str]]:
    """Return the names of the columns in an array before casing."""
    items = list_of(columns)
    return [UNKNOWN] if items is None else [_raw_name(item) for item in items]


def _raw_name(column: Value) -> Maybe[str]:
    return column.name if isinstance(column, BuiltColumn) else UNKNOWN


def joined(parts: list[Maybe[str]]) -> Maybe[str]:
    """Return the parts joined by underscores, UNKNOWN where one is."""
    texts = [part for part in parts if part is not UNKNOWN]
    return "_".join(texts) if len(texts) == len(parts) else UNKNOWN


def _action(value: Value) -> Maybe[str | None]:
    if value is UNDEFINED:
        return None
    return value.lower() if isinstance(value, str) else UNKNOWN
