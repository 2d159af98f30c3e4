"""NAM008 foreign-key-without-suffix."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tenantlint.names import snake_case
from tenantlint.rule import Finding, Rule, label
from tenantlint.rules._column_names import alternatives, is_allowed
from tenantlint.rules._fixes import rename_column
from tenantlint.view import foreign_keys, known

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tenantlint.schema import Table
    from tenantlint.settings import Preset
    from tenantlint.view import SchemaView


class ForeignKeyWithoutSuffix(Rule):
    """A foreign key column whose name does not end in `_id`.

    ## What it does
    Asks the column of every foreign key over one column, the tenant's too, for the suffix `_id`, or `_by` for
    who did it, as in `created_by`. A column that is named after the one that it references is right as well:
    `country_code` for `countries.code`, or `id` where a table extends another one.

    ## Why is this bad
    `customer` may be a name, a number or a whole row: an ORM has a relation of that name, and the column and the
    relation then fight for it. `customer_id` says that it holds a key, and of which table.

    ## Example
    ```python
    from sqlmodel import Field, SQLModel


    class Customer(SQLModel, table=True):
        id: int = Field(primary_key=True)


    class Invoice(SQLModel, table=True):
        id: int = Field(primary_key=True)
        customer: int = Field(foreign_key="customer.id", index=True)
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
        customer: uuid("customer").references(() => customers.id),
      },
      (t) => [index("invoices_customer_idx").on(t.customer)],
    );
    ```

    ## Use instead
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
        customer_id: uuid("customer_id").references(() => customers.id),
      },
      (t) => [index("invoices_customer_id_idx").on(t.customer_id)],
    );
    ```

    ## Options
    - `suffixes`: what the name must end in, `["_id", "_by"]` by default; the first is the one that messages propose.
      With `["_id"]`, `created_by` must be `created_by_id`.
    - `allow`: names that may stay.

    ## Fix safety
    Unsafe: the column must be renamed in the database too, and with it every query that is not built from the model.
    """

    code: ClassVar[str] = "NAM008"
    name: ClassVar[str] = "foreign-key-without-suffix"
    preset: ClassVar[Preset] = "strict"

    never_empty: ClassVar[tuple[str, ...]] = ("suffixes",)

    suffixes: tuple[str, ...] = ("_id", "_by")
    allow: tuple[str, ...] = ()

    def check_table(self, table: Table, view: SchemaView) -> Iterable[Finding]:
        """Report each column once, however many tables it references."""
        seen: set[str] = set()
        for key, columns in foreign_keys(table):
            column, target = table.column(columns[0]), known(key.target_columns)
            if len(columns) > 1 or column is None or not target or columns[0] in seen:
                continue
            seen.add(columns[0])
            if not self._fits(snake_case(columns[0]), snake_case(target[0])) and not is_allowed(column, self.allow):
                better = snake_case(columns[0]) + self.suffixes[0]
                text = (
                    "is a foreign key, but its name reads as what it references, or as a relation; end the name in "
                    f"{alternatives(self.suffixes)}, as in `{better}`"
                )
                fix = rename_column(table, column, better, view)
                yield Finding(column.at, table, label(table, column), text, fix)

    def _fits(self, name: str, target: str) -> bool:
        return name == target or name.endswith((*self.suffixes, f"_{target}"))
