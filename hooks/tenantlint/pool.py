"""Reading many files at once: what a Kind makes of each, in processes of their own, or wherever an Executor runs.

The parsers hold Python's lock, so that threads would gain nothing. Processes are forked after the imports, and
send back what they made encoded, as it goes into the cache, file by file: while they read, whoever asked reads too,
and makes a schema of what has been read.
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
    from io import BufferedReader

    from tenantlint.store import Kind

Task = tuple[str, bytes]
"""The path of a file and its content."""

_BYTES_A_SECOND: Final = {"drizzle": 2_500_000, "sqlmodel": 400_000, "alembic": 150_000}
"""How much one process reads: rough figures, which decide whether others are worth starting."""
_WORTHWHILE: Final = 0.05
"""Seconds of reading from which on that is so."""
_OWN: Final = 4
"""One in so many files, the first ones, is read by the caller himself: until he is through, others are ready for him.

He then decodes them and evaluates them, which takes him as long as another process takes to read them.
"""
_PIPE: Final = 1 << 20
"""Bytes that a process may be ahead of the caller; a pipe takes less where the system does not let it have so much."""
_SIZE: Final = 8
_MAX_JOBS: Final = 256
_ALONE: Final = allocate_lock()
"""Held while files are read: what reads Python is not made for several threads, which an Executor may have."""


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
        """Return the encoded form of each file, in order; () where the caller had better read them himself.

        Those that are None he had better read when he meets them, since the others are read meanwhile.
        """
        size = sum(len(source.data) for source in sources)
        worthwhile = size >= _BYTES_A_SECOND.get(kind.name, 0) * _WORTHWHILE
        if self._jobs < 2 or not worthwhile or not hasattr(os, "fork"):
            return ()
        return self._map(kind, sources)

    def _map(self, kind: Kind, sources: list[Source]) -> Iterator[bytes | None]:
        kind.load()  # so that every process has the parser from the start
        workers = min(self._jobs - 1, len(sources))
        own = len(sources) // (_OWN * workers)
        started = [_start(kind, sources[own + number :: workers]) for number in range(workers)]
        try:
            yield from [None] * own
            for number in range(len(sources) - own):
                yield _receive(started[number % workers][1])
        finally:
            for pid, pipe in started:
                pipe.close()
                os.waitpid(pid, 0)


def _start(kind: Kind, sources: list[Source]) -> tuple[int, BufferedReader]:
    """Fork a process that reads these files. Return its id, and the pipe through which they come."""
    reader, writer = os.pipe()
    pid = os.fork()
    if not pid:
        try:
            os.close(reader)
            _send(kind, sources, writer)
        finally:
            os._exit(0)  # whatever happens: this process is to print nothing, and to tidy nothing up
    os.close(writer)
    return pid, open(reader, "rb")


def _send(kind: Kind, sources: list[Source], writer: int) -> None:
    _widen(writer)
    with open(writer, "wb") as pipe:
        for source in sources:
            data = read_files(kind, [_task(source)])[0] or b""
            pipe.write(len(data).to_bytes(_SIZE, "little") + data)
            pipe.flush()


def _receive(pipe: BufferedReader) -> bytes | None:
    """Return the next file; None where there is none, or it made trouble, or the process died."""
    size = int.from_bytes(pipe.read(_SIZE), "little")
    data = pipe.read(size)
    return data if data and len(data) == size else None


def _widen(pipe: int) -> None:
    import fcntl

    if hasattr(fcntl, "F_SETPIPE_SZ"):
        try:
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE)
        except OSError:
            return  # the user has too many such pipes


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
