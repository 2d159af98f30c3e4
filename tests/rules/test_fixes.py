"""The changes that findings propose, with what they say of themselves."""

from __future__ import annotations

import pytest

from rules.support import Snippet, check_files, project, py, ts
from tenantlint.change import (
    AddIndex,
    AddInverse,
    AddRelation,
    AddTenant,
    AddTimestamp,
    AttachIndex,
    EnableSecurity,
    Fix,
    GiveOwnColumn,
    MakeAware,
    MakeRequired,
    MergeColumn,
    RenameColumn,
    RenameTable,
    UpdateOnWrite,
    UseFactory,
    WriteDowngrade,
)
from tenantlint.settings import Settings
from tenantlint.source import Location

USER, TENANT = "sqlmodel:models.py:User", "sqlmodel:models.py:Tenant"
USERS, TENANTS = "schema.ts#users", "schema.ts#tenants"
PY_TENANT = (
    'class Tenant(SQLModel, table=True):\n    __tablename__ = "tenants"\n    id: UUID = Field(primary_key=True)\n'
)
TS_TENANTS = 'export const tenants = pgTable("tenants", { id: uuid("id").primaryKey() });\n'
PY_ID = "    id: UUID = Field(primary_key=True)\n"


def user(body: str, rest: str = "", **settings: object) -> Snippet:
    return py(f"{PY_TENANT}class User(SQLModel, table=True):\n{PY_ID}    {body}\n{rest}", **settings)


def users(columns: str, rest: str = "", **settings: object) -> Snippet:
    return ts(
        f'{TS_TENANTS}export const users = pgTable("users", {{ id: uuid("id").primaryKey(), {columns} }});\n{rest}',
        **settings,
    )


def at(snippet: Snippet, text: str) -> Location:
    """Return where ``text`` stands last in the only file of a snippet."""
    ((path, content),) = snippet.files.items()
    start = content.encode().rindex(text.encode())
    return Location(path, start, start + len(text.encode()))


LOOSE = users('name: text("name")', 'export const names = index("users_name").on(users.name);\n')
POLICY = users('tenant_id: uuid("tenant_id")', 'export const p = pgPolicy("users_tenant", { using: sql`true` });\n')
POLICY = Snippet({"schema.ts": POLICY.files["schema.ts"].replace("{ boolean", "{ pgPolicy, boolean")}, {})
REFERENCES = 'tenant_id: uuid("tenant_id").notNull().references(() => tenants.id)'
SECURED = (
    'pgTable("posts", {{ id: uuid("id"), tenant_id: uuid("tenant_id") }}, () => [pgPolicy("p", {{ using: sql`{}` }})]);'
)
BY_ORG = users(
    REFERENCES, "export const posts = " + SECURED.format("tenant_id = current_setting('org.id')::uuid") + "\n"
)
BY_ORG = Snippet({"schema.ts": BY_ORG.files["schema.ts"].replace("{ boolean", "{ pgPolicy, boolean")}, {})

INI = "[alembic]\nscript_location = migrations\n"
REVISION = """\
from alembic import op
import sqlalchemy as sa

revision = "a"
down_revision = None


def upgrade():
    op.add_column("users", sa.Column("name", sa.Text()))


def downgrade():
    pass
"""


def secured(security: str, policy: str = "") -> Snippet:
    """Return a project whose migrations make a table, and say some of its row level security."""
    made = REVISION.replace(
        'op.add_column("users", sa.Column("name", sa.Text()))',
        'op.create_table("users", sa.Column("id", sa.Uuid(), primary_key=True), sa.Column("tenant_id", sa.Uuid()))\n'
        f"    {security}" + (f'\n    op.execute("CREATE POLICY p ON users {policy}")' if policy else ""),
    )
    models = user("tenant_id: UUID").files["models.py"].replace("class User(SQLModel, table=True):", TABLE)
    return project({"models.py": models, "alembic.ini": INI, "migrations/env.py": "", "migrations/versions/a.py": made})


TABLE = 'class User(SQLModel, table=True):\n    __tablename__ = "users"'
VALUE = "current_setting('org.id')::uuid"
CASES: list[tuple[str, Snippet, Fix | None]] = [
    (
        "COR002",
        user("seen_at: datetime = Field(default=datetime.now())"),
        Fix("Compute `seen_at` for each row", "safe", UseFactory(USER, "seen_at")),
    ),
    (
        "COR002",
        users('seenAt: timestamp("seen_at").default(new Date())'),
        Fix("Compute `seenAt` for each row", "unsafe", UseFactory(USERS, "seenAt")),
    ),
    (
        "IDX001",
        user('tenant_id: UUID = Field(foreign_key="tenants.id")'),
        Fix("Add an index over `tenant_id`", "unsafe", AddIndex(USER, ("tenant_id",))),
    ),
    ("IDX001", users(REFERENCES), Fix("Add an index over `tenant_id`", "unsafe", AddIndex(USERS, ("tenant_id",)))),
    (
        "IDX002",
        users('ownerId: uuid("owner_id").references(() => tenants.id)', tenant_columns=("org_id",)),
        Fix("Add an index over `owner_id`", "unsafe", AddIndex(USERS, ("owner_id",))),
    ),
    ("IDX003", LOOSE, Fix("Move it into `users`", "unsafe", AttachIndex(USERS, at(LOOSE, 'index("users_name")')))),
    (
        "RLS008",
        POLICY,
        Fix(
            "Move it into `users`",
            "unsafe",
            AttachIndex(USERS, at(POLICY, 'pgPolicy("users_tenant", { using: sql`true` })')),
        ),
    ),
    ("TEN001", user("name: str"), Fix("Add `tenant_id`", "unsafe", AddTenant(USER, "tenant_id", TENANT))),
    ("TEN001", users('name: text("name")'), Fix("Add `tenant_id`", "unsafe", AddTenant(USERS, "tenant_id", TENANTS))),
    ("TEN001", ts('export const users = pgTable("users", { id: uuid("id").primaryKey() });'), None),
    (
        "TEN002",
        user("tenant_id: UUID | None = None"),
        Fix("Make `tenant_id` NOT NULL", "unsafe", MakeRequired(USER, "tenant_id")),
    ),
    (
        "STD002",
        user("name: str", exempt_tables=("tenants",)),
        Fix("Add `created_at`", "unsafe", AddTimestamp(USER, "created_at", on_update=False)),
    ),
    (
        "STD003",
        user("name: str", exempt_tables=("tenants",)),
        Fix("Add `updated_at`", "unsafe", AddTimestamp(USER, "updated_at", on_update=True)),
    ),
    (
        "STD002",
        users('created_at: timestamp("created_at").defaultNow()', exempt_tables=("tenants",)),
        Fix("Make `created_at` NOT NULL", "unsafe", MakeRequired(USERS, "created_at")),
    ),
    ("STD002", users('created_at: timestamp("created_at")', exempt_tables=("tenants",)), None),
    (
        "COR003",
        user("name: str = Field(sa_column=Column(String), index=True)"),
        Fix("Say all of `name` in its `Column`", "safe", MergeColumn(USER, "name")),
    ),
    (
        "COR004",
        py(
            "class Named(SQLModel):\n    name: str = Field(sa_column=Column(String))\n"
            f"class User(Named, table=True):\n{PY_ID}class Tenant(Named, table=True):\n{PY_ID}"
        ),
        Fix("Make a column `name` for each table", "unsafe", GiveOwnColumn(TENANT, "name")),
    ),
    (
        "STD005",
        user("name: str", exempt_tables=("tenants",)),
        Fix("Add `deleted_at`", "unsafe", AddTimestamp(USER, "deleted_at", on_update=False, nullable=True)),
    ),
    (
        "STD006",
        users('seen_at: timestamp("seen_at")'),
        Fix("Give `seen_at` a time zone", "unsafe", MakeAware(USERS, "seen_at")),
    ),
    (
        "STD004",
        users('updatedAt: timestamp("updated_at").notNull().defaultNow()'),
        Fix("Set `updatedAt` on every update", "safe", UpdateOnWrite(USERS, "updatedAt")),
    ),
    (
        "REL002",
        users(
            REFERENCES.replace("tenant_id", "owner_id"),
            "export const r = relations(tenants, ({ many }) => ({ users: many(users) }));\n",
        ),
        Fix("Add a relation to `tenants`", "unsafe", AddRelation(USERS, ("owner_id",), TENANTS)),
    ),
    (
        "REL003",
        users(
            REFERENCES.replace("tenant_id", "owner_id"),
            "export const r = relations(tenants, ({ many }) => ({ users: many(users) }));\n",
        ),
        Fix("Add the other side to `users`", "unsafe", AddInverse(TENANTS, "users")),
    ),
    (
        "REL003",
        py(
            f"{PY_TENANT}    users: list['User'] = Relationship()\nclass User(SQLModel, table=True):\n{PY_ID}"
            "    owner_id: UUID = Field(foreign_key='tenants.id')\n    owner: Tenant = Relationship()\n"
        ),
        None,
    ),
    (
        "MIG001",
        project({"alembic.ini": INI, "migrations/env.py": "", "migrations/versions/a.py": REVISION}),
        Fix("Write the inverse of the upgrade", "unsafe", WriteDowngrade("migrations/versions", "a")),
    ),
    (
        "RLS001",
        users(REFERENCES),
        Fix("Enable row level security on `tenant_id`", "unsafe", EnableSecurity(USERS, "tenant_id", "app.tenant_id")),
    ),
    (
        "RLS001",
        BY_ORG,
        Fix("Enable row level security on `tenant_id`", "unsafe", EnableSecurity(USERS, "tenant_id", "org.id", VALUE)),
    ),
    ("RLS001", user("tenant_id: UUID"), None),
    (
        "RLS002",
        secured("op.execute('ALTER TABLE users ENABLE ROW LEVEL SECURITY')"),
        Fix("Add a policy on `tenant_id`", "unsafe", EnableSecurity(USER, "tenant_id", "app.tenant_id")),
    ),
    (
        "RLS002",
        secured("op.execute('ALTER TABLE users ENABLE ROW LEVEL SECURITY')", "AS RESTRICTIVE USING (true)"),
        None,
    ),
    (
        "RLS007",
        secured("op.execute('ALTER TABLE users ENABLE ROW LEVEL SECURITY')", "USING (tenant_id = auth.tenant())"),
        Fix("Force row level security", "unsafe", EnableSecurity(USER, "tenant_id", "app.tenant_id", "auth.tenant()")),
    ),
    (
        "RLS009",
        secured("pass", "USING (tenant_id = auth.tenant())"),
        Fix("Enable row level security", "unsafe", EnableSecurity(USER, "tenant_id", "app.tenant_id", "auth.tenant()")),
    ),
    (
        "COR001",
        user("metadata: str"),
        Fix("Rename `metadata` to `metadata_`", "unsafe", RenameColumn(USER, "metadata", "metadata_", None)),
    ),
    (
        "NAM001",
        user("createdAt: str"),
        Fix(
            "Rename `createdAt` to `created_at`", "unsafe", RenameColumn(USER, "createdAt", "created_at", "created_at")
        ),
    ),
    (
        "NAM001",
        users('createdAt: text("createdAt")'),
        Fix(
            "Rename `createdAt` to `created_at`", "unsafe", RenameColumn(USERS, "createdAt", "created_at", "created_at")
        ),
    ),
    (
        "NAM001",
        users('createdAt: text("createdAt"), firstName: text("first_name")'),
        Fix(
            "Rename `createdAt` to `created_at`", "unsafe", RenameColumn(USERS, "createdAt", "createdAt", "created_at")
        ),
    ),
    (
        "NAM002",
        users('firstName: text("first_name")'),
        Fix("Rename `firstName` to `first_name`", "safe", RenameColumn(USERS, "firstName", "first_name", None)),
    ),
    (
        "NAM003",
        ts('export const users = pgTable("appUsers", { id: uuid("id") });'),
        Fix("Rename `appUsers` to `app_users`", "unsafe", RenameTable(USERS, "app_users")),
    ),
    (
        "NAM004",
        users('archived: boolean("archived")'),
        Fix(
            "Rename `archived` to `is_archived`",
            "unsafe",
            RenameColumn(USERS, "archived", "is_archived", "is_archived"),
        ),
    ),
    (
        "NAM004",
        users('invoice: boolean("invoice"), send: boolean("is_send")'),
        Fix("Rename `invoice` to `is_invoice`", "unsafe", RenameColumn(USERS, "invoice", "is_invoice", "is_invoice")),
    ),
    (
        "NAM005",
        users('workEmail: text("work_email")'),
        Fix(
            "Rename `work_email` to `work_email_address`",
            "unsafe",
            RenameColumn(USERS, "workEmail", "workEmailAddress", "work_email_address"),
        ),
    ),
    (
        "NAM006",
        user("phone: str"),
        Fix("Rename `phone` to `phone_number`", "unsafe", RenameColumn(USER, "phone", "phone_number", "phone_number")),
    ),
    (
        "NAM007",
        users('shipped_on: timestamp("shipped_on")'),
        Fix(
            "Rename `shipped_on` to `shipped_at`",
            "unsafe",
            RenameColumn(USERS, "shipped_on", "shipped_at", "shipped_at"),
        ),
    ),
    (
        "NAM008",
        users('owner: uuid("owner").references(() => tenants.id)'),
        Fix("Rename `owner` to `owner_id`", "unsafe", RenameColumn(USERS, "owner", "owner_id", "owner_id")),
    ),
]


@pytest.mark.parametrize(("code", "snippet", "fix"), CASES)
def test_a_finding_carries_its_fix(code: str, snippet: Snippet, fix: Fix | None) -> None:
    found = check_files(snippet.files, Settings(rules=frozenset({code}), **snippet.settings))  # type: ignore[arg-type]
    assert [each.fix for each in found] == [fix]


FORMS = [
    ("tenant_id = auth.tenant()", "auth.tenant()"),
    ("(tenant_id = (current_setting('app.t'::text))::uuid)", "(current_setting('app.t'::text))::uuid"),
    ("posts.tenant_id = (select auth.jwt() ->> 'org')::uuid", "(select auth.jwt() ->> 'org')::uuid"),
    ("auth.tenant() = tenant_id", None),
    ("tenant_id = auth.tenant() or is_admin()", None),
    ("tenant_id = auth.tenant() and auth.is_member(tenant_id)", None),
    ("tenant_id = auth.tenant_of(id)", None),
    ("tenant_id = (select org_id from members where user_id = auth.uid())", None),
    ("id = auth.uid()", None),
    ("tenant_id in (select auth.tenants())", None),
]


@pytest.mark.parametrize(("predicate", "value"), FORMS)
def test_a_new_policy_asks_for_the_tenant_as_the_others_do(predicate: str, value: str | None) -> None:
    files = users(REFERENCES, "export const posts = " + SECURED.format(predicate) + "\n").files
    content = files["schema.ts"].replace("{ boolean", "{ pgPolicy, boolean")
    for codes, expected in (({"RLS001"}, value), ({"RLS001", "RLS006"}, _once(value))):
        found = check_files({"schema.ts": content}, Settings(rules=frozenset(codes)))
        (change,) = (each.fix.change for each in found if each.code == "RLS001" and each.fix)
        assert isinstance(change, EnableSecurity)
        assert change.value == expected


def _once(value: str | None) -> str | None:
    return value if value is None or value.startswith("(select") else f"(select {value})"
