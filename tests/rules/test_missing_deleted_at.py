import pytest

from rules.support import Found, py, run, ts

CODE = "STD005"
MISSING = (
    "has no `deleted_at`: its rows cannot be deleted softly, so that a wrong click cannot be undone; add the column, "
    "or name yours in the option `names`"
)
ALWAYS = "is NOT NULL, so that every row counts as deleted; let it be NULL on rows that live"


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
        COLUMN: datetime | None = None

    class Membership(SQLModel, table=True):
        user_id: int = Field(foreign_key="user.id", primary_key=True)
        friend_id: int = Field(foreign_key="user.id", primary_key=True)
""".replace("COLUMN", "deleted_at")
TS_JOIN = """
    export const users = pgTable("users", {
      id: uuid("id").primaryKey(),
      COLUMN: timestamp("COLUMN"),
    });
    export const friends = pgTable("friends", {
      id: uuid("id").primaryKey(),
      user_id: uuid("user_id").references(() => users.id),
      friend_id: uuid("friend_id").references(() => users.id),
    });
""".replace("COLUMN", "deleted_at")

NOOP = {
    "py NULL on rows that live": model("deleted_at: datetime | None = None"),
    "py another name": model("removed: datetime | None = None", options=options(names=("deleted_at", "removed"))),
    "py a join table": py(PY_JOIN),
    "py a base that is not known": py("""
        from elsewhere import Timed
        class Thing(Timed, SQLModel, table=True):
            id: int = Field(primary_key=True)
    """),
    "ts NULL on rows that live": table('deletedAt: timestamp("deleted_at")'),
    "ts a join table with a key of its own": ts(TS_JOIN),
    "ts columns that are not known": table("...shared"),
    "ts a name that is not known": table("gone: timestamp(process.env.NAME)"),
}

FINDING = {
    "py missing": (model("name: str"), [Found(2, 7, f"`thing` {MISSING}")]),
    "py NOT NULL": (model("deleted_at: datetime"), [Found(4, 5, f"`thing.deleted_at` {ALWAYS}")]),
    "py a join table, where they are asked": (
        py(PY_JOIN, options=options(join_tables=True)),
        [Found(6, 7, f"`membership` {MISSING}")],
    ),
    "ts missing": (table('name: text("name")'), [Found(2, 23, f"`things` {MISSING}")]),
    "ts NOT NULL": (
        table('deletedAt: timestamp("deleted_at").notNull()'),
        [Found(4, 3, f"`things.deleted_at` {ALWAYS}")],
    ),
    "ts another name": (
        table('deletedAt: timestamp("deleted_at")', options=options(names=("removed_at",))),
        [Found(2, 23, f"`things` {MISSING.replace('deleted_at', 'removed_at')}")],
    ),
}


@pytest.mark.parametrize("snippet", NOOP.values(), ids=NOOP)
def test_noop(snippet):
    assert run(CODE, snippet) == []


@pytest.mark.parametrize(("snippet", "expected"), FINDING.values(), ids=FINDING)
def test_finding(snippet, expected):
    assert run(CODE, snippet) == expected
