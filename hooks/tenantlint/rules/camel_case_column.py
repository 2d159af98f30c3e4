"""NAM001 camel-case-column."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tenantlint.names import is_snake_case, snake_case
from tenantlint.rule import Finding, Rule, label
from tenantlint.rules._fixes import rename_column
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tenantlint.schema import Table
    from tenantlint.settings import Preset
    from tenantlint.view import SchemaView


class CamelCaseColumn(Rule):
    """A column whose name in the database is not snake_case.

    ## What it does
    Checks the name that each column has in the database: the name argument in Drizzle, or else the key under the
    `casing` in force; the attribute or the name given to `sa_column` in SQLModel. The columns that Auth.js and Better
    Auth prescribe are left alone, and so are those of your own in a table that has theirs in camelCase.

    ## Why is this bad
    PostgreSQL folds unquoted names to lower case, so that a mixed-case name must be quoted in every query, policy,
    migration and `psql` session. The query that forgets it fails, or names another column.

    ## Example
    ```python
    from sqlmodel import Field, SQLModel


    class Invoice(SQLModel, table=True):
        id: int = Field(primary_key=True)
        dueDate: str
    ```
    ```typescript
    import { pgTable, text, uuid } from "drizzle-orm/pg-core";

    export const invoices = pgTable("invoices", {
      id: uuid("id").primaryKey(),
      due_date: text("dueDate"),
    });
    ```

    ## Use instead
    ```python
    from sqlmodel import Field, SQLModel


    class Invoice(SQLModel, table=True):
        id: int = Field(primary_key=True)
        due_date: str
    ```
    ```typescript
    import { pgTable, text, uuid } from "drizzle-orm/pg-core";

    export const invoices = pgTable("invoices", {
      id: uuid("id").primaryKey(),
      due_date: text("due_date"),
    });
    ```

    ## Fix safety
    Unsafe: the column must be renamed in the database too, and with it every query that is not built from the model.
    To leave the database as it is, keep the old name as the column's name, rename the attribute only, and ignore
    this rule there.
    """

    code: ClassVar[str] = "NAM001"
    name: ClassVar[str] = "camel-case-column"
    preset: ClassVar[Preset] = "recommended"

    def check_table(self, table: Table, view: SchemaView) -> Iterable[Finding]:
        """Report each column by itself."""
        for column in table.columns:
            if column.name is not UNKNOWN and not is_snake_case(column.name):
                if _is_in_style_of_library(table, view):
                    return
                text = (
                    "is not snake_case: PostgreSQL folds unquoted names to lower case, so that every query must "
                    f"quote it; name the column `{snake_case(column.name)}`"
                )
                fix = rename_column(table, column, snake_case(column.name), view)
                yield Finding(column.at, table, label(table, column), text, fix)


def _is_in_style_of_library(table: Table, view: SchemaView) -> bool:
    """Return whether a login library prescribes columns of ``table`` that are not snake_case: the rest go with them."""
    if table.id not in view.prescribed_columns:
        return False
    prescribed = (column for column in table.columns if view.is_prescribed(table, column))
    return any(column.name is UNKNOWN or not is_snake_case(column.name) for column in prescribed)
