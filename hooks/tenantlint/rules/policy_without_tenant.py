"""RLS003 policy-without-tenant."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tenantlint.rule import Finding, Rule
from tenantlint.rules._policies import finding, tenant_of
from tenantlint.security import OPEN_ROLES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tenantlint.schema import Table
    from tenantlint.security import Clauses
    from tenantlint.settings import Preset
    from tenantlint.view import SchemaView


class PolicyWithoutTenant(Rule):
    """A tenant table none of whose policies compares the tenant column with the session's tenant.

    ## What it does
    Reads the policies of every tenant table and asks that one of them ties rows to the session: by a setting
    (`tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid`), a claim (`auth.jwt() ->> 'tenant_id'`), a
    function (`is_member(tenant_id)`), a subquery over memberships or over a parent table, or by a function that admits
    the session as a whole (`is_admin()`). Tests that every user passes do not count: `auth.uid() IS NOT NULL`,
    `auth.role() = 'authenticated'`, `is_public`, `tenant_id IS NOT NULL`. The rule reports the first policy that gives
    access, and is silent on what it does not understand. `USING (true)` is for open-policy (RLS004).

    ## Why is this bad
    Row level security is on, and looks as if it kept tenants apart, but every signed-in user of every tenant passes.

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
    ALTER TABLE invoice ENABLE ROW LEVEL SECURITY;
    ALTER TABLE invoice FORCE ROW LEVEL SECURITY;
    CREATE POLICY invoice_signed_in ON invoice
      USING ((SELECT current_setting('app.user_id', true)) IS NOT NULL);
    ```
    ### Drizzle
    ```typescript
    import { sql } from "drizzle-orm";
    import { authenticatedRole } from "drizzle-orm/supabase";
    import { index, pgPolicy, pgTable, uuid } from "drizzle-orm/pg-core";

    export const invoices = pgTable(
      "invoices",
      {
        id: uuid("id").primaryKey(),
        tenant_id: uuid("tenant_id").notNull(),
      },
      (t) => [
        index("invoices_tenant_id_idx").on(t.tenant_id),
        pgPolicy("invoices_signed_in", { to: authenticatedRole, using: sql`(select auth.uid()) is not null` }),
      ],
    );
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
    import { sql } from "drizzle-orm";
    import { authenticatedRole } from "drizzle-orm/supabase";
    import { index, pgPolicy, pgTable, uuid } from "drizzle-orm/pg-core";

    export const invoices = pgTable(
      "invoices",
      {
        id: uuid("id").primaryKey(),
        tenant_id: uuid("tenant_id").notNull(),
      },
      (t) => [
        index("invoices_tenant_id_idx").on(t.tenant_id),
        pgPolicy("invoices_member", {
          to: authenticatedRole,
          using: sql`${t.tenant_id} = (select (auth.jwt() ->> 'tenant_id')::uuid)`,
        }),
      ],
    );
    ```

    ## Options
    - `accept-owner`: `true` by default: a policy that compares another column with the session, such as
      `user_id = auth.uid()`, is enough, because it shows less than the tenant's rows. With `false` it is not: a user
      who belongs to two tenants sees the rows of both.

    ## Fix safety
    There is no fix: only the project knows what its sessions hold.
    """

    code: ClassVar[str] = "RLS003"
    name: ClassVar[str] = "policy-without-tenant"
    preset: ClassVar[Preset] = "recommended"

    accept_owner: bool = True

    def check_table(self, table: Table, view: SchemaView) -> Iterable[Finding]:
        """Report the first policy that gives access, where none ties rows to the session."""
        security = view.security
        if not security.is_known(table):
            return
        policies = security.clauses(table)
        if not security.is_untied(table, self.accept_owner):
            return
        first = next((each.policy for each in policies if _gives_access(each)), None)
        if first is not None:
            tenant = tenant_of(table, view)
            text = (
                f"does not compare {tenant} with the session's tenant, and no other on the table does: every tenant's "
                f"rows pass it; compare {tenant} with a setting, a claim or the memberships of the session"
            )
            yield finding(first, table, text)


def _gives_access(each: Clauses) -> bool:
    """Tell whether a policy surely lets rows through; what is open to everybody is RLS004's."""
    if not each.is_permissive or each.is_trusted:
        return False
    return bool(each.reaches & {"ignores", "owner"}) or ("open" in each.reaches and not each.is_for(OPEN_ROLES))
