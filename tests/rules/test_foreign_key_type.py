import pytest

from rules.support import Found, py, run, ts

CODE = "REL005"
CLASH = "the database does not create a foreign key between these types; give both columns one type"
NARROW = "it cannot hold every key of that table; give it the type of the key"


def text(own: str, key: str, wanted: str, why: str = CLASH) -> str:
    return f"is `{own}`, but `{key}`, which it references, is `{wanted}`: {why}"


def invoices_py(key: str, column: str):
    """Return a Customer with the given key and an Invoice whose column, on line 7, references it."""
    return py(f"""
        class Customer(SQLModel, table=True):
            id: {key}

        class Invoice(SQLModel, table=True):
            id: int = Field(primary_key=True)
            customer_id: {column}
    """)


def invoices_ts(key: str, column: str):
    """Return customers with the given key and invoices whose column, on line 6, references it."""
    return ts(f"""
        import {{ bigint, bigserial, char, numeric, pgEnum, serial, varchar }} from "drizzle-orm/pg-core";
        export const customers = pgTable("customers", {{ id: {key}.primaryKey() }});
        export const invoices = pgTable("invoices", {{
          id: uuid("id").primaryKey(),
          customer_id: {column}.references(() => customers.id),
        }});
    """)


NOOP = {
    "py one type": invoices_py("UUID = Field(primary_key=True)", 'UUID = Field(foreign_key="customer.id")'),
    "py another length": invoices_py(
        "str = Field(primary_key=True, max_length=36)", 'str = Field(foreign_key="customer.id", max_length=64)'
    ),
    "py larger than the key": invoices_py(
        "int = Field(primary_key=True)", 'int = Field(sa_type=BigInteger, foreign_key="customer.id")'
    ),
    "py the type is taken from the key": invoices_py(
        "UUID = Field(primary_key=True)", 'UUID = Field(sa_column=Column(ForeignKey("customer.id")))'
    ),
    "py a target that is not declared": invoices_py(
        "UUID = Field(primary_key=True)", 'int = Field(foreign_key="client.id")'
    ),
    "py the tenant column is for TEN004": py("""
        class Tenant(SQLModel, table=True):
            id: UUID = Field(primary_key=True)

        class Invoice(SQLModel, table=True):
            id: int = Field(primary_key=True)
            tenant_id: int = Field(foreign_key="tenant.id")
    """),
    "ts serial and integer": invoices_ts('serial("id")', 'integer("customer_id")'),
    "ts bigserial and bigint": invoices_ts('bigserial("id", { mode: "number" })', 'bigint("c", { mode: "number" })'),
    "ts varchar and text": invoices_ts('varchar("id", { length: 36 })', 'text("customer_id")'),
    "ts char and text": invoices_ts('text("id")', 'char("customer_id", { length: 3 })'),
    "ts integer and numeric": invoices_ts('numeric("id")', 'integer("customer_id")'),
    "ts an enum": invoices_ts('text("id")', 'pgEnum("kind", ["a"])("customer_id")'),
    "ts a type that cannot be read": invoices_ts('uuid("id")', 'special("customer_id")'),
    "ts a target that cannot be read": ts("""
        import { external } from "elsewhere";
        export const invoices = pgTable("invoices", {
          id: uuid("id").primaryKey(),
          customer_id: text("customer_id").references(() => external.id),
        });
    """),
    "ts MySQL, one size and sign": ts("""
        export const customers = mysql.mysqlTable("customers", { id: mysql.serial("id").primaryKey() });
        export const invoices = mysql.mysqlTable("invoices", {
          id: mysql.int("id").primaryKey(),
          customer_id: mysql.bigint("customer_id", { mode: "number", unsigned: true }).references(() => customers.id),
        });
    """),
}

FINDING = {
    "py integer for uuid": (
        invoices_py("UUID = Field(primary_key=True)", 'int = Field(foreign_key="customer.id")'),
        [Found(7, 5, f"`invoice.customer_id` {text('integer', 'customer.id', 'uuid')}")],
    ),
    "py smaller than the key": (
        invoices_py("int = Field(sa_type=BigInteger, primary_key=True)", 'int = Field(foreign_key="customer.id")'),
        [Found(7, 5, f"`invoice.customer_id` {text('integer', 'customer.id', 'bigint', NARROW)}")],
    ),
    "py one column of a composite foreign key": (
        py("""
        class Customer(SQLModel, table=True):
            region: str = Field(primary_key=True)
            id: UUID = Field(primary_key=True)

        class Invoice(SQLModel, table=True):
            __table_args__ = (ForeignKeyConstraint(["region", "customer_id"], ["customer.region", "customer.id"]),)
            id: int = Field(primary_key=True)
            region: str
            customer_id: str
        """),
        [Found(10, 5, f"`invoice.customer_id` {text('varchar', 'customer.id', 'uuid')}")],
    ),
    "py a mixin of two tables": (
        py("""
        class Customer(SQLModel, table=True):
            id: UUID = Field(primary_key=True)

        class Billed(SQLModel):
            customer_id: int = Field(foreign_key="customer.id")

        class Invoice(Billed, table=True):
            id: int = Field(primary_key=True)

        class Receipt(Billed, table=True):
            id: int = Field(primary_key=True)
        """),
        [Found(6, 5, f"`invoice.customer_id` (and 1 more table) {text('integer', 'customer.id', 'uuid')}")],
    ),
    "ts text for uuid": (
        invoices_ts('uuid("id")', 'text("customer_id")'),
        [Found(6, 3, f"`invoices.customer_id` {text('text', 'customers.id', 'uuid')}")],
    ),
    "ts integer for bigserial": (
        invoices_ts('bigserial("id", { mode: "number" })', 'integer("customer_id")'),
        [Found(6, 3, f"`invoices.customer_id` {text('integer', 'customers.id', 'bigint', NARROW)}")],
    ),
    "ts numeric for integer": (
        invoices_ts('integer("id")', 'numeric("customer_id", { precision: 10, scale: 2 })'),
        [Found(6, 3, f"`invoices.customer_id` {text('numeric(10,2)', 'customers.id', 'integer')}")],
    ),
    "ts an array": (
        invoices_ts('uuid("id")', 'uuid("customer_id").array()'),
        [Found(6, 3, f"`invoices.customer_id` {text('uuid[]', 'customers.id', 'uuid')}")],
    ),
    "ts MySQL, another sign": (
        ts("""
        export const customers = mysql.mysqlTable("customers", { id: mysql.serial("id").primaryKey() });
        export const invoices = mysql.mysqlTable("invoices", {
          id: mysql.int("id").primaryKey(),
          customer_id: mysql.bigint("customer_id", { mode: "number" }).references(() => customers.id),
        });
        """),
        [Found(5, 3, f"`invoices.customer_id` {text('bigint', 'customers.id', 'serial')}")],
    ),
}


@pytest.mark.parametrize("snippet", NOOP.values(), ids=NOOP)
def test_noop(snippet):
    assert run(CODE, snippet) == []


@pytest.mark.parametrize(("snippet", "expected"), FINDING.values(), ids=FINDING)
def test_finding(snippet, expected):
    assert run(CODE, snippet) == expected
