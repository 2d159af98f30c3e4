import pytest

from rules.support import Found, project, py, run, ts

CODE = "REL008"
WHY = (
    "is a foreign key that does not say what a delete does: a row that it references cannot be deleted; give it an ON "
    "DELETE action (RESTRICT says that this is meant)"
)

PY_CUSTOMER = """
        class Customer(SQLModel, table=True):
            id: int = Field(primary_key=True)
            region: int
"""
TS_CUSTOMERS = 'export const customers = pgTable("customers", { id: uuid("id").primaryKey() });'

NOOP = {
    "py cascade": py(f"""{PY_CUSTOMER}
        class Invoice(SQLModel, table=True):
            id: int = Field(primary_key=True)
            customer_id: int = Field(foreign_key="customer.id", ondelete="CASCADE")
    """),
    "py an action that cannot be read": py(f"""{PY_CUSTOMER}
        class Invoice(SQLModel, table=True):
            id: int = Field(primary_key=True)
            customer_id: int = Field(foreign_key="customer.id", ondelete=unreadable())
    """),
    "py no foreign key": py(PY_CUSTOMER),
    "ts no action, said": ts(f"""
        {TS_CUSTOMERS}
        export const invoices = pgTable("invoices", {{
          id: uuid("id").primaryKey(),
          customer_id: uuid("customer_id").references(() => customers.id, {{ onDelete: "no action" }}),
        }});
    """),
    "ts another foreign key over the column says it": ts(f"""
        {TS_CUSTOMERS}
        export const invoices = pgTable("invoices", {{
          id: uuid("id").primaryKey(),
          customer_id: uuid("customer_id").references(() => customers.id),
        }}, (t) => [foreignKey({{ columns: [t.customer_id], foreignColumns: [customers.id] }}).onDelete("cascade")]);
    """),
    "ts a migration says it": project(
        {
            "schema.ts": f"""
                import {{ pgTable, uuid }} from "drizzle-orm/pg-core";
                {TS_CUSTOMERS}
                export const invoices = pgTable("invoices", {{
                  id: uuid("id").primaryKey(),
                  customer_id: uuid("customer_id").references(() => customers.id),
                }});
            """,
            "migrations/0001_first.sql": """
                CREATE TABLE customers (id uuid PRIMARY KEY);
                CREATE TABLE invoices (
                  id uuid PRIMARY KEY,
                  customer_id uuid REFERENCES customers (id) ON DELETE CASCADE
                );
            """,
        }
    ),
}

FINDING = {
    "py a column": (
        py(f"""{PY_CUSTOMER}
        class Invoice(SQLModel, table=True):
            id: int = Field(primary_key=True)
            customer_id: int = Field(foreign_key="customer.id")
        """),
        [Found(8, 5, f"`invoice.customer_id` {WHY}")],
    ),
    "py a composite foreign key": (
        py(f"""{PY_CUSTOMER}
        class Invoice(SQLModel, table=True):
            __table_args__ = (ForeignKeyConstraint(["region", "customer_id"], ["customer.region", "customer.id"]),)
            id: int = Field(primary_key=True)
            region: int
            customer_id: int
        """),
        [Found(7, 23, f"`invoice (region, customer_id)` {WHY}")],
    ),
    "ts a column": (
        ts(f"""
        {TS_CUSTOMERS}
        export const invoices = pgTable("invoices", {{
          id: uuid("id").primaryKey(),
          customer_id: uuid("customer_id").references(() => customers.id, {{ onUpdate: "cascade" }}),
        }});
        """),
        [Found(5, 3, f"`invoices.customer_id` {WHY}")],
    ),
}


@pytest.mark.parametrize("snippet", NOOP.values(), ids=NOOP)
def test_noop(snippet):
    assert run(CODE, snippet) == []


@pytest.mark.parametrize(("snippet", "expected"), FINDING.values(), ids=FINDING)
def test_finding(snippet, expected):
    assert run(CODE, snippet) == expected
