"""REL003 one-sided-relation."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tenantlint.rule import Finding, Rule
from tenantlint.rules._fixes import add_inverse
from tenantlint.rules._sides import candidates, follows_key, is_certain, named_apart, pairs
from tenantlint.schema import UNKNOWN
from tenantlint.view import known

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tenantlint.schema import Relation, Table
    from tenantlint.settings import Preset
    from tenantlint.view import SchemaView


class OneSidedRelation(Rule):
    """A relation whose other side is not declared.

    ## What it does
    Asks a relation for its other side where it does harm without: in Drizzle a relation that names no columns, since
    the other side must name them; in SQLModel two relations between the same classes that do not name each other in
    `back_populates`. Under the preset `strict`, or with `every`, it asks every relation: in SQLModel for a
    `Relationship` of the target with `back_populates` on both, in Drizzle for a `one()` or `many()` among the
    relations of the target.

    Not asked for: the other side of the relation to the tenant (see Options), of view-only relations, of SQLModel
    relations that follow no foreign key but a `primaryjoin` of their own, and of relations to exempt tables. A name
    in `back_populates` that does not exist is for mismatched-relation (REL004).

    ## Why is this bad
    In SQLModel, what is assigned on one side does not show on the other before a reload, deletes do not cascade as
    declared, and SQLAlchemy warns of two relations that write one column. In Drizzle, a `many()` without its `one()`
    fails when a query uses it, and a `one()` without its other side cannot be loaded from there.

    ## Example
    ```python
    from sqlmodel import Field, Relationship, SQLModel


    class Customer(SQLModel, table=True):
        id: int = Field(primary_key=True)
        invoices: list["Invoice"] = Relationship()


    class Invoice(SQLModel, table=True):
        id: int = Field(primary_key=True)
        customer_id: int = Field(foreign_key="customer.id", index=True)
        customer: Customer = Relationship()
    ```
    ```typescript
    import { relations } from "drizzle-orm";
    import { pgTable, uuid } from "drizzle-orm/pg-core";

    export const customers = pgTable("customers", { id: uuid("id").primaryKey() });

    export const invoices = pgTable("invoices", {
      id: uuid("id").primaryKey(),
      customer_id: uuid("customer_id").references(() => customers.id),
    });

    export const customersRelations = relations(customers, ({ many }) => ({
      invoices: many(invoices),
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
    ```
    ```typescript
    import { relations } from "drizzle-orm";
    import { pgTable, uuid } from "drizzle-orm/pg-core";

    export const customers = pgTable("customers", { id: uuid("id").primaryKey() });

    export const invoices = pgTable("invoices", {
      id: uuid("id").primaryKey(),
      customer_id: uuid("customer_id").references(() => customers.id),
    });

    export const customersRelations = relations(customers, ({ many }) => ({
      invoices: many(invoices),
    }));

    export const invoicesRelations = relations(invoices, ({ one }) => ({
      customer: one(customers, { fields: [invoices.customer_id], references: [customers.id] }),
    }));
    ```

    ## Options
    - `every`: `true` asks every relation for its other side, `false` those that do harm without. By default `true`
      only under the presets `strict` and `all`.
    - `tenant-relations`: `true` asks for the other side of the relation to the tenant too (default `false`), which
      gives the tenant one relation for each table.

    ## Fix safety
    Unsafe: the relation's name is a new attribute that other code may use already. The database does not change.
    """

    code: ClassVar[str] = "REL003"
    name: ClassVar[str] = "one-sided-relation"
    preset: ClassVar[Preset] = "recommended"

    every: bool | None = None
    tenant_relations: bool = False

    def check_table(self, table: Table, view: SchemaView) -> Iterable[Finding]:
        """Report each relation by itself."""
        every = view.settings.strict if self.every is None else self.every
        for relation in table.relations:
            target = view.find(relation.target_id)
            if target is None or target.id not in view.checked or "relations" in target.incomplete:
                continue
            if not _is_one_sided(relation, table, target):
                continue
            if table.orm != "drizzle" and not follows_key(relation, table, target, view):
                continue
            text = _text(relation, table, target, every)
            if text is not None and (self.tenant_relations or not _may_load_tenant(relation, table, view)):
                is_pair = table.orm != "drizzle" and _unnamed(relation, table, target) is not None
                fix = None if is_pair or relation.inverse is not None else add_inverse(table, relation, target)
                yield Finding(relation.at, table, f"{table.symbol}.{relation.name}", text, fix)


def _is_one_sided(relation: Relation, table: Table, target: Table) -> bool:
    if relation.view_only is not False:
        return False
    if table.orm != "drizzle":
        return relation.inverse is None and relation.declared_inverse is None
    if not is_certain(relation, table, target):
        return False
    if relation.inverse is None:
        others = [other for other in candidates(relation, table, target) if other is not relation]
        return not others and named_apart(relation, table, target) is None
    return relation.columns == () and any(
        other.name == relation.inverse and other.columns == () for other in target.relations
    )


def _may_load_tenant(relation: Relation, table: Table, view: SchemaView) -> bool:
    columns = known(relation.columns)
    if columns is None or relation.columns_of is UNKNOWN:
        return relation.target_id in view.tenant_roots
    return bool(columns) and relation.columns_of == table.id and view.is_tenant_key(table, columns)


def _text(relation: Relation, table: Table, target: Table, every: bool) -> str | None:
    """Return what to say of a relation without its other side, None where that does no harm and is not asked for."""
    if table.orm != "drizzle":
        other = _unnamed(relation, table, target)
        if other is not None:
            return _pair_text(relation, other, target)
        return (
            f"has no other side: what is assigned here does not show on `{target.symbol}` before a reload; declare a "
            "`Relationship` there, and name each in the `back_populates` of the other"
        ) * every or None
    if relation.columns == ():
        return (
            "has no other side that names columns: Drizzle cannot tell which join the tables, and fails when a query "
            f"uses it; declare `one({table.symbol})` with `fields` and `references` in the relations of "
            f"`{target.symbol}`"
        )
    return (
        f"has no other side: queries of `{target.symbol}` cannot load `{table.symbol}` with it; declare "
        f"`many({table.symbol})` or `one({table.symbol})` in the relations of `{target.symbol}`"
    ) * every or None


def _unnamed(relation: Relation, table: Table, target: Table) -> Relation | None:
    """Return the relation of ``target`` that goes the same way back, and is not named as the other side either."""
    for other in target.relations:
        back = other.target_id == table.id and other is not relation and other.view_only is False
        if (
            back
            and other.declared_inverse is None
            and other.through == relation.through
            and pairs(relation, other) is True
        ):
            return other
    return None


def _pair_text(relation: Relation, other: Relation, target: Table) -> str | None:
    """Return what to say of two relations that do not name each other: on the side with the key, and once."""
    if relation.kind != "one" and (other.kind == "one" or relation.name > other.name):
        return None
    return (
        f"and `{target.symbol}.{other.name}` do not name each other: what is assigned on one side does not show on the "
        "other before a reload, and both write the same columns; name each in the `back_populates` of the other"
    )
