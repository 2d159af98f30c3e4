import pytest

from rules.support import Found, project, py, run, ts

CODE = "TEN002"
WHY = (
    "may be NULL: a row without a tenant belongs to nobody, and no policy that compares it with the session's tenant "
    "sees it; make the column NOT NULL"
)
ORG = ("organization_id", "workspace_id")

NOOP = {
    "ts NOT NULL by a migration": project(
        {
            "schema.ts": """
                import { pgTable, uuid } from "drizzle-orm/pg-core";
                const tenantId = uuid("tenant_id");
                export const invoices = pgTable("invoices", { id: uuid("id").primaryKey(), tenantId });
            """,
            "migrations/0001_first.sql": "CREATE TABLE invoices (id uuid PRIMARY KEY, tenant_id uuid);",
            "migrations/0002_second.sql": "ALTER TABLE invoices ALTER COLUMN tenant_id SET NOT NULL;",
        }
    ),
    "py NOT NULL by a migration": project(
        {
            "models.py": """
                from sqlmodel import Field, SQLModel

                class Invoice(SQLModel, table=True):
                    id: int = Field(primary_key=True)
                    tenant_id: int | None
            """,
            "migrations/0001_first.sql": "CREATE TABLE invoice (id integer PRIMARY KEY, tenant_id integer NOT NULL);",
        }
    ),
    "py not nullable": py("""
        class Invoice(SQLModel, table=True):
            id: int = Field(primary_key=True)
            tenant_id: UUID
    """),
    "py part of the primary key": py("""
        class Invoice(SQLModel, table=True):
            tenant_id: UUID | None = Field(default=None, primary_key=True)
            id: int = Field(primary_key=True)
    """),
    "py nullable=False over an optional type": py("""
        class Invoice(SQLModel, table=True):
            id: int = Field(primary_key=True)
            tenant_id: UUID | None = Field(default=None, nullable=False)
    """),
    "py nullability that cannot be read": py("""
        from elsewhere import NULLABLE

        class Invoice(SQLModel, table=True):
            id: int = Field(primary_key=True)
            tenant_id: UUID = Field(nullable=NULLABLE)
    """),
    "ts not nullable": ts("""
        export const invoices = pgTable("invoices", {
          id: uuid("id").primaryKey(),
          tenant_id: uuid("tenant_id").notNull(),
        });
    """),
    "ts the parent of a tenant": ts("""
        export const tenants = pgTable("tenants", {
          id: uuid("id").primaryKey(),
          tenant_id: uuid("tenant_id"),
        });
    """),
    "ts one of two tenant columns is enough": ts(
        """
        export const invoices = pgTable("invoices", {
          id: uuid("id").primaryKey(),
          organization_id: uuid("organization_id").notNull(),
          workspace_id: uuid("workspace_id"),
        });
        """,
        tenant_columns=ORG,
    ),
    "ts another column": ts("""
        export const invoices = pgTable("invoices", {
          id: uuid("id").primaryKey(),
          tenant: uuid("tenant"),
        });
    """),
    "ts exempt": ts(
        """
        export const templates = pgTable("templates", {
          id: uuid("id").primaryKey(),
          tenant_id: uuid("tenant_id"),
        });
        """,
        options={CODE: {"exempt_tables": ("templates",)}},
    ),
}

FINDING = {
    "py optional": (
        py("""
            class Invoice(SQLModel, table=True):
                id: int = Field(primary_key=True)
                tenant_id: UUID | None = Field(default=None, index=True)
        """),
        [Found(4, 5, f"`invoice.tenant_id` {WHY}")],
    ),
    "py mixin of two tables": (
        py("""
            class Owned(SQLModel):
                tenant_id: UUID | None = None

            class Order(Owned, table=True):
                id: int = Field(primary_key=True)

            class Invoice(Owned, table=True):
                id: int = Field(primary_key=True)
        """),
        [Found(3, 5, f"`invoice.tenant_id` (and 1 more table) {WHY}")],
    ),
    "ts no notNull": (
        ts("""
            export const invoices = pgTable("invoices", {
              id: uuid("id").primaryKey(),
              tenantId: uuid("tenant_id"),
            });
        """),
        [Found(4, 3, f"`invoices.tenant_id` {WHY}")],
    ),
    "ts every tenant column is nullable": (
        ts(
            """
            export const invoices = pgTable("invoices", {
              id: uuid("id").primaryKey(),
              workspace_id: uuid("workspace_id"),
              organization_id: uuid("organization_id"),
            });
            """,
            tenant_columns=ORG,
        ),
        [Found(5, 3, f"`invoices.organization_id` {WHY}")],
    ),
}


@pytest.mark.parametrize("snippet", NOOP.values(), ids=NOOP)
def test_noop(snippet):
    assert run(CODE, snippet) == []


@pytest.mark.parametrize(("snippet", "expected"), FINDING.values(), ids=FINDING)
def test_finding(snippet, expected):
    assert run(CODE, snippet) == expected
