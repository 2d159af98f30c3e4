"""TEN005 global-unique."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tenantlint.names import snake_case
from tenantlint.record import Record
from tenantlint.rule import Finding, Rule, label
from tenantlint.rules._fixes import scope_unique
from tenantlint.schema import UNKNOWN, Maybe
from tenantlint.view import fits, known

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tenantlint.diagnostic import Severity
    from tenantlint.schema import Table
    from tenantlint.settings import Preset
    from tenantlint.source import Location
    from tenantlint.view import SchemaView


class GlobalUnique(Rule):
    """A unique column, constraint or index on a tenant table that leaves the tenant column out.

    ## What it does
    Looks at what a tenant table declares unique besides its primary key. These are left alone:

    - a key with the tenant column, or with a column of a foreign key or of the primary key: a row of another table
      has one tenant, and what is unique under it is nobody else's;
    - a key that foreign keys reference;
    - values that are unique in the world or that nobody can guess: `uuid` columns, and those of `allow`;
    - partial indexes, whose condition may be about the tenant, and indexes with an expression.

    ## Why is this bad
    Tenants share the values: when one has a customer `a@example.com`, no other can have one. And the error that a
    second one gets tells it that the value exists, whatever row level security hides: unique constraints see all rows.

    ## Example
    ```python
    from uuid import UUID

    from sqlmodel import Field, SQLModel


    class Customer(SQLModel, table=True):
        id: int = Field(primary_key=True)
        tenant_id: UUID = Field(index=True)
        email_address: str = Field(unique=True)
    ```
    ```typescript
    import { index, pgTable, text, uuid } from "drizzle-orm/pg-core";

    export const customers = pgTable(
      "customers",
      {
        id: uuid("id").primaryKey(),
        tenant_id: uuid("tenant_id").notNull(),
        email_address: text("email_address").notNull().unique(),
      },
      (t) => [index("customers_tenant_id_idx").on(t.tenant_id)],
    );
    ```

    ## Use instead
    ```python
    from uuid import UUID

    from sqlalchemy import UniqueConstraint
    from sqlmodel import Field, SQLModel


    class Customer(SQLModel, table=True):
        __table_args__ = (UniqueConstraint("tenant_id", "email_address"),)
        id: int = Field(primary_key=True)
        tenant_id: UUID
        email_address: str
    ```
    ```typescript
    import { pgTable, text, unique, uuid } from "drizzle-orm/pg-core";

    export const customers = pgTable(
      "customers",
      {
        id: uuid("id").primaryKey(),
        tenant_id: uuid("tenant_id").notNull(),
        email_address: text("email_address").notNull(),
      },
      (t) => [unique().on(t.tenant_id, t.email_address)],
    );
    ```

    ## Options
    - `allow`: patterns on the names of columns (in snake case) whose values may be unique over all tenants; a key with
      one of them is left alone. The default is for tokens, secrets, hashes, domains, and ids that others give.

    ## Fix safety
    Unsafe: replaces the constraint or the unique index, in code and in a migration, by one that leads with the tenant
    column: `unique=True` becomes a `UniqueConstraint` in `__table_args__`, and `.unique()` a `unique()` in the third
    argument. Names that the code gives stay. The rows that are there keep to it, but code that looks a row up by the
    value alone may find several afterwards, and the downgrade fails once two tenants have the same.

    Withheld where a foreign key needs the columns unique, where an upsert (`ON CONFLICT`, `onConflictDoUpdate`) names
    them or may, where the table has several tenant columns, where a mixin declares it for several tables, where it is
    unique together with the tenant column already, and where the database has it in another way than the code.
    """

    code: ClassVar[str] = "TEN005"
    name: ClassVar[str] = "global-unique"
    preset: ClassVar[Preset] = "strict"
    severity: ClassVar[Severity] = "warning"

    allow: tuple[str, ...] = (
        *("id", "*_id", "*uuid*", "*token*", "*secret*", "*hash*", "*digest*", "*fingerprint*", "*nonce*", "jti"),
        *("key", "*_key", "*prefix", "code", "*_code", "*domain*", "*hostname*", "dsn", "*url", "*path", "*cname"),
    )

    def check_table(self, table: Table, view: SchemaView) -> Iterable[Finding]:
        """Report each set of columns once."""
        if not view.is_tenant_table(table) or "foreign_keys" in table.incomplete:
            return
        tenant = view.tenant_names(table)
        seen: set[frozenset[str]] = set()
        for each in _declared(table):
            columns = known(each.columns)
            if not columns or UNKNOWN in tenant or frozenset(columns) in seen:
                continue
            seen.add(frozenset(columns))
            if tenant.isdisjoint(columns) and not self._is_global(table, columns, view):
                fix = scope_unique(table, each.at, columns, view)
                yield Finding(each.at, table, _subject(table, columns), _TEXT, fix)

    def _is_global(self, table: Table, columns: tuple[str, ...], view: SchemaView) -> bool:
        """Return whether the values may rightly be unique over all tenants, as far as is known."""
        scoping = [known(key.columns) for key in table.foreign_keys] + [known(table.primary_key)]
        if any(each is None or not set(each).isdisjoint(columns) for each in scoping):
            return True
        found = [table.column(name) for name in columns]
        if any(column is None or column.type in ("uuid", UNKNOWN) for column in found):
            return True
        names = {snake_case(name) for name in columns} | {snake_case(each.key) for each in found if each is not None}
        return any(fits(name, pattern) for name in names for pattern in self.allow) or view.is_referenced(
            table, columns
        )


_TEXT = (
    "is unique over all tenants: one tenant's value blocks the others, and the error tells them that it exists; make "
    "it unique together with the tenant column"
)


class _Declared(Record):
    columns: Maybe[tuple[Maybe[str], ...]]
    at: Location


def _declared(table: Table) -> Iterator[_Declared]:
    """Yield what the table surely declares unique for all of its rows, without expressions."""
    for column in table.columns:
        if column.unique is True:
            yield _Declared((column.name,), column.at)
    for constraint in table.unique_constraints:
        if constraint.attached:
            yield _Declared(constraint.columns, constraint.at)
    for index in table.indexes:
        if index.attached and index.unique is True and index.partial is False and index.columns is not UNKNOWN:
            names = tuple(name for name in index.columns if name is not None)
            if len(names) == len(index.columns):
                yield _Declared(names, index.at)


def _subject(table: Table, columns: tuple[str, ...]) -> str:
    return f"{label(table)}.{columns[0]}" if len(columns) == 1 else f"{label(table)} ({', '.join(columns)})"
