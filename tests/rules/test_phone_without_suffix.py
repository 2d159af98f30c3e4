import pytest

from rules.support import Found, py, run, ts

CODE = "NAM006"
WHY = "is a number, but a phone is a device: exports and masking look for one name; name the column"
ALLOW = {CODE: {"allow": ("phone",)}}


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
    "py the suffix": model("work_phone_number: str"),
    "py a flag": model("by_phone: bool"),
    "py the word is longer": model("microphone: str"),
    "py a name is allowed": model("phone: str", options=ALLOW),
    "py a type that is not known": model("phone: settings.PHONE"),
    "ts the suffix": table('phoneNumber: text("phone_number")'),
    "ts the key does not count": table('phone: text("phone_number")'),
    "ts a reference": table('phone: uuid("phone")'),
    "ts a name that is not known": table("phone: text(process.env.NAME)"),
}

FINDING = {
    "py phone": (model("phone: str"), [Found(4, 5, f"`thing.phone` {WHY} `phone_number`")]),
    "py a number": (
        model("phone: int = Field(sa_type=BigInteger)"),
        [Found(4, 5, f"`thing.phone` {WHY} `phone_number`")],
    ),
    "py a longer name": (model("work_phone: str"), [Found(4, 5, f"`thing.work_phone` {WHY} `work_phone_number`")]),
    "ts phone": (table('phone: text("phone")'), [Found(4, 3, f"`things.phone` {WHY} `phone_number`")]),
    "ts camelCase": (
        table('workPhone: varchar("workPhone")'),
        [Found(4, 3, f"`things.workPhone` {WHY} `work_phone_number`")],
    ),
}


@pytest.mark.parametrize("snippet", NOOP.values(), ids=NOOP)
def test_noop(snippet):
    assert run(CODE, snippet) == []


@pytest.mark.parametrize(("snippet", "expected"), FINDING.values(), ids=FINDING)
def test_finding(snippet, expected):
    assert run(CODE, snippet) == expected
