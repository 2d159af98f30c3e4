"""COR002 call-in-default."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tenantlint.rule import Finding, Rule, label
from tenantlint.rules._fixes import use_factory
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tenantlint.schema import Column, Table
    from tenantlint.settings import Preset
    from tenantlint.view import SchemaView


class CallInDefault(Rule):
    """A default that was computed when the code was loaded.

    ## What it does
    Reports a default (or `onupdate`) that is the result of a call which gives something else every time: the time, a
    random value, a new id. The call may stand in the declaration, in a constant, or in a function of the project.

    A function that is passed and not called is right, and so are SQL expressions (`func.now()`, `` sql`now()` ``) and
    calls that always give the same (`Decimal("0")`, `timedelta(days=1)`, `new Date("2024-01-01")`).

    ## Why is this bad
    In Python the call is made once, when the module is imported. Every row gets that one value until the process
    restarts: a `created_at` that is hours old, or a key that is taken from the second row on.

    In Drizzle the value is also written into the migration as the column's DEFAULT, so that every row has the time or
    the id of the day on which the migration was generated, and each `drizzle-kit generate` finds another change.

    ## Example
    ```python
    from datetime import UTC, datetime

    from sqlmodel import Field, SQLModel


    class Invoice(SQLModel, table=True):
        id: int = Field(primary_key=True)
        issued_at: datetime = Field(default=datetime.now(UTC))
    ```
    ```typescript
    import { pgTable, timestamp, uuid } from "drizzle-orm/pg-core";

    export const invoices = pgTable("invoices", {
      id: uuid("id").primaryKey(),
      issued_at: timestamp("issued_at", { withTimezone: true }).default(new Date()),
    });
    ```

    ## Use instead
    ```python
    from datetime import UTC, datetime

    from sqlmodel import Field, SQLModel


    class Invoice(SQLModel, table=True):
        id: int = Field(primary_key=True)
        issued_at: datetime = Field(default_factory=lambda: datetime.now(UTC))
    ```
    ```typescript
    import { pgTable, timestamp, uuid } from "drizzle-orm/pg-core";

    export const invoices = pgTable("invoices", {
      id: uuid("id").primaryKey(),
      issued_at: timestamp("issued_at", { withTimezone: true }).defaultNow(),
    });
    ```

    ## Fix safety
    Safe for SQLModel: `default_factory` with the same call. Unsafe for Drizzle, where the DEFAULT in the database
    changes too and needs a migration.
    """

    code: ClassVar[str] = "COR002"
    name: ClassVar[str] = "call-in-default"
    preset: ClassVar[Preset] = "recommended"

    def check_table(self, table: Table, view: SchemaView) -> Iterable[Finding]:
        """Report the columns whose default, or what an update sets, is the result of one call."""
        for column in table.columns:
            function = column.default_call
            if function is not None and function is not UNKNOWN:
                fix = use_factory(table, column)
                yield Finding(column.at, table, label(table, column), _text(table, function), fix)
            yield from self._check_update(table, column)

    def _check_update(self, table: Table, column: Column) -> Iterable[Finding]:
        function = column.update_call
        if function is not None and function is not UNKNOWN:
            text = (
                f"is set to the result of one call of `{function}` on every update: it was made when the module was "
                "imported, so that the value never changes; give `onupdate` the function, not its result"
            )
            yield Finding(column.at, table, label(table, column), text, use_factory(table, column))


def _text(table: Table, function: str) -> str:
    if table.orm == "drizzle":
        return (
            f"defaults to the result of one call of `{function}`, which the migration keeps as the DEFAULT of every "
            "row; use `$defaultFn()`, or `defaultNow()` or `defaultRandom()` for a default in the database"
        )
    return (
        f"defaults to the result of one call of `{function}`, made when the module was imported: every row gets that "
        "value until the process restarts; use `default_factory` with the function, not its result"
    )
