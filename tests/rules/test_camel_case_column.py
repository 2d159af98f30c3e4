import pytest

from rules.support import Found, files, py, run, ts

CODE = "NAM001"

NOOP = {
    "py snake_case": py("""
        class Invoice(SQLModel, table=True):
            id: int = Field(primary_key=True)
            due_date: str
            line2: str
            _internal: str
    """),
    "py the attribute is camelCase and the column is not": py("""
        class Invoice(SQLModel, table=True):
            id: int = Field(primary_key=True)
            dueDate: str = Field(sa_column=Column("due_date", String))
    """),
    "py no table": py("""
        class InvoiceRead(SQLModel):
            dueDate: str
    """),
    "py exempt table": py(
        """
        class Invoice(SQLModel, table=True):
            id: int = Field(primary_key=True)
            dueDate: str
        """,
        exempt_tables=("inv*",),
    ),
    "ts snake_case": ts("""
        export const invoices = pgTable("invoices", {
          id: uuid().primaryKey(),
          due_date: text(),
          dueDay: integer("due_day"),
          "2fa_secret": text(),
        });
    """),
    "ts a name that is not known": ts("""
        export const invoices = pgTable("invoices", {
          id: uuid().primaryKey(),
          dueDate: text(process.env.NAME),
        });
    """),
    "ts columns that Better Auth prescribes, and those beside them": ts("""
        export const accounts = pgTable("account", {
          userId: text(), accountId: text(), providerId: text(), accessToken: text(),
        });
        export const users = pgTable("user", { email: text(), emailVerified: boolean(), monthlyLimit: integer() });
    """),
    "ts exempt for this rule": ts(
        """
        export const invoices = pgTable("invoices", {
          id: uuid().primaryKey(),
          dueDate: text(),
        });
        """,
        options={CODE: {"exempt_tables": ("invoices",)}},
    ),
}

WHY = "is not snake_case: PostgreSQL folds unquoted names to lower case, so that every query must quote it;"

FINDING = {
    "ts a column of one's own beside snake_case ones of Better Auth": (
        ts("""
            export const accounts = pgTable("account", {
              user_id: text(), account_id: text(), provider_id: text(),
            });
            export const users = pgTable("user", { email: text(), email_verified: boolean(), monthlyLimit: integer() });
        """),
        [Found(5, 82, f"`user.monthlyLimit` {WHY} name the column `monthly_limit`")],
    ),
    "py attribute": (
        py("""
            class Invoice(SQLModel, table=True):
                id: int = Field(primary_key=True)
                dueDate: str
        """),
        [Found(4, 5, f"`invoice.dueDate` {WHY} name the column `due_date`")],
    ),
    "py name of sa_column": (
        py("""
            class Invoice(SQLModel, table=True):
                id: int = Field(primary_key=True)
                due_date: str = Field(sa_column=Column("DueDate", String))
        """),
        [Found(4, 5, f"`invoice.DueDate` {WHY} name the column `due_date`")],
    ),
    "py one column of a base that three tables share": (
        py("""
            class Base(SQLModel):
                createdAt: str

            class Order(Base, table=True):
                id: int = Field(primary_key=True)

            class Invoice(Base, table=True):
                id: int = Field(primary_key=True)

            class Payment(Base, table=True):
                id: int = Field(primary_key=True)
        """),
        [Found(3, 5, f"`invoice.createdAt` (and 2 more tables) {WHY} name the column `created_at`")],
    ),
    "py an exempt table does not count among those that share": (
        py(
            """
            class Base(SQLModel):
                createdAt: str

            class Order(Base, table=True):
                id: int = Field(primary_key=True)

            class Invoice(Base, table=True):
                id: int = Field(primary_key=True)

            class Payment(Base, table=True):
                id: int = Field(primary_key=True)
            """,
            exempt_tables=("invoice",),
        ),
        [Found(3, 5, f"`order.createdAt` (and 1 more table) {WHY} name the column `created_at`")],
    ),
    "ts key, name and acronym": (
        ts("""
            export const invoices = pgTable("invoices", {
              id: uuid().primaryKey(),
              dueDate: text(),
              paid: text("paidAt"),
              url: text("HTTPUrl"),
              kebab: text("some-name"),
            });
        """),
        [
            Found(4, 3, f"`invoices.dueDate` {WHY} name the column `due_date`"),
            Found(5, 3, f"`invoices.paidAt` {WHY} name the column `paid_at`"),
            Found(6, 3, f"`invoices.HTTPUrl` {WHY} name the column `http_url`"),
            Found(7, 3, f"`invoices.some-name` {WHY} name the column `some_name`"),
        ],
    ),
    "ts one shared object in another file": (
        files(
            columns__ts="""
                import { timestamp } from "drizzle-orm/pg-core";
                export const timestamps = {
                  createdAt: timestamp(),
                };
            """,
            schema__ts="""
                import { pgTable, uuid } from "drizzle-orm/pg-core";
                import { timestamps } from "./columns";
                export const orders = pgTable("orders", { id: uuid().primaryKey(), ...timestamps });
                export const invoices = pgTable("invoices", { id: uuid().primaryKey(), ...timestamps });
            """,
        ),
        [Found(3, 3, f"`invoices.createdAt` (and 1 more table) {WHY} name the column `created_at`", "columns.ts")],
    ),
}


@pytest.mark.parametrize("snippet", NOOP.values(), ids=NOOP)
def test_noop(snippet):
    assert run(CODE, snippet) == []


@pytest.mark.parametrize(("snippet", "expected"), FINDING.values(), ids=FINDING)
def test_finding(snippet, expected):
    assert run(CODE, snippet) == expected
