"""REL007 join-table."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from tenantlint.names import snake_case
from tenantlint.rule import Finding, Rule, label
from tenantlint.schema import UNKNOWN
from tenantlint.view import fits, foreign_keys, known

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tenantlint.diagnostic import Severity
    from tenantlint.schema import ForeignKey, Table
    from tenantlint.settings import Preset
    from tenantlint.view import SchemaView

_STANDARD: Final = frozenset({"id", "created_at", "updated_at", "deleted_at"})
_PAIR: Final = 2
_EVENTS: Final = ("*audit*", "*event*", "*histor*", "*_log", "*_logs", "*_view", "*_views", "*_visit", "*_visits")


class JoinTable(Rule):
    """A join table that lets a pair be stored twice, or that is found from one side only.

    ## What it does
    Looks at join tables: those that a many-to-many relation goes through, and those with two foreign keys and nothing
    else but the tenant column, `id`, `created_at`, `updated_at` and `deleted_at`. A primary key, or something unique,
    must be over both foreign keys or one of them; the tenant column may be part of it, and a condition too. And an
    index must lead with each foreign key; where unindexed-foreign-key (IDX002) is selected, that is left to it. Tables
    named as the record of events (`…_log`, `…_events`, `…_views`) may well hold a pair twice.

    ## Why is this bad
    A pair that is stored twice appears twice in every query that joins through the table: counts and sums are wrong,
    and removing one of the two changes nothing. Code that looks first and inserts then does not prevent it: two
    requests at once both find nothing.

    ## Example
    ```python
    from sqlmodel import Field, SQLModel


    class Post(SQLModel, table=True):
        id: int = Field(primary_key=True)


    class Tag(SQLModel, table=True):
        id: int = Field(primary_key=True)


    class PostTag(SQLModel, table=True):
        id: int = Field(primary_key=True)
        post_id: int = Field(foreign_key="post.id", index=True)
        tag_id: int = Field(foreign_key="tag.id", index=True)
    ```
    ```typescript
    import { index, pgTable, uuid } from "drizzle-orm/pg-core";

    export const posts = pgTable("posts", { id: uuid("id").primaryKey() });
    export const tags = pgTable("tags", { id: uuid("id").primaryKey() });

    export const postTags = pgTable(
      "post_tags",
      {
        id: uuid("id").primaryKey(),
        post_id: uuid("post_id").notNull().references(() => posts.id),
        tag_id: uuid("tag_id").notNull().references(() => tags.id),
      },
      (t) => [index("post_tags_post_id_idx").on(t.post_id), index("post_tags_tag_id_idx").on(t.tag_id)],
    );
    ```

    ## Use instead
    ```python
    from sqlmodel import Field, SQLModel


    class Post(SQLModel, table=True):
        id: int = Field(primary_key=True)


    class Tag(SQLModel, table=True):
        id: int = Field(primary_key=True)


    class PostTag(SQLModel, table=True):
        post_id: int = Field(foreign_key="post.id", primary_key=True)
        tag_id: int = Field(foreign_key="tag.id", primary_key=True, index=True)
    ```
    ```typescript
    import { index, pgTable, unique, uuid } from "drizzle-orm/pg-core";

    export const posts = pgTable("posts", { id: uuid("id").primaryKey() });
    export const tags = pgTable("tags", { id: uuid("id").primaryKey() });

    export const postTags = pgTable(
      "post_tags",
      {
        id: uuid("id").primaryKey(),
        post_id: uuid("post_id").notNull().references(() => posts.id),
        tag_id: uuid("tag_id").notNull().references(() => tags.id),
      },
      (t) => [unique().on(t.post_id, t.tag_id), index("post_tags_tag_id_idx").on(t.tag_id)],
    );
    ```

    ## Options
    - `exempt-tables` (of this rule): join tables that may hold a pair several times.

    ## Fix safety
    There is no fix: rows that are there twice must be removed first.
    """

    code: ClassVar[str] = "REL007"
    name: ClassVar[str] = "join-table"
    preset: ClassVar[Preset] = "recommended"
    severity: ClassVar[Severity] = "warning"

    def check_table(self, table: Table, view: SchemaView) -> Iterable[Finding]:
        """Report a pair that is not unique, and each side that no index leads with."""
        sides = _sides(table, view)
        if sides is None or not (view.is_joined_through(table) or _holds_only(table, sides, view)):
            return
        joins = " and ".join(f"`{_target(key, view)}`" for key, _ in sides)
        tenant = {name for name in view.tenant_names(table) if name is not UNKNOWN}
        pair = sorted({column for _, columns in sides for column in columns} - tenant)
        if not view.may_be_unique(table, (*pair, *tenant)):
            names = ", ".join(f"`{name}`" for name in pair)
            yield Finding(table.at, table, label(table), f"joins {joins}, but {_TWICE} ({names}) unique")
        if "IDX002" not in view.settings.rules:
            for _, columns in sides:
                if view.is_indexed(table, columns) is False:
                    yield _unindexed(table, columns, joins)


_TWICE: Final = "a pair can be stored twice: every query that joins through it then counts double; make"


def _sides(table: Table, view: SchemaView) -> list[tuple[ForeignKey, tuple[str, ...]]] | None:
    """Return the foreign keys of a table that has just two, those of the tenant aside."""
    tenant = view.tenant_names(table)
    unclear = UNKNOWN in tenant or table.incomplete & {"columns", "foreign_keys"}
    sides = [(key, columns) for key, columns in foreign_keys(table) if not tenant.issuperset(columns)]
    if unclear or any(known(key.columns) is None for key in table.foreign_keys) or len(sides) != _PAIR:
        return None
    return sides if tenant.issuperset(set(sides[0][1]) & set(sides[1][1])) else None


def _holds_only(table: Table, sides: list[tuple[ForeignKey, tuple[str, ...]]], view: SchemaView) -> bool:
    """Return whether the table has nothing but two foreign keys, its tenant and what all tables have."""
    if any(fits(snake_case(label(table)), pattern) for pattern in _EVENTS):
        return False
    own = {*sides[0][1], *sides[1][1], *view.tenant_names(table)}
    others = [column for column in table.columns if column.name not in own]
    return all(snake_case(column.key) in _STANDARD for column in others)


def _target(key: ForeignKey, view: SchemaView) -> str:
    target = view.find(key.target_id)
    return label(target) if target else "?" if key.target_table is UNKNOWN else key.target_table


def _unindexed(table: Table, columns: tuple[str, ...], joins: str) -> Finding:
    column = table.column(columns[0]) if len(columns) == 1 else None
    subject = f"{label(table)} ({', '.join(columns)})" if column is None else label(table, column)
    text = f"joins {joins}, but no index leads with it: from that side the whole table is read; add an index"
    return Finding(table.at if column is None else column.at, table, subject, text)
