"""STD001 missing-id."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from tenantlint.names import plurals, snake_case
from tenantlint.rule import Finding, Rule, label
from tenantlint.rules._column_names import alternatives
from tenantlint.rules._row_times import is_store
from tenantlint.rules._standard_fields import is_called, may_have_more, may_join, references
from tenantlint.schema import UNKNOWN
from tenantlint.types import family
from tenantlint.view import known

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tenantlint.schema import Column, Table
    from tenantlint.settings import Preset
    from tenantlint.view import SchemaView

_TIMES: Final = ("created_at", "updated_at", "deleted_at")


class MissingId(Rule):
    """A table that is not keyed by `id`.

    ## What it does
    Asks every table for a column `id` in its primary key, or one that is unique and NOT NULL beside it. A key that
    holds a foreign key or the tenant needs none: that of a join table, of a table that extends another one row by
    row, or of rows that are numbered within their parent. A key with a meaning, such as a slug, is reported where other
    tables reference it, and under the preset `strict` wherever it is. Under `strict`, or with `id-types`, the column
    must also be a `uuid`.

    ## Why is this bad
    Links, logs, audit trails and generic code (permissions, comments, webhooks) name a row by its table and `id`. A
    table that is keyed by something with a meaning, such as a slug or an address, must rewrite all of these when the
    meaning changes, and PostgreSQL refuses to replicate updates of a table without a key. Ids that count up tell every
    customer how many rows all customers have, and can be guessed; random ones can not.

    ## Example
    ```python
    from uuid import UUID, uuid4

    from sqlmodel import Field, SQLModel


    class Plan(SQLModel, table=True):
        slug: str = Field(primary_key=True)
        price: int


    class Subscription(SQLModel, table=True):
        id: UUID = Field(default_factory=uuid4, primary_key=True)
        plan_slug: str = Field(foreign_key="plan.slug", index=True)
    ```
    ```typescript
    import { index, integer, pgTable, text, uuid } from "drizzle-orm/pg-core";

    export const plans = pgTable("plans", {
      slug: text("slug").primaryKey(),
      price: integer("price").notNull(),
    });

    export const subscriptions = pgTable(
      "subscriptions",
      {
        id: uuid("id").primaryKey().defaultRandom(),
        plan_slug: text("plan_slug").references(() => plans.slug),
      },
      (table) => [index().on(table.plan_slug)],
    );
    ```

    ## Use instead
    ```python
    from uuid import UUID, uuid4

    from sqlmodel import Field, SQLModel


    class Plan(SQLModel, table=True):
        id: UUID = Field(default_factory=uuid4, primary_key=True)
        slug: str = Field(unique=True)
        price: int


    class Subscription(SQLModel, table=True):
        id: UUID = Field(default_factory=uuid4, primary_key=True)
        plan_id: UUID = Field(foreign_key="plan.id", index=True)
    ```
    ```typescript
    import { index, integer, pgTable, text, uuid } from "drizzle-orm/pg-core";

    export const plans = pgTable("plans", {
      id: uuid("id").primaryKey().defaultRandom(),
      slug: text("slug").notNull().unique(),
      price: integer("price").notNull(),
    });

    export const subscriptions = pgTable(
      "subscriptions",
      {
        id: uuid("id").primaryKey().defaultRandom(),
        plan_id: uuid("plan_id").references(() => plans.id),
      },
      (table) => [index().on(table.plan_id)],
    );
    ```

    ## Options
    - `names`: what the column may be called, `["id"]` by default; the first is the one that messages name. A `*`
      before a name stands for any letters: `["id", "*_id"]` takes `customers.customer_id` too.
    - `allow`: primary keys that may stay, the columns of one joined by commas. By default those that Auth.js
      prescribes: `session_token`, `identifier, token` and `provider, provider_account_id`.
    - `id-types`: the PostgreSQL types that it may have, such as `["uuid", "text"]`. By default any, and `uuid` alone
      where the preset is `strict` or `all`.

    ## Fix safety
    A new primary key is a migration of its own: this rule proposes no fix.
    """

    code: ClassVar[str] = "STD001"
    name: ClassVar[str] = "missing-id"
    preset: ClassVar[Preset] = "recommended"

    never_empty: ClassVar[tuple[str, ...]] = ("names",)

    names: tuple[str, ...] = ("id",)
    id_types: tuple[str, ...] | None = None
    allow: tuple[str, ...] = ("session_token", "identifier, token", "provider, provider_account_id")

    def check_table(self, table: Table, view: SchemaView) -> Iterable[Finding]:
        """Report the key, or else the type of the column."""
        key, column = known(table.primary_key), self._id(table)
        if key is None or "primary_key" in table.incomplete or _has_key_elsewhere(table, view):
            return
        if (column is None or column.name is UNKNOWN) and any(each.name is UNKNOWN for each in table.columns):
            return
        if column is not None and column.name in key:
            yield from self._check_type(table, column, view)
        elif not key:
            yield from self._without_key(table, column, view)
        elif self._allows(key) or _is_named_by(column, table, view) or _may_be_of_another(table, key, view):
            return
        elif view.settings.strict or (column is None and _is_id_of_rows(table, key)) or _is_repeated(table, key, view):
            yield self._other_key(table, key)

    def _id(self, table: Table) -> Column | None:
        """Return the column that is called as the options say, one of the primary key first."""
        columns = sorted(table.columns, key=lambda column: column.primary_key is not True)
        return next((column for column in columns if is_called(column, self.names)), None)

    def _allows(self, key: tuple[str, ...]) -> bool:
        names = {snake_case(name) for name in key}
        return any(names == {snake_case(name.strip()) for name in allowed.split(",")} for allowed in self.allow)

    def _other_key(self, table: Table, key: tuple[str, ...]) -> Finding:
        name, column = self.names[0], table.column(key[0]) if len(key) == 1 else None
        text = f"is the primary key in place of `{name}`: links, logs and generic code name a row by its `{name}`"
        if column is None:
            subject, at = f"{label(table)} ({', '.join(key)})", table.at
        else:
            subject, at = label(table, column), column.at
        if column is not None and _is_surrogate(column):
            text += f"; name it `{name}`, or list its name in the option `names` (`*_id` takes all of its kind)"
        else:
            text += f", and a key with a meaning changes with it; key the table by `{name}` and make this unique"
        return Finding(at, table, subject, text)

    def _without_key(self, table: Table, column: Column | None, view: SchemaView) -> Iterator[Finding]:
        """Report a table without a primary key, unless it joins others: that is for join-table (REL007)."""
        if may_have_more(table) or may_join(table, view, (*self.names, *_TIMES)) or is_store(table):
            return
        why = "tools cannot tell its rows apart, and replication refuses to update them"
        if column is not None:
            text = f"is not the primary key: {why}; make it the primary key"
            yield Finding(column.at, table, label(table, column), text)
        else:
            yield Finding(table.at, table, label(table), f"has no primary key: {why}; add `{self.names[0]}` as the key")

    def _check_type(self, table: Table, column: Column, view: SchemaView) -> Iterator[Finding]:
        types = self.id_types
        if types is None:
            types = ("uuid",) if view.settings.strict and table.dialect == "postgresql" else ()
        if types and column.type is not UNKNOWN and not {column.type, column.type.split("(")[0]} & set(types):
            text = (
                f"is of type {column.type}, not {alternatives(types)}: ids that count up tell how many rows there are, "
                "and those of other tables cannot reference it with one type; change the type, or list this one in "
                "the option `id-types`"
            )
            yield Finding(column.at, table, label(table, column), text)


def _has_key_elsewhere(table: Table, view: SchemaView) -> bool:
    """Return whether the migrations give, or may give, a key to a table to which the model gives none."""
    return table.primary_key == () and any(twin.primary_key != () for twin in view.twins(table))


def _is_named_by(column: Column | None, table: Table, view: SchemaView) -> bool:
    """Return whether the column, which is not the key, tells rows apart as a key does, or may."""
    if column is None or column.name is UNKNOWN or column.nullable is True:
        return False
    return view.may_be_unique(table, (column.name,))


def _may_be_of_another(table: Table, key: tuple[str, ...], view: SchemaView) -> bool:
    """Return whether a column of the key references another table or is the tenant, or may."""
    keyed = [known(columns) for columns in references(table, view)]
    if view.may_have_more_foreign_keys(table) or None in keyed or UNKNOWN in view.tenant_names(table):
        return True
    if any(_stem_names_another(table, name, view) for name in key):
        return True
    return not set(key).isdisjoint(view.tenant_names(table).union(*(columns or () for columns in keyed)))


def _stem_names_another(table: Table, name: str, view: SchemaView) -> bool:
    """Return whether a column ``x_id`` is called after another table, which it then references if undeclared."""
    stem = snake_case(name).removesuffix("_id")
    return stem != snake_case(name) and any(other.id != table.id for other in view.tables_named(stem))


def _is_id_of_rows(table: Table, key: tuple[str, ...]) -> bool:
    """Return whether the key is an id but for its name: its values are made up, or it is ``customers.customer_id``."""
    column = table.column(key[0]) if len(key) == 1 else None
    stem = snake_case(key[0]).removesuffix("_id")
    own = {snake_case(name) for name in (table.name, table.symbol) if name is not UNKNOWN}
    is_named_so = stem != snake_case(key[0]) and not own.isdisjoint((stem, *plurals(stem)))
    return column is not None and (_is_made_up(column) or is_named_so)


def _is_repeated(table: Table, key: tuple[str, ...], view: SchemaView) -> bool:
    """Return whether other tables hold what the key means in each of their rows, and so must change with it."""
    column = table.column(key[0])
    made_up = column is None or column.has_default is not False or column.type is UNKNOWN or _is_surrogate(column)
    if len(key) == 1 and made_up:
        return False
    keys = (key for other in view.schema for key in view.foreign_keys(other))
    return any(each.target_id == table.id and each.target_columns == key for each in keys)


def _is_surrogate(column: Column) -> bool:
    """Return whether the values of a key mean nothing: they are made up, or the name says no more than that."""
    return _is_made_up(column) or snake_case(column.key).endswith("_id")


def _is_made_up(column: Column) -> bool:
    return column.has_default is True or (column.type is not UNKNOWN and family(column.type) == "integer")
