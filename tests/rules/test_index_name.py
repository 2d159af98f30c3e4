import pytest

from rules.support import Found, py, run, ts

CODE = "NAM009"
LONG = "a_name_that_is_long_because_it_says_all_that_there_is_to_say_of_it"


def why(found: str, expected: str) -> str:
    return (
        f"has the index `{found}`: plans, locks and violations name an index and nothing else, so that its name must "
        f"tell the table and the columns; name it `{expected}`"
    )


def model(index: str, **settings: object):
    """Return a SQLModel class with an index on line 3."""
    return py(
        f"""
        class Thing(SQLModel, table=True):
            __table_args__ = ({index},)
            id: int = Field(primary_key=True)
            name: str
            age: int
        """,
        **settings,
    )


def table(index: str, **settings: object):
    """Return a Drizzle table with an index on line 6."""
    return ts(
        f"""
        export const things = pgTable("things", {{
          id: uuid("id").primaryKey(),
          name: text("name"),
          age: integer("age"),
        }}, (t) => [{index}]);
        """,
        **settings,
    )


def options(**values: object):
    return {CODE: values}


NOOP = {
    "py the form": model('Index("thing_name_age_idx", "name", "age")'),
    "py SQLAlchemy's own names, where they are asked": py(
        """
        class Thing(SQLModel, table=True):
            id: int = Field(primary_key=True)
            name: str = Field(index=True)
        """,
        options=options(template="ix_{table}_{columns}"),
    ),
    "py a name that is not known": model('Index(settings.NAME, "name")'),
    "py columns that are not known": model('Index("i", *settings.COLUMNS)'),
    "py a schema": py(
        """
        class Thing(SQLModel, table=True):
            __table_args__ = (Index("sales_thing_idx", "name"), {"schema": "sales"})
            id: int = Field(primary_key=True)
            name: str
        """,
        options=options(template="{schema}_{table}_idx"),
    ),
    "ts the form": table('index("things_name_age_idx").on(t.name, t.age)'),
    "ts a form for unique indexes": table(
        'index("things_name_idx").on(t.name), uniqueIndex("things_name_key").on(t.name)',
        options=options(unique_template="{table}_{columns}_key"),
    ),
    "ts no name": table("index().on(t.name)"),
    "ts an expression": table('index("i").on(sql`lower(${t.name})`)'),
    "ts as PostgreSQL cuts it off": ts(f"""
        export const things = pgTable("things", {{ {LONG}: text() }}, (t) => [
          index("{f"things_{LONG}_idx"[:63]}").on(t.{LONG}),
        ]);
    """),
    "ts an index that is never created": ts("""
        export const things = pgTable("things", { name: text("name") });
        export const byName = index("by_name").on(things.name);
    """),
}

FINDING = {
    "py another name": (
        model('Index("by_name", "name", "age")'),
        [Found(3, 23, f"`thing` {why('by_name', 'thing_name_age_idx')}")],
    ),
    "py SQLAlchemy's own name": (
        py("""
            class Thing(SQLModel, table=True):
                id: int = Field(primary_key=True)
                name: str = Field(index=True)
        """),
        [Found(4, 5, f"`thing` {why('ix_thing_name', 'thing_name_idx')}")],
    ),
    "py SQLAlchemy's own name of an index without one": (
        model('Index(None, "name")'),
        [Found(3, 23, f"`thing` {why('ix_thing_name', 'thing_name_idx')}")],
    ),
    "ts another name": (
        table('index("name_idx").on(t.name)'),
        [Found(6, 12, f"`things` {why('name_idx', 'things_name_idx')}")],
    ),
    "ts the columns in another order": (
        table('index("things_age_name_idx").on(t.name, t.age)'),
        [Found(6, 12, f"`things` {why('things_age_name_idx', 'things_name_age_idx')}")],
    ),
    "ts a form for unique indexes": (
        table('uniqueIndex("things_name_idx").on(t.name)', options=options(unique_template="{table}_{columns}_key")),
        [Found(6, 12, f"`things` {why('things_name_idx', 'things_name_key')}")],
    ),
}


@pytest.mark.parametrize("snippet", NOOP.values(), ids=NOOP)
def test_noop(snippet):
    assert run(CODE, snippet) == []


@pytest.mark.parametrize(("snippet", "expected"), FINDING.values(), ids=FINDING)
def test_finding(snippet, expected):
    assert run(CODE, snippet) == expected
