"""REL004 mismatched-relation."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tenantlint.rule import Finding, Rule, label
from tenantlint.rules._sides import candidates, is_certain, named_apart
from tenantlint.schema import UNKNOWN, Maybe
from tenantlint.view import known

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tenantlint.schema import Relation, Table
    from tenantlint.settings import Preset
    from tenantlint.view import SchemaView


class MismatchedRelation(Rule):
    """A relation that names what is not there, or whose two sides disagree.

    ## What it does
    - In SQLModel: `back_populates` must name a relationship of the target that points back to this class and names
      this one in turn.
    - In Drizzle: the two sides of a relation must have the same `relationName`, and must have one where several
      relations join the two tables. Two that name different columns, and no `relationName` in common, are two
      relations, and so are those of `relations()` and of `defineRelations()`.
    - In both: the columns that a relation joins on (`fields` and `references`) must exist, belong to its own table
      and to the target, and be as many on each side.

    ## Why is this bad
    SQLAlchemy checks a relationship when the first query of the process runs, and then fails for every class, or
    keeps the two sides in step in one direction only. Drizzle checks nothing: it builds a join on the wrong columns,
    which loads wrong rows, or fails when a query uses the relation.

    ## Example
    ```python
    from sqlmodel import Field, Relationship, SQLModel


    class Customer(SQLModel, table=True):
        id: int = Field(primary_key=True)
        invoices: list["Invoice"] = Relationship(back_populates="customer")


    class Invoice(SQLModel, table=True):
        id: int = Field(primary_key=True)
        customer_id: int = Field(foreign_key="customer.id", index=True)
        customer: Customer = Relationship(back_populates="bills")
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
      invoices: many(invoices, { relationName: "payer" }),
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
      invoices: many(invoices, { relationName: "payer" }),
    }));

    export const invoicesRelations = relations(invoices, ({ one }) => ({
      customer: one(customers, { fields: [invoices.customer_id], references: [customers.id], relationName: "payer" }),
    }));
    ```

    ## Fix safety
    There is no fix: only the author knows which side is right.
    """

    code: ClassVar[str] = "REL004"
    name: ClassVar[str] = "mismatched-relation"
    preset: ClassVar[Preset] = "recommended"

    def check_table(self, table: Table, view: SchemaView) -> Iterable[Finding]:
        """Report the sides of each relation, and its columns."""
        for relation in table.relations:
            target = view.find(relation.target_id)
            texts = list(_column_texts(relation, table, view))
            if target is not None and "relations" not in target.incomplete:
                texts.extend(_side_texts(relation, table, target))
            for text in texts:
                yield Finding(relation.at, table, f"{table.symbol}.{relation.name}", text)


def _side_texts(relation: Relation, table: Table, target: Table) -> Iterator[str]:
    if table.orm == "drizzle":
        if relation.inverse is None and is_certain(relation, table, target):
            yield from _name_texts(relation, table, target)
    elif isinstance(relation.declared_inverse, str):
        yield from _back_texts(relation, relation.declared_inverse, table, target)


def _name_texts(relation: Relation, table: Table, target: Table) -> Iterator[str]:
    """Check Drizzle's ``relationName``. A relation that names its columns works without its other side.

    Two that name different columns, and no ``relationName`` in common, are two relations. Two of two
    files over the same columns are one that is declared for two clients.
    """
    others = _once(candidates(relation, table, target))
    apart = named_apart(relation, table, target, sure=True)
    if len(others) == 1 and others[0] is not relation and isinstance(relation.declared_inverse, str):
        yield (
            f"joins on other columns than its other side `{target.symbol}.{others[0].name}`: one of them loads wrong "
            "rows; let both name the same columns"
        )
    elif len(others) > 1 and relation.columns == ():
        names = " and ".join(f"`{target.symbol}.{other.name}`" for other in others)
        yield (
            f"may be the other side of {names}: Drizzle refuses to choose when a query uses it; give the two sides of "
            "each relation the same `relationName`"
        )
    elif apart and relation.columns == () and isinstance(relation.declared_inverse, str):
        yield (
            f"has the relationName `{relation.declared_inverse}`, which `{target.symbol}.{apart.name}` does not have: "
            "Drizzle cannot match the two sides; give both the same name"
        )


def _once(relations: list[Relation]) -> list[Relation]:
    """Return the relations without those that another file declares too."""
    found: list[Relation] = []
    for each in relations:
        if not any(_are_one(each, other) for other in found):
            found.append(each)
    return found


def _are_one(one: Relation, other: Relation) -> bool:
    """Return whether two files declare one relation, or may."""
    sides = ((one.columns, other.columns), (one.target_columns, other.target_columns))
    return one.at.path != other.at.path and all(
        known(here) is None or known(there) is None or here == there for here, there in sides
    )


def _back_texts(relation: Relation, named: str, table: Table, target: Table) -> Iterator[str]:
    """Check SQLAlchemy's ``back_populates``, which is ``named``."""
    other = next((each for each in target.relations if each.name == named), None)
    full = f"`{target.symbol}.{named}`"
    if other is None:
        yield f"names {full} in `back_populates`, which is no relationship: SQLAlchemy refuses to map the classes"
    elif other.target_id not in (table.id, UNKNOWN):
        yield f"names {full} in `back_populates`, which does not point back to `{table.symbol}`"
    elif _disagrees(other, relation, table):
        back = f"names `{other.declared_inverse}` instead" if other.declared_inverse else "does not name it back"
        yield (
            f"names {full} in `back_populates`, which {back}: the two sides are not kept in step; let each name the "
            "other"
        )


def _disagrees(other: Relation, relation: Relation, table: Table) -> bool:
    """Return whether ``other`` names another side than ``relation``; a name that does not exist is its own defect."""
    back = other.declared_inverse
    return back is None or (back != relation.name and any(each.name == back for each in table.relations))


def _column_texts(relation: Relation, table: Table, view: SchemaView) -> Iterator[str]:
    target = view.find(relation.target_id)
    yield from _side(relation.columns, view.find(relation.columns_of), table)
    if target is not None:
        yield from _side(relation.target_columns, view.find(relation.target_columns_of), target)
    here, there = relation.columns, relation.target_columns
    if here is not UNKNOWN and there is not UNKNOWN and len(here) != len(there) and relation.through is None:
        yield (
            f"joins {len(here)} column{'s' * (len(here) != 1)} to {len(there)}: each needs its counterpart in "
            "`fields` and `references`"
        )


def _side(columns: Maybe[tuple[Maybe[str], ...]], owner: Table | None, table: Table) -> Iterator[str]:
    """Check ``columns``, which belong to ``owner`` (None: not known), against ``table``, which should own them."""
    if columns is UNKNOWN or not columns:
        return
    if owner is not None and owner is not table:
        yield (
            f"joins on columns of `{owner.symbol}` where those of `{table.symbol}` belong: it loads wrong rows; name "
            f"columns of `{table.symbol}`"
        )
    elif "columns" not in table.incomplete and all(column.name is not UNKNOWN for column in table.columns):
        for name in columns:
            if name is not UNKNOWN and table.column(name) is None:
                yield f"joins on `{label(table)}.{name}`, which does not exist: name a column of `{table.symbol}`"
