"""Tables that a project declares with SQLAlchemy alone: they are not read, but a foreign key to one is no mistake."""

from __future__ import annotations

import re
from itertools import zip_longest
from typing import TYPE_CHECKING, Final

from tenantlint.names import plurals

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tenantlint.project import Project

_NAME: Final = re.compile(rb"__tablename__[^=\n]*=\s*[rRuU]?[\"'](\w+)[\"']|\bTable\(\s*[\"'](\w+)[\"']")
_COMPUTED: Final = re.compile(
    rb"__tablename__[^=\n]*=\s*[^\s\"'rRuU]|def\s+__tablename__|\bautomap_base\b|\bautoload_with\b"
)
_CLASS: Final = re.compile(rb"^[ \t]*class[ \t]+(\w+)[ \t]*\(([^)]*)", re.MULTILINE)
_IMPORTED: Final = re.compile(rb"^[ \t]*from[ \t]+[\w.]+[ \t]+import[ \t]+(\([^)]*\)|[^\n]*)", re.MULTILINE)
_NO_TABLES: Final = re.compile(rb"\b(?:BaseModel|BaseSettings|TypedDict|NamedTuple|Protocol|\w*Enum|\w*Exception)\b")


class UnreadTables:
    """The names of the tables of a project that were not read, found without parsing, when asked for.

    ``read`` are the files that were read. Elsewhere, tables of any kind count; everywhere, classes and imported names
    that are called as the table is, ``Customer`` or ``Customers`` for ``customers``, for their base classes may be in
    packages that are not read. ``broken`` tells that a file could not be parsed, so that it may declare any table.
    """

    def __init__(self, project: Project, read: frozenset[str], broken: bool = False) -> None:
        self.project = project
        self.read = read
        self._names: set[str] | None = None
        self._classes: set[str] = set()
        self._computed = broken

    def may_hold(self, name: str, known: frozenset[str] = frozenset()) -> bool:
        """Return whether a table of this name (with or without its schema) may be declared somewhere.

        ``known`` are the classes that were read as tables, which have the names that they have.
        """
        if self._computed:
            return True
        if self._names is None:
            self._names = self._scan()
        name = name.rpartition(".")[2]
        classes = self._classes - known
        return self._computed or name in self._names or not classes.isdisjoint(_class_names(name, classes))

    def _scan(self) -> set[str]:
        names: set[str] = set()
        for path in self.project.files:
            if path.endswith(".py"):
                data = self._bytes(path)
                self._classes.update(_classes(data))
                if path not in self.read:
                    names.update((match[1] or match[2]).decode() for match in _NAME.finditer(data))
                    self._computed = self._computed or _COMPUTED.search(data) is not None
        return names

    def _bytes(self, path: str) -> bytes:
        try:
            return self.project.read(path)
        except OSError:
            return b""


def _classes(data: bytes) -> Iterator[str]:
    """Yield the names of the classes that a file defines or imports and that may be tables."""
    found = list(_CLASS.finditer(data))
    for match, following in zip_longest(found, found[1:]):
        named = _NAME.search(data, match.end(), following.start() if following else len(data))
        if named is None and _NO_TABLES.search(match[2]) is None:
            yield match[1].decode(errors="replace")
    for match in _IMPORTED.finditer(data):
        yield from re.findall(r"[A-Z]\w*", match[1].decode(errors="replace"))


def _class_names(table: str, classes: Iterable[str]) -> Iterator[str]:
    """Yield the classes that a table of this name may have, whatever the case, the underscores and the number."""
    plain = table.replace("_", "").lower()
    forms = {plain, *(form.replace("_", "") for form in plurals(plain))}
    for name in classes:
        lower = name.replace("_", "").lower()
        if lower in forms or plain in plurals(lower):
            yield name
