"""What the parts of patterns are: of declarations, parameters, loops and assignments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.lang.drizzle.rename.annotations import annotation
from tenantlint.lang.drizzle.rename.scopes import (
    File,
    key_of,
    text,
    uses_of,
)
from tenantlint.lang.drizzle.rename.shapes import (
    NOTHING,
    OTHER,
    External,
    Many,
    Shape,
    any_of,
    item_of,
    settled,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tree_sitter import Node

    from tenantlint.lang.drizzle.rename.infer import Infer


def _same(infer: Infer, file: File, node: Node, parent: Node) -> Shape | None:
    return infer.matched(file, parent)


def _rest(infer: Infer, file: File, node: Node, parent: Node) -> Shape | None:
    outer = parent.parent
    if outer is None or outer.type == "formal_parameters":
        return None
    whole = infer.matched(file, outer)
    return Many(item_of(whole)) if outer.type == "array_pattern" else whole


def _object_part(infer: Infer, file: File, node: Node, parent: Node) -> Shape | None:
    leaf = node.child_by_field_name("left") if node.type == "object_assignment_pattern" else node
    return infer.member(infer.matched(file, parent), text(leaf))


def _pair_part(infer: Infer, file: File, node: Node, parent: Node) -> Shape | None:
    outer = parent.parent
    return infer.member(infer.matched(file, outer), key_of(parent)) if outer is not None else None


def _array_part(infer: Infer, file: File, node: Node, parent: Node) -> Shape | None:
    position = 0
    for child in parent.children:
        if child == node:
            break
        position += child.type == ","
    return item_of(infer.matched(file, parent), position)


def _parameter(infer: Infer, file: File, node: Node, parent: Node) -> Shape | None:
    written = parent.child_by_field_name("type")
    if written is not None:
        return annotation(infer, file, written)
    function = parent.parent.parent if parent.parent is not None else None
    siblings = [child for child in parent.parent.named_children if child.type != "comment"] if parent.parent else []
    return None if function is None else parameter(infer, file, function, siblings.index(parent))


def _arrow_parameter(infer: Infer, file: File, node: Node, parent: Node) -> Shape | None:
    return parameter(infer, file, parent, 0)


def parameter(infer: Infer, file: File, function: Node, position: int) -> Shape | None:
    """Return what a function's parameter without a type gets, as the place where the function stands says."""
    from tenantlint.lang.drizzle.rename.expect import expected

    place = expected(infer, file, function)
    if isinstance(place.value, External):
        return place.value
    return place.params[position] if position < len(place.params) else None


def _declarator(infer: Infer, file: File, node: Node, parent: Node) -> Shape | None:
    written, value = parent.child_by_field_name("type"), parent.child_by_field_name("value")
    if written is not None:
        return annotation(infer, file, written)
    if value is None:
        return any_of(given) if (given := _assigned(infer, file, node)) else None
    if value.type in ("object", "array") and node.type == "identifier":
        from tenantlint.lang.drizzle.rename.expect import expected

        used = expected(infer, file, value).value
        if used is not None:
            return used
    shape = infer.of(file, value)
    if node.type != "identifier" or not _may_change(parent):
        return shape
    later = _assigned(infer, file, node)
    if later and value.type == "array" and not value.named_children:
        return any_of(later)
    return any_of([shape, *later]) if later or shape is not NOTHING else None


def _may_change(declarator: Node) -> bool:
    return declarator.parent is not None and text(declarator.parent.child_by_field_name("kind")) != "const"


def _assigned(infer: Infer, file: File, name: Node) -> list[Shape | None]:
    """Return what a variable is given after its declaration."""
    given: list[Shape | None] = []
    for use in uses_of(file, name):
        parent = use.parent
        if parent is not None and parent.type == "assignment_expression" and parent.child_by_field_name("left") == use:
            given.append(infer.of(file, parent.child_by_field_name("right")))
    return given


def _loop(infer: Infer, file: File, node: Node, parent: Node) -> Shape | None:
    is_of = text(parent.child_by_field_name("operator")) == "of"
    return item_of(settled(infer.of(file, parent.child_by_field_name("right")))) if is_of else OTHER


def _caught(infer: Infer, file: File, node: Node, parent: Node) -> Shape | None:
    return OTHER


def _assigned_pattern(infer: Infer, file: File, node: Node, parent: Node) -> Shape | None:
    return infer.of(file, parent.child_by_field_name("right"))


PATTERNS: Final[Mapping[str, Callable[[Infer, File, Node, Node], Shape | None]]] = {
    "array_pattern": _array_part,
    "arrow_function": _arrow_parameter,
    "assignment_expression": _assigned_pattern,
    "assignment_pattern": _same,
    "catch_clause": _caught,
    "for_in_statement": _loop,
    "object_assignment_pattern": _same,
    "object_pattern": _object_part,
    "optional_parameter": _parameter,
    "pair_pattern": _pair_part,
    "required_parameter": _parameter,
    "rest_pattern": _rest,
    "variable_declarator": _declarator,
}
