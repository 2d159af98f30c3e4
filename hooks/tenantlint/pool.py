"""Reading many files at once: what a Kind makes of each, in processes of their own, or wherever an Executor runs.

The parsers hold Python's lock, so that threads would gain nothing. Processes are forked after the imports, and
send back what they made encoded, as it goes into the cache.
"""

from __future__ import annotations

import os
from _thread import allocate_lock
from typing import TYPE_CHECKING, Final

from tenantlint.arguments import UsageError
from tenantlint.disk_store import encoded
from tenantlint.source import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Executor

    from tenantlint.store import Kind

Task = tuple[str, bytes]
"""The path of a file and its content."""

_BYTES_A_SECOND: Final = {"drizzle": 4_000_000, "sqlmodel": 300_000, "alembic": 150_000}
"""How much one process reads: rough figures, which decide whether others are worth starting."""
_FEWEST_JOBS: Final = {"drizzle": 4}
"""How many processes it takes to be quicker than one, where that is not two: what comes back has to be decoded, too."""
_WORTHWHILE: Final = 0.25
"""Seconds of reading from which on that is so: to import the pool and fork takes 40 ms."""
_MAX_JOBS: Final = 256
_ALONE: Final = allocate_lock()
"""Held while files are read: what reads Python is not made for several threads, which an Executor may have."""
_CHUNKS: Final = 4
"""How many shares of the work each process gets, so that none waits long for the last one."""


def read_files(kind: Kind, tasks: list[Task]) -> list[bytes | None]:
    """Return the encoded form of each file; None for one that makes trouble, so that the caller meets it himself.

    This is what is handed to an Executor: it takes and returns plain data, and needs nothing but its arguments.
    """
    function = kind.load()
    with _ALONE:
        return [_read(function, path, data) for path, data in tasks]


def _read(function: Callable[[Source], object], path: str, data: bytes) -> bytes | None:
    try:
        return encoded(function(Source(path, data)))
    except Exception:
        return None


def map_files(executor: Executor, shares: int, kind: Kind, sources: list[Source]) -> Iterator[bytes | None]:
    """Yield the encoded form of each file, in order, made by ``executor`` in so many shares or a few more.

    It may be any ``concurrent.futures.Executor``. Where it fails, the rest is left out.
    """
    step = max(1, -(-len(sources) // max(1, shares)))
    futures = [
        executor.submit(read_files, kind, [_task(source) for source in sources[start : start + step]])
        for start in range(0, len(sources), step)
    ]
    try:
        for future in futures:
            yield from future.result()
    except Exception:  # a process died, or a cluster is gone: whoever asks reads the rest himself
        for future in futures:
            future.cancel()


def _task(source: Source) -> Task:
    from tenantlint.source import BOM

    return source.path, BOM + source.data if source.bom else source.data


class Processes:
    """Reads many files in several processes, where that is quicker than in this one."""

    def __init__(self, jobs: int) -> None:
        self._jobs = jobs

    def __call__(self, kind: Kind, sources: list[Source]) -> Iterable[bytes | None]:
        """Return the encoded form of each file, in order; () where the caller had better read them himself."""
        size = sum(len(source.data) for source in sources)
        if (
            self._jobs < _FEWEST_JOBS.get(kind.name, 2)
            or size < _BYTES_A_SECOND.get(kind.name, 0) * _WORTHWHILE
            or not hasattr(os, "fork")
        ):
            return ()
        return self._map(kind, sources)

    def _map(self, kind: Kind, sources: list[Source]) -> Iterator[bytes | None]:
        from concurrent.futures import ProcessPoolExecutor
        from multiprocessing import get_context

        kind.load()  # so that every process has the parser from the start
        with ProcessPoolExecutor(min(self._jobs, len(sources)), get_context("fork")) as executor:
            yield from map_files(executor, self._jobs * _CHUNKS, kind, sources)


def jobs(chosen: str | None) -> int:
    """Return how many processes to use: as many as chosen, or as can run at once. Raises UsageError."""
    if chosen is not None:
        if not chosen.isascii() or not chosen.isdigit() or not 1 <= int(chosen) <= _MAX_JOBS:
            raise UsageError(f"--jobs: expected a number from 1 to {_MAX_JOBS}, not {chosen}")
        return int(chosen)
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1
