"""Imports that new text of a Python file needs."""

from __future__ import annotations

import ast
import sys
from functools import lru_cache
from typing import TYPE_CHECKING

from tenantlint.lang.lowering import RefusedError
from tenantlint.lang.sqlmodel.resolve import Resolver
from tenantlint.record import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tenantlint.edit import Edit
    from tenantlint.lang.sqlmodel.editing import PythonFile
    from tenantlint.project import Project

_Key = tuple[int, str]


class Imported(Record):
    """What an imported name stands for: ``name`` of a module with ``level`` leading dots, '' for the module itself."""

    module: str
    level: int
    name: str


def top_level(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the statements that run when a module is loaded, those inside of others too."""
    for node in body:
        yield node
        if isinstance(node, ast.If | ast.Try | ast.With):
            yield from top_level(node.body)
            yield from top_level(getattr(node, "orelse", []))
            yield from top_level([each for handler in getattr(node, "handlers", []) for each in handler.body])
            yield from top_level(getattr(node, "finalbody", []))


def imports(node: ast.stmt) -> Iterator[tuple[str, Imported]]:
    """Yield the names that an import binds, with what they stand for; of ``import a.b`` the name is ``a.b``."""
    if isinstance(node, ast.ImportFrom):
        for alias in node.names:
            yield alias.asname or alias.name, Imported(node.module or "", node.level, alias.name)
    elif isinstance(node, ast.Import):
        for alias in node.names:
            yield alias.asname or alias.name, Imported(alias.name, 0, "")


def bindings(file: PythonFile) -> dict[str, Imported | None]:
    """Return what a module binds: imports by what they stand for, None for all else."""
    found: dict[str, Imported | None] = {}
    for node in top_level(file.tree.body):
        found.update(imports(node))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found[node.name] = None
        elif isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign | ast.For | ast.With):
            found.update((each.id, None) for each in ast.walk(node) if _is_stored(each) and isinstance(each, ast.Name))
    return found


def _is_stored(node: ast.AST) -> bool:
    return isinstance(getattr(node, "ctx", None), ast.Store)


@lru_cache(maxsize=2)
def resolver(project: Project) -> Resolver:
    """Return what finds the modules of a project, which is kept for the next change."""
    return Resolver(project)


class Imports:
    """The names that new text before or in the statement at ``before`` asks for, and the edits that import them."""

    def __init__(self, file: PythonFile, before: int) -> None:
        self.file = file
        self.before = before
        self._bound = bindings(file)
        self._wanted: dict[_Key, list[str]] = {}
        self._modules: dict[str, str] = {}

    def _ready(self) -> Iterator[tuple[str, Imported]]:
        """Yield what is imported for sure before the new text."""
        for node in self.file.tree.body:
            if self.file.start(node) < self.before:
                yield from imports(node)

    def name(self, name: str, *modules: str, level: int = 0) -> str:
        """Return how new text calls ``name`` of one of ``modules``, which all have the same. Raises RefusedError."""
        for module in modules:
            for local, imported in self._ready():
                if (imported.module, imported.level) == (module, level):
                    if imported.name in (name, "*"):
                        return local if imported.name == name else name
                    if not imported.name:
                        return f"{local}.{name}"
        if name in self._bound and not self._is_of(self._bound[name], modules, level):
            raise RefusedError(f"the name `{name}` is taken in `{self.file.path}`")
        chosen = next((each for each in modules if self._statement((level, each))), modules[0])
        wanted = self._wanted.setdefault((level, chosen), [])
        if name not in wanted:
            wanted.append(name)
        return name

    def module(self, module: str, local: str) -> None:
        """Let new text call a module ``local``. Raises RefusedError where that means something else."""
        if any(each == local and found == Imported(module, 0, "") for each, found in self._ready()):
            return
        if local in self._bound:
            raise RefusedError(f"the name `{local}` is taken in `{self.file.path}`")
        self._modules[module] = local

    def _is_of(self, imported: Imported | None, modules: tuple[str, ...], level: int) -> bool:
        return imported is not None and imported.module in modules and imported.level == level

    def edits(self) -> list[Edit]:
        """Return the edits of the file that import what was asked for."""
        found: list[Edit] = []
        lines: dict[tuple[int, bool], list[str]] = {}
        for key, names in sorted(self._wanted.items()):
            node = self._statement(key)
            if node is None:
                line = f"from {'.' * key[0]}{key[1]} import {', '.join(sorted(names, key=_by_type))}"
                lines.setdefault(self._place(key), []).append(line)
            else:
                found += _extended(self.file, node, sorted(names, key=_by_type))
        for module, local in sorted(self._modules.items()):
            line = f"import {module}" + (f" as {local}" if local != module else "")
            lines.setdefault(self._place((0, module)), []).append(line)
        for (place, is_before), added in lines.items():
            text = "\n".join(added)
            found.append(self.file.insert(place, f"{text}\n" if is_before else f"\n{text}"))
        return found

    def _statement(self, key: _Key) -> ast.ImportFrom | None:
        """Return the statement of the module that imports names of another, where one is before the new text."""
        for node in self.file.tree.body:
            if not isinstance(node, ast.ImportFrom) or node.names[0].name == "*":
                continue
            if (node.level, node.module or "") == key and self.file.start(node) < self.before:
                return node
        return None

    def _place(self, key: _Key) -> tuple[int, bool]:
        """Return where a new import belongs, and whether it stands before what is there."""
        nodes = [
            node
            for node in self.file.tree.body
            if isinstance(node, ast.Import | ast.ImportFrom) and self.file.start(node) < self.before
        ]
        if not nodes:
            raise RefusedError(f"`{self.file.path}` imports nothing")
        rank = _rank(*key)
        before = [node for node in nodes if _rank(*_key(node)) < rank]
        group = [node for node in nodes if _rank(*_key(node)) == rank]
        is_standard = rank == 1  # packages cannot be told from the project's own, which are sorted behind them
        earlier = [node for node in group if not is_standard or _key(node)[1].lower() <= key[1].lower()]
        if earlier or (before and not group):
            return self.file.line_end(self.file.end((earlier or before)[-1])), False
        return self.file.line_start(self.file.start((group or nodes)[0])), True


def _key(node: ast.Import | ast.ImportFrom) -> _Key:
    return (node.level, node.module or "") if isinstance(node, ast.ImportFrom) else (0, node.names[0].name)


def _rank(level: int, module: str) -> int:
    """Return the group that an import is sorted into: the future, the standard library, packages, relative ones."""
    top = module.partition(".")[0]
    if level or top == "__future__":
        return 3 if level else 0
    return 1 if top in sys.stdlib_module_names else 2


def _by_type(name: str) -> tuple[int, str]:
    """Return the key that isort sorts by: constants, classes, the rest."""
    kind = 0 if name.isupper() and len(name) > 1 else 1 if name[:1].isupper() else 2
    return kind, name.lower()


def _by_letters(name: str) -> tuple[int, str]:
    return 0, name.lower()


def _by_code(name: str) -> tuple[int, str]:
    return 0, name


def _extended(file: PythonFile, node: ast.ImportFrom, names: list[str]) -> list[Edit]:
    present = [alias.name for alias in node.names]
    sortings: tuple[Callable[[str], tuple[int, str]], ...] = (_by_type, _by_letters, _by_code)
    sorting = next((key for key in sortings if sorted(present, key=key) == present), None)
    close = file.end(node) - 1 if file.data[file.end(node) - 1 : file.end(node)] == b")" else file.end(node)
    before: dict[int, list[str]] = {}
    for name in names:
        later = [i for i, each in enumerate(present) if sorting is not None and sorting(each) > sorting(name)]
        before.setdefault(later[0] if later else len(present), []).append(name)
    edits = []
    for index, added in before.items():
        if index == len(present):
            edits.append(file.append(node.names, close, _separated(file, node.names[-1], added)))
        else:
            alias = node.names[index]
            edits.append(file.insert(file.start(alias), _separated(file, alias, [*added, ""])))
    return edits


def _separated(file: PythonFile, near: ast.alias, names: list[str]) -> str:
    begins_line = file.begins_line(file.start(near))
    return (f",\n{file.indent(file.start(near))}" if begins_line else ", ").join(names)


def module_path(project: Project, importer: PythonFile, target: str, others: Iterable[PythonFile]) -> tuple[str, int]:
    """Return the module, and its level, by which ``importer`` can import the file ``target``.

    It is written as imports of the file or of ``others`` are, else from the folder that holds the package of both.
    Raises RefusedError where they share none.
    """
    modules = resolver(project)
    roots: list[str] = []
    for file in (importer, *others):
        for node in top_level(file.tree.body):
            for _, imported in imports(node):
                place = modules.resolve(imported.module, imported.level, file.path)
                if place == target and (file is importer or not imported.level):
                    return imported.module, imported.level
                relative = place is not None and _relative(importer.path, target)
                if relative and imported.level == 1 and file is importer:
                    return relative, 1
                root = _root(place, imported.module) if place and not imported.level else None
                roots += [] if root is None else [root]
    if _package_root(project, importer.path) == _package_root(project, target):
        roots.append(_package_root(project, target))
    for root in dict.fromkeys(roots):
        module = _dotted(target[len(root) :])
        if target.startswith(root) and modules.resolve(module, 0, importer.path) == target:
            return module, 0
    raise RefusedError(f"nothing shows how `{importer.path}` imports `{target}`")


def _package_root(project: Project, path: str) -> str:
    """Return the folder that the package of a file stands in, with its slash."""
    folder = path.rpartition("/")[0]
    while f"{folder}/__init__.py" in project:
        folder = folder.rpartition("/")[0]
    return f"{folder}/" if folder else ""


def _relative(importer: str, target: str) -> str:
    """Return the name of a module beside the importer, '' where it stands elsewhere."""
    folder, _, file = target.rpartition("/")
    return _dotted(file) if folder == importer.rpartition("/")[0] and file != "__init__.py" else ""


def _dotted(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _root(place: str, module: str) -> str | None:
    """Return the folder that the absolute import of ``module`` started from, with its slash."""
    stem = module.replace(".", "/")
    for suffix in (".py", "/__init__.py"):
        if place.endswith(stem + suffix):
            return place[: -len(stem + suffix)]
    return None
