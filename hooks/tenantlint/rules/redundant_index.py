"""IDX004 redundant-index."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from tenantlint.record import Record
from tenantlint.rule import Finding, Rule, label
from tenantlint.rules._fixes import drop_index
from tenantlint.schema import UNKNOWN
from tenantlint.view import known

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tenantlint.change import Fix
    from tenantlint.diagnostic import Severity
    from tenantlint.schema import Index, Maybe, Table
    from tenantlint.settings import Preset
    from tenantlint.view import SchemaView


class RedundantIndex(Rule):
    """An index that another one of the table already covers.

    ## What it does
    Reports an index whose columns, in order, are the first ones of another index, of a unique constraint or of the
    primary key. A unique index is covered only by a key over the same columns that is unique too. Partial indexes,
    expressions, access methods other than `btree`, and columns with a sort order or an operator class of their own
    neither cover nor are covered.

    ## Why is this bad
    Every insert writes every index of the table, and many updates do. An index that answers no query which another
    one does not answer costs this, and its space in memory, for nothing.

    ## Example
    ```python
    from sqlmodel import Field, SQLModel


    class Invoice(SQLModel, table=True):
        id: int = Field(primary_key=True, index=True)
    ```
    ```typescript
    import { index, integer, pgTable, uuid } from "drizzle-orm/pg-core";

    export const invoices = pgTable(
      "invoices",
      {
        id: uuid("id").primaryKey(),
        customer: uuid("customer").notNull(),
        number: integer("number").notNull(),
      },
      (t) => [
        index("invoices_customer_idx").on(t.customer),
        index("invoices_customer_number_idx").on(t.customer, t.number),
      ],
    );
    ```

    ## Use instead
    ```python
    from sqlmodel import Field, SQLModel


    class Invoice(SQLModel, table=True):
        id: int = Field(primary_key=True)
    ```
    ```typescript
    import { index, integer, pgTable, uuid } from "drizzle-orm/pg-core";

    export const invoices = pgTable(
      "invoices",
      {
        id: uuid("id").primaryKey(),
        customer: uuid("customer").notNull(),
        number: integer("number").notNull(),
      },
      (t) => [index("invoices_customer_number_idx").on(t.customer, t.number)],
    );
    ```

    ## Fix safety
    Unsafe: takes the declaration of the index away, and drops it in a migration, whose downgrade makes it again. A
    query that runs often may read the narrower index faster than the wider one.

    Withheld where the index is unique and a foreign key references its columns, where `unique=True` stands beside
    `index=True` in one declaration, where the index is declared outside of its table, and where the database calls it
    another name, or has several alike.
    """

    code: ClassVar[str] = "IDX004"
    name: ClassVar[str] = "redundant-index"
    preset: ClassVar[Preset] = "strict"
    severity: ClassVar[Severity] = "warning"

    def check_table(self, table: Table, view: SchemaView) -> Iterable[Finding]:
        """Report each index once; of two that are equal, the later one."""
        keys = list(_keys(table))
        for position, key in enumerate(keys):
            cover = next((other for at, other in enumerate(keys) if _covers(other, key, at < position)), None)
            if key.index is not None and cover is not None and not _serves_others(key.index, cover, table, view):
                text = (
                    f"has {key.what} over ({', '.join(key.columns)}), which {cover.what} already covers: every write "
                    "pays for both, and no query needs it; drop it"
                )
                yield Finding(key.index.at, table, label(table), text, _fix(key, key.index, table, view))


def _fix(key: _Key, index: Index, table: Table, view: SchemaView) -> Fix | None:
    """Return the fix that drops an index, None for one that a foreign key may need."""
    needed = index.unique is not False and view.is_referenced(table, key.columns)
    return None if needed or index.unique is UNKNOWN else drop_index(table, index)


class _Key(Record):
    """What finds rows by its leading columns; ``index`` is None where it is not an index of the user's."""

    columns: tuple[str, ...]
    unique: Maybe[bool]
    what: str
    index: Index | None = None


def _keys(table: Table) -> Iterator[_Key]:
    primary = known(table.primary_key)
    if primary:
        yield _Key(primary, True, _PRIMARY)
    for constraint in table.unique_constraints:
        columns = known(constraint.columns)
        if columns and constraint.attached:
            yield _Key(columns, True, f"the unique constraint over ({', '.join(columns)})")
    declared = {index.at for index in table.indexes}
    for column in table.columns:
        if column.unique is True and column.name is not UNKNOWN and column.at not in declared:
            yield _Key((column.name,), True, f"the unique constraint over ({column.name})")
    for index in table.indexes:
        columns = _plain_columns(index)
        if columns:
            yield _Key(columns, index.unique, _named(index), index)


def _named(index: Index) -> str:
    return f"the index `{index.name}`" if isinstance(index.name, str) else "an index"


def _plain_columns(index: Index) -> tuple[str, ...]:
    """Return the columns of an index that finds every row by equality and in order, else ()."""
    if index.columns is UNKNOWN or index.partial is not False or not index.attached:
        return ()
    if index.method != "btree" or index.plain is not True:
        return ()
    columns = tuple(column for column in index.columns if isinstance(column, str))
    return columns if columns == index.columns else ()


def _covers(other: _Key, key: _Key, earlier: bool) -> bool:
    """Return whether ``other`` does all that ``key`` does, and is not an equal that comes after it."""
    if other is key or (not earlier and _does_all(key, other)):
        return False
    return _does_all(other, key)


def _does_all(other: _Key, key: _Key) -> bool:
    if key.unique is False:
        return other.columns[: len(key.columns)] == key.columns
    return other.unique is True and other.columns == key.columns


def _serves_others(index: Index, cover: _Key, table: Table, view: SchemaView) -> bool:
    """Return whether the index is declared for other tables too, which lack what covers it here."""
    shared = [column for column in table.columns if column.at == index.at]
    return cover.what != _PRIMARY and any(len(view.sharing(column)) > 1 for column in shared)


_PRIMARY: Final = "the primary key"
