"""Tables that a project declares with SQLAlchemy alone: they are not read, but a foreign key to one is no mistake."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tenantlint.project import Project

_NAME: Final = re.compile(rb"__tablename__[^=\n]*=\s*[rRuU]?[\"'](\w+)[\"']|\bTable\(\s*[\"'](\w+)[\"']")
_COMPUTED: Final = re.compile(
    rb"__tablename__[^=\n]*=\s*[^\s\"'rRuU]|def\s+__tablename__|\bautomap_base\b|\bautoload_with\b"
)


class UnreadTables:
    """The names of the tables in the files of a project that were not read, found without parsing, when asked for."""

    def __init__(self, project: Project, read: frozenset[str]) -> None:
        self.project = project
        self.read = read
        self._names: set[str] | None = None
        self._computed = False

    def may_hold(self, name: str) -> bool:
        """Return whether a table of this name (with or without its schema) may be declared somewhere."""
        if self._names is None:
            self._names = self._scan()
        return self._computed or name.rpartition(".")[2] in self._names

    def _scan(self) -> set[str]:
        names: set[str] = set()
        for path in self.project.files - self.read:
            if path.endswith(".py"):
                data = self._bytes(path)
                names.update((match[1] or match[2]).decode() for match in _NAME.finditer(data))
                self._computed = self._computed or _COMPUTED.search(data) is not None
        return names

    def _bytes(self, path: str) -> bytes:
        try:
            return self.project.read(path)
        except OSError:
            return b""
