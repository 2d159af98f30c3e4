"""REL001 undeclared-foreign-key."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tenantlint.names import snake_case
from tenantlint.rule import Finding, Rule, label
from tenantlint.rules._fixes import add_foreign_key
from tenantlint.schema import UNKNOWN
from tenantlint.testing import is_aside
from tenantlint.types import family
from tenantlint.view import known

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tenantlint.diagnostic import Severity
    from tenantlint.schema import Column, Maybe, Part, Table
    from tenantlint.settings import Preset
    from tenantlint.view import SchemaView

_NEEDED: frozenset[Part] = frozenset({"columns", "foreign_keys", "relations"})


class UndeclaredForeignKey(Rule):
    """A column that is named after a table but does not reference it.

    ## What it does
    Finds columns `x_id` where the project declares a table `x`, or its plural, whose key has the same type, and
    where neither a foreign key (of a migration too) nor a relation uses the column. It is silent

    - where another table's name ends in `x` too: `server_id` may mean `llm_server` rather than `server`;
    - where keys are text, unless some foreign key of the project is called `x_id` and references `x`: text may come
      from anywhere;
    - on the primary key, the tenant column, polymorphic references (`x_type` beside `x_id`) and columns with a default
      that stands for "none", such as 0 or "";
    - where fewer than a third of more than ten tables have a foreign key: that project does without them on purpose;
    - in tests and examples.

    The rule is not among the recommended ones: in one of four cases that we read in public projects, the column was
    left loose on purpose, as in rows that outlive what they tell of, or the id was another system's.

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

    ## Options
    - `exempt-tables` (of this rule): tables whose rows may point at what is gone; by default those whose names say that
      they hold logs, audits, events, histories, usage, sessions, queues or a search index.
    - `always`: `true` also checks projects that have hardly any foreign keys (default: `false`).

    ## Fix safety
    Unsafe: adds the foreign key to the column's declaration, and a migration with the constraint, which fails and
    changes nothing as long as a row points at nothing. What a delete of the other row does is left to you: as long as
    the foreign key does not say, that row cannot be deleted.

    Withheld where the primary key of the other table is not one column of the very same type, where no migration makes
    the table or the column yet, where the column is declared in a way that is not edited (a `Column` made elsewhere,
    options from elsewhere), and where a table of `exempt-tables` has the column by the same declaration.
    """

    code: ClassVar[str] = "REL001"
    name: ClassVar[str] = "undeclared-foreign-key"
    preset: ClassVar[Preset] = "strict"
    severity: ClassVar[Severity] = "warning"

    exempt_tables: tuple[str, ...] = (
        *("*audit*", "*Audit*", "*history*", "*History*", "*event*", "*Event*", "*usage*", "*Usage*", "*archive*"),
        *(
            "log",
            "logs",
            "*_log",
            "*_logs",
            "*Log",
            "*Logs",
            "*session*",
            "*Session*",
            "*queue*",
            "*Queue*",
            "*outbox*",
        ),
        *("*Outbox*", "*cleanup*", "*Cleanup*", "*_fts"),
    )
    always: bool = False

    def check_table(self, table: Table, view: SchemaView) -> Iterable[Finding]:
        """Report each column by itself."""
        if table.incomplete & _NEEDED or view.may_have_more_foreign_keys(table) or is_aside(table.at.path):
            return
        if view.does_without_foreign_keys(table) and not self.always:
            return
        tenant = view.tenant_columns(table)
        for column, noun in _nouns(table):
            if column in tenant or _may_be_key(table, column) or _has_sentinel(column):
                continue
            target = _target(table, column, noun, view)
            if target is None or _is_used(table, column.name, target, view):
                continue
            text = (
                f"is named after `{label(target)}` but references nothing: it may point at a row that does not exist; "
                f"declare a foreign key to `{label(target)}`"
            )
            fix = add_foreign_key(table, column, target, view, self.exempt_tables)
            yield Finding(column.at, table, label(table, column), text, fix)


def _nouns(table: Table) -> Iterator[tuple[Column, str]]:
    """Yield the columns ``x_id`` with ``x``, but for those that a column beside them makes polymorphic."""
    names = {snake_case(name) for each in table.columns for name in (each.key, each.name) if name is not UNKNOWN}
    for column in table.columns:
        name = "" if column.name is UNKNOWN else snake_case(column.name)
        noun = name.removesuffix("_id")
        if noun not in ("", name) and names.isdisjoint((f"{noun}_type", f"{noun}_kind")):
            yield column, noun


def _may_be_key(table: Table, column: Column) -> bool:
    key = table.primary_key
    return key is UNKNOWN or (len(key) == 1 and key[0] in (column.name, UNKNOWN))


def _has_sentinel(column: Column) -> bool:
    """Return whether the column may hold a default such as 0 or "" that stands for no row."""
    return column.has_default is not False and column.nullable is not True


def _target(table: Table, column: Column, noun: str, view: SchemaView) -> Table | None:
    """Return the one table that a column can mean: no other ends in its noun, and the key has the column's type."""
    named = [each for each in view.tables_named(noun) if each.orm == table.orm]
    if len(named) > 1:
        named = [each for each in named if each.at.path == table.at.path]
    if len(named) != 1 or named[0] is table:
        return None
    if any(each not in (named[0], table) for each in view.tables_ending(noun, table.orm)):
        return None
    kind = _key_type(named[0])
    if column.type is UNKNOWN or kind is None or column.type.split("(")[0] != kind:
        return None
    return named[0] if family(kind) != "text" or view.is_known_reference(noun, named[0]) else None


def _key_type(table: Table) -> str | None:
    """Return the type of the primary key without its size, None where it is not one column of a known type."""
    names = known(table.primary_key)
    key = table.column(names[0]) if names is not None and len(names) == 1 else None
    return None if key is None or key.type is UNKNOWN else key.type.split("(")[0]


def _is_used(table: Table, name: Maybe[str], target: Table, view: SchemaView) -> bool:
    """Return whether a foreign key or a relation on either side uses the column, or may."""
    if "relations" in target.incomplete:
        return True
    uses = [
        *(key.columns for key in view.foreign_keys(table)),
        *(relation.columns for relation in table.relations if relation.columns_of in (table.id, UNKNOWN)),
        *(relation.target_columns for relation in target.relations if relation.target_id in (table.id, UNKNOWN)),
    ]
    return any(columns is UNKNOWN or UNKNOWN in columns or name in columns for columns in uses)
