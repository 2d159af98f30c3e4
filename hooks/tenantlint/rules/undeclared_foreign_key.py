"""REL001 undeclared-foreign-key."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tenantlint.names import snake_case
from tenantlint.rule import Finding, Rule, label
from tenantlint.schema import UNKNOWN, Maybe
from tenantlint.types import family

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tenantlint.diagnostic import Severity
    from tenantlint.schema import Column, Part, Table
    from tenantlint.settings import Preset
    from tenantlint.view import SchemaView

_NEEDED: frozenset[Part] = frozenset({"columns", "foreign_keys", "relations"})


class UndeclaredForeignKey(Rule):
    """A column that is named after a table but does not reference it.

    ## What it does
    Finds columns `x_id` where the project declares a table `x`, or its plural, whose key has the same type, and
    where neither a foreign key nor a relation uses the column. The primary key, the tenant column and polymorphic
    references (`x_type` beside `x_id`) are left out.

    ## Why is this bad
    Nothing keeps the column from pointing at a row that does not exist, or that was deleted. Neither the database nor
    the ORM knows of the reference, so that joins must be spelled out and nobody is told of an index that is missing.

    ## Example
    ```python
    from sqlmodel import Field, SQLModel


    class Customer(SQLModel, table=True):
        id: int = Field(primary_key=True)


    class Invoice(SQLModel, table=True):
        id: int = Field(primary_key=True)
        customer_id: int = Field(index=True)
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
        customer_id: uuid("customer_id").notNull(),
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
        customer_id: int = Field(index=True, foreign_key="customer.id")
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

    ## Fix safety
    Unsafe: the migration fails where rows already point at nothing.
    """

    code: ClassVar[str] = "REL001"
    name: ClassVar[str] = "undeclared-foreign-key"
    preset: ClassVar[Preset] = "recommended"
    severity: ClassVar[Severity] = "warning"

    def check_table(self, table: Table, view: SchemaView) -> Iterable[Finding]:
        """Report each column by itself."""
        if table.incomplete & _NEEDED:
            return
        names = {
            snake_case(name) for column in table.columns for name in (column.key, column.name) if name is not UNKNOWN
        }
        tenant = view.tenant_columns(table)
        for column in table.columns:
            if column.name is UNKNOWN or column in tenant or _may_be_key(table, column.name):
                continue
            noun = snake_case(column.name).removesuffix("_id")
            if noun == snake_case(column.name) or f"{noun}_type" in names:
                continue
            target = _target(table, column, view.tables_named(noun))
            if target is None or _is_used(table, column.name, target):
                continue
            text = (
                f"is named after `{label(target)}` but references nothing: it may point at a row that does not exist; "
                f"declare a foreign key to `{label(target)}`"
            )
            yield Finding(column.at, table, label(table, column), text)


def _target(table: Table, column: Column, named: list[Table]) -> Table | None:
    """Return the one table of that name that the column can reference; of several the one in the same file."""
    fitting = [other for other in named if other.orm == table.orm and _has_key_like(other, column) is not False]
    near = [other for other in fitting if other.at.path == table.at.path]
    found = near if len(fitting) > 1 else fitting
    if len(found) != 1 or found[0] is table or _has_key_like(found[0], column) is UNKNOWN:
        return None
    return found[0]


def _may_be_key(table: Table, name: str) -> bool:
    key = table.primary_key
    return key is UNKNOWN or (len(key) == 1 and key[0] in (name, UNKNOWN))


def _has_key_like(table: Table, column: Column) -> Maybe[bool]:
    if table.primary_key is UNKNOWN:
        return UNKNOWN
    if len(table.primary_key) != 1:
        return False
    name = table.primary_key[0]
    key = None if name is UNKNOWN else table.column(name)
    if key is None or key.type is UNKNOWN or column.type is UNKNOWN:
        return UNKNOWN
    return family(key.type) == family(column.type)


def _is_used(table: Table, name: str, target: Table) -> bool:
    """Return whether a foreign key or a relation on either side uses the column, or may."""
    if "relations" in target.incomplete:
        return True
    uses = [
        *(key.columns for key in table.foreign_keys),
        *(relation.columns for relation in table.relations if relation.columns_of in (table.id, UNKNOWN)),
        *(relation.target_columns for relation in target.relations if relation.target_id in (table.id, UNKNOWN)),
    ]
    return any(columns is UNKNOWN or UNKNOWN in columns or name in columns for columns in uses)
