"""REL002 missing-relation."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from tenantlint.rule import Finding, Rule, label
from tenantlint.rules._fixes import add_relation
from tenantlint.schema import UNKNOWN
from tenantlint.view import foreign_keys, known

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tenantlint.schema import ForeignKey, Relation, Table
    from tenantlint.settings import Preset
    from tenantlint.view import SchemaView


class MissingRelation(Rule):
    """A foreign key that no relation on its own side follows.

    ## What it does
    Asks every foreign key for a relation of its table that joins on its columns: a `Relationship()` in SQLModel,
    `one()` in Drizzle.

    Not asked for: the relation to the tenant (see Options), the relations of a join table to the two tables that a
    many-to-many relation joins through it, relations to exempt tables and those of a login library's tables. Nor is a
    second one asked for where the other table's relation loads a row that shares its key. A table that takes part in no
    relation at all does without them, and is left alone too (see Options).

    It is in the strict preset: half of what it found in public repositories was left out on purpose.

    ## Why is this bad
    The ORM cannot load the row that the key points to: the one foreign key without a relation needs a hand-written
    join wherever the others need a name.

    ## Example
    ```python
    from sqlmodel import Field, Relationship, SQLModel


    class Customer(SQLModel, table=True):
        id: int = Field(primary_key=True)
        invoices: list["Invoice"] = Relationship(back_populates="customer")


    class Invoice(SQLModel, table=True):
        id: int = Field(primary_key=True)
        customer_id: int = Field(foreign_key="customer.id", index=True)
        customer: Customer = Relationship(back_populates="invoices")
        currency_id: int = Field(foreign_key="currency.id", index=True)


    class Currency(SQLModel, table=True):
        id: int = Field(primary_key=True)
    ```
    ```typescript
    import { relations } from "drizzle-orm";
    import { pgTable, uuid } from "drizzle-orm/pg-core";

    export const customers = pgTable("customers", { id: uuid("id").primaryKey() });
    export const currencies = pgTable("currencies", { id: uuid("id").primaryKey() });

    export const invoices = pgTable("invoices", {
      id: uuid("id").primaryKey(),
      customer_id: uuid("customer_id").references(() => customers.id),
      currency_id: uuid("currency_id").references(() => currencies.id),
    });

    export const customersRelations = relations(customers, ({ many }) => ({
      invoices: many(invoices),
    }));

    export const invoicesRelations = relations(invoices, ({ one }) => ({
      customer: one(customers, { fields: [invoices.customer_id], references: [customers.id] }),
    }));
    ```

    ## Use instead
    ```python
    from sqlmodel import Field, Relationship, SQLModel


    class Customer(SQLModel, table=True):
        id: int = Field(primary_key=True)
        invoices: list["Invoice"] = Relationship(back_populates="customer")


    class Invoice(SQLModel, table=True):
        id: int = Field(primary_key=True)
        customer_id: int = Field(foreign_key="customer.id", index=True)
        customer: Customer = Relationship(back_populates="invoices")
        currency_id: int = Field(foreign_key="currency.id", index=True)
        currency: "Currency" = Relationship(back_populates="invoices")


    class Currency(SQLModel, table=True):
        id: int = Field(primary_key=True)
        invoices: list[Invoice] = Relationship(back_populates="currency")
    ```
    ```typescript
    import { relations } from "drizzle-orm";
    import { pgTable, uuid } from "drizzle-orm/pg-core";

    export const customers = pgTable("customers", { id: uuid("id").primaryKey() });
    export const currencies = pgTable("currencies", { id: uuid("id").primaryKey() });

    export const invoices = pgTable("invoices", {
      id: uuid("id").primaryKey(),
      customer_id: uuid("customer_id").references(() => customers.id),
      currency_id: uuid("currency_id").references(() => currencies.id),
    });

    export const customersRelations = relations(customers, ({ many }) => ({
      invoices: many(invoices),
    }));

    export const currenciesRelations = relations(currencies, ({ many }) => ({
      invoices: many(invoices),
    }));

    export const invoicesRelations = relations(invoices, ({ one }) => ({
      customer: one(customers, { fields: [invoices.customer_id], references: [customers.id] }),
      currency: one(currencies, { fields: [invoices.currency_id], references: [currencies.id] }),
    }));
    ```

    ## Options
    - `require`: `"when-used"` (the default) asks only tables that declare a relation, or that one of another table
      leads to; `"always"` asks every foreign key.
    - `tenant-relations`: `true` asks for the relation from each table to its tenant too (default `false`).

    ## Fix safety
    Unsafe: the relation's name is a new attribute that other code may use already. The database does not change.
    """

    code: ClassVar[str] = "REL002"
    name: ClassVar[str] = "missing-relation"
    preset: ClassVar[Preset] = "strict"

    require: Literal["when-used", "always"] = "when-used"
    tenant_relations: bool = False

    def check_table(self, table: Table, view: SchemaView) -> Iterable[Finding]:
        """Report each foreign key by itself."""
        if "relations" in table.incomplete or (self.require == "when-used" and table.id not in view.related_tables):
            return
        for key, columns in foreign_keys(table):
            target = view.find(key.target_id)
            if target is None or target.id not in view.checked or view.may_join(table, target):
                continue
            if view.is_tenant_key(table, columns) and not self.tenant_relations:
                continue
            if (target is table and columns == known(key.target_columns)) or _is_loaded_with(table, columns, target):
                continue
            if not view.is_of_login_library(table) and not any(
                _follows(relation, table, key, columns, view) for relation in table.relations
            ):
                yield _finding(table, key, columns, target, view)


def _is_loaded_with(table: Table, columns: tuple[str, ...], target: Table) -> bool:
    """Return whether a row is a part of one of ``target``, keyed by its key, and a relation there names the columns."""
    return known(table.primary_key) in (columns, None) and any(
        each.target_id in (table.id, UNKNOWN) and known(each.target_columns) in (columns, None)
        for each in target.relations
    )


def _follows(relation: Relation, table: Table, key: ForeignKey, columns: tuple[str, ...], view: SchemaView) -> bool:
    """Return whether the relation leads where the key does by its columns, or may."""
    if relation.target_id is not UNKNOWN and relation.target_id != key.target_id:
        return False
    used = known(relation.columns)
    if not used:
        return used is None or relation.kind != "many"
    common = set(used) & set(columns)
    return common == set(columns) or not view.tenant_names(table).issuperset(common)


def _finding(table: Table, key: ForeignKey, columns: tuple[str, ...], target: Table, view: SchemaView) -> Finding:
    column = table.column(columns[0]) if len(columns) == 1 else None
    how = f"`one({target.symbol})`" if table.orm == "drizzle" else f"a `Relationship` to `{target.symbol}`"
    text = (
        f"references `{label(target)}` but no relation follows it: the ORM cannot load that row with this one; "
        f"declare {how}"
    )
    fix = add_relation(table, columns, target)
    if column is None:
        return Finding(key.at, table, f"{label(table)} ({', '.join(columns)})", text, fix)
    shared = len(view.sharing(column)) > 1
    return Finding(table.at if shared else column.at, table, label(table, column), text, fix)
