"""Replay: what is not certain, what is read only in part, and the state between operations.

What is certain is compared with a server in tests/oracle/database.
"""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from tenantlint.lang.sql.parse import operations
from tenantlint.migration import Downgrade, History, Revision, SetRowSecurity, Unread, WriteRows
from tenantlint.record import replace
from tenantlint.replay import replay, states
from tenantlint.schema import UNKNOWN, RowLevelSecurity
from tenantlint.source import Location, Source

if TYPE_CHECKING:
    from tenantlint.migration import HistoryKind, Operation
    from tenantlint.replay import Replayed, State
    from tenantlint.schema import Table

HERE = Location("migrations/0.sql", 0, 0)
STRUCTURE = {"columns", "indexes", "unique_constraints", "foreign_keys", "primary_key"}
EVERYTHING = STRUCTURE | {"policies", "relations"}
START = "create table a (id int primary key, x text not null); create table b (a_id int references a);"


def parsed(sql: str, certain: bool = True) -> tuple[Operation, ...]:
    script = operations(Source("migrations/0.sql", dedent(sql).encode()))
    assert script.problems == ()
    return tuple(replace(each, certain=certain) for each in script.operations)


def revision(*upgrade: Operation, name: str = "0") -> Revision:
    return Revision(name, (), "migrations/0.sql", HERE, upgrade, Downgrade("missing", (), HERE))


def played(*upgrade: Operation, kind: HistoryKind = "sql") -> Replayed:
    return replay((revision(*upgrade),), kind, "migrations")


def table(name: str, *upgrade: Operation, kind: HistoryKind = "sql") -> Table:
    return {each.symbol: each for each in played(*upgrade, kind=kind).tables}[name]


def after(sql: str, name: str = "a") -> Table:
    """Return a table after a start that is certain and SQL that may or may not run."""
    return table(name, *parsed(START), *parsed(sql, certain=False))


MAYBE = {
    "create table c (id int)": ("c", EVERYTHING),
    "create table a (id int)": ("a", EVERYTHING),
    "drop table a": ("a", EVERYTHING),
    "alter table a rename to c": ("c", EVERYTHING),
    "alter table a add column y int": ("a", {"columns"}),
    "alter table a drop column x": ("a", STRUCTURE),
    "alter table a rename column x to y": ("a", STRUCTURE),
    "alter table b add primary key (a_id)": ("b", {"primary_key"}),
    "alter table a add unique (x)": ("a", {"unique_constraints"}),
    "alter table a add foreign key (id) references b (a_id)": ("a", {"foreign_keys"}),
    "alter table b drop constraint b_a_id_fkey": ("b", {"foreign_keys"}),
    "alter table a drop constraint a_pkey": ("a", {"primary_key"}),
    "create index on a (x)": ("a", {"indexes"}),
    "create policy p on a": ("a", {"policies"}),
    "drop policy p on a": ("a", set()),
    "alter table a alter column x drop not null": ("a", set()),
    "alter table a enable row level security": ("a", set()),
}


@pytest.mark.parametrize(("sql", "expected"), MAYBE.items(), ids=MAYBE)
def test_what_may_run_leaves_its_part_incomplete(sql: str, expected: tuple[str, set[str]]) -> None:
    name, parts = expected
    assert after(sql, name).incomplete == parts


def test_what_may_run_makes_facts_unknown() -> None:
    found = after(
        """
        alter table a alter column x drop not null, alter column x type int, alter column id drop not null;
        alter table a enable row level security;
        alter table a disable row level security;
        """
    )
    x = found.column("x")
    assert x is not None
    assert (x.nullable, x.type, x.has_default) == (UNKNOWN, UNKNOWN, False)
    assert found.rls == RowLevelSecurity(UNKNOWN, False)


def test_what_may_be_gone_is_not_listed() -> None:
    start = "create table a (x int, y int, unique (x)); create index i on a (y); create policy p on a;"
    found = table("a", *parsed(start), *parsed("alter table a drop column x; drop index i; drop policy p on a;", False))
    assert ([each.name for each in found.columns], found.indexes, found.policies) == (["y"], (), ())
    assert found.incomplete == STRUCTURE | {"policies"}


def test_a_policy_that_may_be_altered() -> None:
    start = "create table a (x int); create policy p on a using (x = current_setting('x')::int);"
    found = table("a", *parsed(start), *parsed("alter policy p on a to anon using (true)", False))
    (policy,) = found.policies
    assert (policy.name, policy.roles, policy.using, policy.with_check) == ("p", UNKNOWN, UNKNOWN, None)
    assert policy.tenant_columns is UNKNOWN


def test_a_table_that_is_only_altered() -> None:
    found = table("a", *parsed("alter table a add column x int; alter table a enable row level security;"))
    assert ([each.name for each in found.columns], found.primary_key) == (["x"], UNKNOWN)
    assert found.rls == RowLevelSecurity(True, UNKNOWN)
    assert found.incomplete == EVERYTHING


def test_what_a_script_leaves_alone_it_does_not_enable() -> None:
    found = table("a", *parsed("create policy p on a;"), kind="script")
    assert found.rls == RowLevelSecurity(False, False)
    assert [policy.name for policy in found.policies] == ["p"]


def test_a_column_that_may_have_been_there_has_no_facts_but_its_name() -> None:
    (column,) = table("a", *parsed("alter table a add column if not exists x int not null unique;")).columns
    assert (column.name, column.type, column.nullable, column.has_default) == ("x", UNKNOWN, UNKNOWN, UNKNOWN)


@pytest.mark.parametrize(
    ("tables", "security", "structure", "expected"),
    [
        (UNKNOWN, True, False, {"policies"}),
        (UNKNOWN, False, True, STRUCTURE),
        (("a",), True, True, STRUCTURE | {"policies"}),
        (("b",), True, True, set()),
        (("a",), False, False, set()),
    ],
)
def test_what_is_not_read(tables: tuple[str, ...], security: bool, structure: bool, expected: set[str]) -> None:
    unread = Unread(HERE, True, "why", tables, security=security, structure=structure)
    result = played(*parsed(START), unread)
    found = result.tables[0]
    assert (found.incomplete, result.unread) == (expected, (unread,))
    secured = UNKNOWN if "policies" in expected else False
    assert found.rls == RowLevelSecurity(secured, secured)


def test_an_operation_on_a_table_whose_name_is_not_known_is_not_read() -> None:
    result = played(*parsed(START), SetRowSecurity(HERE, True, UNKNOWN, enabled=True))
    why = "the name of the table is not known"
    assert result.unread == (Unread(HERE, True, why, UNKNOWN, security=True, structure=False),)
    assert [each.rls.enabled for each in result.tables] == [UNKNOWN, UNKNOWN]


def test_targets_are_linked_and_one_that_is_missing_is_none() -> None:
    found = table("b", *parsed(START))
    (key,) = found.foreign_keys
    assert (found.id, key.target_id, key.target_columns) == ("sql:migrations:b", "sql:migrations:a", ("id",))
    (key,) = table("b", *parsed("create table b (x int references gone (id));")).foreign_keys
    assert (key.target_id, key.target_columns) == (None, ("id",))
    (key,) = table("b", *parsed("create table b (x int references gone); alter table c add y int;")).foreign_keys
    assert (key.target_id, key.target_columns) == (UNKNOWN, UNKNOWN)


def test_a_rename_of_a_column_renames_it_in_policies() -> None:
    start = "create table a (org int, y int); create policy p on a using (org = current_setting('o')::int);"
    found = table("a", *parsed(start + "alter table a rename column org to org_id;"))
    (policy,) = found.policies
    assert (policy.using, policy.tenant_columns) == (UNKNOWN, ("org_id",))
    start = "create table a (org int, y int); create policy p on a using (org = a.org or y = the_org(org));"
    (policy,) = table("a", *parsed(start + "alter table a rename column org to org_id;")).policies
    assert policy.using == "org_id = a.org or y = the_org(org_id)"


def test_a_trigger_sets_its_columns_on_every_update() -> None:
    function = """
        create function {}() returns trigger language plpgsql as $$ begin new.{} := 1; return new; end $$;
        create trigger {} before update on a for each row execute function {}();
    """
    start = "create table a (x int, y int, z int);" + function.format("f", "x", "t", "f")
    found = table("a", *parsed(start))
    assert [each.on_update for each in found.columns] == [True, False, False]
    found = table("a", *parsed(start + "create trigger u before update on a for each row execute function other();"))
    assert [each.on_update for each in found.columns] == [True, UNKNOWN, UNKNOWN]
    found = table("a", *parsed(start + "drop trigger t on a;"))
    assert [each.on_update for each in found.columns] == [False, False, False]
    found = table("a", *parsed(start + "drop function f() cascade;"))
    assert [each.on_update for each in found.columns] == [False, False, False]


def history(*revisions: Revision) -> History:
    return History("sql", "migrations", revisions, (), (), ())


def state_before_last(*revisions: Revision) -> State:
    """Return the state before the last operation of all."""
    state = None
    for _, _, state in states(history(*revisions)):  # noqa: B007
        pass
    assert state is not None
    return state


LAST = parsed("select 1")


def test_states_come_with_their_revision_and_operation() -> None:
    first, second = revision(*parsed(START), name="1"), revision(*parsed("drop table b"), name="2")
    seen = [
        (step.id, type(operation).__name__, state.table("b") is not None)
        for step, operation, state in states(history(first, second))
    ]
    assert seen == [("1", "CreateTable", False), ("1", "CreateTable", False), ("2", "DropTable", True)]


def test_a_state_knows_tables_and_columns() -> None:
    state = state_before_last(revision(*parsed(START + "alter table c add column y int; drop table b;"), *LAST))
    column = state.column("a", "x")
    assert column is not None
    assert (column.type, state.column("a", "gone"), state.column("a", UNKNOWN)) == ("text", None, None)
    assert (state.knows("a"), state.knows("b"), state.knows("c"), state.knows(UNKNOWN)) == (True, False, False, False)
    assert (state.table("b"), state.table(UNKNOWN)) == (None, None)


def test_a_state_knows_what_the_revision_has_made() -> None:
    old = revision(*parsed(START))
    new = revision(
        *parsed("create table c (id int); alter table c rename to d; alter table a add column y int;"), *LAST
    )
    state = state_before_last(old, new)
    assert [state.is_new(name) for name in ("a", "c", "d", UNKNOWN)] == [False, False, True, UNKNOWN]
    assert [state.is_added("a", name) for name in ("x", "y")] == [False, True]
    maybe = revision(*parsed("create table c (id int)", certain=False), *LAST)
    assert state_before_last(old, maybe).is_new("c") is UNKNOWN


WRITTEN = {
    "select 1": False,
    "update a set id = 1": False,
    "update a set x = 'y'": True,
    "update b set x = 'y'": False,
    "insert into a (x) values ('y')": False,
    "truncate a": UNKNOWN,
    "alter table a rename column x to z; update a set z = 'y'; alter table a rename column z to x": True,
}


@pytest.mark.parametrize(("sql", "expected"), WRITTEN.items(), ids=WRITTEN)
def test_a_state_knows_what_the_revision_has_written(sql: str, expected: object) -> None:
    state = state_before_last(revision(*parsed(START)), revision(*parsed(sql), *LAST))
    assert state.is_written("a", "x") is expected
    again = state_before_last(revision(*parsed(START)), revision(*parsed(sql)), revision(*LAST))
    assert again.is_written("a", "x") is False


@pytest.mark.parametrize(
    "operation",
    [
        WriteRows(HERE, True, UNKNOWN, "update", ("x",)),
        WriteRows(HERE, True, "a", "update", UNKNOWN),
        WriteRows(HERE, False, "a", "update", ("x",)),
        Unread(HERE, True, "why", UNKNOWN, security=False, structure=False),
        Unread(HERE, True, "why", ("a",), security=False, structure=False),
    ],
)
def test_what_may_have_been_written(operation: Operation) -> None:
    state = state_before_last(revision(*parsed(START)), revision(operation, *LAST))
    assert state.is_written("a", "x") is UNKNOWN
