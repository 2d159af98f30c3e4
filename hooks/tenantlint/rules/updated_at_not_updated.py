"""STD004 updated-at-not-updated."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from tenantlint.names import snake_case
from tenantlint.rule import Finding, Rule, label
from tenantlint.rules._fixes import update_on_write
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tenantlint.diagnostic import Severity
    from tenantlint.schema import Column, Table
    from tenantlint.settings import Preset
    from tenantlint.view import SchemaView


class UpdatedAtNotUpdated(Rule):
    """An `updated_at` that an update does not set.

    ## What it does
    Asks that something sets `updated_at` on every update: `onupdate` or `server_onupdate` in SQLAlchemy, `$onUpdate()`
    in Drizzle, or a `BEFORE UPDATE` trigger in the migrations. A listener for `before_update` or `before_flush` is
    taken to do it.

    ## Why is this bad
    A default fills the column when the row is made and never again. Every place that writes has to remember to set it;
    the one that forgets leaves a row that looks untouched, which caches, syncs and audits rely on.

    ## Example
    ```python
    from datetime import UTC, datetime

    from sqlmodel import Field, SQLModel


    def now() -> datetime:
        return datetime.now(UTC)


    class Invoice(SQLModel, table=True):
        id: int = Field(primary_key=True)
        updated_at: datetime = Field(default_factory=now)
    ```
    ```typescript
    import { pgTable, timestamp, uuid } from "drizzle-orm/pg-core";

    export const invoices = pgTable("invoices", {
      id: uuid("id").primaryKey(),
      updated_at: timestamp("updated_at", { withTimezone: true }).notNull().defaultNow(),
    });
    ```

    ## Use instead
    ```python
    from datetime import UTC, datetime

    from sqlmodel import Field, SQLModel


    def now() -> datetime:
        return datetime.now(UTC)


    class Invoice(SQLModel, table=True):
        id: int = Field(primary_key=True)
        updated_at: datetime = Field(default_factory=now, sa_column_kwargs={"onupdate": now})
    ```
    ```typescript
    import { pgTable, timestamp, uuid } from "drizzle-orm/pg-core";

    export const invoices = pgTable("invoices", {
      id: uuid("id").primaryKey(),
      updated_at: timestamp("updated_at", { withTimezone: true })
        .notNull()
        .defaultNow()
        .$onUpdate(() => new Date()),
    });
    ```

    ## Options
    - `columns`: the names of the column, `["updated_at"]` by default.

    ## Fix safety
    Safe: `onupdate` and `$onUpdate()` change no table, only what the ORM sends.
    """

    code: ClassVar[str] = "STD004"
    name: ClassVar[str] = "updated-at-not-updated"
    preset: ClassVar[Preset] = "strict"
    severity: ClassVar[Severity] = "warning"

    columns: tuple[str, ...] = ("updated_at",)

    def check_table(self, table: Table, view: SchemaView) -> Iterable[Finding]:
        """Report the column where neither the ORM nor the database sets it on an update."""
        if not table.has_update_listener:
            for column in table.columns:
                stale = column.on_update is False and self._is_called(column)
                if stale and not _may_be_set_in_database(table, column, view):
                    fix = update_on_write(table, column)
                    yield Finding(column.at, table, label(table, column), _TEXTS[table.orm], fix)

    def _is_called(self, column: Column) -> bool:
        wanted = set(map(snake_case, self.columns))
        return column.name is not UNKNOWN and not wanted.isdisjoint(map(snake_case, (column.name, column.key)))


def _may_be_set_in_database(table: Table, column: Column, view: SchemaView) -> bool:
    """Return whether a trigger of the migrations sets the column, or may."""
    if not view.schema.histories:
        return False
    if table.qualified_name is UNKNOWN or view.database.has_unread_structure(table):
        return True
    same = (each for twin in view.twins(table) for each in twin.columns if each.name in (column.name, UNKNOWN))
    return any(each.on_update is not False for each in same)


_WHY: Final = "is set by nothing on an update: every place that writes has to remember it"
_TEXTS: Final = {
    "drizzle": f"{_WHY}; add `.$onUpdate(…)`, or a trigger",
    "sqlmodel": f'{_WHY}; add `sa_column_kwargs={{"onupdate": …}}`, or a trigger',
}
