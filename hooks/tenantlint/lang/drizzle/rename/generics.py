"""Functions that give back what they get: ``retry<T>(run: () => Promise<T>): Promise<T>``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from tenantlint.lang.drizzle.rename.annotations import arguments_of
from tenantlint.lang.drizzle.rename.scopes import first_named, text
from tenantlint.lang.drizzle.rename.shapes import Function, Many, Shape, item_of, settled

if TYPE_CHECKING:
    from tree_sitter import Node

    from tenantlint.lang.drizzle.rename.infer import Infer
    from tenantlint.lang.drizzle.rename.scopes import File

_NOTHING: Final = frozenset({"null", "undefined"})
_INNER: Final = ("type_annotation", "parenthesized_type", "readonly_type")


def passed(infer: Infer, file: File, given: list[Node], function: Node) -> Shape | None:
    """Return what a call of a generic function gives where its types say that this is what it gets."""
    names = {text(each.child_by_field_name("name")) for each in _children(function, "type_parameters")}
    result = _parameter(function.child_by_field_name("return_type"), names)
    if result is None:
        return None
    for argument, parameter in zip(given, _children(function, "parameters"), strict=False):
        shape = _from(infer, file, argument, parameter.child_by_field_name("type"), {result[0]})
        if shape is not None:
            return Many(shape) if result[1] == "many" else shape
    return None


def _children(function: Node, field: str) -> list[Node]:
    node = function.child_by_field_name(field)
    return [] if node is None else [child for child in node.named_children if child.type != "comment"]


def _from(infer: Infer, file: File, argument: Node, written: Node | None, names: set[str]) -> Shape | None:
    """Return what the type parameter is where a parameter of the type ``written`` gets ``argument``."""
    inner = first_named(written) if written is not None else None
    shape = infer.of(file, argument)
    if inner is not None and inner.type == "function_type":
        if not isinstance(shape, Function):
            return None
        written, shape = inner.child_by_field_name("return_type"), infer.returned(shape)
    found = _parameter(written, names)
    if found is None:
        return None
    return item_of(settled(shape)) if found[1] == "many" else settled(shape)


def _parameter(node: Node | None, names: set[str]) -> tuple[str, Literal["one", "many"]] | None:
    """Return the type parameter that a type is, or is an array of; promises of it and ``| null`` count as itself."""
    if node is None:
        return None
    if node.type in _INNER:
        return _parameter(first_named(node), names)
    if node.type == "type_identifier":
        return (text(node), "one") if text(node) in names else None
    if node.type == "union_type":
        members = [child for child in node.named_children if text(child) not in _NOTHING]
        found = {_parameter(child, names) for child in members}
        return found.pop() if len(found) == 1 else None
    if node.type == "array_type":
        found_item = _parameter(first_named(node), names)
        return (found_item[0], "many") if found_item is not None and found_item[1] == "one" else None
    is_promise = node.type == "generic_type" and text(node.child_by_field_name("name")) in ("Promise", "Awaited")
    return _parameter(arguments_of(node)[0], names) if is_promise and arguments_of(node) else None
