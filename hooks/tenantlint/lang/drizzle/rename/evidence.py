"""Whether a use that cannot be told for certain is worth a reader's time: what stands beside it may rule it out.

A row of a table has the table's columns, and what its relations load. An object of which most names are others is not
one, and a text names a column only where a row, or the type of one, is at hand.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tenantlint.lang.drizzle.rename.annotations import annotation, arguments_of
from tenantlint.lang.drizzle.rename.calls import arguments
from tenantlint.lang.drizzle.rename.scopes import first_named, key_of, text, unquoted
from tenantlint.lang.drizzle.rename.shapes import Many, Query, element, item_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from tree_sitter import Node

    from tenantlint.lang.drizzle.rename.owners import Owners
    from tenantlint.lang.drizzle.rename.scopes import File
    from tenantlint.lang.drizzle.rename.shapes import Shape

_FILTERS: Final = frozenset({"AND", "OR", "NOT", "RAW"})
_IN_VALUES: Final = frozenset("array object pair parenthesized_expression as_expression satisfies_expression".split())
_NAMED_TYPES: Final = ("type_identifier", "type_query", "lookup_type", "nested_type_identifier")
_STATEMENTS: Final = ("statement_block", "program", "class_body")
_ENOUGH: Final = 3
"""With so many names that all are the table's, an object literal is like a row."""
_PATH: Final = r"[\w$]+(\.[\w$]+)+"


class Evidence:
    """Says of the uses that ``owners`` cannot decide which may be of the column."""

    def __init__(self, owners: Owners) -> None:
        self.owners = owners
        self.infer = owners.infer
        self.is_bare = False
        tables = [owners.infer.facts.tables[each] for each in owners.tables if each in owners.infer.facts.tables]
        columns = {column.key for table in tables for column in table.columns}
        self._names = columns | {relation.name for table in tables for relation in table.relations} | _FILTERS
        self._tables = {name for table in tables for name in _spellings(table.symbol, str(table.name))}

    def may_be(self, file: File, node: Node) -> bool:
        """Return whether a name that stands at something unknown may be the column's key.

        Afterwards ``is_bare`` says whether nothing stands beside it that speaks for the table, or against.
        """
        parent = node.parent
        self.is_bare = True
        if node.type == "shorthand_property_identifier":
            return parent is None or self._fits_literal(parent)
        if parent is None:
            return True
        read = _READERS.get(parent.type)
        return read(self, file, node, parent) if read is not None else True

    # Objects

    def _fits(self, names: Iterable[str]) -> bool:
        others = {name for name in names if name != self.owners.key}
        self.is_bare = not others
        return not others or 2 * len(others & self._names) >= len(others)

    def _fits_literal(self, literal: Node) -> bool:
        """Return whether an object literal may be a row: what it has must be the table's, as TypeScript has it."""
        names = [name for child in literal.named_children if (name := key_of(child))]
        self.is_bare = len(names) < _ENOUGH
        return all(name in self._names for name in names)

    def _of_entry(self, file: File, node: Node, entry: Node) -> bool:
        owner = entry.parent
        if owner is None or entry.child_by_field_name("key") != node:
            return True
        if owner.type == "object":
            return self._fits_literal(owner)
        return self._fits(key_of(child) for child in owner.named_children)

    def _of_pattern(self, file: File, node: Node, parent: Node) -> bool:
        pattern = parent if parent.type == "object_pattern" else parent.parent
        return pattern is None or self._fits(_leaf_key(child) for child in pattern.named_children)

    def _of_member(self, file: File, node: Node, parent: Node) -> bool:
        """Return whether what else is read of the same thing in this function fits the table."""
        owner = parent.child_by_field_name("object")
        return owner is None or self._fits(_members_of(file, owner))

    def _of_attribute(self, file: File, node: Node, parent: Node) -> bool:
        element_ = parent.parent
        names = (
            (text(first_named(each)) for each in element_.named_children if each.type == "jsx_attribute")
            if element_
            else ()
        )
        return all(name in self._names for name in names)

    def _of_member_of_type(self, file: File, node: Node, parent: Node) -> bool:
        """Return False: a type's own member is changed by nobody, where a row meets it that is told there."""
        return False

    # Texts

    def _of_text(self, file: File, node: Node, string: Node) -> bool:
        """Return whether a row of the table, or its type, is at hand where a text stands."""
        content = text(node)
        parent = string.parent
        if parent is not None and parent.type in ("literal_type", "array") and self._of_names(file, string, parent):
            return True
        if content != self.owners.key:
            return re.fullmatch(_PATH, content) is not None and not self._tables.isdisjoint(content.split("."))
        current: Node | None = parent
        if current is not None and current.type == "subscript_expression":
            return self._of_member(file, node, current)
        while current is not None and current.type not in _STATEMENTS:
            if any(self._is_of_table(file, each) for each in _types_at(current)):
                return True
            if current.type == "call_expression" and self._has_row(file, current):
                return True
            current = current.parent
        return False

    def _of_names(self, file: File, string: Node, parent: Node) -> bool:
        """Return whether a text is a key of a type that is not known, or one of names that all fit the table.

        Those stand beside something that is not known either: ``pick(user, ["id", "createdAt"])``.
        """
        if parent.type == "literal_type":
            while parent.parent is not None and parent.type in ("literal_type", "union_type", "parenthesized_type"):
                parent = parent.parent
            generic = parent.parent if parent.type == "type_arguments" else None
            name = text(generic.child_by_field_name("name")) if generic is not None else ""
            first = annotation(self.infer, file, first_named(parent)) if generic is not None else None
            return name in ("Pick", "Omit", "Extract", "Exclude") and first is None
        call = parent.parent.parent if parent.parent is not None and parent.parent.type == "arguments" else None
        names = [unquoted(child) for child in parent.named_children if child.type == "string"]
        if call is None or len(names) < 2 or not all(name in self._names for name in names):
            return False
        others = [each for each in arguments(call) if each != parent]
        return any(each.type not in _IN_VALUES and self.infer.of(file, each) is None for each in others)

    def _is_of_table(self, file: File, written: Node) -> bool:
        """Return whether a type is, or has in it, one of the table's rows."""
        pending = [written]
        while pending:
            node = pending.pop()
            if node.type in _NAMED_TYPES and self._owns(annotation(self.infer, file, node)):
                return True
            pending += node.named_children
        return False

    def _owns(self, shape: Shape | None) -> bool:
        """Return whether something is a row, or rows."""
        return bool(self.owners.owns(item_of(shape) if isinstance(shape, Many) else shape))

    def _has_row(self, file: File, call: Node) -> bool:
        """Return whether a call is of a method of rows, or gets rows."""
        function = call.child_by_field_name("function")
        owner = function.child_by_field_name("object") if function is not None else None
        return any(self._is_row(file, each) for each in (*arguments(call), *((owner,) if owner is not None else ())))

    def _is_row(self, file: File, node: Node) -> bool:
        if node.type in _IN_VALUES or node.type == "string":
            return False
        shape = self.infer.of(file, node)
        return self._owns(element(shape) if isinstance(shape, Query) else shape)


def _leaf_key(child: Node) -> str:
    leaf = child.child_by_field_name("left") if child.type == "object_assignment_pattern" else child
    if leaf is None or leaf.type == "rest_pattern":
        return ""
    return key_of(leaf) or text(leaf)


def _types_at(node: Node) -> Iterator[Node]:
    """Yield the types that a node says: of a variable, of a call's type arguments, of ``as`` and ``satisfies``."""
    written = node.child_by_field_name("type")
    if written is not None:
        yield written
    if node.type in ("call_expression", "new_expression"):
        yield from arguments_of(node)
    if node.type in ("as_expression", "satisfies_expression") and len(node.named_children) > 1:
        yield node.named_children[-1]
    if node.type == "type_arguments":
        yield from node.named_children


def _members_of(file: File, owner: Node) -> Iterator[str]:
    """Yield the names of the members that the function around reads of the same expression."""
    scope: Node = owner
    while scope.parent is not None and scope.parent.type != "program":
        scope = scope.parent
    root = _root(owner)
    binder = file.lookup(owner, text(root)) if root.type == "identifier" else None
    written = re.sub(rb"\s|[?!](?=\.)|!$", b"", owner.text or b"")
    for match in re.finditer(
        re.escape(text(root).encode()) + rb"\b", file.source.data[scope.start_byte : scope.end_byte]
    ):
        start = scope.start_byte + match.start()
        node = file.root.descendant_for_byte_range(start, start + len(text(root)))
        while (
            node is not None
            and node.parent is not None
            and node.parent.type in ("member_expression", "non_null_expression")
        ):
            parent = node.parent
            if parent.type == "member_expression":
                if parent.child_by_field_name("object") != node:
                    break
                if re.sub(rb"\s|[?!](?=\.)|!$", b"", node.text or b"") == written and (
                    binder is None or file.lookup(node, text(root)) == binder
                ):
                    yield text(parent.child_by_field_name("property"))
            node = parent


def _root(node: Node) -> Node:
    current = node
    while current.type in ("member_expression", "non_null_expression", "subscript_expression"):
        inner = current.child_by_field_name("object") or first_named(current)
        if inner is None:
            break
        current = inner
    return current


def _spellings(*names: str) -> Iterator[str]:
    """Yield the names of a table as a path may have them: as they are, and for one row."""
    for name in names:
        last = name.rpartition(".")[2]
        yield last
        yield last.removesuffix("s")
        yield last.removesuffix("Table")
        yield last.removesuffix("Table").removesuffix("s")


_READERS: Final[Mapping[str, Callable[[Evidence, File, Node, Node], bool]]] = {
    "jsx_attribute": Evidence._of_attribute,
    "member_expression": Evidence._of_member,
    "method_definition": Evidence._of_entry,
    "object_assignment_pattern": Evidence._of_pattern,
    "object_pattern": Evidence._of_pattern,
    "pair": Evidence._of_entry,
    "pair_pattern": Evidence._of_pattern,
    "property_signature": Evidence._of_member_of_type,
    "public_field_definition": Evidence._of_member_of_type,
    "string": Evidence._of_text,
    "template_string": Evidence._of_text,
}
