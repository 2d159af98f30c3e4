"""RLS001 rls-not-enabled."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tenantlint.rule import Finding, Rule, label
from tenantlint.rules._fixes import enable_security
from tenantlint.rules._policies import tenant_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tenantlint.schema import Table
    from tenantlint.settings import Preset
    from tenantlint.view import SchemaView


class RlsNotEnabled(Rule):
    """A tenant table on which nothing enables row level security.

    ## What it does
    Asks that row level security is enabled on every PostgreSQL table with a tenant column: in Drizzle by a
    `pgPolicy`, by `.enableRLS()` or by `pgTable.withRLS`, and for both ORMs by a migration. The tenants' own table is
    not asked, because a login has to find its tenant before the session knows it, nor the copy of a table that a script
    declares with the columns that it needs. A table whose policies lack only
    `ENABLE ROW LEVEL SECURITY` is for policy-without-rls (RLS009). Where a migration may secure the table by a
    statement that cannot be read, the rule is silent.

    ## Why is this bad
    Without it, only the `WHERE` clauses of the application keep tenants apart. The first query that forgets one, in a
    report, a join or a script, shows a customer the rows of all the others.

    ## Example
    ### SQLModel
    ```python
    from uuid import UUID

    from sqlmodel import Field, SQLModel


    class Invoice(SQLModel, table=True):
        id: UUID = Field(primary_key=True)
        tenant_id: UUID = Field(index=True)
        total: int
    ```
    ### SQLModel and Alembic
    ```python
    from uuid import UUID

    from sqlmodel import Field, SQLModel


    class Invoice(SQLModel, table=True):
        id: UUID = Field(primary_key=True)
        tenant_id: UUID = Field(index=True)
        total: int
    ```
    ### Drizzle
    ```typescript
    import { index, integer, pgTable, uuid } from "drizzle-orm/pg-core";

    export const invoices = pgTable(
      "invoices",
      {
        id: uuid("id").primaryKey(),
        tenant_id: uuid("tenant_id").notNull(),
        total: integer("total").notNull(),
      },
      (t) => [index("invoices_tenant_id_idx").on(t.tenant_id)],
    );
    ```
    ### Drizzle and SQL
    ```typescript
    import { index, integer, pgTable, uuid } from "drizzle-orm/pg-core";

    export const invoices = pgTable(
      "invoices",
      {
        id: uuid("id").primaryKey(),
        tenant_id: uuid("tenant_id").notNull(),
        total: integer("total").notNull(),
      },
      (t) => [index("invoices_tenant_id_idx").on(t.tenant_id)],
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
        total: int
    ```
    ```sql
    ALTER TABLE invoice ENABLE ROW LEVEL SECURITY;
    ALTER TABLE invoice FORCE ROW LEVEL SECURITY;
    CREATE POLICY invoice_tenant ON invoice
      USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::uuid));
    ```
    ### SQLModel and Alembic
    ```python
    from uuid import UUID

    from sqlmodel import Field, SQLModel


    class Invoice(SQLModel, table=True):
        id: UUID = Field(primary_key=True)
        tenant_id: UUID = Field(index=True)
        total: int
    ```
    ```python title="alembic/versions/0001_row_level_security.py"
    from alembic import op

    revision = "0001"
    down_revision = None


    def upgrade():
        op.execute("ALTER TABLE invoice ENABLE ROW LEVEL SECURITY")
        op.execute("ALTER TABLE invoice FORCE ROW LEVEL SECURITY")
        op.execute(
            "CREATE POLICY invoice_tenant ON invoice "
            "USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::uuid))"
        )


    def downgrade():
        op.execute("DROP POLICY invoice_tenant ON invoice")
        op.execute("ALTER TABLE invoice NO FORCE ROW LEVEL SECURITY")
        op.execute("ALTER TABLE invoice DISABLE ROW LEVEL SECURITY")
    ```
    ### Drizzle
    ```typescript
    import { sql } from "drizzle-orm";
    import { index, integer, pgPolicy, pgTable, uuid } from "drizzle-orm/pg-core";

    export const invoices = pgTable(
      "invoices",
      {
        id: uuid("id").primaryKey(),
        tenant_id: uuid("tenant_id").notNull(),
        total: integer("total").notNull(),
      },
      (t) => [
        index("invoices_tenant_id_idx").on(t.tenant_id),
        pgPolicy("invoices_tenant", {
          using: sql`${t.tenant_id} = (select nullif(current_setting('app.tenant_id', true), '')::uuid)`,
        }),
      ],
    );
    ```
    ### Drizzle and SQL
    ```typescript
    import { index, integer, pgTable, uuid } from "drizzle-orm/pg-core";

    export const invoices = pgTable(
      "invoices",
      {
        id: uuid("id").primaryKey(),
        tenant_id: uuid("tenant_id").notNull(),
        total: integer("total").notNull(),
      },
      (t) => [index("invoices_tenant_id_idx").on(t.tenant_id)],
    );
    ```
    ```sql
    ALTER TABLE invoices ENABLE ROW LEVEL SECURITY;
    ALTER TABLE invoices FORCE ROW LEVEL SECURITY;
    CREATE POLICY invoices_tenant ON invoices
      USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::uuid));
    ```

    ## Options
    - `tenant-column` and `exempt-tables` (of the whole configuration): which tables are asked.

    ## Fix safety
    Unsafe: where the application connects as another role than the table's owner, it sees no row until it sets the
    tenant in its session (`SET LOCAL app.tenant_id = …`, or `set_config`), in every transaction. An Alembic revision
    forces this on the owner too, which Drizzle's schema cannot.
    """

    code: ClassVar[str] = "RLS001"
    name: ClassVar[str] = "rls-not-enabled"
    preset: ClassVar[Preset] = "recommended"

    def check_table(self, table: Table, view: SchemaView) -> Iterable[Finding]:
        """Report a tenant table on which it is surely not enabled and that has no policy."""
        if not view.tenant_columns(table) or view.is_tenant_root(table) or view.is_excerpt(table):
            return
        if view.security.is_enabled(table) is not False or view.database.policies(table):
            return
        policy = f"a policy on {tenant_of(table, view)}"
        remedy = f"enable it in a migration (`ALTER TABLE … ENABLE ROW LEVEL SECURITY`), with {policy}"
        if table.orm == "drizzle":
            pg_policy = policy.replace("policy", "`pgPolicy`")
            remedy = f"add {pg_policy} to its third argument, which enables it too, or enable it in a migration"
        text = (
            "has no row level security: nothing in the models or the migrations enables it, so that the first query "
            f"without a tenant filter shows every tenant's rows; {remedy}"
        )
        yield Finding(table.at, table, label(table), text, enable_security(table, view))
