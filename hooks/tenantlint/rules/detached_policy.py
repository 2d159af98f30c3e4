"""RLS008 detached-policy."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tenantlint.rule import Finding, Rule
from tenantlint.rules._fixes import attach_policy
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenantlint.settings import Preset
    from tenantlint.view import SchemaView


class DetachedPolicy(Rule):
    """A Drizzle policy that belongs to no table.

    ## What it does
    Finds `pgPolicy()` that no table returns from its third argument and that is not linked to a table. A linked one
    (`pgPolicy(…).link(table)`) must also be exported from its module, as `drizzle-kit` reads only exports.

    ## Why is this bad
    `drizzle-kit` skips this policy, with no more than a line in its output. The table stays unprotected, or, with row
    level security enabled, closed to everybody.

    ## Example
    ```typescript
    import { sql } from "drizzle-orm";
    import { pgPolicy, pgTable, uuid } from "drizzle-orm/pg-core";

    export const invoices = pgTable("invoices", {
      id: uuid("id").primaryKey(),
      tenant_id: uuid("tenant_id").notNull(),
    });

    export const invoicesTenant = pgPolicy("invoices_tenant", {
      using: sql`tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)`,
    });
    ```

    ## Use instead
    ```typescript
    import { sql } from "drizzle-orm";
    import { pgPolicy, pgTable, uuid } from "drizzle-orm/pg-core";

    export const invoices = pgTable(
      "invoices",
      {
        id: uuid("id").primaryKey(),
        tenant_id: uuid("tenant_id").notNull(),
      },
      (t) => [
        pgPolicy("invoices_tenant", {
          using: sql`${t.tenant_id} = (select nullif(current_setting('app.tenant_id', true), '')::uuid)`,
        }),
      ],
    );
    ```

    ## Fix safety
    Unsafe: the next migration creates the policy and enables row level security with it.
    """

    code: ClassVar[str] = "RLS008"
    name: ClassVar[str] = "detached-policy"
    preset: ClassVar[Preset] = "recommended"

    def check(self, view: SchemaView) -> Iterator[Finding]:
        """Report each policy of the project that belongs to no table."""
        for policy in view.schema.detached_policies:
            name = "pgPolicy" if policy.name is UNKNOWN else policy.name
            text = (
                "is a policy that belongs to no table, so that it is never created; return it from the third argument "
                "of its table, or link it (`.link(table)`) and export it"
            )
            yield Finding(policy.at, None, name, text, attach_policy(policy, view))
