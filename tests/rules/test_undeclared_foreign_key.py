import pytest

from rules.support import Found, files, py, run, ts

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

FINDING = {
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
    "py plural in ies, integers of any size": (
        py("""
            class Category(SQLModel, table=True):
                __tablename__ = "categories"
                id: int = Field(primary_key=True)

            class Product(SQLModel, table=True):
                id: int = Field(primary_key=True)
                category_id: int = Field(sa_type=BigInteger)
        """),
        [Found(8, 5, f"`product.category_id` {why('categories')}")],
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
            export const people = pgTable("people", { id: text("id").primaryKey() });
            export const invoices = pgTable("invoices", {
              id: uuid("id").primaryKey(),
              personId: text("personId"),
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
    "ts of two tables the one in the same file": (
        files(
            crm__ts=CUSTOMERS,
            schema__ts=f"""{CUSTOMERS}
            export const invoices = pgTable("invoices", {{
              id: uuid("id").primaryKey(),
              customer_id: uuid("customer_id"),
            }});
            """,
        ),
        [Found(6, 3, f"`invoices.customer_id` {why('customers')}", "schema.ts")],
    ),
}


@pytest.mark.parametrize("snippet", NOOP.values(), ids=NOOP)
def test_noop(snippet):
    assert run(CODE, snippet) == []


@pytest.mark.parametrize(("snippet", "expected"), FINDING.values(), ids=FINDING)
def test_finding(snippet, expected):
    assert run(CODE, snippet) == expected
