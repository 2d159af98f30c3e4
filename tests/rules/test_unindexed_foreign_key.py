from textwrap import dedent, indent

import pytest

from rules.support import Found, project, py, run, ts

CODE = "IDX002"
WHY = (
    "is a foreign key that no index leads with: every delete in the table that it references reads this whole table; "
    "add an index that begins with it"
)
OF_TENANT = WHY.replace("this whole table", "all rows of its tenant")
JOINED = (
    "is what the relation `author` joins on, and no index leads with it: finding the rows of one `users` reads this "
    "whole table; add an index that begins with it"
)

PY_USERS = """
class User(SQLModel, table=True):
    __table_args__ = (UniqueConstraint("org_id", "id"),)
    id: int = Field(primary_key=True)
    org_id: int
"""
TS_USERS = """
export const users = pgTable("users", {
  id: integer("id").primaryKey(),
  org_id: integer("org_id").notNull(), nick: text("nick"),
  email: text("email").notNull().unique(),
}, (t) => [unique().on(t.org_id, t.id)]);
"""


def posts_py(body: str, **settings: object):
    """Return a Post class with the given body, which begins on line 9, and the User class that it references."""
    text = f"{PY_USERS.lstrip()}\nclass Post(SQLModel, table=True):\n"
    return py(text + indent(dedent(body).strip(), "    "), **settings)


def posts_ts(columns: str, extra: str = "", rest: str = ""):
    """Return a posts table with the given columns, which begin on line 9, and the users table that it references."""
    head = f'{TS_USERS.lstrip()}\nexport const posts = pgTable("posts", {{\n'
    return ts(f"{head}{indent(dedent(columns).strip(), '  ')}\n}}, (t) => [{extra}]);\n{dedent(rest)}")


AUTHOR = """
    id: integer("id").primaryKey(),
    author_id: integer("author_id").notNull().references(() => users.id),
"""
PAIR = """
    id: integer("id").primaryKey(),
    org_id: integer("org_id").notNull(),
    author_id: integer("author_id").notNull(),
"""
PAIR_KEY = "foreignKey({ columns: [t.org_id, t.author_id], foreignColumns: [users.org_id, users.id] })"
ONE = """
export const postsRelations = relations(posts, ({ one }) => ({
  author: one(users, { fields: [posts.author_id], references: [users.id] }),
}));
"""
MANY = """
export const usersRelations = relations(users, ({ many }) => ({ posts: many(posts) }));
"""
RELATION = ONE + MANY
JOINING = 'id: integer("id").primaryKey(),\nauthor_id: integer("author_id").notNull(),'

MIGRATED_TS = """
    import { integer, pgTable } from "drizzle-orm/pg-core";
    export const users = pgTable("users", { id: integer("id").primaryKey() });
    export const posts = pgTable("posts", {
      id: integer("id").primaryKey(),
      author_id: integer("author_id").notNull(),
    });
"""
MIGRATED_PY = """
    from sqlmodel import Field, SQLModel

    class User(SQLModel, table=True):
        id: int = Field(primary_key=True)

    class Post(SQLModel, table=True):
        id: int = Field(primary_key=True)
        author_id: int = Field(foreign_key="user.id")
"""
TABLES = """
    CREATE TABLE users (id integer PRIMARY KEY);
    CREATE TABLE posts (id integer PRIMARY KEY, author_id integer NOT NULL REFERENCES users (id));
"""

NOOP = {
    "ts a migration makes the foreign key and the index": project(
        {
            "schema.ts": MIGRATED_TS,
            "migrations/0001_first.sql": TABLES,
            "migrations/0002_second.sql": "CREATE INDEX ON posts (author_id, id);",
        }
    ),
    "py a migration makes the index": project(
        {
            "models.py": MIGRATED_PY,
            "migrations/0001_first.sql": """
                CREATE TABLE "user" (id integer PRIMARY KEY);
                CREATE TABLE post (id integer PRIMARY KEY, author_id integer NOT NULL);
                CREATE INDEX post_author_id_idx ON post (author_id);
            """,
        }
    ),
    "ts a migration makes a foreign key of columns that the model lacks": project(
        {
            "schema.ts": MIGRATED_TS,
            "migrations/0001_first.sql": """
                CREATE TABLE users (id integer PRIMARY KEY);
                CREATE TABLE posts (id integer PRIMARY KEY, old_id integer REFERENCES users (id));
            """,
        }
    ),
    "py index=True": posts_py("""
        id: int = Field(primary_key=True)
        author_id: int = Field(foreign_key="user.id", index=True)
    """),
    "py primary key": posts_py('author_id: int = Field(foreign_key="user.id", primary_key=True)'),
    "py unique column": posts_py("""
        id: int = Field(primary_key=True)
        author_id: int = Field(foreign_key="user.id", unique=True)
    """),
    "py composite in the other order": posts_py("""
        __table_args__ = (
            ForeignKeyConstraint(["org_id", "author_id"], ["user.org_id", "user.id"]),
            Index("ix", "author_id", "org_id", "id"),
        )
        id: int = Field(primary_key=True)
        org_id: int
        author_id: int
    """),
    "py table arguments that cannot be read": posts_py("""
        __table_args__ = unreadable()
        id: int = Field(primary_key=True)
        author_id: int = Field(foreign_key="user.id")
    """),
    "py the tenant column is for IDX001": py("""
        class Tenant(SQLModel, table=True):
            id: int = Field(primary_key=True)

        class Post(SQLModel, table=True):
            id: int = Field(primary_key=True)
            tenant_id: int = Field(foreign_key="tenant.id")
    """),
    "ts index": posts_ts(AUTHOR, 'index("i").on(t.author_id, t.id)'),
    "ts unique constraint": posts_ts(AUTHOR, "unique().on(t.author_id)"),
    "ts an index whose columns cannot be read": posts_ts(AUTHOR, 'index("i").on(...columnsOf(t))'),
    "ts composite in the other order": posts_ts(PAIR, f'{PAIR_KEY}, index("i").on(t.author_id, t.org_id)'),
    "ts composite with an index over one of the columns": posts_ts(PAIR, f'{PAIR_KEY}, index("i").on(t.author_id)'),
    "ts a relation from this side alone": posts_ts(JOINING, "", ONE),
    "ts a unique key over one of the columns": posts_ts(PAIR, f"{PAIR_KEY}, unique().on(t.author_id)"),
    "ts a partial index on a column that may be NULL": posts_ts(
        """
        id: integer("id").primaryKey(),
        author_id: integer("author_id").references(() => users.id),
        """,
        'index("i").on(t.author_id).where(sql`author_id is not null`)',
    ),
    "ts a relation on an indexed column": posts_ts(
        'id: integer("id").primaryKey(),\nauthor_id: integer("author_id").notNull(),',
        'index("i").on(t.author_id)',
        RELATION,
    ),
    "ts a relation from the side that is referenced": posts_ts(
        'id: integer("id").primaryKey(),\nuser_nick: text("user_nick").notNull(),',
        "",
        """
        export const usersRelations = relations(users, ({ one }) => ({
          post: one(posts, { fields: [users.nick], references: [posts.user_nick] }),
        }));
        """,
    ),
    "ts a relation on columns of another table": posts_ts(
        'id: integer("id").primaryKey(),',
        "",
        """
        export const postsRelations = relations(posts, ({ one }) => ({
          author: one(users, { fields: [users.nick], references: [users.id] }),
        }));
        """,
    ),
    "ts MySQL indexes declared foreign keys by itself": ts("""
        export const users = mysql.mysqlTable("users", { id: mysql.int("id").primaryKey() });
        export const posts = mysql.mysqlTable("posts", {
          id: mysql.int("id").primaryKey(),
          author_id: mysql.int("author_id").references(() => users.id),
        });
        export const postsRelations = relations(posts, ({ one }) => ({
          author: one(users, { fields: [posts.author_id], references: [users.id] }),
        }));
    """),
}

FINDING = {
    "ts a migration makes the foreign key": (
        project({"schema.ts": MIGRATED_TS, "migrations/0001_first.sql": TABLES}),
        [Found(5, 3, f"`posts.author_id` {WHY}", "schema.ts")],
    ),
    "py a migration drops the index": (
        project(
            {
                "models.py": MIGRATED_PY,
                "migrations/0001_first.sql": """
                    CREATE TABLE post (id integer PRIMARY KEY, author_id integer NOT NULL);
                    CREATE INDEX post_author_id_idx ON post (author_id);
                    DROP INDEX post_author_id_idx;
                """,
            }
        ),
        [Found(8, 5, f"`post.author_id` {WHY}", "models.py")],
    ),
    "py no index": (
        posts_py("""
            id: int = Field(primary_key=True)
            author_id: int = Field(foreign_key="user.id")
        """),
        [Found(9, 5, f"`post.author_id` {WHY}")],
    ),
    "py second of an index": (
        posts_py("""
            __table_args__ = (Index("ix", "id", "author_id"),)
            id: int = Field(primary_key=True)
            author_id: int = Field(foreign_key="user.id")
        """),
        [Found(10, 5, f"`post.author_id` {WHY}")],
    ),
    "py composite": (
        posts_py("""
            __table_args__ = (ForeignKeyConstraint(["org_id", "author_id"], ["user.org_id", "user.id"]),)
            id: int = Field(primary_key=True)
            org_id: int
            author_id: int
        """),
        [Found(8, 23, f"`post (org_id, author_id)` {WHY}")],
    ),
    "py composite with an index on the tenant alone": (
        posts_py(
            """
            __table_args__ = (ForeignKeyConstraint(["org_id", "author_id"], ["user.org_id", "user.id"]),)
            id: int = Field(primary_key=True)
            org_id: int = Field(index=True)
            author_id: int
            """,
            tenant_columns=("org_id",),
        ),
        [Found(8, 23, f"`post (org_id, author_id)` {OF_TENANT}")],
    ),
    "py self reference": (
        py("""
            class Page(SQLModel, table=True):
                id: int = Field(primary_key=True)
                parent_id: int | None = Field(default=None, foreign_key="page.id")
        """),
        [Found(4, 5, f"`page.parent_id` {WHY}")],
    ),
    "py mixin of two tables": (
        py("""
            class User(SQLModel, table=True):
                id: int = Field(primary_key=True)

            class Authored(SQLModel):
                author_id: int = Field(foreign_key="user.id")

            class Note(Authored, table=True):
                id: int = Field(primary_key=True)

            class Memo(Authored, table=True):
                id: int = Field(primary_key=True)
        """),
        [Found(6, 5, f"`memo.author_id` (and 1 more table) {WHY}")],
    ),
    "ts no index": (posts_ts(AUTHOR), [Found(10, 3, f"`posts.author_id` {WHY}")]),
    "ts once for a foreign key and a relation": (
        posts_ts(AUTHOR, "", RELATION),
        [Found(10, 3, f"`posts.author_id` {WHY}")],
    ),
    "ts given by a relation": (
        posts_ts(JOINING, "", RELATION),
        [Found(10, 3, f"`posts.author_id` {JOINED}")],
    ),
    "ts given by a relation to a unique column": (
        posts_ts(
            'id: integer("id").primaryKey(),\nemail: text("email").notNull(),',
            "",
            """
            export const postsRelations = relations(posts, ({ one }) => ({
              author: one(users, { fields: [posts.email], references: [users.email] }),
            }));
            """
            + MANY,
        ),
        [Found(10, 3, f"`posts.email` {JOINED}")],
    ),
    "ts composite with an index over the second of another": (
        posts_ts(PAIR, f'{PAIR_KEY}, index("i").on(t.id, t.author_id)'),
        [Found(12, 12, f"`posts (org_id, author_id)` {WHY}")],
    ),
    "ts a partial index on a column that is not NULL": (
        posts_ts(AUTHOR, 'index("i").on(t.author_id).where(sql`deleted_at is null`)'),
        [Found(10, 3, f"`posts.author_id` {WHY}")],
    ),
    "ts MySQL indexes no relations": (
        ts("""
            export const users = mysql.mysqlTable("users", { id: mysql.int("id").primaryKey() });
            export const posts = mysql.mysqlTable("posts", {
              id: mysql.int("id").primaryKey(),
              author_id: mysql.int("author_id"),
            });
            export const postsRelations = relations(posts, ({ one }) => ({
              author: one(users, { fields: [posts.author_id], references: [users.id] }),
            }));
            export const usersRelations = relations(users, ({ many }) => ({ posts: many(posts) }));
        """),
        [Found(5, 3, f"`posts.author_id` {JOINED}")],
    ),
    "ts tables that share the column each lack their own index": (
        posts_ts(
            'id: integer("id").primaryKey(),',
            "",
            """
            const authored = { author_id: integer("author_id").references(() => users.id) };
            export const notes = pgTable("notes", { id: integer("id").primaryKey(), ...authored });
            export const memos = pgTable("memos", { id: integer("id").primaryKey(), ...authored });
            """,
        ),
        [Found(13, 22, f"`notes.author_id` {WHY}"), Found(14, 22, f"`memos.author_id` {WHY}")],
    ),
}


@pytest.mark.parametrize("snippet", NOOP.values(), ids=NOOP)
def test_noop(snippet):
    assert run(CODE, snippet) == []


def test_strict_asks_relations_from_one_side_too():
    strict = posts_ts(JOINING, "", ONE)._replace(settings={"strict": True})
    assert run(CODE, strict) == [Found(10, 3, f"`posts.author_id` {JOINED}")]


@pytest.mark.parametrize(("snippet", "expected"), FINDING.values(), ids=FINDING)
def test_finding(snippet, expected):
    assert run(CODE, snippet) == expected
