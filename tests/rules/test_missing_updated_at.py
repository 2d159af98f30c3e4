import pytest

from rules.support import Found, project, py, run, ts

CODE = "STD003"
MISSING = (
    "has no `updated_at`: caches, exports and syncing clients cannot ask what has changed; add the column, NOT NULL "
    "and with a default, or name yours in the option `names`"
)
NULL = "rows without a time fall out of every question for what has changed; make it NOT NULL"
OTHER = (
    "is this table's `updated_at`, by another name: who reads several tables must look it up in each; name it "
    "`updated_at`, or list its name in the option `names`"
)
UNSET = "has no default: each writer must set it, scripts and imports too; give it one"


def model(*columns: str, name: str = "Thing", **settings: object):
    """Return a SQLModel class with columns beside its key, from line 4 on."""
    body = "\n    ".join(("id: int = Field(primary_key=True)", *columns))
    return py(f"class {name}(SQLModel, table=True):\n    {body}\n", **settings)


def table(*columns: str, name: str = "things", **settings: object):
    """Return a Drizzle table with columns beside its key, from line 4 on."""
    body = ",\n  ".join(('id: uuid("id").primaryKey()', *columns))
    return ts(f'export const t = pgTable("{name}", {{\n  {body},\n}});', **settings)


CREATED = "created_at: datetime = Field(default_factory=datetime.now)"
TS_CREATED = 'createdAt: timestamp("created_at").notNull().defaultNow()'


def options(**values: object):
    return {CODE: values}


PY_JOIN = """
    class User(SQLModel, table=True):
        id: int = Field(primary_key=True)
        COLUMN: datetime = Field(default_factory=datetime.now)

    class Membership(SQLModel, table=True):
        user_id: int = Field(foreign_key="user.id", primary_key=True)
        friend_id: int = Field(foreign_key="user.id", primary_key=True)
""".replace("COLUMN", "updated_at")
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
""".replace("COLUMN", "updated_at")

BETTER_AUTH = """
    export const user = pgTable("user", {
      id: text("id").primaryKey(), email: text("email"), emailVerified: boolean("email_verified"),
      updatedAt: timestamp("updated_at").notNull(),
    });
    export const account = pgTable("account", {
      id: text("id").primaryKey(), userId: text("user_id"), accountId: text("account_id"), providerId: text("p_id"),
    });
    export const member = pgTable("member", {
      id: text("id").primaryKey(), userId: text("user_id"), organizationId: text("org_id"), role: text("role"),
    });
"""

NOOP = {
    "py not null, with a default": model("updated_at: datetime = Field(default_factory=datetime.now)"),
    "py NULL is allowed": model("updated_at: datetime | None = Field(default=None)", options=options(nullable=True)),
    "py another name": model(
        "changed: datetime = Field(default_factory=datetime.now)", options=options(names=("changed",))
    ),
    "py a join table": py(PY_JOIN),
    "py a log": model("text: str", name="AuditLog"),
    "py a table whose rows never change, by an option": model(
        "text: str", name="BankTransfer", options=options(append_only=("transfer",))
    ),
    "py a base that is not known": py("""
        from elsewhere import Timed
        class Thing(Timed, SQLModel, table=True):
            id: int = Field(primary_key=True)
    """),
    "ts not null, with a default": table('updatedAt: timestamp("updated_at").notNull().defaultNow()'),
    "ts what an update sets, an insert sets too": table(
        'updatedAt: timestamp("updated_at").notNull().$onUpdate(() => new Date())'
    ),
    "ts events": table('text: text("text")', name="webhook_events"),
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
                  updated_at: timestamp("updated_at").notNull().defaultNow(),
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
            "migrations/0001_first.sql": "CREATE TABLE a (id uuid PRIMARY KEY, updated_at timestamptz NOT NULL);",
        }
    ),
    "py rows that nothing changes": model(CREATED, "url: str", "text: str"),
    "py a state with a time of its own": model(CREATED, "status: str", "completed_at: datetime | None"),
    "py rows that expire": model(CREATED, "status: str", "expires_at: datetime"),
    "py rows that are known by a digest": model(CREATED, "name: str", "token_hash: str"),
    "py rows that tell of their last use": model(CREATED, "name: str", "last_seen_at: datetime"),
    "py the role of who said it": model(CREATED, "role: str", "content: str"),
    "py the name of what ran": model(CREATED, "name: str", "status: str", "traceback: str", "done: datetime | None"),
    "py the name that a file came with": model(CREATED, "name: str", "size: int"),
    "py what is said to be deleted": model(CREATED, "is_deleted: bool = False"),
    "ts a flag without a default": table(TS_CREATED, 'success: boolean("success").notNull()'),
    "ts a snapshot": table('name: text("name")', name="row_snapshots"),
    "ts values by key": ts(
        'export const t = pgTable("settings", { key: text("key").primaryKey(), value: text("value") });'
    ),
    "ts rows of a day": ts("""
        export const t = pgTable("usage", {
          id: uuid("id").primaryKey(),
          day: date("day"),
          count: integer("count").default(0),
        }, (t) => [unique().on(t.id, t.day)]);
    """),
    "ts rows that come with the program": ts("""
        export const regions = pgTable("regions", { id: uuid("id").primaryKey(), name: text("name") });
        export const orders = pgTable("orders", {
          id: uuid("id").primaryKey(),
          tenant_id: uuid("tenant_id"),
          updated_at: timestamp("updated_at").notNull().defaultNow(),
        });
    """),
    "ts a join table that has an order": ts(
        TS_JOIN.replace('id: uuid("id").primaryKey(),\n      user_id', 'position: integer("position"),\n      user_id')
    ),
    "ts what Better Auth prescribes": ts(BETTER_AUTH),
    "ts columns that are not known": table("...shared"),
    "ts a name that is not known": table("made: timestamp(process.env.NAME)"),
}

FINDING = {
    "py missing": (
        model(CREATED, "status: str"),
        [Found(2, 7, f"`thing` {MISSING}")],
    ),
    "py rows that nothing changes, where the preset is strict": (
        model(CREATED, "url: str", strict=True),
        [Found(2, 7, f"`thing` {MISSING}")],
    ),
    "py a flag": (model(CREATED, "is_open: bool = True"), [Found(2, 7, f"`thing` {MISSING}")]),
    "py a counter": (model(CREATED, "retries: int = 0"), [Found(2, 7, f"`thing` {MISSING}")]),
    "py a name that people edit": (
        model(CREATED, "name: str", "archived_at: datetime | None"),
        [Found(2, 7, f"`thing` {MISSING}")],
    ),
    "py a password is no digest that rows are known by": (
        model(CREATED, "name: str", "password_hash: str"),
        [Found(2, 7, f"`thing` {MISSING}")],
    ),
    "ts people, who do not come with the program": (
        ts("""
            export const users = pgTable("users", { id: uuid("id").primaryKey(), email: text("email") });
            export const orders = pgTable("orders", {
              id: uuid("id").primaryKey(),
              tenant_id: uuid("tenant_id"),
              updated_at: timestamp("updated_at").notNull().defaultNow(),
            });
        """),
        [Found(2, 22, f"`users` {MISSING}")],
    ),
    "ts what looks like Better Auth's, without it": (
        ts(BETTER_AUTH.replace("accountId", "number")),
        [
            Found(4, 3, f"`user.updated_at` {UNSET}"),
            Found(6, 24, f"`account` {MISSING}"),
            Found(9, 23, f"`member` {MISSING}"),
        ],
    ),
    "py NULL until the first change": (
        model('updated_at: datetime | None = Field(default=None, sa_column_kwargs={"onupdate": func.now()})'),
        [Found(4, 5, f"`thing.updated_at` may be NULL and has no default: {NULL}, with a default")],
    ),
    "py no default": (model("updated_at: datetime"), [Found(4, 5, f"`thing.updated_at` {UNSET}")]),
    "py a log whose rows change": (
        model("text: str", name="ChangeLog", options=options(append_only=())),
        [Found(2, 7, f"`changelog` {MISSING}")],
    ),
    "py a join table, where they are asked": (
        py(PY_JOIN, options=options(join_tables=True)),
        [Found(6, 7, f"`membership` {MISSING}")],
    ),
    "py a name that means the same": (
        model("update_time: datetime"),
        [Found(4, 5, f"`thing.update_time` {OTHER}")],
    ),
    "ts a name that means the same": (
        table('last_modified: text("last_modified")'),
        [Found(4, 3, f"`things.last_modified` {OTHER}")],
    ),
    "ts a flag means another thing": (
        table('updated: boolean("updated")'),
        [Found(2, 18, f"`things` {MISSING}")],
    ),
    "ts missing": (table('name: text("name")'), [Found(2, 18, f"`things` {MISSING}")]),
    "ts NULL": (
        table('updatedAt: timestamp("updated_at").defaultNow().$onUpdate(() => new Date())'),
        [Found(4, 3, f"`things.updated_at` may be NULL: {NULL}")],
    ),
    "ts no default": (
        table('updatedAt: timestamp("updated_at").notNull()'),
        [Found(4, 3, f"`things.updated_at` {UNSET}")],
    ),
    "ts a name that only ends like a log": (
        table('text: text("text")', name="blogs"),
        [Found(2, 18, f"`blogs` {MISSING}")],
    ),
}


@pytest.mark.parametrize("snippet", NOOP.values(), ids=NOOP)
def test_noop(snippet):
    assert run(CODE, snippet) == []


@pytest.mark.parametrize(("snippet", "expected"), FINDING.values(), ids=FINDING)
def test_finding(snippet, expected):
    assert run(CODE, snippet) == expected
