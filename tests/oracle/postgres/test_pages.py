"""What the pages of the rules on row level security say is true of a server on which their code has run."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING, Literal, NamedTuple

import psycopg
import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import create_engine
from sqlmodel import SQLModel
from tests.oracle.drizzle import harness

from rules.test_pages import cases
from tenantlint.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.postgres import Server

A, B = "00000000-0000-0000-0000-00000000000a", "00000000-0000-0000-0000-00000000000b"
ROLES = ("app", "app_owner", "authenticated")
PLATFORM = """
CREATE SCHEMA auth;
CREATE FUNCTION auth.uid() RETURNS uuid STABLE LANGUAGE sql AS $$SELECT current_setting('app.user_id')::uuid$$;
CREATE FUNCTION auth.jwt() RETURNS jsonb STABLE LANGUAGE sql
  AS $$SELECT jsonb_build_object('tenant_id', current_setting('app.tenant_id'))$$;
GRANT USAGE ON SCHEMA auth TO authenticated;
GRANT authenticated TO app;
"""
SUITES = {code: list(cases(code, "Example")) for code in RULES if code.startswith("RLS")}
CASES = [pytest.param(code, case, id=f"{code}-{case}") for code, found in SUITES.items() for case in found]

pytestmark = pytest.mark.filterwarnings("ignore:This declarative base already contains a class with the same class")


class Outcome(NamedTuple):
    """What the first tenant can do with the table of a page that holds one row of each of two tenants.

    ``sees`` and ``owner_sees`` are the tenants whose rows a plain role and the table's owner read; ``adds`` those for
    which it can add one. ``once`` tells that nothing of the policies is evaluated once a row.
    """

    sees: str
    owner_sees: str
    adds: str
    once: bool


SAFE = Outcome("A", "A", "A", True)
UNFORCED = SAFE._replace(owner_sees="AB")
OPEN = Outcome("AB", "AB", "AB", True)

EXAMPLES: dict[str, dict[str, Outcome] | Outcome] = {
    "RLS001": OPEN,
    "RLS002": Outcome("", "AB", "", True),
    "RLS003": {"SQLModel": OPEN, "Drizzle": OPEN},
    "RLS004": {"SQLModel": Outcome("AB", "AB", "A", True), "Drizzle": Outcome("AB", "AB", "", True)},
    "RLS005": {"SQLModel": Outcome("A", "A", "AB", True), "Drizzle": Outcome("A", "AB", "AB", True)},
    "RLS006": {"SQLModel": SAFE._replace(once=False), "Drizzle": UNFORCED._replace(once=False)},
    "RLS007": UNFORCED,
    "RLS008": OPEN,
    "RLS009": OPEN,
}
INSTEAD: dict[str, dict[str, Outcome] | Outcome] = {
    code: {"Drizzle": UNFORCED, "typescript": UNFORCED} for code in EXAMPLES
} | {
    "RLS004": {"Drizzle": UNFORCED._replace(adds="")},
    "RLS007": SAFE,
    "RLS009": SAFE,
}


def expected(table: dict[str, dict[str, Outcome] | Outcome], code: str, case: str) -> Outcome:
    """Return what is expected of a case: what its rule's entry says of it, or of all; else that it is safe."""
    entry = table[code]
    return entry if isinstance(entry, Outcome) else entry.get(case, SAFE)


class Site:
    """A database in which a page's files have been carried out, by an owner who is not a superuser."""

    def __init__(self, server: Server, admin: psycopg.Connection, folder: Path) -> None:
        self.server = server
        self.admin = admin
        self.folder = folder

    def build(self, files: dict[str, str]) -> None:
        """Carry out the files of a case: models, then migrations."""
        for path, text in files.items():
            maker = next(make for suffix, make in MAKERS.items() if path.endswith(suffix))
            maker(self, text)
        self.table = self.admin.execute("SELECT relname FROM pg_class WHERE relname ~ '^invoices?$'").fetchall()[0][0]
        has_total = self.admin.execute("SELECT FROM pg_attribute WHERE attname = 'total'").fetchall()
        self.columns, self.rest = ("id, tenant_id, total", ", 1") if has_total else ("id, tenant_id", "")
        self.admin.execute(f"ALTER TABLE {self.table} OWNER TO app_owner")
        self.admin.execute(f"GRANT SELECT, INSERT ON {self.table} TO app")
        for tenant in (A, B):
            self.admin.execute(self._insertion(tenant))

    def _insertion(self, tenant: str) -> str:
        return f"INSERT INTO {self.table} ({self.columns}) VALUES (gen_random_uuid(), '{tenant}'{self.rest})"

    def outcome(self) -> Outcome:
        """Return what a session of the first tenant can do."""
        adds = "".join(name for name, tenant in (("A", A), ("B", B)) if self._adds(tenant))
        return Outcome(self._sees("app"), self._sees("app_owner"), adds, self._runs_once())

    def _session(self, user: str) -> psycopg.Connection:
        session = self.server.connect(self.admin.info.dbname, user)
        for name in ("app.tenant_id", "app.user_id"):
            session.execute("SELECT set_config(%s, %s, false)", [name, A])
        return session

    def _sees(self, user: str) -> str:
        with self._session(user) as session:
            rows = session.execute(f"SELECT DISTINCT tenant_id::text FROM {self.table} ORDER BY 1").fetchall()
            return "".join({A: "A", B: "B"}[row[0]] for row in rows)

    def _adds(self, tenant: str) -> bool:
        with self._session("app") as session:
            try:
                with session.transaction(force_rollback=True):
                    return session.execute(self._insertion(tenant)).rowcount == 1
            except psycopg.errors.InsufficientPrivilege:
                return False

    def _runs_once(self) -> bool:
        with self._session("app") as session:
            session.execute("SET enable_indexscan = off")
            session.execute("SET enable_bitmapscan = off")
            plan = session.execute(f"EXPLAIN (COSTS OFF) SELECT * FROM {self.table}").fetchall()
            return not any("Filter" in line and "current_setting" in line for (line,) in plan)

    def make_models(self, text: str) -> None:
        SQLModel.metadata.clear()
        exec(compile(text, "models.py", "exec", dont_inherit=True), {"__name__": "models"})
        engine = create_engine(self.server.url(self.admin.info.dbname))
        SQLModel.metadata.create_all(engine)
        engine.dispose()
        SQLModel.metadata.clear()

    def make_schema(self, text: str) -> None:
        source = self.folder / "source"
        source.mkdir(parents=True)
        (source / "package.json").write_text('{ "dependencies": { "drizzle-orm": "0.45.4" } }')
        (source / "schema.ts").write_text(text)
        root = harness.stage(source, self.folder / "case")
        command = ("node", "node_modules/drizzle-kit/bin.cjs", "generate", "--dialect", "postgresql")
        options = ("--schema", "./schema.ts", "--out", "./out")
        subprocess.run((*command, *options), cwd=root, capture_output=True, text=True, check=True)
        (migration,) = (root / "out").glob("*.sql")
        self.run_sql(migration.read_text())

    def run_sql(self, text: str) -> None:
        self.admin.execute(text.replace("--> statement-breakpoint", ""))

    def run_revision(self, text: str, way: Literal["upgrade", "downgrade"] = "upgrade") -> None:
        engine = create_engine(self.server.url(self.admin.info.dbname))
        with engine.begin() as connection, Operations.context(MigrationContext.configure(connection)):
            names: dict[str, Callable[[], None]] = {}
            exec(compile(text, "revision.py", "exec", dont_inherit=True), names)
            names[way]()
        engine.dispose()


MAKERS: dict[str, Callable[[Site, str], None]] = {
    "models.py": Site.make_models,
    "schema.ts": Site.make_schema,
    ".sql": Site.run_sql,
    ".py": Site.run_revision,
}


@pytest.fixture
def site(postgres: Server, tmp_path: Path) -> Iterator[Site]:
    for role in ROLES:
        postgres.role(role)
    with postgres.database() as admin:
        admin.execute(PLATFORM)
        yield Site(postgres, admin, tmp_path)


@pytest.mark.parametrize(("code", "case"), CASES)
def test_the_example_is_as_bad_as_its_page_says(site: Site, code: str, case: str) -> None:
    site.build(cases(code, "Example")[case])
    assert site.outcome() == expected(EXAMPLES, code, case)


@pytest.mark.parametrize(("code", "case"), CASES)
def test_what_to_use_instead_keeps_tenants_apart(site: Site, code: str, case: str) -> None:
    site.build(cases(code, "Use instead")[case])
    assert site.outcome() == expected(INSTEAD, code, case)


@pytest.mark.parametrize(("code", "case"), [("RLS001", "SQLModel and Alembic")])
def test_the_downgrade_of_a_page_undoes_its_upgrade(site: Site, code: str, case: str) -> None:
    files = cases(code, "Use instead")[case]
    site.build(files)
    site.run_revision(next(text for path, text in files.items() if re.match("alembic/", path)), "downgrade")
    assert site.outcome() == OPEN
    assert site.admin.execute("SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE relname = 'invoice'"
                              ).fetchall() == [(False, False)]  # fmt: skip
