"""Which file of the project an import means."""

from __future__ import annotations

from posixpath import dirname, join, normpath
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tenantlint.project import Project

_PROBED: Final = (".ts", ".tsx", ".mts", ".cts", ".d.ts", ".js", ".jsx", ".mjs", ".cjs")
_WRITTEN: Final = {".js": (".ts", ".tsx", ".js", ".jsx"), ".mjs": (".mts", ".mjs"), ".cjs": (".cts", ".cjs")}


class Resolver:
    """Resolves the module names of imports in one project."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._found: dict[tuple[str, str], str | None] = {}

    def resolve(self, module: str, importer: str) -> str | None:
        """Return the file that ``module`` means in the file ``importer``, None where it is outside the project."""
        key = (module, dirname(importer))
        if key not in self._found:
            self._found[key] = self._resolve(module, dirname(importer))
        return self._found[key]

    def _resolve(self, module: str, folder: str) -> str | None:
        if module.startswith("."):
            return self._probe(normpath(join(folder, module)))
        return None

    def _probe(self, path: str) -> str | None:
        """Return the file at ``path``, with an extension added or exchanged, or the index of that folder."""
        files = self.project.files
        if path in files:
            return path
        for written, sources in _WRITTEN.items():
            if path.endswith(written):
                base = path.removesuffix(written)
                return next((base + source for source in sources if base + source in files), None)
        for extension in _PROBED:
            if path + extension in files:
                return path + extension
        return next((found for end in _PROBED if (found := normpath(f"{path}/index{end}")) in files), None)
