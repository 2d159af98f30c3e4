"""What the expressions of a project are: from tree-sitter's nodes to the shapes of ``rename.shapes``."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from tenantlint.lang.drizzle.rename.annotations import annotation
from tenantlint.lang.drizzle.rename.expressions import EXPRESSIONS, without_nothing
from tenantlint.lang.drizzle.rename.members import MEMBERS
from tenantlint.lang.drizzle.rename.patterns import PATTERNS
from tenantlint.lang.drizzle.rename.scopes import (
    FUNCTIONS,
    File,
    Meaning,
    Outside,
    Whole,
    first_named,
    key_of,
    returns,
    text,
)
from tenantlint.lang.drizzle.rename.shapes import (
    NOTHING,
    OTHER,
    TABLE,
    Class,
    External,
    Function,
    Keyed,
    Module,
    Shape,
    Written,
    any_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tree_sitter import Node

    from tenantlint.lang.drizzle.rename.facts import Facts
    from tenantlint.lang.drizzle.rename.scopes import Program

_MAX_DEPTH: Final = 60
_GLOBALS: Final = frozenset(
    "console Promise Object Array Math JSON Date Number String Boolean Symbol BigInt RegExp Intl Reflect "
    "process globalThis window "
    "document navigator location history localStorage sessionStorage crypto performance Buffer Error TypeError URL "
    "URLSearchParams FormData Headers Request Response AbortController Bun Deno require module exports __dirname "
    "__filename NaN Infinity describe it test expect beforeEach afterEach beforeAll afterAll vi jest "
    "setTimeout setInterval clearTimeout clearInterval fetch structuredClone React chrome".split()
)
_LITERALS: Final = frozenset("number template_string regex true false binary_expression unary_expression".split())


class Infer:
    """Answers what an expression is. Every question is asked once; one that asks itself is answered by None."""

    def __init__(self, program: Program, facts: Facts) -> None:
        self.program = program
        self.facts = facts
        self._known: dict[tuple[str, int, str], Shape | None] = {}
        self._holding: dict[tuple[str, int], bool] = {}
        self._depth = 0
        self._bound: list[tuple[int, Mapping[str, Shape | None]]] = []

    @property
    def nested(self) -> int:
        """How many aliases are being followed with arguments of their own."""
        return len(self._bound)

    def bound(self, owner: Node, name: str) -> Shape | None:
        """Return what a type parameter of ``owner`` stands for where that is being followed."""
        return next((names.get(name) for each, names in reversed(self._bound) if each == owner.id), None)

    @contextmanager
    def binding(self, owner: Node, names: Mapping[str, Shape | None]) -> Iterator[None]:
        """Follow a type in which the parameters of ``owner`` stand for these."""
        self._bound.append((owner.id, names))
        try:
            yield
        finally:
            self._bound.pop()

    def once(self, file: File, node: Node, ask: Callable[[], Shape | None], what: str = "type") -> Shape | None:
        """Return the answer to a question on a node, and remember it."""
        key = (file.path, node.id, what)
        if key not in self._known:
            self._known[key] = None
            if self._depth >= _MAX_DEPTH:
                return None
            self._depth += 1
            try:
                self._known[key] = ask()
            finally:
                self._depth -= 1
        return self._known[key]

    def holds(self, path: str, node: Node, ask: Callable[[], bool]) -> bool:
        """Return the answer to whether what stands at a node can hold a row; one that asks itself cannot by that."""
        key = (path, node.id)
        if key not in self._holding:
            self._holding[key] = False
            self._holding[key] = ask()
        return self._holding[key]

    def of(self, file: File, node: Node | None) -> Shape | None:
        """Return what an expression is, None where that is not known."""
        return None if node is None else self.once(file, node, lambda: self._of(file, node), "of")

    def _of(self, file: File, node: Node) -> Shape | None:
        table = self.facts.made_by(file.path, node)
        if table is not None:
            return Keyed(table, TABLE)
        if node.type in _LITERALS:
            return self._operation(file, node)
        if node.type in FUNCTIONS:
            return Function(file.path, node)
        read = EXPRESSIONS.get(node.type)
        return read(self, file, node) if read is not None else None

    def _operation(self, file: File, node: Node) -> Shape | None:
        operator = text(node.child_by_field_name("operator"))
        if operator not in ("??", "||", "&&"):
            return OTHER
        right = self.of(file, node.child_by_field_name("right"))
        if operator == "&&":
            return right
        return any_of(
            without_nothing(
                [
                    (child, self.of(file, child))
                    for child in (node.child_by_field_name("left"), node.child_by_field_name("right"))
                ]
            )
        )

    # Names

    def name(self, file: File, node: Node) -> Shape | None:
        """Return what an identifier stands for."""
        found = file.lookup(node, text(node))
        if found is None:
            return NOTHING if text(node) == "undefined" else OTHER if text(node) in _GLOBALS else None
        return self.meant(self.program.meaning(file, found))

    def meant(self, meaning: Meaning | Outside | Whole | None) -> Shape | None:
        """Return what a binding has for a value."""
        if isinstance(meaning, Outside):
            return External(meaning.module, meaning.name)
        if isinstance(meaning, Whole):
            return Module(meaning.path)
        return None if meaning is None else self._binding(meaning.file, meaning.node)

    def _binding(self, file: File, node: Node) -> Shape | None:
        if node.type in FUNCTIONS:
            return Function(file.path, node)
        if node.type.endswith("class_declaration"):
            return Class(file.path, node)
        if node.type == "enum_declaration":
            return OTHER
        if node.type in ("identifier", "shorthand_property_identifier_pattern") and not _is_value(node):
            return self.once(file, node, lambda: self.matched(file, node), "matched")
        return self.of(file, node)

    def matched(self, file: File, node: Node) -> Shape | None:
        """Return what a pattern, or a part of one, takes."""
        parent = node.parent
        if parent is None:
            return None
        read = PATTERNS.get(parent.type)
        return read(self, file, node, parent) if read is not None else None

    # Members

    def member(self, shape: Shape | None, name: str) -> Shape | None:
        """Return what a member of a value is."""
        read = MEMBERS.get(type(shape)) if shape is not None else None
        return read(self, shape, name) if read is not None and shape is not None else None

    def entry(self, shape: Written, name: str) -> Shape | None:
        """Return what an object literal has under a name."""
        file = self.program.file(shape.path)
        if file is None:
            return None
        for child in reversed(shape.node.named_children):
            if child.type == "spread_element":
                found = self.member(self.of(file, first_named(child)), name)
                if found is not None:
                    return found
            elif key_of(child) == name:
                return OTHER if self.facts.declared_by(shape.path, child) else self._entry_value(file, child)
        return None

    def _entry_value(self, file: File, node: Node) -> Shape | None:
        if node.type == "pair":
            return self.of(file, node.child_by_field_name("value"))
        return self.name(file, node) if node.type == "shorthand_property_identifier" else Function(file.path, node)

    # Functions

    def returned(self, function: Function) -> Shape | None:
        """Return what a call of a function gives."""
        file = self.program.file(function.path)
        if file is None:
            return None
        return self.once(file, function.node, lambda: self._returned(file, function.node), "returned")

    def _returned(self, file: File, node: Node) -> Shape | None:
        written = node.child_by_field_name("return_type")
        if written is not None:
            return annotation(self, file, written)
        body = node.child_by_field_name("body")
        if body is None:
            return None
        if body.type != "statement_block":
            return self.of(file, body)
        given = [(child, self.of(file, child)) for child in returns(body)]
        return any_of(without_nothing(given))


def _is_value(node: Node) -> bool:
    """Return whether an identifier is an expression: ``export default users``."""
    return node.parent is not None and node.parent.type == "export_statement"
