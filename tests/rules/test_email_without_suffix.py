import pytest

from rules.support import Found, py, run, ts

CODE = "NAM005"
WHY = "is an address, but an email is a message: exports and masking look for one name; name the column"
ALLOW = {CODE: {"allow": ("email",)}}


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


NOOP = {
    "py the suffix": model("billing_email_address: str"),
    "py a flag": model("send_email: bool"),
    "py what an email holds": model("email_body: str"),
    "py the word is longer": model("voicemail: str"),
    "py a reference": model("last_email: UUID"),
    "py a name is allowed": model("email: str", options=ALLOW),
    "py a type that is not known": model("email: settings.EMAIL"),
    "ts the suffix": table('emailAddress: text("email_address")'),
    "ts the key does not count": table('email: text("email_address")'),
    "ts a name is allowed by its key": table('email: text("mail_email")', options=ALLOW),
    "ts what Auth.js prescribes": ts("""
        export const accounts = pgTable("accounts", {
          userId: text("userId"), provider: text("provider"), providerAccountId: text("providerAccountId"),
        });
        export const users = pgTable("users", { email: text("email"), emailVerified: boolean("emailVerified") });
    """),
    "ts a name that is not known": table("email: text(process.env.NAME)"),
}

FINDING = {
    "py email": (model("email: str"), [Found(4, 5, f"`thing.email` {WHY} `email_address`")]),
    "py a longer name": (
        model("billing_email: str = Field(max_length=255)"),
        [Found(4, 5, f"`thing.billing_email` {WHY} `billing_email_address`")],
    ),
    "ts email": (table('email: text("email")'), [Found(4, 3, f"`things.email` {WHY} `email_address`")]),
    "ts the key does not help": (
        table('emailAddress: varchar("email", { length: 255 })'),
        [Found(4, 3, f"`things.email` {WHY} `email_address`")],
    ),
    "ts camelCase": (
        table('ownerEmail: text("ownerEmail")'),
        [Found(4, 3, f"`things.ownerEmail` {WHY} `owner_email_address`")],
    ),
}


@pytest.mark.parametrize("snippet", NOOP.values(), ids=NOOP)
def test_noop(snippet):
    assert run(CODE, snippet) == []


@pytest.mark.parametrize(("snippet", "expected"), FINDING.values(), ids=FINDING)
def test_finding(snippet, expected):
    assert run(CODE, snippet) == expected
