"""Which file of the project an import means: relative paths, ``tsconfig.json`` and packages."""

from __future__ import annotations

from posixpath import dirname, join, normpath
from typing import TYPE_CHECKING, Any, Final

from tenantlint.lang.drizzle.packages import folders_up, match_star, read_json
from tenantlint.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenantlint.lang.drizzle.packages import Packages
    from tenantlint.project import Project

_PROBED: Final = (".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs")
_WRITTEN: Final = {
    ".js": (".ts", ".tsx", ".js", ".jsx"),
    ".jsx": (".tsx", ".jsx"),
    ".mjs": (".mts", ".mjs"),
    ".cjs": (".cts", ".cjs"),
}
_OUTSIDE: Final = ("node:", "drizzle-orm", "drizzle-kit")
_MAX_EXTENDS: Final = 20
_CONFIG_FOLDER: Final = "${configDir}"


class Paths(Record):
    """The ``paths`` of a tsconfig: the targets, relative to the project's root, by pattern.

    ``base`` is the folder of ``baseUrl``, None where none is given.
    """

    patterns: dict[str, list[str]]
    base: str | None


class Resolver:
    """Resolves the module names of imports in one project."""

    def __init__(self, project: Project, packages: Packages) -> None:
        self.project = project
        self.packages = packages
        self._found: dict[tuple[str, str], str | None] = {}
        self._paths: dict[str, list[Paths]] = {}

    def resolve(self, module: str, importer: str) -> str | None:
        """Return the file that ``module`` means in the file ``importer``, None where it is outside the project."""
        key = (module, dirname(importer))
        if key not in self._found:
            self._found[key] = next(self._candidates(module, dirname(importer)), None)
        return self._found[key]

    def _candidates(self, module: str, folder: str) -> Iterator[str]:
        if module.startswith("."):
            yield from self._probe(normpath(join(folder, module)))
        elif not module.startswith(_OUTSIDE):
            yield from self._through_paths(module, folder)
            for target in self.packages.targets(module, folder):
                yield from self._probe(target)

    def _probe(self, path: str) -> Iterator[str]:
        """Yield the files that a path may mean: itself, with an extension added or exchanged, a folder's index."""
        files = self.project.files
        for written, sources in _WRITTEN.items():
            if path.endswith(written):
                base = path[: -len(written)]
                yield from (base + source for source in sources if base + source in files)
        if path in files and path.endswith(_PROBED) and not path.endswith((".d.ts", ".d.mts", ".d.cts")):
            yield path
        yield from (path + extension for extension in _PROBED if path + extension in files)
        index = "index" if path == "." else f"{path}/index"
        yield from (index + extension for extension in _PROBED if index + extension in files)

    def _through_paths(self, module: str, folder: str) -> Iterator[str]:
        for paths in self._paths_for(folder):
            matches = ((pattern, match_star(pattern, module)) for pattern in paths.patterns)
            for pattern, star in sorted(matches, key=lambda match: -len(match[0].partition("*")[0])):
                for target in paths.patterns[pattern] if star is not None else ():
                    yield from self._probe(normpath(target.replace("*", star or "", 1)))
            if paths.base is not None:
                yield from self._probe(normpath(join(paths.base, module)))

    def _paths_for(self, folder: str) -> list[Paths]:
        """Return the path mappings of the nearest tsconfig (or jsconfig) that has any."""
        for above in folders_up(folder):
            if above not in self._paths:
                self._paths[above] = list(self._config_paths(above))
            if self._paths[above]:
                return self._paths[above]
        return []

    def _config_paths(self, folder: str) -> Iterator[Paths]:
        for name in ("tsconfig.json", "jsconfig.json"):
            config = read_json(self.project, join(folder, name))
            if config is None:
                continue
            yield from self._own_paths(config, folder)
            for reference in config.get("references") or ():
                path = reference.get("path") if isinstance(reference, dict) else None
                if isinstance(path, str):
                    yield from self._referenced(normpath(join(folder, path)))

    def _referenced(self, path: str) -> Iterator[Paths]:
        file = path if path.endswith(".json") else join(path, "tsconfig.json")
        config = read_json(self.project, file)
        if config is not None:
            yield from self._own_paths(config, dirname(file))

    def _own_paths(self, config: dict[str, Any], folder: str) -> Iterator[Paths]:
        """Yield the mapping that a config has itself or inherits: each option from the nearest that sets it."""
        patterns: tuple[str, dict[str, Any]] | None = None
        base: str | None = None
        for options, place in self._inherited(config, folder, 0):
            if base is None and isinstance(options.get("baseUrl"), str):
                base = _place(options["baseUrl"], place, folder)
            if patterns is None and isinstance(options.get("paths"), dict):
                patterns = (place, options["paths"])
        if patterns is not None or base is not None:
            place, mapping = patterns or ("", {})
            yield Paths(_targets(mapping, place if base is None else base, folder), base)

    def _inherited(self, config: dict[str, Any], folder: str, depth: int) -> Iterator[tuple[dict[str, Any], str]]:
        """Yield the compiler options of a config, then of those that it extends, with their folders."""
        options = config.get("compilerOptions")
        if isinstance(options, dict):
            yield options, folder
        extends = config.get("extends")
        for name in reversed(extends if isinstance(extends, list) else [extends]):
            for file in self._extended(name, folder) if isinstance(name, str) and depth < _MAX_EXTENDS else ():
                parent = read_json(self.project, file)
                if parent is not None:
                    yield from self._inherited(parent, dirname(file), depth + 1)
                    break

    def _extended(self, name: str, folder: str) -> Iterator[str]:
        if name.startswith("."):
            path = normpath(join(folder, name))
            yield from (path, f"{path}.json")
            return
        for above in folders_up(folder):
            path = join(above, "node_modules", name)
            yield from (path, f"{path}.json", join(path, "tsconfig.json"))
        package, _, rest = name.partition("/")
        if name.startswith("@"):
            second, _, rest = rest.partition("/")
            package = f"{package}/{second}"
        place = self.packages.by_name().get(package)
        if place is not None:
            path = join(place, rest)
            yield from (path, f"{path}.json", join(path, "tsconfig.json"))


def _place(path: str, anchor: str, folder: str) -> str:
    """Return a path of a config relative to the root: ``${configDir}`` is ``folder``, all else is from ``anchor``."""
    if path.startswith(_CONFIG_FOLDER):
        return normpath(join(folder, "." + path[len(_CONFIG_FOLDER) :]))
    return normpath(join(anchor, path))


def _targets(paths: dict[str, Any], anchor: str, folder: str) -> dict[str, list[str]]:
    return {
        pattern: [_place(target, anchor, folder) for target in targets if isinstance(target, str)]
        for pattern, targets in paths.items()
        if isinstance(targets, list)
    }
