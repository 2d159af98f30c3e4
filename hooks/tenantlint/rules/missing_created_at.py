"""STD002 missing-created-at."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tenantlint.rules._row_times import (
    CREATION,
    is_everybodys,
    is_made_at,
    is_of_period,
    is_store,
    is_written_over,
)
from tenantlint.rules._standard_fields import StandardTime

if TYPE_CHECKING:
    from tenantlint.schema import Table
    from tenantlint.settings import Preset
    from tenantlint.view import SchemaView


class MissingCreatedAt(StandardTime):
    """A table whose rows do not say when they were made.

    ## What it does
    Asks every table for a column `created_at` that is NOT NULL and has a default, in the code or in the database.
    The attribute or the column may be called so: `createdAt` over `created_at` is right. Tables that only join others
    need none.

    Not reported are tables with another time that each row gets when it is made, as `uploaded_at` or `joined_at`; those
    with one row for another thing, such as its settings, which is written over; values by `key`, rows of a day, rows
    that come with the program, and the tables that Auth.js and Better Auth prescribe. A missing default is not, where
    the row has another time of its making, or expires. The preset `strict` reports them all but the tables of Auth.js
    and Better Auth.

    ## Why is this bad
    When a row came to be is asked in every incident, audit and bug report, and cannot be found out later. Lists are
    ordered and paged by it, and rows where it is NULL fall out of every range. Without a default each writer must
    remember it, scripts and imports too.

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
    from datetime import UTC, datetime

    from sqlalchemy import DateTime
    from sqlmodel import Field, SQLModel


    def now() -> datetime:
        return datetime.now(UTC)


    class Invoice(SQLModel, table=True):
        id: int = Field(primary_key=True)
        created_at: datetime = Field(default_factory=now, sa_type=DateTime(timezone=True))
        total: int
    ```
    ```typescript
    import { integer, pgTable, timestamp, uuid } from "drizzle-orm/pg-core";

    export const invoices = pgTable("invoices", {
      id: uuid("id").primaryKey(),
      created_at: timestamp("created_at", { withTimezone: true }).notNull().defaultNow(),
      total: integer("total").notNull(),
    });
    ```

    ## Options
    - `names`: what the column may be called, `["created_at"]` by default; the first is the one that messages name.
    - `join-tables`: whether tables that only join others need it too; false by default.
    - `nullable`: whether the column may be NULL, and then needs no default; false by default.

    ## Fix safety
    Unsafe: the rows that exist get a time that is not theirs.
    """

    code: ClassVar[str] = "STD002"
    name: ClassVar[str] = "missing-created-at"
    preset: ClassVar[Preset] = "recommended"

    missing: ClassVar[str] = "when a row came to be cannot be told, nor can rows be listed in that order"
    null: ClassVar[str] = "rows without a time fall out of every range"
    unset: ClassVar[str] = "each writer must set it, scripts and imports too"

    verbs: ClassVar[frozenset[str]] = CREATION

    names: tuple[str, ...] = ("created_at",)

    def needs_none(self, table: Table, view: SchemaView) -> bool:
        """Return whether another column tells when a row was made, or it is not made as others are."""
        of_machinery = is_store(table) or is_of_period(table) or is_everybodys(table, view)
        return of_machinery or any(map(is_made_at, table.columns)) or is_written_over(table, view)
