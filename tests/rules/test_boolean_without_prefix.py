import pytest

from rules.support import Found, py, run, ts

CODE = "NAM004"
WHY = (
    "is a boolean whose name asks no question, so that it reads as a time, a label or a link; begin the name with "
    "`is_`, `has_` or `can_`"
)


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
    "py is_": model("is_active: bool"),
    "py has_": model("has_children: bool"),
    "py can_": model("can_invite: bool"),
    "py no boolean": model("active: int"),
    "py what OpenID Connect prescribes": model("email_verified: bool"),
    "py an option adds a prefix": model("was_sent: bool", options=options(prefixes=("is_", "was_"))),
    "py a name is allowed": model("archived: bool", options=options(allow=("archived",))),
    "py a type that is not known": model("active: settings.FLAG"),
    "py a verb": model("allow_comments: bool"),
    "py a name that says its type": model("limit_flag: bool"),
    "py a choice": model("news_opt_in: bool"),
    "ts is_": table('isActive: boolean("is_active")'),
    "ts camelCase is for NAM001": table('isActive: boolean("isActive")'),
    "ts an abbreviation in camelCase": table('is2FAEnabled: boolean("is2FAEnabled")'),
    "ts an underscore before it": table('is_active: boolean("_is_active")'),
    "ts a list of booleans": table('answers: boolean("answers").array()'),
    "ts what Better Auth prescribes": table('twoFactorEnabled: boolean("two_factor_enabled")'),
    "ts a name is allowed by its key": table('a1: boolean("archived")', options=options(allow=("a1",))),
    "ts what Better Auth prescribes for passkeys": ts("""
        export const accounts = pgTable("account", {
          userId: text("user_id"), accountId: text("account_id"), providerId: text("provider_id"),
        });
        export const passkeys = pgTable("passkey", {
          userId: text("user_id"), publicKey: text("public_key"), counter: integer("counter"),
          deviceType: text("device_type"), backedUp: boolean("backed_up"),
        });
    """),
    "ts a name that is not known": table("active: boolean(process.env.NAME)"),
}

FINDING = {
    "py a participle": (model("archived: bool"), [Found(4, 5, f"`thing.archived` {WHY}, as in `is_archived`")]),
    "py the prefix without its underscore": (
        model("island: bool"),
        [Found(4, 5, f"`thing.island` {WHY}, as in `is_island`")],
    ),
    "py a verb, where the preset is strict": (
        model("allow_comments: bool", strict=True),
        [Found(4, 5, f"`thing.allow_comments` {WHY}")],
    ),
    "py an option gives the prefixes": (
        model("is_active: bool", options=options(prefixes=("b_",))),
        [Found(4, 5, f"`thing.is_active` {WHY.replace('`is_`, `has_` or `can_`', '`b_`')}")],
    ),
    "py a mixin of two tables": (
        py("""
            class Archivable(SQLModel):
                archived: bool

            class Note(Archivable, table=True):
                id: int = Field(primary_key=True)

            class Memo(Archivable, table=True):
                id: int = Field(primary_key=True)
        """),
        [Found(3, 5, f"`memo.archived` (and 1 more table) {WHY}, as in `is_archived`")],
    ),
    "ts a participle": (
        table('archived: boolean("archived")'),
        [Found(4, 3, f"`things.archived` {WHY}, as in `is_archived`")],
    ),
    "ts the key does not count": (
        table('isArchived: boolean("archived")'),
        [Found(4, 3, f"`things.archived` {WHY}, as in `is_archived`")],
    ),
    "ts camelCase": (
        table('emailConfirmed: boolean("emailConfirmed")'),
        [Found(4, 3, f"`things.emailConfirmed` {WHY}, as in `is_email_confirmed`")],
    ),
    "ts no example where it would be no question": (
        table('cancelAtPeriodEnd: boolean("cancel_at_period_end")'),
        [Found(4, 3, f"`things.cancel_at_period_end` {WHY}")],
    ),
    "ts nothing is allowed": (
        table('emailVerified: boolean("email_verified")', options=options(allow=())),
        [Found(4, 3, f"`things.email_verified` {WHY}, as in `is_email_verified`")],
    ),
}


@pytest.mark.parametrize("snippet", NOOP.values(), ids=NOOP)
def test_noop(snippet):
    assert run(CODE, snippet) == []


@pytest.mark.parametrize(("snippet", "expected"), FINDING.values(), ids=FINDING)
def test_finding(snippet, expected):
    assert run(CODE, snippet) == expected
