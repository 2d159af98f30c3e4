"""TEN003 tenant-id-without-foreign-key."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tenantlint.rule import Finding, Rule, label
from tenantlint.rules._fixes import add_foreign_key
from tenantlint.schema import UNKNOWN
from tenantlint.view import known

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tenantlint.diagnostic import Severity
    from tenantlint.schema import Column, ForeignKey, Table
    from tenantlint.settings import Preset
    from tenantlint.view import SchemaView


class TenantIdWithoutForeignKey(Rule):
    """A tenant column that references no table of tenants.

    ## What it does
    Asks every tenant column for a foreign key to the tenants' own table. A composite foreign key that the column is
    part of will do, and so will one that only a migration declares. Where the project declares no table of tenants,
    because they live with an identity provider or in another database, there is nothing to reference and the rule is
    silent. It is silent too where fewer than a third of more than ten tables have a foreign key: that project does
    without them on purpose.

    ## Why is this bad
    Rows can be written for a tenant that does not exist, and a tenant that is deleted leaves its rows behind: nothing
    removes them, and the next tenant to get that key would own them.

    ## Example
    ```python
    from uuid import UUID

    from sqlmodel import Field, SQLModel


    class Tenant(SQLModel, table=True):
        id: UUID = Field(primary_key=True)


    class Invoice(SQLModel, table=True):
        id: int = Field(primary_key=True)
        tenant_id: UUID = Field(index=True)
    ```
    ```typescript
    import { index, integer, pgTable, uuid } from "drizzle-orm/pg-core";

    export const tenants = pgTable("tenants", {
      id: uuid("id").primaryKey(),
    });

    export const invoices = pgTable(
      "invoices",
      {
        id: integer("id").primaryKey(),
        tenant_id: uuid("tenant_id").notNull(),
      },
      (t) => [index("invoices_tenant_id_idx").on(t.tenant_id)],
    );
    ```

    ## Use instead
    ```python
    from uuid import UUID

    from sqlmodel import Field, SQLModel


    class Tenant(SQLModel, table=True):
        id: UUID = Field(primary_key=True)


    class Invoice(SQLModel, table=True):
        id: int = Field(primary_key=True)
        tenant_id: UUID = Field(index=True, foreign_key="tenant.id")
    ```
    ```typescript
    import { index, integer, pgTable, uuid } from "drizzle-orm/pg-core";

    export const tenants = pgTable("tenants", {
      id: uuid("id").primaryKey(),
    });

    export const invoices = pgTable(
      "invoices",
      {
        id: integer("id").primaryKey(),
        tenant_id: uuid("tenant_id").notNull().references(() => tenants.id),
      },
      (t) => [index("invoices_tenant_id_idx").on(t.tenant_id)],
    );
    ```

    ## Options
    - `exempt-tables` (of this rule): tables whose rows may outlive their tenant; by default those whose names say that
      they are logs or the records of an audit.
    - `always`: `true` reports tenant columns also where the project declares no table of tenants, or hardly any
      foreign keys (default: `false`).
    - `tenant-tables` (of the whole configuration): the tenants' own table, where it is not found by its name or by the
      foreign keys that there are.

    ## Fix safety
    Unsafe: adds the foreign key to the column's declaration, and a migration with the constraint, which fails and
    changes nothing as long as a row belongs to a tenant that does not exist. What a delete of the tenant does is left
    to you: as long as the foreign key does not say, the tenant cannot be deleted while it has rows.

    Withheld where there are several tables of tenants, where their primary key is not one column of the same type,
    where no migration makes the table or the column yet, where the column is declared in a way that is not edited (a
    `Column` made elsewhere, options from elsewhere), and where a table of `exempt-tables` has the column by the same
    declaration.
    """

    code: ClassVar[str] = "TEN003"
    name: ClassVar[str] = "tenant-id-without-foreign-key"
    preset: ClassVar[Preset] = "recommended"
    severity: ClassVar[Severity] = "warning"

    exempt_tables: tuple[str, ...] = ("*audit*", "*Audit*", "log", "logs", "*_log", "*_logs", "*Log", "*Logs")
    always: bool = False

    def check_table(self, table: Table, view: SchemaView) -> Iterable[Finding]:
        """Report each tenant column that is part of no foreign key that keeps to the tenants."""
        if view.may_have_more_foreign_keys(table, of_all=True) or (
            view.does_without_foreign_keys(table) and not self.always
        ):
            return
        for column in view.tenant_columns(table):
            roots = view.tenant_tables(table, column)
            if column.name is UNKNOWN or table in roots or not (roots or self.always):
                continue
            if not any(_counts(key, column, roots, view) for key in view.foreign_keys(table)):
                target = roots[0] if len(roots) == 1 else None
                fix = add_foreign_key(table, column, target, view, self.exempt_tables) if roots else None
                yield Finding(column.at, table, label(table, column), _text(roots), fix)


def _counts(key: ForeignKey, column: Column, roots: list[Table], view: SchemaView) -> bool:
    """Return whether a foreign key keeps the column to the tenants, or may."""
    columns, target = known(key.columns), view.find(key.target_id)
    if columns is None or target is None or target in roots:
        return columns is None or column.name in columns
    tenant, referenced = view.tenant_names(target), known(key.target_columns)
    return column.name in columns and (referenced is None or UNKNOWN in tenant or not tenant.isdisjoint(referenced))


def _text(roots: list[Table]) -> str:
    why = "a row can belong to a tenant that does not exist, and outlive one that is deleted"
    if not roots:
        return f"references no table: {why}; declare the tenants' table, or name it in `tenant-tables`"
    names = " or ".join(f"`{label(root)}`" for root in roots)
    return f"references no table of tenants: {why}; declare a foreign key to {names}"
