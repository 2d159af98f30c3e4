"""What the rules find in policies, for generated sets of them, is so on a real server."""

from __future__ import annotations

from collections import Counter
from itertools import product
from typing import TYPE_CHECKING

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rules.rls import ENABLE_PY, MIGRATION, notes_py
from rules.support import check_files
from tenantlint.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.postgres import Server

SETUP = """
CREATE TABLE note (id serial, tenant_id text NOT NULL, user_id text NOT NULL, is_public bool NOT NULL);
GRANT SELECT, INSERT, UPDATE, DELETE ON note TO app;
GRANT USAGE ON SEQUENCE note_id_seq TO app;
"""
FILL = """
TRUNCATE note;
INSERT INTO note (tenant_id, user_id, is_public)
  SELECT * FROM unnest('{a,b}'::text[]) t, unnest('{me,you}'::text[]) u, unnest('{t,f}'::bool[]) p;
"""
ROLES = ("app", "service_role")
IS_TENANT = "tenant_id = current_setting('app.tenant_id')"
PREDICATES = st.sampled_from(
    [
        IS_TENANT,
        f"(select {IS_TENANT})",
        f"{IS_TENANT} and is_public",
        f"{IS_TENANT} or is_public",
        f"{IS_TENANT} or true",
        "true",
        "1 = 1",
        "false",
        "is_public",
        "tenant_id is not null",
        "current_setting('app.user_id', true) is not null",
        "user_id = current_setting('app.user_id')",
        "user_id = current_setting('app.user_id') or is_public",
        "current_setting('app.user_id') = 'me'",
    ]
)
COMMANDS = {"ALL": (True, True), "SELECT": (True, False), "INSERT": (False, True), "UPDATE": (True, True),
            "DELETE": (True, False)}  # fmt: skip
"""Which of USING and WITH CHECK each command may have."""
CODES = frozenset({"RLS002", "RLS003", "RLS004", "RLS005", "RLS009"})
FOUND: Counter[str] = Counter()


@st.composite
def policies(draw: st.DrawFn) -> str:
    command = draw(st.sampled_from([*COMMANDS, "ALL", "SELECT"]))
    mode = draw(st.sampled_from(["", "", "", " AS RESTRICTIVE"]))
    role = draw(st.sampled_from(["", "", " TO app", " TO app", " TO service_role", " TO public, app"]))
    clauses = ""
    for allowed, word in zip(COMMANDS[command], ("USING", "WITH CHECK"), strict=True):
        if allowed and draw(st.integers(0, 3)):
            clauses += f" {word} ({draw(PREDICATES)})"
    return f"ON note{mode} FOR {command}{role}{clauses};"


SETS = st.tuples(st.sampled_from([ENABLE_PY, ENABLE_PY, ENABLE_PY, ""]), st.lists(policies(), max_size=3))


class Notes:
    """The table, with other policies for each example."""

    def __init__(self, owner: psycopg.Connection, app: psycopg.Connection) -> None:
        self.owner = owner
        self.app = app

    def reset(self, enable: str, statements: list[str]) -> None:
        for (name,) in self.owner.execute("SELECT polname FROM pg_policy").fetchall():
            self.owner.execute(f"DROP POLICY {name} ON note")
        self.owner.execute("ALTER TABLE note DISABLE ROW LEVEL SECURITY")
        for statement in (enable, *statements):
            self.owner.execute(statement)

    def sees(self) -> dict[str, set[tuple[object, ...]]]:
        """Return the rows that a session of tenant ``a`` sees, by tenant."""
        found: dict[str, set[tuple[object, ...]]] = {"a": set(), "b": set()}
        for tenant, *rest in self.app.execute("SELECT tenant_id, user_id, is_public FROM note").fetchall():
            found[tenant].add(tuple(rest))
        return found

    def writes(self, tenant: str) -> bool:
        """Return whether a session of tenant ``a`` can add a row for a tenant, or turn rows into such."""
        for user, public in product(("me", "you"), (True, False)):
            values = [tenant, user, public]
            if self._does("INSERT INTO note (tenant_id, user_id, is_public) VALUES (%s, %s, %s)", values):
                return True
            if self._does("UPDATE note SET tenant_id = %s, user_id = %s, is_public = %s", values):
                return True
        return False

    def takes(self) -> bool:
        """Return whether a session of tenant ``a`` can make rows of tenant ``b`` its own."""
        for user, public in product(("me", "you"), (True, False)):
            try:
                self.app.execute("UPDATE note SET tenant_id = 'a', user_id = %s, is_public = %s", [user, public])
            except psycopg.errors.InsufficientPrivilege:
                continue
            left = self.owner.execute("SELECT FROM note WHERE tenant_id = 'b'").rowcount
            self.owner.execute(FILL)
            if left < 4:
                return True
        return False

    def deletes(self) -> bool:
        """Return whether a session of tenant ``a`` can delete rows of tenant ``b``."""
        self.app.execute("DELETE FROM note")
        left = self.owner.execute("SELECT FROM note WHERE tenant_id = 'b'").rowcount
        self.owner.execute(FILL)
        return left < 4

    def _does(self, statement: str, values: list[object]) -> bool:
        try:
            with self.app.transaction(force_rollback=True):
                return self.app.execute(statement, values).rowcount > 0
        except psycopg.errors.InsufficientPrivilege:
            return False


@pytest.fixture(scope="module")
def notes(postgres: Server) -> Iterator[Notes]:
    for role in ROLES:
        postgres.role(role)
    with postgres.database() as owner:
        owner.execute(SETUP + FILL)
        with postgres.connect(owner.info.dbname, "app") as app:
            app.execute("SELECT set_config('app.tenant_id', 'a', false), set_config('app.user_id', 'me', false)")
            yield Notes(owner, app)


def is_true(code: str, message: str, policy: str, notes: Notes) -> bool:
    """Return whether what a finding says is so; ``policy`` is the statement that it stands at."""
    sees = notes.sees()
    if code == "RLS002":
        return not any(sees.values()) and not notes.writes("a")
    if code == "RLS009":
        return len(sees["a"]) == len(sees["b"]) == 4 and notes.writes("b")
    if code == "RLS003":
        return sees["a"] == sees["b"]
    if code == "RLS005" or "its WITH CHECK is" in message:
        return notes.writes("b")
    if " FOR UPDATE " in policy:
        return notes.takes()
    return bool(sees["b"]) or notes.deletes()


@settings(max_examples=400, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(example=SETS)
def test_what_is_found_is_so(notes: Notes, example: tuple[str, list[str]]) -> None:
    enable, rest = example
    statements = [f"CREATE POLICY p{number} {each}" for number, each in enumerate(rest)]
    lines = [enable or "SELECT 1;", *statements]
    files = notes_py("\n".join(lines)).files
    found = check_files(files, Settings(rules=CODES))
    if not found:
        return
    notes.reset(enable, statements)
    for diagnostic in found:
        FOUND[diagnostic.code] += 1
        line = files[diagnostic.at.path].encode()[: diagnostic.at.start].count(b"\n")
        policy = lines[line] if diagnostic.at.path == MIGRATION else ""
        assert is_true(diagnostic.code, diagnostic.message, policy, notes), (diagnostic.code, policy, notes.sees())


def test_each_rule_was_tried() -> None:
    assert {code for code, number in FOUND.items() if number >= 5} == CODES
