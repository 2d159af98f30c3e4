"""Which parts of a file really do not parse, and which the grammar only does not know.

The grammar knows no ``type A<in out T>``, ``import defer * as x``, ``export type *`` and no ``&`` in the text of JSX.
An error inside a type or inside JSX never matters, for neither has a part in a schema; nor does one inside a function
or class that makes no table (bundlers write names such as ``as`` there, which the grammar does not expect).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.lang import ir

if TYPE_CHECKING:
    from tree_sitter import Node

_IRRELEVANT: Final = frozenset(
    {
        "abstract_method_signature",
        "ambient_declaration",
        "extends_type_clause",
        "implements_clause",
        "interface_declaration",
        "jsx_attribute",
        "jsx_element",
        "jsx_opening_element",
        "jsx_self_closing_element",
        "type_alias_declaration",
        "type_annotation",
        "type_arguments",
        "type_parameters",
        "type_predicate_annotation",
    }
)
_BODIES: Final = frozenset({"class_body", "statement_block"})
_UNKNOWN_WORDS: Final = {
    "import_statement": frozenset({b"defer", b"source", b"type"}),
    "export_statement": frozenset({b"type"}),
}


def first_error(root: Node) -> ir.SyntaxProblem | None:
    """Return the first part that does not parse, None where the grammar only lacks a valid form."""
    pending = [root]
    while pending:
        node = pending.pop()
        if node.is_missing:
            return _problem(node, f"`{node.type}` is missing")
        if node.is_error and not _is_valid(node):
            return _problem(node, "this is no TypeScript")
        if node.has_error and not node.is_error and not _is_irrelevant(node):
            pending.extend(reversed(node.children))
    return None


def _is_irrelevant(node: Node) -> bool:
    if node.type in _IRRELEVANT:
        return True
    return node.type in _BODIES and b"Table" not in (node.text or b"")


def _problem(node: Node, message: str) -> ir.SyntaxProblem:
    return ir.SyntaxProblem(node.start_byte, max(node.end_byte, node.start_byte), message)


def _is_valid(node: Node) -> bool:
    if any(child.type.startswith("jsx_") for child in node.children):
        return True
    parent = node.parent
    words = _UNKNOWN_WORDS.get(parent.type) if parent is not None else None
    return words is not None and node.text in words
