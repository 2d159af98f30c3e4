"""Where rows meet types that have a member of the old name, and where they leave the program as JSON.

There no name stands that could be changed: the type goes on to want what rows no longer have, or the table what a value
has no more. TypeScript reports some of these, and is silent where the member is optional or the reader untyped.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tenantlint.change import Use
from tenantlint.lang.drizzle.rename.expect import expected
from tenantlint.lang.drizzle.rename.scopes import FUNCTIONS, first_named, key_of, signature, text
from tenantlint.lang.drizzle.rename.shapes import (
    TABLE,
    AnyOf,
    Both,
    Described,
    Function,
    Joined,
    Keyed,
    Many,
    Named,
    Payload,
    Query,
    Several,
    Validator,
    Written,
    item_of,
    settled,
)
from tenantlint.source import Location

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tree_sitter import Node

    from tenantlint.lang.drizzle.rename.owners import Owners
    from tenantlint.lang.drizzle.rename.scopes import File
    from tenantlint.lang.drizzle.rename.shapes import Shape

_VALUES: Final = frozenset(
    "identifier member_expression await_expression call_expression subscript_expression non_null_expression "
    "as_expression shorthand_property_identifier".split()
)
_PARENTS: Final = frozenset(
    "arguments array arrow_function jsx_expression object pair return_statement spread_element "
    "variable_declarator".split()
)
_JSON: Final = frozenset({"json", "send", "stringify"})
_PROCEDURES: Final = frozenset({"query", "mutation", "subscription"})
_INSIDE: Final = frozenset({"spread_element", "object", "pair", "array"})
_MIN_ALIKE: Final = 3
_MAX_DEPTH: Final = 5
_MAX_FILES: Final = 400
"""Where more files have the word, it is one that much else is called by."""
_MAX_NESTING: Final = 300
"""Code that is nested deeper was written by a program."""


class Flows:
    """Finds the flows of rows in which the key of ``owners`` matters."""

    def __init__(self, owners: Owners) -> None:
        self.owners = owners
        self.infer = owners.infer
        tables = [owners.infer.facts.tables[each] for each in owners.tables]
        symbols = b"|".join(re.escape(table.symbol.rpartition(".")[2].encode()) for table in tables)
        self._key = re.compile(rb"(?<![\w$])" + re.escape(owners.key.encode()) + rb"(?![\w$])")
        self._names = {column.key for table in tables for column in table.columns}
        self._homes = {table.at.path for table in tables}
        self._named = re.compile(
            rb"import[^;'\"]*(?<![\w$])(?:" + symbols + rb")(?![\w$])|\.query\.(?:" + symbols + rb")\b"
        )

    def files(self, paths: Iterable[str]) -> list[str]:
        """Return the files to look at: those that import or query the table, and those with the key if not too many."""
        named, with_key = [], []
        for path in paths:
            data = self.infer.program.project.read(path)
            if path in self._homes or self._named.search(data) is not None:
                named.append(path)
            elif self._key.search(data) is not None:
                with_key.append(path)
        return named + with_key if len(with_key) <= _MAX_FILES else named

    def of(self, file: File) -> Iterator[Use]:
        """Yield the places in a file, at the values that flow."""
        pending: list[tuple[Node, Node | None, int]] = [(file.root, None, 0)]
        while pending:
            node, parent, depth = pending.pop()
            what = self._tells(file, node, parent)
            if what is not None:
                yield Use(what, Location(file.path, node.start_byte, node.end_byte))
            if depth < _MAX_NESTING:
                pending.extend((child, node, depth + 1) for child in reversed(node.named_children))

    def _tells(self, file: File, node: Node, parent: Node | None) -> str | None:
        if node.type == "subscript_expression":
            return self._picks(file, node)
        if parent is None or parent.type not in _PARENTS:
            return None
        return self._serves(file, node, parent) or self._meets(file, node, parent)

    def _picks(self, file: File, node: Node) -> str | None:
        """Tell of ``row[by]`` where ``by`` may be the old name; what is a key of the row by its type goes with it."""
        index = node.child_by_field_name("index")
        if index is None or index.type in ("string", "number"):
            return None
        owner = self.infer.of(file, node.child_by_field_name("object"))
        if not isinstance(owner, Keyed) or self.owners.owns(owner) is not True:
            return None
        by = self.infer.of(file, index)
        members = by.members if isinstance(by, AnyOf) else (by,)
        is_named = any(isinstance(each, Named) and each.value == self.owners.key for each in members)
        is_open = owner.role == TABLE and (by is None or index.type == "as_expression")
        return f"member of a table by a name that may be `{self.owners.key}`" if is_named or is_open else None

    def _serves(self, file: File, node: Node, parent: Node) -> str | None:
        """Tell of rows that a procedure of tRPC gives its clients, which may be typed by it from elsewhere."""
        call = parent.parent if parent.type == "arguments" else None
        function = call.child_by_field_name("function") if call is not None else None
        if node.type not in FUNCTIONS or function is None or function.type != "member_expression":
            return None
        if text(function.child_by_field_name("property")) not in _PROCEDURES or not _is_procedure(function):
            return None
        given = self.infer.returned(Function(file.path, node))
        return f"procedure that gives `{self.owners.key}`" if self._holds(settled(given), 0) else None

    def _meets(self, file: File, node: Node, parent: Node) -> str | None:
        if parent.type == "arguments" and _is_json(parent.parent):
            shape = settled(self.infer.of(file, node))
            return f"JSON with `{self.owners.key}`" if node == _first(parent) and self._holds(shape, 0) else None
        if node.type not in _VALUES or not _is_value(node, parent):
            return None
        shape = settled(self.infer.of(file, node))
        if shape is None:
            return self._may_meet(expected(self.infer, file, node).value)
        if self._is_row(shape):
            wanted = expected(self.infer, file, node).value
            if wanted is None and self._is_handed_on(file, node):
                return f"row with `{self.owners.key}` for a function that is not known"
            return f"row for a type with `{self.owners.key}`" if self._has(wanted) else None
        if self._has(shape) and self._is_row(expected(self.infer, file, node).value):
            return f"value with `{self.owners.key}` for a row"
        return None

    def _is_handed_on(self, file: File, node: Node) -> bool:
        """Return whether a row goes, inside of an object literal, to a function of which nothing is known."""
        current = node.parent
        is_inside = False
        while current is not None and current.type in _INSIDE:
            is_inside = True
            current = current.parent
        call = current.parent if is_inside and current is not None and current.type == "arguments" else None
        if call is None or _is_json(call):
            return False
        function = self.infer.of(file, call.child_by_field_name("function"))
        is_generic = isinstance(function, Function) and function.node.child_by_field_name("type_parameters") is not None
        return function is None or is_generic

    def _may_meet(self, wanted: Shape | None) -> str | None:
        """Tell of a value that is not known, for a type of which all members are those of the table."""
        wanted = wanted.item if isinstance(wanted, Many) else wanted
        if not isinstance(wanted, Described) or not self._has(wanted):
            return None
        body = wanted.node.child_by_field_name("body") or wanted.node
        names = [key_of(child) for child in body.named_children if child.type != "comment"]
        is_alike = len(names) >= _MIN_ALIKE and all(name in self._names for name in names)
        return f"value for a type like a row, with `{self.owners.key}`" if is_alike else None

    def _is_row(self, shape: Shape | None) -> bool:
        shape = item_of(shape) if isinstance(shape, (Many, Several)) else shape
        is_table = isinstance(shape, Keyed) and shape.role == TABLE
        return shape is not None and not is_table and not isinstance(shape, Query) and self.owners.owns(shape) is True

    def _has(self, shape: Shape | None) -> bool:
        """Return whether a type of its own has the key as a member."""
        if isinstance(shape, (Described, Payload)):
            return signature(shape.node, self.owners.key) is not None
        if isinstance(shape, (AnyOf, Both)):
            return any(self._has(member) for member in shape.members)
        if isinstance(shape, Validator):
            return False
        return self._has(shape.item) if isinstance(shape, Many) else False

    def _holds(self, shape: Shape | None, depth: int) -> bool:
        """Return whether a value has a row in it, at whatever depth."""
        if isinstance(shape, (Keyed, Many, Several)) and self._is_row(shape):
            return True
        if depth >= _MAX_DEPTH:
            return False
        if isinstance(shape, Written):
            return any(self._holds(part, depth + 1) for part in self._parts(shape))
        if isinstance(shape, Joined):
            return any(self._holds(row, depth + 1) for _, row in shape.sources)
        if isinstance(shape, (Many, Several)):
            return self._holds(item_of(shape), depth + 1)
        return isinstance(shape, (AnyOf, Both)) and any(self._holds(each, depth + 1) for each in shape.members)

    def _parts(self, shape: Written) -> Iterator[Shape | None]:
        file = self.infer.program.file(shape.path)
        for child in shape.node.named_children if file is not None else ():
            if file is None:
                return
            if child.type == "shorthand_property_identifier":
                yield settled(self.infer.name(file, child))
            value = first_named(child) if child.type == "spread_element" else child.child_by_field_name("value")
            yield settled(self.infer.of(file, value))


def _is_procedure(function: Node) -> bool:
    """Return whether a method is called on a procedure of tRPC: ``publicProcedure.input(...).query(...)``."""
    current: Node | None = function
    while current is not None and current.type in ("call_expression", "member_expression"):
        name = text(current.child_by_field_name("property"))
        if name.lower().endswith("procedure"):
            return True
        current = current.child_by_field_name("function" if current.type == "call_expression" else "object")
    return text(current).lower().endswith("procedure")


def _first(parent: Node) -> Node | None:
    return first_named(parent)


def _is_json(call: Node | None) -> bool:
    """Return whether a call writes what it gets as JSON: ``c.json(...)``, ``Response.json``, ``JSON.stringify``."""
    function = call.child_by_field_name("function") if call is not None else None
    is_method = function is not None and function.type == "member_expression"
    return is_method and function is not None and text(function.child_by_field_name("property")) in _JSON


def _is_value(node: Node, parent: Node) -> bool:
    """Return whether a node is what its parent hands on, and not a name or a callee."""
    if parent.type == "object":
        return node.type == "shorthand_property_identifier"
    if parent.type in ("variable_declarator", "pair"):
        is_typed = parent.type == "pair" or parent.child_by_field_name("type") is not None
        return is_typed and parent.child_by_field_name("value") == node
    return parent.type != "arrow_function" or parent.child_by_field_name("body") == node
