"""NAM003 camel-case-table."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from tenantlint.names import is_plural, is_snake_case, plurals, snake_case
from tenantlint.rule import Finding, Rule, label
from tenantlint.rules._fixes import rename_table
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tenantlint.schema import Dialect, Table
    from tenantlint.settings import Preset
    from tenantlint.view import SchemaView

_WHY: Final[dict[Dialect, str]] = {
    "postgresql": "PostgreSQL folds unquoted names to lower case, so that every query must quote it",
    "mysql": "MySQL tells names apart by case on one system and not on another",
    "sqlite": "SQLite does not tell names apart by case, and other databases do",
}


class CamelCaseTable(Rule):
    """A table whose name in the database is not snake_case.

    ## What it does
    Checks the name that each table has in the database: the first argument in Drizzle, `__tablename__` or the
    lower-case class name in SQLModel (`orderitem` for `OrderItem` passes). The strict preset, or `plural = true`,
    also asks for the plural.

    ## Why is this bad
    PostgreSQL folds unquoted names to lower case, so that a mixed-case name must be quoted in every query, policy,
    migration and `psql` session. Where some tables are plural and some are not, every query starts with a look at the
    schema; and `user` and `order` are words of SQL, which `users` and `orders` are not.

    ## Example
    ```python
    from sqlmodel import Field, SQLModel


    class OrderItem(SQLModel, table=True):
        __tablename__ = "OrderItems"

        id: int = Field(primary_key=True)
    ```
    ```typescript
    import { pgTable, uuid } from "drizzle-orm/pg-core";

    export const orderItems = pgTable("orderItems", {
      id: uuid("id").primaryKey(),
    });
    ```

    ## Use instead
    ```python
    from sqlmodel import Field, SQLModel


    class OrderItem(SQLModel, table=True):
        __tablename__ = "order_items"

        id: int = Field(primary_key=True)
    ```
    ```typescript
    import { pgTable, uuid } from "drizzle-orm/pg-core";

    export const orderItems = pgTable("order_items", {
      id: uuid("id").primaryKey(),
    });
    ```

    ## Options
    - `plural`: whether table names must be plurals; by default only where the preset is `strict` or `all`. Words that
      have no plural, such as `metadata`, are plurals here.

    ## Fix safety
    Unsafe: the table must be renamed in the database too, and with it every query that is not built from the model.
    """

    code: ClassVar[str] = "NAM003"
    name: ClassVar[str] = "camel-case-table"
    preset: ClassVar[Preset] = "recommended"

    plural: bool | None = None

    def check_table(self, table: Table, view: SchemaView) -> Iterable[Finding]:
        """Report the style of the name, or else its number."""
        if table.name is UNKNOWN:
            return
        asks_plural = view.settings.strict if self.plural is None else self.plural
        better = snake_case(table.name)
        singular = asks_plural and not is_plural(better)
        if singular:
            better = plurals(better)[0]
        if not is_snake_case(table.name):
            why = f"is not snake_case: {_WHY[table.dialect]}"
            text = f"{why}; name the table `{better}`"
            yield Finding(table.at, table, label(table), text, rename_table(table, better))
        elif singular:
            why = "is not a plural: where some names are singular, every query must look up which"
            text = f"{why}; name the table `{better}`"
            yield Finding(table.at, table, label(table), text, rename_table(table, better))
