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
    "ts one of several owners": ts("""
        export const apps = pgTable("apps", { id: uuid("id").primaryKey() });
        export const servers = pgTable("servers", { id: uuid("id").primaryKey() });
        export const tenants = pgTable("tenants", { id: uuid("id").primaryKey() });
        export const kind = pgEnum("kind", ["app", "server", "tenant"]);
        export const schedules = pgTable("schedules", {
          kind: kind("kind").notNull(),
          id: uuid("id").primaryKey(),
          app_id: uuid("app_id").references(() => apps.id, { onDelete: "cascade" }),
          server_id: uuid("server_id").references(() => servers.id, { onDelete: "cascade" }),
          tenant_id: uuid("tenant_id").references(() => tenants.id, { onDelete: "cascade" }),
        });
    """),
    "ts a user's, without foreign keys": ts("""
        export const uploads = pgTable("uploads", {
          id: uuid("id").primaryKey(),
          user_id: uuid("user_id").notNull(),
          tenant_id: uuid("tenant_id"),
        });
    """),
    "py a kind of rows that are nobody's": py("""
        from enum import Enum

        class Kind(str, Enum):
            TYPE_TENANT = "tenant"
            TYPE_GLOBAL = "global"

        class Role(SQLModel, table=True):
            id: int = Field(primary_key=True)
            kind: Kind
            tenant_id: UUID | None
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

NOOP |= {
    "ts a table of a login library": ts("""
        export const accounts = pgTable("accounts", {
          user_id: text("user_id"), provider_id: text("provider_id"), account_id: text("account_id"),
        });
        export const sso = pgTable("sso", {
          issuer: text("issuer"), domain: text("domain"), provider_id: text("provider_id"),
          tenant_id: text("tenant_id"),
        });
    """),
    "py columns of a table that another model declares": project(
        {
            "models.py": """
                from sqlmodel import Field, SQLModel

                class Invoice(SQLModel, table=True):
                    id: int = Field(primary_key=True)
                    tenant_id: int
                    total: int
            """,
            "script.py": """
                from sqlmodel import Field, SQLModel

                class Invoice(SQLModel, table=True):
                    id: int = Field(primary_key=True)
                    tenant_id: int | None
            """,
        }
    ),
}

STRICT = {
    "ts a row outlives its tenant": ts("""
        export const tenants = pgTable("tenants", { id: uuid("id").primaryKey() });
        export const usage = pgTable("usage", {
          tenant_id: uuid("tenant_id").references(() => tenants.id, { onDelete: "set null" }),
        });
    """),
    "py a row goes with its user": py("""
        class User(SQLModel, table=True):
            id: int = Field(primary_key=True)

        class File(SQLModel, table=True):
            user_id: int = Field(foreign_key="user.id", ondelete="CASCADE", primary_key=True)
            tenant_id: UUID | None
    """),
    "ts a row has an owner": ts("""
        export const buckets = pgTable("buckets", {
          ownerId: uuid("owner_id").notNull(),
          tenant_id: uuid("tenant_id"),
        });
    """),
    "ts audit log": ts('export const log = pgTable("audit_logs", { tenant_id: uuid("tenant_id") });'),
    "ts users who are members of tenants": ts("""
        export const users = pgTable("users", { id: uuid("id").primaryKey(), tenant_id: uuid("tenant_id") });
        export const members = pgTable("members", {
          user_id: uuid("user_id").notNull().references(() => users.id),
          tenant_id: uuid("tenant_id").notNull(),
        }, (t) => [unique().on(t.tenant_id, t.user_id)]);
    """),
}
NOOP |= STRICT

FINDING = {
    "ts one of several owners, under the strict preset": (
        ts(
            """
            export const apps = pgTable("apps", { id: uuid("id").primaryKey() });
            export const servers = pgTable("servers", { id: uuid("id").primaryKey() });
            export const tenants = pgTable("tenants", { id: uuid("id").primaryKey() });
            export const kind = pgEnum("kind", ["app", "server", "tenant"]);
            export const schedules = pgTable("schedules", {
              kind: kind("kind").notNull(), id: uuid("id").primaryKey(),
              app_id: uuid("app_id").references(() => apps.id, { onDelete: "cascade" }),
              server_id: uuid("server_id").references(() => servers.id, { onDelete: "cascade" }),
              tenant_id: uuid("tenant_id").references(() => tenants.id, { onDelete: "cascade" }),
            });
            """,
            strict=True,
        ),
        [Found(10, 3, f"`schedules.tenant_id` {WHY}")],
    ),
    "ts several parents, and an enum of other things": (
        ts("""
            export const apps = pgTable("apps", { id: uuid("id").primaryKey() });
            export const tenants = pgTable("tenants", { id: uuid("id").primaryKey() });
            export const kind = pgEnum("kind", ["app", "cron"]);
            export const schedules = pgTable("schedules", {
              kind: kind("kind").notNull(), id: uuid("id").primaryKey(),
              app_id: uuid("app_id").references(() => apps.id, { onDelete: "cascade" }),
              tenant_id: uuid("tenant_id").references(() => tenants.id, { onDelete: "cascade" }),
            });
        """),
        [Found(8, 3, f"`schedules.tenant_id` {WHY}")],
    ),
    "ts a user, with foreign keys": (
        ts("""
            export const apps = pgTable("apps", { id: uuid("id").primaryKey() });
            export const uploads = pgTable("uploads", {
              id: uuid("id").primaryKey(),
              app_id: uuid("app_id").references(() => apps.id),
              user_id: uuid("user_id").notNull(),
              tenant_id: uuid("tenant_id"),
            });
        """),
        [Found(7, 3, f"`uploads.tenant_id` {WHY}")],
    ),
    "py kinds that are all somebody's": (
        py("""
            from enum import Enum

            class Kind(str, Enum):
                TENANT = "tenant"
                TEAM = "team"

            class Role(SQLModel, table=True):
                id: int = Field(primary_key=True)
                kind: Kind
                tenant_id: UUID | None
        """),
        [Found(11, 5, f"`role.tenant_id` {WHY}")],
    ),
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
    "ts a row has a user, and stays without": (
        ts("""
            export const users = pgTable("users", { id: uuid("id").primaryKey() });
            export const files = pgTable("files", {
              user_id: uuid("user_id").notNull().references(() => users.id),
              tenant_id: uuid("tenant_id"),
            });
        """),
        [Found(5, 3, f"`files.tenant_id` {WHY}")],
    ),
    "ts a row goes with its user, and need not have one": (
        ts("""
            export const users = pgTable("users", { id: uuid("id").primaryKey() });
            export const files = pgTable("files", {
              user_id: uuid("user_id").references(() => users.id, { onDelete: "cascade" }),
              owner_id: uuid("owner_id"),
              tenant_id: uuid("tenant_id"),
            });
        """),
        [Found(6, 3, f"`files.tenant_id` {WHY}")],
    ),
    "ts users who are of one tenant": (
        ts("""
            export const users = pgTable("users", { id: uuid("id").primaryKey(), tenant_id: uuid("tenant_id") });
            export const files = pgTable("files", {
              user_id: uuid("user_id").notNull().references(() => users.id),
              tenant_id: uuid("tenant_id").notNull(),
            });
        """),
        [Found(2, 70, f"`users.tenant_id` {WHY}")],
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


@pytest.mark.parametrize("snippet", STRICT.values(), ids=STRICT)
def test_strict_asks_every_table(snippet):
    strict = snippet._replace(settings={**snippet.settings, "strict": True})
    assert [found.message.partition(" may be NULL")[1] for found in run(CODE, strict)] == [" may be NULL"]


@pytest.mark.parametrize(("snippet", "expected"), FINDING.values(), ids=FINDING)
def test_finding(snippet, expected):
    assert run(CODE, snippet) == expected
