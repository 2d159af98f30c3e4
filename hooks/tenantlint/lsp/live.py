"""A project whose files stay in memory from one check to the next, and with them what they were found to declare.

A check of a Live project asks for the same things as the first one did. What a language made of the files that it
read is used again where every one of them has the same content; nothing else is assumed of a language.
"""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING, Any, Final, TypeVar

from tenantlint.project import Project, read_regular_file
from tenantlint.record import Record
from tenantlint.source import Source
from tenantlint.store import Memory

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

T = TypeVar("T")

_KEPT_PARTS: Final = 3
_KEPT_BYTES: Final = 256 * 1024 * 1024


class Signature(Record):
    """What the file system says of a file: that it is the same one, and has not been written to."""

    inode: int
    size: int
    modified: int
    changed: int


class Disk:
    """The files under a root as they were when they were read. They are read again only when ``forget`` says so."""

    def __init__(self, root: str) -> None:
        self.root = root
        self._kept: dict[str, bytes | OSError] = {}
        self._signatures: dict[str, Signature | None] = {}
        self._size = 0

    def read(self, path: str) -> bytes:
        """Return the bytes of a file. Raises OSError as ``Project.read`` does."""
        found = self._kept.get(path)
        if found is None:
            found = self._load(path)
        if isinstance(found, OSError):
            raise found.with_traceback(None)
        return found

    def _load(self, path: str) -> bytes | OSError:
        place = os.path.join(self.root, path)
        self._signatures[path] = signature(place)  # before the content: a change in between is found later
        try:
            found: bytes | OSError = read_regular_file(place)
        except OSError as error:
            found = error
        if isinstance(found, OSError) or self._size + len(found) <= _KEPT_BYTES:
            self._kept[path] = found
            self._size += 0 if isinstance(found, OSError) else len(found)
        return found

    def forget(self, path: str) -> None:
        """Read a file again when it is asked for next."""
        found = self._kept.pop(path, None)
        self._size -= len(found) if isinstance(found, bytes) else 0
        self._signatures.pop(path, None)

    def changed(self) -> list[str]:
        """Return the files that were read and are other ones now, and forget them."""
        found = [path for path, known in self._signatures.items() if signature(os.path.join(self.root, path)) != known]
        for path in found:
            self.forget(path)
        return found


def signature(place: str) -> Signature | None:
    """Return the signature of the file or folder at a place, None where there is none."""
    try:
        status = os.stat(place)
    except OSError:
        return None
    return Signature(status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


class _Log:
    """What was asked of a project while something was read from it."""

    def __init__(self) -> None:
        self.reads: dict[str, bytes | None] = {}
        self.heads: dict[tuple[str, int], bytes | None] = {}
        self.mentions: dict[tuple[bytes, str], bool] = {}
        self.sources: set[str] = set()


class _Part(Record):
    """What was made of a project once, from which paths of which files, and all that was asked for it."""

    paths: tuple[str, ...]
    files: frozenset[str]
    log: _Log
    result: Any


class Kept:
    """What outlives a check: the files, what each one gave, and what the languages made of all."""

    def __init__(self, root: str) -> None:
        self.disk = Disk(root)
        self.store = Memory()
        self.parts: dict[str, list[_Part]] = {}
        self.sources: dict[str, tuple[bytes, Source]] = {}
        self.seen: dict[tuple[str, str], tuple[bytes, Any]] = {}
        self.sorted: dict[tuple[str, ...], tuple[frozenset[str], tuple[str, ...]]] = {}


class LiveProject(Project):
    """A project whose contents and results come from ``kept`` as far as they still hold.

    ``renewed`` are the names of the parts that are made anew each time.
    """

    def __init__(self, kept: Kept, files: frozenset[str], overlay: Mapping[str, bytes], uses: bool = False) -> None:
        super().__init__(kept.disk.root, files, overlay, kept.store)
        self._kept = kept
        self._uses = uses
        self._log: _Log | None = None

    def laid_over(self, contents: Mapping[str, bytes]) -> LiveProject:
        """Return the project with new contents of some files."""
        return LiveProject(self._kept, self.files, {**self.overlay, **contents}, self._uses)

    def read(self, path: str, limit: int = -1) -> bytes:
        """Return the bytes of a file, or the first ``limit``, as they were when the file was read first."""
        try:
            data = self._bytes(path)
        except OSError as error:
            if limit >= 0 and error.errno == errno.EFBIG:
                return self._head(path, limit)
            self._note(path, None)
            raise
        self._note(path, data)
        return data if limit < 0 else data[:limit]

    def _bytes(self, path: str) -> bytes:
        data = self.overlay.get(path)
        return self._kept.disk.read(path) if data is None else data

    def _head(self, path: str, limit: int) -> bytes:
        head = read_regular_file(os.path.join(self.root, path), limit)
        if self._log is not None:
            self._log.heads[path, limit] = head
        return head

    def _note(self, path: str, data: bytes | None) -> None:
        if self._log is not None:
            self._log.reads[path] = data

    def source(self, path: str) -> Source:
        """Return the content of a file; the same Source for the same content."""
        data = self.read(path)
        if self._log is not None:
            self._log.sources.add(path)
        source = self._sources.get(path)
        if source is None:
            known, source = self._kept.sources.get(path, (None, None))
            if known is not data or source is None:
                source = Source(path, data)
                self._kept.sources[path] = (data, source)
            self._sources[path] = source
        return source

    def keep(self, path: str, data: bytes) -> None:
        """Remember that the schema stands in this file, too."""
        self.source(path)

    def paths(self, suffixes: tuple[str, ...]) -> tuple[str, ...]:
        """Return the files that end in one of ``suffixes``, in order."""
        files, found = self._kept.sorted.get(suffixes, (None, ()))
        if files != self.files:
            found = tuple(super().paths(suffixes))
            self._kept.sorted[suffixes] = (self.files, found)
        return found

    def look(self, path: str, name: str, see: Callable[[str, bytes], T]) -> T:
        """Return what ``see`` makes of a file; it is asked again only where the content changes."""
        data = self.read(path)
        kept = self._kept.seen.get((name, path))
        if kept is None or kept[0] is not data:
            kept = self._kept.seen[name, path] = (data, see(path, data))
        seen: T = kept[1]
        return seen

    def mentions(self, word: bytes, suffix: str) -> bool:
        """Return whether a file that ends in ``suffix`` holds ``word``."""
        log, self._log = self._log, None
        try:
            found = super().mentions(word, suffix)
        finally:
            self._log = log
        if log is not None:
            log.mentions[word, suffix] = found
        return found

    def part(self, name: str, paths: Iterable[str], read: Callable[[Project, Iterable[str]], T]) -> T:
        """Return what ``read`` makes of the project, or has made of it while it was the same."""
        asked = tuple(paths)
        kept = self._kept.parts.setdefault(name, [])
        for part in kept:
            if part.paths == asked and part.files == self.files and self._still_holds(part):
                for path in part.log.sources:
                    self.source(path)
                kept.remove(part)
                kept.insert(0, part)
                known: T = part.result
                return known
        self._log = log = _Log()
        try:
            made = read(self, asked)
        finally:
            self._log = None
        kept.insert(0, _Part(asked, self.files, log, made))
        del kept[_KEPT_PARTS:]
        return made

    def _still_holds(self, part: _Part) -> bool:
        """Return whether all that was asked for a part would get the same answers."""
        if self._uses and getattr(part.result, "deletions", None) is not None:
            return False  # the uses of tables are read later, from the project that the tables were read from
        log = part.log
        return (
            all(self._same(path, data) for path, data in log.reads.items())
            and all(self._head(path, limit) == head for (path, limit), head in log.heads.items())
            and all(self.mentions(word, suffix) == found for (word, suffix), found in log.mentions.items())
        )

    def _same(self, path: str, data: bytes | None) -> bool:
        try:
            return self._bytes(path) == data  # the same object, nearly always
        except OSError:
            return data is None
