"""A Drizzle project on a real PostgreSQL: its rows, its types, its tests and its migrations after fixes."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from typing import TYPE_CHECKING, Final

import pytest
from tests.oracle.fixes import shop

from tenantlint.change import RenameColumn, RenameTable
from tenantlint.discover import walk
from tenantlint.edit import apply, by_path
from tenantlint.lang.drizzle import rename
from tenantlint.lang.lowering import Lowering
from tenantlint.link import link
from tenantlint.project import Project

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import psycopg
    from tests.postgres import Server

SHOP: Final = shop.SHOPS / "drizzle_shop"
TENANT, CUSTOMER, ORDER = (f"00000000-0000-4000-8000-00000000000{number}" for number in (2, 3, 4))
ROWS: Final = f"""
INSERT INTO customers (id, tenant_id, "emailAddress", "fullName", created_at)
  VALUES ('{CUSTOMER}', '{TENANT}', 'old@example.com', 'Né', '2024-01-01');
INSERT INTO orders (id, tenant_id, customer_id, total_cents, "shippedAt", updated_at)
  VALUES ('{ORDER}', '{TENANT}', '{CUSTOMER}', 300, '2024-02-01', '2024-02-01');
INSERT INTO "orderItems" (tenant_id, order_id, line_number, product_name, unit_cents)
  VALUES ('{TENANT}', '{ORDER}', 1, 'Tea', 300);
"""
EMAIL: Final = {"emailAddress": "email_address"}
TABLE: Final = {"orderItems": "order_items"}
NAMES: Final = {**EMAIL, **TABLE, "fullName": "full_name", "shippedAt": "shipped_at"}


class DrizzleShop:
    """A copy of the shop, and its database."""

    def __init__(self, root: Path, url: str) -> None:
        self.root = root
        self.environment = {"DATABASE_URL": url}
        shutil.copytree(SHOP, root, ignore=shutil.ignore_patterns("node_modules"))
        (root / "node_modules").symlink_to(packages())

    def npm(self, script: str) -> str:
        """Run a script of package.json, which has to succeed."""
        return shop.succeed(self.root, "npm", "run", "--silent", script, environment=self.environment)

    def check(self) -> None:
        """Let the compiler check the types, run the tests on the database, and let drizzle-kit look for changes."""
        self.npm("check")
        self.npm("test")
        assert "No schema changes" in self.npm("generate")

    def files(self) -> dict[str, bytes]:
        """Return the files of the project by path."""
        return shop.content(self.root, "src", "test", "drizzle")


def packages() -> Path:
    """Return the folder of the shop's packages, which are installed first where they are missing."""
    wanted = json.loads((SHOP / "package.json").read_text())["dependencies"]
    if not all((SHOP / "node_modules" / name).exists() for name in wanted):
        options = ("--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
        subprocess.run(("npm", "install", *options), cwd=SHOP, check=True)
    return SHOP / "node_modules"


@pytest.fixture
def connection(postgres: Server) -> Iterator[psycopg.Connection]:
    with postgres.database() as connection:
        yield connection


@pytest.fixture
def project(tmp_path: Path, connection: psycopg.Connection, postgres: Server) -> DrizzleShop:
    """The shop with its database, which has rows."""
    made = DrizzleShop(tmp_path / "shop", postgres.url(connection.info.dbname, "postgresql"))
    made.npm("migrate")
    connection.execute(ROWS.encode())
    return made


def test_as_it_is(project: DrizzleShop, connection: psycopg.Connection) -> None:
    before = shop.rows(connection)
    project.check()
    assert shop.rows(connection) == before


COMMANDS: Final = {
    "fix": (("check", "--fix", "--unsafe-fixes"), 0, NAMES, 3),
    "rename-all": (("rename", "--all", "--unsafe-fixes"), 0, NAMES, 1),
    "rename": (("rename", "customers.emailAddress", "email_address", "--unsafe-fixes"), 0, EMAIL, 1),
    "rename-other": (("rename", "orders.totalCents", "cents"), 0, {"total_cents": "cents"}, 1),
    "pin": (("rename", "--all", "--unsafe-fixes", "--pin-column-name"), 1, TABLE, 1),
}
"""Arguments, exit status, names in the database that are others afterwards, and how many migrations are written."""


@pytest.mark.parametrize("name", COMMANDS)
def test_after_fixes(project: DrizzleShop, connection: psycopg.Connection, name: str) -> None:
    arguments, status, names, migrations = COMMANDS[name]
    before, files = shop.rows(connection), project.files()
    done = shop.tenantlint(project.root, *arguments)
    assert done.status == status, done.out + done.err
    after = project.files()
    assert len(after) == len(files) + 2 * migrations
    assert all(after[path] == data for path, data in files.items() if path.startswith("drizzle/0"))
    project.npm("migrate")
    project.check()
    assert shop.holds(shop.rows(connection), shop.renamed(before, names))


@pytest.mark.parametrize("name", ["fix", "rename-all", "pin"])
def test_twice_is_once(tmp_path: Path, name: str) -> None:
    project = DrizzleShop(tmp_path / "shop", "")
    arguments, status, _, _ = COMMANDS[name]
    assert shop.tenantlint(project.root, *arguments).status == status
    once = project.files()
    again = shop.tenantlint(project.root, *arguments)
    assert (again.status, "Fixed" in again.err, project.files()) == (status, False, once)


def project_of(root: Path) -> Project:
    """Return the files of a project, without its packages, which are a link."""
    return Project(str(root), frozenset(walk(str(root)).files) - {"node_modules"})


def make(root: Path, change: RenameColumn | RenameTable, project: Project) -> set[str]:
    """Make a change on disk and return what could not be told, as ``path:line what``."""
    patch = rename.lower(change, Lowering(project, link(project).schema))
    assert patch.refused is None
    for path, edits in by_path(patch.edits).items():
        (root / path).write_bytes(apply(project.source(path).data, edits))
    sources = [(use, project.source(use.at.path)) for use in patch.unresolved]
    return {f"{use.at.path}:{source.line_of(use.at.start)} {use.what}" for use, source in sources}


def snake(key: str) -> str:
    """Return a camelCase key in snake_case."""
    return re.sub(r"(?<=[a-z\d])([A-Z])", lambda match: "_" + match[1].lower(), key)


def rename_all(root: Path) -> tuple[list[RenameColumn], set[str]]:
    """Rename every camelCase column, one after the other; return the ways back, and what could not be told."""
    back: list[RenameColumn] = []
    untold: set[str] = set()
    while True:
        project = project_of(root)
        columns = [(table, each) for table in link(project).schema.tables for each in table.columns]
        found = next(((table, each) for table, each in columns if snake(each.key) != each.key), None)
        if found is None:
            return back, untold
        table, column = found
        new = snake(column.key)
        assert isinstance(column.name, str)
        back.append(RenameColumn(table.id, new, column.key, column.name))
        untold |= make(root, RenameColumn(table.id, column.key, new, new), project)


def test_all_columns_there_and_back(project: DrizzleShop) -> None:
    before = project.files()
    back, untold = rename_all(project.root)
    assert (len(back), untold) == (16, set())
    assert project.files() != before
    for change in reversed(back):
        make(project.root, change, project_of(project.root))
    assert project.files() == before


def test_a_table(project: DrizzleShop) -> None:
    change = RenameTable("src/schema/orders.ts#orders", "purchases")
    assert make(project.root, change, project_of(project.root)) == set()
    assert b"row.purchases.totalCents - row.old.totalCents" in project.files()["src/queries.ts"]
    project.npm("check")


def test_only_the_keys(project: DrizzleShop) -> None:
    for key in ("emailAddress", "fullName", "createdAt"):
        change = RenameColumn("src/schema/customers.ts#customers", key, snake(key), None)
        make(project.root, change, project_of(project.root))
    customers = project.files()["src/schema/customers.ts"]
    assert b"email_address: text('emailAddress')" in customers
    assert b"full_name: text('fullName')" in customers
    project.check()
