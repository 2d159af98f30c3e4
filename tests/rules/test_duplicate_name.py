import pytest

from rules.support import Found, files, py, run, ts

CODE = "COR005"
END = "the second cannot be created; rename one"
LONG = "a" * 60


def names(kind: str, what: str) -> str:
    return f"gives the {kind} a name that is also {what}: {END}"


def table_of(symbol: str, path: str, kind: str = "table") -> str:
    return names(kind, f"the name of the table `{symbol}` in {path}")


def columns(first: str, second: str) -> str:
    return f"is the column of `{first}` and of `{second}`: a table has a column once; rename one"


TS_HEAD = 'import { index, integer, pgSchema, pgTable, text, uuid } from "drizzle-orm/pg-core";'
TS_USERS = 'export const users = pgTable("users", { id: uuid("id").primaryKey() });'

NOOP = {
    "py names of their own": py("""
        class Post(SQLModel, table=True):
            id: int = Field(primary_key=True)
            name: str = Field(index=True)

        class Tag(SQLModel, table=True):
            id: int = Field(primary_key=True)
            name: str = Field(index=True)
    """),
    "py applications with a table of one name each": files(
        shop__py="""
            from sqlmodel import Field, SQLModel
            class User(SQLModel, table=True):
                id: int = Field(primary_key=True)
                name: str = Field(index=True)
        """,
        blog__py="""
            from sqlmodel import Field, SQLModel
            class User(SQLModel, table=True):
                id: int = Field(primary_key=True)
                name: str = Field(index=True)
        """,
    ),
    "py one name in two schemas": py("""
        class Post(SQLModel, table=True):
            __tablename__ = "posts"
            __table_args__ = (Index("name_idx", "name"), {"schema": "one"})
            id: int = Field(primary_key=True)
            name: str

        class Post2(SQLModel, table=True):
            __tablename__ = "posts"
            __table_args__ = (Index("name_idx", "name"), {"schema": "two"})
            id: int = Field(primary_key=True)
            name: str
    """),
    "py names that cannot be read": py("""
        class Post(SQLModel, table=True):
            __table_args__ = (Index(unreadable(), "name"), Index(unreadable(), "id"))
            id: int = Field(primary_key=True)
            name: str

        class Tag(SQLModel, table=True):
            __tablename__ = unreadable()
            id: int = Field(primary_key=True)
            one: str = Field(sa_column=Column(unreadable()))
            two: str = Field(sa_column=Column(unreadable()))
    """),
    "py exempt tables": py(
        """
        class Post(SQLModel, table=True):
            __table_args__ = (Index("name_idx", "name"),)
            id: int = Field(primary_key=True)
            name: str

        class Tag(SQLModel, table=True):
            __table_args__ = (Index("name_idx", "name"),)
            id: int = Field(primary_key=True)
            name: str
        """,
        options={CODE: {"exempt_tables": ("tag",)}},
    ),
    "ts without names": ts("""
        export const posts = pgTable("posts", { name: text("name") }, (t) => [index().on(t.name)]);
        export const tags = pgTable("tags", { name: text("name") }, (t) => [index().on(t.name)]);
    """),
    "ts a test declares the table again": files(
        schema__ts=f"{TS_HEAD}\n{TS_USERS}",
        schema__test__ts=f"""
            import {{ users as real }} from "./schema"; {TS_HEAD}
            {TS_USERS}
            export const posts = pgTable("posts", {{
              a: uuid("a").references(() => users.id),
              b: uuid("b").references(() => real.id),
            }});
            """,
    ),
    "ts applications with a table of one name each": files(
        shop__ts=f"{TS_HEAD}\n{TS_USERS}", blog__ts=f"{TS_HEAD}\n{TS_USERS}"
    ),
    "ts tables of two dialects": ts("""
        export const users = pgTable("users", { id: uuid("id").primaryKey() });
        export const others = mysql.mysqlTable("users", { id: mysql.int("id").primaryKey() });
    """),
    "ts MySQL's indexes are each table's own": ts("""
        const { index: key, int, mysqlTable } = mysql;
        export const posts = mysqlTable("posts", { name: int("name") }, (t) => [key("i").on(t.name)]);
        export const tags = mysqlTable("tags", { name: int("name") }, (t) => [key("i").on(t.name)]);
    """),
}

FINDING = {
    "py two attributes of one column": (
        py("""
        class Post(SQLModel, table=True):
            id: int = Field(primary_key=True)
            name: str
            title: str = Field(sa_column=Column("name", String))
        """),
        [Found(5, 5, f"`post.name` {columns('name', 'title')}")],
    ),
    "py indexes of two tables": (
        py("""
        class Post(SQLModel, table=True):
            __table_args__ = (Index("name_idx", "name"),)
            id: int = Field(primary_key=True)
            name: str

        class Tag(SQLModel, table=True):
            __table_args__ = (UniqueConstraint("name", name="name_idx"),)
            id: int = Field(primary_key=True)
            name: str
        """),
        [Found(8, 23, f"`tag (name_idx)` {names('unique constraint', 'that of the index of `post`')}")],
    ),
    "py indexes of one table": (
        py("""
        class Post(SQLModel, table=True):
            __table_args__ = (Index("ix", "name"), Index("ix", "title"))
            id: int = Field(primary_key=True)
            name: str
            title: str
        """),
        [Found(3, 44, f"`post (ix)` {names('index', 'that of the index of `post`')}")],
    ),
    "py an index with the name of a table": (
        py("""
        class Post(SQLModel, table=True):
            id: int = Field(primary_key=True)

        class Tag(SQLModel, table=True):
            __table_args__ = (Index("post", "name"),)
            id: int = Field(primary_key=True)
            name: str
        """),
        [Found(6, 23, f"`tag (post)` {table_of('Post', 'models.py', 'index')}")],
    ),
    "py two tables of one file": (
        py("""
        class Post(SQLModel, table=True):
            __tablename__ = "posts"
            id: int = Field(primary_key=True)

        class Article(SQLModel, table=True):
            __tablename__ = "posts"
            id: int = Field(primary_key=True)
        """),
        [Found(6, 7, f"`posts` {table_of('Post', 'models.py')}")],
    ),
    "py an index of a mixin, once for each further table": (
        py("""
        class Named(SQLModel):
            __table_args__ = (Index("name_idx", "name"),)
            name: str

        class Post(Named, table=True):
            id: int = Field(primary_key=True)

        class Tag(Named, table=True):
            id: int = Field(primary_key=True)

        class Page(Named, table=True):
            id: int = Field(primary_key=True)
        """),
        [Found(3, 23, f"`page (name_idx)` (and 1 more table) {names('index', 'that of the index of `post`')}")],
    ),
    "ts two tables of one file": (
        ts("""
        export const users = pgTable("users", { id: uuid("id").primaryKey() });
        export const accounts = pgTable("users", { id: uuid("id").primaryKey() });
        """),
        [Found(3, 25, f"`users` {table_of('users', 'schema.ts')}")],
    ),
    "ts two tables that a third one connects": (
        files(
            accounts__ts=f"{TS_HEAD}\n{TS_USERS}",
            schema__ts=f"""
            import {{ users as others }} from "./accounts"; {TS_HEAD}
            {TS_USERS}
            export const posts = pgTable("posts", {{
              a: uuid("a").references(() => users.id),
              b: uuid("b").references(() => others.id),
            }});
            """,
        ),
        [Found(2, 22, f"`users` {table_of('users', 'accounts.ts')}", "schema.ts")],
    ),
    "ts two keys of one column": (
        ts("""
        export const posts = pgTable("posts", {
          id: uuid("id").primaryKey(),
          name: text("name"),
          title: text("name"),
        });
        """),
        [Found(5, 3, f"`posts.name` {columns('name', 'title')}")],
    ),
    "ts names that differ after 63 bytes": (
        ts(f"""
        export const posts = pgTable("posts", {{ name: text("name") }}, (t) => [
          index("{LONG}_one").on(t.name), index("{LONG}_two").on(t.name), index("{LONG}_one_2").on(t.name),
        ]);
        """),
        [
            Found(
                3,
                175,
                f"`posts ({LONG}_one_2)` gives the index a name that is also that of the index of `posts` once both "
                f"are cut after 63 bytes: {END}",
            )
        ],
    ),
    "ts SQLite has indexes of one database": (
        ts("""
        import { index as key, sqliteTable, text as string } from "drizzle-orm/sqlite-core";
        export const posts = sqliteTable("posts", { name: string("name") }, (t) => [key("i").on(t.name)]);
        export const tags = sqliteTable("tags", { name: string("name") }, (t) => [key("i").on(t.name)]);
        """),
        [Found(4, 75, f"`tags (i)` {names('index', 'that of the index of `posts`')}")],
    ),
}


@pytest.mark.parametrize("snippet", NOOP.values(), ids=NOOP)
def test_noop(snippet):
    assert run(CODE, snippet) == []


@pytest.mark.parametrize(("snippet", "expected"), FINDING.values(), ids=FINDING)
def test_finding(snippet, expected):
    assert run(CODE, snippet) == expected
