"""Which modules a module imports, found without parsing: what they did before counts for its tables."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenantlint.lang.sqlmodel.resolve import Resolver
    from tenantlint.project import Project

_IMPORT: Final = re.compile(
    rb"^(?:from[ \t]+(?P<dots>\.*)(?P<module>[\w.]*)[ \t]+import[ \t]*(?P<names>\([^)]*\)|[^\n#]*)"
    rb"|import[ \t]+(?P<modules>[^\n#]+))",
    re.MULTILINE,
)
_WORD: Final = re.compile(rb"[\w.]+")


class Imports:
    """The import graph of a project, as far as it is asked for."""

    def __init__(self, project: Project, resolver: Resolver) -> None:
        self.project = project
        self.resolver = resolver
        self._direct: dict[str, list[str]] = {}
        self._all: dict[str, frozenset[str]] = {}

    def has_run(self, path: str, importer: str) -> bool:
        """Return whether the module at ``path`` runs before the module ``importer`` does, as that imports it."""
        if importer not in self._all:
            self._all[importer] = frozenset(self._reached(importer))
        return path in self._all[importer]

    def _reached(self, importer: str) -> set[str]:
        seen: set[str] = set()
        pending = [importer]
        while pending:
            path = pending.pop()
            if path not in seen:
                seen.add(path)
                pending += self._imported(path)
        return seen - {importer}

    def _imported(self, path: str) -> list[str]:
        if path not in self._direct:
            found = [target for target in self._targets(path) if target in self.project]
            self._direct[path] = [module for target in found for module in (target, *self._packages(target))]
            self._direct[path] += self._packages(path)
        return self._direct[path]

    def _targets(self, path: str) -> Iterator[str]:
        try:
            data = self.project.read(path)
        except OSError:
            return
        for match in _IMPORT.finditer(data):
            for module, level in _modules(match):
                found = self.resolver.resolve(module, level, path)
                if found is not None:
                    yield found

    def _packages(self, path: str) -> list[str]:
        """Return the ``__init__.py`` of the packages around a file: they run before it does."""
        result = []
        folder = path.rpartition("/")[0]
        while folder and f"{folder}/__init__.py" in self.project:
            result.append(f"{folder}/__init__.py")
            folder = folder.rpartition("/")[0]
        return result


def _modules(match: re.Match[bytes]) -> Iterator[tuple[str, int]]:
    if match["modules"] is not None:
        for part in match["modules"].split(b","):
            word = _WORD.search(part)
            if word is not None:
                yield word[0].decode(), 0
        return
    module, level = match["module"].decode(), len(match["dots"])
    yield module, level
    for part in match["names"].strip(b"() \t\r").split(b","):
        word = _WORD.search(part)
        if word is not None:
            yield f"{module}.{word[0].decode()}" if module else word[0].decode(), level
