"""IDX002 unindexed-foreign-key."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tenantlint.rule import Finding, Rule, label
from tenantlint.rules._fixes import add_index
from tenantlint.view import foreign_keys, known, relation_keys

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tenantlint.schema import Relation, Table
    from tenantlint.settings import Preset
    from tenantlint.source import Location
    from tenantlint.view import SchemaView


class UnindexedForeignKey(Rule):
    """A foreign key whose columns no index leads with.

    ## What it does
    Asks every foreign key for an index, a unique constraint or a primary key that begins with its columns, in any
    order; a migration may declare either. Columns that a relation joins on count as a foreign key where they reference
    a key of the other table, and a relation there leads back (under the presets `strict` and `all`, without one too). A
    unique key over some of the columns is enough, and so is an index that begins with one of several, the tenant aside.
    A partial index is not, unless the columns may be NULL.

    The tenant column by itself is for unindexed-tenant-id (IDX001). In MySQL, InnoDB indexes every declared foreign
    key, so that only those are reported which a relation gives.

    ## Why is this bad
    PostgreSQL indexes the referenced side only. Without an index on this side, every delete or key change in the
    other table reads this whole table to look for references, under lock, and so does every join from there.

    ## Example
    ```python
    from sqlmodel import Field, SQLModel


    class Customer(SQLModel, table=True):
        id: int = Field(primary_key=True)


    class Invoice(SQLModel, table=True):
        id: int = Field(primary_key=True)
        customer_id: int = Field(foreign_key="customer.id")
    ```
    ```typescript
    import { pgTable, uuid } from "drizzle-orm/pg-core";

    export const customers = pgTable("customers", {
      id: uuid("id").primaryKey(),
    });

    export const invoices = pgTable("invoices", {
      id: uuid("id").primaryKey(),
      customer_id: uuid("customer_id").references(() => customers.id),
    });
    ```

    ## Use instead
    ```python
    from sqlmodel import Field, SQLModel


    class Customer(SQLModel, table=True):
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
        customer_id: uuid("customer_id").references(() => customers.id),
      },
      (t) => [index("invoices_customer_id_idx").on(t.customer_id)],
    );
    ```

    ## Fix safety
    Unsafe: the index needs a migration, which locks the table against writes unless it is made `CONCURRENTLY`.
    """

    code: ClassVar[str] = "IDX002"
    name: ClassVar[str] = "unindexed-foreign-key"
    preset: ClassVar[Preset] = "recommended"

    def check_table(self, table: Table, view: SchemaView) -> Iterable[Finding]:
        """Report each set of columns once, however many keys and relations use it."""
        seen: set[frozenset[str]] = set()
        for columns, at, relation in _references(table, view):
            if frozenset(columns) in seen:
                continue
            seen.add(frozenset(columns))
            if view.is_tenant_key(table, columns) or view.is_indexed(table, columns) is not False:
                continue
            parts = [name for name in columns if len(columns) > 1 and view.is_indexed(table, (name,)) is not False]
            if view.is_tenant_key(table, parts):
                yield _finding(table, view, columns, at, _text(view, relation, "rows of its tenant" if parts else ""))


def _text(view: SchemaView, relation: Relation | None, part: str) -> str:
    read = f"all {part}" if part else "this whole table"
    if relation is None:
        how = f"is a foreign key that no index leads with: every delete in the table that it references reads {read}"
    else:
        target = view.find(relation.target_id)
        other = "other table" if target is None else f"`{label(target)}`"
        how = (
            f"is what the relation `{relation.name}` joins on, and no index leads with it: finding the rows of one "
            f"{other} reads {read}"
        )
    return f"{how}; add an index that begins with it"


def _finding(table: Table, view: SchemaView, columns: tuple[str, ...], at: Location, text: str) -> Finding:
    column = table.column(columns[0])
    subject = f"{label(table)}.{columns[0]}" if len(columns) == 1 else f"{label(table)} ({', '.join(columns)})"
    if len(columns) == 1 and column is not None:
        at, subject = view.missing_index_place(table, column), label(table, column)
    return Finding(at, table, subject, text, add_index(table, columns))


def _references(table: Table, view: SchemaView) -> Iterator[tuple[tuple[str, ...], Location, Relation | None]]:
    """Yield the columns of each reference with where it stands, and the relation where only that gives it."""
    if table.dialect != "mysql":
        for key, columns in foreign_keys(table):
            yield columns, key.at, None
        for key in view.migrated_foreign_keys(table):
            columns = known(key.columns) or ()
            if columns and all(table.column(name) is not None for name in columns):
                yield columns, table.at, None
    for relation, columns in relation_keys(table):
        target, referenced = view.find(relation.target_id), known(relation.target_columns)
        followed = view.settings.strict or isinstance(relation.inverse, str)
        if relation.kind == "one" and target and referenced and followed and view.is_unique(target, referenced):
            yield columns, relation.at, relation
