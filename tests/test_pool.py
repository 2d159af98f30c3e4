"""What several processes read is what one reads."""

from __future__ import annotations

import marshal
import os
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from tenantlint import pool
from tenantlint.arguments import UsageError
from tenantlint.cache_file import CacheFile
from tenantlint.disk_store import DiskStore
from tenantlint.lang.drizzle.link import SCHEMA as DRIZZLE
from tenantlint.lang.sqlmodel.link import SCHEMA as SQLMODEL
from tenantlint.link import link
from tenantlint.project import Project
from tenantlint.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Executor
    from pathlib import Path

    from tenantlint.store import Kind

FILES = {
    **{
        f"m{number}.py": b"from sqlmodel import Field, SQLModel\n\n"
        b"class T%d(SQLModel, table=True):\n    id: int = Field(primary_key=True)\n" % number
        for number in range(9)
    },
    **{
        f"s{number}.ts": b'import { pgTable, text } from "drizzle-orm/pg-core";\n'
        b'export const t%d = pgTable("t%d", { name: text() });\n' % (number, number)
        for number in range(9)
    },
    "broken.py": b"class T(SQLModel, table=True:\n",
    "broken.ts": b'import { pgTable } from "drizzle-orm/pg-core";\nexport const = ;\n',
    "bom.py": b"\xef\xbb\xbffrom sqlmodel import SQLModel\n\nclass B(SQLModel, table=True):\n    id: int\n",
    "latin.py": b"class L(SQLModel, table=True):\n    name: str = '\xe4'\n",
}


def project(expected: pool.Processes | None) -> Project:
    return Project("/nowhere", frozenset(FILES), FILES, DiskStore(None, expected))


def sources(suffix: str) -> list[Source]:
    return [Source(path, data) for path, data in FILES.items() if path.endswith(suffix)]


@pytest.fixture
def eager(monkeypatch: pytest.MonkeyPatch) -> pool.Processes:
    """Two processes that take on any work, however small."""
    monkeypatch.setattr(pool, "_WORTHWHILE", 0)
    return pool.Processes(2)


def test_the_schema_is_the_same(eager: pool.Processes) -> None:
    serial, pooled = link(project(None)), link(project(eager))
    assert serial.schema == pooled.schema
    assert serial.problems == pooled.problems
    assert len(serial.schema.tables) == 19


def test_processes_read_all_files(eager: pool.Processes) -> None:
    found = list(eager(SQLMODEL, sources(".py")))
    read = pool.read_files(SQLMODEL, [(path, data) for path, data in FILES.items() if path.endswith(".py")])
    assert found == [None, None, None, *read[3:]]  # the first quarter is left to whoever asks
    assert None not in read
    assert list(pool.Processes(4)(SQLMODEL, sources(".py"))) == [None, *read[1:]]


def test_a_store_has_what_was_expected_and_not_asked_for(eager: pool.Processes, tmp_path: Path) -> None:
    store = DiskStore(CacheFile(str(tmp_path), "/nowhere", b"s" * 16), eager)
    store.expect(DRIZZLE, sources(".ts"))
    blocks = store.blocks(frozenset(FILES))
    assert blocks is not None
    assert len(marshal.loads(blocks["index"][0])) == 8


@pytest.mark.parametrize("executor", [ThreadPoolExecutor, ProcessPoolExecutor])
@pytest.mark.parametrize("shares", [1, 2, 100])
def test_any_executor_does(executor: type[Executor], shares: int) -> None:
    with executor() as workers:
        found = list(pool.map_files(workers, shares, DRIZZLE, sources(".ts")))
    assert found == pool.read_files(DRIZZLE, [(path, data) for path, data in FILES.items() if path.endswith(".ts")])


def test_a_process_that_dies_costs_only_time(eager: pool.Processes, monkeypatch: pytest.MonkeyPatch) -> None:
    def die(kind: Kind, tasks: list[pool.Task]) -> list[bytes | None]:
        os._exit(9)

    monkeypatch.setattr(pool, "read_files", die)
    assert link(project(eager)).schema == link(project(None)).schema


def test_a_file_that_cannot_be_read_there_is_read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(source: Source) -> object:
        raise ZeroDivisionError

    monkeypatch.setattr("tenantlint.lang.sqlmodel.extract.extract", fail)
    assert pool.read_files(SQLMODEL, [("m.py", b"")]) == [None]


def test_little_work_is_done_here(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: pool.Processes, kind: Kind, sources: list[Source]) -> Iterator[bytes | None]:
        raise AssertionError("processes were started")

    monkeypatch.setattr(pool.Processes, "_map", refuse)
    assert pool.Processes(2)(SQLMODEL, sources(".py")) == ()
    monkeypatch.setattr(pool, "_WORTHWHILE", 0)
    assert pool.Processes(1)(SQLMODEL, sources(".py")) == ()


def test_jobs() -> None:
    assert pool.jobs("3") == 3
    assert pool.jobs(None) >= 1


@pytest.mark.parametrize("chosen", ["0", "-1", "many", "257", "", "²"])
def test_jobs_is_a_number(chosen: str) -> None:
    with pytest.raises(UsageError, match="--jobs: expected a number from 1 to 256"):
        pool.jobs(chosen)


def test_a_file_that_many_others_come_before_is_not_waited_for() -> None:
    """As what all files import: to wait for it would be to wait for everything."""
    given, come = sources(".ts"), []

    def expected(kind: Kind, unread: list[Source]) -> Iterator[bytes | None]:
        for source in unread:
            come.append(source.path)
            yield pool.read_files(kind, [(source.path, source.data)])[0]

    store = DiskStore(None, expected)
    store.expect(DRIZZLE, given)
    assert store.derive(DRIZZLE, given[9]) == DRIZZLE.load()(given[9])
    assert come == []
    assert store.derive(DRIZZLE, given[7]) == DRIZZLE.load()(given[7])
    assert come == [source.path for source in given[:8]]
