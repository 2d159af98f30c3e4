"""STD005 missing-deleted-at."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tenantlint.rule import Finding, Rule, label
from tenantlint.rules._fixes import add_timestamp
from tenantlint.rules._standard_fields import find, is_declared_elsewhere, may_have_more, may_join

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tenantlint.schema import Table
    from tenantlint.settings import Preset
    from tenantlint.view import SchemaView


class MissingDeletedAt(Rule):
    """A table whose rows cannot be deleted softly.

    ## What it does
    Asks every table for a column `deleted_at` that may be NULL: it is the time of deletion, and NULL on rows that
    live. Tables that only join others need none.

    ## Why is this bad
    In a house that deletes softly, a table without the column is the one where a wrong click cannot be undone, and
    whose rows vanish from under the deleted rows that still reference them.

    ## Example
    ```python
    from sqlmodel import Field, SQLModel


    class Invoice(SQLModel, table=True):
        id: int = Field(primary_key=True)
        total: int
    ```
    ```typescript
    import { integer, pgTable, uuid } from "drizzle-orm/pg-core";

    export const invoices = pgTable("invoices", {
      id: uuid("id").primaryKey(),
      total: integer("total").notNull(),
    });
    ```

    ## Use instead
    ```python
    from datetime import datetime

    from sqlalchemy import DateTime
    from sqlmodel import Field, SQLModel


    class Invoice(SQLModel, table=True):
        id: int = Field(primary_key=True)
        deleted_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
        total: int
    ```
    ```typescript
    import { integer, pgTable, timestamp, uuid } from "drizzle-orm/pg-core";

    export const invoices = pgTable("invoices", {
      id: uuid("id").primaryKey(),
      deleted_at: timestamp("deleted_at", { withTimezone: true }),
      total: integer("total").notNull(),
    });
    ```

    ## Options
    - `names`: what the column may be called, `["deleted_at"]` by default; the first is the one that messages name.
    - `join-tables`: whether tables that only join others need it too; false by default.

    ## Fix safety
    Unsafe: every query must leave the deleted rows out from then on. The fix adds the column as other tables of the
    project have it, or else as a point in time that may be NULL, and the migration adds it; the rows that are there
    count as live. A column that is NOT NULL stays: whether its rows are deleted is not known.
    """

    code: ClassVar[str] = "STD005"
    name: ClassVar[str] = "missing-deleted-at"
    preset: ClassVar[Preset] = "off"

    never_empty: ClassVar[tuple[str, ...]] = ("names",)

    names: tuple[str, ...] = ("deleted_at",)
    join_tables: bool = False

    def check_table(self, table: Table, view: SchemaView) -> Iterable[Finding]:
        """Report the column that is missing, or that is set on every row."""
        column = find(table, self.names)
        if column is not None:
            if column.nullable is False:
                text = "is NOT NULL, so that every row counts as deleted; let it be NULL on rows that live"
                yield Finding(column.at, table, label(table, column), text)
        elif may_have_more(table) or is_declared_elsewhere(table, self.names, view):
            return
        elif self.join_tables or not may_join(table, view, _BESIDES):
            text = (
                f"has no `{self.names[0]}`: its rows cannot be deleted softly, so that a wrong click cannot be undone; "
                "add the column, or name yours in the option `names`"
            )
            fix = add_timestamp(table, self.names[0], nullable=True)
            yield Finding(table.at, table, label(table), text, fix)


_BESIDES = ("id", "created_at", "updated_at")
