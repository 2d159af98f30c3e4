"""Which project file an import means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tenantlint.project import Project

_SUFFIXES: Final = (".py", "/__init__.py", ".pyi")
_INSTALLED: Final = frozenset(
    "alembic collections datetime decimal enum fastapi functools pydantic sqlalchemy sqlmodel typing uuid".split()
)
"""Packages that a folder without ``__init__.py`` never hides: migrations often live in a folder named ``alembic``."""

_MODELLED: Final = frozenset({"pydantic", "sqlalchemy", "sqlmodel"})
"""Packages whose behaviour is known here, so that a copy of theirs in the project, as in a fork, is not read."""


class Resolver:
    """Finds modules in the project: relative ones from the importer, absolute ones from the nearest source root."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._roots: dict[str, tuple[str, ...]] = {}
        self._found: dict[tuple[str, int, str], str | None] = {}
        self._packages = _top_packages(project)
        self._folders = {folder for path in project.files if path.endswith(".py") for folder in _parents(path)}

    def resolve(self, module: str, level: int, importer: str) -> str | None:
        """Return the path of the file that ``module``, with ``level`` leading dots, means in ``importer``."""
        folder = importer.rpartition("/")[0]
        key = (module, level, folder)
        if key not in self._found:
            self._found[key] = self._relative(module, level, folder) if level else self._absolute(module, folder)
        return self._found[key]

    def submodule(self, package: str, name: str) -> str | None:
        """Return the file of the submodule ``name`` of the package whose file is ``package``.

        A folder without ``__init__.py`` is a package too; the path of the missing file stands for it.
        """
        folder, _, file = package.rpartition("/")
        return self._found_at(_joined(folder, name)) if file == "__init__.py" else None

    def _relative(self, module: str, level: int, folder: str) -> str | None:
        for _ in range(level - 1):
            if not folder:
                return None
            folder = folder.rpartition("/")[0]
        return self._found_at(_joined(folder, *module.split("."))) if module else self._namespace(folder)

    def _absolute(self, module: str, folder: str) -> str | None:
        parts = module.split(".")
        if parts[0] in _MODELLED:
            return None
        roots = dict.fromkeys(
            [*self._source_roots(folder), *_above(folder, parts[0]), *self._packages.get(parts[0], ())]
        )
        stems = [_joined(root, *parts) for root in roots]
        regular = next((found for found in map(self._file, stems) if found is not None), None)
        if regular is not None or parts[0] in _INSTALLED:
            return regular
        return next((found for found in map(self._namespace, stems) if found is not None), None)

    def _found_at(self, stem: str) -> str | None:
        return self._file(stem) or self._namespace(stem)

    def _namespace(self, folder: str) -> str | None:
        return _joined(folder, "__init__.py") if folder in self._folders or not folder else None

    def _is_package(self, folder: str) -> bool:
        return _joined(folder, "__init__.py") in self.project

    def _file(self, stem: str) -> str | None:
        return next((stem + suffix for suffix in _SUFFIXES if stem + suffix in self.project), None)

    def _source_roots(self, folder: str) -> tuple[str, ...]:
        """Return the folders that absolute imports may start from, the nearest to the importer first."""
        if folder not in self._roots:
            nearest = folder
            while nearest and self._is_package(nearest):
                nearest = nearest.rpartition("/")[0]
            above = [nearest]
            while above[-1]:
                above.append(above[-1].rpartition("/")[0])
            candidates = [root for base in above for root in (base, _joined(base, "src"))]
            self._roots[folder] = tuple(dict.fromkeys(candidates))
        return self._roots[folder]


def _top_packages(project: Project) -> dict[str, list[str]]:
    """Return the folders that hold a package, by the package's name: they are source roots for its own imports."""
    packages = {path.rpartition("/")[0] for path in project.files if path.endswith("/__init__.py")}
    found: dict[str, list[str]] = {}
    for package in sorted(packages):
        root, _, name = package.rpartition("/")
        if root not in packages:
            found.setdefault(name, []).append(root)
    return found


def _above(folder: str, name: str) -> list[str]:
    """Return the folders above those called ``name`` that ``folder`` lies in, the nearest first.

    They are source roots where the program is started in a folder that is a package itself.
    """
    names = folder.split("/")
    return ["/".join(names[:index]) for index in range(len(names) - 1, -1, -1) if names[index] == name]


def _joined(*parts: str) -> str:
    return "/".join(part for part in parts if part)


def _parents(path: str) -> list[str]:
    folders = []
    while "/" in path:
        path = path.rpartition("/")[0]
        folders.append(path)
    return folders
