"""What has been made of single files, so that it is made once: Fragments above all.

A Kind names a function that makes plain data of one file's path and bytes, and of nothing else. A Store answers what
that function gives, from memory or from a cache where it can; only where it cannot, the function's module, and with it
a parser, is imported.
"""

from __future__ import annotations

from tenantlint.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tenantlint.progress import Progress
    from tenantlint.source import Source


class Kind(Record):
    """A pure function of one file: ``function`` of ``module`` takes a Source and returns a Record."""

    name: str
    module: str
    function: str

    def load(self) -> Callable[[Source], object]:
        """Return the function; this imports its module."""
        from importlib import import_module

        function: Callable[[Source], object] = getattr(import_module(self.module), self.function)
        return function


class Store:
    """Keeps nothing: every file is read anew. The base of those that keep something, whose ``keeps`` is true."""

    keeps = False
    progress: Progress | None = None
    """Is told how far the reading and checking is."""

    def derive(self, kind: Kind, source: Source) -> object:
        """Return what ``kind`` makes of a file."""
        found = self.recall(kind.name, source)
        if found is None:
            found = kind.load()(source)
            if self.progress is not None:
                self.progress.step()
            self.keep(kind.name, source, found)
        return found

    def expect(self, kind: Kind, sources: Iterable[Source]) -> None:
        """Be told which files will be asked for soon: several can then be read at once."""

    def seen(self, root: str, path: str, name: str) -> object | None:
        """Return what a look called ``name`` has shown of the file, if that is surely the same; it is not read then."""
        return None

    def keep_seen(self, root: str, path: str, name: str, found: object) -> None:
        """Keep for ``seen`` what a look at the file has shown."""

    def recall(self, name: str, source: Source, context: bytes = b"") -> object | None:
        """Return what was kept under ``name`` for a file of this path and content, None where nothing was.

        ``context`` is what the thing depends on besides the file.
        """
        return None

    def keep(self, name: str, source: Source, found: object, context: bytes = b"") -> None:
        """Keep ``found`` for ``recall``: for each name and path, only the last thing."""


class Memory(Store):
    """Keeps everything for as long as it lives: for a process that checks a project again and again.

    Give one Memory to each new Project of the same root: only files whose bytes are other ones are read again.
    """

    keeps = True

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], tuple[bytes, bytes, object]] = {}

    def recall(self, name: str, source: Source, context: bytes = b"") -> object | None:
        """Return what was kept, if the content and the context are the same."""
        data, about, found = self._kept.get((name, source.path), (None, b"", None))
        return found if data == source.data and about == context else None

    def keep(self, name: str, source: Source, found: object, context: bytes = b"") -> None:
        """Keep ``found`` until another content of the file takes its place."""
        self._kept[name, source.path] = (source.data, context, found)


NOTHING_KEPT = Store()
