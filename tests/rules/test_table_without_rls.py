import pytest

from rules.migrations import alembic, kit, project, sql
from rules.support import PRELUDES, Found, run

CODE = "MIG005"
WHY = (
    "is made without row level security, which no later migration enables: a query that forgets the tenant shows every "
    "tenant's rows; add `ALTER TABLE … ENABLE ROW LEVEL SECURITY` and a policy on its tenant column"
)
IN_MODEL = (
    "has row level security in its model, but no migration enables it, so that in the database a query that forgets "
    "the tenant shows every tenant's rows; generate the migration"
)
ORDERS = "CREATE TABLE orders (id int PRIMARY KEY, tenant_id int NOT NULL);"
ENABLE = "ALTER TABLE orders ENABLE ROW LEVEL SECURITY;"
MODEL = {
    "models.py": f"{PRELUDES['models.py']}\n"
    "class Order(SQLModel, table=True):\n    __tablename__ = 'orders'\n    id: int = Field(primary_key=True)\n"
    "    tenant_id: int\n"
}


def schema(rls: str) -> dict[str, str]:
    """Return a Drizzle model of the table."""
    return {
        "schema.ts": 'import { integer, pgTable } from "drizzle-orm/pg-core";\n'
        'export const orders = pgTable("orders", { id: integer("id").primaryKey(), tenant_id: integer("tenant_id") })'
        f"{rls};\n"
    }


def with_sql(models: dict[str, str], *texts: str, **settings: object):
    files = sql(*texts).files
    return project(models | files, **settings)


NOOP = {
    "sql enabled": sql(f"{ORDERS} {ENABLE}"),
    "sql enabled later": sql(ORDERS, ENABLE),
    "sql enabled by a script": project({"migrations/0001_m.sql": ORDERS, "security.sql": ENABLE}),
    "sql may be enabled": sql(ORDERS, "DO $$ BEGIN EXECUTE secure('orders'); END $$;"),
    "sql dropped later": sql(ORDERS, "DROP TABLE orders;"),
    "sql no tenant column": sql("CREATE TABLE orders (id int PRIMARY KEY);"),
    "sql a table that other code has made": sql("ALTER TABLE orders ADD tenant_id int;"),
    "sql columns that are not all known": sql("CREATE TABLE orders (LIKE base);"),
    "sql a script makes it": project({"schema.sql": ORDERS}),
    "sql a table that is exempt": sql(ORDERS, exempt_tables=("orders",)),
    "sql a table that is exempt from the rule": sql(ORDERS, options={CODE: {"exempt_tables": ("ord*",)}}),
    "sql a table that is read before the tenant is known": sql(ORDERS.replace("orders", "api_tokens")),
    "sql a copy that was put aside": sql(ORDERS.replace("orders", "orders_before_split")),
    "sql another tenant column": sql(ORDERS, tenant_columns=("organization_id",)),
    "sql with a model, which RLS001 reports": with_sql(MODEL, ORDERS),
    "sql with a Drizzle model, which RLS001 reports": with_sql(schema(""), ORDERS),
    "sql with a model that is exempt": with_sql(schema(".enableRLS()"), ORDERS, exempt_tables=("orders",)),
    "sql with a model, enabled in both": with_sql(schema(".enableRLS()"), ORDERS, ENABLE),
    "alembic enabled": alembic(
        (
            'op.create_table("orders", sa.Column("tenant_id", sa.Integer()))\n'
            'op.execute("ALTER TABLE orders ENABLE ROW LEVEL SECURITY")',
            "pass",
        )
    ),
    "alembic enabled in a loop": alembic(
        (
            'op.create_table("orders", sa.Column("tenant_id", sa.Integer()))\n'
            'for table in ["orders", "users"]:\n'
            '    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")',
            "pass",
        )
    ),
    "alembic may be enabled": alembic(
        (
            'op.create_table("orders", sa.Column("tenant_id", sa.Integer()))\n'
            "for table in load():\n"
            '    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")',
            "pass",
        )
    ),
    "drizzle-kit enabled": kit(ORDERS, 'ALTER TABLE "orders" ENABLE ROW LEVEL SECURITY;'),
}

FINDING = {
    "sql": (sql(ORDERS), [Found(1, 1, f"`orders` {WHY}")]),
    "sql a session table, where no table is exempt": (
        sql(ORDERS.replace("orders", "work_sessions"), options={CODE: {"exempt_tables": ()}}),
        [Found(1, 1, f"`work_sessions` {WHY}")],
    ),
    "sql enabled and disabled": (
        sql(f"{ORDERS} {ENABLE}", "ALTER TABLE orders DISABLE ROW LEVEL SECURITY;"),
        [Found(1, 1, f"`orders` {WHY}", "migrations/0001_m.sql")],
    ),
    "sql the tenant column comes later": (
        sql("SELECT 1;\nCREATE TABLE orders (id int);", "ALTER TABLE orders ADD tenant_id int;"),
        [Found(2, 1, f"`orders` {WHY}", "migrations/0001_m.sql")],
    ),
    "sql two of three": (
        sql(f"{ORDERS}\n{ENABLE}\nCREATE TABLE a (tenant_id int);\nCREATE TABLE app.b (tenant_id int);"),
        [Found(3, 1, f"`a` {WHY}"), Found(4, 1, f"`b` {WHY}")],
    ),
    "sql the name of the tenant column": (
        sql("CREATE TABLE orders (organization_id int);", tenant_columns=("organization_id",)),
        [Found(1, 1, f"`orders` {WHY}")],
    ),
    "sql with a Drizzle model that has it": (
        with_sql(schema(".enableRLS()"), ORDERS),
        [Found(1, 1, f"`orders` {IN_MODEL}", "migrations/0001_m.sql")],
    ),
    "alembic": (
        alembic(('op.create_table("orders", sa.Column("tenant_id", sa.Integer()))', "pass")),
        [Found(7, 5, f"`orders` {WHY}")],
    ),
    "drizzle-kit": (
        kit(ORDERS),
        [Found(1, 1, f"`orders` {WHY}", "drizzle/0000_m.sql")],
    ),
}


@pytest.mark.parametrize("snippet", NOOP.values(), ids=NOOP)
def test_noop(snippet):
    assert run(CODE, snippet) == []


@pytest.mark.parametrize(("snippet", "expected"), FINDING.values(), ids=FINDING)
def test_finding(snippet, expected):
    assert run(CODE, snippet) == expected


def test_the_tenants_own_table_is_the_one_that_a_tenant_column_references():
    companies = "CREATE TABLE companies (id int PRIMARY KEY, tenant_id int);"
    orders = f"CREATE TABLE orders (id int PRIMARY KEY, tenant_id int REFERENCES companies (id)); {ENABLE}"
    assert run(CODE, sql(f"{companies} {orders}")) == []


def test_the_tenants_own_table_is_the_one_of_their_name():
    assert run(CODE, sql("CREATE TABLE tenants (id int PRIMARY KEY, tenant_id int);")) == []
