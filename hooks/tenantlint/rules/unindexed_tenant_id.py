"""IDX001 unindexed-tenant-id."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tenantlint.rule import Finding, Rule, label
from tenantlint.rules._fixes import add_index
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tenantlint.schema import Table
    from tenantlint.settings import Preset
    from tenantlint.view import SchemaView


class UnindexedTenantId(Rule):
    """A tenant column that no index leads with.

    ## What it does
    Asks every table that has a tenant column for an index, a unique constraint or a primary key that begins with it.

    A partial index does not count, because it serves only the queries that repeat its condition; a policy on the
    tenant does not. Neither does an index that Drizzle never creates (detached-index, IDX003). In MySQL a foreign key
    counts, because InnoDB makes an index for it.

    The tables that a login library designs are left to it, but for those of members and invitations, which have a role.

    ## Why is this bad
    Row level security and tenant filters put the tenant column into every query. Without an index that begins with
    it, each of them reads the rows of all tenants to find those of one, and gets slower with every new customer.

    ## Example
    ```python
    from uuid import UUID

    from sqlmodel import Field, SQLModel


    class Invoice(SQLModel, table=True):
        id: int = Field(primary_key=True)
        tenant_id: UUID
    ```
    ```typescript
    import { pgTable, uuid } from "drizzle-orm/pg-core";

    export const invoices = pgTable("invoices", {
      id: uuid("id").primaryKey(),
      tenant_id: uuid("tenant_id").notNull(),
    });
    ```

    ## Use instead
    ```python
    from uuid import UUID

    from sqlmodel import Field, SQLModel


    class Invoice(SQLModel, table=True):
        id: int = Field(primary_key=True)
        tenant_id: UUID = Field(index=True)
    ```
    ```typescript
    import { index, pgTable, uuid } from "drizzle-orm/pg-core";

    export const invoices = pgTable(
      "invoices",
      {
        id: uuid("id").primaryKey(),
        tenant_id: uuid("tenant_id").notNull(),
      },
      (t) => [index("invoices_tenant_id_idx").on(t.tenant_id)],
    );
    ```

    ## Fix safety
    Unsafe: the index needs a migration, which locks the table against writes unless it is made `CONCURRENTLY`.
    """

    code: ClassVar[str] = "IDX001"
    name: ClassVar[str] = "unindexed-tenant-id"
    preset: ClassVar[Preset] = "recommended"

    def check_table(self, table: Table, view: SchemaView) -> Iterable[Finding]:
        """Report the outermost tenant column where none of the table's leads an index."""
        columns = view.tenant_columns(table)
        if not columns or view.is_tenant_root(table):
            return
        for column in columns:
            if column.name is UNKNOWN or view.is_indexed(table, (column.name,)) is not False:
                return
        if view.is_of_login_library(table) and not any(column.key == "role" for column in table.columns):
            return
        text = (
            "leads no index: every query of a tenant reads the rows of all tenants; add an index, a unique "
            "constraint or a primary key that begins with it"
        )
        at = view.missing_index_place(table, columns[0])
        yield Finding(at, table, label(table, columns[0]), text, add_index(table, (str(columns[0].name),)))
