"""NAM009 index-name."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from tenantlint.rule import Finding, Rule, label
from tenantlint.rules._fixes import rename_index
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tenantlint.schema import Index, Table
    from tenantlint.settings import Preset
    from tenantlint.view import SchemaView

_MAX_BYTES: Final = 63
"""The longest name that PostgreSQL keeps; it cuts off the rest."""


class IndexName(Rule):
    """An index that is not named after its table and columns.

    ## What it does
    Asks the name of every index for the form `{table}_{columns}_idx`, as PostgreSQL itself names them, cut off at 63
    bytes. Indexes over expressions and those that Drizzle leaves to the database to name are left alone. SQLAlchemy
    names the index of `index=True` by its `naming_convention`, `ix_{table}_{column}` unless you set one.

    ## Why is this bad
    Query plans, lock messages and violations of unique indexes name the index and nothing else. A name that says the
    table and the columns is understood where it is read; index names are unique in a schema, so that two `idx_name`
    of two tables collide.

    ## Example
    ```python
    from sqlmodel import Field, Index, SQLModel


    class Customer(SQLModel, table=True):
        __table_args__ = (Index("by_name", "name"),)

        id: int = Field(primary_key=True)
        name: str
    ```
    ```typescript
    import { index, pgTable, text, uuid } from "drizzle-orm/pg-core";

    export const customers = pgTable(
      "customers",
      {
        id: uuid("id").primaryKey(),
        name: text("name").notNull(),
      },
      (t) => [index("by_name").on(t.name)],
    );
    ```

    ## Use instead
    ```python
    from sqlmodel import Field, Index, SQLModel


    class Customer(SQLModel, table=True):
        __table_args__ = (Index("customer_name_idx", "name"),)

        id: int = Field(primary_key=True)
        name: str
    ```
    ```typescript
    import { index, pgTable, text, uuid } from "drizzle-orm/pg-core";

    export const customers = pgTable(
      "customers",
      {
        id: uuid("id").primaryKey(),
        name: text("name").notNull(),
      },
      (t) => [index("customers_name_idx").on(t.name)],
    );
    ```

    ## Options
    - `template`: the form, with `{table}`, `{columns}` (joined by underscores) and `{schema}` in it. SQLAlchemy's own
      names are `"ix_{table}_{columns}"`.
    - `unique-template`: the form for unique indexes, where it is another one.

    ## Fix safety
    Unsafe: renames the index in its declaration and, with `ALTER INDEX … RENAME` in a migration, in the database, which
    does not build it again. `index=True`, whose index has no name of its own, becomes an `Index` in `__table_args__`.

    Withheld where the name is taken, where another index of the table is over the same columns, where a mixin declares
    the index for several tables, where `unique=True` stands beside `index=True`, where the name is no text that stands
    in the declaration, and where the database calls the index another name. Then rename it by hand, or set the
    `template` to what the project does.
    """

    code: ClassVar[str] = "NAM009"
    name: ClassVar[str] = "index-name"
    preset: ClassVar[Preset] = "off"

    template: str = "{table}_{columns}_idx"
    unique_template: str | None = None

    def check_table(self, table: Table, view: SchemaView) -> Iterable[Finding]:
        """Report each index by itself."""
        for index in table.indexes:
            expected = self._expected(index, table)
            if expected is None or not isinstance(index.name, str) or index.name in (expected, _cut(expected)):
                continue
            text = (
                f"has the index `{index.name}`: plans, locks and violations name an index and nothing else, so that "
                f"its name must tell the table and the columns; name it `{_cut(expected)}`"
            )
            yield Finding(index.at, table, label(table), text, rename_index(table, index, _cut(expected)))

    def _expected(self, index: Index, table: Table) -> str | None:
        """Return the whole name that the index should have, None where it cannot be known or is not the user's."""
        columns = () if index.columns is UNKNOWN else tuple(each for each in index.columns if isinstance(each, str))
        if table.name is UNKNOWN or not columns or columns != index.columns or not index.attached:
            return None
        template: str | None = self.template
        if self.unique_template is not None and index.unique is not False:
            template = self.unique_template if index.unique is True else None
        if template is None or (table.schema is UNKNOWN and "{schema}" in template):
            return None
        schema = table.schema if isinstance(table.schema, str) else "public"
        parts = {"table": table.name, "columns": "_".join(columns), "schema": schema}
        for part, value in parts.items():
            template = template.replace(f"{{{part}}}", value)
        return template


def _cut(name: str) -> str:
    return name.encode()[:_MAX_BYTES].decode(errors="ignore")
