"""RLS005 unchecked-write."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tenantlint.record import replace
from tenantlint.rule import Finding, Rule
from tenantlint.rules._fixes import check_writes
from tenantlint.rules._policies import finding, tenant_of
from tenantlint.rules.open_policy import open_clauses
from tenantlint.view import known

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tenantlint.schema import Table
    from tenantlint.security import Clauses
    from tenantlint.settings import Preset
    from tenantlint.view import SchemaView


class UncheckedWrite(Rule):
    """A policy that lets rows be written for another tenant.

    ## What it does
    Finds permissive policies for INSERT, UPDATE or ALL on tenant tables that do not compare the tenant column of the
    new row with the session's tenant. That is what `WITH CHECK` is for; in an UPDATE or ALL policy without one,
    `USING` holds for the new row too, and an INSERT policy without one allows nothing. A comparison of another column
    (`user_id = auth.uid()`) is not enough, unless a foreign key holds that column and the tenant's together. Policies
    that are always true for everybody are for open-policy (RLS004), and tables none of whose policies is known to look
    at the session for policy-without-tenant (RLS003).

    ## Why is this bad
    A tenant can add rows to another's account, or move its own there. The victim sees them, pays for them or runs
    them, and the writer cannot even see what it did.

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
    ```sql
    ALTER TABLE invoice ENABLE ROW LEVEL SECURITY;
    ALTER TABLE invoice FORCE ROW LEVEL SECURITY;
    CREATE POLICY invoice_tenant ON invoice
      USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::uuid))
      WITH CHECK (total >= 0);
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
          withCheck: sql`${t.total} >= 0`,
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
        total: int
    ```
    ```sql
    ALTER TABLE invoice ENABLE ROW LEVEL SECURITY;
    ALTER TABLE invoice FORCE ROW LEVEL SECURITY;
    CREATE POLICY invoice_tenant ON invoice
      USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::uuid))
      WITH CHECK (total >= 0 AND tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::uuid));
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
          withCheck: sql`
            ${t.total} >= 0 and ${t.tenant_id} = (select nullif(current_setting('app.tenant_id', true), '')::uuid)
          `,
        }),
      ],
    );
    ```

    ## Fix safety
    Unsafe: writes that relied on it fail. Where USING keeps the tenants apart, `WITH CHECK` becomes that, and else a
    comparison of the tenant column as the project's other policies make it; what the policy checked before stays, but
    for `true`. Drizzle's `pgPolicy` gets it as `withCheck`, and the database by `ALTER POLICY` in a migration of
    drizzle-kit or Alembic. It is withheld for a policy that neither makes, for one whose text is built elsewhere, and
    where most policies of the project do not compare the tenant column in one plain way (`tenant_id = …`), so that what
    to compare it with would be a guess.
    """

    code: ClassVar[str] = "RLS005"
    name: ClassVar[str] = "unchecked-write"
    preset: ClassVar[Preset] = "recommended"

    def check_table(self, table: Table, view: SchemaView) -> Iterable[Finding]:
        """Report each policy under which a row may get another tenant, unless a restrictive one may prevent it."""
        security = view.security
        if not security.is_known(table) or not security.is_tied(table):
            return
        policies = security.clauses(table)
        bound = {role for each in policies if each.using == "isolates" for role in known(each.policy.roles) or ()}
        for each in policies:
            suspect = each.is_permissive and not each.is_trusted and not security.is_limited(table, each, writes=True)
            if suspect and self._is_unchecked(each, table, view, frozenset(bound)):
                tenant = tenant_of(table, view)
                clause = "WITH CHECK" if each.policy.with_check is not None else "USING, which checks new rows too,"
                text = (
                    f"lets rows be written for another tenant: its {clause} does not compare {tenant} with the "
                    "session's tenant; add that comparison"
                )
                yield replace(finding(each.policy, table, text), fix=check_writes(each, table, view))

    def _is_unchecked(self, each: Clauses, table: Table, view: SchemaView, bound: frozenset[str]) -> bool:
        if each.check == "open":
            return not open_clauses(each) and (each.using == "isolates" or each.is_for(bound))
        return each.check == "ignores" or (each.check == "owner" and not _is_held_by_key(table, view))


def _is_held_by_key(table: Table, view: SchemaView) -> bool:
    """Tell whether a foreign key holds the tenant column and another together, or may."""
    tenant = view.tenant_names(table)
    return view.may_have_more_foreign_keys(table) or any(
        columns is None or (len(columns) > 1 and not tenant.isdisjoint(columns))
        for columns in (known(key.columns) for key in view.foreign_keys(table))
    )
