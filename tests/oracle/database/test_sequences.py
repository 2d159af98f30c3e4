"""Random sequences of statements make what a PostgreSQL server makes of them.

A statement that the server refuses is left out of the migration, so that every sequence is one that runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st
from tests.oracle.database import replayed

from tenantlint.link import link
from tenantlint.project import Project

if TYPE_CHECKING:
    from tests.postgres import Server

TABLES = st.sampled_from(["a", "b", "s.a", '"C d"', "public.b"])
COLUMNS = st.sampled_from(["id", "x", "y", '"Z"'])
NAMES = st.sampled_from(["k1", "k2", "a_pkey", "a_x_key", "b_x_fkey", "b_x_idx"])
TYPES = st.sampled_from(["int", "bigint", "varchar(9)", "text", "e"])
FORMS = (
    "create table {if} {t} (id serial primary key, x int unique, y text not null)",
    "create table {if} {t} (x int, y text, primary key (x, y), unique (y, x))",
    "create table {if} {t} (id int, x int references {u} on delete cascade, y text default 'y')",
    "create table {t} (id int constraint {n} primary key, x int generated always as identity, unique (id))",
    "drop table {t}",
    "drop table if exists {t} cascade",
    "alter table {t} rename to b2",
    "alter table {t} set schema s",
    "alter table {t} add column {c} {k}",
    "alter table {t} add column if not exists {c} {k} unique",
    "alter table {t} add column {c} {k} primary key",
    "alter table {t} add column {c} int references {u} (id)",
    "alter table {t} drop column {c}",
    "alter table {t} drop column if exists {c} cascade",
    "alter table {t} rename column {c} to {d}",
    "alter table {t} alter column {c} type {k} using null",
    "alter table {t} alter column {c} set not null",
    "alter table {t} alter column {c} drop not null",
    "alter table {t} alter column {c} set default null",
    "alter table {t} alter column {c} drop default",
    "alter table {t} add primary key ({c})",
    "alter table {t} add constraint {n} primary key ({c}, {d})",
    "alter table {t} add unique ({c}, {d})",
    "alter table {t} add constraint {n} unique ({c})",
    "alter table {t} add constraint {n} unique using index {m}",
    "alter table {t} add foreign key ({c}) references {u} ({d}) on delete set null",
    "alter table {t} add constraint {n} foreign key ({c}) references {u} on update cascade not valid",
    "alter table {t} add constraint {n} check ({c} is not null)",
    "alter table {t} drop constraint {n}",
    "alter table {t} drop constraint if exists {n} cascade",
    "alter table {t} rename constraint {n} to {m}",
    "create index on {t} ({c}, {d})",
    "create unique index if not exists {n} on {t} ({c}) where {d} is not null",
    "create unique index {n} on {t} ({c})",
    "create index {n} on {t} using hash ({c})",
    "drop index {n}",
    "drop index if exists s.{n}",
    "alter index {n} rename to {m}",
    "alter table {t} enable row level security",
    "alter table {t} disable row level security, force row level security",
    "create policy {n} on {t} for select using ({c} is null)",
    "create policy {n} on {t} as restrictive to public with check (true)",
    "drop policy if exists {n} on {t}",
    "alter policy {n} on {t} rename to {m}",
    "alter policy {n} on {t} using (false)",
    "create trigger {n} before update on {t} for each row execute function touch()",
    "create trigger {n} after update on {t} for each row execute function touch()",
    "drop trigger {n} on {t}",
    "alter type e rename to f",
    "do $$ begin alter table {t} add constraint {n} foreign key ({c}) references {u}; "
    "exception when duplicate_object then null; end $$",
)
START = (
    "create schema s",
    "create type e as enum ('one')",
    "create function touch() returns trigger language plpgsql as $$ begin new.x = 1; return new; end $$",
    "create table a (id int primary key, x int)",
    "create table b (id int, x int, y text)",
)


@st.composite
def statements(draw: st.DrawFn) -> str:
    form = draw(st.sampled_from(FORMS))
    values = {"t": TABLES, "u": TABLES, "c": COLUMNS, "d": COLUMNS, "n": NAMES, "m": NAMES, "k": TYPES,
              "if": st.sampled_from(["", "if not exists"])}  # fmt: skip
    return form.format(**{key: draw(value) for key, value in values.items() if f"{{{key}}}" in form})


def accepted(connection: psycopg.Connection, wanted: list[str]) -> list[str]:
    """Return the statements that the server has run."""
    done = []
    for statement in wanted:
        try:
            connection.execute(statement)
        except psycopg.Error:
            continue
        done.append(statement)
    return done


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wanted=st.lists(statements(), min_size=5, max_size=40), size=st.integers(1, 9))
def test_sequences(postgres: Server, wanted: list[str], size: int) -> None:
    with postgres.database() as connection:
        done = accepted(connection, [*START, *wanted])
        files = {
            f"migrations/{number:04}_x.sql": ";\n".join(done[start : start + size]).encode()
            for number, start in enumerate(range(0, len(done), size))
        }
        note(";\n".join(done))
        result = link(Project("/nowhere", frozenset(), files))
        (history,) = result.schema.histories
        report = replayed.compare_history(connection, history)
    assert (result.problems, result.crashes, history.unread) == ((), (), ())
    assert report.differences == []
    assert all(table.incomplete == frozenset() for table in history.tables)
