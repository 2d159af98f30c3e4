"""STD003 missing-updated-at."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tenantlint.names import snake_case
from tenantlint.rules._row_times import (
    CHANGE,
    is_everybodys,
    is_of_period,
    is_store,
    is_written_once,
    says_when_made,
    shows_change,
)
from tenantlint.rules._standard_fields import StandardTime, find
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tenantlint.rule import Finding
    from tenantlint.schema import Table
    from tenantlint.settings import Preset
    from tenantlint.view import SchemaView


class MissingUpdatedAt(StandardTime):
    """A table whose rows do not say when they last changed.

    ## What it does
    Asks every table for a column `updated_at` that is NOT NULL and has a default, in the code or in the database.
    The attribute or the column may be called so: `updatedAt` over `updated_at` is right. Tables that only join others
    need none, nor do tables of what happened, whose rows never change: logs, events, histories. Whether anything sets
    the column on an update is for updated-at-not-updated (STD004).

    A table without the column whose rows do say when they were made is reported where it has columns that change: what
    people edit (`name`, `title`, `role`, `settings`, ...), or a state, a flag or a counter for which no time of its own
    is kept, as in `completed_at`. Not reported are rows that expire or are known by a digest, values by `key`, rows of
    a day, rows that come with the program, and the tables that Auth.js and Better Auth prescribe. The preset `strict`
    reports them all but the last.

    ## Why is this bad
    Caches, search indexes, exports and syncing clients ask what has changed since they last looked, and without the
    column must read everything. Rows where it is NULL fall out of that question.

    ## Example
    ```python
    from datetime import UTC, datetime

    from sqlalchemy import DateTime
    from sqlmodel import Field, SQLModel


    def now() -> datetime:
        return datetime.now(UTC)


    class Invoice(SQLModel, table=True):
        id: int = Field(primary_key=True)
        status: str
        created_at: datetime = Field(default_factory=now, sa_type=DateTime(timezone=True))
    ```
    ```typescript
    import { pgTable, text, timestamp, uuid } from "drizzle-orm/pg-core";

    export const invoices = pgTable("invoices", {
      id: uuid("id").primaryKey(),
      status: text("status").notNull(),
      created_at: timestamp("created_at", { withTimezone: true }).notNull().defaultNow(),
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
        status: str
        created_at: datetime = Field(default_factory=now, sa_type=DateTime(timezone=True))
        updated_at: datetime = Field(
            default_factory=now, sa_type=DateTime(timezone=True), sa_column_kwargs={"onupdate": now}
        )
    ```
    ```typescript
    import { pgTable, text, timestamp, uuid } from "drizzle-orm/pg-core";

    export const invoices = pgTable("invoices", {
      id: uuid("id").primaryKey(),
      status: text("status").notNull(),
      created_at: timestamp("created_at", { withTimezone: true }).notNull().defaultNow(),
      updated_at: timestamp("updated_at", { withTimezone: true })
        .notNull()
        .defaultNow()
        .$onUpdate(() => new Date()),
    });
    ```

    ## Options
    - `names`: what the column may be called, `["updated_at"]` by default; the first is the one that messages name.
    - `join-tables`: whether tables that only join others need it too; false by default.
    - `append-only`: the last words of the names of tables whose rows never change. By default `log`, `event`,
      `history`, `audit`, `snapshot`, `version`, `revision`, `delivery`, `attempt` and their plurals.
    - `nullable`: whether the column may be NULL, as until the first change, and then needs no default; false by
      default.

    ## Fix safety
    Unsafe: the rows that exist get a time that is not theirs.
    """

    code: ClassVar[str] = "STD003"
    name: ClassVar[str] = "missing-updated-at"
    preset: ClassVar[Preset] = "recommended"

    missing: ClassVar[str] = "caches, exports and syncing clients cannot ask what has changed"
    null: ClassVar[str] = "rows without a time fall out of every question for what has changed"
    unset: ClassVar[str] = "each writer must set it, scripts and imports too"

    verbs: ClassVar[frozenset[str]] = CHANGE
    on_update: ClassVar[bool] = True

    names: tuple[str, ...] = ("updated_at",)
    append_only: tuple[str, ...] = (
        *("log", "logs", "event", "events", "history", "histories", "audit", "audits", "snapshot", "snapshots"),
        *("version", "versions", "revision", "revisions", "delivery", "deliveries", "attempt", "attempts"),
    )

    def check_table(self, table: Table, view: SchemaView) -> Iterable[Finding]:
        """Report what is wrong, unless the rows of the table never change."""
        names = [snake_case(name) for name in (table.name, table.symbol) if name is not UNKNOWN]
        if find(table, self.names) is None and any(name.rpartition("_")[2] in self.append_only for name in names):
            return ()
        return super().check_table(table, view)

    def needs_none(self, table: Table, view: SchemaView) -> bool:
        """Return whether nothing shows that rows which have the time of their making change after it."""
        if is_store(table) or is_of_period(table) or is_written_once(table) or is_everybodys(table, view):
            return True
        return says_when_made(table) and not shows_change(table)
