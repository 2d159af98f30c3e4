"""RLS004 open-policy."""

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


class OpenPolicy(Rule):
    """A policy that is always true, for everybody, on a tenant table.

    ## What it does
    Finds permissive policies on tenant tables whose `USING` or `WITH CHECK` is always true (`true`, `1 = 1`,
    `tenant_id = … OR true`) and that are for PUBLIC, which is the default, or for Supabase's and Neon's `anon`,
    `anonymous` and `authenticated`. Policies for other roles are not reported, nor are those
    which a restrictive policy that looks at the session limits.

    ## Why is this bad
    Permissive policies are combined with OR: one that is always true undoes all the others, and every tenant sees, or
    writes, the rows of all tenants.

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
    CREATE POLICY invoice_tenant ON invoice
      USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::uuid));
    CREATE POLICY invoice_read ON invoice FOR SELECT USING (true);
    ```
    ### Drizzle
    ```typescript
    import { sql } from "drizzle-orm";
    import { index, pgPolicy, pgTable, uuid } from "drizzle-orm/pg-core";

    export const invoices = pgTable(
      "invoices",
      {
        id: uuid("id").primaryKey(),
        tenant_id: uuid("tenant_id").notNull(),
      },
      (t) => [
        index("invoices_tenant_id_idx").on(t.tenant_id),
        pgPolicy("invoices_read", { for: "select", using: sql`true` }),
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
    import { index, pgPolicy, pgTable, uuid } from "drizzle-orm/pg-core";

    export const invoices = pgTable(
      "invoices",
      {
        id: uuid("id").primaryKey(),
        tenant_id: uuid("tenant_id").notNull(),
      },
      (t) => [
        index("invoices_tenant_id_idx").on(t.tenant_id),
        pgPolicy("invoices_read", {
          for: "select",
          using: sql`${t.tenant_id} = (select nullif(current_setting('app.tenant_id', true), '')::uuid)`,
        }),
      ],
    );
    ```

    ## Fix safety
    There is no fix: only the project knows whom the policy is meant to let in.
    """

    code: ClassVar[str] = "RLS004"
    name: ClassVar[str] = "open-policy"
    preset: ClassVar[Preset] = "recommended"

    def check_table(self, table: Table, view: SchemaView) -> Iterable[Finding]:
        """Report each policy that is open, unless a restrictive one may limit it."""
        security = view.security
        if not security.is_known(table):
            return
        for each in security.clauses(table):
            clauses = open_clauses(each)
            if clauses and not security.is_limited(table, each):
                role = next(role for role in each.policy.roles if role in OPEN_ROLES)  # type: ignore[union-attr]
                is_are = "are" if len(clauses) > 1 else "is"
                text = (
                    f"is open to `{role}`: its {' and '.join(clauses)} {is_are} always true, so that every tenant's "
                    f"rows pass; compare {tenant_of(table, view)} with the session's tenant"
                )
                yield finding(each.policy, table, text)


def open_clauses(each: Clauses) -> list[str]:
    """Return the clauses of a permissive policy for everybody that are always true."""
    if not each.is_permissive or not each.is_for(OPEN_ROLES):
        return []
    if each.policy.command == "update" and each.check in (None, "closed", "unknown"):
        return []
    clauses = {"USING": each.using, "WITH CHECK": each.check if each.policy.with_check is not None else None}
    return [name for name, reach in clauses.items() if reach == "open"]
