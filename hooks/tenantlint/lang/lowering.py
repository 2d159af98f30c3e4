"""What a language needs to turn a change of the schema into a patch."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

from tenantlint.change import Patch
from tenantlint.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tenantlint.change import AddForeignKey, Change, EnableSecurity, MakeAware, MakeRequired
    from tenantlint.project import Project
    from tenantlint.schema import Column, Schema, Table


class RefusedError(Exception):
    """A change cannot be made for certain; the message says why, for people."""


class Lowering(Record):
    """The project and its schema, as they are before the change. ``pin`` keeps the names that the database has.

    ``after`` is the schema that the code declares with the change made, where that is known: a migration takes from it
    how what is new is called, and which names follow from others. ``migrate`` is false where only the code is asked
    for, because several changes are to share a migration.
    """

    project: Project
    schema: Schema
    pin: bool = False
    after: Schema | None = None
    migrate: bool = True

    def table(self, table_id: str) -> Table | None:
        """Return the table with this ``Table.id``, None where there is none any more."""
        return next((table for table in self.schema if table.id == table_id), None)

    def column(self, table_id: str, key: str) -> Column | None:
        """Return the column of a table with this key, None where there is none."""
        table = self.table(table_id)
        return next((column for column in table.columns if column.key == key), None) if table else None


class _Module(Protocol):
    def lower(self, change: Change, context: Lowering) -> Patch: ...


def session_value(change: EnableSecurity, kind: str) -> str:
    """Return the SQL for the session's tenant, which a policy compares with a column of the type ``kind``.

    After a transaction that set the setting for itself alone, it is '' and no longer missing: that is no tenant, and
    must not become an error of the cast.
    """
    if change.value is not None:
        return change.value
    setting = "'" + change.setting.replace("'", "''") + "'"
    return f"(select nullif(current_setting({setting}, true), ''){'' if kind == 'text' else f'::{kind}'})"


def lower_by(modules: Mapping[type[Change], str], package: str, change: Change, context: Lowering) -> Patch:
    """Return what the module of ``package`` that ``modules`` names for the kind of change makes of it.

    Where a change cannot be made for certain, the patch says why and has no edits.
    """
    name = modules.get(type(change))
    if name is None:
        return Patch(refused="this change of the code has to be made by hand")
    try:
        return cast("_Module", import_module(f"{package}.{name}")).lower(change, context)
    except RefusedError as error:
        return Patch(refused=str(error))


def sharing(context: Lowering, change: MakeRequired | MakeAware | AddForeignKey) -> Iterator[tuple[Table, Column]]:
    """Yield the tables that have the column of a change by one declaration, such as a mixin's, each with its column."""
    own = context.column(change.table_id, change.key)
    for table in context.schema.tables if own is not None else ():
        for column in table.columns:
            if own is not None and column.at == own.at and column.key == own.key:
                yield table, column
