"""REL006 dangling-foreign-key."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from tenantlint.rule import Finding, Rule, label
from tenantlint.schema import UNKNOWN
from tenantlint.testing import is_aside
from tenantlint.view import fits, known

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tenantlint.schema import ForeignKey, Table
    from tenantlint.settings import Preset
    from tenantlint.source import Location
    from tenantlint.view import SchemaView


class DanglingForeignKey(Rule):
    """A foreign key to a table or a column that the project does not declare.

    ## What it does
    Looks up what every foreign key references. Tables that a migration creates are declared, and so are tables of
    plain SQLAlchemy. Tables of a schema that the project declares nothing in, such as Supabase's `auth.users`, belong
    to others and are left alone. Where a file, a base class or a table's name could not be read, the rule is silent,
    and so it is in tests and examples.

    ## Why is this bad
    SQLAlchemy raises `NoReferencedTableError` or `NoReferencedColumnError` as soon as the models are used, or the
    tables created: a typing error, a table that was renamed, or a module that nobody imports. In Drizzle the column
    does not exist, and the migration cannot be made.

    ## Example
    ```python
    from sqlmodel import Field, SQLModel


    class Customer(SQLModel, table=True):
        __tablename__ = "customers"
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
        customer_id: uuid("customer_id").references(() => customers.customer_id),
      },
      (t) => [index("invoices_customer_id_idx").on(t.customer_id)],
    );
    ```

    ## Use instead
    ```python
    from sqlmodel import Field, SQLModel


    class Customer(SQLModel, table=True):
        __tablename__ = "customers"
        id: int = Field(primary_key=True)


    class Invoice(SQLModel, table=True):
        id: int = Field(primary_key=True)
        customer_id: int = Field(foreign_key="customers.id", index=True)
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
    - `external-tables`: patterns on the names of tables that others declare, such as those of an installed package
      (`["user", "oauth_*"]`; default: none).

    ## Fix safety
    There is no fix: what the foreign key should reference is for the author to say.
    """

    code: ClassVar[str] = "REL006"
    name: ClassVar[str] = "dangling-foreign-key"
    preset: ClassVar[Preset] = "recommended"

    external_tables: tuple[str, ...] = ()

    def check_table(self, table: Table, view: SchemaView) -> Iterable[Finding]:
        """Report each foreign key whose table, or else one of whose columns, is not there."""
        if is_aside(table.at.path):
            return
        for key in table.foreign_keys:
            target = view.find(key.target_id)
            missing = self._missing_table(table, key, view) if target is None else _missing_column(key, target)
            if missing is not None:
                subject, at = _place(table, key)
                text = f"references {missing}, which the project does not declare: {_WHY[table.orm]}"
                yield Finding(at, table, subject, text)

    def _missing_table(self, table: Table, key: ForeignKey, view: SchemaView) -> str | None:
        name = key.target_table
        if key.target_id is not None or name is UNKNOWN or table.orm != "sqlmodel":
            return None
        if any(fits(name, pattern) for pattern in self.external_tables) or view.may_declare(name, table.orm):
            return None
        return f"the table `{name}`"


_WHY: Final = {
    "sqlmodel": "SQLAlchemy raises an error as soon as the models are used; reference what is there",
    "drizzle": "the migration cannot be made; reference what is there",
    "sql": "the database refuses it; reference what is there",
}


def _missing_column(key: ForeignKey, target: Table) -> str | None:
    if "columns" in target.incomplete or any(column.name is UNKNOWN for column in target.columns):
        return None
    for name in known(key.target_columns) or ():
        if target.column(name) is None:
            return f"`{label(target)}.{name}`"
    return None


def _place(table: Table, key: ForeignKey) -> tuple[str, Location]:
    columns = known(key.columns)
    column = table.column(columns[0]) if columns is not None and len(columns) == 1 else None
    return (label(table), key.at) if column is None else (label(table, column), column.at)
