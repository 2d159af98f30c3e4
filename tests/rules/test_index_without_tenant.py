import pytest

from rules.support import Found, py, run, ts

CODE = "IDX005"


def why(first: str, tenant: str = "tenant_id") -> str:
    return (
        f"has an index that leads with `{first}`, not with the tenant: a tenant's query reads the entries of all "
        f"tenants; begin it with `{tenant}`"
    )


def model(index: str, **settings: object):
    """Return a SQLModel class with an index on line 3."""
    return py(
        f"""
        class Thing(SQLModel, table=True):
            __table_args__ = ({index},)
            id: int = Field(primary_key=True)
            tenant_id: UUID
            name: str
            age: int
        """,
        **settings,
    )


def table(index: str, **settings: object):
    """Return a Drizzle table with an index on line 7."""
    return ts(
        f"""
        export const things = pgTable("things", {{
          id: uuid("id").primaryKey(),
          tenantId: uuid("tenant_id"),
          name: text("name"),
          age: integer("age"),
        }}, (t) => [{index}]);
        """,
        **settings,
    )


NOOP = {
    "py the tenant leads": model('Index("i", "tenant_id", "name")'),
    "py one column": model('Index("i", "name")'),
    "py no tenant column": model('Index("i", "name", "age")', tenant_columns=("team_id",)),
    "py another access method": model('Index("i", "name", "age", postgresql_using="gin")'),
    "py columns that are not known": model('Index("i", "name", *settings.COLUMNS)'),
    "ts the tenant leads": table('index("i").on(t.tenantId, t.name)'),
    "ts one column": table('uniqueIndex("i").on(t.name)'),
    "ts an expression": table('index("i").on(sql`lower(${t.name})`, t.age)'),
    "ts a constraint": table("unique().on(t.name, t.age)"),
    "ts the tenants' own table": table('index("i").on(t.name, t.age)', tenant_tables=("things",)),
    "ts an index that is never created": ts("""
        export const things = pgTable("things", { tenantId: uuid("tenant_id"), name: text("name"), age: text("age") });
        export const byName = index("by_name").on(things.name, things.age);
    """),
}

FINDING = {
    "py another column leads": (
        model('Index("i", "name", "age")'),
        [Found(3, 23, f"`thing` {why('name')}")],
    ),
    "py the tenant is second": (
        model('Index("i", "name", "tenant_id", unique=True)'),
        [Found(3, 23, f"`thing` {why('name')}")],
    ),
    "ts another column leads": (
        table('index("i").on(t.name, t.age)'),
        [Found(7, 12, f"`things` {why('name')}")],
    ),
    "ts the tenant has another name": (
        table('index("i").on(t.age.desc(), t.name)', tenant_columns=("tenantId",)),
        [Found(7, 12, f"`things` {why('age')}")],
    ),
}


@pytest.mark.parametrize("snippet", NOOP.values(), ids=NOOP)
def test_noop(snippet):
    assert run(CODE, snippet) == []


@pytest.mark.parametrize(("snippet", "expected"), FINDING.values(), ids=FINDING)
def test_finding(snippet, expected):
    assert run(CODE, snippet) == expected
