"""Work in threads, in processes and on a Dask cluster, which gives the same bytes as work in one process does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from distributed import Client, LocalCluster

from tenantlint import executors
from tenantlint.arguments import UsageError
from tenantlint.cli import main
from tenantlint.executors import plan
from tenantlint.lang.sqlmodel.link import SCHEMA as KIND
from tenantlint.pool import read_files
from tenantlint.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FIELDS = "".join(f"    field_{number}: str = Field(default='', max_length={number + 1})\n" for number in range(60))
MODEL = """from sqlmodel import Field, SQLModel


class T{0}(SQLModel, table=True):
    id: int = Field(primary_key=True)
"""
FILES, PROJECTS = 20, 3


def text(number: int) -> str:
    return MODEL.format(number) + FIELDS


@pytest.fixture(scope="module")
def org(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Projects whose files are worth to be shared out, one of which has none."""
    root = tmp_path_factory.mktemp("org")
    for project in range(PROJECTS):
        folder = root / f"project_{project}"
        folder.mkdir()
        (folder / "tenantlint.toml").write_text('select = ["TEN001", "NAM"]\n')
        for number in range(FILES * project):
            (folder / f"models_{number}.py").write_text(text(number))
    return root


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, worker_dashboard_address=None
    ) as made:
        yield made


def spec_of(cluster: LocalCluster) -> str:
    return cluster.scheduler_address.replace("tcp://", "dask://")


def printed(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    status = main([*words, "--no-cache", "--output-format", "json"])
    out, err = capsys.readouterr()
    assert err == ""
    return status, out


def tasks(cluster: LocalCluster) -> int:
    """Return how many shares of files the workers of a cluster have read."""
    prefix = cluster.scheduler.task_prefixes.get("read_files")
    return 0 if prefix is None else sum(prefix.state_counts.values())


class TestSameBytes:
    @pytest.mark.parametrize("spec", ["threads", "threads:3", "processes", "processes:1", "processes:3"])
    def test_here(self, org: Path, capsys: pytest.CaptureFixture[str], spec: str):
        serial = printed(capsys, "scan", str(org), "--executor", "serial")
        assert serial[1].count('"code"') == FILES * (0 + 1 + 2) * 1
        assert printed(capsys, "scan", str(org), "--executor", spec) == serial
        assert printed(capsys, "scan", str(org)) == serial

    def test_on_a_cluster(self, org: Path, capsys: pytest.CaptureFixture[str], cluster: LocalCluster):
        serial = printed(capsys, "scan", str(org), "--executor", "serial")
        assert printed(capsys, "scan", str(org), "--executor", spec_of(cluster)) == serial
        before = tasks(cluster)
        one = str(org / "project_2")
        serial = printed(capsys, "check", one, "--executor", "serial")
        assert printed(capsys, "check", one, "--executor", spec_of(cluster)) == serial
        assert tasks(cluster) > before > 0


def sources(count: int) -> list[Source]:
    return [Source(f"models_{number}.py", text(number).encode()) for number in range(count)]


class TestDyingWorkers:
    def test_of_a_cluster(self, cluster: LocalCluster):
        made = plan(spec_of(cluster))
        files = sources(60)
        results = iter(made(KIND, files))
        found = [next(results)]
        with Client(cluster, set_as_default=False) as client:
            pids = sorted(client.run(os.getpid).values())
        os.kill(pids[0], signal.SIGKILL)
        found += results
        made.close()
        assert found == read_files(KIND, [(each.path, each.data) for each in files])

    def test_all_of_a_cluster(self, org: Path, capsys: pytest.CaptureFixture[str]):
        """Without any workers the shares never come back: the scheduler going away ends the wait."""
        serial = printed(capsys, "scan", str(org), "--executor", "serial")
        with LocalCluster(n_workers=1, processes=True, dashboard_address=None) as cluster:
            made = plan(spec_of(cluster))
        assert list(made(KIND, sources(60))) == []
        made.close()
        assert printed(capsys, "scan", str(org), "--executor", "serial") == serial

    def test_the_last_one_of_a_cluster(self, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(executors, "_PATIENCE", 1)
        with LocalCluster(n_workers=0, dashboard_address=None) as cluster:
            with _worker(cluster, "pass"):
                made = plan(spec_of(cluster))
            assert list(made(KIND, sources(60))) == []
            made.close()

    def test_of_processes(self, tmp_path: Path):
        made = plan("processes:2")
        items = [str(tmp_path / name) for name in "abcdef"]
        assert sorted(made.over(_die_once, items)) == [(item, item[-1]) for item in items]
        assert os.listdir(tmp_path) == ["dead"]


def _die_once(path: str) -> str:
    place = os.path.join(os.path.dirname(path), "dead")
    if path.endswith("c") and not os.path.exists(place):
        with open(place, "w"):
            pass
        os._exit(1)
    return path[-1]


class TestRefused:
    @pytest.mark.parametrize(
        ("spec", "error"),
        [
            ("ray://x:1", "expected serial, threads[:N], processes[:N] or dask://HOST:PORT, not ray://x:1"),
            ("threads:0", "expected a number from 1 to 256 behind the colon, not threads:0"),
            ("processes:", "expected a number from 1 to 256 behind the colon, not processes:"),
            ("dask://host", "expected dask://HOST:PORT, not dask://host"),
            ("dask://:8786", "expected dask://HOST:PORT, not dask://:8786"),
            ("dask://host:port", "expected dask://HOST:PORT, not dask://host:port"),
        ],
    )
    def test_what_is_none(self, spec: str, error: str):
        with pytest.raises(UsageError) as raised:
            plan(spec)
        assert str(raised.value) == f"--executor: {error}"

    def test_a_scheduler_that_is_not_there(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ):
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(executors, "_SECONDS", 1)
        assert main(["check", "--executor", "dask://127.0.0.1:1"]) == 2
        assert capsys.readouterr().err == (
            "tenantlint: error: --executor: no Dask scheduler answers at 127.0.0.1:1 within 1 s\n"
        )

    def test_a_cluster_without_workers(self, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(executors, "_SECONDS", 1)
        with LocalCluster(n_workers=0, dashboard_address=None) as cluster:
            address = cluster.scheduler_address.removeprefix("tcp://")
            with pytest.raises(UsageError, match=f"--executor: the Dask scheduler at {address} has no workers"):
                plan(spec_of(cluster))

    def test_without_the_package(self, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setitem(sys.modules, "distributed", None)
        with pytest.raises(UsageError, match=r"needs distributed: pip install 'tenantlint\[dask\]'"):
            plan("dask://127.0.0.1:8786")

    @pytest.mark.parametrize(
        ("code", "error"),
        [
            ("sys.modules['tenantlint'] = None", "cannot import tenantlint"),
            ("import tenantlint.executors; tenantlint.executors.__version__ = '0.0'", "has tenantlint 0.0"),
        ],
    )
    def test_workers_that_have_no_such_tenantlint(self, code: str, error: str):
        match = rf"--executor: the Dask worker tcp://127\.0\.0\.1:\d+ {error}: install tenantlint"
        with (
            LocalCluster(n_workers=0, dashboard_address=None) as cluster,
            _worker(cluster, code),
            pytest.raises(UsageError, match=match),
        ):
            plan(spec_of(cluster))


@contextmanager
def _worker(cluster: LocalCluster, code: str) -> Iterator[None]:
    """Run a worker that first executes ``code``."""
    program = (
        f"import asyncio, sys; {code}\n"
        "from distributed import Worker\n"
        "async def main():\n"
        f"    async with Worker({cluster.scheduler_address!r}, dashboard_address=None) as worker:\n"
        "        await worker.finished()\n"
        "asyncio.run(main())\n"
    )
    process = subprocess.Popen([sys.executable, "-c", program], stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.kill()
        process.wait()
