"""The syntax of a Python file that is to be edited: where its nodes stand, and edits of calls and classes."""

from __future__ import annotations

import ast
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, TypeAlias

from tenantlint.lang.lowering import RefusedError
from tenantlint.lang.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tenantlint.edit import Edit
    from tenantlint.project import Project
    from tenantlint.schema import Column, Table
    from tenantlint.source import Source

Node: TypeAlias = ast.expr | ast.stmt | ast.keyword | ast.alias
Member: TypeAlias = ast.AnnAssign | ast.Assign


class PythonFile(Text):
    """A Python file and its syntax tree. Raises RefusedError where it does not parse."""

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        try:
            self.tree = ast.parse(source.text())
        except (SyntaxError, ValueError, RecursionError) as error:
            raise RefusedError(f"`{source.path}` cannot be parsed: {error}") from error

    def start(self, node: Node) -> int:
        """Return the offset at which a node begins."""
        return self.source.line_starts[node.lineno - 1] + node.col_offset

    def end(self, node: Node) -> int:
        """Return the offset at which a node ends."""
        line, column = node.end_lineno, node.end_col_offset
        assert line is not None
        assert column is not None
        return self.source.line_starts[line - 1] + column

    def text(self, node: Node) -> str:
        """Return the source of a node, with line feeds as its line ends."""
        return self.slice(self.start(node), self.end(node)).replace("\r\n", "\n").replace("\r", "\n")

    @cached_property
    def classes(self) -> list[ast.ClassDef]:
        """The classes of the file, wherever they stand."""
        return [node for node in ast.walk(self.tree) if isinstance(node, ast.ClassDef)]

    def class_at(self, offset: int, name: str) -> ast.ClassDef:
        """Return the class whose name stands at ``offset``. Raises RefusedError."""
        for node in self.classes:
            head = self.data[self.start(node) : offset]
            if node.name == name and head.split() == [b"class"]:
                return node
        raise RefusedError(f"`{name}` is no class")

    def member_at(self, offset: int) -> Member:
        """Return the assignment in the body of a class whose target begins at ``offset``. Raises RefusedError."""
        for owner in self.classes:
            for node in owner.body:
                if isinstance(node, ast.AnnAssign) and self.start(node.target) == offset:
                    return node
                if isinstance(node, ast.Assign) and self.start(node.targets[0]) == offset and len(node.targets) == 1:
                    return node
        raise RefusedError("the column is not declared in a class")

    def add_argument(self, call: ast.Call, text: str) -> Edit:
        """Return the edit that adds an argument at the end of a call, in the style of those before."""
        return self.append([*call.args, *call.keywords], self.end(call) - 1, text)

    def append(self, items: Sequence[Node], close: int, text: str) -> Edit:
        """Return the edit that adds an item at the end of a list, whose bracket closes at ``close``."""
        if not items:
            return self.insert(close, text)
        last = max(items, key=self.end)
        end = self.end(last)
        comma = _comma(self.data[end:close])
        begins_line = self.begins_line(self.start(last))
        if comma is None:
            indent = self.indent(self.start(last))
            return self.insert(end, f",\n{indent}{text}" if begins_line else f", {text}")
        if begins_line:
            return self.insert(self.line_end(end + comma), f"\n{self.indent(self.start(last))}{text},")
        return self.insert(end + comma + 1, f" {text},")

    def remove_argument(self, call: ast.Call, argument: Node) -> Edit:
        """Return the edit that takes an argument out of a call, with the comma after or before it."""
        arguments: list[Node] = sorted([*call.args, *call.keywords], key=self.start)
        index = arguments.index(argument)
        if index + 1 < len(arguments):
            return self.replace(self.start(argument), self.start(arguments[index + 1]), "")
        if index:
            return self.replace(self.end(arguments[index - 1]), self.end(argument), "")
        close = self.end(call) - 1
        return self.replace(self.start(argument), close if self._is_bare(argument, close) else self.end(argument), "")

    def _is_bare(self, argument: Node, close: int) -> bool:
        return self.data[self.end(argument) : close].strip() in (b"", b",")

    def add_member(self, owner: ast.ClassDef, after: ast.stmt | None, text: str) -> Edit:
        """Return the edit that adds a statement to the body of a class: after another, or before all but the docstring.

        Raises RefusedError where statements share a line.
        """
        first = owner.body[0]
        is_docstring = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
        anchor = after or (first if is_docstring else None)
        indent = self.indent(self.start(first))
        if not self.begins_line(self.start(first)) or (anchor and not self._ends_line(anchor)):
            raise RefusedError(f"several statements stand on one line in `{owner.name}`")
        lines = text.replace("\n", f"\n{indent}")
        if anchor is None:
            start = self.start(_with_decorators(first))
            return self.insert(self.line_start(start), f"{indent}{lines}\n")
        return self.insert(self.line_end(self.end(anchor)), f"\n{indent}{lines}")

    def _ends_line(self, node: ast.stmt) -> bool:
        rest = self.data[self.end(node) : self.line_end(self.end(node))].strip()
        return not rest or rest.startswith(b"#")

    def step(self, owner: ast.ClassDef) -> str:
        """Return one step of the indentation of a class."""
        return self.unit(self.indent(self.start(owner.body[0])), self.indent(self.start(owner)))


@lru_cache(maxsize=256)
def opened(source: Source) -> PythonFile:
    """Return a file with its syntax tree, which is kept for the next change. Raises RefusedError."""
    return PythonFile(source)


def _with_decorators(node: ast.stmt) -> Node:
    decorators = getattr(node, "decorator_list", [])
    return decorators[0] if decorators else node


def _comma(rest: bytes) -> int | None:
    """Return where the comma is in what follows the last item of a list. Raises RefusedError for other text."""
    found: int | None = None
    position = 0
    for line in rest.splitlines(keepends=True):
        code = line.partition(b"#")[0]
        if code.strip() == b"," and found is None:
            found = position + code.index(b",")
        elif code.strip():
            raise RefusedError("its arguments are written in a way that is not edited")
        position += len(line)
    return found


def bound_names(owner: ast.ClassDef) -> set[str]:
    """Return the names that the body of a class binds."""
    found: set[str] = set()
    for node in owner.body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        found |= {target.id for target in targets if isinstance(target, ast.Name)}
        found |= {node.name} if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) else set()
    return found


def keyword(call: ast.Call, *names: str) -> ast.keyword | None:
    """Return the keyword argument of a call that has one of ``names``."""
    return next((each for each in call.keywords if each.arg in names), None)


def called(node: ast.expr | None) -> str:
    """Return the last name of the function that an expression calls, '' where it is no call of a name."""
    if not isinstance(node, ast.Call):
        return ""
    function = node.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def field_call(node: Member) -> ast.Call | None:
    """Return the call of ``Field`` that declares a column, None where the column has none."""
    return node.value if isinstance(node.value, ast.Call) and called(node.value) == "Field" else None


def column_call(field: ast.Call | None) -> ast.Call | None:
    """Return the call of ``Column`` that a field is given as ``sa_column``. Raises RefusedError where it is no call."""
    given = keyword(field, "sa_column") if field else None
    if given is None:
        return None
    if isinstance(given.value, ast.Call) and called(given.value) in ("Column", "mapped_column"):
        return given.value
    raise RefusedError("its `sa_column` is made elsewhere")


class Declared:
    """The declaration of a table's class: its file, its class, and its members."""

    def __init__(self, project: Project, table: Table) -> None:
        self.table = table
        self.file = opened(project.source(table.at.path))
        self.owner = self.file.class_at(table.at.start, table.symbol.rpartition(".")[2])

    def refuse_taken(self, name: str) -> None:
        """Raise RefusedError where the class or the table has something called ``name``."""
        members = (*(each.key for each in self.table.columns), *(each.name for each in self.table.relations))
        names = {*members, *(each.name for each in self.table.columns), *bound_names(self.owner)}
        if name in names:
            raise RefusedError(f"`{self.owner.name}` has a `{name}` already")


def column_member(project: Project, column: Column) -> tuple[PythonFile, Member]:
    """Return the file and the statement that declare a column. Raises RefusedError."""
    file = opened(project.source(column.at.path))
    return file, file.member_at(column.at.start)
