"""What is said of a predicate holds on a real server: which rows a policy with that predicate really lets through."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tenantlint.predicates import compared_columns, reach

if TYPE_CHECKING:
    from collections.abc import Iterator

    import psycopg
    from tests.postgres import Server

COLUMNS = ["id", "tenant_id", "user_id", "org_id", "is_public"]
SETUP = """
CREATE TABLE notes (id serial, tenant_id text, user_id text NOT NULL, org_id text NOT NULL, is_public bool NOT NULL);
INSERT INTO notes (tenant_id, user_id, org_id, is_public)
  SELECT * FROM unnest('{a,b,NULL}'::text[]) t, unnest('{u-a,u-b}'::text[]) u, unnest('{a,b}'::text[]) o,
    unnest('{t,f}'::bool[]) p;
CREATE TABLE members (tenant_id text, user_id text);
INSERT INTO members VALUES ('a', 'u-a'), ('b', 'u-b');
CREATE SCHEMA app;
CREATE FUNCTION app.tenant() RETURNS text STABLE LANGUAGE sql AS $$SELECT current_setting('app.tenant_id')$$;
CREATE FUNCTION app.is_member(text) RETURNS bool STABLE LANGUAGE sql AS $$SELECT $1 = app.tenant()$$;
CREATE FUNCTION app.is_admin() RETURNS bool STABLE LANGUAGE sql AS $$SELECT current_setting('app.tenant_id') = 'a'$$;
CREATE FUNCTION app.sees(int) RETURNS bool STABLE SECURITY DEFINER LANGUAGE sql
  AS $$SELECT tenant_id = app.tenant() FROM notes WHERE id = $1$$;
GRANT USAGE ON SCHEMA app TO app;
GRANT SELECT ON notes, members TO app;
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON notes USING (false);
"""
SESSION_VALUES = st.sampled_from(
    [
        "current_setting('app.tenant_id')",
        "current_setting('app.tenant_id', true)",
        "nullif(current_setting('app.tenant_id', true), '')",
        "(select current_setting('app.tenant_id'))",
        "(SELECT CURRENT_SETTING('app.tenant_id'::text) AS x)",
        "app.tenant()",
        '"app"."tenant"()::varchar',
        "coalesce(app.tenant(), 'none')",
        "current_setting('app.user_id')",
        "(select tenant_id from members where user_id = current_setting('app.user_id'))",
        "(select m.tenant_id from members m where m.user_id = current_setting('app.user_id') limit 1)",
    ]
)
TENANTS = st.sampled_from(["tenant_id", "notes.tenant_id", '"notes"."tenant_id"', "TENANT_ID", "(tenant_id)::text",
                           "cast(tenant_id as text)"])  # fmt: skip
OTHERS = st.sampled_from(["user_id", "org_id", "notes.org_id", "'zz'", "lower(user_id)", "now()::text", "null"])
WHOLE = [
    "true", "false", "1 = 1", "1 = 2", "'a' = 'a'", "true::bool", "is_public", "not is_public", "(select true)",
    "tenant_id is not null", "tenant_id = tenant_id", "tenant_id is null", "tenant_id in ('zz', 'yy')",
    "tenant_id = org_id", "org_id = app.tenant()", "user_id = current_setting('app.user_id')",
    "current_setting('app.bypass', true) = 'on'", "current_setting('app.tenant_id') is not null", "app.is_admin()",
    "app.is_member(tenant_id)", "app.is_member(org_id)",
    "app.sees(id)", "app.sees(notes.id) or is_public", "tenant_id <> app.tenant()", "length(tenant_id) = 1",
    "case when is_public then true else tenant_id = app.tenant() end", "current_user is not null",
    "tenant_id in (select tenant_id from members where user_id = current_setting('app.user_id') or true)",
    "exists (select 1 from members m where m.tenant_id = notes.tenant_id"
    " and m.user_id = current_setting('app.user_id'))",
    "exists (select * from members m where m.tenant_id = notes.tenant_id)",
    "exists (select 1 from members m, members n where m.tenant_id = notes.tenant_id"
    " and n.user_id = current_setting('app.user_id'))",
    "exists (select 1 from members where user_id = current_setting('app.user_id'))",
    "tenant_id in (select m.tenant_id from members m join members n on n.user_id = current_setting('app.user_id'))",
    "tenant_id in (select tenant_id from members union select 'b')",
    "tenant_id = any (array(select tenant_id from members where user_id = current_setting('app.user_id')))",
    "tenant_id = any (string_to_array(current_setting('app.tenant_id'), ','))",
    "tenant_id in (app.tenant(), 'b')", "tenant_id in (app.tenant(), org_id)", "tenant_id like '%'",
    "tenant_id is not distinct from app.tenant()", "(tenant_id = app.tenant()) is not true",
    "left(tenant_id, 0) = left(app.tenant(), 0)",
    "org_id = tenant_id and org_id = app.tenant()", "tenant_id between '' and 'zzz'", "notes is not null",
]  # fmt: skip


def joined(template: str, *parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(*parts).map(lambda texts: template.format(*texts))


ATOMS = st.one_of(
    st.sampled_from(WHOLE),
    joined("{} = {}", TENANTS, SESSION_VALUES),
    joined("{1} = {0}", TENANTS, SESSION_VALUES),
    joined("{} in ({})", TENANTS, SESSION_VALUES),
    joined("{} = coalesce({}, {})", TENANTS, SESSION_VALUES, OTHERS),
    joined("{} = coalesce({}, {})", TENANTS, OTHERS, SESSION_VALUES),
    joined("{} = any (array[{}, {}])", TENANTS, SESSION_VALUES, OTHERS),
    joined("{} {} {}", TENANTS, st.sampled_from(["=", "<>", "<", ">="]), OTHERS),
    joined("{} = {}", OTHERS, SESSION_VALUES),
)
PREDICATES = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        joined("({} and {})", inner, inner),
        joined("{} and {}", inner, inner),
        joined("({} or {})", inner, inner),
        joined("{} or {}", inner, inner),
        joined("not ({})", inner),
        joined("(select {})", inner),
    ),
    max_leaves=4,
)
SEEN: Counter[str] = Counter()


class Notes:
    """A table whose only policy has the predicate that is asked about."""

    def __init__(self, owner: psycopg.Connection, app: psycopg.Connection) -> None:
        self.owner = owner
        self.app = app

    def visible(self, predicate: str, tenant: str) -> set[tuple[object, ...]]:
        """Return the rows, without their ids, that a session of ``tenant`` sees."""
        self.owner.execute(f"ALTER POLICY p ON notes USING ({predicate})")
        self.app.execute(
            "SELECT set_config('app.tenant_id', %s, false), set_config('app.user_id', %s, false)",
            [tenant, f"u-{tenant}"],
        )
        return set(self.app.execute("SELECT tenant_id, user_id, org_id, is_public FROM notes").fetchall())


@pytest.fixture(scope="module")
def notes(postgres: Server) -> Iterator[Notes]:
    postgres.role("app")
    with postgres.database() as owner:
        owner.execute(SETUP)
        with postgres.connect(owner.info.dbname, "app") as app:
            yield Notes(owner, app)


def of_tenant(rows: set[tuple[object, ...]], tenant: str) -> set[tuple[object, ...]]:
    return {row[1:] for row in rows if row[0] == tenant}


def holds(claim: str, seen: dict[str, set[tuple[object, ...]]]) -> bool:
    """Return whether what a session of each tenant sees agrees with the claim."""
    if claim == "isolates":
        return all(row[0] == tenant for tenant, rows in seen.items() for row in rows)
    if claim in ("open", "closed"):
        return all(len(rows) == (24 if claim == "open" else 0) for rows in seen.values())
    if claim in ("unknown", "shares"):
        return True
    return all(of_tenant(rows, "a") == of_tenant(rows, "b") for rows in seen.values())


def check(notes: Notes, predicate: str) -> str:
    """Check what is said of a predicate against what two sessions see, and return it."""
    seen = {tenant: notes.visible(predicate, tenant) for tenant in ("a", "b")}
    claim = reach(predicate, "notes", COLUMNS, {"tenant_id"})
    assert holds(claim, seen), (claim, seen)
    if "tenant_id" in compared_columns(predicate, "notes", COLUMNS):
        assert holds("isolates", seen), seen
    return claim


@pytest.mark.parametrize("predicate", WHOLE)
def test_what_is_said_of_each_predicate_by_itself(notes: Notes, predicate: str) -> None:
    check(notes, predicate)
    check(notes, f"not ({predicate})")


@settings(max_examples=600, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(predicate=PREDICATES)
def test_a_policy_lets_through_what_is_said_of_its_predicate(notes: Notes, predicate: str) -> None:
    SEEN[check(notes, predicate)] += 1


def test_all_that_can_be_said_was_said_above() -> None:
    assert {claim for claim, number in SEEN.items() if number >= 5} == {
        "isolates", "shares", "ignores", "owner", "guard", "open", "closed", "unknown"
    }  # fmt: skip
