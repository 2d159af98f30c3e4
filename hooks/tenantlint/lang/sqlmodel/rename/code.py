"""The classes, functions and variables of a project's Python files, as their syntax trees show them.

This is for changes of the code, which need every class that a name may mean, tables or not, and exact places.
"""

from __future__ import annotations

import ast
import builtins
import re
import warnings
from typing import TYPE_CHECKING, Final

from tenantlint.lang.sqlmodel.imported import Import, is_sql
from tenantlint.lang.sqlmodel.rename.file import (
    CodeFile,
    Meaning,
    Outside,
    ProjectClass,
    ProjectFunction,
    ProjectModule,
    Variable,
    word_pattern,
)
from tenantlint.lang.sqlmodel.resolve import Resolver
from tenantlint.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tenantlint.lang.sqlmodel.inference import Typed
    from tenantlint.lang.sqlmodel.rename.file import Binder
    from tenantlint.project import Project
    from tenantlint.source import Location

_DEPTH: Final = 20
_SQLMODEL_NAMES: Final = frozenset(
    "Column Field ForeignKey ForeignKeyConstraint Index Relationship SQLModel Session UniqueConstraint cast delete "
    "func insert select text update".split()
)
"""What ``from sqlmodel import *`` is taken to bring."""


class Code:
    """The Python files of a project. Files are parsed when they are asked for."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.resolver = Resolver(project)
        self.paths = sorted(path for path in project.files if path.endswith((".py", ".pyi")))
        self._data: dict[str, Source | None] = {}
        self._files: dict[str, CodeFile | None] = {}
        self._classes: dict[ast.ClassDef, ProjectClass] = {}
        self._by_id: dict[str, ProjectClass] = {}
        self._mentioning: dict[frozenset[str], list[str]] = {}
        self._meanings: dict[tuple[str, str], Meaning] = {}
        self.returned: dict[ast.AST, Typed | None] = {}
        self._bound: dict[str, bool] = {}
        self._mro: dict[str, tuple[list[ProjectClass], bool]] = {}

    # Files

    def source(self, path: str) -> Source | None:
        """Return the content of a file, None where it cannot be read."""
        if path not in self._data:
            try:
                self._data[path] = Source(path, self.project.read(path))
            except OSError:
                self._data[path] = None
        return self._data[path]

    def file(self, path: str) -> CodeFile | None:
        """Return a parsed file, None where it cannot be read or does not parse."""
        if path not in self._files:
            self._files[path] = self._parsed(path)
        return self._files[path]

    def _parsed(self, path: str) -> CodeFile | None:
        source = self.source(path) if path in self.project else None
        if source is None:
            return None
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return CodeFile(source, ast.parse(source.text()))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None

    def mentioning(self, words: Iterable[str]) -> list[str]:
        """Return the files that hold one of the words, in order."""
        wanted = frozenset(words)
        if wanted not in self._mentioning:
            encoded = [word.encode() for word in wanted]
            pattern = word_pattern(wanted)
            self._mentioning[wanted] = [
                path
                for path in self.paths
                if (source := self.source(path)) is not None
                and any(word in source.data for word in encoded)
                and pattern.search(source.data)
            ]
        return self._mentioning[wanted]

    def binds(self, name: str) -> bool:
        """Return whether any file of the project may define or assign something of this name, attributes included."""
        if name not in self._bound:
            word = name.encode()
            pattern = re.compile(rb"\b(?:def|class|as|import)\s+" + word + rb"\b|\b" + word + rb"\s*[:=,](?!=)")
            files = (each.data for path in self.paths if (each := self.source(path)) is not None)
            self._bound[name] = any(word in data and pattern.search(data) is not None for data in files)
        return self._bound[name]

    # Names

    def lookup(self, path: str, name: str, depth: int = 0) -> Meaning:
        """Return what a name means at the top of a module."""
        key = (path, name)
        if key not in self._meanings:
            found = self._looked_up(path, name, depth)
            if depth:
                return found  # it may have been cut short
            self._meanings[key] = found
        return self._meanings[key]

    def _looked_up(self, path: str, name: str, depth: int) -> Meaning:
        file = self.file(path)
        if file is None or depth > _DEPTH:
            return None
        binders = file.binders.get(name, [])
        if not binders:
            return self._from_stars(file, name, depth)
        binder = binders[-1]
        if len(binders) > 1 and not _are_alike(binders):
            return None
        if isinstance(binder, Import):
            return self._imported(file, binder, depth)
        if isinstance(binder, ast.ClassDef):
            return self.cls(path, binder)
        if isinstance(binder, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return ProjectFunction(path, binder)
        return None if binder is None or binder.value is None else self._variable(path, binder, binder.value, depth)

    def _variable(self, path: str, node: ast.Assign | ast.AnnAssign, value: ast.expr, depth: int) -> Meaning:
        if isinstance(value, (ast.Name, ast.Attribute)):
            return self.resolve(path, value, depth + 1)
        return Variable(path, value, node.annotation if isinstance(node, ast.AnnAssign) else None)

    def _from_stars(self, file: CodeFile, name: str, depth: int) -> Meaning:
        for star in file.stars:
            path = self.resolver.resolve(star.module, star.level, file.path)
            if path is not None:
                found = self.lookup(path, name, depth + 1)
                if found is not None and not (isinstance(found, Outside) and found.module == "builtins"):
                    return found
            elif star.module == "sqlmodel" and name in _SQLMODEL_NAMES:
                return Outside("sqlmodel", name)
        known = not any(self.resolver.resolve(star.module, star.level, file.path) is None for star in file.stars)
        return Outside("builtins", name) if hasattr(builtins, name) and (known or not name[:1].isupper()) else None

    def _imported(self, file: CodeFile, found: Import, depth: int) -> Meaning:
        path = self.resolver.resolve(found.module, found.level, file.path)
        if path is None:
            return None if found.level else Outside(found.module, found.name or "")
        return ProjectModule(path) if found.name is None else self.member(path, found.name, depth + 1)

    def member(self, path: str, name: str, depth: int = 0) -> Meaning:
        """Return a name of a module as another one sees it: what it binds, or a module in the package."""
        file = self.file(path)
        if file is not None and (name in file.binders or file.stars):
            found = self.lookup(path, name, depth)
            if found is not None and not (isinstance(found, Outside) and found.module == "builtins"):
                return found
            if name in file.binders:
                return None
        inner = self.resolver.submodule(path, name)
        return None if inner is None else ProjectModule(inner)

    def resolve(self, path: str, node: ast.expr, depth: int = 0) -> Meaning:
        """Return what a dotted name means in a module."""
        if isinstance(node, ast.Name):
            return self.lookup(path, node.id, depth)
        if not isinstance(node, ast.Attribute):
            return None
        base = self.resolve(path, node.value, depth)
        if isinstance(base, ProjectModule):
            return self.member(base.path, node.attr, depth + 1)
        if isinstance(base, Outside) and base.module != "builtins":
            return Outside(f"{base.module}.{base.name}" if base.name else base.module, node.attr)
        if isinstance(base, ProjectClass):
            inner = [each for each in base.node.body if isinstance(each, ast.ClassDef) and each.name == node.attr]
            return self.cls(base.path, inner[0]) if len(inner) == 1 else None
        return None

    # Classes

    def cls(self, path: str, node: ast.ClassDef) -> ProjectClass:
        """Return the class of a class statement."""
        found = self._classes.get(node)
        if found is None:
            found = self._classes[node] = ProjectClass(f"{path}:{node.lineno}:{node.name}", path, node)
            self._by_id[found.id] = found
        return found

    def by_id(self, class_id: str) -> ProjectClass:
        """Return a class that has been met."""
        return self._by_id[class_id]

    def class_at(self, at: Location, name: str) -> ProjectClass | None:
        """Return the class whose statement holds a place."""
        file = self.file(at.path)
        for node in file.nodes if file is not None else ():
            if isinstance(node, ast.ClassDef) and node.name == name and file is not None:
                start, end = file.span(node)
                if start <= at.start < end:
                    return self.cls(at.path, node)
        return None

    def mro(self, cls: ProjectClass) -> tuple[list[ProjectClass], bool]:
        """Return a class and those that it derives from, nearest first, and whether all of them are known."""
        if cls.id not in self._mro:
            self._mro[cls.id] = ([cls], False)  # for a class that derives from itself
            self._mro[cls.id] = self._linearized(cls)
        return self._mro[cls.id]

    def _linearized(self, cls: ProjectClass) -> tuple[list[ProjectClass], bool]:
        known = True
        lines: list[list[ProjectClass]] = []
        direct: list[ProjectClass] = []
        for base in self.bases(cls):
            if isinstance(base, ProjectClass):
                line, whole = self.mro(base)
                lines.append(list(line))
                direct.append(base)
                known = known and whole
            elif not isinstance(base, Outside):
                known = False
        return [cls, *_merged([*lines, direct])], known

    def bases(self, cls: ProjectClass) -> Iterator[Meaning]:
        """Give what the bases of a class mean."""
        for base in cls.node.bases:
            yield self.resolve(cls.path, base.value if isinstance(base, ast.Subscript) else base)

    def derived(self, roots: Iterable[ProjectClass]) -> list[ProjectClass]:
        """Return the classes of the project that derive from ``roots``, and these."""
        found = {root.id: root for root in roots}
        names = {root.node.name for root in found.values()}
        looked: set[str] = set()
        while names:
            paths = self.mentioning(names)
            looked |= names
            for cls in (each for path in paths for each in self.classes_in(path)):
                if cls.id not in found and any(base.id in found for base in self.mro(cls)[0]):
                    found[cls.id] = cls
            names = {cls.node.name for cls in found.values()} - looked
        return list(found.values())

    def classes_in(self, path: str) -> list[ProjectClass]:
        """Return all classes of a file."""
        file = self.file(path)
        if file is None or b"class " not in file.source.data:
            return []
        return [self.cls(path, node) for node in file.nodes if isinstance(node, ast.ClassDef)]


def _are_alike(binders: list[Binder]) -> bool:
    """Return whether all that bind a name mean the same: functions by overloading, SQLModel's are SQLAlchemy's."""
    if all(isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef)) for each in binders):
        return True
    names = {each.name for each in binders if isinstance(each, Import) and is_sql(each)}
    return len(names) == 1 and None not in names and all(isinstance(each, Import) and is_sql(each) for each in binders)


def _merged(lines: list[list[ProjectClass]]) -> list[ProjectClass]:
    """Merge the lines of the bases as Python does (C3); where it would fail, the first that is left comes next."""
    result: list[ProjectClass] = []
    lines = [line for line in lines if line]
    while lines:
        heads = [line[0] for line in lines]
        head = next((each for each in heads if not any(each in line[1:] for line in lines)), heads[0])
        result.append(head)
        lines = [rest for line in lines if (rest := [each for each in line if each != head])]
    return result
