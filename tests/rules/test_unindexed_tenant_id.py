import pytest

from rules.support import Found, py, run, ts

CODE = "IDX001"
WHY = (
    "leads no index: every query of a tenant reads the rows of all tenants; add an index, a unique constraint or a "
    "primary key that begins with it"
)
ORG = ("organization_id", "workspace_id")


def invoices(column: str, *extra: str):
    """Return a Drizzle table with the given tenant column and third argument."""
    return ts(f"""
        export const invoices = pgTable("invoices", {{
          id: uuid("id"),
          number: text("number"),
          {column}
        }}, (t) => [{", ".join(extra)}]);
    """)


NOT_NULL = 'tenant_id: uuid("tenant_id").notNull(),'
NULLABLE = 'tenant_id: uuid("tenant_id"),'

LOGINS = """
    export const accounts = pgTable("accounts", {
      user_id: text("user_id"), provider_id: text("provider_id"), account_id: text("account_id"),
    });
"""

NOOP = {
    "ts a table of a login library": ts(
        LOGINS
        + """
            export const sso = pgTable("sso", {
              issuer: text("issuer"), domain: text("domain"), provider_id: text("provider_id"),
              tenant_id: text("tenant_id"),
            });
        """
    ),
    "py index=True": py("""
        class Invoice(SQLModel, table=True):
            id: int = Field(primary_key=True)
            tenant_id: UUID = Field(index=True)
    """),
    "py unique=True": py("""
        class Invoice(SQLModel, table=True):
            id: int = Field(primary_key=True)
            tenant_id: UUID = Field(unique=True)
    """),
    "py first of the primary key": py("""
        class Invoice(SQLModel, table=True):
            tenant_id: UUID = Field(primary_key=True)
            id: int = Field(primary_key=True)
    """),
    "py first of an index": py("""
        class Invoice(SQLModel, table=True):
            __table_args__ = (Index("ix", "tenant_id", "number"),)
            id: int = Field(primary_key=True)
            tenant_id: UUID
            number: str
    """),
    "py first of a unique constraint": py("""
        class Invoice(SQLModel, table=True):
            __table_args__ = (UniqueConstraint("tenant_id", "number"),)
            id: int = Field(primary_key=True)
            tenant_id: UUID
            number: str
    """),
    "py table arguments that cannot be read": py("""
        from elsewhere import ARGUMENTS

        class Invoice(SQLModel, table=True):
            __table_args__ = ARGUMENTS
            id: int = Field(primary_key=True)
            tenant_id: UUID
    """),
    "py the tenants' table": py("""
        class Tenant(SQLModel, table=True):
            id: int = Field(primary_key=True)
            tenant_id: int | None = None
    """),
    "ts index": invoices(NOT_NULL, 'index("i").on(t.tenant_id)'),
    "ts unique index": invoices(NOT_NULL, 'uniqueIndex("i").on(t.tenant_id, t.number)'),
    "ts unique constraint": invoices(NOT_NULL, "unique().on(t.tenant_id, t.number)"),
    "ts unique column": invoices('tenant_id: uuid("tenant_id").notNull().unique(),'),
    "ts composite primary key": invoices(NOT_NULL, "primaryKey({ columns: [t.tenant_id, t.id] })"),
    "ts primary key": invoices('tenant_id: uuid("tenant_id").primaryKey(),'),
    "ts an index whose columns cannot be read": invoices(NOT_NULL, 'index("i").on(...columnsOf(t))'),
    "ts a partial index on a column that may be NULL": invoices(
        NULLABLE, 'index("i").on(t.tenant_id).where(sql`tenant_id is not null`)'
    ),
    "ts one of two tenant columns is enough": ts(
        """
        export const invoices = pgTable("invoices", {
          id: uuid("id").primaryKey(),
          organization_id: uuid("organization_id").notNull(),
          workspace_id: uuid("workspace_id").notNull(),
        }, (t) => [index("i").on(t.workspace_id)]);
        """,
        tenant_columns=ORG,
    ),
    "ts MySQL indexes foreign keys by itself": ts("""
        export const tenants = mysql.mysqlTable("tenants", { id: mysql.int("id").primaryKey() });
        export const invoices = mysql.mysqlTable("invoices", {
          id: mysql.int("id").primaryKey(),
          tenant_id: mysql.int("tenant_id").notNull().references(() => tenants.id),
        });
    """),
}

FINDING = {
    "ts the members, as a login library keeps them": (
        ts(
            LOGINS
            + """
                export const members = pgTable("members", {
                  user_id: text("user_id"), role: text("role"),
                  tenant_id: text("tenant_id"),
                });
            """
        ),
        [Found(8, 15, f"`members.tenant_id` {WHY}")],
    ),
    "py no index": (
        py("""
            class Invoice(SQLModel, table=True):
                id: int = Field(primary_key=True)
                tenant_id: UUID
        """),
        [Found(4, 5, f"`invoice.tenant_id` {WHY}")],
    ),
    "py a foreign key is no index": (
        py("""
            class Tenant(SQLModel, table=True):
                id: int = Field(primary_key=True)

            class Invoice(SQLModel, table=True):
                id: int = Field(primary_key=True)
                tenant_id: int = Field(foreign_key="tenant.id")
        """),
        [Found(7, 5, f"`invoice.tenant_id` {WHY}")],
    ),
    "py second of the primary key": (
        py("""
            class Invoice(SQLModel, table=True):
                id: int = Field(primary_key=True)
                tenant_id: UUID = Field(primary_key=True)
        """),
        [Found(4, 5, f"`invoice.tenant_id` {WHY}")],
    ),
    "py a mixin that no table indexes": (
        py("""
            class Owned(SQLModel):
                tenant_id: UUID

            class Order(Owned, table=True):
                id: int = Field(primary_key=True)

            class Invoice(Owned, table=True):
                id: int = Field(primary_key=True)
        """),
        [Found(3, 5, f"`invoice.tenant_id` (and 1 more table) {WHY}")],
    ),
    "py a mixin that another table indexes by itself": (
        py("""
            class Owned(SQLModel):
                tenant_id: UUID

            class Order(Owned, table=True):
                __table_args__ = (Index("ix", "tenant_id"),)
                id: int = Field(primary_key=True)

            class Invoice(Owned, table=True):
                id: int = Field(primary_key=True)
        """),
        [Found(9, 7, f"`invoice.tenant_id` {WHY}")],
    ),
    "ts no index": (invoices(NOT_NULL), [Found(5, 3, f"`invoices.tenant_id` {WHY}")]),
    "ts second of an index": (
        invoices(NOT_NULL, 'index("i").on(t.number, t.tenant_id)'),
        [Found(5, 3, f"`invoices.tenant_id` {WHY}")],
    ),
    "ts an index on an expression": (
        invoices(NOT_NULL, 'index("i").on(sql`lower(${t.number})`, t.tenant_id)'),
        [Found(5, 3, f"`invoices.tenant_id` {WHY}")],
    ),
    "ts a partial index on a column that is not NULL": (
        invoices(NOT_NULL, 'index("i").on(t.tenant_id).where(sql`number is null`)'),
        [Found(5, 3, f"`invoices.tenant_id` {WHY}")],
    ),
    "ts a detached index": (
        ts("""
            export const invoices = pgTable("invoices", {
              id: uuid("id").primaryKey(),
              tenant_id: uuid("tenant_id").notNull(),
            });
            export const i = index("i").on(invoices.tenant_id);
        """),
        [Found(4, 3, f"`invoices.tenant_id` {WHY}")],
    ),
    "ts tables that share the column each lack their own index": (
        ts("""
            const owned = { tenant_id: uuid("tenant_id").notNull() };
            export const orders = pgTable("orders", { id: uuid("id").primaryKey(), ...owned });
            export const invoices = pgTable("invoices", { id: uuid("id").primaryKey(), ...owned });
            export const items = pgTable("items", { id: uuid("id").primaryKey(), ...owned }, (t) => [
              index("i").on(t.tenant_id),
            ]);
        """),
        [Found(3, 23, f"`orders.tenant_id` {WHY}"), Found(4, 25, f"`invoices.tenant_id` {WHY}")],
    ),
}


@pytest.mark.parametrize("snippet", NOOP.values(), ids=NOOP)
def test_noop(snippet):
    assert run(CODE, snippet) == []


@pytest.mark.parametrize(("snippet", "expected"), FINDING.values(), ids=FINDING)
def test_finding(snippet, expected):
    assert run(CODE, snippet) == expected
