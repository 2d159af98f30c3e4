from textwrap import dedent

import pytest

from rules.support import Found, files, project, py, run, ts
from tenantlint.link import link
from tenantlint.project import Project
from tenantlint.schema import UNKNOWN

CODE = "REL006"
PY_WHY = (
    "which the project does not declare: SQLAlchemy raises an error as soon as the models are used; reference what is "
    "there"
)
TS_WHY = "which the project does not declare: the migration cannot be made; reference what is there"

INVOICE = """
        class Invoice(SQLModel, table=True):
            id: int = Field(primary_key=True)
            customer_id: int = Field(foreign_key="customers.id")
"""

NOOP = {
    "py a table of the project": py(f"""{INVOICE}
        class Customer(SQLModel, table=True):
            __tablename__ = "customers"
            id: int = Field(primary_key=True)
    """),
    "py a column under another name": py(f"""{INVOICE}
        class Customer(SQLModel, table=True):
            __tablename__ = "customers"
            number: int = Field(sa_column=Column("id", BigInteger, primary_key=True))
    """),
    "py a table of plain SQLAlchemy": files(
        models__py=f"\n        from sqlmodel import Field, SQLModel\n{INVOICE}",
        legacy__py="""
            class Customer(Base):
                __tablename__ = "customers"
        """,
    ),
    "py a class of that name, whose base is not read": files(
        models__py=f"""
        from sqlmodel import Field, SQLModel
{INVOICE}""",
        others__py="""
            from elsewhere import Base

            class Customer(Base):
                id: int
        """,
    ),
    "py a class of that name, which is imported": py(f"""
        from elsewhere import (
            Customers,
        )
{INVOICE}"""),
    "py an example": project(
        {
            "examples/models.py": f"""
        from sqlmodel import Field, SQLModel
{INVOICE}"""
        }
    ),
    "py a table of another schema": py("""
        class Profile(SQLModel, table=True):
            id: UUID = Field(primary_key=True, foreign_key="auth.users.id")
    """),
    "py a table whose name cannot be read": py(f"""{INVOICE}
        class Customer(SQLModel, table=True):
            __tablename__ = unreadable()
            id: int = Field(primary_key=True)
    """),
    "py a table whose columns cannot be read": py(f"""{INVOICE}
        from elsewhere import Unreadable

        class Customer(Unreadable, SQLModel, table=True):
            __tablename__ = "customers"
    """),
    "py a target that cannot be read": py("""
        class Invoice(SQLModel, table=True):
            id: int = Field(primary_key=True)
            customer_id: int = Field(foreign_key=unreadable())
    """),
    "py a table of a package, by option": py(INVOICE, options={CODE: {"external_tables": ("cust*",)}}),
    "py a table that a migration makes": project(
        {
            "models.py": f"\n        from sqlmodel import Field, SQLModel\n{INVOICE}",
            "migrations/0001_first.sql": "CREATE TABLE customers (id integer PRIMARY KEY);",
        }
    ),
    "ts a column of the project": ts("""
        export const customers = pgTable("customers", { id: uuid("id").primaryKey() });
        export const invoices = pgTable("invoices", {
          id: uuid("id").primaryKey(),
          customer_id: uuid("customer_id").references(() => customers.id),
        });
    """),
    "ts a table of another module": ts("""
        import { customers } from "elsewhere";
        export const invoices = pgTable("invoices", {
          id: uuid("id").primaryKey(),
          customer_id: uuid("customer_id").references(() => customers.id),
        });
    """),
    "ts a spread that cannot be read": ts("""
        import { common } from "elsewhere";
        export const customers = pgTable("customers", { id: uuid("id").primaryKey(), ...common });
        export const invoices = pgTable("invoices", {
          id: uuid("id").primaryKey(),
          customer_id: uuid("customer_id").references(() => customers.number),
        });
    """),
}

FINDING = {
    "py no such table": (
        py(INVOICE),
        [Found(4, 5, f"`invoice.customer_id` references the table `customers`, {PY_WHY}")],
    ),
    "py classes of that name that are no tables": (
        py(f"""{INVOICE}
        from enum import StrEnum
        from pydantic import BaseModel

        class Customer(BaseModel):
            id: int

        class Customers(StrEnum):
            ALL = "all"
        """),
        [Found(4, 5, f"`invoice.customer_id` references the table `customers`, {PY_WHY}")],
    ),
    "py no such table in a schema of the project": (
        py("""
        class Invoice(SQLModel, table=True):
            __table_args__ = {"schema": "shop"}
            id: int = Field(primary_key=True)
            customer_id: int = Field(foreign_key="shop.customers.id")
        """),
        [Found(5, 5, f"`invoice.customer_id` references the table `shop.customers`, {PY_WHY}")],
    ),
    "py no such column": (
        py(f"""{INVOICE}
        class Customer(SQLModel, table=True):
            __tablename__ = "customers"
            number: int = Field(primary_key=True)
        """),
        [Found(4, 5, f"`invoice.customer_id` references `customers.id`, {PY_WHY}")],
    ),
    "py a composite foreign key": (
        py("""
        class Customer(SQLModel, table=True):
            id: int = Field(primary_key=True)

        class Invoice(SQLModel, table=True):
            __table_args__ = (ForeignKeyConstraint(["region", "customer_id"], ["customer.region", "customer.id"]),)
            id: int = Field(primary_key=True)
            region: int
            customer_id: int
        """),
        [Found(6, 23, f"`invoice` references `customer.region`, {PY_WHY}")],
    ),
    "ts no such column": (
        ts("""
        export const customers = pgTable("customers", { id: uuid("id").primaryKey() });
        export const invoices = pgTable("invoices", {
          id: uuid("id").primaryKey(),
          customer_id: uuid("customer_id").references(() => customers.number),
        });
        """),
        [Found(5, 3, f"`invoices.customer_id` references `customers.number`, {TS_WHY}")],
    ),
}


@pytest.mark.parametrize("snippet", NOOP.values(), ids=NOOP)
def test_noop(snippet):
    assert run(CODE, snippet) == []


@pytest.mark.parametrize(("snippet", "expected"), FINDING.values(), ids=FINDING)
def test_finding(snippet, expected):
    assert run(CODE, snippet) == expected


def test_a_file_that_does_not_parse_may_declare_the_table():
    broken = "from sqlmodel import SQLModel\nclass Buyer(SQLModel, table=True)\n    id: int"
    texts = {"models.py": f"from sqlmodel import Field, SQLModel{dedent(INVOICE)}", "broken.py": broken}
    linked = link(Project("/nonexistent", frozenset(), {path: text.encode() for path, text in texts.items()}))
    assert [problem.code for problem in linked.problems] == ["ERR003"]
    assert [key.target_id for table in linked.schema for key in table.foreign_keys] == [UNKNOWN]
