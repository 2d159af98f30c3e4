"""Which files can know of a table: those that import, through whatever files, one that declares it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tenantlint.lang.drizzle.scan import EXTENSIONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tenantlint.lang.drizzle.resolve import Resolver
    from tenantlint.project import Project

UNPARSED: Final = (".vue", ".svelte", ".astro")
"""Programs that hold TypeScript and that no parser here reads."""
_IMPORT: Final = rb"""\b(?:from|import|require)[\s(]*(?:/\*[^*]*\*/\s*)?["']([^"'\n]+)["']"""
_OWN: Final = r"(?:\.\.?/|@/|~|#\w|\$\w+/)[^\s\\{}<>*]*"
"""What an import of the project's own is like; a text about imports, or one that a program fills in, is not."""
_ASSETS: Final = tuple(
    f".{kind}"
    for kind in "css scss sass less json svg png jpg jpeg webp gif md mdx pdf txt html sql woff woff2 wasm".split()
)
_ANYWHERE: Final = ""
"""Stands for a file of the project that could not be found, and may be any."""


class Reach:
    """The imports of a project's programs, read as bytes, and what follows from them."""

    def __init__(self, project: Project, resolver: Resolver) -> None:
        self.project = project
        self.resolver = resolver
        self._importers: dict[str, set[str]] | None = None

    def of(self, homes: Iterable[str]) -> set[str]:
        """Return the files that import one of ``homes``, by whatever way, with the homes."""
        importers = self._importers = self._importers if self._importers is not None else self._read()
        found = {*homes, *importers.get(_ANYWHERE, ())}
        pending = list(found)
        while pending:
            more = importers.get(pending.pop(), set()) - found
            found |= more
            pending += more
        return found

    def _read(self) -> dict[str, set[str]]:
        importers: dict[str, set[str]] = {}
        for path in programs(self.project):
            for target in self._targets(path):
                importers.setdefault(target, set()).add(path)
        return importers

    def _targets(self, path: str) -> Iterator[str]:
        try:
            names = self.project.look(path, "imports", _imports)
        except OSError:
            return
        for name in names:
            target = self.resolver.resolve(name, path)
            if target is not None:
                yield target
            elif re.fullmatch(_OWN, name) and not name.partition("?")[0].endswith(_ASSETS):
                yield _ANYWHERE


def _imports(path: str, data: bytes) -> list[str]:
    """Return the modules that a file imports, in order."""
    return sorted({module.decode("utf-8", "replace") for module in re.findall(_IMPORT, data)})


def programs(project: Project) -> Iterator[str]:
    """Yield the programs of a project, in order."""
    return (path for path in sorted(project.files) if path.endswith((*EXTENSIONS, *UNPARSED)))
