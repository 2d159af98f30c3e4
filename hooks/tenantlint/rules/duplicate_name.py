"""COR005 duplicate-name."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from tenantlint.record import Record
from tenantlint.rule import Finding, Rule, label
from tenantlint.schema import UNKNOWN
from tenantlint.testing import is_aside

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenantlint.schema import Table
    from tenantlint.settings import Preset
    from tenantlint.source import Location
    from tenantlint.view import SchemaView


class DuplicateName(Rule):
    """Two tables, columns or indexes that end up with one name in the database.

    ## What it does
    Compares the names of a table's columns with each other, and those of tables, indexes and unique constraints within
    a database: PostgreSQL keeps all three in one namespace for each schema, and cuts a name after 63 bytes. In MySQL,
    the names of indexes are a table's own; SQLite knows tables and indexes of one database. Two tables are known to be
    of one database where they stand in one file, or where foreign keys and relations connect them; applications of one
    repository may well have a table of the same name each. Tests may declare a table again.

    ## Why is this bad
    The second of the two cannot be created. With `IF NOT EXISTS` it is left out in silence: the index, or a whole
    table, is not there. Two columns of one name fail at the first insert.

    ## Example
    ```python
    from sqlalchemy import Index
    from sqlmodel import Field, SQLModel


    class Customer(SQLModel, table=True):
        __table_args__ = (Index("name_idx", "name"),)
        id: int = Field(primary_key=True)
        name: str


    class Supplier(SQLModel, table=True):
        __table_args__ = (Index("name_idx", "name"),)
        id: int = Field(primary_key=True)
        name: str
    ```
    ```typescript
    import { index, pgTable, text, uuid } from "drizzle-orm/pg-core";

    export const customers = pgTable(
      "customers",
      { id: uuid("id").primaryKey(), name: text("name").notNull() },
      (t) => [index("name_idx").on(t.name)],
    );

    export const suppliers = pgTable(
      "suppliers",
      { id: uuid("id").primaryKey(), name: text("name").notNull() },
      (t) => [index("name_idx").on(t.name)],
    );
    ```

    ## Use instead
    ```python
    from sqlalchemy import Index
    from sqlmodel import Field, SQLModel


    class Customer(SQLModel, table=True):
        __table_args__ = (Index("customer_name_idx", "name"),)
        id: int = Field(primary_key=True)
        name: str


    class Supplier(SQLModel, table=True):
        __table_args__ = (Index("supplier_name_idx", "name"),)
        id: int = Field(primary_key=True)
        name: str
    ```
    ```typescript
    import { index, pgTable, text, uuid } from "drizzle-orm/pg-core";

    export const customers = pgTable(
      "customers",
      { id: uuid("id").primaryKey(), name: text("name").notNull() },
      (t) => [index("customers_name_idx").on(t.name)],
    );

    export const suppliers = pgTable(
      "suppliers",
      { id: uuid("id").primaryKey(), name: text("name").notNull() },
      (t) => [index("suppliers_name_idx").on(t.name)],
    );
    ```

    ## Fix safety
    There is no fix: which of the two should get another name is for the author to say.
    """

    code: ClassVar[str] = "COR005"
    name: ClassVar[str] = "duplicate-name"
    preset: ClassVar[Preset] = "recommended"

    def check(self, view: SchemaView) -> Iterator[Finding]:
        """Report every name that an earlier table, column or index of the same database has."""
        seen: dict[tuple[str, str, str], list[_Named]] = {}
        tables = [table for table in view.tables if not view.matches(table, self.exempt_tables)]
        for table in sorted(tables, key=lambda each: (each.at.path, each.at.start)):
            yield from _columns(table)
            for named in _names(table):
                earlier = seen.setdefault(named.key, [])
                first = next((other for other in earlier if _collide(other, named, view)), None)
                if first is None:
                    earlier.append(named)
                else:
                    yield Finding(named.at, table, named.subject, named.clash(first))


class _Named(Record):
    """A name in the database, what has it, and the namespace it must be unique in."""

    table: Table
    kind: str
    name: str
    at: Location

    @property
    def key(self) -> tuple[str, str, str]:
        """The namespace, and the name as the database keeps it."""
        table = self.table
        space = f"{table.schema or 'public'}" if table.dialect == "postgresql" else ""
        if table.dialect == "mysql" and self.kind != "table":
            space = f"{table.id} indexes"
        name = self.name if table.dialect != "postgresql" else self.name.encode()[:_LONGEST].decode(errors="ignore")
        return f"{table.orm} {table.dialect}", space, name

    @property
    def subject(self) -> str:
        """How the finding names it."""
        return label(self.table) if self.kind == "table" else f"{label(self.table)} ({self.name})"

    def clash(self, first: _Named) -> str:
        """Return what is wrong, given what has the name already."""
        owner = f"`{first.table.symbol}` in {first.at.path}" if first.kind == "table" else f"`{label(first.table)}`"
        what = f"the name of the table {owner}" if first.kind == "table" else f"that of the {first.kind} of {owner}"
        cut = "" if first.name == self.name else f" once both are cut after {_LONGEST} bytes"
        return f"gives the {self.kind} a name that is also {what}{cut}: the second cannot be created; rename one"


_LONGEST: Final = 63
"""The bytes of a name that PostgreSQL keeps (NAMEDATALEN - 1)."""


def _columns(table: Table) -> Iterator[Finding]:
    seen: dict[str, str] = {}
    for column in table.columns:
        name = column.name
        if name is UNKNOWN:
            continue
        if seen.setdefault(name, column.key) != column.key:
            text = f"is the column of `{seen[name]}` and of `{column.key}`: a table has a column once; rename one"
            yield Finding(column.at, table, label(table, column), text)


def _names(table: Table) -> Iterator[_Named]:
    """Yield what the table surely puts into a namespace."""
    if table.name is UNKNOWN or table.schema is UNKNOWN:
        return
    yield _Named(table, "table", table.name, table.at)
    for index in table.indexes:
        if index.attached and index.name is not UNKNOWN and index.name is not None:
            yield _Named(table, "index", index.name, index.at)
    for constraint in table.unique_constraints:
        if constraint.attached and constraint.name is not UNKNOWN and constraint.name is not None:
            yield _Named(table, "unique constraint", constraint.name, constraint.at)


def _collide(first: _Named, second: _Named, view: SchemaView) -> bool:
    """Return whether both are of one database, and neither is the other seen again."""
    one, other = first.table, second.table
    if one is other:
        return True
    if is_aside(one.at.path) or is_aside(other.at.path):
        return False
    same = one.qualified_name == other.qualified_name
    return (first.kind == "table" or not same) and view.in_one_database(one, other)
