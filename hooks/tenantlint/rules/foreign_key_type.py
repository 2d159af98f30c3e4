"""REL005 foreign-key-type."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tenantlint.rule import Finding, Rule, label
from tenantlint.rules._fit import pairs

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tenantlint.schema import Table
    from tenantlint.settings import Preset
    from tenantlint.view import SchemaView


class ForeignKeyType(Rule):
    """A foreign key whose type does not go with that of the column it references.

    ## What it does
    Compares the types of both sides of every foreign key. It reports types that the database refuses to compare, such
    as `text` with `uuid`, and an integer that is smaller than the key. What works is left alone: `varchar` with `text`
    of any length, an integer that is larger than the key, `integer` with `serial`. In MySQL, integers must have the
    same size and sign. SQLite's types are hints only and are not compared, and nothing is said of enums, domains and
    types that are not known. A tenant column is for tenant-id-type (TEN004).

    ## Why is this bad
    PostgreSQL does not create a foreign key between types that it cannot compare, so that the migration fails. An
    `integer` may reference a `bigint`, and works until the other table counts past 2,147,483,647: then no row can be
    stored that references a new one.

    ## Example
    ```python
    from uuid import UUID

    from sqlmodel import Field, SQLModel


    class Customer(SQLModel, table=True):
        id: UUID = Field(primary_key=True)


    class Invoice(SQLModel, table=True):
        id: int = Field(primary_key=True)
        customer_id: int = Field(foreign_key="customer.id", index=True)
    ```
    ```typescript
    import { bigint, index, integer, pgTable } from "drizzle-orm/pg-core";

    export const customers = pgTable("customers", {
      id: bigint("id", { mode: "number" }).primaryKey(),
    });

    export const invoices = pgTable(
      "invoices",
      {
        id: integer("id").primaryKey(),
        customer_id: integer("customer_id").references(() => customers.id),
      },
      (t) => [index("invoices_customer_id_idx").on(t.customer_id)],
    );
    ```

    ## Use instead
    ```python
    from uuid import UUID

    from sqlmodel import Field, SQLModel


    class Customer(SQLModel, table=True):
        id: UUID = Field(primary_key=True)


    class Invoice(SQLModel, table=True):
        id: int = Field(primary_key=True)
        customer_id: UUID = Field(foreign_key="customer.id", index=True)
    ```
    ```typescript
    import { bigint, index, integer, pgTable } from "drizzle-orm/pg-core";

    export const customers = pgTable("customers", {
      id: bigint("id", { mode: "number" }).primaryKey(),
    });

    export const invoices = pgTable(
      "invoices",
      {
        id: integer("id").primaryKey(),
        customer_id: bigint("customer_id", { mode: "number" }).references(() => customers.id),
      },
      (t) => [index("invoices_customer_id_idx").on(t.customer_id)],
    );
    ```

    ## Fix safety
    There is no fix: which of the two types is the right one is for the author to say.
    """

    code: ClassVar[str] = "REL005"
    name: ClassVar[str] = "foreign-key-type"
    preset: ClassVar[Preset] = "recommended"

    def check_table(self, table: Table, view: SchemaView) -> Iterable[Finding]:
        """Report each column of a foreign key whose type is wrong."""
        tenant = view.tenant_names(table)
        for key in table.foreign_keys:
            for each in pairs(table, key, view):
                if each.fit in WHY and each.column.name not in tenant:
                    text = (
                        f"is `{each.own}`, but `{each.key}`, which it references, is `{each.wanted}`: {WHY[each.fit]}"
                    )
                    yield Finding(each.column.at, table, label(table, each.column), text)


WHY = {
    "clash": "the database does not create a foreign key between these types; give both columns one type",
    "narrow": "it cannot hold every key of that table; give it the type of the key",
}
