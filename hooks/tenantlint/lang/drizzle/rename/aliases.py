"""Types that are made of others: ``keyof``, mapped and conditional types, and what type parameters stand for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.lang.drizzle.rename.scopes import FUNCTIONS, Meaning, first_named, key_of, text, unquoted
from tenantlint.lang.drizzle.rename.shapes import (
    OTHER,
    AnyOf,
    Class,
    Dict,
    Function,
    Instance,
    Keyed,
    Keys,
    Mapped,
    Named,
    Several,
    Shape,
    Validator,
    any_of,
    item_of,
    settled,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tree_sitter import Node

    from tenantlint.lang.drizzle.rename.infer import Infer
    from tenantlint.lang.drizzle.rename.scopes import File

_WITH_PARAMETERS: Final = FUNCTIONS | {
    "type_alias_declaration",
    "interface_declaration",
    "class_declaration",
    "abstract_class_declaration",
}
_OF_ONE: Final = ("Promise", "PromiseLike", "Array", "ReadonlyArray")
_MAX_BOUND: Final = 8
"""Aliases that are nested deeper in each other's arguments are not followed."""


def _said(infer: Infer, file: File, node: Node | None) -> Shape | None:
    from tenantlint.lang.drizzle.rename.annotations import annotation

    return annotation(infer, file, node)


def keyof(infer: Infer, file: File, node: Node) -> Shape | None:
    """Return what ``keyof X`` says."""
    return Keys(_said(infer, file, first_named(node)))


def literal(infer: Infer, file: File, node: Node) -> Shape | None:
    """Return what a text, a number or ``null`` says as a type."""
    child = first_named(node)
    return Named(unquoted(child)) if child is not None and child.type == "string" else OTHER


def mapped(infer: Infer, file: File, node: Node) -> Shape | None:
    """Return what ``{ [K in keyof X]: ... }`` has for keys: those of X. What is mapped otherwise may have any."""
    clause = mapping(node)
    if clause is None or clause.child_by_field_name("alias") is not None:
        return None
    over = clause.child_by_field_name("type")
    found = _said(infer, file, over)
    if not isinstance(found, Keys) or found.of is None or isinstance(found.of, Keyed):
        return found.of if isinstance(found, Keys) else None
    assert clause.parent is not None
    return Mapped(file.path, clause.parent, found.of)


def value(infer: Infer, shape: Shape, name: str) -> Shape | None:
    """Return what a value of a mapped type has under a name."""
    assert isinstance(shape, Mapped)
    file, clause = infer.program.file(shape.path), first_named(shape.node)
    if file is None or clause is None:
        return None
    with infer.binding(shape.node, {text(clause.child_by_field_name("name")): Named(name)}):
        return _said(infer, file, shape.node.child_by_field_name("type"))


def mapping(node: Node) -> Node | None:
    """Return the clause of a mapped type."""
    child = first_named(node)
    inner = first_named(child) if child is not None and child.type == "index_signature" else None
    return inner if inner is not None and inner.type == "mapped_type_clause" else None


def conditional(infer: Infer, file: File, node: Node) -> Shape | None:
    """Return what ``T extends U ? A : B`` says: A or B, and A where U infers from T what is known."""
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    bound = dict(_inferred_from(infer, _said(infer, file, left), right)) if right is not None else {}
    if any(shape is not None for shape in bound.values()):
        with infer.binding(node, bound):
            return _said(infer, file, node.child_by_field_name("consequence"))
    with infer.binding(node, bound):
        sides = [node.child_by_field_name(field) for field in ("consequence", "alternative")]
        return any_of([_said(infer, file, side) for side in sides if text(side) not in ("never", "any", "null")])


def _inferred_from(infer: Infer, shape: Shape | None, pattern: Node) -> Iterator[tuple[str, Shape | None]]:
    """Yield what each ``infer V`` of a pattern stands for where a shape is matched with it."""
    if pattern.type == "infer_type":
        yield text(first_named(pattern)), shape
    elif pattern.type == "object_type":
        for child in pattern.named_children:
            written = child.child_by_field_name("type")
            if written is not None:
                yield from _inferred_from(infer, infer.member(shape, key_of(child)), written)
    elif pattern.type in ("array_type", "type_arguments", "type_annotation", "parenthesized_type", "readonly_type"):
        inner = first_named(pattern)
        if inner is not None:
            yield from _inferred_from(infer, item_of(shape) if pattern.type == "array_type" else shape, inner)
    elif pattern.type == "generic_type" and text(pattern.child_by_field_name("name")) in _OF_ONE:
        arguments = pattern.child_by_field_name("type_arguments")
        is_array = text(pattern.child_by_field_name("name")).endswith("Array")
        if arguments is not None:
            yield from _inferred_from(infer, item_of(shape) if is_array else settled(shape), arguments)


def of_parameter(infer: Infer, file: File, node: Node) -> Shape | None:
    """Return what a type parameter stands for: what its alias was given, or what it extends."""
    name = text(node)
    current = node.parent
    while current is not None:
        bound = infer.bound(current, name)
        if bound is not None:
            return bound
        if current.type in _WITH_PARAMETERS:
            found = _declared(current, name)
            if found is not None:
                return _said(infer, file, first_named(found))
        current = current.parent
    return None


def _declared(owner: Node, name: str) -> Node | None:
    """Return what the type parameter of an owner extends."""
    parameters = owner.child_by_field_name("type_parameters")
    for child in parameters.named_children if parameters is not None else ():
        if text(child.child_by_field_name("name")) == name:
            return child.child_by_field_name("constraint")
    return None


def applied(infer: Infer, file: File, name: Node, given: list[Node]) -> Shape | None:
    """Return what an alias of the project says where its parameters get ``given``."""
    from tenantlint.lang.drizzle.rename.annotations import of_meaning

    found = file.lookup(name, text(name), types=True)
    meaning = infer.program.meaning(file, found, types=True) if found is not None else None
    if not isinstance(meaning, Meaning) or meaning.node.type != "type_alias_declaration":
        return of_meaning(infer, meaning) if meaning is not None else None
    parameters = meaning.node.child_by_field_name("type_parameters")
    names = [text(child.child_by_field_name("name")) for child in parameters.named_children] if parameters else []
    if infer.nested >= _MAX_BOUND:
        return None
    with infer.binding(meaning.node, dict(zip(names, (_said(infer, file, each) for each in given), strict=False))):
        return _said(infer, meaning.file, meaning.node.child_by_field_name("value"))


# Generic types that everybody knows


def _record(infer: Infer, file: File, given: list[Node]) -> Shape | None:
    """Return what ``Record<K, V>`` is: keys of a table for ``keyof``, else like items under any names."""
    keys = _said(infer, file, given[0])
    if isinstance(keys, Keys):
        if isinstance(keys.of, Keyed):
            return Keyed(keys.of.table_id, "where")
        return Dict(_said(infer, file, given[1])) if len(given) > 1 else None
    return Dict(_said(infer, file, given[1])) if len(given) > 1 and not _is_named(keys) else None


def _is_named(shape: Shape | None) -> bool:
    members = shape.members if isinstance(shape, AnyOf) else (shape,)
    return any(isinstance(each, Named) for each in members)


def _map(infer: Infer, file: File, given: list[Node]) -> Shape | None:
    return Dict(_said(infer, file, given[1]), entries=True) if len(given) > 1 else None


def _parameters(infer: Infer, file: File, given: list[Node]) -> Shape | None:
    function = _said(infer, file, given[0])
    home = infer.program.file(function.path) if isinstance(function, Function) else None
    if home is None or not isinstance(function, Function):
        return None
    parameters = function.node.child_by_field_name("parameters")
    each = [child for child in parameters.named_children if child.type != "comment"] if parameters else []
    return Several(tuple(infer.matched(home, child.child_by_field_name("pattern") or child) for child in each))


def _instance(infer: Infer, file: File, given: list[Node]) -> Shape | None:
    made = _said(infer, file, given[0])
    return Instance(made.path, made.node) if isinstance(made, Class) else None


def _inferred(infer: Infer, file: File, given: list[Node]) -> Shape | None:
    """Return what ``Static<typeof schema>`` of TypeBox or ``InferOutput<typeof schema>`` of Valibot says."""
    schema = _said(infer, file, given[0])
    return schema.value if isinstance(schema, Validator) else None


GENERICS: Final[Mapping[str, Callable[[Infer, File, list[Node]], Shape | None]]] = {
    "InferInput": _inferred,
    "InferOutput": _inferred,
    "InstanceType": _instance,
    "Map": _map,
    "Parameters": _parameters,
    "ReadonlyMap": _map,
    "Record": _record,
    "Static": _inferred,
}
"""What well-known generic types say, by name."""
