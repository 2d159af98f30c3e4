"""RLS006 setting-per-row."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tenantlint.predicates import calls_per_row
from tenantlint.record import replace
from tenantlint.rule import Finding, Rule
from tenantlint.rules._fixes import wrap_calls
from tenantlint.rules._policies import finding

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tenantlint.diagnostic import Severity
    from tenantlint.schema import Table
    from tenantlint.settings import Preset
    from tenantlint.view import SchemaView


class SettingPerRow(Rule):
    """A policy that calls a function once a row where once a query would do.

    ## What it does
    Finds `current_setting(…)`, `auth.uid()` and other functions in the `USING` of a policy that no row decides and
    that stand outside of a `(SELECT …)`. A function that is given a column must be called for every row, and is not
    reported; neither are PostgreSQL's own functions that are cheap, such as `now()` and `lower()`.

    ## Why is this bad
    A policy's `USING` is a filter on every row that a scan reads. PostgreSQL evaluates such a function again for each
    of them, which slows every query on a large table down; wrapped in a scalar subquery it becomes an InitPlan, which
    runs once. Only a scan of an index on the compared column evaluates it once either way.

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
      USING (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
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
          using: sql`${t.tenant_id} = nullif(current_setting('app.tenant_id', true), '')::uuid`,
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

    ## Fix safety
    Safe for a `pgPolicy` that no migration has made yet: a setting, like Supabase's `auth.uid()`, gives one value all
    through a query, and only the text changes. Unsafe for any other function, which may be volatile, and for a policy
    that migrations have made: it changes in the database too, by `ALTER POLICY` in a migration of drizzle-kit or
    Alembic. It is withheld for an array that is given to `ANY`, whose type has to be told (`(select …)::uuid[]`), for
    a call that does not stand in the policy's own text, and for a policy that neither Drizzle nor Alembic makes.
    """

    code: ClassVar[str] = "RLS006"
    name: ClassVar[str] = "setting-per-row"
    preset: ClassVar[Preset] = "strict"
    severity: ClassVar[Severity] = "warning"

    def check_table(self, table: Table, view: SchemaView) -> Iterable[Finding]:
        """Report each policy once, with the functions that it calls."""
        if table.dialect != "postgresql" or view.database.may_have_more_policies(table):
            return
        for policy in view.database.policies(table):
            calls = calls_per_row(policy.using) if isinstance(policy.using, str) else []
            if calls:
                names = " and ".join(f"`{name}()`" for name in calls)
                text = (
                    f"calls {names} once for every row that a query reads, though no row decides what it gives; wrap "
                    f"it, as `(select {calls[0]}(…))`, so that it runs once a query"
                )
                yield replace(finding(policy, table, text), fix=wrap_calls(policy, calls, table, view))
