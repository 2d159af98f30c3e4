"""What is kept of one project from run to run: Fragments, and what whole runs have printed.

A run prints the same again where the command line, all that it has read, and tenantlint itself are the same. Then
nothing is read, and no rule and no parser is imported. See ``inputs`` for when a file counts as the same, and
``cache_file`` for where all this lies.
"""

from __future__ import annotations

import marshal
import os

from tenantlint.cache_file import CacheFile, cache_folder, code_stamp, digest
from tenantlint.inputs import Inputs, settled, unchanged

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Final

    from tenantlint.disk_store import DiskStore
    from tenantlint.source import Source
    from tenantlint.store import Kind

_RUN: Final = "run "
_MAX_RUNS: Final = 8
_MAX_RUN_BYTES: Final = 32 * 1024 * 1024


class Cache:
    """The cache of the project at ``root``; it cannot fail, only be empty."""

    def __init__(self, folder: str, root: str) -> None:
        self.inputs = Inputs()
        self._file = CacheFile(folder, root, code_stamp())
        self._store: DiskStore | None = None
        self._runs: dict[str, bytes] = {}

    def printed(self, command: str, listing: Callable[[bool], bytes | None]) -> tuple[str, int] | None:
        """Return what ``command`` printed and its exit status, None where it has to run.

        ``listing`` gives the digest of the project's files; it is told what was told ``listed``.
        """
        name = _RUN + digest(command.encode("utf-8", "surrogateescape")).hex()
        block = self._file.block(name)
        if block is None:
            return None
        skip, files, text, status, seen = marshal.loads(block)
        if not unchanged(seen) or listing(skip) != files:
            return None
        later = settled(seen)
        if later is not None:
            self._runs[name] = marshal.dumps((skip, files, text, status, later))
        return text, status

    def keep_run(self, command: str, listed: tuple[bool, bytes | None], text: str, status: int) -> None:
        """Keep what ``command`` has printed, unless not all that it has read is known."""
        skip, files = listed
        if self.inputs.complete and files is not None:
            name = _RUN + digest(command.encode("utf-8", "surrogateescape")).hex()
            self._runs[name] = marshal.dumps((skip, files, text, status, self.inputs.seen))

    def store(self, expected: Callable[[Kind, list[Source]], Iterable[bytes | None]] | None) -> DiskStore:
        """Return the Store that the cache keeps; see DiskStore for ``expected``."""
        from tenantlint.disk_store import DiskStore

        self._store = DiskStore(self._file, expected, self.inputs)
        return self._store

    def save(self, files: frozenset[str] | None = None) -> None:
        """Write what is new; entries of other files than ``files`` are dropped, where that is given."""
        if self._store is None and not self._runs:
            return
        from tenantlint.disk_store import old_blocks

        blocks = None if self._store is None or files is None else self._store.blocks(files)
        if blocks is not None or self._runs:
            kept = old_blocks(self._file) if blocks is None else blocks
            runs = {name: [data] for name, data in self._latest_runs().items()}
            self._file.replace({**runs, **kept})

    def _latest_runs(self) -> Mapping[str, bytes]:
        """Return the runs to keep, the latest first."""
        runs = dict(self._runs)
        size = sum(map(len, runs.values()))
        for name in self._file.names():
            if name.startswith(_RUN) and name not in runs and len(runs) < _MAX_RUNS:
                size += self._file.size(name)
                block = self._file.block(name) if size <= _MAX_RUN_BYTES else None
                runs.update({} if block is None else {name: block})
        return runs


def open_cache(root: str, chosen: str | None) -> Cache | None:
    """Return the cache of a project, in the folder chosen or the user's; None where there is no such folder."""
    folder = cache_folder(chosen)
    try:
        return None if folder is None else Cache(folder, os.path.realpath(root))
    except OSError:
        return None
