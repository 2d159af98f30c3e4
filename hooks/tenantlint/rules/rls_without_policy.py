"""RLS002 rls-without-policy."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tenantlint.rule import Finding, Rule, label
from tenantlint.rules._fixes import enable_security
from tenantlint.rules._policies import tenant_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tenantlint.schema import Table
    from tenantlint.security import Clauses
    from tenantlint.settings import Preset
    from tenantlint.view import SchemaView


class RlsWithoutPolicy(Rule):
    """A tenant table with row level security and no policy that gives access.

    ## What it does
    Finds tenant tables on which row level security is enabled and that have no policy, or only such as give no
    access: restrictive ones, and those without `USING` and `WITH CHECK`. A policy for Supabase's `service_role`, or
    another role of a platform, says that the table is closed to everybody else on purpose. So does a
    project of which most tables with row level security, five or more, have no policy and are not forced: there only
    the owner, who is not asked, ever reads them.

    ## Why is this bad
    PostgreSQL denies what no permissive policy allows. Every role but the table's owner reads an empty table and can
    write nothing, without any error on reading. It often goes unnoticed because the application connects as the
    owner, who bypasses row level security, so that no tenant is kept from another either.

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
        pgPolicy("invoices_tenant", {
          using: sql`${t.tenant_id} = (select nullif(current_setting('app.tenant_id', true), '')::uuid)`,
        }),
      ],
    );
    ```

    ## Suppressing
    A table that only a role with `BYPASSRLS` may touch is closed by this on purpose: list it in the rule's
    `exempt-tables`.

    ## Fix safety
    Unsafe: a policy opens the table to the roles that it is for. The fix adds one where there is none, for the rows of
    the session's tenant: a `pgPolicy` with its migration, or an Alembic revision. Where there are policies that give no
    access, which of them was meant to is for their author to say.
    """

    code: ClassVar[str] = "RLS002"
    name: ClassVar[str] = "rls-without-policy"
    preset: ClassVar[Preset] = "recommended"

    def check_table(self, table: Table, view: SchemaView) -> Iterable[Finding]:
        """Report a tenant table to which surely no policy gives access."""
        security = view.security
        if not security.is_known(table) or security.is_closed(table):
            return
        policies = security.clauses(table)
        if any(each.is_trusted or (each.policy.permissive is not False and each.reaches) for each in policies):
            return
        forced = view.database.row_level_security(table).forced is True
        who = "every role" if forced else "every role but its owner"
        text = (
            f"has row level security enabled and {_describe(policies)}, so that {who} reads an empty table and can "
            f"write nothing; add a permissive policy on {tenant_of(table, view)}"
        )
        fix = None if policies else enable_security(table, view, "Add a policy on `{}`")
        yield Finding(table.at, table, label(table), text, fix)


def _describe(policies: tuple[Clauses, ...]) -> str:
    """Return how policies that give no access are called."""
    if not policies:
        return "no policy"
    if all(each.policy.permissive is False for each in policies):
        return "only restrictive policies"
    return "only policies that give no access (restrictive, or without USING and WITH CHECK)"
