import pytest

from rules.support import Found, files, project, py, run, ts

CODE = "REL001"


def why(table: str) -> str:
    return (
        f"is named after `{table}` but references nothing: it may point at a row that does not exist; declare a "
        f"foreign key to `{table}`"
    )


CUSTOMERS = """
            import { pgTable, uuid } from "drizzle-orm/pg-core";
            export const customers = pgTable("customers", { id: uuid("id").primaryKey() });
"""

NOOP = {
    "py has a foreign key": py("""
        class Customer(SQLModel, table=True):
            id: int = Field(primary_key=True)

        class Invoice(SQLModel, table=True):
            id: int = Field(primary_key=True)
            customer_id: int = Field(foreign_key="customer.id")
    """),
    "py part of a composite foreign key": py("""
        class Customer(SQLModel, table=True):
            id: int = Field(primary_key=True)
            region: int

        class Invoice(SQLModel, table=True):
            __table_args__ = (ForeignKeyConstraint(["region", "customer_id"], ["customer.region", "customer.id"]),)
            id: int = Field(primary_key=True)
            region: int
            customer_id: int
    """),
    "py no such table": py("""
        class Invoice(SQLModel, table=True):
            id: int = Field(primary_key=True)
            customer_id: int
            valid: bool
            _id: int
    """),
    "py a column of the table's own name": py("""
        class Customer(SQLModel, table=True):
            id: int = Field(primary_key=True)

        class Invoice(SQLModel, table=True):
            id: int = Field(primary_key=True)
            customer: int
    """),
    "a table of the other language": files(
        crm__ts=CUSTOMERS,
        models__py="""
            from uuid import UUID
            from sqlmodel import Field, SQLModel

            class Invoice(SQLModel, table=True):
                id: UUID = Field(primary_key=True)
                customer_id: UUID
        """,
    ),
    "py the primary key": py("""
        class Customer(SQLModel, table=True):
            id: int = Field(primary_key=True)

        class Profile(SQLModel, table=True):
            customer_id: int = Field(primary_key=True)
    """),
    "py the tenant column is for TEN003": py("""
        class Tenant(SQLModel, table=True):
            id: int = Field(primary_key=True)

        class Invoice(SQLModel, table=True):
            id: int = Field(primary_key=True)
            tenant_id: int
    """),
    "py polymorphic": py("""
        class Customer(SQLModel, table=True):
            id: int = Field(primary_key=True)

        class Note(SQLModel, table=True):
            id: int = Field(primary_key=True)
            customer_id: int
            customer_type: str
    """),
    "py another type": py("""
        class Customer(SQLModel, table=True):
            id: int = Field(primary_key=True)

        class Invoice(SQLModel, table=True):
            id: int = Field(primary_key=True)
            customer_id: str
    """),
    "py the table itself": py("""
        class Customer(SQLModel, table=True):
            id: int = Field(primary_key=True)
            customer_id: int
    """),
    "py a composite key": py("""
        class Customer(SQLModel, table=True):
            id: int = Field(primary_key=True)
            region: int = Field(primary_key=True)

        class Invoice(SQLModel, table=True):
            id: int = Field(primary_key=True)
            customer_id: int
    """),
    "ts has a relation": ts("""
        export const customers = pgTable("customers", { id: uuid("id").primaryKey() });
        export const invoices = pgTable("invoices", {
          id: uuid("id").primaryKey(),
          customer_id: uuid("customer_id"),
        });
        export const r = relations(invoices, ({ one }) => ({
          customer: one(customers, { fields: [invoices.customer_id], references: [customers.id] }),
        }));
    """),
    "ts is referenced by a relation": ts("""
        export const customers = pgTable("customers", { id: uuid("id").primaryKey() });
        export const invoices = pgTable("invoices", {
          id: uuid("id").primaryKey(),
          customer_id: uuid("customer_id"),
        });
        export const r = relations(customers, ({ one }) => ({
          invoice: one(invoices, { fields: [customers.id], references: [invoices.customer_id] }),
        }));
    """),
    "ts a relation that cannot be read": ts("""
        export const customers = pgTable("customers", { id: uuid("id").primaryKey() });
        export const invoices = pgTable("invoices", {
          id: uuid("id").primaryKey(),
          customer_id: uuid("customer_id"),
        });
        export const r = relations(invoices, ({ one }) => ({ customer: one(customers, unreadable) }));
    """),
    "ts a type that cannot be read": ts("""
        import { ulid } from "elsewhere";
        export const customers = pgTable("customers", { id: uuid("id").primaryKey() });
        export const invoices = pgTable("invoices", {
          id: uuid("id").primaryKey(),
          customer_id: ulid("customer_id"),
        });
    """),
    "ts two tables of that name in other files": files(
        crm__ts=CUSTOMERS,
        shop__ts=CUSTOMERS,
        schema__ts="""
            import { pgTable, uuid } from "drizzle-orm/pg-core";
            export const invoices = pgTable("invoices", {
              id: uuid("id").primaryKey(),
              customer_id: uuid("customer_id"),
            });
        """,
    ),
}

LOOSE_TEXT = """
            export const people = pgTable("people", { id: text("id").primaryKey() });
            export const invoices = pgTable("invoices", { id: uuid("id").primaryKey(), personId: text("person_id") });
"""
MANY = "\n".join(
    f'export const t{number} = pgTable("t{number}", {{ id: uuid("id").primaryKey() }});' for number in range(9)
)
TS_LOOSE = """
export const customers = pgTable("customers", { id: uuid("id").primaryKey() });
export const invoices = pgTable("invoices", { id: uuid("id").primaryKey(), customer_id: uuid("customer_id") });
"""


def invoices_py(field: str, name: str = "Invoice", more: str = "", **settings):
    """Return a Customer and a table with the given field, on line 7."""
    return py(
        f"""
        class Customer(SQLModel, table=True):
            id: int = Field(primary_key=True)

        class {name}(SQLModel, table=True):
            id: int = Field(primary_key=True)
            {field}
        {more}
        """,
        **settings,
    )


NOOP |= {
    "py another size of integer": invoices_py("customer_id: int = Field(sa_type=BigInteger)"),
    "py a default that stands for none": invoices_py("customer_id: int = Field(default=0)"),
    "py a default that cannot be read": invoices_py("customer_id: int = Field(default=unreadable())"),
    "py a kind beside it": invoices_py("customer_id: int; customer_kind: str"),
    "py an exempt table by its name": invoices_py("customer_id: int", "CustomerHistory"),
    "py another table ends in the noun": invoices_py(
        "customer_id: int",
        more="""
        class BankCustomer(SQLModel, table=True):
            __tablename__ = "bank_customers"
            id: int = Field(primary_key=True)
        """,
    ),
    "py in a test": files(
        test_models__py="""
            from sqlmodel import Field, SQLModel

            class Customer(SQLModel, table=True):
                id: int = Field(primary_key=True)

            class Invoice(SQLModel, table=True):
                id: int = Field(primary_key=True)
                customer_id: int
        """
    ),
    "ts text, which may come from anywhere": ts(LOOSE_TEXT),
    "ts of two tables the one in the same file": files(
        crm__ts=CUSTOMERS,
        schema__ts=f"""{CUSTOMERS}
            export const invoices = pgTable("invoices", {{
              id: uuid("id").primaryKey(),
              customer_id: uuid("customer_id"),
            }});
        """,
    ),
    "ts a project that does without foreign keys": ts(TS_LOOSE + MANY),
    "ts another model of the table has the foreign key": ts("""
        export const customers = pgTable("customers", { id: uuid("id").primaryKey() });
        export const invoices = pgTable("invoices", {
          customer_id: uuid("customer_id").references(() => customers.id),
        });
        const script = pgTable("invoices", { id: uuid("id").primaryKey(), customer_id: uuid("customer_id") });
    """),
    "ts a migration declares it": project(
        {
            "schema.ts": f'import {{ pgTable, uuid }} from "drizzle-orm/pg-core";{TS_LOOSE}',
            "migrations/0001_first.sql": """
                CREATE TABLE customers (id uuid PRIMARY KEY);
                CREATE TABLE invoices (id uuid PRIMARY KEY, customer_id uuid REFERENCES customers (id));
            """,
        }
    ),
}

FINDING = {
    "py may be NULL": (
        invoices_py("customer_id: int | None = None"),
        [Found(7, 5, f"`invoice.customer_id` {why('customer')}")],
    ),
    "py another option for the tables that are left out": (
        invoices_py("customer_id: int", "CustomerHistory", options={CODE: {"exempt_tables": ()}}),
        [Found(7, 5, f"`customerhistory.customer_id` {why('customer')}")],
    ),
    "ts text that another table references by the same name": (
        ts(f"""{LOOSE_TEXT}
            export const visits = pgTable("visits", {{
              id: uuid("id").primaryKey(),
              personId: text("person_id").references(() => people.id),
            }});
        """),
        [Found(3, 76, f"`invoices.person_id` {why('people')}")],
    ),
    "ts a project that does without foreign keys, but asked for": (
        ts(TS_LOOSE + MANY, options={CODE: {"always": True}}),
        [Found(3, 76, f"`invoices.customer_id` {why('customers')}")],
    ),
    "py singular": (
        py("""
            class Customer(SQLModel, table=True):
                id: int = Field(primary_key=True)

            class Invoice(SQLModel, table=True):
                id: int = Field(primary_key=True)
                customer_id: int
        """),
        [Found(7, 5, f"`invoice.customer_id` {why('customer')}")],
    ),
    "py part of a join table's key": (
        py("""
            class Tag(SQLModel, table=True):
                id: int = Field(primary_key=True)

            class PostTag(SQLModel, table=True):
                post_id: int = Field(primary_key=True)
                tag_id: int = Field(primary_key=True)
        """),
        [Found(7, 5, f"`posttag.tag_id` {why('tag')}")],
    ),
    "ts irregular plural": (
        ts("""
            export const people = pgTable("people", { id: uuid("id").primaryKey() });
            export const invoices = pgTable("invoices", {
              id: uuid("id").primaryKey(),
              personId: uuid("personId"),
            });
        """),
        [Found(5, 3, f"`invoices.personId` {why('people')}")],
    ),
    "ts several words, name by symbol": (
        ts("""
            export const bankAccounts = pgTable("t_accounts", { id: uuid("id").primaryKey() });
            export const invoices = pgTable("invoices", {
              id: uuid("id").primaryKey(),
              bank_account_id: uuid("bank_account_id"),
            });
        """),
        [Found(5, 3, f"`invoices.bank_account_id` {why('t_accounts')}")],
    ),
    "ts the one table in another file": (
        files(
            crm__ts=CUSTOMERS,
            schema__ts="""
                import { pgTable, uuid } from "drizzle-orm/pg-core";
                export const invoices = pgTable("invoices", { customer_id: uuid("customer_id") });
            """,
        ),
        [Found(2, 47, f"`invoices.customer_id` {why('customers')}", "schema.ts")],
    ),
}


@pytest.mark.parametrize("snippet", NOOP.values(), ids=NOOP)
def test_noop(snippet):
    assert run(CODE, snippet) == []


@pytest.mark.parametrize(("snippet", "expected"), FINDING.values(), ids=FINDING)
def test_finding(snippet, expected):
    assert run(CODE, snippet) == expected
