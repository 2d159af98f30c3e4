"""MIG005 table-without-rls."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from tenantlint.record import replace
from tenantlint.rule import Finding, MigrationRule, label
from tenantlint.rules._fixes import secure_table
from tenantlint.view import SchemaView

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tenantlint.migration import History
    from tenantlint.schema import Table
    from tenantlint.settings import Preset

_WHY: Final = "a query that forgets the tenant shows every tenant's rows"


class TableWithoutRls(MigrationRule):
    """A tenant table that the migrations create and never put under row level security.

    ## What it does
    Asks every table with a tenant column that is created by a migration, and is still there after the last one, for an
    ENABLE ROW LEVEL SECURITY in any migration or script of the project. The tenants' own table and exempt tables need
    none.

    A table that a model declares is for rls-not-enabled (RLS001), which says it where the model stands; it is reported
    here only where its Drizzle model has policies or `enableRLS()` and no migration brings them into the database.

    ## Why is this bad
    A table made by hand-written SQL has no model to look at, and is easily forgotten when policies are written.
    Without row level security, one query that forgets its tenant shows every tenant's rows.

    ## Example
    ### Alembic
    ```python title="alembic/versions/0001_orders.py"
    import sqlalchemy as sa
    from alembic import op

    revision = "0001"
    down_revision = None


    def upgrade():
        op.create_table(
            "orders",
            sa.Column("id", sa.Uuid(), primary_key=True),
            sa.Column("tenant_id", sa.Uuid(), nullable=False),
        )


    def downgrade():
        op.drop_table("orders")
    ```
    ### drizzle-kit
    ```json title="drizzle/meta/_journal.json"
    {
      "version": "7",
      "dialect": "postgresql",
      "entries": [
        { "idx": 0, "version": "7", "when": 1700000000000, "tag": "0000_orders", "breakpoints": true }
      ]
    }
    ```
    ```sql title="drizzle/0000_orders.sql"
    CREATE TABLE "orders" (
      "id" uuid PRIMARY KEY NOT NULL,
      "tenant_id" uuid NOT NULL
    );
    ```
    ### SQL
    ```sql title="migrations/0001_orders.sql"
    CREATE TABLE orders (id uuid PRIMARY KEY, tenant_id uuid NOT NULL);
    ```

    ## Use instead
    ### Alembic
    ```python title="alembic/versions/0001_orders.py"
    import sqlalchemy as sa
    from alembic import op

    revision = "0001"
    down_revision = None


    def upgrade():
        op.create_table(
            "orders",
            sa.Column("id", sa.Uuid(), primary_key=True),
            sa.Column("tenant_id", sa.Uuid(), nullable=False),
        )
        op.execute("ALTER TABLE orders ENABLE ROW LEVEL SECURITY")
        op.execute("ALTER TABLE orders FORCE ROW LEVEL SECURITY")
        op.execute(
            "CREATE POLICY orders_tenant ON orders "
            "USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::uuid))"
        )


    def downgrade():
        op.drop_table("orders")
    ```
    ### drizzle-kit
    ```json title="drizzle/meta/_journal.json"
    {
      "version": "7",
      "dialect": "postgresql",
      "entries": [
        { "idx": 0, "version": "7", "when": 1700000000000, "tag": "0000_orders", "breakpoints": true }
      ]
    }
    ```
    ```sql title="drizzle/0000_orders.sql"
    CREATE TABLE "orders" (
      "id" uuid PRIMARY KEY NOT NULL,
      "tenant_id" uuid NOT NULL
    );--> statement-breakpoint
    ALTER TABLE "orders" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
    ALTER TABLE "orders" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
    CREATE POLICY "orders_tenant" ON "orders" AS PERMISSIVE FOR ALL TO public
      USING ("orders"."tenant_id" = (SELECT nullif(current_setting('app.tenant_id', true), '')::uuid));
    ```
    ### SQL
    ```sql title="migrations/0001_orders.sql"
    CREATE TABLE orders (id uuid PRIMARY KEY, tenant_id uuid NOT NULL);
    ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
    ALTER TABLE orders FORCE ROW LEVEL SECURITY;
    CREATE POLICY orders_tenant ON orders
      USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::uuid));
    ```

    ## Options
    - `exempt-tables` (of this rule): tables that are kept apart in another way. By default those that are read before
      the tenant is known (`*_sessions`, `*_tokens`, `token_*`, `password_*` and the singulars), and copies that a
      migration put aside (`*_backup`, `*_old`, `*_before_*`).
    - `tenant-column` and `tenant-tables` (of the whole configuration): the names that the tenant column and the
      tenants' own table have.

    ## Fix safety
    Unsafe: where the application connects as another role than the table's owner, it sees no row until it sets the
    tenant in its session. The fix is a new migration, of Alembic or one of drizzle-kit's custom ones, that enables row
    level security, forces it on the owner, and adds a policy on the tenant column where there is none, which asks for
    the session's tenant as the project's other policies do. Plain SQL migrations have no fix, nor has a table whose
    Drizzle model has the policies already: its migration is to be generated.
    """

    code: ClassVar[str] = "MIG005"
    name: ClassVar[str] = "table-without-rls"
    preset: ClassVar[Preset] = "recommended"

    exempt_tables: tuple[str, ...] = (
        *("*_session", "*_sessions", "*_token", "*_tokens", "token_*", "password_*"),
        *("*_backup", "*_old", "*_before_*"),
    )

    def check_history(self, history: History, view: SchemaView) -> Iterable[Finding]:
        """Report each tenant table that the history makes, and that is there at its end without."""
        database = SchemaView(replace(view.schema, tables=history.tables, histories=()), view.settings)
        for table in database.tables:
            made_here = "relations" not in table.incomplete
            if not made_here or not database.is_tenant_table(table) or view.matches(table, self.exempt_tables):
                continue
            if view.database.is_secured_by_migrations(table) is False and not _is_for_models(table, view):
                fix = secure_table(table, history, database, view)
                yield Finding(table.at, None, label(table), _text(table, view), fix)


def _is_for_models(table: Table, view: SchemaView) -> bool:
    """Return whether the rules on models report the table, or leave it out: it has a model that is not secured."""
    return any(
        model.rls.enabled is not True or model.id not in view.checked or view.is_tenant_root(model)
        for model in view.database.models(table)
    )


def _text(table: Table, view: SchemaView) -> str:
    if view.database.models(table):
        return (
            f"has row level security in its model, but no migration enables it, so that in the database {_WHY}; "
            "generate the migration"
        )
    return (
        f"is made without row level security, which no later migration enables: {_WHY}; add `ALTER TABLE … ENABLE ROW "
        "LEVEL SECURITY` and a policy on its tenant column"
    )
