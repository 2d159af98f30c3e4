from textwrap import dedent, indent

import pytest

from rules.support import Found, check_files, project, py, run, ts
from tenantlint.settings import Settings

CODE = "REL007"


def twice(joins: str, pair: str) -> str:
    return (
        f"joins {joins}, but a pair can be stored twice: every query that joins through it then counts double; make "
        f"({pair}) unique"
    )


def unindexed(joins: str) -> str:
    return f"joins {joins}, but no index leads with it: from that side the whole table is read; add an index"


PY_JOINS, PY_PAIR = "`post` and `tag`", "`post_id`, `tag_id`"
TS_JOINS, TS_PAIR = "`posts` and `tags`", "`post_id`, `tag_id`"


def links_py(body: str, name: str = "PostTag", **settings):
    """Return a join table with the given body, which begins on line 9."""
    head = """
        class Post(SQLModel, table=True):
            id: int = Field(primary_key=True)

        class Tag(SQLModel, table=True):
            id: int = Field(primary_key=True)
    """
    return py(
        f"{dedent(head).strip()}\n\nclass {name}(SQLModel, table=True):\n{indent(dedent(body).strip(), '    ')}",
        **settings,
    )


def links_ts(extra: str = "", columns: str = "", name: str = "post_tags", more: str = "", **settings):
    """Return a join table on line 4, with its foreign keys on lines 6 and 7."""
    return ts(
        f"""
        export const posts = pgTable("posts", {{ id: uuid("id").primaryKey() }});
        export const tags = pgTable("tags", {{ id: uuid("id").primaryKey() }});
        export const links = pgTable("{name}", {{
          id: uuid("id").primaryKey(),
          post_id: uuid("post_id").notNull().references(() => posts.id),
          tag_id: uuid("tag_id").notNull().references(() => tags.id),
          {columns}
        }}, (t) => [{extra}]);
        {more}
        """,
        **settings,
    )


INDEXES = 'index("a").on(t.post_id), index("b").on(t.tag_id)'
NOOP = {
    "py a primary key of both": links_py("""
        post_id: int = Field(foreign_key="post.id", primary_key=True)
        tag_id: int = Field(foreign_key="tag.id", primary_key=True, index=True)
    """),
    "py unique": links_py("""
        __table_args__ = (UniqueConstraint("tag_id", "post_id"),)
        id: int = Field(primary_key=True)
        post_id: int = Field(foreign_key="post.id", index=True)
        tag_id: int = Field(foreign_key="tag.id")
    """),
    "py unique within the tenant": links_py("""
        __table_args__ = (UniqueConstraint("tenant_id", "tag_id", "post_id"),)
        id: int = Field(primary_key=True)
        tenant_id: UUID
        post_id: int = Field(foreign_key="post.id", index=True)
        tag_id: int = Field(foreign_key="tag.id", index=True)
    """),
    "py a table with data of its own": links_py("""
        id: int = Field(primary_key=True)
        post_id: int = Field(foreign_key="post.id")
        tag_id: int = Field(foreign_key="tag.id")
        weight: int
    """),
    "py three foreign keys": links_py("""
        id: int = Field(primary_key=True)
        post_id: int = Field(foreign_key="post.id")
        tag_id: int = Field(foreign_key="tag.id")
        other_id: int = Field(foreign_key="tag.id")
    """),
    "py a record of events": links_py(
        """
        id: int = Field(primary_key=True)
        post_id: int = Field(foreign_key="post.id")
        tag_id: int = Field(foreign_key="tag.id")
        """,
        "TagEvent",
    ),
    "py keys that cannot be read": links_py("""
        __table_args__ = unreadable()
        id: int = Field(primary_key=True)
        post_id: int = Field(foreign_key="post.id")
        tag_id: int = Field(foreign_key="tag.id")
    """),
    "py a foreign key that cannot be read": links_py("""
        __table_args__ = (ForeignKeyConstraint([unreadable()], ["post.id"]),)
        id: int = Field(primary_key=True)
        post_id: int
        tag_id: int = Field(foreign_key="tag.id")
    """),
    "ts unique for the rows that are not deleted": links_ts(
        f'{INDEXES}, uniqueIndex("u").on(t.post_id, t.tag_id).where(sql`deleted_at is null`)',
        'deleted_at: text("deleted_at"),',
    ),
    "ts one of the two is unique": links_ts(f"{INDEXES}, unique().on(t.tag_id)"),
    "ts a unique index whose columns cannot be read": links_ts(f'{INDEXES}, uniqueIndex("u").on(...columnsOf(t))'),
    "ts a column whose name cannot be read": links_ts("", "more: text(process.env.COLUMN),"),
    "ts the tenant's foreign key is aside": ts(
        """
        export const organizations = pgTable("organizations", { id: uuid("id").primaryKey() });
        export const users = pgTable("users", { id: uuid("id").primaryKey() });
        export const members = pgTable("members", {
          organizationId: uuid("organization_id").references(() => organizations.id),
          userId: uuid("user_id").references(() => users.id),
        });
        """,
        tenant_columns=("organization_id",),
    ),
    "ts an exempt table": links_ts(options={CODE: {"exempt_tables": ("post_*",)}}),
    "ts a migration makes it unique": project(
        {
            "schema.ts": """
                import { pgTable, uuid } from "drizzle-orm/pg-core";
                export const posts = pgTable("posts", { id: uuid("id").primaryKey() });
                export const tags = pgTable("tags", { id: uuid("id").primaryKey() });
                export const links = pgTable("post_tags", {
                  post_id: uuid("post_id").notNull().references(() => posts.id),
                  tag_id: uuid("tag_id").notNull().references(() => tags.id),
                });
            """,
            "migrations/0001_first.sql": """
                CREATE TABLE post_tags (post_id uuid NOT NULL, tag_id uuid NOT NULL, PRIMARY KEY (post_id, tag_id));
                CREATE INDEX post_tags_tag_id_idx ON post_tags (tag_id);
            """,
        }
    ),
}

FINDING = {
    "py a pair that is not unique": (
        links_py("""
        id: int = Field(primary_key=True)
        post_id: int = Field(foreign_key="post.id", index=True)
        tag_id: int = Field(foreign_key="tag.id", index=True)
        """),
        [Found(8, 7, f"`posttag` {twice(PY_JOINS, PY_PAIR)}")],
    ),
    "py a side that is not indexed": (
        links_py("""
        post_id: int = Field(foreign_key="post.id", primary_key=True)
        tag_id: int = Field(foreign_key="tag.id", primary_key=True)
        """),
        [Found(10, 5, f"`posttag.tag_id` {unindexed(PY_JOINS)}")],
    ),
    "py the tenant and the standard fields aside": (
        links_py("""
        __table_args__ = (UniqueConstraint("tenant_id", "post_id", "tag_id", "created_at"),)
        id: int = Field(primary_key=True)
        tenant_id: UUID
        created_at: str
        post_id: int = Field(foreign_key="post.id", index=True)
        tag_id: int = Field(foreign_key="tag.id", index=True)
        """),
        [Found(8, 7, f"`posttag` {twice(PY_JOINS, PY_PAIR)}")],
    ),
    "py a table that a relation goes through, with data of its own": (
        py("""
        class Link(SQLModel, table=True):
            id: int = Field(primary_key=True)
            post_id: int = Field(foreign_key="post.id", index=True)
            tag_id: int = Field(foreign_key="tag.id", index=True)
            weight: int

        class Post(SQLModel, table=True):
            id: int = Field(primary_key=True)
            tags: list["Tag"] = Relationship(link_model=Link)

        class Tag(SQLModel, table=True):
            id: int = Field(primary_key=True)
        """),
        [Found(2, 7, f"`link` {twice(PY_JOINS, PY_PAIR)}")],
    ),
    "ts foreign keys that include the tenant": (
        ts("""
        const tenant_id = uuid("tenant_id");
        export const posts = pgTable("posts", { tenant_id, id: uuid("id") }, (t) => [unique().on(t.tenant_id, t.id)]);
        export const tags = pgTable("tags", { tenant_id, id: uuid("id") }, (t) => [unique().on(t.tenant_id, t.id)]);
        const pair = { post_id: uuid("post_id"), tag_id: uuid("tag_id") };
        export const links = pgTable("post_tags", { tenant_id, ...pair }, (t) => [
          foreignKey({ columns: [t.tenant_id, t.post_id], foreignColumns: [posts.tenant_id, posts.id] }),
          foreignKey({ columns: [t.tenant_id, t.tag_id], foreignColumns: [tags.tenant_id, tags.id] }),
          index("a").on(t.tenant_id, t.post_id), index("b").on(t.tenant_id, t.tag_id),
        ]);
        """),
        [Found(6, 22, f"`post_tags` {twice(TS_JOINS, TS_PAIR)}")],
    ),
    "ts neither unique nor indexed": (
        links_ts(),
        [
            Found(4, 22, f"`post_tags` {twice(TS_JOINS, TS_PAIR)}"),
            Found(6, 3, f"`post_tags.post_id` {unindexed(TS_JOINS)}"),
            Found(7, 3, f"`post_tags.tag_id` {unindexed(TS_JOINS)}"),
        ],
    ),
    "ts a pair that is not unique": (
        links_ts(INDEXES, 'createdAt: text("created_at"),'),
        [Found(4, 22, f"`post_tags` {twice(TS_JOINS, TS_PAIR)}")],
    ),
    "ts pairs of one table": (
        ts("""
        export const users = pgTable("users", { id: uuid("id").primaryKey() });
        export const follows = pgTable("follows", {
          from: uuid("from").references(() => users.id),
          to: uuid("to").references(() => users.id),
        }, (t) => [index("a").on(t.from), index("b").on(t.to)]);
        """),
        [Found(3, 24, f"`follows` {twice('`users` and `users`', '`from`, `to`')}")],
    ),
}


@pytest.mark.parametrize("snippet", NOOP.values(), ids=NOOP)
def test_noop(snippet):
    assert run(CODE, snippet) == []


@pytest.mark.parametrize(("snippet", "expected"), FINDING.values(), ids=FINDING)
def test_finding(snippet, expected):
    assert run(CODE, snippet) == expected


def test_missing_indexes_are_left_to_the_rule_on_foreign_keys_where_it_is_selected():
    settings = Settings(rules=frozenset({CODE, "IDX002"}))
    found = check_files(links_ts().files, settings)
    assert [(each.code, each.message.split()[0]) for each in found] == [
        (CODE, "`post_tags`"),
        ("IDX002", "`post_tags.post_id`"),
        ("IDX002", "`post_tags.tag_id`"),
    ]
