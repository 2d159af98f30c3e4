import pytest

from rules.support import Found, project, py, run, ts

CODE = "STD001"
WHY = "tools cannot tell its rows apart, and replication refuses to update them"
KEYED = "is the primary key in place of `id`: links, logs and generic code name a row by its `id`"
NATURAL = f"{KEYED}, and a key with a meaning changes with it; key the table by `id` and make this unique"
NAMED = f"{KEYED}; name it `id`, or list its name in the option `names` (`*_id` takes all of its kind)"


def wrong_type(found: str, types: str = "`uuid`") -> str:
    return (
        f"is of type {found}, not {types}: ids that count up tell how many rows there are, and those of other tables "
        "cannot reference it with one type; change the type, or list this one in the option `id-types`"
    )


def model(*columns: str, **settings: object):
    """Return a SQLModel class with columns from line 3 on."""
    body = "\n    ".join(columns)
    return py(f"class Thing(SQLModel, table=True):\n    {body}\n", **settings)


def table(*columns: str, extra: str = "", **settings: object):
    """Return a Drizzle table with columns from line 3 on."""
    body = ",\n  ".join(columns)
    return ts(f'export const things = pgTable("things", {{\n  {body},\n}}, (t) => [{extra}]);', **settings)


def options(**values: object):
    return {CODE: values}


PAIR = ('id: uuid("id")', 'kind: text("kind")')
SLUG = ('slug: text("slug").primaryKey()', 'name: text("name")')
UUIDS = {CODE: {"id_types": ("uuid",)}}

NOOP = {
    "py id": model("id: int = Field(primary_key=True)"),
    "py the column is called so": model('key: int = Field(primary_key=True, sa_column_kwargs={"name": "id"})'),
    "py another name": model("uid: int = Field(primary_key=True)", options=options(names=("uid",))),
    "py a uuid where the preset is strict": model("id: UUID = Field(primary_key=True)", strict=True),
    "py a type that the options list": model(
        "id: str = Field(primary_key=True, max_length=32)", strict=True, options=options(id_types=("uuid", "varchar"))
    ),
    "py a join table": py("""
        class User(SQLModel, table=True):
            id: int = Field(primary_key=True)

        class Friend(SQLModel, table=True):
            user_id: int = Field(foreign_key="user.id", primary_key=True)
            friend_id: int = Field(foreign_key="user.id", primary_key=True)
    """),
    "py a table that extends another": py("""
        class User(SQLModel, table=True):
            id: int = Field(primary_key=True)

        class Profile(SQLModel, table=True):
            user_id: int = Field(foreign_key="user.id", primary_key=True)
            bio: str
    """),
    "py the tenant": model("tenant_id: int = Field(primary_key=True)", "slug: str = Field(primary_key=True)"),
    "py a key that is not known": model("slug: str = Field(primary_key=settings.KEYED)"),
    "py a foreign key that is not known": model("slug: str = Field(primary_key=True, foreign_key=settings.KEY)"),
    "py a base that is not known": py("""
        from elsewhere import Keyed
        class Thing(Keyed, SQLModel, table=True):
            slug: str = Field(primary_key=True)
    """),
    "py a key with a meaning that nothing repeats": model("slug: str = Field(primary_key=True)", "name: str"),
    "ts a key with a meaning that nothing repeats": table(*SLUG),
    "ts the row of another table, kept with a key of its own": ts("""
        export const histories = pgTable("histories", {
          historyId: uuid("history_id").primaryKey().defaultRandom(),
          id: uuid("id").notNull(),
        });
        export const changes = pgTable("changes", {
          id: uuid("id").primaryKey(),
          of: uuid("of").references(() => histories.historyId),
        });
    """),
    "ts the id of another system": table('messageId: text("message_id").primaryKey()', 'name: text("name")'),
    "ts a search index": ts(
        'export const t = pgTable("documents_fts", { document_id: text("document_id"), content: text("content") });'
    ),
    "ts id": table('id: integer("id").primaryKey()'),
    "ts an id that is unique beside the key": table(
        'pk: integer("pk").primaryKey()', 'id: text("id").notNull().unique()'
    ),
    "ts names with any beginning": table(
        'thingId: uuid("thing_id").primaryKey()', options=options(names=("id", "*_id"))
    ),
    "ts a key that is named after another table": ts("""
        export const videos = pgTable("videos", { id: uuid("id").primaryKey() });
        export const uploads = pgTable("uploads", { videoId: uuid("video_id").primaryKey(), size: integer("size") });
    """),
    "ts a key that Auth.js prescribes": table(
        'provider: text("provider")',
        'providerAccountId: text("providerAccountId")',
        extra="primaryKey({ columns: [t.provider, t.providerAccountId] })",
    ),
    "ts a join table without a key that has times": ts("""
        export const users = pgTable("users", { id: uuid("id").primaryKey() });
        export const friends = pgTable("friends", {
          userId: uuid("user_id").references(() => users.id),
          friendId: uuid("friend_id").references(() => users.id),
          createdAt: timestamp("created_at"),
        });
    """),
    "ts id of two columns": table(*PAIR, extra="primaryKey({ columns: [t.id, t.kind] })"),
    "ts the key of a relation": ts("""
        export const users = pgTable("users", { id: uuid("id").primaryKey() });
        export const profiles = pgTable("profiles", { userId: uuid("user_id").primaryKey(), bio: text("bio") });
        export const profilesRelations = relations(profiles, ({ one }) => ({
          user: one(users, { fields: [profiles.userId], references: [users.id] }),
        }));
    """),
    "ts rows that are numbered within their parent": ts("""
        export const orders = pgTable("orders", { id: uuid("id").primaryKey() });
        export const items = pgTable("items", {
          orderId: uuid("order_id").references(() => orders.id),
          nr: integer("nr"),
        }, (t) => [primaryKey({ columns: [t.orderId, t.nr] })]);
    """),
    "ts a join table without a key is for REL007": ts("""
        export const users = pgTable("users", { id: uuid("id").primaryKey() });
        export const friends = pgTable("friends", {
          userId: uuid("user_id").references(() => users.id),
          friendId: uuid("friend_id").references(() => users.id),
        });
    """),
    "ts a type that is asked of PostgreSQL only": ts(
        'export const a = mysql.mysqlTable("a", { id: mysql.int("id").primaryKey() });', strict=True
    ),
    "ts a type that is not known": table("id: shortId().primaryKey()", options=UUIDS),
    "ts columns that are not known": table('slug: text("slug")', "...shared"),
    "ts a key that only a migration makes": project(
        {
            "schema.ts": 'import { pgTable, text } from "drizzle-orm/pg-core"; '
            'export const things = pgTable("things", { slug: text("slug") });',
            "migrations/0001_first.sql": "CREATE TABLE things (slug text PRIMARY KEY);",
        }
    ),
    "ts migrations that begin after the table was made": project(
        {
            "schema.ts": 'import { pgTable, text } from "drizzle-orm/pg-core"; '
            'export const things = pgTable("things", { slug: text("slug") });',
            "migrations/0001_first.sql": "ALTER TABLE things ENABLE ROW LEVEL SECURITY;",
        }
    ),
}

FINDING = {
    "py another key": (
        model("slug: str = Field(primary_key=True)", "name: str", strict=True),
        [Found(3, 5, f"`thing.slug` {NATURAL}")],
    ),
    "py another key over two columns": (
        model("a: str = Field(primary_key=True)", "b: str = Field(primary_key=True)", strict=True),
        [Found(2, 7, f"`thing (a, b)` {NATURAL}")],
    ),
    "py another name": (
        model("id: int = Field(primary_key=True)", options=options(names=("uid",))),
        [Found(3, 5, f"`thing.id` {NAMED.replace('`id`', '`uid`')}")],
    ),
    "py a number where the preset is strict": (
        model("id: int = Field(primary_key=True)", strict=True),
        [Found(3, 5, f"`thing.id` {wrong_type('integer')}")],
    ),
    "py a type that the options do not list": (
        model("id: int = Field(primary_key=True)", options=options(id_types=("uuid", "text"))),
        [Found(3, 5, f"`thing.id` {wrong_type('integer', '`uuid` or `text`')}")],
    ),
    "ts another key": (table(*SLUG, strict=True), [Found(3, 3, f"`things.slug` {NATURAL}")]),
    "py another key that other rows repeat": (
        py("""
            class Plan(SQLModel, table=True):
                slug: str = Field(primary_key=True)

            class Contract(SQLModel, table=True):
                id: int = Field(primary_key=True)
                plan_slug: str = Field(foreign_key="plan.slug")
        """),
        [Found(3, 5, f"`plan.slug` {NATURAL}")],
    ),
    "ts another key that other rows repeat": (
        ts("""
            export const plans = pgTable("plans", { slug: text("slug").primaryKey() });
            export const contracts = pgTable("contracts", {
              id: uuid("id").primaryKey(),
              plan: text("plan").references(() => plans.slug),
            });
        """),
        [Found(2, 41, f"`plans.slug` {NATURAL}")],
    ),
    "ts an id beside the key that is not unique": (
        table(*SLUG, 'id: uuid("id").notNull()', strict=True),
        [Found(3, 3, f"`things.slug` {NATURAL}")],
    ),
    "ts an id beside the key that may be NULL": (
        table(*SLUG, 'id: uuid("id").unique()', strict=True),
        [Found(3, 3, f"`things.slug` {NATURAL}")],
    ),
    "ts a key that is named after its own table": (
        table('thingId: uuid("thing_id").primaryKey()', 'name: text("name")'),
        [Found(3, 3, f"`things.thing_id` {NAMED}")],
    ),
    "ts a key that is made up": (
        table('key: text("key").primaryKey().$defaultFn(() => nanoid())', 'name: text("name")'),
        [Found(3, 3, f"`things.key` {NAMED}")],
    ),
    "ts a key that counts up": (
        table('pk: integer("pk").primaryKey()', 'name: text("name")'),
        [Found(3, 3, f"`things.pk` {NAMED}")],
    ),
    "ts a key of Auth.js, where none is allowed": (
        table(
            'sessionToken: text("session_token").primaryKey()',
            'name: text("name")',
            strict=True,
            options=options(allow=()),
        ),
        [Found(3, 3, f"`things.session_token` {NATURAL}")],
    ),
    "ts no key": (
        table('name: text("name")'),
        [Found(2, 23, f"`things` has no primary key: {WHY}; add `id` as the key")],
    ),
    "ts an id that is no key": (
        table('id: uuid("id").notNull()', 'name: text("name")'),
        [Found(3, 3, f"`things.id` is not the primary key: {WHY}; make it the primary key")],
    ),
    "ts text where the preset is strict": (
        table('id: text("id").primaryKey()', strict=True),
        [Found(3, 3, f"`things.id` {wrong_type('text')}")],
    ),
}


@pytest.mark.parametrize("snippet", NOOP.values(), ids=NOOP)
def test_noop(snippet):
    assert run(CODE, snippet) == []


@pytest.mark.parametrize(("snippet", "expected"), FINDING.values(), ids=FINDING)
def test_finding(snippet, expected):
    assert run(CODE, snippet) == expected
