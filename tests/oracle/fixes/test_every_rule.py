"""Every rule that has a fix, in each language that it holds for: the finding ends, and the rows stay."""

from __future__ import annotations

import re
from traceback import format_exc
from typing import TYPE_CHECKING, Final

import pytest
from tests.oracle.fixes import every
from tests.oracle.fixes.every import Case

from rules.support import check_files
from rules.test_pages import cases
from tenantlint.rules import RULES
from tenantlint.settings import Settings

if TYPE_CHECKING:
    from typing import Any

    from tests.postgres import Server

MODELS: Final = """\
from uuid import UUID, uuid4

from sqlmodel import Field, Relationship, SQLModel


class Tenant(SQLModel, table=True):
    __tablename__ = "tenants"
    id: UUID = Field(default_factory=uuid4, primary_key=True)


class Project(SQLModel, table=True):
    __tablename__ = "projects"
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    tenant_id: UUID = Field(foreign_key="tenants.id", index=True)
"""
TASK: Final = """

class Task(SQLModel, table=True):
    __tablename__ = "tasks"
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    project_id: UUID = Field(foreign_key="projects.id", index=True)
"""
SCHEMA: Final = """\
import { index, pgTable, uuid } from "drizzle-orm/pg-core";

export const tenants = pgTable("tenants", { id: uuid("id").primaryKey() });

export const projects = pgTable(
  "projects",
  { id: uuid("id").primaryKey(), tenant_id: uuid("tenant_id").notNull().references(() => tenants.id) },
  (t) => [index("projects_tenant_id_idx").on(t.tenant_id)],
);
"""
TASKS: Final = """
export const tasks = pgTable(
  "tasks",
  { id: uuid("id").primaryKey(), project_id: uuid("project_id").notNull().references(() => projects.id) },
  (t) => [index("tasks_project_id_idx").on(t.project_id)],
);
"""
TENANTS: Final = SCHEMA[: SCHEMA.index("\n\nexport const projects")].replace("index, ", "") + "\n"
ORDERS: Final = 'CREATE TABLE "orders" ("id" uuid PRIMARY KEY, "tenant_id" uuid NOT NULL);'
PROJECT: Final = '    project: "Project" = Relationship()\n'
OWN: Final = {
    ("TEN001", "python"): Case("TEN001", {"models.py": MODELS + TASK}),
    ("MIG005", "drizzle-kit"): Case("MIG005", {"schema.ts": TENANTS}, (ORDERS,)),
    ("REL003", "python"): Case("REL003", {"models.py": MODELS + TASK + PROJECT}, preset="strict"),
    ("TEN001", "typescript"): Case("TEN001", {"schema.ts": SCHEMA + TASKS}),
}
"""Projects of rules whose page has none that can be fixed."""
MORE: Final[dict[tuple[str, str], dict[str, Any]]] = {
    ("COR002", "typescript"): {"generates": True},
    ("RLS008", "typescript"): {"generates": True, "follow": frozenset({"MIG005"})},
    **{("UNU001", language): {"beside": "TEN001"} for language in ("python", "typescript")},
}
"""What is more to be said of projects of pages."""
RAISING: Final = ("COR001", "COR003", "COR004", "IDX003")
"""Rules on code that raises, so that no database has come of it."""


def page(code: str, heading: str) -> Case:
    """Return the example of a rule's page as a project, whose SQL becomes a migration of its own tool."""
    given = cases(code, "Example")[heading]
    sql = "".join(text for path, text in given.items() if path.endswith(".sql") and path.startswith("migrations/"))
    own = tuple(each.strip() for each in sql.split(";") if each.strip() and not re.match(r"\s*CREATE TABLE", each))
    rest = {path: text for path, text in given.items() if not path.startswith("migrations/")}
    return Case(code, rest, own, code not in RAISING)._replace(**MORE.get((code, heading), {}))


BOTH: Final = (
    "NAM001 NAM002 NAM003 NAM004 NAM005 NAM006 NAM007 NAM008 NAM009 TEN001 TEN002 TEN003 TEN005 STD002 STD003 STD004 "
    "STD005 STD006 IDX001 IDX002 IDX004 REL001 REL002 REL003 COR002 UNU001"
).split()
SECURITY: Final = ("RLS001", "RLS002", "RLS005", "RLS006", "RLS007", "RLS009")
FIXABLE: Final = [
    *((code, language) for code in BOTH for language in ("python", "typescript")),
    *((code, orm) for code in SECURITY for orm in ("SQLModel", "Drizzle")),
    *((code, "python") for code in ("COR001", "COR003", "COR004")),
    *((code, "typescript") for code in ("IDX003", "RLS008")),
    *((code, "Alembic") for code in ("MIG001", "MIG002", "MIG003", "MIG005")),
    *((code, "drizzle-kit") for code in ("MIG003", "MIG005")),
]
"""Each rule of the rule book that has a fix, and what its project is written in."""


def project(code: str, heading: str) -> Case:
    """Return the project of a rule."""
    return OWN.get((code, heading)) or page(code, heading)


@pytest.fixture(scope="module")
def outcomes(postgres: Server, tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], str]:
    """Return what went wrong with each project: nothing, or a traceback."""
    root = tmp_path_factory.mktemp("every")
    places = {key: root / "-".join(key) for key in FIXABLE}
    found: dict[tuple[str, str], str] = dict.fromkeys(FIXABLE, "")
    given = {key: project(*key) for key in FIXABLE}
    worker = every.Worker()
    for key, place in places.items():
        every.stage(place, given[key])
    begin = [key for key in FIXABLE if given[key].kind == "drizzle" and given[key].imports]
    for key, (snapshot, made) in zip(begin, every.generated([(places[key], None) for key in begin]), strict=True):
        every.begin_kit(places[key], given[key], snapshot, made)
    with postgres.database() as connection:
        for key in FIXABLE:
            connection.execute("RESET ALL")
            connection.execute("DROP SCHEMA public CASCADE")
            connection.execute("CREATE SCHEMA public")
            try:
                if given[key].kind == "drizzle":
                    every.run_kit(places[key], given[key], connection)
                elif given[key].kind == "alembic":
                    every.run_alembic(places[key], given[key], connection, worker)
                else:
                    every.run_history(places[key], given[key], connection, worker)
            except Exception:
                found[key] = format_exc()
    worker.close()
    ended = [key for key in begin if not found[key]]
    jobs = [(places[key], every.last_snapshot(places[key])) for key in ended]
    for key, (_, left) in zip(ended, every.generated(jobs), strict=True):
        if bool(left) is not given[key].generates:
            found[key] = f"drizzle-kit generates {left}"
    return found


@pytest.mark.parametrize("key", FIXABLE, ids="-".join)
def test_the_fix_ends_the_finding_and_keeps_the_rows(
    key: tuple[str, str], outcomes: dict[tuple[str, str], str]
) -> None:
    if outcomes[key]:
        pytest.fail(outcomes[key], pytrace=False)


def test_no_rule_with_a_fix_is_missing() -> None:
    fixable = {code for code, _ in OWN}
    for code in RULES:
        for files in cases(code, "Example").values():
            found = check_files(files, Settings(rules=frozenset({code})))
            fixable |= {code for each in found if each.code == code and each.fix is not None}
    assert {code for code, _ in FIXABLE} == fixable | {"UNU001"}
