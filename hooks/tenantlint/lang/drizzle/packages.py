"""The packages of a project: their manifests, and which file an import of a package means."""

from __future__ import annotations

import re
from posixpath import dirname, join, normpath
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenantlint.project import Project

Json = dict[str, Any]

_COMMENT: Final = r'(?s)("(?:[^"\\]|\\.)*")|//[^\n]*|/\*.*?\*/'
_TRAILING_COMMA: Final = r'("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])'
_VERSION: Final = r"(?:npm:[^@]+@|npm:@[^@]+@)?[~^>=v\s]*(\d+)\."
_PINNED: Final = r"(?m)^\s+['\"]?drizzle-orm['\"]?:\s*['\"]?([^'\"\s]+)"
_DEPENDENCIES: Final = ("dependencies", "devDependencies", "peerDependencies", "optionalDependencies")
_CONDITIONS: Final = ("source", "development", "types", "import", "module", "node", "require", "default")
_BUILT: Final = r"(^|/)(?:dist|build|lib|out)/(?:(?:esm|cjs|src)/)?"


def read_json(project: Project, path: str) -> Json | None:
    """Return a JSON object with comments and trailing commas allowed, None where there is none to read."""
    import json

    try:
        text = project.read(path).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return None
    text = re.sub(_TRAILING_COMMA, _first_group, re.sub(_COMMENT, _first_group, text))
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _first_group(match: re.Match[str]) -> str:
    return match[1] or ""


def folders_up(folder: str) -> Iterator[str]:
    """Yield a folder and all that hold it, up to the root of the project, which is ''."""
    folder = "" if folder == "." else folder
    while True:
        yield folder
        if not folder:
            return
        folder = dirname(folder)


class Packages:
    """The packages of a project, each a folder with a ``package.json``."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._manifests: dict[str, Json | None] = {}
        self._by_name: dict[str, str] | None = None
        self._majors: dict[str, int | None] = {}

    def manifest(self, folder: str) -> Json | None:
        """Return the ``package.json`` in a folder."""
        if folder not in self._manifests:
            self._manifests[folder] = read_json(self.project, join(folder, "package.json"))
        return self._manifests[folder]

    def folder_of(self, path: str) -> str:
        """Return the folder of the package that a file belongs to, '' where there is none."""
        return next((folder for folder in folders_up(dirname(path)) if self.manifest(folder) is not None), "")

    def drizzle_major(self, path: str) -> int | None:
        """Return the major version of drizzle-orm (0 or 1) that a file runs with, None where no manifest tells."""
        folder = dirname(path)
        if folder not in self._majors:
            self._majors[folder] = next(self._versions(folder), None)
        return self._majors[folder]

    def _versions(self, folder: str) -> Iterator[int]:
        """Yield the major versions that the manifests from ``folder`` upward ask for, nearest first."""
        for above in folders_up(folder):
            manifest = self.manifest(above) or {}
            wanted = [manifest.get(kind) for kind in _DEPENDENCIES]
            versions = [found.get("drizzle-orm") for found in wanted if isinstance(found, dict)]
            for version in (*versions, *self._catalogs(above, manifest)):
                match = re.match(_VERSION, version) if isinstance(version, str) else None
                if match is not None:
                    yield int(match[1])

    def _catalogs(self, folder: str, manifest: Json) -> Iterator[object]:
        """Yield the versions of drizzle-orm in the catalogs of a workspace, pnpm's and Bun's."""
        workspaces = manifest.get("workspaces")
        for holder in (manifest, workspaces):
            catalogs = (holder.get("catalog"), *_values(holder.get("catalogs"))) if isinstance(holder, dict) else ()
            for catalog in catalogs:
                if isinstance(catalog, dict):
                    yield catalog.get("drizzle-orm")
        try:
            text = self.project.read(join(folder, "pnpm-workspace.yaml")).decode("utf-8", "replace")
        except OSError:
            return
        yield from (match[1] for match in re.finditer(_PINNED, text))

    def by_name(self) -> dict[str, str]:
        """Return the folders of the project's packages by name."""
        if self._by_name is None:
            self._by_name = {}
            for path in sorted(self.project.files):
                if path == "package.json" or path.endswith("/package.json"):
                    name = (self.manifest(dirname(path)) or {}).get("name")
                    if isinstance(name, str) and "node_modules" not in path:
                        self._by_name.setdefault(name, dirname(path))
        return self._by_name

    def targets(self, module: str, importer_folder: str) -> Iterator[str]:
        """Yield the paths, without probing, that an import of a package of the project may mean, best first."""
        if module.startswith("#"):
            folder = self.folder_of(join(importer_folder, "_"))
            imports = (self.manifest(folder) or {}).get("imports")
            yield from _mapped(imports, module, folder)
            return
        parts = module.split("/")
        name = "/".join(parts[: 2 if module.startswith("@") else 1])
        package = self.by_name().get(name)
        if package is not None:
            rest = module[len(name) :]
            yield from self._inside(package, f".{rest}")

    def _inside(self, folder: str, subpath: str) -> Iterator[str]:
        """Yield what ``subpath`` ('.' or './x') of a package may mean: its exports, its main file, its sources."""
        manifest = self.manifest(folder) or {}
        exports = manifest.get("exports")
        if isinstance(exports, (str, list)) or (isinstance(exports, dict) and not _has_subpaths(exports)):
            exports = {".": exports}
        yield from _mapped(exports, subpath, folder)
        if subpath == ".":
            for field in ("source", "types", "typings", "module", "main"):
                if isinstance(manifest.get(field), str):
                    yield from _sources(normpath(join(folder, manifest[field])))
            yield from (join(folder, "src/index"), join(folder, "index"))
        else:
            yield from (normpath(join(folder, subpath)), normpath(join(folder, "src", subpath)))


def _values(table: object) -> Iterator[object]:
    if isinstance(table, dict):
        yield from table.values()


def _has_subpaths(exports: Json) -> bool:
    return any(key.startswith(".") for key in exports)


def _mapped(table: object, key: str, folder: str) -> Iterator[str]:
    """Yield the targets of ``key`` in a map of exports or imports, in which one ``*`` may stand for anything."""
    if not isinstance(table, dict):
        return
    for pattern, target in sorted(table.items(), key=lambda item: -len(item[0])):
        matched = match_star(pattern, key)
        if matched is not None:
            for path in _conditional(target):
                yield from _sources(normpath(join(folder, path.replace("*", matched))))


def match_star(pattern: str, text: str) -> str | None:
    """Return what the ``*`` of a pattern stands for ('' where it has none), None where it does not match."""
    before, star, after = pattern.partition("*")
    if not star:
        return "" if pattern == text else None
    fits = text.startswith(before) and text.endswith(after) and len(text) >= len(before) + len(after)
    return text[len(before) : len(text) - len(after)] if fits else None


def _conditional(target: object) -> Iterator[str]:
    """Yield the paths of a target that may depend on conditions."""
    if isinstance(target, str):
        yield target
    elif isinstance(target, list):
        for item in target:
            yield from _conditional(item)
    elif isinstance(target, dict):
        known = [condition for condition in _CONDITIONS if condition in target]
        for condition in (*known, *(condition for condition in target if condition not in known)):
            yield from _conditional(target[condition])


def _sources(path: str) -> Iterator[str]:
    """Yield a path, and the source that it is probably built from."""
    yield path
    if re.search(_BUILT, path):
        for folder in ("src/", ""):
            source = re.sub(_BUILT, rf"\g<1>{folder}", path, count=1)
            yield source
            yield re.sub(r"(?:\.d)?\.[cm]?[jt]sx?$", "", source)
