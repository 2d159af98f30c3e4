import pytest

from rules.support import Found, py, run, ts

CODE = "TEN005"
WHY = (
    "is unique over all tenants: one tenant's value blocks the others, and the error tells them that it exists; make "
    "it unique together with the tenant column"
)


def customers_py(body: str, arguments: str = "", **settings):
    """Return a Customer class with the given field, on line 6."""
    return py(
        f"""
        class Customer(SQLModel, table=True):
            __table_args__ = ({arguments})
            id: int = Field(primary_key=True)
            tenant_id: UUID
            {body}
            name: str
        """,
        **settings,
    )


def customers_ts(column: str, extra: str = "", rest: str = "", **settings):
    """Return a customers table with the given column on line 6, and an extra on line 7; ``rest`` comes first."""
    return ts(
        f"""
        {rest or "// nothing"}
        export const customers = pgTable("customers", {{
          id: uuid("id").primaryKey(),
          tenant_id: uuid("tenant_id").notNull(),
          {column}
        }}, (t) => [{extra}]);
        """,
        **settings,
    )


NOOP = {
    "py with the tenant column": customers_py("email: str", 'UniqueConstraint("email", "tenant_id"),'),
    "py not unique": customers_py("email: str = Field(index=True)"),
    "py a uuid": customers_py("public_key: UUID = Field(unique=True)"),
    "py a token": customers_py("invite_token: str = Field(unique=True)"),
    "py another's id": customers_py("stripe_customer_id: str = Field(unique=True)"),
    "py together with the primary key": customers_py("email: str", 'UniqueConstraint("email", "id"),'),
    "py allowed by option": customers_py("email: str = Field(unique=True)", options={CODE: {"allow": ("email",)}}),
    "py no tenant table": py("""
        class Country(SQLModel, table=True):
            id: int = Field(primary_key=True)
            name: str = Field(unique=True)
    """),
    "py the tenants' own table": py("""
        class Tenant(SQLModel, table=True):
            id: int = Field(primary_key=True)
            slug: str = Field(unique=True)
    """),
    "py only foreign keys to tenant tables": py("""
        class Post(SQLModel, table=True):
            id: int = Field(primary_key=True)
            tenant_id: UUID

        class User(SQLModel, table=True):
            id: int = Field(primary_key=True)
            tenant_id: UUID

        class Like(SQLModel, table=True):
            __table_args__ = (UniqueConstraint("post_id", "user_id"),)
            id: int = Field(primary_key=True)
            tenant_id: UUID
            post_id: int = Field(foreign_key="post.id")
            user_id: int = Field(foreign_key="user.id")
    """),
    "py referenced by a foreign key": py("""
        class Page(SQLModel, table=True):
            id: int = Field(primary_key=True)
            tenant_id: UUID
            slug: str = Field(unique=True)

        class Visit(SQLModel, table=True):
            id: int = Field(primary_key=True)
            tenant_id: UUID
            page_slug: str = Field(foreign_key="page.slug")
    """),
    "py foreign keys that cannot be read": py("""
        class Customer(SQLModel, table=True):
            __table_args__ = unreadable()
            id: int = Field(primary_key=True)
            tenant_id: UUID
            email: str = Field(unique=True)
    """),
    "py an exempt table": customers_py("email: str = Field(unique=True)", exempt_tables=("customer",)),
    "ts with the tenant column": customers_ts(
        'email: text("email"),', 'unique().on(t.tenant_id, t.email), uniqueIndex("u").on(t.email, t.tenant_id)'
    ),
    "ts unique within a parent": customers_ts(
        'slug: text("slug"), project: uuid("project").references(() => projects.id),',
        "unique().on(t.project, t.slug)",
        'const projects = pgTable("projects", { id: uuid("id").primaryKey(), tenant_id: uuid("tenant_id") });',
    ),
    "ts a partial index, whose condition may be about the tenant": customers_ts(
        'email: text("email"),', 'uniqueIndex("u").on(t.email).where(sql`tenant_id is null`)'
    ),
    "ts an expression": customers_ts('email: text("email"),', 'uniqueIndex("u").on(sql`lower(email)`)'),
    "ts columns that cannot be read": customers_ts('email: text("email"),', 'uniqueIndex("u").on(...columnsOf(t))'),
    "ts a hash": customers_ts('tokenHash: text("value").unique(),'),
    "ts the tenant column in camelCase": ts(
        """
        export const projects = pgTable("projects", {
          id: text("id").primaryKey(),
          organizationId: text().notNull(),
          slug: text().notNull(),
        }, (t) => [unique().on(t.organizationId, t.slug)]);
        """,
        tenant_columns=("organization_id", "team_id"),
    ),
}

FINDING = {
    "py a column": (
        customers_py("email: str = Field(unique=True)"),
        [Found(6, 5, f"`customer.email` {WHY}")],
    ),
    "py a constraint": (
        customers_py("email: str", 'UniqueConstraint("email", "name"),'),
        [Found(3, 23, f"`customer (email, name)` {WHY}")],
    ),
    "py a unique index": (
        customers_py("email: str", 'Index("ix", "email", unique=True),'),
        [Found(3, 23, f"`customer.email` {WHY}")],
    ),
    "py once for the same columns": (
        customers_py("email: str = Field(unique=True)", 'UniqueConstraint("email"),'),
        [Found(6, 5, f"`customer.email` {WHY}")],
    ),
    "py what is allowed is an option": (
        customers_py("invite_token: str = Field(unique=True)", options={CODE: {"allow": ("email",)}}),
        [Found(6, 5, f"`customer.invite_token` {WHY}")],
    ),
    "py another key is referenced": (
        py("""
        class Page(SQLModel, table=True):
            id: int = Field(primary_key=True)
            tenant_id: UUID
            slug: str = Field(unique=True)

        class Visit(SQLModel, table=True):
            id: int = Field(primary_key=True)
            page_id: int = Field(foreign_key="page.id")
        """),
        [Found(5, 5, f"`page.slug` {WHY}")],
    ),
    "py another name of the tenant": (
        py(
            """
        class Customer(SQLModel, table=True):
            id: str = Field(primary_key=True)
            account_id: str
            email: str = Field(unique=True)
        """,
            tenant_columns=("account_id",),
        ),
        [Found(5, 5, f"`customer.email` {WHY}")],
    ),
    "ts a column": (
        customers_ts('email: text("email").unique(),'),
        [Found(6, 3, f"`customers.email` {WHY}")],
    ),
    "ts a constraint": (
        customers_ts('email: text("email"), kind: text("kind"),', "unique().on(t.kind, t.email)"),
        [Found(7, 12, f"`customers (kind, email)` {WHY}")],
    ),
    "ts a unique index": (
        customers_ts('email: text("email"),', 'uniqueIndex("u").on(t.email)'),
        [Found(7, 12, f"`customers.email` {WHY}")],
    ),
}


@pytest.mark.parametrize("snippet", NOOP.values(), ids=NOOP)
def test_noop(snippet):
    assert run(CODE, snippet) == []


@pytest.mark.parametrize(("snippet", "expected"), FINDING.values(), ids=FINDING)
def test_finding(snippet, expected):
    assert run(CODE, snippet) == expected
