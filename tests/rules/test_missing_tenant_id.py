import pytest

from rules.support import Found, project, py, run, ts

CODE = "TEN001"
WHY = (
    "its rows do not say whose they are, so that no policy can keep tenants apart; add the column (or name yours in "
    "`tenant-column`), or list the table in `exempt-tables`"
)
ORG = ("organization_id", "workspace_id")

PY_INVOICE = """
    class Invoice(SQLModel, table=True):
        id: int = Field(primary_key=True)
"""
TS_INVOICES = """
    export const invoices = pgTable("invoices", {
      id: uuid("id").primaryKey(),
    });
"""

NOOP = {
    "py has it": py("""
        class Invoice(SQLModel, table=True):
            id: int = Field(primary_key=True)
            tenant_id: UUID
    """),
    "py has it from a mixin": py("""
        class Owned(SQLModel):
            tenant_id: UUID

        class Invoice(Owned, table=True):
            id: int = Field(primary_key=True)
    """),
    "py has it under another database name": py("""
        class Invoice(SQLModel, table=True):
            id: int = Field(primary_key=True)
            tenant_id: str = Field(sa_column=Column("owner", String))
    """),
    "py the tenants' table by its name": py("""
        class Tenant(SQLModel, table=True):
            id: int = Field(primary_key=True)
    """),
    "py the tenants' table by the reference to it": py("""
        class Company(SQLModel, table=True):
            id: int = Field(primary_key=True)

        class Invoice(SQLModel, table=True):
            id: int = Field(primary_key=True)
            tenant_id: int = Field(foreign_key="company.id")
    """),
    "py the primary key is the tenant": py("""
        class Tenant(SQLModel, table=True):
            id: int = Field(primary_key=True)

        class Branding(SQLModel, table=True):
            id: int = Field(primary_key=True, foreign_key="tenant.id")
            color: str
    """),
    "py exempt": py(PY_INVOICE, exempt_tables=("invoice",)),
    "py exempt for this rule": py(PY_INVOICE, options={CODE: {"exempt_tables": ("inv*",)}}),
    "py Alembic's own table": py("""
        class Version(SQLModel, table=True):
            __tablename__ = "alembic_version"
            version_num: str = Field(primary_key=True)
    """),
    "py columns that cannot be read": py("""
        from elsewhere import Unreadable

        class Invoice(Unreadable, SQLModel, table=True):
            id: int = Field(primary_key=True)
    """),
    "ts the primary key references what cannot be read": ts("""
        import { external } from "elsewhere";
        export const branding = pgTable("branding", {
          id: uuid("id").primaryKey().references(() => external.id),
        });
    """),
    "ts has it": ts("""
        export const invoices = pgTable("invoices", {
          id: uuid("id").primaryKey(),
          tenantId: uuid("tenant_id").notNull(),
        });
    """),
    "ts has it in camelCase, which is for NAM001": ts("""
        export const invoices = pgTable("invoices", {
          id: uuid("id").primaryKey(),
          tenantId: uuid().notNull(),
        });
    """),
    "ts one of several names": ts(
        """
        export const invoices = pgTable("invoices", {
          id: uuid("id").primaryKey(),
          workspaceId: uuid("workspace_id").notNull(),
        });
        """,
        tenant_columns=ORG,
    ),
    "ts the tables of several names": ts(
        """
        export const organizations = pgTable("organizations", { id: uuid("id").primaryKey() });
        export const workspace = pgTable("workspace", { id: uuid("id").primaryKey() });
        """,
        tenant_columns=ORG,
    ),
    "ts the tenants' table by option": ts(
        """
        export const accounts = pgTable("accounts", { id: uuid("id").primaryKey() });
        """,
        tenant_tables=("accounts",),
    ),
    "ts the tenants' table by symbol": ts("""
        export const tenants = pgTable("app_customer", { id: uuid("id").primaryKey() });
    """),
    "ts exempt by symbol": ts(
        """
        export const authUsers = pgTable("user", { id: uuid("id").primaryKey() });
        """,
        exempt_tables=("auth*",),
    ),
    "ts a login whose account_id is no tenant": ts(
        """
        export const account = pgTable("account", {
          id: text("id").primaryKey(),
          accountId: text("account_id").notNull(),
          providerId: text("provider_id").notNull(),
          userId: text("user_id").notNull(),
        });
        """,
        tenant_columns=("account_id",),
    ),
    "py a login whose account_id is no tenant": py(
        """
        class Account(SQLModel, table=True):
            id: str = Field(primary_key=True)
            account_id: str
            provider: str
            user_id: str
        """,
        tenant_columns=("account_id",),
    ),
    "ts whose a row is by a word more": ts("""
        export const tenants = pgTable("tenants", { id: uuid("id").primaryKey() });
        export const forks = pgTable("forks", {
          id: uuid("id").primaryKey(),
          childTenantId: uuid("child_tenant_id").notNull().references(() => tenants.id),
        });
    """),
    "py whose a row is by another name where users are the tenants": py(
        """
        class User(SQLModel, table=True):
            id: int = Field(primary_key=True)

        class Invite(SQLModel, table=True):
            id: int = Field(primary_key=True)
            invited_by: int = Field(foreign_key="user.id")
        """,
        tenant_columns=("user_id",),
    ),
    "py columns of a table that another model declares": project(
        {
            "models.py": """
                from sqlmodel import Field, SQLModel

                class Invoice(SQLModel, table=True):
                    id: int = Field(primary_key=True)
                    tenant_id: int
            """,
            "script.py": """
                from sqlmodel import Field, SQLModel

                class Invoice(SQLModel, table=True):
                    id: int = Field(primary_key=True)
            """,
        }
    ),
    "ts a spread that cannot be read": ts("""
        import { common } from "elsewhere";
        export const invoices = pgTable("invoices", { id: uuid("id").primaryKey(), ...common });
    """),
    "ts a column whose name cannot be read": ts("""
        export const invoices = pgTable("invoices", {
          id: uuid("id").primaryKey(),
          owner: uuid(process.env.OWNER).notNull(),
        });
    """),
}

FINDING = {
    "py plain table": (py(PY_INVOICE), [Found(2, 7, f"`invoice` has no `tenant_id`: {WHY}")]),
    "py join table": (
        py("""
            class Tenant(SQLModel, table=True):
                id: int = Field(primary_key=True)

            class TagLink(SQLModel, table=True):
                left_id: int = Field(primary_key=True)
                right_id: int = Field(primary_key=True)
        """),
        [Found(5, 7, f"`taglink` has no `tenant_id`: {WHY}")],
    ),
    "py a reference to the tenant is not the tenant column unless it is the key": (
        py("""
            class Tenant(SQLModel, table=True):
                id: int = Field(primary_key=True)

            class Visit(SQLModel, table=True):
                id: int = Field(primary_key=True)
                visited: int = Field(foreign_key="tenant.id")
        """),
        [Found(5, 7, f"`visit` has no `tenant_id`: {WHY}")],
    ),
    "ts whose a row is by a word more, and it may be nobody's": (
        ts("""
            export const tenants = pgTable("tenants", { id: uuid("id").primaryKey() });
            export const forks = pgTable("forks", {
              id: uuid("id").primaryKey(),
              childTenantId: uuid("child_tenant_id").references(() => tenants.id),
            });
        """),
        [Found(3, 22, f"`forks` has no `tenant_id`: {WHY}")],
    ),
    "ts another column references what cannot be read": (
        ts("""
            import { external } from "elsewhere";
            export const invoices = pgTable("invoices", {
              id: uuid("id").primaryKey(),
              author_id: uuid("author_id").references(() => external.id),
            });
        """),
        [Found(3, 25, f"`invoices` has no `tenant_id`: {WHY}")],
    ),
    "ts other names": (
        ts(TS_INVOICES, tenant_columns=ORG),
        [Found(2, 25, f"`invoices` has no `organization_id` or `workspace_id`: {WHY}")],
    ),
    "ts what is referenced outranks the name": (
        ts("""
            export const companies = pgTable("companies", { id: uuid("id").primaryKey() });
            export const tenants = pgTable("tenants", {
              id: uuid("id").primaryKey(),
            });
            export const flats = pgTable("flats", {
              id: uuid("id").primaryKey(),
              tenant_id: uuid("tenant_id").references(() => companies.id),
            });
        """),
        [Found(3, 24, f"`tenants` has no `tenant_id`: {WHY}")],
    ),
    "ts a composite key does not make its target the tenants' table": (
        ts("""
            export const projects = pgTable("projects", {
              id: uuid("id").primaryKey(),
            });
            export const tasks = pgTable("tasks", {
              id: uuid("id").primaryKey(),
              tenant_id: uuid("tenant_id").notNull(),
              project_id: uuid("project_id").notNull(),
            }, (t) => [
              foreignKey({ columns: [t.tenant_id, t.project_id], foreignColumns: [projects.id, projects.id] }),
            ]);
        """),
        [Found(2, 25, f"`projects` has no `tenant_id`: {WHY}")],
    ),
    "ts an option for the tenants' table replaces the guess": (
        ts(
            """
            export const tenants = pgTable("tenants", { id: uuid("id").primaryKey() });
            """,
            tenant_tables=("accounts",),
        ),
        [Found(2, 24, f"`tenants` has no `tenant_id`: {WHY}")],
    ),
}


@pytest.mark.parametrize("snippet", NOOP.values(), ids=NOOP)
def test_noop(snippet):
    assert run(CODE, snippet) == []


@pytest.mark.parametrize(("snippet", "expected"), FINDING.values(), ids=FINDING)
def test_finding(snippet, expected):
    assert run(CODE, snippet) == expected
