"""Uses of SQLModel tables in the code of a project: where their rows are deleted."""

from __future__ import annotations

import ast
import re
import warnings
from typing import TYPE_CHECKING, Final

from tenantlint.lang.sqlmodel.imported import Import, imports_of, is_sql
from tenantlint.lang.sqlmodel.models import ModelClass
from tenantlint.lang.sqlmodel.objects import AnnotatedType
from tenantlint.lang.sqlmodel.walk import Walker
from tenantlint.lang.values import MISSING, Deferred, ModuleValue, Value
from tenantlint.schema import UNKNOWN, Deletion
from tenantlint.source import Location

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tenantlint.lang.evaluate import Evaluator
    from tenantlint.lang.sqlmodel.registry import Registry
    from tenantlint.project import Project
    from tenantlint.source import Source

_DELETES: Final = rb"\bdelete(?:\s*\(|\s+as\b)"


class FileNames:
    """What the names of one file mean: those that it imports, and those that it declares tables under.

    ``classes`` are the names of the tables' classes, ``assigned`` the names for types that the file makes itself.
    """

    def __init__(self, path: str, tree: ast.Module, evaluator: Evaluator, registry: Registry) -> None:
        self.path = path
        self.evaluator = evaluator
        self.registry = registry
        self.imports: dict[str, Import | None] = {}
        self.stars: list[Import] = []
        self.classes = frozenset(table.cls.name for table in registry.tables)
        self.assigned = {
            target.id
            for node in tree.body
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Subscript)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        self._values: dict[str, Value] = {}
        for node in ast.walk(tree):
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                self._take(node)

    def _take(self, node: ast.Import | ast.ImportFrom) -> None:
        for name, found in imports_of(node):
            if name is None:
                self.stars.append(found)
            else:
                self._bind(name, found)

    def _bind(self, name: str, found: Import) -> None:
        """Bind a name; one that different imports bind is not known."""
        known = self.imports.get(name, found)
        self.imports[name] = found if known is not None and _means_the_same(known, found) else None

    def table(self, node: ast.expr) -> str | None:
        """Return the ``Table.id`` of a table's class: other names are not looked up, so that no more code is read."""
        return self._table_of(self._value(node)) if self._original_name(node) in self.classes else None

    def alias(self, node: ast.expr) -> str | None:
        """Return the ``Table.id`` of the class that a name for a type (``Annotated[X, ...]``) stands for.

        The name is looked up in this file, and in modules that have been read anyway.
        """
        if not isinstance(node, ast.Name) or not (node.id in self.assigned or self._is_read(node.id)):
            return None
        value = self._value(node)
        return self._table_of(value.type) if isinstance(value, AnnotatedType) else None

    def _original_name(self, node: ast.expr) -> str | None:
        """Return the name that what ``node`` means has where it is declared."""
        if isinstance(node, ast.Attribute):
            return node.attr
        if not isinstance(node, ast.Name):
            return None
        found = self.imports.get(node.id)
        return node.id if found is None else found.name

    def _is_read(self, name: str) -> bool:
        found = self.imports.get(name)
        path = None if found is None else self.evaluator.language.resolve(found.module, found.level, self.path)
        return path is not None and path in self.evaluator.modules

    def _table_of(self, value: Value) -> str | None:
        if not isinstance(value, ModelClass) or value.table is None or value.table not in self.registry.tables:
            return None
        return self.registry.id_of(value.table)

    def function(self, node: ast.expr) -> str | None:
        """Return the name of a function of SQLAlchemy or SQLModel."""
        if isinstance(node, ast.Name):
            found = self.imports.get(node.id)
            return found.name if found is not None and is_sql(found) else None
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            found = self.imports.get(node.value.id)
            return node.attr if found is not None and is_sql(found) and found.name is None else None
        return None

    def _value(self, node: ast.expr) -> Value:
        if isinstance(node, ast.Name):
            if node.id not in self._values:
                self._values[node.id] = self._look_up(node.id)
            return self._values[node.id]
        if isinstance(node, ast.Attribute):
            value = self._value(node.value)
            return self.evaluator.attribute(value, node.attr) if isinstance(value, ModuleValue) else UNKNOWN
        return UNKNOWN

    def _look_up(self, name: str) -> Value:
        if name in self.imports:
            found = self.imports[name]
            return UNKNOWN if found is None or is_sql(found) else self._imported(found, found.name)
        is_assigned = name in self.assigned
        module = self.evaluator.module(self.path) if is_assigned else self.evaluator.modules.get(self.path)
        if module is not None and name in module.binders:
            return self.evaluator.lookup(module, name)
        values = (self._imported(star, name) for star in self.stars if not is_sql(star))
        return next((value for value in values if value is not UNKNOWN), UNKNOWN)

    def _imported(self, found: Import, name: str | None) -> Value:
        path = self.evaluator.language.resolve(found.module, found.level, self.path)
        if path is None:
            return UNKNOWN
        value = self.evaluator.imported(Deferred(found.module, found.level, name, Location(self.path, 0, 0)), self.path)
        return UNKNOWN if value is MISSING else value


def _means_the_same(one: Import, other: Import) -> bool:
    """Return whether two imports bring the same: SQLModel's functions are SQLAlchemy's here."""
    if one.name != other.name or one.level != other.level:
        return False
    return one.module == other.module or (one.name is not None and is_sql(one) and is_sql(other))


def deletions(project: Project, evaluator: Evaluator, registry: Registry) -> tuple[Deletion, ...]:
    """Return the places in the Python files of a project where rows of its tables are deleted; tests are left out."""
    return tuple(each for source in _sources(project) for each in _of_file(source, evaluator, registry))


def _sources(project: Project) -> Iterator[Source]:
    from tenantlint.testing import is_test

    for path in sorted(project.files):
        if path.endswith(".py") and not is_test(path):
            try:
                data = project.read(path)
            except OSError:
                continue
            if re.search(_DELETES, data):
                project.keep(path, data)
                yield project.source(path)


def _of_file(source: Source, evaluator: Evaluator, registry: Registry) -> Iterable[Deletion]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source.text())
        walker = Walker(FileNames(source.path, tree, evaluator, registry))
        walker.block(tree.body, {})
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    return [Deletion(table, _place(source, call), function) for call, (table, function) in walker.found.items()]


def _place(source: Source, node: ast.expr) -> Location:
    start = source.line_starts[node.lineno - 1] + node.col_offset
    end = source.line_starts[(node.end_lineno or node.lineno) - 1] + (node.end_col_offset or 0)
    return Location(source.path, start, end)
