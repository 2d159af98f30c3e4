"""RLS007 rls-not-forced."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tenantlint.rule import Finding, Rule, label
from tenantlint.rules._fixes import force_security
from tenantlint.security import PLATFORM_ROLES
from tenantlint.view import known

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tenantlint.diagnostic import Severity
    from tenantlint.schema import Table
    from tenantlint.security import Clauses
    from tenantlint.settings import Preset
    from tenantlint.view import SchemaView


class RlsNotForced(Rule):
    """A tenant table whose owner bypasses row level security.

    ## What it does
    Asks that row level security is also forced on every tenant table that has policies. Only SQL can say so: for
    Drizzle, in a custom migration (`drizzle-kit generate --custom`). Tables whose policies are all for the roles of
    Supabase or Neon (`anon`, `authenticated`, `service_role`, …) are not asked: there, the tables' owner is not the
    role that tenants use.

    ## Why is this bad
    A table belongs to the role that created it, and its owner bypasses all its policies unless they are forced. Where
    the application connects as the role that runs the migrations, which is the default almost everywhere, the
    policies do nothing at all, and no test shows it. Superusers and roles with `BYPASSRLS` bypass forced ones too: the
    application should connect as neither.

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
    ```sql
    ALTER TABLE invoices FORCE ROW LEVEL SECURITY;
    ```

    ## Fix safety
    Unsafe: migrations, scripts and jobs that run as the owner see no row any more, unless they set the tenant too. The
    fix is a new migration, of Alembic or of drizzle-kit: there one of its custom ones, as Drizzle's schema cannot say
    it. It is withheld for a table that neither makes.
    """

    code: ClassVar[str] = "RLS007"
    name: ClassVar[str] = "rls-not-forced"
    preset: ClassVar[Preset] = "strict"
    severity: ClassVar[Severity] = "warning"

    def check_table(self, table: Table, view: SchemaView) -> Iterable[Finding]:
        """Report a tenant table on which row level security is surely enabled and surely not forced."""
        security = view.security
        if security.is_enabled(table) is not True or not view.tenant_columns(table):
            return
        if view.database.row_level_security(table).forced is False and any(
            map(_is_for_owners, security.clauses(table))
        ):
            text = (
                "has row level security that is not forced: its owner, as whom migrations and often the application "
                "connect, bypasses every policy; add `ALTER TABLE … FORCE ROW LEVEL SECURITY` to a migration"
            )
            fix = force_security(table, view)
            yield Finding(table.at, table, label(table), text, fix)


def _is_for_owners(each: Clauses) -> bool:
    """Tell whether a policy is for a role with which the owner of the table may have to do."""
    return any(role not in PLATFORM_ROLES for role in known(each.policy.roles) or ())
