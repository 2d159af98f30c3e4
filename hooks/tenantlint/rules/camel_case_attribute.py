"""NAM002 camel-case-attribute."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from tenantlint.names import camel_case, is_camel_case, is_snake_case, snake_case
from tenantlint.rule import Finding, Rule
from tenantlint.rules._fixes import rename_key
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tenantlint.schema import Table
    from tenantlint.settings import Preset
    from tenantlint.view import SchemaView


class CamelCaseAttribute(Rule):
    """A snake_case column that has another name style in code.

    ## What it does
    Compares the attribute (SQLModel) or key (Drizzle) of each column whose name in the database is snake_case with
    the style that the project has chosen. Columns that are not snake_case in the database are for
    camel-case-column (NAM001), and the keys that Auth.js and Better Auth prescribe are left alone.

    ## Why is this bad
    The same column goes by two names: one in code, the other in SQL, logs, policies and migrations. A search for
    either misses half of the uses, and a service in another language calls it by the other name.

    ## Example
    ```python
    from sqlalchemy import Column, String
    from sqlmodel import Field, SQLModel


    class Invoice(SQLModel, table=True):
        id: int = Field(primary_key=True)
        dueDate: str = Field(sa_column=Column("due_date", String))
    ```
    ```typescript
    import { pgTable, text, uuid } from "drizzle-orm/pg-core";

    export const invoices = pgTable("invoices", {
      id: uuid("id").primaryKey(),
      dueDate: text("due_date"),
    });
    ```

    ## Use instead
    ```python
    from sqlalchemy import Column, String
    from sqlmodel import Field, SQLModel


    class Invoice(SQLModel, table=True):
        id: int = Field(primary_key=True)
        due_date: str = Field(sa_column=Column("due_date", String))
    ```
    ```typescript
    import { pgTable, text, uuid } from "drizzle-orm/pg-core";

    export const invoices = pgTable("invoices", {
      id: uuid("id").primaryKey(),
      due_date: text("due_date"),
    });
    ```

    ## Options
    - `keys`: `"snake"` (the default), `"camel"` for camelCase in code over snake_case columns, or `"any"` to leave
      the style open.
    - `drizzle-keys`: the same for Drizzle alone, where a project has both languages.

    ## Fix safety
    Safe where every use of the attribute resolves: the database does not change. Unsafe otherwise.
    """

    code: ClassVar[str] = "NAM002"
    name: ClassVar[str] = "camel-case-attribute"
    preset: ClassVar[Preset] = "recommended"

    keys: Literal["snake", "camel", "any"] = "snake"
    drizzle_keys: Literal["snake", "camel", "any"] | None = None

    def check_table(self, table: Table, view: SchemaView) -> Iterable[Finding]:
        """Report each column by itself."""
        style = (self.drizzle_keys if table.orm == "drizzle" else None) or self.keys
        if style == "any":
            return
        fits, convert = (is_snake_case, snake_case) if style == "snake" else (is_camel_case, camel_case)
        kind = "key" if table.orm == "drizzle" else "attribute"
        for column in table.columns:
            if column.name is UNKNOWN or not is_snake_case(column.name) or view.is_prescribed(table, column):
                continue
            if not fits(column.key):
                text = (
                    f"is not {style}Case" if style == "camel" else "is not snake_case"
                ) + f": one column has two names, this one and `{column.name}`; name the {kind} `{convert(column.key)}`"
                fix = rename_key(table, column, convert(column.key))
                yield Finding(column.at, table, f"{table.symbol}.{column.key}", text, fix)
