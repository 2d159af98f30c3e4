"""TEN002 nullable-tenant-id."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tenantlint.rule import Finding, Rule, label
from tenantlint.rules._fixes import make_required
from tenantlint.rules._tenantless import may_be_without_tenant

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tenantlint.schema import Table
    from tenantlint.settings import Preset
    from tenantlint.view import SchemaView


class NullableTenantId(Rule):
    """A tenant column that may be NULL.

    ## What it does
    Checks that the tenant column of every table is NOT NULL, by its model or by a migration. Where a table has several
    of the columns that `tenant-column` lists, one that is NOT NULL is enough.

    Only the presets `strict` and `all` report it where the declaration says what a row without a tenant is: the
    column's foreign key is `ON DELETE SET NULL`, so that the row outlives its tenant; a NOT NULL `owner_id`, or a NOT
    NULL foreign key to the users with `ON DELETE CASCADE`, says that it is a person's, and so does a NOT NULL `user_id`
    where the table declares no foreign keys; an enum of the table has a label such as `global`, or labels that name
    other owners of the row by their foreign keys; the table is an audit log; or it is the users, and another table says
    which tenants they are members of. The tables of login libraries are theirs.

    ## Why is this bad
    A row without a tenant belongs to nobody. `tenant_id = …` is never true of it, so that it vanishes from every
    tenant's queries; code that reads `IS NULL` as "for everyone" shows it to all of them. Unique constraints do not
    hold it to anything either.

    ## Example
    ```python
    from uuid import UUID

    from sqlmodel import Field, SQLModel


    class Invoice(SQLModel, table=True):
        id: int = Field(primary_key=True)
        tenant_id: UUID | None = Field(default=None, index=True)
    ```
    ```typescript
    import { index, pgTable, uuid } from "drizzle-orm/pg-core";

    export const invoices = pgTable(
      "invoices",
      {
        id: uuid("id").primaryKey(),
        tenant_id: uuid("tenant_id"),
      },
      (t) => [index("invoices_tenant_id_idx").on(t.tenant_id)],
    );
    ```

    ## Use instead
    ```python
    from uuid import UUID

    from sqlmodel import Field, SQLModel


    class Invoice(SQLModel, table=True):
        id: int = Field(primary_key=True)
        tenant_id: UUID = Field(index=True)
    ```
    ```typescript
    import { index, pgTable, uuid } from "drizzle-orm/pg-core";

    export const invoices = pgTable(
      "invoices",
      {
        id: uuid("id").primaryKey(),
        tenant_id: uuid("tenant_id").notNull(),
      },
      (t) => [index("invoices_tenant_id_idx").on(t.tenant_id)],
    );
    ```

    ## Options
    - `exempt-tables` (of this rule): tables where a row without a tenant has a meaning, such as templates that all
      tenants start from.

    ## Fix safety
    Unsafe: rows that hold NULL now must get a tenant first, or the migration fails.
    """

    code: ClassVar[str] = "TEN002"
    name: ClassVar[str] = "nullable-tenant-id"
    preset: ClassVar[Preset] = "recommended"

    def check_table(self, table: Table, view: SchemaView) -> Iterable[Finding]:
        """Report the outermost tenant column where every one of the table's may be NULL."""
        columns = view.tenant_columns(table)
        if not columns or view.is_tenant_root(table):
            return
        if any(view.is_nullable(table, column) is not True for column in columns):
            return
        if view.is_of_login_library(table) or view.is_excerpt(table):
            return
        if not view.settings.strict and may_be_without_tenant(table, view):
            return
        text = (
            "may be NULL: a row without a tenant belongs to nobody, and no policy that compares it with the session's "
            "tenant sees it; make the column NOT NULL"
        )
        fix = make_required(table, columns[0])
        yield Finding(columns[0].at, table, label(table, columns[0]), text, fix)
