import pytest

from rules.support import Found, project, py, run, ts

CODE = "STD002"
MISSING = (
    "has no `created_at`: when a row came to be cannot be told, nor can rows be listed in that order; add the column, "
    "NOT NULL and with a default, or name yours in the option `names`"
)
NULL = "rows without a time fall out of every range; make it NOT NULL"
OTHER = (
    "is this table's `created_at`, by another name: who reads several tables must look it up in each; name it "
    "`created_at`, or list its name in the option `names`"
)
UNSET = "has no default: each writer must set it, scripts and imports too; give it one"


def model(*columns: str, **settings: object):
    """Return a SQLModel class with columns beside its key, from line 4 on."""
    body = "\n    ".join(("id: int = Field(primary_key=True)", *columns))
    return py(f"class Thing(SQLModel, table=True):\n    {body}\n", **settings)


def table(*columns: str, **settings: object):
    """Return a Drizzle table with columns beside its key, from line 4 on."""
    body = ",\n  ".join(('id: uuid("id").primaryKey()', *columns))
    return ts(f'export const things = pgTable("things", {{\n  {body},\n}});', **settings)


def options(**values: object):
    return {CODE: values}


PY_JOIN = """
    class User(SQLModel, table=True):
        id: int = Field(primary_key=True)
        COLUMN: datetime = Field(default_factory=datetime.now)

    class Membership(SQLModel, table=True):
        user_id: int = Field(foreign_key="user.id", primary_key=True)
        friend_id: int = Field(foreign_key="user.id", primary_key=True)
""".replace("COLUMN", "created_at")
TS_JOIN = """
    export const users = pgTable("users", {
      id: uuid("id").primaryKey(),
      COLUMN: timestamp("COLUMN").notNull().defaultNow(),
    });
    export const friends = pgTable("friends", {
      id: uuid("id").primaryKey(),
      user_id: uuid("user_id").references(() => users.id),
      friend_id: uuid("friend_id").references(() => users.id),
    });
""".replace("COLUMN", "created_at")

TS_SETTINGS = """
    export const users = pgTable("users", {
      id: uuid("id").primaryKey(),
      created_at: timestamp("created_at").notNull().defaultNow(),
    });
    export const settings = pgTable("settings", {
      id: uuid("id").primaryKey(),
      user_id: uuid("user_id").references(() => users.id).unique(),
      theme: text("theme"),
    });
"""

NOOP = {
    "py not null, with a default": model("created_at: datetime = Field(default_factory=datetime.now)"),
    "py a default of the database": model(
        "created_at: datetime = Field(sa_column=Column(DateTime, nullable=False, server_default=func.now()))"
    ),
    "py the attribute is called so": model(
        'created_at: datetime = Field(default_factory=datetime.now, sa_column_kwargs={"name": "creation"})'
    ),
    "py another name": model(
        "inserted: datetime = Field(default_factory=datetime.now)", options=options(names=("inserted",))
    ),
    "py NULL is allowed": model(
        "created_at: datetime | None = Field(default_factory=datetime.now)", options=options(nullable=True)
    ),
    "py a join table": py(PY_JOIN),
    "py a base that is not known": py("""
        from elsewhere import Timed
        class Thing(Timed, SQLModel, table=True):
            id: int = Field(primary_key=True)
    """),
    "py an exempt table": model("name: str", options=options(exempt_tables=("thing",))),
    "ts not null, with a default": table('created_at: timestamp("created_at").notNull().defaultNow()'),
    "ts camelCase over snake_case": table('createdAt: timestamp("created_at").notNull().defaultNow()'),
    "ts camelCase": table('createdAt: timestamp("createdAt").notNull().$defaultFn(() => new Date())'),
    "ts the column is called so": table('created: timestamp("created_at").notNull().defaultNow()'),
    "ts a join table with a key of its own": ts(TS_JOIN),
    "ts a table that another system owns": ts(
        'export const users = pgTable("users", { id: uuid("id").primaryKey() });'
    ),
    "ts a script declares the columns that it needs": project(
        {
            "script.ts": """
                import { pgTable, text, timestamp, uuid } from "drizzle-orm/pg-core";
                export const a = pgTable("a", { id: uuid("id").primaryKey(), name: text("name") });
                export const b = pgTable("a", {
                  id: uuid("id").primaryKey(),
                  name: text("name"),
                  created_at: timestamp("created_at").notNull().defaultNow(),
                });
            """,
        }
    ),
    "ts a column that only a migration gives": project(
        {
            "schema.ts": """
                import { pgTable, text, uuid } from "drizzle-orm/pg-core";
                export const a = pgTable("a", { id: uuid("id").primaryKey(), name: text("name") });
            """,
            "migrations/0001_first.sql": "CREATE TABLE a (id uuid PRIMARY KEY, created_at timestamptz NOT NULL);",
        }
    ),
    "py another time of the making": model("name: str", "uploaded_at: datetime = Field(default_factory=datetime.now)"),
    "py another time that writers must set": model("name: str", "started_at: datetime"),
    "py no default beside another time of the making": model(
        "created_at: datetime", "first_seen_at: datetime = Field(default_factory=datetime.now)"
    ),
    "py no default where rows expire": model("created_at: datetime", "expires_at: datetime"),
    "ts a time in milliseconds": table('joinedAt: integer("joined_at").notNull()'),
    "ts one row for each of others": ts(TS_SETTINGS),
    "ts one row for each tenant": table('tenant_id: uuid("tenant_id").unique()', 'theme: text("theme")'),
    "ts rows that are written over": ts("""
        export const t = pgTable("values", {
          id: uuid("id").primaryKey(), field: text("field"), of: text("of"), changed: timestamp("changed"),
        }, (t) => [unique().on(t.field, t.of)]);
    """),
    "ts values by key": ts(
        'export const t = pgTable("settings", { key: text("key").primaryKey(), value: text("value") });'
    ),
    "ts a search index": ts(
        'export const t = pgTable("notes_fts", { id: uuid("id").primaryKey(), text: text("text") });'
    ),
    "ts rows of a day": ts("""
        export const t = pgTable("usage", {
          id: uuid("id").primaryKey(),
          day: date("day"),
        }, (t) => [uniqueIndex().on(t.id, t.day)]);
    """),
    "ts a join table by its key alone": ts("""
        export const t = pgTable("grants", {
          role: text("role"), action: text("action"), granted: timestamp("granted"),
        }, (t) => [primaryKey({ columns: [t.role, t.action] })]);
    """),
    "ts columns that are not known": table("...shared"),
    "ts a name that is not known": table("made: timestamp(process.env.NAME)"),
    "ts a default that is not known": table("created_at: moment().notNull()"),
}

FINDING = {
    "py missing": (model("name: str"), [Found(2, 7, f"`thing` {MISSING}")]),
    "py NULL": (
        model("created_at: datetime | None = Field(default_factory=datetime.now)"),
        [Found(4, 5, f"`thing.created_at` may be NULL: {NULL}")],
    ),
    "py no default": (model("created_at: datetime"), [Found(4, 5, f"`thing.created_at` {UNSET}")]),
    "py both": (
        model("created_at: datetime | None"),
        [Found(4, 5, f"`thing.created_at` may be NULL and has no default: {NULL}, with a default")],
    ),
    "py no default where NULL is allowed, but not here": (
        model("created_at: datetime", options=options(nullable=True)),
        [Found(4, 5, f"`thing.created_at` {UNSET}")],
    ),
    "py a mixin of two tables": (
        py("""
            class Timed(SQLModel):
                created_at: datetime

            class Note(Timed, table=True):
                id: int = Field(primary_key=True)

            class Memo(Timed, table=True):
                id: int = Field(primary_key=True)
        """),
        [Found(3, 5, f"`memo.created_at` (and 1 more table) {UNSET}")],
    ),
    "py a join table, where they are asked": (
        py(PY_JOIN, options=options(join_tables=True)),
        [Found(6, 7, f"`membership` {MISSING}")],
    ),
    "py another time of the making, where the preset is strict": (
        model("name: str", "uploaded_at: datetime = Field(default_factory=datetime.now)", strict=True),
        [Found(2, 7, f"`thing` {MISSING}")],
    ),
    "py times that are not of the making": (
        model(
            "updated_at: datetime = Field(default_factory=datetime.now)",
            "expires_at: datetime = Field(default_factory=datetime.now)",
            "last_seen_at: datetime = Field(default_factory=datetime.now)",
        ),
        [Found(2, 7, f"`thing` {MISSING}")],
    ),
    "ts many rows for each of others": (
        ts(TS_SETTINGS.replace(".unique()", "")),
        [Found(6, 25, f"`settings` {MISSING}")],
    ),
    "ts no key at all": (
        ts('export const t = pgTable("t", { name: text("name"), size: integer("size") });'),
        [Found(2, 18, f"`t` {MISSING}")],
    ),
    "py another name": (
        model("name: str", options=options(names=("inserted_at", "inserted"))),
        [Found(2, 7, f"`thing` {MISSING.replace('created_at', 'inserted_at')}")],
    ),
    "py a name that means the same": (
        model("create_time: datetime"),
        [Found(4, 5, f"`thing.create_time` {OTHER}")],
    ),
    "ts a name that means the same": (
        table('creation_date: text("creation_date")'),
        [Found(4, 3, f"`things.creation_date` {OTHER}")],
    ),
    "ts a flag means another thing": (
        table('created: boolean("created")'),
        [Found(2, 23, f"`things` {MISSING}")],
    ),
    "ts missing": (table('name: text("name")'), [Found(2, 23, f"`things` {MISSING}")]),
    "ts NULL": (
        table('createdAt: timestamp("created_at").defaultNow()'),
        [Found(4, 3, f"`things.created_at` may be NULL: {NULL}")],
    ),
    "ts no default": (
        table('createdAt: timestamp("created_at").notNull()'),
        [Found(4, 3, f"`things.created_at` {UNSET}")],
    ),
    "ts both": (
        table('createdAt: timestamp("created_at")'),
        [Found(4, 3, f"`things.created_at` may be NULL and has no default: {NULL}, with a default")],
    ),
    "ts a join table that says more": (
        ts(TS_JOIN.replace('id: uuid("id").primaryKey(),\n      user_id', 'role: text("role"),\n      user_id')),
        [Found(6, 24, f"`friends` {MISSING}")],
    ),
    "ts a join table, where they are asked": (
        ts(TS_JOIN, options=options(join_tables=True)),
        [Found(6, 24, f"`friends` {MISSING}")],
    ),
}


@pytest.mark.parametrize("snippet", NOOP.values(), ids=NOOP)
def test_noop(snippet):
    assert run(CODE, snippet) == []


@pytest.mark.parametrize(("snippet", "expected"), FINDING.values(), ids=FINDING)
def test_finding(snippet, expected):
    assert run(CODE, snippet) == expected
