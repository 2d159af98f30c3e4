"""TEN001 missing-tenant-id."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tenantlint.rule import Finding, Rule, label
from tenantlint.rules._fixes import add_tenant
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tenantlint.schema import Table
    from tenantlint.settings import Preset
    from tenantlint.view import SchemaView


class MissingTenantId(Rule):
    """A table without a tenant column.

    ## What it does
    Asks every table for one of the columns of `tenant-column` (`tenant_id` by default), join tables too. The tenants'
    own table, tables whose primary key references it, and `exempt-tables` need none. Nor do tables that say by another
    name whose their rows are (`child_tenant_id`, which is NOT NULL and references the tenants), and models that declare
    some columns of a table, as scripts do, where another declares them all.

    ## Why is this bad
    Rows that do not say whose they are cannot be kept apart: no policy can compare them with the session's tenant,
    and a query that forgets a join shows one customer's rows to another.

    ## Example
    ```python
    from sqlmodel import Field, SQLModel


    class Invoice(SQLModel, table=True):
        id: int = Field(primary_key=True)
        total: int
    ```
    ```typescript
    import { integer, pgTable, uuid } from "drizzle-orm/pg-core";

    export const invoices = pgTable("invoices", {
      id: uuid("id").primaryKey(),
      total: integer("total").notNull(),
    });
    ```

    ## Use instead
    ```python
    from uuid import UUID

    from sqlmodel import Field, SQLModel


    class Invoice(SQLModel, table=True):
        id: int = Field(primary_key=True)
        tenant_id: UUID = Field(index=True)
        total: int
    ```
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

    ## Options
    - `exempt-tables` (of this rule): tables that all tenants share, such as `["countries", "plans"]`; the other
      rules still check them. The `exempt-tables` of the whole configuration are checked by no rule.
    - `tenant-column` and `tenant-tables` (of the whole configuration): the names that the tenant column and the
      tenants' own table have.

    ## Fix safety
    Unsafe: the rows that exist need a tenant. The migration adds the column, gives each row the tenant of the rows
    that it must belong to (by a NOT NULL foreign key to a table that has the tenant column; where there are several,
    and they disagree, none), and makes the column NOT NULL. Where no foreign key says whose a row is, only its owner
    knows: a comment marks the place for the `UPDATE`, and as long as rows are left without a tenant the migration
    fails and changes nothing.
    """

    code: ClassVar[str] = "TEN001"
    name: ClassVar[str] = "missing-tenant-id"
    preset: ClassVar[Preset] = "recommended"

    def check_table(self, table: Table, view: SchemaView) -> Iterable[Finding]:
        """Report the table, unless a column that could not be read may be the tenant's."""
        if view.is_tenant_root(table) or view.tenant_columns(table) or view.may_be_tenant_key(table):
            return
        if view.has_other_meaning(table) or view.refers_to_tenant(table) or view.is_excerpt(table):
            return
        if "columns" in table.incomplete or any(column.name is UNKNOWN for column in table.columns):
            return
        names = " or ".join(f"`{name}`" for name in view.settings.tenant_columns)
        text = (
            f"has no {names}: its rows do not say whose they are, so that no policy can keep tenants apart; add the "
            "column (or name yours in `tenant-column`), or list the table in `exempt-tables`"
        )
        yield Finding(table.at, table, label(table), text, add_tenant(table, view))
