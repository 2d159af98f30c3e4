import pytest

from rules.support import Found, py, run, ts

CODE = "NAM002"
CAMEL = {CODE: {"keys": "camel"}}
MIXED = {CODE: {"drizzle_keys": "camel"}}
ANY = {CODE: {"keys": "any"}}

PY_CAMEL = """
    class Invoice(SQLModel, table=True):
        id: int = Field(primary_key=True)
        dueDate: str = Field(sa_column=Column("due_date", String))
"""
PY_SNAKE = """
    class Invoice(SQLModel, table=True):
        id: int = Field(primary_key=True)
        due_date: str
        metadata_: str = Field(sa_column=Column("metadata", String))
"""
TS_CAMEL = """
    export const invoices = pgTable("invoices", {
      id: uuid("id").primaryKey(),
      dueDate: text("due_date"),
    });
"""
TS_SNAKE = """
    export const invoices = pgTable("invoices", {
      id: uuid("id").primaryKey(),
      due_date: text("due_date"),
    });
"""

NOOP = {
    "py snake": py(PY_SNAKE),
    "py camel is chosen": py(PY_CAMEL, options=CAMEL),
    "py any": py(PY_CAMEL, options=ANY),
    "py the column is not snake_case either": py("""
        class Invoice(SQLModel, table=True):
            id: int = Field(primary_key=True)
            dueDate: str
    """),
    "py Drizzle's style does not count": py(PY_SNAKE, options=MIXED),
    "ts snake": ts(TS_SNAKE),
    "ts camel is chosen": ts(TS_CAMEL, options=CAMEL),
    "ts camel is chosen for Drizzle": ts(TS_CAMEL, options=MIXED),
    "ts any": ts(TS_CAMEL, options=ANY),
    "ts the column is not snake_case either": ts("""
        export const invoices = pgTable("invoices", {
          id: uuid("id").primaryKey(),
          dueDate: text(),
        });
    """),
    "ts the keys that Auth.js prescribes": ts(
        """
        export const accounts = pgTable("accounts", {
          userId: text("userId"), provider: text("provider"), providerAccountId: text("providerAccountId"),
          access_token: text("access_token"),
        });
    """,
        options=CAMEL,
    ),
    "ts a name that is not known": ts("""
        export const invoices = pgTable("invoices", {
          id: uuid("id").primaryKey(),
          dueDate: text(process.env.NAME),
        });
    """),
}

FINDING = {
    "py camelCase": (
        py(PY_CAMEL),
        [
            Found(
                4,
                5,
                "`Invoice.dueDate` is not snake_case: one column has two names, this one and `due_date`; name the "
                "attribute `due_date`",
            )
        ],
    ),
    "py snake_case where camel is chosen": (
        py(PY_SNAKE, options=CAMEL),
        [
            Found(
                4,
                5,
                "`Invoice.due_date` is not camelCase: one column has two names, this one and `due_date`; name the "
                "attribute `dueDate`",
            )
        ],
    ),
    "py camelCase with a style for Drizzle": (
        py(PY_CAMEL, options=MIXED),
        [
            Found(
                4,
                5,
                "`Invoice.dueDate` is not snake_case: one column has two names, this one and `due_date`; name the "
                "attribute `due_date`",
            )
        ],
    ),
    "ts camelCase": (
        ts(TS_CAMEL),
        [
            Found(
                4,
                3,
                "`invoices.dueDate` is not snake_case: one column has two names, this one and `due_date`; name the "
                "key `due_date`",
            )
        ],
    ),
    "ts snake_case where camel is chosen": (
        ts(TS_SNAKE, options=CAMEL),
        [
            Found(
                4,
                3,
                "`invoices.due_date` is not camelCase: one column has two names, this one and `due_date`; name the "
                "key `dueDate`",
            )
        ],
    ),
    "ts PascalCase where camel is chosen": (
        ts(
            """
            export const invoices = pgTable("invoices", {
              DueDate: text("due_date"),
            });
            """,
            options=MIXED,
        ),
        [
            Found(
                3,
                3,
                "`invoices.DueDate` is not camelCase: one column has two names, this one and `due_date`; name the "
                "key `dueDate`",
            )
        ],
    ),
    "ts a spread that two tables share": (
        ts("""
            const shared = { createdBy: text("created_by") };
            export const orders = pgTable("orders", { id: uuid("id").primaryKey(), ...shared });
            export const invoices = pgTable("invoices", { id: uuid("id").primaryKey(), ...shared });
        """),
        [
            Found(
                2,
                18,
                "`invoices.createdBy` (and 1 more table) is not snake_case: one column has two names, this one and "
                "`created_by`; name the key `created_by`",
            )
        ],
    ),
}


@pytest.mark.parametrize("snippet", NOOP.values(), ids=NOOP)
def test_noop(snippet):
    assert run(CODE, snippet) == []


@pytest.mark.parametrize(("snippet", "expected"), FINDING.values(), ids=FINDING)
def test_finding(snippet, expected):
    assert run(CODE, snippet) == expected
