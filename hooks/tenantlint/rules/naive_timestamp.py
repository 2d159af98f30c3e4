"""STD006 naive-timestamp."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from tenantlint.rule import Finding, Rule, label
from tenantlint.rules._fixes import make_aware
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tenantlint.diagnostic import Severity
    from tenantlint.schema import Column, Table
    from tenantlint.settings import Preset
    from tenantlint.view import SchemaView


class NaiveTimestamp(Rule):
    """A point in time without a time zone.

    ## What it does
    Reports the columns of PostgreSQL tables that are `timestamp` (without time zone), and the defaults that come from
    `datetime.utcnow`, which gives a time without a zone.

    SQLModel makes `timestamp with time zone` of a plain `datetime` since version 0.0.45, and `timestamp` before.

    ## Why is this bad
    `timestamp` holds the digits of a clock and not a point in time. Which clock that was depends on the session's time
    zone, on the server's, and on the driver, so that the same row is hours apart for two readers. `timestamptz` takes
    the same eight bytes. Python refuses to compare the value of `utcnow()` with one that has a zone, and takes it for
    local time where it converts it.

    ## Example
    ```python
    from datetime import datetime

    from sqlmodel import DateTime, Field, SQLModel


    class Invoice(SQLModel, table=True):
        id: int = Field(primary_key=True)
        issued_at: datetime = Field(sa_type=DateTime)
    ```
    ```typescript
    import { pgTable, timestamp, uuid } from "drizzle-orm/pg-core";

    export const invoices = pgTable("invoices", {
      id: uuid("id").primaryKey(),
      issued_at: timestamp("issued_at").notNull(),
    });
    ```

    ## Use instead
    ```python
    from datetime import datetime

    from sqlmodel import DateTime, Field, SQLModel


    class Invoice(SQLModel, table=True):
        id: int = Field(primary_key=True)
        issued_at: datetime = Field(sa_type=DateTime(timezone=True))
    ```
    ```typescript
    import { pgTable, timestamp, uuid } from "drizzle-orm/pg-core";

    export const invoices = pgTable("invoices", {
      id: uuid("id").primaryKey(),
      issued_at: timestamp("issued_at", { withTimezone: true }).notNull(),
    });
    ```

    ## Fix safety
    Unsafe: the migration reads the times that are stored as UTC (`USING issued_at AT TIME ZONE 'UTC'`), so that those
    which a clock of another zone wrote are hours off, and code that reads the column gets aware datetimes, which Python
    does not compare with naive ones. `utcnow` becomes `datetime.now(timezone.utc)`, or the module's own function that
    returns it. The downgrade turns the points in time into the digits of UTC again.

    No fix is made of an array, of a type or of options that stand elsewhere, of a default in the database other than
    the current time (`now()`), nor where a default in Python may give a time without a zone, such as
    `datetime.now()`: what is stored then need not be UTC. The migration fails, and changes nothing, where a view, a
    policy or a generated column depends on the column: drop that first and make it again.
    """

    code: ClassVar[str] = "STD006"
    name: ClassVar[str] = "naive-timestamp"
    preset: ClassVar[Preset] = "strict"
    severity: ClassVar[Severity] = "warning"

    def check_table(self, table: Table, view: SchemaView) -> Iterable[Finding]:
        """Report the columns that are naive, and those that are filled with naive times."""
        for column in table.columns:
            is_naive = table.dialect == "postgresql" and _is_naive(column)
            is_filled = _UTCNOW in (column.default_function, column.default_call)
            text = _TEXTS.get((table.orm, is_naive, is_filled))
            if text is not None:
                yield Finding(column.at, table, label(table, column), text, make_aware(table, column))


def _is_naive(column: Column) -> bool:
    return column.type is not UNKNOWN and column.type.partition("[")[0].partition("(")[0] == "timestamp"


_UTCNOW: Final = "datetime.datetime.utcnow"
_WHY: Final = "which point in time a value means depends on the session and the driver"
_TEXTS: Final = {
    ("drizzle", True, False): f"is a `timestamp` without time zone: {_WHY}; use `{{ withTimezone: true }}`",
    ("sqlmodel", True, False): f"is a `timestamp` without time zone: {_WHY}; use `sa_type=DateTime(timezone=True)`",
    ("sqlmodel", True, True): (
        f"is a `timestamp` without time zone, filled by `datetime.utcnow`: {_WHY}; use "
        "`sa_type=DateTime(timezone=True)` and `datetime.now(UTC)`"
    ),
    ("sqlmodel", False, True): (
        "is filled by `datetime.utcnow`, whose value has no time zone, so that others take it for local time; use "
        "`datetime.now(UTC)`"
    ),
}
"""What to say, by the ORM, whether the column is naive, and whether its default is."""
