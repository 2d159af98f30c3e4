import pytest

from rules.support import Found, py, run, ts

CODE = "TEN004"
CLASH = "no foreign key is possible between these types, and policies need a cast; give both columns one type"
NARROW = "it cannot hold every tenant; give it the type of the key"


def text(own: str, key: str, wanted: str, why: str = CLASH) -> str:
    return f"is `{own}`, but the key `{key}` is `{wanted}`: {why}"


PY_TENANT = """
        class Tenant(SQLModel, table=True):
            id: UUID = Field(primary_key=True)
"""
TS_TENANTS = 'export const tenants = pgTable("tenants", { id: uuid("id").primaryKey() });'

OWN_KEY = '["tenant_id", "customer_id"], ["customer.tenant_id", "customer.id"]'

NOOP = {
    "py one type": py(f"""{PY_TENANT}
        class Invoice(SQLModel, table=True):
            id: int = Field(primary_key=True)
            tenant_id: UUID = Field(foreign_key="tenant.id")
    """),
    "py one type, no foreign key": py(f"""{PY_TENANT}
        class Invoice(SQLModel, table=True):
            id: int = Field(primary_key=True)
            tenant_id: UUID
    """),
    "py text of other lengths": py("""
        class Tenant(SQLModel, table=True):
            id: str = Field(primary_key=True, max_length=36)

        class Invoice(SQLModel, table=True):
            id: int = Field(primary_key=True)
            tenant_id: str = Field(foreign_key="tenant.id")
    """),
    "py an integer that is larger than the key": py("""
        class Tenant(SQLModel, table=True):
            id: int = Field(primary_key=True)

        class Invoice(SQLModel, table=True):
            id: int = Field(primary_key=True)
            tenant_id: int = Field(sa_type=BigInteger, foreign_key="tenant.id")
    """),
    "py another unique column of the tenants has the type": py("""
        class Tenant(SQLModel, table=True):
            id: UUID = Field(primary_key=True)
            external_id: str = Field(unique=True)

        class Invoice(SQLModel, table=True):
            id: int = Field(primary_key=True)
            tenant_id: str
    """),
    "py an outer key that is composite": py("""
        class Tenant(SQLModel, table=True):
            id: UUID = Field(primary_key=True)
            region: str = Field(primary_key=True)

        class Invoice(SQLModel, table=True):
            id: int = Field(primary_key=True)
            tenant_id: str
    """),
    "py no tenants": py("""
        class Invoice(SQLModel, table=True):
            id: int = Field(primary_key=True)
            tenant_id: str
    """),
    "py the tenants' table may have other keys": py("""
        class Tenant(SQLModel, table=True):
            __table_args__ = unreadable()
            id: UUID = Field(primary_key=True)

        class Invoice(SQLModel, table=True):
            id: int = Field(primary_key=True)
            tenant_id: str
    """),
    "py foreign keys that cannot be read": py(f"""{PY_TENANT}
        class Invoice(SQLModel, table=True):
            __table_args__ = unreadable()
            id: int = Field(primary_key=True)
            tenant_id: str
    """),
    "ts one type": ts(f"""
        {TS_TENANTS}
        export const invoices = pgTable("invoices", {{
          id: uuid("id").primaryKey(),
          tenant_id: uuid("tenant_id").references(() => tenants.id),
        }});
    """),
    "ts a type that cannot be read": ts(f"""
        import {{ special }} from "elsewhere";
        {TS_TENANTS}
        export const invoices = pgTable("invoices", {{
          id: uuid("id").primaryKey(),
          tenant_id: special("tenant_id").notNull(),
        }});
    """),
    "ts two tables of tenants": ts("""
        export const tenant = pgTable("tenant", { id: uuid("id").primaryKey() });
        export const tenants = pgTable("tenants", { id: integer("id").primaryKey() });
        export const invoices = pgTable("invoices", { id: uuid("id").primaryKey(), tenant_id: text("tenant_id") });
    """),
    "ts references a table that cannot be read": ts(f"""
        import {{ external }} from "elsewhere";
        {TS_TENANTS}
        export const invoices = pgTable("invoices", {{
          id: uuid("id").primaryKey(),
          tenant_id: text("tenant_id").references(() => external.id),
        }});
    """),
    "ts SQLite's types are hints": ts("""
        import { integer as int, sqliteTable, text as string } from "drizzle-orm/sqlite-core";
        export const tenants = sqliteTable("tenants", { id: int("id").primaryKey() });
        export const invoices = sqliteTable("invoices", {
          id: int("id").primaryKey(),
          tenant_id: string("tenant_id").references(() => tenants.id),
        });
    """),
}

FINDING = {
    "py text for uuid": (
        py(f"""{PY_TENANT}
        class Invoice(SQLModel, table=True):
            id: int = Field(primary_key=True)
            tenant_id: str = Field(foreign_key="tenant.id")
        """),
        [Found(7, 5, f"`invoice.tenant_id` {text('varchar', 'tenant.id', 'uuid')}")],
    ),
    "py text for uuid, no foreign key": (
        py(f"""{PY_TENANT}
        class Invoice(SQLModel, table=True):
            id: int = Field(primary_key=True)
            tenant_id: str
        """),
        [Found(7, 5, f"`invoice.tenant_id` {text('varchar', 'tenant.id', 'uuid')}")],
    ),
    "py an integer that is too small": (
        py("""
        class Tenant(SQLModel, table=True):
            id: int = Field(sa_type=BigInteger, primary_key=True)

        class Invoice(SQLModel, table=True):
            id: int = Field(primary_key=True)
            tenant_id: int = Field(foreign_key="tenant.id")
        """),
        [Found(7, 5, f"`invoice.tenant_id` {text('integer', 'tenant.id', 'bigint', NARROW)}")],
    ),
    "py through a composite foreign key": (
        py(f"""
        class Customer(SQLModel, table=True):
            id: int = Field(primary_key=True)
            tenant_id: UUID

        class Invoice(SQLModel, table=True):
            __table_args__ = (ForeignKeyConstraint({OWN_KEY}),)
            id: int = Field(primary_key=True)
            tenant_id: str
            customer_id: int
        """),
        [Found(9, 5, f"`invoice.tenant_id` {text('varchar', 'customer.tenant_id', 'uuid')}")],
    ),
    "py a list of names": (
        py(
            """
        class Account(SQLModel, table=True):
            id: str = Field(primary_key=True)

        class Invoice(SQLModel, table=True):
            id: int = Field(primary_key=True)
            accountId: int
        """,
            tenant_columns=("organization_id", "account_id"),
        ),
        [Found(7, 5, f"`invoice.accountId` {text('integer', 'account.id', 'varchar')}")],
    ),
    "ts text for uuid": (
        ts(f"""
        {TS_TENANTS}
        export const invoices = pgTable("invoices", {{
          id: uuid("id").primaryKey(),
          tenant_id: text("tenant_id").references(() => tenants.id),
        }});
        """),
        [Found(5, 3, f"`invoices.tenant_id` {text('text', 'tenants.id', 'uuid')}")],
    ),
    "ts text for uuid, no foreign key, camelCase": (
        ts(
            """
        export const workspaces = pgTable("workspaces", { id: uuid("id").primaryKey() });
        export const invoices = pgTable("invoices", {
          id: uuid("id").primaryKey(),
          workspaceId: text("workspace_id").notNull(),
        });
        """,
            tenant_columns=("workspace_id",),
        ),
        [Found(5, 3, f"`invoices.workspace_id` {text('text', 'workspaces.id', 'uuid')}")],
    ),
    "ts MySQL wants integers of one size": (
        ts("""
        export const tenants = mysql.mysqlTable("tenants", { id: mysql.serial("id").primaryKey() });
        export const invoices = mysql.mysqlTable("invoices", {
          id: mysql.int("id").primaryKey(),
          tenant_id: mysql.int("tenant_id").references(() => tenants.id),
        });
        """),
        [Found(5, 3, f"`invoices.tenant_id` {text('int', 'tenants.id', 'serial')}")],
    ),
}


@pytest.mark.parametrize("snippet", NOOP.values(), ids=NOOP)
def test_noop(snippet):
    assert run(CODE, snippet) == []


@pytest.mark.parametrize(("snippet", "expected"), FINDING.values(), ids=FINDING)
def test_finding(snippet, expected):
    assert run(CODE, snippet) == expected
