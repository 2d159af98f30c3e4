import pytest

from rules.support import Found, project, py, run, ts

CODE = "STD006"
WHY = "which point in time a value means depends on the session and the driver"
NAIVE = f"is a `timestamp` without time zone: {WHY}; use `sa_type=DateTime(timezone=True)`"
FILLED = (
    "is filled by `datetime.utcnow`, whose value has no time zone, so that others take it for local time; use "
    "`datetime.now(UTC)`"
)
BOTH = (
    f"is a `timestamp` without time zone, filled by `datetime.utcnow`: {WHY}; use `sa_type=DateTime(timezone=True)` "
    "and `datetime.now(UTC)`"
)
DRIZZLE = f"is a `timestamp` without time zone: {WHY}; use `{{ withTimezone: true }}`"


def field(declaration: str, before: str = "") -> object:
    """Return a table with a field ``at``, in line 7."""
    return py(f"""
        from datetime import UTC, date, datetime
        from sqlalchemy import DateTime, func
        {before}
        class Event(SQLModel, table=True):
            id: int = Field(primary_key=True)
            at: {declaration}
    """)


def column(declaration: str, table: str = "pgTable") -> object:
    """Return a Drizzle table with a column, in line 5."""
    return ts(f"""
        import {{ timestamp, date }} from "drizzle-orm/pg-core";
        export const events = {table}("events", {{
          id: uuid("id"),
          at: {declaration},
        }});
    """)


def old(requirement: str) -> object:
    """Return a project that asks for a SQLModel, with a field in line 5 of its models."""
    models = """
        from datetime import datetime
        from sqlmodel import Field, SQLModel
        class Event(SQLModel, table=True):
            id: int = Field(primary_key=True)
            at: datetime
    """
    return project({"requirements.txt": requirement, "models.py": models})


NOOP = {
    "py a datetime": field("datetime"),
    "py a zone": field("datetime = Field(sa_type=DateTime(timezone=True))"),
    "py a date": field("date"),
    "py now with a zone": field("datetime = Field(default_factory=lambda: datetime.now(UTC))"),
    "py a type that is not read": field("datetime = Field(sa_type=TYPE)", "from elsewhere import TYPE"),
    "py a default that is not read": field("datetime = Field(default_factory=NOW)", "from elsewhere import NOW"),
    "py a function with parameters": field(
        "datetime = Field(default_factory=now)", "def now(zone=UTC): return datetime.now(zone)"
    ),
    "py a new version": old("sqlmodel==0.0.45"),
    "py a class that is no table": py("""
        from datetime import datetime
        class Event(SQLModel):
            at: datetime = Field(default_factory=datetime.utcnow)
    """),
    "ts a zone": column('timestamp("at", { withTimezone: true })'),
    "ts a date": column('date("at")'),
    "ts options that are not read": column('timestamp("at", options)'),
    "ts MySQL": column('mysql.timestamp("at")', "mysql.mysqlTable"),
}

FINDING = {
    "py a type": (field("datetime = Field(sa_type=DateTime)"), [Found(7, 5, f"`event.at` {NAIVE}")]),
    "py a type with a precision": (
        field(
            "datetime = Field(sa_type=TIMESTAMP(precision=3))", "from sqlalchemy.dialects.postgresql import TIMESTAMP"
        ),
        [Found(7, 5, f"`event.at` {NAIVE}")],
    ),
    "py a column": (
        field("datetime = Field(sa_column=Column(DateTime, nullable=False))"),
        [Found(7, 5, f"`event.at` {NAIVE}")],
    ),
    "py an array": (
        field("list = Field(sa_type=ARRAY(DateTime))", "from sqlalchemy import ARRAY"),
        [Found(7, 5, f"`event.at` {NAIVE}")],
    ),
    "py an old version": (old("sqlmodel==0.0.44"), [Found(5, 5, f"`event.at` {NAIVE}", "models.py")]),
    "py utcnow": (field("datetime = Field(default_factory=datetime.utcnow)"), [Found(7, 5, f"`event.at` {FILLED}")]),
    "py utcnow called": (field("datetime = datetime.utcnow()"), [Found(7, 5, f"`event.at` {FILLED}")]),
    "py utcnow in a lambda": (
        field("datetime = Field(default_factory=lambda: datetime.utcnow())"),
        [Found(7, 5, f"`event.at` {FILLED}")],
    ),
    "py utcnow in a function": (
        field("datetime = Field(default_factory=now)", "def now(): return datetime.utcnow()"),
        [Found(7, 5, f"`event.at` {FILLED}")],
    ),
    "py utcnow in a column": (
        field("datetime = Field(sa_column=Column(DateTime(timezone=True), default=datetime.utcnow))"),
        [Found(7, 5, f"`event.at` {FILLED}")],
    ),
    "py both": (
        field("datetime = Field(default_factory=datetime.utcnow, sa_type=DateTime)"),
        [Found(7, 5, f"`event.at` {BOTH}")],
    ),
    "ts": (column('timestamp("at")'), [Found(5, 3, f"`events.at` {DRIZZLE}")]),
    "ts a precision": (
        column('timestamp("at", { precision: 3, mode: "string" })'),
        [Found(5, 3, f"`events.at` {DRIZZLE}")],
    ),
    "ts an array": (column('timestamp("at").array()'), [Found(5, 3, f"`events.at` {DRIZZLE}")]),
}


@pytest.mark.parametrize("snippet", NOOP.values(), ids=NOOP)
def test_noop(snippet):
    assert run(CODE, snippet) == []


@pytest.mark.parametrize(("snippet", "expected"), FINDING.values(), ids=FINDING)
def test_finding(snippet, expected):
    assert run(CODE, snippet) == expected
