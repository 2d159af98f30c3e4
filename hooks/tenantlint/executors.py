"""Where the work is done that ``--executor`` spreads: here, in threads, in processes, or on a Dask cluster.

Files are read wherever an Executor runs; whole projects are checked in this process, or in processes of their own,
because that takes the files of the project.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from tenantlint import __version__
from tenantlint.arguments import UsageError
from tenantlint.pool import Processes, jobs, map_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from concurrent.futures import Executor, Future
    from typing import Any, TypeVar

    from tenantlint.source import Source
    from tenantlint.store import Kind

    T = TypeVar("T")
    R = TypeVar("R")

SCHEME: Final = "dask://"
KNOWN: Final = "serial, threads[:N], processes[:N] or dask://HOST:PORT"
_MAX_WORKERS: Final = 256
_SHARES: Final = 4
"""How many shares of the work each worker gets, so that none waits long for the last one."""
_SHARE_BYTES: Final = 64 * 1024
"""A share is no smaller than this: to send one and to get an answer takes a cluster some milliseconds."""
_SECONDS: Final = 5
"""How long a scheduler may take to answer."""
_PATIENCE: Final = 10
"""Seconds after which a cluster that has not answered is asked whether it has any workers left."""
_LOCAL: Final = 4
"""How many projects are under way at once, where a cluster reads their files and this process does the rest."""


class Plan:
    """Reads files, and checks projects, one after the other in this process. The base of what does better."""

    workers = 1

    def __call__(self, kind: Kind, sources: list[Source]) -> Iterable[bytes | None]:
        """Return the encoded form of files, as ``tenantlint.pool``; () where the caller had better read them."""
        return ()

    def over(self, function: Callable[[T], R], items: Sequence[T]) -> Iterator[tuple[T, R]]:
        """Yield what ``function`` returns for each item, in any order."""
        return ((item, function(item)) for item in items)

    def close(self) -> None:
        """Let the workers go."""


class _InProcesses(Plan):
    """Reads the files of one project in processes, or checks a project in each."""

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self._files = Processes(workers)

    def __call__(self, kind: Kind, sources: list[Source]) -> Iterable[bytes | None]:
        return self._files(kind, sources)

    def over(self, function: Callable[[T], R], items: Sequence[T]) -> Iterator[tuple[T, R]]:
        """Yield what ``function`` returns. Where a process dies, what it had not done is done here."""
        import multiprocessing
        from concurrent.futures import ProcessPoolExecutor, as_completed
        from concurrent.futures.process import BrokenProcessPool

        if self.workers == 1 or len(items) < 2:
            yield from super().over(function, items)
            return
        left = dict(enumerate(items))
        start = "fork" if "fork" in multiprocessing.get_all_start_methods() else None
        context = multiprocessing.get_context(start)
        with ProcessPoolExecutor(min(self.workers, len(items)), context) as executor:
            futures = {executor.submit(function, item): number for number, item in left.items()}
            try:
                for future in as_completed(futures):
                    result = future.result()
                    yield left.pop(futures[future]), result
            except BrokenProcessPool:
                pass
        yield from super().over(function, list(left.values()))


class _OnExecutor(Plan):
    """Reads files by any ``concurrent.futures.Executor``."""

    def __init__(self, executor: Executor, workers: int, close: Callable[[], object]) -> None:
        self.workers = workers
        self._executor = executor
        self._close = close

    def __call__(self, kind: Kind, sources: list[Source]) -> Iterable[bytes | None]:
        """Return the encoded form of each file, in order; () for less than is worth to be sent."""
        size = sum(len(source.data) for source in sources)
        shares = min(self.workers * _SHARES, size // _SHARE_BYTES)
        return map_files(self._executor, shares, kind, sources) if shares else ()

    def close(self) -> None:
        """Let the workers go."""
        self._close()


class _OnCluster(_OnExecutor):
    """Reads files elsewhere. Several projects are under way here: one works while the others wait for their files."""

    def __init__(self, executor: Executor, workers: int, close: Callable[[], object]) -> None:
        from threading import Lock

        super().__init__(executor, workers, close)
        self._turn = Lock()

    def __call__(self, kind: Kind, sources: list[Source]) -> Iterable[bytes | None]:
        """Return the encoded form of each file, in order. The turn is another project's until they are there."""
        found = super().__call__(kind, sources)
        if not self._turn.locked() or found == ():
            return found
        self._turn.release()
        try:
            return list(found)
        finally:
            self._turn.acquire()

    def over(self, function: Callable[[T], R], items: Sequence[T]) -> Iterator[tuple[T, R]]:
        """Yield what ``function`` returns for each item, in any order."""
        from concurrent.futures import ThreadPoolExecutor, as_completed

        def in_turn(item: T) -> R:
            with self._turn:
                return function(item)

        with ThreadPoolExecutor(_LOCAL) as threads:
            futures = {threads.submit(in_turn, item): item for item in items}
            for future in as_completed(futures):
                yield futures[future], future.result()


class _Cluster:
    """The part of an Executor that reading files needs. A share whose workers are all gone is given up."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._executor = client.get_executor()

    def submit(self, function: Callable[..., object], *args: object) -> _Share:
        """Begin to work on a share."""
        return _Share(self._executor.submit(function, *args), self._client)


class _Share:
    def __init__(self, future: Future[object], client: Any) -> None:
        self._future = future
        self._client = client

    def result(self) -> object:
        """Wait for what was made of the share. Raises TimeoutError where nobody is left to work on it."""
        while True:
            try:
                return self._future.result(_PATIENCE)
            except TimeoutError:
                if not self._client.nthreads():
                    raise

    def cancel(self) -> None:
        """Give the share up."""
        self._future.cancel()


def carried(plan: Plan) -> Plan | None:
    """Return what reads the files of a project that ``plan`` has checked: nothing, where that is in its processes."""
    return plan if isinstance(plan, _OnExecutor) else None


def plan(spec: str | None, chosen_jobs: str | None = None) -> Plan:
    """Return what ``--executor`` asks for; without it, processes, as many as ``--jobs`` says. Raises UsageError."""
    if spec is None:
        return _InProcesses(jobs(chosen_jobs))
    if spec.startswith(SCHEME):
        return _on_dask(spec)
    name, colon, number = spec.partition(":")
    if spec == "serial":
        return Plan()
    if name not in ("threads", "processes"):
        raise UsageError(f"--executor: expected {KNOWN}, not {spec}")
    workers = _number(spec, number) if colon else jobs(None)
    if name == "threads":
        from concurrent.futures import ThreadPoolExecutor

        threads = ThreadPoolExecutor(workers)
        return _OnExecutor(threads, workers, threads.shutdown)
    return _InProcesses(workers)


def _number(spec: str, number: str) -> int:
    if not number.isascii() or not number.isdigit() or not 1 <= int(number) <= _MAX_WORKERS:
        raise UsageError(f"--executor: expected a number from 1 to {_MAX_WORKERS} behind the colon, not {spec}")
    return int(number)


# Dask


def version() -> str:
    """Return the version of tenantlint: asked of each worker."""
    return __version__


def _on_dask(spec: str) -> Plan:
    """Return a cluster whose workers all have this tenantlint. Raises UsageError where that is not so."""
    address = spec.removeprefix(SCHEME)
    host, colon, port = address.rpartition(":")
    if not host or not colon or not port.isdigit():
        raise UsageError(f"--executor: expected dask://HOST:PORT, not {spec}")
    from importlib import import_module

    try:
        distributed = import_module("distributed")
    except ImportError:
        raise UsageError("--executor dask://… needs distributed: pip install 'tenantlint[dask]'") from None
    import logging

    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    try:
        client = distributed.Client(f"tcp://{address}", timeout=_SECONDS, set_as_default=False)
    except (OSError, TimeoutError) as error:
        raise UsageError(f"--executor: no Dask scheduler answers at {address} within {_SECONDS} s") from error
    try:
        workers = _checked_workers(client, address)
    except BaseException:
        client.close()
        raise
    return _OnCluster(cast("Executor", _Cluster(client)), workers, client.close)


def _checked_workers(client: Any, address: str) -> int:
    """Return how many threads the workers have. Raises UsageError where there are none, or one lacks tenantlint."""
    try:
        client.wait_for_workers(1, timeout=_SECONDS)
    except TimeoutError:
        raise UsageError(f"--executor: the Dask scheduler at {address} has no workers") from None
    answers = client.run(version, on_error="return")
    for worker, answer in sorted(answers.items()):
        if answer != __version__:
            found = f"has tenantlint {answer}" if isinstance(answer, str) else "cannot import tenantlint"
            raise UsageError(f"--executor: the Dask worker {worker} {found}: install tenantlint {__version__} there")
    return sum(client.nthreads().values()) or 1
