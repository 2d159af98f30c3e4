"""IDX005 index-without-tenant."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tenantlint.rule import Finding, Rule, label
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tenantlint.schema import Table
    from tenantlint.settings import Preset
    from tenantlint.view import SchemaView


class IndexWithoutTenant(Rule):
    """A composite index of a tenant table that does not lead with the tenant column.

    ## What it does
    Asks every index over more than one column, on a table with a tenant column, to begin with that column. Indexes of
    other access methods than `btree`, which have no order, are left alone; so are expressions.

    ## Why is this bad
    Every query of a tenant compares the tenant column, by row level security if by nothing else. An index that leads
    with another column finds the rows of all tenants, and most of what it reads is thrown away. With the tenant
    first, each tenant has a stretch of the index to itself.

    ## Example
    ```python
    from datetime import datetime
    from uuid import UUID

    from sqlmodel import Field, Index, SQLModel


    class Invoice(SQLModel, table=True):
        __table_args__ = (Index("invoice_status_due_at_idx", "status", "due_at"),)

        id: UUID = Field(primary_key=True)
        tenant_id: UUID = Field(index=True)
        status: str
        due_at: datetime
    ```
    ```typescript
    import { index, pgTable, text, timestamp, uuid } from "drizzle-orm/pg-core";

    export const invoices = pgTable(
      "invoices",
      {
        id: uuid("id").primaryKey(),
        tenant_id: uuid("tenant_id").notNull(),
        status: text("status").notNull(),
        due_at: timestamp("due_at").notNull(),
      },
      (t) => [
        index("invoices_tenant_id_idx").on(t.tenant_id),
        index("invoices_status_due_at_idx").on(t.status, t.due_at),
      ],
    );
    ```

    ## Use instead
    ```python
    from datetime import datetime
    from uuid import UUID

    from sqlmodel import Field, Index, SQLModel


    class Invoice(SQLModel, table=True):
        __table_args__ = (Index("invoice_tenant_id_status_due_at_idx", "tenant_id", "status", "due_at"),)

        id: UUID = Field(primary_key=True)
        tenant_id: UUID
        status: str
        due_at: datetime
    ```
    ```typescript
    import { index, pgTable, text, timestamp, uuid } from "drizzle-orm/pg-core";

    export const invoices = pgTable(
      "invoices",
      {
        id: uuid("id").primaryKey(),
        tenant_id: uuid("tenant_id").notNull(),
        status: text("status").notNull(),
        due_at: timestamp("due_at").notNull(),
      },
      (t) => [index("invoices_tenant_id_status_due_at_idx").on(t.tenant_id, t.status, t.due_at)],
    );
    ```

    ## Fix safety
    Jobs that run over all tenants may need the index as it is: this rule proposes no fix.
    """

    code: ClassVar[str] = "IDX005"
    name: ClassVar[str] = "index-without-tenant"
    preset: ClassVar[Preset] = "off"

    def check_table(self, table: Table, view: SchemaView) -> Iterable[Finding]:
        """Report each index by itself."""
        tenant = view.tenant_names(table)
        if not tenant or UNKNOWN in tenant or view.is_tenant_root(table):
            return
        for index in table.indexes:
            columns = () if index.columns is UNKNOWN else index.columns
            first = columns[0] if len(columns) > 1 else None
            if not isinstance(first, str) or first in tenant or index.method != "btree" or not index.attached:
                continue
            text = (
                f"has an index that leads with `{first}`, not with the tenant: a tenant's query reads the entries of "
                f"all tenants; begin it with `{view.tenant_columns(table)[0].name}`"
            )
            yield Finding(index.at, table, label(table), text)
