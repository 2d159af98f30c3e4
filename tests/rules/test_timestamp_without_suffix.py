import pytest

from rules.support import Found, py, run, ts

CODE = "NAM007"
WHY = "is a timestamp, but its name may as well be that of a day or a flag; end the name in"


def model(column: str, **settings: object):
    """Return a SQLModel class with one column beside its key, on line 4."""
    return py(
        f"""
        class Thing(SQLModel, table=True):
            id: int = Field(primary_key=True)
            {column}
        """,
        **settings,
    )


def table(column: str, **settings: object):
    """Return a Drizzle table with one column beside its key, on line 4."""
    return ts(
        f"""
        export const things = pgTable("things", {{
          id: uuid("id").primaryKey(),
          {column},
        }});
        """,
        **settings,
    )


def options(**values: object):
    return {CODE: values}


NOOP = {
    "py the suffix": model("published_at: datetime"),
    "ts what Better Auth prescribes": ts("""
        export const accounts = pgTable("account", {
          userId: text("user_id"), accountId: text("account_id"), providerId: text("provider_id"),
        });
        export const user = pgTable("user", {
          id: text("id").primaryKey(), name: text("name"), email: text("email"), banExpires: timestamp("ban_expires"),
          emailVerified: boolean("email_verified"), banned: boolean("banned"), banReason: text("ban_reason"),
        });
    """),
    "py nothing but the suffix": model("at: datetime"),
    "py a date": model("published: date"),
    "py a flag": model("published: bool"),
    "py an option adds a suffix": model("banned_until: datetime", options=options(suffixes=("_at", "_until"))),
    "py a name is allowed": model("expires: datetime", options=options(allow=("expires",))),
    "py a type that is not known": model("published: settings.MOMENT"),
    "ts the suffix": table('publishedAt: timestamp("published_at")'),
    "ts camelCase is for NAM001": table('publishedAt: timestamp("publishedAt")'),
    "ts a date": table('published_on: date("published_on")'),
    "ts a list": table('visits: timestamp("visits").array()'),
    "ts a name that is not known": table("published: timestamp(process.env.NAME)"),
}

FINDING = {
    "py no suffix": (
        model("published: datetime"),
        [Found(4, 5, f"`thing.published` {WHY} `_at`, as in `published_at`")],
    ),
    "py the suffix of a date": (
        model("start_date: datetime = Field(sa_type=DateTime(timezone=True))"),
        [Found(4, 5, f"`thing.start_date` {WHY} `_at`, as in `started_at`, or make it a date")],
    ),
    "py the suffix of a time of day": (
        model("create_time: datetime"),
        [Found(4, 5, f"`thing.create_time` {WHY} `_at`, as in `created_at`")],
    ),
    "py a word that says nothing": (model("timestamp: datetime"), [Found(4, 5, f"`thing.timestamp` {WHY} `_at`")]),
    "py other suffixes": (
        model("sent: datetime", options=options(suffixes=("_ts", "_time"))),
        [Found(4, 5, f"`thing.sent` {WHY} `_ts` or `_time`")],
    ),
    "ts no suffix": (
        table('published: timestamp("published", { withTimezone: true, precision: 3 })'),
        [Found(4, 3, f"`things.published` {WHY} `_at`, as in `published_at`")],
    ),
    "ts the key does not count": (
        table('createdAt: timestamp("created_on")'),
        [Found(4, 3, f"`things.created_on` {WHY} `_at`, as in `created_at`, or make it a date")],
    ),
    "ts MySQL": (
        ts('export const a = mysql.mysqlTable("a", { seen: mysql.datetime("seen") });'),
        [Found(2, 42, f"`a.seen` {WHY} `_at`, as in `seen_at`")],
    ),
}


@pytest.mark.parametrize("snippet", NOOP.values(), ids=NOOP)
def test_noop(snippet):
    assert run(CODE, snippet) == []


@pytest.mark.parametrize(("snippet", "expected"), FINDING.values(), ids=FINDING)
def test_finding(snippet, expected):
    assert run(CODE, snippet) == expected
