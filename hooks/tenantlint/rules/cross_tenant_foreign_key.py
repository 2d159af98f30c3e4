"""TEN006 cross-tenant-foreign-key."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tenantlint.names import snake_case
from tenantlint.rule import Finding, Rule, label
from tenantlint.schema import UNKNOWN
from tenantlint.view import foreign_keys, known

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tenantlint.diagnostic import Severity
    from tenantlint.schema import Column, ForeignKey, Table
    from tenantlint.settings import Preset
    from tenantlint.view import SchemaView


class CrossTenantForeignKey(Rule):
    """A foreign key between two tenant tables that leaves the tenant column out.

    ## What it does
    Looks at every foreign key from one table with a tenant column to another, or to the same one. It must include the
    tenant column of its own table, or else a composite foreign key beside it, perhaps in a migration, must do so for
    the same columns. Foreign keys to the tenants' own table are left alone, and so are those to tables that have no
    tenant column of that name, or one that may be NULL, so that not every row belongs to a tenant.

    ## Why is this bad
    The database checks that the row exists, not whose it is: foreign keys are checked without row level security. A
    request that names another tenant's id stores a reference to it, and every join from there reads, and with
    `ON DELETE CASCADE` deletes, across tenants.

    ## Example
    ```python
    from uuid import UUID

    from sqlmodel import Field, SQLModel


    class Customer(SQLModel, table=True):
        id: int = Field(primary_key=True)
        tenant_id: UUID = Field(index=True)


    class Invoice(SQLModel, table=True):
        id: int = Field(primary_key=True)
        tenant_id: UUID = Field(index=True)
        customer_id: int = Field(foreign_key="customer.id", index=True)
    ```
    ```typescript
    import { index, pgTable, uuid } from "drizzle-orm/pg-core";

    export const customers = pgTable(
      "customers",
      {
        id: uuid("id").primaryKey(),
        tenant_id: uuid("tenant_id").notNull(),
      },
      (t) => [index("customers_tenant_id_idx").on(t.tenant_id)],
    );

    export const invoices = pgTable(
      "invoices",
      {
        id: uuid("id").primaryKey(),
        tenant_id: uuid("tenant_id").notNull(),
        customer_id: uuid("customer_id").notNull().references(() => customers.id),
      },
      (t) => [
        index("invoices_tenant_id_idx").on(t.tenant_id),
        index("invoices_customer_id_idx").on(t.customer_id),
      ],
    );
    ```

    ## Use instead
    ```python
    from uuid import UUID

    from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint
    from sqlmodel import Field, SQLModel


    class Customer(SQLModel, table=True):
        __table_args__ = (UniqueConstraint("tenant_id", "id"),)
        id: int = Field(primary_key=True)
        tenant_id: UUID


    class Invoice(SQLModel, table=True):
        __table_args__ = (
            ForeignKeyConstraint(["tenant_id", "customer_id"], ["customer.tenant_id", "customer.id"]),
            Index("invoice_customer_idx", "tenant_id", "customer_id"),
        )
        id: int = Field(primary_key=True)
        tenant_id: UUID
        customer_id: int
    ```
    ```typescript
    import { foreignKey, index, pgTable, unique, uuid } from "drizzle-orm/pg-core";

    export const customers = pgTable(
      "customers",
      {
        id: uuid("id").primaryKey(),
        tenant_id: uuid("tenant_id").notNull(),
      },
      (t) => [unique().on(t.tenant_id, t.id)],
    );

    export const invoices = pgTable(
      "invoices",
      {
        id: uuid("id").primaryKey(),
        tenant_id: uuid("tenant_id").notNull(),
        customer_id: uuid("customer_id").notNull(),
      },
      (t) => [
        foreignKey({
          columns: [t.tenant_id, t.customer_id],
          foreignColumns: [customers.tenant_id, customers.id],
        }),
        index("invoices_customer_idx").on(t.tenant_id, t.customer_id),
      ],
    );
    ```

    ## Options
    - `exempt-tables` (of this rule): tables whose foreign keys may cross, such as those of the staff.

    ## Fix safety
    There is no fix: the other table needs a unique constraint over both columns, and rows that cross already must be
    looked at.
    """

    code: ClassVar[str] = "TEN006"
    name: ClassVar[str] = "cross-tenant-foreign-key"
    preset: ClassVar[Preset] = "strict"
    severity: ClassVar[Severity] = "warning"

    def check_table(self, table: Table, view: SchemaView) -> Iterable[Finding]:
        """Report each foreign key whose row may be another tenant's."""
        own = view.tenant_names(table)
        if not own or UNKNOWN in own or view.is_tenant_root(table) or view.may_have_more_foreign_keys(table):
            return
        covered = [known(key.columns) for key in view.foreign_keys(table)]
        if any(columns is None for columns in covered):
            return
        keeping = [set(columns) for columns in covered if columns is not None and not own.isdisjoint(columns)]
        for key, columns in foreign_keys(table):
            if own.isdisjoint(columns) and not any(each.issuperset(columns) for each in keeping):
                target = _tenant_target(table, key, view)
                if target is not None:
                    yield _finding(table, target, key, columns)


def _tenant_target(table: Table, key: ForeignKey, view: SchemaView) -> Table | None:
    """Return the table that a foreign key references, where its rows have the same tenant, which the key leaves out."""
    target, columns = view.find(key.target_id), known(key.target_columns)
    if target is None or columns is None or target.id not in view.checked or not view.is_tenant_table(target):
        return None
    tenant = view.tenant_columns(target)
    if any(column.name in (UNKNOWN, *columns) for column in tenant):
        return None
    kinds = {kind for column in view.tenant_columns(table) for kind in _kinds(column)}
    owned = [each for each in tenant if kinds & _kinds(each) and view.is_nullable(target, each) is False]
    return target if owned else None


def _kinds(column: Column) -> set[str]:
    """Return which of several tenants a tenant column holds: ``organization_id`` and ``team_id`` are two."""
    return {snake_case(name) for name in (column.key, column.name) if name is not UNKNOWN}


def _finding(table: Table, target: Table, key: ForeignKey, columns: tuple[str, ...]) -> Finding:
    text = (
        f"references `{label(target)}` without the tenant column: the row may be another tenant's, and the database "
        "does not notice; declare a composite foreign key that includes the tenant column"
    )
    column = table.column(columns[0]) if len(columns) == 1 else None
    if column is None:
        return Finding(key.at, table, f"{label(table)} ({', '.join(columns)})", text)
    return Finding(column.at, table, label(table, column), text)
