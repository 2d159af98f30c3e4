"""The syntax of a TypeScript file that is to be edited: lists, chains of calls, and the declarations of tables."""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Final

from tenantlint.lang.drizzle.extract import parse
from tenantlint.lang.lowering import RefusedError
from tenantlint.lang.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from tenantlint.edit import Edit
    from tenantlint.project import Project
    from tenantlint.schema import Column, Table
    from tenantlint.source import Location, Source

COMMENTS: Final = frozenset({"comment", "html_comment"})
FUNCTIONS: Final = frozenset({"arrow_function", "function_expression"})
_SPACED: Final = frozenset({"object", "object_pattern", "named_imports"})


class ScriptFile(Text):
    """A TypeScript or JavaScript file and its syntax tree. Raises RefusedError where it does not parse."""

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self.root = parse(source)
        if self.root.has_error:
            raise RefusedError(f"`{source.path}` cannot be parsed")

    def text(self, node: Node) -> str:
        """Return the source of a node, with line feeds as line ends."""
        return self.slice(node.start_byte, node.end_byte).replace("\r\n", "\n").replace("\r", "\n")

    def node_at(self, at: Location, kind: str) -> Node:
        """Return the node of a kind that covers a stretch exactly. Raises RefusedError where there is none."""
        node = self.root.descendant_for_byte_range(at.start, at.end)
        while node is not None and (node.start_byte, node.end_byte) == (at.start, at.end):
            if node.type == kind:
                return node
            node = node.parent
        raise RefusedError("it is declared in a way that is not edited")

    @cached_property
    def end_of_statement(self) -> str:
        """What statements of the file end with: a semicolon, or nothing."""
        kinds = ("import_statement", "lexical_declaration")
        statements = [node for node in self.root.named_children if node.type in kinds]
        return ";" if not statements or any(self.text(node).endswith(";") for node in statements) else ""

    def append(self, container: Node, text: str) -> list[Edit]:
        """Return the edits that add an item at the end of an object, an array, or the like."""
        items = named(container)
        if items:
            return self.add_after(items[-1], text)
        gap = " " if container.type in _SPACED else ""
        start, end = container.start_byte + 1, container.end_byte - 1
        if self.data[start:end].strip():
            raise RefusedError("a comment stands where the new text belongs")
        return [self.replace(start, end, gap + self._indented(text, self.indent(container.start_byte)) + gap)]

    def add_after(self, item: Node, text: str) -> list[Edit]:
        """Return the edits that add an item behind another one, in the style of that."""
        begins_line = self.begins_line(item.start_byte)
        indent = self.indent(item.start_byte)
        text = self._indented(text, indent)
        comma = next_token(item)
        if comma is None or comma.type != ",":
            if not begins_line:
                return [self.insert(item.end_byte, f", {text}")]
            end = self.line_end(item.end_byte)
            if not self._is_comment(item.end_byte, end):
                return [self.insert(item.end_byte, f",\n{indent}{text}")]
            return [self.insert(item.end_byte, ","), self.insert(end, f"\n{indent}{text}")]
        end = self.line_end(comma.end_byte)
        if begins_line and (not self.data[comma.end_byte : end].strip() or self._is_comment(comma.end_byte, end)):
            return [self.insert(end, f"\n{indent}{text},")]
        return [self.insert(comma.end_byte, f" {text},")]

    def _is_comment(self, start: int, end: int) -> bool:
        return self.data[start:end].strip().startswith(b"//")

    def _indented(self, text: str, indent: str) -> str:
        return text.replace("\n", f"\n{indent}")

    @cached_property
    def step(self) -> str:
        """One step of indentation: that of the first line that begins with blanks."""
        for line in self.data.splitlines():
            blanks = line[: len(line) - len(line.lstrip(b" \t"))].decode()
            if blanks and line.strip() and not line.lstrip().startswith((b"*", b"//")):
                return blanks if blanks[0] == " " else "\t"
        return "  "


@lru_cache(maxsize=256)
def opened(source: Source) -> ScriptFile:
    """Return a file with its syntax tree, which is kept for the next change. Raises RefusedError."""
    return ScriptFile(source)


def named(node: Node) -> list[Node]:
    """Return the named children of a node without comments."""
    return [child for child in node.named_children if child.type not in COMMENTS]


def next_token(node: Node) -> Node | None:
    """Return what follows a node in the node that holds it, comments aside."""
    found = node.next_sibling
    while found is not None and found.type in COMMENTS:
        found = found.next_sibling
    return found


def walk(node: Node) -> Iterator[Node]:
    """Yield a node and all in it, in order."""
    todo = [node]
    while todo:
        each = todo.pop()
        yield each
        todo += reversed(each.children)


def arguments(call: Node) -> list[Node]:
    """Return the arguments of a call."""
    found = call.child_by_field_name("arguments")
    return named(found) if found is not None and found.type == "arguments" else []


def unwrapped(node: Node) -> Node:
    """Return what stands in parentheses."""
    while node.type == "parenthesized_expression" and len(named(node)) == 1:
        node = named(node)[0]
    return node


def links(file: ScriptFile, node: Node) -> list[tuple[str, Node]]:
    """Return the calls of a chain from its root outward, by name: ``a("x").b()`` gives ``a`` and ``b``."""
    found: list[tuple[str, Node]] = []
    while node.type == "call_expression":
        function = node.child_by_field_name("function")
        if function is None:
            break
        if function.type != "member_expression":
            found.append((file.text(function), node))
            break
        owner, name = function.child_by_field_name("object"), function.child_by_field_name("property")
        found.append((file.text(name) if name is not None else "", node))
        if owner is None:
            break
        node = owner
    return found[::-1]


def outermost(node: Node) -> Node:
    """Return the whole chain of calls that begins with a call."""
    while node.parent is not None and node.parent.type == "member_expression" and node.parent.parent is not None:
        if node.parent.child_by_field_name("object") != node or node.parent.parent.type != "call_expression":
            break
        node = node.parent.parent
    return node


def string_value(file: ScriptFile, node: Node) -> str | None:
    """Return the value of a string literal without escapes, None for anything else."""
    text = file.text(node)
    return text[1:-1] if node.type == "string" and "\\" not in text else None


def column_pair(project: Project, column: Column) -> tuple[ScriptFile, Node, Node]:
    """Return the file, the property and its value that declare a column. Raises RefusedError."""
    file = opened(project.source(column.at.path))
    pair = file.node_at(column.at, "pair")
    value = pair.child_by_field_name("value")
    if value is None:
        raise RefusedError("the column has no declaration of its own")
    return file, pair, value


class Declared:
    """The call that declares a table: ``columns`` is the object of its columns, ``extra`` its third argument.

    ``builder`` is what stands before the functions of columns where a function makes them: ``d.`` in
    ``(d) => ({ id: d.uuid() })``. Raises RefusedError for any other shape.
    """

    def __init__(self, project: Project, table: Table) -> None:
        self.table = table
        self.file = opened(project.source(table.at.path))
        self.call = _root(self.file, self.file.node_at(table.at, "call_expression"))
        given = arguments(self.call)
        columns = unwrapped(given[1]) if len(given) in (2, 3) else None
        self.builder = ""
        if columns is not None and columns.type == "arrow_function":
            self.builder, columns = _made(self.file, columns)
        if columns is None or columns.type != "object":
            raise RefusedError(f"`{table.symbol}` is declared in a way that is not edited")
        self.columns = columns
        self.extra = given[2] if len(given) == 3 else None

    def reference(self, key: str, owner: str) -> str:
        """Return the expression for a column of the table, which code calls ``owner``."""
        return f"{owner}.{key}" if key.isidentifier() else f"{owner}[{self.file.quoted(key)}]"

    def refuse_taken(self, *names: str) -> None:
        """Raise RefusedError where the table has a column called by one of ``names``."""
        for column in self.table.columns:
            if column.key in names or column.name in names:
                raise RefusedError(f"`{self.table.symbol}` has a `{column.key}` already")


def _root(file: ScriptFile, call: Node) -> Node:
    """Return the call that takes the columns, where others only enable row level security on the table."""
    chain = links(file, call)
    return chain[0][1] if chain and all(name == "enableRLS" for name, _ in chain[1:]) else call


def _made(file: ScriptFile, function: Node) -> tuple[str, Node | None]:
    body = function.child_by_field_name("body")
    name = parameter(function)
    if body is None or name is None or name.type != "identifier":
        return "", None
    return f"{file.text(name)}.", unwrapped(body)


def parameter(function: Node) -> Node | None:
    """Return the name or the pattern of the only parameter of a function, None where there is none, or several."""
    single = function.child_by_field_name("parameter")
    if single is not None:
        return single
    listed = function.child_by_field_name("parameters")
    parameters = named(listed) if listed is not None else []
    return parameters[0].child_by_field_name("pattern") if len(parameters) == 1 else None
