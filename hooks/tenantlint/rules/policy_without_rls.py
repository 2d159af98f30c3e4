"""RLS009 policy-without-rls."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tenantlint.record import replace
from tenantlint.rule import Finding, Rule
from tenantlint.rules._fixes import switch_on_security
from tenantlint.rules._policies import finding

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tenantlint.schema import Table
    from tenantlint.settings import Preset
    from tenantlint.view import SchemaView


class PolicyWithoutRls(Rule):
    """A policy on a table whose row level security is not enabled.

    ## What it does
    Finds tables for which migrations create policies while neither they nor the models enable row level security, or
    while they disable it afterwards. The first of the policies is reported. A `pgPolicy` of Drizzle enables it too.

    ## Why is this bad
    PostgreSQL accepts the policy and ignores it: every role that may read the table sees all its rows.

    ## Example
    ### SQLModel
    ```python
    from uuid import UUID

    from sqlmodel import Field, SQLModel


    class Invoice(SQLModel, table=True):
        id: UUID = Field(primary_key=True)
        tenant_id: UUID = Field(index=True)
    ```
    ```sql
    CREATE POLICY invoice_tenant ON invoice
      USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::uuid));
    ```
    ### Drizzle
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
    ```sql
    CREATE POLICY invoices_tenant ON invoices
      USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::uuid));
    ```

    ## Use instead
    ### SQLModel
    ```python
    from uuid import UUID

    from sqlmodel import Field, SQLModel


    class Invoice(SQLModel, table=True):
        id: UUID = Field(primary_key=True)
        tenant_id: UUID = Field(index=True)
    ```
    ```sql
    ALTER TABLE invoice ENABLE ROW LEVEL SECURITY;
    ALTER TABLE invoice FORCE ROW LEVEL SECURITY;
    CREATE POLICY invoice_tenant ON invoice
      USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::uuid));
    ```
    ### Drizzle
    ```typescript
    import { index, pgTable, uuid } from "drizzle-orm/pg-core";

    export const invoices = pgTable(
      "invoices",
      {
        id: uuid("id").primaryKey(),
        tenant_id: uuid("tenant_id").notNull(),
      },
      (t) => [index("invoices_tenant_id_idx").on(t.tenant_id)],
    ).enableRLS();
    ```
    ```sql
    ALTER TABLE invoices FORCE ROW LEVEL SECURITY;
    CREATE POLICY invoices_tenant ON invoices
      USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::uuid));
    ```

    ## Fix safety
    Unsafe: from then on the policies hold, and what they do not allow fails. For a table of Drizzle it is
    `.enableRLS()`, with a migration of drizzle-kit; for one of SQLModel an Alembic revision, which forces row level
    security on the owner too. It is withheld for a table whose declaration is built elsewhere.
    """

    code: ClassVar[str] = "RLS009"
    name: ClassVar[str] = "policy-without-rls"
    preset: ClassVar[Preset] = "recommended"

    def check_table(self, table: Table, view: SchemaView) -> Iterable[Finding]:
        """Report the first policy of a table on which row level security is surely not enabled."""
        if view.security.is_enabled(table) is not False:
            return
        for policy in view.database.policies(table)[:1]:
            text = (
                "does nothing: row level security is not enabled on the table, so that every role that may read it "
                "sees all rows; add `ALTER TABLE … ENABLE ROW LEVEL SECURITY` to a migration"
            )
            fix = switch_on_security(table, view)
            yield replace(finding(policy, table, text), fix=fix)
