import pytest

from rules.support import Found, project, py, run, ts

CODE = "TEN006"


def text(target: str) -> str:
    return (
        f"references `{target}` without the tenant column: the row may be another tenant's, and the database does not "
        "notice; declare a composite foreign key that includes the tenant column"
    )


PY_CUSTOMER = """
        class Customer(SQLModel, table=True):
            id: int = Field(primary_key=True)
            tenant_id: UUID
"""
TS_CUSTOMERS = """
        export const customers = pgTable("customers", {
          id: uuid("id").primaryKey(),
          tenant_id: uuid("tenant_id").notNull(),
        }, (t) => [unique().on(t.tenant_id, t.id)]);
"""
BOTH = "foreignKey({ columns: [t.tenant_id, t.customer_id], foreignColumns: [customers.tenant_id, customers.id] })"

OWN_KEY = '["tenant_id", "customer_id"], ["customer.tenant_id", "customer.id"]'

NOOP = {
    "py a composite foreign key": py(f"""{PY_CUSTOMER}
        class Invoice(SQLModel, table=True):
            __table_args__ = (ForeignKeyConstraint({OWN_KEY}),)
            id: int = Field(primary_key=True)
            tenant_id: UUID
            customer_id: int
    """),
    "py to the tenants": py("""
        class Tenant(SQLModel, table=True):
            id: int = Field(primary_key=True)

        class Invoice(SQLModel, table=True):
            id: int = Field(primary_key=True)
            tenant_id: int = Field(foreign_key="tenant.id")
            billed_id: int = Field(foreign_key="tenant.id")
    """),
    "py to a table that all tenants share": py("""
        class Country(SQLModel, table=True):
            id: int = Field(primary_key=True)

        class Invoice(SQLModel, table=True):
            id: int = Field(primary_key=True)
            tenant_id: UUID
            country_id: int = Field(foreign_key="country.id")
    """),
    "py from a table that all tenants share": py(f"""{PY_CUSTOMER}
        class Visit(SQLModel, table=True):
            id: int = Field(primary_key=True)
            customer_id: int = Field(foreign_key="customer.id")
    """),
    "py to a table whose rows may have no tenant": py("""
        class User(SQLModel, table=True):
            id: int = Field(primary_key=True)
            tenant_id: UUID | None

        class Invoice(SQLModel, table=True):
            id: int = Field(primary_key=True)
            tenant_id: UUID
            user_id: int = Field(foreign_key="user.id")
    """),
    "py to an exempt table": py(
        f"""{PY_CUSTOMER}
        class Invoice(SQLModel, table=True):
            id: int = Field(primary_key=True)
            tenant_id: UUID
            customer_id: int = Field(foreign_key="customer.id")
        """,
        exempt_tables=("customer",),
    ),
    "py foreign keys that cannot be read": py(f"""{PY_CUSTOMER}
        class Invoice(SQLModel, table=True):
            __table_args__ = unreadable()
            id: int = Field(primary_key=True)
            tenant_id: UUID
            customer_id: int = Field(foreign_key="customer.id")
    """),
    "ts a composite foreign key": ts(f"""{TS_CUSTOMERS}
        export const invoices = pgTable("invoices", {{
          id: uuid("id").primaryKey(),
          tenant_id: uuid("tenant_id").notNull(),
          customer_id: uuid("customer_id").notNull(),
        }}, (t) => [{BOTH}]);
    """),
    "ts a composite foreign key beside the plain one": ts(f"""{TS_CUSTOMERS}
        export const invoices = pgTable("invoices", {{
          id: uuid("id").primaryKey(),
          tenant_id: uuid("tenant_id").notNull(),
          customer_id: uuid("customer_id").notNull().references(() => customers.id),
        }}, (t) => [{BOTH}]);
    """),
    "ts what cannot be read": ts("""
        import { external } from "elsewhere";
        export const invoices = pgTable("invoices", {
          id: uuid("id").primaryKey(),
          tenant_id: uuid("tenant_id").notNull(),
          customer_id: uuid("customer_id").references(() => external.id),
        });
    """),
    "ts the tenant of the other table is its key": ts(
        """
        export const organizations = pgTable("organizations", { id: text("id").primaryKey() });
        export const settings = pgTable("settings", {
          organizationId: text("organization_id").primaryKey().references(() => organizations.id),
        });
        export const invoices = pgTable("invoices", {
          id: uuid("id").primaryKey(),
          organizationId: text("organization_id").notNull(),
          settingsId: text("settings_id").references(() => settings.organizationId),
        });
        """,
        tenant_columns=("organization_id",),
    ),
    "ts the rows of the other table have an outer tenant only": ts(
        """
        export const templates = pgTable("templates", {
          id: text("id").primaryKey(),
          organizationId: text("organization_id").notNull(),
        });
        export const tasks = pgTable("tasks", {
          id: text("id").primaryKey(),
          teamId: text("team_id").notNull(),
          templateId: text("template_id").notNull().references(() => templates.id),
        });
        """,
        tenant_columns=("organization_id", "team_id"),
    ),
    "ts a migration declares the composite one": project(
        {
            "schema.ts": """
                import { pgTable, unique, uuid } from "drizzle-orm/pg-core";
                export const customers = pgTable("customers", {
                  id: uuid("id").primaryKey(),
                  tenant_id: uuid("tenant_id").notNull(),
                }, (t) => [unique().on(t.tenant_id, t.id)]);
                export const invoices = pgTable("invoices", {
                  id: uuid("id").primaryKey(),
                  tenant_id: uuid("tenant_id").notNull(),
                  customer_id: uuid("customer_id").notNull().references(() => customers.id),
                });
            """,
            "migrations/0001_first.sql": """
                CREATE TABLE customers (id uuid PRIMARY KEY, tenant_id uuid NOT NULL, UNIQUE (tenant_id, id));
                CREATE TABLE invoices (id uuid PRIMARY KEY, tenant_id uuid NOT NULL, customer_id uuid NOT NULL);
                ALTER TABLE invoices ADD CONSTRAINT own FOREIGN KEY (tenant_id, customer_id)
                  REFERENCES customers (tenant_id, id);
            """,
        }
    ),
}

FINDING = {
    "py the tenant column is left out": (
        py(f"""{PY_CUSTOMER}
        class Invoice(SQLModel, table=True):
            id: int = Field(primary_key=True)
            tenant_id: UUID
            customer_id: int = Field(foreign_key="customer.id")
        """),
        [Found(9, 5, f"`invoice.customer_id` {text('customer')}")],
    ),
    "py a table that references itself": (
        py("""
        class Page(SQLModel, table=True):
            id: int = Field(primary_key=True)
            tenant_id: UUID
            parent_id: int | None = Field(default=None, foreign_key="page.id")
        """),
        [Found(5, 5, f"`page.parent_id` {text('page')}")],
    ),
    "py a composite key of other columns": (
        py("""
        class Customer(SQLModel, table=True):
            id: int = Field(primary_key=True)
            region: int
            tenant_id: UUID

        class Invoice(SQLModel, table=True):
            __table_args__ = (ForeignKeyConstraint(["region", "customer_id"], ["customer.region", "customer.id"]),)
            id: int = Field(primary_key=True)
            tenant_id: UUID
            region: int
            customer_id: int
        """),
        [Found(8, 23, f"`invoice (region, customer_id)` {text('customer')}")],
    ),
    "ts each foreign key": (
        ts(f"""{TS_CUSTOMERS}
        export const invoices = pgTable("invoices", {{
          id: uuid("id").primaryKey(),
          tenant_id: uuid("tenant_id").notNull(),
          customer_id: uuid("customer_id").references(() => customers.id),
          payer_id: uuid("payer_id").references(() => customers.id),
        }});
        """),
        [
            Found(10, 3, f"`invoices.customer_id` {text('customers')}"),
            Found(11, 3, f"`invoices.payer_id` {text('customers')}"),
        ],
    ),
    "ts camelCase, another name of the tenant": (
        ts(
            """
        export const projects = pgTable("projects", {
          id: text("id").primaryKey(),
          workspaceId: text("workspace_id").notNull(),
        });
        export const tasks = pgTable("tasks", {
          id: text("id").primaryKey(),
          workspaceId: text("workspace_id").notNull(),
          projectId: text("project_id").notNull().references(() => projects.id),
        });
        """,
            tenant_columns=("organization_id", "workspace_id"),
        ),
        [Found(9, 3, f"`tasks.project_id` {text('projects')}")],
    ),
}


@pytest.mark.parametrize("snippet", NOOP.values(), ids=NOOP)
def test_noop(snippet):
    assert run(CODE, snippet) == []


@pytest.mark.parametrize(("snippet", "expected"), FINDING.values(), ids=FINDING)
def test_finding(snippet, expected):
    assert run(CODE, snippet) == expected
