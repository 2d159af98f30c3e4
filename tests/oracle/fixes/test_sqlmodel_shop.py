"""A SQLModel project on a real PostgreSQL: its rows, its types, its tests and its migrations after fixes."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING, Final

import pytest
from tests.oracle.fixes import shop
from tests.oracle.fixes.environment import CATALOG

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import psycopg
    from tests.postgres import Server

ROWS: Final = """
INSERT INTO tenant ("createdAt", id, name) VALUES ('2024-01-01', 901, 'acme'), ('2024-02-01', 902, 'other');
INSERT INTO customers ("createdAt", "emailAddress", "fullName", id, "tenantId")
  VALUES ('2024-03-01', 'old@example.com', 'Old', 901, 901), ('2024-03-02', 'new@example.com', 'Né', 902, 902);
INSERT INTO orders ("createdAt", id, "tenantId", order_no, "customerEmail", total)
  VALUES ('2024-04-01', 901, 901, 'A-1', 'old@example.com', 3), ('2024-04-02', 902, 902, 'B-1', 'new@example.com', 0);
INSERT INTO "shopDeliveries" (id, "tenantId", recipient) VALUES (901, 901, 'old@example.com');
"""
TABLE: Final = {"shopDeliveries": "shop_deliveries"}
NAMES: Final = {
    "createdAt": "created_at",
    "emailAddress": "email_address",
    "fullName": "full_name",
    "tenantId": "tenant_id",
    "customerEmail": "customer_email_address",
    **TABLE,
}
EMAIL: Final = {"emailAddress": "email_address"}
UNTOLD: Final = "str(customer.emailAddress)"
FIRST: Final = "migrations/versions/0001_first.py"


class SqlmodelShop:
    """A copy of the shop, and its database."""

    def __init__(self, root: Path, url: str) -> None:
        self.root = root
        self.environment = {"DATABASE_URL": url, "PYTHONPATH": str(root), "MYPYPATH": str(root)}
        shutil.copytree(shop.SHOPS / "sqlmodel_shop", root, ignore=shutil.ignore_patterns("__pycache__"))

    def python(self, *arguments: str) -> str:
        """Run a module of Python, which has to succeed."""
        return shop.succeed(self.root, sys.executable, "-m", *arguments, environment=self.environment)

    def alembic(self, *arguments: str) -> str:
        """Run Alembic."""
        return self.python("alembic", *arguments)

    def check(self) -> None:
        """Let mypy check the types, run the tests on the database, and let Alembic compare it with the models."""
        self.python("mypy", "--strict", "--cache-dir", str(self.root.parent / "cache"), "shop", "checks")
        self.python("pytest", "-q", "-p", "no:cacheprovider", "checks")
        self.alembic("check")

    def files(self) -> dict[str, bytes]:
        """Return the files of the project."""
        return shop.content(self.root, "shop", "checks", "migrations")


@pytest.fixture
def connection(postgres: Server) -> Iterator[psycopg.Connection]:
    with postgres.database() as connection:
        yield connection


@pytest.fixture
def project(tmp_path: Path, connection: psycopg.Connection, postgres: Server) -> SqlmodelShop:
    """The shop with its database, which has rows."""
    made = SqlmodelShop(tmp_path / "project", postgres.url(connection.info.dbname))
    made.alembic("upgrade", "head")
    connection.execute(ROWS.encode())
    return made


def catalog(connection: psycopg.Connection) -> list[tuple[object, ...]]:
    return connection.execute(CATALOG.encode()).fetchall()


def test_as_it_is(project: SqlmodelShop, connection: psycopg.Connection) -> None:
    before = shop.rows(connection)
    project.check()
    assert shop.rows(connection) == before


COMMANDS: Final = {
    "fix": (("check", "--fix", "--unsafe-fixes"), 0, NAMES, 3),
    "rename-all": (("rename", "--all", "--unsafe-fixes"), 0, NAMES, 2),
    "rename": (("rename", "customers.emailAddress", "email_address", "--unsafe-fixes"), 0, EMAIL, 1),
    "rename-key": (("rename", "Order.orderNumber", "number"), 0, {}, 0),
    "pin": (("rename", "--all", "--unsafe-fixes", "--pin-column-name"), 1, TABLE, 1),
}
"""Arguments, exit status, the names of columns that are others afterwards, and how many revisions are written."""


@pytest.mark.parametrize("name", COMMANDS)
def test_after_fixes(project: SqlmodelShop, connection: psycopg.Connection, name: str) -> None:
    arguments, status, names, revisions = COMMANDS[name]
    before, schema, files = shop.rows(connection), catalog(connection), project.files()
    done = shop.tenantlint(project.root, *arguments)
    assert done.status == status, done.out + done.err
    after = project.files()
    assert len(after) == len(files) + revisions
    assert after[FIRST] == files[FIRST]
    project.alembic("upgrade", "head")
    assert shop.holds(shop.rows(connection), shop.renamed(before, names))
    mend(project.root / "shop" / "services.py", is_renamed=name != "rename-key")
    project.check()
    assert shop.holds(shop.rows(connection), shop.renamed(before, names))
    project.alembic("downgrade", "0001")
    assert (shop.rows(connection), catalog(connection)) == (before, schema)
    project.alembic("upgrade", "head")
    project.alembic("check")


def mend(services: Path, is_renamed: bool) -> None:
    """Rename the one use that is for a reader."""
    text = services.read_text()
    assert text.count(UNTOLD) == 1
    if is_renamed:
        services.write_text(text.replace(UNTOLD, "str(customer.email_address)"))


@pytest.mark.parametrize("name", ["fix", "rename-all", "pin"])
def test_twice_is_once(tmp_path: Path, name: str) -> None:
    project = SqlmodelShop(tmp_path / "project", "")
    arguments, status, _, _ = COMMANDS[name]
    assert shop.tenantlint(project.root, *arguments).status == status
    once = project.files()
    again = shop.tenantlint(project.root, *arguments)
    assert (again.status, "Fixed" in again.err, project.files()) == (status, False, once)
