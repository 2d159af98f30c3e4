"""What the expressions of a file are, by the type of their nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.lang.drizzle.rename.annotations import annotation
from tenantlint.lang.drizzle.rename.scopes import first_named, text, unquoted
from tenantlint.lang.drizzle.rename.shapes import (
    NOTHING,
    OTHER,
    AnyOf,
    Class,
    Dict,
    External,
    Instance,
    Many,
    Named,
    Queries,
    Several,
    Shape,
    Written,
    any_of,
    item_of,
    settled,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tree_sitter import Node

    from tenantlint.lang.drizzle.rename.infer import Infer
    from tenantlint.lang.drizzle.rename.scopes import File

_NOTHING: Final = frozenset({"null", "undefined"})


def without_nothing(given: Sequence[tuple[Node | None, Shape | None]]) -> list[Shape | None]:
    """Return the shapes of what is not written as ``null`` or ``undefined``."""
    return [shape for node, shape in given if node is not None and text(node) not in _NOTHING]


def _inside(infer: Infer, file: File, node: Node) -> Shape | None:
    return infer.of(file, first_named(node))


def _null(infer: Infer, file: File, node: Node) -> Shape | None:
    return NOTHING


def _await(infer: Infer, file: File, node: Node) -> Shape | None:
    return settled(_inside(infer, file, node))


def _as(infer: Infer, file: File, node: Node) -> Shape | None:
    """Return what ``x as T`` is: what T says, what x is where T is ``const`` or says nothing."""
    parts = [child for child in node.named_children if child.type != "comment"]
    if len(parts) < 2 or node.type == "satisfies_expression":
        return _inside(infer, file, node)
    return annotation(infer, file, parts[1])


def _ternary(infer: Infer, file: File, node: Node) -> Shape | None:
    sides = [node.child_by_field_name(field) for field in ("consequence", "alternative")]
    return any_of(without_nothing([(side, infer.of(file, side)) for side in sides]))


def _array(infer: Infer, file: File, node: Node) -> Shape | None:
    items: list[Shape | None] = []
    for child in node.named_children:
        if child.type == "spread_element":
            return Many(any_of([*items, item_of(infer.of(file, first_named(child)))]))
        if child.type != "comment":
            items.append(infer.of(file, child))
    return Several(tuple(items)) if items else Many(None)


def _object(infer: Infer, file: File, node: Node) -> Shape | None:
    return Written(file.path, node)


def _name(infer: Infer, file: File, node: Node) -> Shape | None:
    return infer.name(file, node)


def _member(infer: Infer, file: File, node: Node) -> Shape | None:
    """Return what ``a.b`` is; ``db.query.users`` is known by its name."""
    owner, name = node.child_by_field_name("object"), text(node.child_by_field_name("property"))
    if (
        owner is not None
        and owner.type == "member_expression"
        and text(owner.child_by_field_name("property")) == "query"
    ):
        table = infer.facts.named(name, file.path)
        if table is not None:
            return Queries(table)
    return infer.member(infer.of(file, owner), name)


def _subscript(infer: Infer, file: File, node: Node) -> Shape | None:
    shape, index = infer.of(file, node.child_by_field_name("object")), node.child_by_field_name("index")
    if index is None:
        return None
    if index.type == "string":
        return infer.member(shape, unquoted(index))
    if isinstance(shape, (Many, Several, AnyOf)):
        return item_of(shape, int(text(index)) if text(index).isdecimal() else None)
    if isinstance(shape, Dict):
        return shape.item
    return OTHER if shape is OTHER else None


def _string(infer: Infer, file: File, node: Node) -> Shape | None:
    return Named(unquoted(node))


def _call(infer: Infer, file: File, node: Node) -> Shape | None:
    from tenantlint.lang.drizzle.rename.calls import call

    return call(infer, file, node)


def _new(infer: Infer, file: File, node: Node) -> Shape | None:
    made = infer.of(file, node.child_by_field_name("constructor"))
    if isinstance(made, Class):
        return Instance(made.path, made.node)
    if isinstance(made, External):
        from tenantlint.lang.drizzle.rename.calls import arguments
        from tenantlint.lang.drizzle.rename.carry import foreign

        return foreign(infer, file, node, made, arguments(node))
    from tenantlint.lang.drizzle.rename import containers

    name = text(node.child_by_field_name("constructor"))
    return containers.made(infer, file, node) if made is OTHER or name in ("Map", "Set") else None


def _this(infer: Infer, file: File, node: Node) -> Shape | None:
    current: Node | None = node
    while current is not None:
        if current.type in ("class_declaration", "class", "abstract_class_declaration"):
            return Instance(file.path, current)
        current = current.parent
    return None


def _assignment(infer: Infer, file: File, node: Node) -> Shape | None:
    return infer.of(file, node.child_by_field_name("right"))


def _jsx(infer: Infer, file: File, node: Node) -> Shape | None:
    return OTHER


EXPRESSIONS: Final[Mapping[str, Callable[[Infer, File, Node], Shape | None]]] = {
    "array": _array,
    "as_expression": _as,
    "assignment_expression": _assignment,
    "await_expression": _await,
    "call_expression": _call,
    "identifier": _name,
    "jsx_element": _jsx,
    "jsx_self_closing_element": _jsx,
    "member_expression": _member,
    "new_expression": _new,
    "null": _null,
    "undefined": _null,
    "non_null_expression": _inside,
    "object": _object,
    "parenthesized_expression": _inside,
    "satisfies_expression": _as,
    "shorthand_property_identifier": _name,
    "string": _string,
    "subscript_expression": _subscript,
    "ternary_expression": _ternary,
    "this": _this,
}
