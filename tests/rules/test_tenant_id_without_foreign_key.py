import pytest

from rules.support import Found, project, py, run, ts

CODE = "TEN003"
WHY = "a row can belong to a tenant that does not exist, and outlive one that is deleted"


def text(*roots: str) -> str:
    return (
        f"references no table of tenants: {WHY}; declare a foreign key to {' or '.join(f'`{each}`' for each in roots)}"
    )


NO_TABLE = f"references no table: {WHY}; declare the tenants' table, or name it in `tenant-tables`"
ALWAYS = {CODE: {"always": True}}

PY_TENANT = """
        class Tenant(SQLModel, table=True):
            id: int = Field(primary_key=True)
"""
TS_TENANTS = 'export const tenants = pgTable("tenants", { id: uuid("id").primaryKey() });'
MANY = "\n".join(
    f'export const t{number} = pgTable("t{number}", {{ id: uuid("id").primaryKey() }});' for number in range(10)
)
TS_LOOSE = f"""
{TS_TENANTS}
export const invoices = pgTable("invoices", {{ id: uuid("id").primaryKey(), tenant_id: uuid("tenant_id") }});
"""

OWN_KEY = '["tenant_id", "customer_id"], ["customer.tenant_id", "customer.id"]'

NOOP = {
    "py has a foreign key": py(f"""{PY_TENANT}
        class Invoice(SQLModel, table=True):
            id: int = Field(primary_key=True)
            tenant_id: int = Field(foreign_key="tenant.id")
    """),
    "py part of a composite foreign key to a tenant table": py(f"""{PY_TENANT}
        class Customer(SQLModel, table=True):
            id: int = Field(primary_key=True)
            tenant_id: int = Field(foreign_key="tenant.id")

        class Invoice(SQLModel, table=True):
            __table_args__ = (ForeignKeyConstraint({OWN_KEY}),)
            id: int = Field(primary_key=True)
            tenant_id: int
            customer_id: int
    """),
    "py references a table outside the project": py(
        """
        class Invoice(SQLModel, table=True):
            id: int = Field(primary_key=True)
            tenant_id: UUID = Field(foreign_key="auth.tenants.id")
        """,
        options=ALWAYS,
    ),
    "py the project declares no tenants": py("""
        class Invoice(SQLModel, table=True):
            id: int = Field(primary_key=True)
            tenant_id: UUID
    """),
    "py the tenants' own table": py("""
        class Tenant(SQLModel, table=True):
            id: int = Field(primary_key=True)
            tenant_id: int
    """),
    "py table arguments that cannot be read": py(f"""{PY_TENANT}
        class Invoice(SQLModel, table=True):
            __table_args__ = unreadable()
            id: int = Field(primary_key=True)
            tenant_id: int
    """),
    "py a log outlives its tenant": py(f"""{PY_TENANT}
        class AuditEntry(SQLModel, table=True):
            id: int = Field(primary_key=True)
            tenant_id: int
    """),
    "py the inner of two tenants is its own key": py(
        """
        class Organization(SQLModel, table=True):
            id: int = Field(primary_key=True)

        class Team(SQLModel, table=True):
            team_id: int = Field(primary_key=True)
            organization_id: int = Field(foreign_key="organization.id")
        """,
        tenant_columns=("organization_id", "team_id"),
    ),
    "ts has a foreign key": ts(f"""
        {TS_TENANTS}
        export const invoices = pgTable("invoices", {{
          id: uuid("id").primaryKey(),
          tenantId: uuid("tenant_id").references(() => tenants.id),
        }});
    """),
    "ts references what cannot be read": ts(f"""
        import {{ external }} from "elsewhere";
        {TS_TENANTS}
        export const invoices = pgTable("invoices", {{
          id: uuid("id").primaryKey(),
          tenantId: uuid("tenant_id").references(() => external.id),
        }});
    """),
    "ts tenants of another dialect": ts("""
        export const tenants = mysql.mysqlTable("tenants", { id: mysql.int("id").primaryKey() });
        export const invoices = pgTable("invoices", { id: uuid("id").primaryKey(), tenant_id: uuid("tenant_id") });
    """),
    "ts a column whose name cannot be read": ts(f"""
        {TS_TENANTS}
        export const invoices = pgTable("invoices", {{
          id: uuid("id").primaryKey(),
          tenantId: uuid(process.env.TENANT).notNull(),
        }});
    """),
    "ts a project that does without foreign keys": ts(TS_LOOSE + MANY),
    "ts another model of the table has the foreign key": ts(f"""
        {TS_TENANTS}
        export const invoices = pgTable("invoices", {{
          id: uuid("id").primaryKey(),
          tenant_id: uuid("tenant_id").references(() => tenants.id),
        }});
        const script = pgTable("invoices", {{ id: uuid("id").primaryKey(), tenant_id: uuid("tenant_id") }});
    """),
    "ts a login whose account_id is no tenant": ts(
        """
        export const accounts = pgTable("accounts", { id: uuid("id").primaryKey() });
        export const account = pgTable("account", {
          id: text("id").primaryKey(),
          accountId: text("account_id").notNull(),
          providerId: text("provider_id").notNull(),
          userId: text("user_id").notNull(),
        });
        """,
        tenant_columns=("account_id",),
    ),
    "ts a migration declares it": project(
        {
            "schema.ts": """
                import { pgTable, uuid } from "drizzle-orm/pg-core";
                export const tenants = pgTable("tenants", { id: uuid("id").primaryKey() });
                export const invoices = pgTable("invoices", {
                  id: uuid("id").primaryKey(),
                  tenant_id: uuid("tenant_id"),
                });
            """,
            "migrations/0001_first.sql": """
                CREATE TABLE tenants (id uuid PRIMARY KEY);
                CREATE TABLE invoices (id uuid PRIMARY KEY, tenant_id uuid REFERENCES tenants (id));
            """,
        }
    ),
    "py a migration declares it": project(
        {
            "models.py": """
                from sqlmodel import Field, SQLModel

                class Tenant(SQLModel, table=True):
                    id: int = Field(primary_key=True)

                class Invoice(SQLModel, table=True):
                    id: int = Field(primary_key=True)
                    tenant_id: int
            """,
            "migrations/0001_first.sql": """
                CREATE TABLE tenant (id integer PRIMARY KEY);
                CREATE TABLE invoice (id integer PRIMARY KEY, tenant_id integer);
                ALTER TABLE invoice ADD FOREIGN KEY (tenant_id) REFERENCES tenant (id);
            """,
        }
    ),
}

FINDING = {
    "py no foreign key": (
        py(f"""{PY_TENANT}
        class Invoice(SQLModel, table=True):
            id: int = Field(primary_key=True)
            tenant_id: int
        """),
        [Found(7, 5, f"`invoice.tenant_id` {text('tenant')}")],
    ),
    "py one mixin of several tables": (
        py(f"""{PY_TENANT}
        class Owned(SQLModel):
            tenant_id: int

        class Invoice(Owned, table=True):
            id: int = Field(primary_key=True)

        class Receipt(Owned, table=True):
            id: int = Field(primary_key=True)
        """),
        [Found(6, 5, f"`invoice.tenant_id` (and 1 more table) {text('tenant')}")],
    ),
    "py a reference to another table": (
        py(
            f"""{PY_TENANT}
        class Shop(SQLModel, table=True):
            id: int = Field(primary_key=True)

        class Invoice(SQLModel, table=True):
            id: int = Field(primary_key=True)
            tenant_id: int = Field(foreign_key="shop.id")
        """,
            tenant_tables=("tenant",),
        ),
        [Found(10, 5, f"`invoice.tenant_id` {text('tenant')}")],
    ),
    "py no tenants, but asked for": (
        py(
            """
        class Invoice(SQLModel, table=True):
            id: int = Field(primary_key=True)
            tenant_id: UUID
        """,
            options=ALWAYS,
        ),
        [Found(4, 5, f"`invoice.tenant_id` {NO_TABLE}")],
    ),
    "py each of several tenant columns, text ids": (
        py(
            """
        class Organization(SQLModel, table=True):
            id: str = Field(primary_key=True)

        class Workspace(SQLModel, table=True):
            id: str = Field(primary_key=True)
            organizationId: str

        class Invoice(SQLModel, table=True):
            id: str = Field(primary_key=True)
            organizationId: str = Field(foreign_key="organization.id")
            workspaceId: str
        """,
            tenant_columns=("organization_id", "workspace_id"),
        ),
        [
            Found(7, 5, f"`workspace.organizationId` {text('organization')}"),
            Found(12, 5, f"`invoice.workspaceId` {text('workspace')}"),
        ],
    ),
    "ts no foreign key": (ts(TS_LOOSE), [Found(3, 76, f"`invoices.tenant_id` {text('tenants')}")]),
    "ts a project that does without foreign keys, but asked for": (
        ts(TS_LOOSE + MANY, options=ALWAYS),
        [Found(3, 76, f"`invoices.tenant_id` {text('tenants')}")],
    ),
    "ts another option for the tables that are left out": (
        ts(
            f"""
            {TS_TENANTS}
            export const audits = pgTable("audits", {{
              id: uuid("id").primaryKey(),
              tenant_id: uuid("tenant_id"),
            }});
            """,
            options={CODE: {"exempt_tables": ("other",)}},
        ),
        [Found(5, 3, f"`audits.tenant_id` {text('tenants')}")],
    ),
    "ts camelCase keys, a list of names": (
        ts(
            """
            export const team = pgTable("team", { id: text("id").primaryKey() });
            export const projects = pgTable("projects", {
              id: text("id").primaryKey(),
              teamId: text("team_id").notNull(),
            });
            """,
            tenant_columns=("organization_id", "team_id"),
        ),
        [Found(5, 3, f"`projects.team_id` {text('team')}")],
    ),
    "ts two tables of tenants": (
        ts("""
            export const tenant = pgTable("tenant", { id: uuid("id").primaryKey() });
            export const tenants = pgTable("tenants", { id: uuid("id").primaryKey() });
            export const invoices = pgTable("invoices", {
              id: uuid("id").primaryKey(),
              tenant_id: uuid("tenant_id"),
            });
        """),
        [Found(6, 3, f"`invoices.tenant_id` {text('tenant', 'tenants')}")],
    ),
}


@pytest.mark.parametrize("snippet", NOOP.values(), ids=NOOP)
def test_noop(snippet):
    assert run(CODE, snippet) == []


@pytest.mark.parametrize(("snippet", "expected"), FINDING.values(), ids=FINDING)
def test_finding(snippet, expected):
    assert run(CODE, snippet) == expected
