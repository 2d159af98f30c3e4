"""REL008 no-on-delete."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tenantlint.rule import Finding, Rule, label
from tenantlint.view import foreign_keys, known

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tenantlint.schema import Table
    from tenantlint.settings import Preset
    from tenantlint.view import SchemaView


class NoOnDelete(Rule):
    """A foreign key that does not say what a delete does.

    ## What it does
    Asks every foreign key for an `ON DELETE` action. `NO ACTION` and `RESTRICT` are answers too, and one that only a
    migration gives will do.

    ## Why is this bad
    Without one, a row that is referenced cannot be deleted. Often that is right, and often nobody thought of it until
    the first customer leaves: then the order in which hundreds of tables must be emptied is worked out by hand.

    ## Example
    ```python
    from sqlmodel import Field, SQLModel


    class Customer(SQLModel, table=True):
        id: int = Field(primary_key=True)


    class Invoice(SQLModel, table=True):
        id: int = Field(primary_key=True)
        customer_id: int = Field(foreign_key="customer.id", index=True)
    ```
    ```typescript
    import { index, pgTable, uuid } from "drizzle-orm/pg-core";

    export const customers = pgTable("customers", {
      id: uuid("id").primaryKey(),
    });

    export const invoices = pgTable(
      "invoices",
      {
        id: uuid("id").primaryKey(),
        customer_id: uuid("customer_id").notNull().references(() => customers.id),
      },
      (t) => [index("invoices_customer_id_idx").on(t.customer_id)],
    );
    ```

    ## Use instead
    ```python
    from sqlmodel import Field, SQLModel


    class Customer(SQLModel, table=True):
        id: int = Field(primary_key=True)


    class Invoice(SQLModel, table=True):
        id: int = Field(primary_key=True)
        customer_id: int = Field(foreign_key="customer.id", ondelete="RESTRICT", index=True)
    ```
    ```typescript
    import { index, pgTable, uuid } from "drizzle-orm/pg-core";

    export const customers = pgTable("customers", {
      id: uuid("id").primaryKey(),
    });

    export const invoices = pgTable(
      "invoices",
      {
        id: uuid("id").primaryKey(),
        customer_id: uuid("customer_id")
          .notNull()
          .references(() => customers.id, { onDelete: "restrict" }),
      },
      (t) => [index("invoices_customer_id_idx").on(t.customer_id)],
    );
    ```

    ## Fix safety
    There is no fix: what a delete should do is for the author to say.
    """

    code: ClassVar[str] = "REL008"
    name: ClassVar[str] = "no-on-delete"
    preset: ClassVar[Preset] = "off"

    def check_table(self, table: Table, view: SchemaView) -> Iterable[Finding]:
        """Report each set of columns for which no foreign key, of the model or of a migration, says it."""
        every = view.foreign_keys(table)
        silent = {columns for key in every if key.on_delete is None and (columns := known(key.columns))}
        said = {known(key.columns) for key in every if key.on_delete is not None}
        for key, columns in foreign_keys(table):
            if columns in silent and columns not in said and None not in said:
                silent.discard(columns)
                column = table.column(columns[0]) if len(columns) == 1 else None
                subject = label(table, column) if column else f"{label(table)} ({', '.join(columns)})"
                yield Finding(column.at if column else key.at, table, subject, _TEXT)


_TEXT = (
    "is a foreign key that does not say what a delete does: a row that it references cannot be deleted; give it an ON "
    "DELETE action (RESTRICT says that this is meant)"
)
