"""The files of one project, read on demand."""

from __future__ import annotations

import errno
import os
import stat

from tenantlint.diagnostic import input_problem
from tenantlint.source import Location, Source
from tenantlint.store import NOTHING_KEPT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from typing import Final, TypeVar

    from tenantlint.diagnostic import Diagnostic
    from tenantlint.inputs import Inputs
    from tenantlint.store import Store

    T = TypeVar("T")

MAX_FILE_BYTES: Final = 4 * 1024 * 1024
"""A larger file is not read: no schema written by people, and hardly one written by a tool, is this long."""


class Project:
    """A root folder and the files that belong to it.

    ``root`` is absolute. ``files`` are paths relative to it, with forward slashes. ``overlay`` gives the content of
    files that an editor has open, and outranks the disk. ``store`` is where what is made of a file is kept, and
    ``inputs`` takes note of what is read.
    """

    def __init__(
        self,
        root: str,
        files: frozenset[str],
        overlay: Mapping[str, bytes] | None = None,
        store: Store = NOTHING_KEPT,
    ) -> None:
        self.root = root
        self.files = files | frozenset(overlay or ())
        self.overlay = dict(overlay or {})
        self.store = store
        self.inputs: Inputs | None = None
        self._sources: dict[str, Source] = {}
        self.analysis: object = None
        """What a change of its code found out about it, for the next change: see ``lang.drizzle.rename``."""

    def __contains__(self, path: str) -> bool:
        return path in self.files

    def source(self, path: str) -> Source:
        """Return the content of a file of the project, and remember it. Raises OSError where it cannot be read."""
        source = self._sources.get(path)
        if source is None:
            source = self._sources[path] = Source(path, self.read(path))
        return source

    def readable(self, paths: Iterable[str]) -> Iterator[Source]:
        """Yield the contents of the files of the project among ``paths`` that can be read."""
        for path in paths:
            try:
                yield self.source(path)
            except OSError:
                continue

    def sources(self) -> list[Source]:
        """Return the contents that have been asked for so far: of a linked project, all that its schema stands in."""
        return list(self._sources.values())

    def read(self, path: str, limit: int = -1) -> bytes:
        """Return the bytes of a file of the project, or the first ``limit``. Raises OSError where it cannot be read."""
        if path in self.overlay:
            return self.overlay[path][: None if limit < 0 else limit]
        place = os.path.join(self.root, path)
        if self.inputs is None:
            return read_regular_file(place, limit)
        try:
            return read_regular_file(place, limit, self.inputs.note)
        except OSError:
            self.inputs.note_failure(place)
            raise

    def is_absent(self, path: str) -> bool:
        """Return whether there is no file: git also lists deleted files, and folders that are submodules."""
        place = os.path.join(self.root, path)
        return path not in self.overlay and (not os.path.lexists(place) or os.path.isdir(place))

    def keep(self, path: str, data: bytes) -> None:
        """Remember bytes that ``read`` gave, so that ``source`` does not read them again."""
        self._sources.setdefault(path, Source(path, data))

    def laid_over(self, contents: Mapping[str, bytes]) -> Project:
        """Return the project as it is with new contents of some files."""
        return Project(self.root, self.files, {**self.overlay, **contents}, self.store)

    # What a project that lives longer than one check need not find out again: see tenantlint.lsp.live.

    def paths(self, suffixes: tuple[str, ...]) -> Sequence[str]:
        """Return the files that end in one of ``suffixes``, in order."""
        return sorted(path for path in self.files if path.endswith(suffixes))

    def look(self, path: str, name: str, see: Callable[[str, bytes], T]) -> T:
        """Return what ``see``, whose name is ``name``, makes of the path and the bytes of a file, and of nothing else.

        Raises OSError where the file cannot be read.
        """
        if path in self.overlay:
            return see(path, self.read(path))
        kept = self.store.seen(self.root, path, name)
        if kept is not None:
            return kept  # type: ignore[return-value]
        found = see(path, self.read(path))
        self.store.keep_seen(self.root, path, name, found)
        return found

    def mentions(self, word: bytes, suffix: str) -> bool:
        """Return whether a file that ends in ``suffix`` and can be read holds ``word``."""
        for path in self.paths((suffix,)):
            try:
                if self.look(path, f"mentions {word!r}", lambda _, data: word in data):
                    return True
            except OSError:
                continue
        return False

    def part(self, name: str, paths: Iterable[str], read: Callable[[Project, Iterable[str]], T]) -> T:
        """Return what ``read``, whose name is ``name``, makes of the files ``paths`` and of all that they need."""
        return read(self, paths)


def read_regular_file(
    path: str, limit: int = -1, note: Callable[[str, os.stat_result, bytes | None], None] | None = None
) -> bytes:
    """Return the bytes of the regular file at ``path``, or the first ``limit`` where that is not negative.

    ``note`` is told of the file, and of its content where all of it was read.

    Raises OSError where it cannot be read, is a pipe, a device or a directory, or, without ``limit``, is longer than
    MAX_FILE_BYTES. Opening a pipe never waits for a writer.
    """
    with open(path, "rb", buffering=0, opener=_open_without_waiting) as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "Not a regular file", path)
        if limit < 0 and status.st_size > MAX_FILE_BYTES:
            raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), path)
        data = file.read(limit) if limit >= 0 else file.readall()
        if note is not None:
            note(path, status, data if limit < 0 else None)
        return data


def _open_without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def unreadable(path: str, error: OSError) -> Diagnostic:
    """Return the diagnostic for a file or folder that cannot be read."""
    at = Location(path, 0, 0)
    if error.errno == errno.EFBIG:
        limit = MAX_FILE_BYTES // (1024 * 1024)
        return input_problem("ERR004", f"the file is larger than {limit} MiB, so it was not read", at)
    return input_problem("ERR001", f"it cannot be read: {error.strerror or error}", at)
