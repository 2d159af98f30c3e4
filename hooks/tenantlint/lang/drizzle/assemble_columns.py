"""The columns and the primary keys of tables."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from tenantlint import types
from tenantlint.lang.drizzle.columns import BuiltColumn
from tenantlint.lang.drizzle.fresh import Fresh
from tenantlint.lang.drizzle.sqltext import Renderer, SqlValue, literal
from tenantlint.lang.drizzle.values import is_known, list_of
from tenantlint.schema import UNKNOWN, Column, Maybe

if TYPE_CHECKING:
    from tenantlint.lang.drizzle.context import Context
    from tenantlint.lang.drizzle.extras import Extra
    from tenantlint.lang.drizzle.tables import TableValue
    from tenantlint.lang.values import Value

_postgresql_type = cache(types.normalize)
_SERIAL_TYPES: Final = frozenset({"serial", "bigserial", "smallserial"})


class Columns:
    """Makes the columns of one table. ``keys`` are the ``primaryKey(...)`` of its third argument.

    ``keys_known`` is false where the third argument may hold another one.
    """

    def __init__(self, context: Context, table: TableValue, keys: list[Extra], keys_known: bool) -> None:
        self.context = context
        self.table = table
        self._keys = [list_of(key.columns) for key in keys]
        self._sure = keys_known and all(items is not None and _all_columns(items) for items in self._keys)

    def columns(self) -> tuple[Column, ...]:
        """Return the columns in order."""
        return tuple(self._column(column) for column in self.table.columns.values())

    def primary_key(self) -> Maybe[tuple[Maybe[str], ...]]:
        """Return the names of the key's columns: those that are keys themselves, then those of ``primaryKey``."""
        columns = self.table.columns.values()
        if any(column.primary is UNKNOWN for column in columns) or any(items is None for items in self._keys):
            return UNKNOWN
        names = [self.context.names.of(column) for column in columns if column.primary]
        for items in self._keys:
            more = [self.context.names.of_any(item) for item in items or ()]
            names.extend(name for name in more if name not in names)
        return tuple(names)

    def _in_key(self, column: BuiltColumn) -> Maybe[bool]:
        if column.primary is not False:
            return column.primary
        if any(item is column for items in self._keys for item in items or ()):
            return True
        return False if self._sure else UNKNOWN

    def _column(self, column: BuiltColumn) -> Column:
        name = self.context.names.of(column)
        if column.type is UNKNOWN or name is UNKNOWN:
            self.context.evaluator.give_up(f"column {column.key}", "its builder is not all known", column.at)
        in_key = self._in_key(column)
        return Column(
            name,
            column.key,
            _type(column),
            _nullable(column, in_key),
            in_key,
            column.unique,
            column.has_default,
            column.server_default,
            column.on_update,
            column.at,
            default_call=_call_of(column.default),
            default_sql=self._default_sql(column.default),
        )

    def _default_sql(self, value: Value) -> str | None:
        """Return the SQL of a default; objects and arrays have their own forms, which are left open."""
        if isinstance(value, (str, bool, int, float)):
            return literal(value)
        text = Renderer(self.context.names.of).text(value) if isinstance(value, SqlValue) else None
        return text if isinstance(text, str) else None


def _all_columns(items: list[Value]) -> bool:
    return all(isinstance(item, BuiltColumn) for item in items)


def _type(column: BuiltColumn) -> Maybe[str]:
    if column.type is UNKNOWN:
        return UNKNOWN
    if column.table.dialect == "postgresql":
        return _postgresql_type(column.type)
    return " ".join((column.type if "'" in column.type else column.type.lower()).split())


def _call_of(value: Value) -> Maybe[str | None]:
    """Return the function whose result ``value`` is, where that is another one on every call."""
    if isinstance(value, Fresh):
        return value.function
    return None if is_known(value) else UNKNOWN


def _nullable(column: BuiltColumn, in_key: Maybe[bool]) -> Maybe[bool]:
    """Tell whether a column may be NULL in the database: SERIAL types and (but for SQLite) primary keys may not."""
    if column.not_null is True or column.type in _SERIAL_TYPES:
        return False
    if column.table.dialect != "sqlite" and in_key is not False:
        return UNKNOWN if in_key is UNKNOWN else False
    return UNKNOWN if column.not_null is UNKNOWN else True
