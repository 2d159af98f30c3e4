"""What a language needs to turn a change of the schema into a patch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenantlint.record import Record

if TYPE_CHECKING:
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
        return self.schema.by_id().get(table_id)

    def column(self, table_id: str, key: str) -> Column | None:
        """Return the column of a table with this key, None where there is none."""
        table = self.table(table_id)
        return next((column for column in table.columns if column.key == key), None) if table else None


def refuse_shared(context: Lowering, column: Column) -> None:
    """Raise RefusedError where the declaration of a column is that of other tables too."""
    sharing = [table for table in context.schema.tables if any(each.at == column.at for each in table.columns)]
    if len(sharing) > 1:
        raise RefusedError(f"`{column.key}` is declared once for {len(sharing)} tables")
