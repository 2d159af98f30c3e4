"""One Python file as its syntax tree shows it: what its names are bound by, and where its nodes stand."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, TypeAlias

from tenantlint.lang.sqlmodel.imported import Import, imports_of
from tenantlint.record import Record
from tenantlint.source import Location

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tenantlint.source import Source

Function: TypeAlias = "ast.FunctionDef | ast.AsyncFunctionDef"


class ProjectClass(Record):
    """A class statement; ``id`` is unique in the project."""

    id: str
    path: str
    node: ast.ClassDef


class ProjectFunction(Record):
    """A function of a module."""

    path: str
    node: Function


class ProjectModule(Record):
    """A module of the project."""

    path: str


class Variable(Record):
    """A name that a module assigns once."""

    path: str
    value: ast.expr
    annotation: ast.expr | None


class Outside(Record):
    """What is not of the project: a name of a module, or the module itself where ``name`` is ''."""

    module: str
    name: str


Meaning: TypeAlias = "ProjectClass | ProjectFunction | ProjectModule | Variable | Outside | None"

Binder: TypeAlias = "Import | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef | ast.Assign | ast.AnnAssign | None"


class CodeFile:
    """One file: its tree, and what binds the names of the module (None: something that is not followed)."""

    def __init__(self, source: Source, tree: ast.Module) -> None:
        self.source = source
        self.path = source.path
        self.tree = tree
        self.binders: dict[str, list[Binder]] = {}
        self.stars: list[Import] = []
        self.nodes = list(ast.walk(tree))
        self._collect(tree.body)
        for node in self.nodes:
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                self._import(node)
            elif isinstance(node, ast.Global):
                for name in node.names:
                    self._bind(name, None)

    def span(self, node: ast.expr | ast.stmt | ast.keyword | ast.pattern) -> tuple[int, int]:
        """Return the byte offsets where a node starts and ends."""
        starts = self.source.line_starts
        end = starts[(node.end_lineno or node.lineno) - 1] + (node.end_col_offset or 0)
        return starts[node.lineno - 1] + node.col_offset, end

    def at(self, node: ast.expr | ast.stmt | ast.keyword | ast.pattern) -> Location:
        """Return the place of a node."""
        return Location(self.path, *self.span(node))

    def _bind(self, name: str, binder: Binder) -> None:
        known = self.binders.setdefault(name, [])
        if binder not in known:
            known.append(binder)

    def _collect(self, body: Iterable[ast.stmt]) -> None:
        for node in body:
            if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
                self._bind(node.name, node)
            elif isinstance(node, (ast.Assign, ast.AnnAssign)):
                for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                    self._target(target, node)
            elif isinstance(node, (ast.If, ast.Try, ast.With)):
                for part in ("body", "orelse", "finalbody", "handlers"):
                    self._collect(getattr(node, part, ()))
            elif isinstance(node, ast.ExceptHandler):
                self._collect(node.body)
            elif not isinstance(node, (ast.Import, ast.ImportFrom, ast.Expr)):
                self._unknown(node)

    def _target(self, target: ast.expr, node: ast.Assign | ast.AnnAssign) -> None:
        if isinstance(target, ast.Name):
            self._bind(target.id, node)
        else:
            self._unknown(target)

    def _unknown(self, node: ast.AST) -> None:
        for inner in ast.walk(node):
            if isinstance(inner, ast.Name) and isinstance(inner.ctx, (ast.Store, ast.Del)):
                self._bind(inner.id, None)

    def _import(self, node: ast.Import | ast.ImportFrom) -> None:
        for name, found in imports_of(node):
            if name is None:
                self.stars.append(found)
            else:
                self._bind(name, found)


def word_pattern(words: Iterable[str]) -> re.Pattern[bytes]:
    """Return what finds one of the words in bytes."""
    return re.compile(rb"(?<!\w)(?:" + b"|".join(re.escape(word.encode()) for word in sorted(words)) + rb")(?!\w)")


def members(body: Iterable[ast.stmt], name: str) -> Iterator[ast.stmt]:
    """Give the statements of a class body that bind a name, those under a condition too."""
    for node in body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            if node.name == name:
                yield node
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(isinstance(target, ast.Name) and target.id == name for target in targets):
                yield node
        else:
            for part in ("body", "orelse", "finalbody"):
                yield from members(getattr(node, part, ()), name)
