"""TEN004 tenant-id-type."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from tenantlint.rule import Finding, Rule, label
from tenantlint.rules._fit import Pair, pair, pairs
from tenantlint.schema import UNKNOWN
from tenantlint.view import known

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tenantlint.schema import Column, Table
    from tenantlint.settings import Preset
    from tenantlint.view import SchemaView


class TenantIdType(Rule):
    """A tenant column whose type is not that of the tenants' key.

    ## What it does
    Compares the type of the tenant column with the column that its foreign keys reference, composite ones too. Where
    there is no foreign key, it compares it with the primary key of the tenants' table, unless another unique column
    of that table has the type. Sizes of text and `text` for `varchar` are left alone, as in foreign-key-type (REL005).

    ## Why is this bad
    The database creates no foreign key between types that it cannot compare. Without one, every join and every row
    level security policy needs a cast, and one on the column's side keeps the index on it from being used. An integer
    that is smaller than the key cannot hold every tenant.

    ## Example
    ```python
    from uuid import UUID

    from sqlmodel import Field, SQLModel


    class Tenant(SQLModel, table=True):
        id: UUID = Field(primary_key=True)


    class Invoice(SQLModel, table=True):
        id: int = Field(primary_key=True)
        tenant_id: str = Field(index=True)
    ```
    ```typescript
    import { index, integer, pgTable, text, uuid } from "drizzle-orm/pg-core";

    export const tenants = pgTable("tenants", {
      id: uuid("id").primaryKey(),
    });

    export const invoices = pgTable(
      "invoices",
      {
        id: integer("id").primaryKey(),
        tenant_id: text("tenant_id").notNull(),
      },
      (t) => [index("invoices_tenant_id_idx").on(t.tenant_id)],
    );
    ```

    ## Use instead
    ```python
    from uuid import UUID

    from sqlmodel import Field, SQLModel


    class Tenant(SQLModel, table=True):
        id: UUID = Field(primary_key=True)


    class Invoice(SQLModel, table=True):
        id: int = Field(primary_key=True)
        tenant_id: UUID = Field(index=True)
    ```
    ```typescript
    import { index, integer, pgTable, uuid } from "drizzle-orm/pg-core";

    export const tenants = pgTable("tenants", {
      id: uuid("id").primaryKey(),
    });

    export const invoices = pgTable(
      "invoices",
      {
        id: integer("id").primaryKey(),
        tenant_id: uuid("tenant_id").notNull(),
      },
      (t) => [index("invoices_tenant_id_idx").on(t.tenant_id)],
    );
    ```

    ## Fix safety
    There is no fix: the column's rows must be converted, and which of the two types is right is for the author to say.
    """

    code: ClassVar[str] = "TEN004"
    name: ClassVar[str] = "tenant-id-type"
    preset: ClassVar[Preset] = "recommended"

    def check_table(self, table: Table, view: SchemaView) -> Iterable[Finding]:
        """Report each tenant column once, with the first key that its type does not go with."""
        for column in view.tenant_columns(table):
            for each in _pairs(table, column, view):
                if each.fit in _WHY:
                    text = f"is `{each.own}`, but the key `{each.key}` is `{each.wanted}`: {_WHY[each.fit]}"
                    yield Finding(column.at, table, label(table, column), text)
                    break


_WHY: Final = {
    "clash": "no foreign key is possible between these types, and policies need a cast; give both columns one type",
    "narrow": "it cannot hold every tenant; give it the type of the key",
}


def _pairs(table: Table, column: Column, view: SchemaView) -> list[Pair]:
    """Return the column with each that it references, or with the tenants' key where it references nothing."""
    keys = [
        key for key in table.foreign_keys if known(key.columns) is None or column.name in (known(key.columns) or ())
    ]
    found = [each for key in keys for each in pairs(table, key, view) if each.column is column]
    if keys or "foreign_keys" in table.incomplete or column.name is UNKNOWN:
        return found
    roots = view.tenant_tables(table, column)
    return [] if len(roots) != 1 or roots[0] is table else _with_key(column, roots[0], view)


def _with_key(column: Column, root: Table, view: SchemaView) -> list[Pair]:
    """Return the column with the primary key of the tenants, nothing where another key of theirs may be meant."""
    key = known(root.primary_key)
    if key is None or len(key) != 1 or root.incomplete & {"columns", "indexes", "unique_constraints"}:
        return []
    others = [each for each in root.columns if each.name is UNKNOWN or view.may_be_unique(root, (each.name,))]
    found = [None if each.name is UNKNOWN else pair(column, root, each.name) for each in others]
    if any(each is None or each.fit in ("fits", "unclear") for each in found):
        return []
    return [
        each for each in found if each is not None and each.column is column and each.key == f"{label(root)}.{key[0]}"
    ]
