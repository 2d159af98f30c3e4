"""Whether a value can hold a row, or something typed by a table; where it cannot, no package gives one back for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.lang.drizzle.rename.annotations import annotation, arguments_of
from tenantlint.lang.drizzle.rename.scopes import first_named
from tenantlint.lang.drizzle.rename.shapes import (
    NOTHING,
    OTHER,
    AnyOf,
    Both,
    Described,
    Dict,
    External,
    Function,
    Joined,
    Keys,
    Many,
    Named,
    Payload,
    Several,
    Shape,
    Validator,
    Written,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from tree_sitter import Node

    from tenantlint.lang.drizzle.rename.infer import Infer
    from tenantlint.lang.drizzle.rename.scopes import File


def foreign(infer: Infer, file: File, call: Node, made: External, given: Iterable[Node]) -> External | None:
    """Return what a package's function gives: something of the package, None where that may hold a row it gets."""
    types = arguments_of(call)
    if any(carries(infer, annotation(infer, file, each)) for each in types):
        return None
    if any(carries(infer, infer.of(file, each)) for each in given if each.type != "comment"):
        return None
    return External(made.module, f"{made.name}()")


def carries(infer: Infer, shape: Shape | None) -> bool:
    """Return whether a value may hold a row of some table, at whatever depth."""
    if shape is OTHER or shape is NOTHING or isinstance(shape, External):
        return False
    read = _PARTS.get(type(shape)) if shape is not None else None
    if read is None or shape is None:
        return True
    if isinstance(shape, (Described, Function, Payload, Written)):
        return infer.holds(shape.path, shape.node, lambda: any(carries(infer, part) for part in read(infer, shape)))
    return any(carries(infer, part) for part in read(infer, shape))


def _many(infer: Infer, shape: Shape) -> Iterable[Shape | None]:
    assert isinstance(shape, Many)
    return (shape.item,)


def _dict(infer: Infer, shape: Shape) -> Iterable[Shape | None]:
    assert isinstance(shape, Dict)
    return (shape.item,)


def _keys(infer: Infer, shape: Shape) -> Iterable[Shape | None]:
    return () if isinstance(shape, Named) else (None,)


def _several(infer: Infer, shape: Shape) -> Iterable[Shape | None]:
    assert isinstance(shape, Several)
    return shape.items


def _members(infer: Infer, shape: Shape) -> Iterable[Shape | None]:
    assert isinstance(shape, (AnyOf, Both))
    return shape.members


def _joined(infer: Infer, shape: Shape) -> Iterable[Shape | None]:
    assert isinstance(shape, Joined)
    return (row for _, row in shape.sources)


def _validator(infer: Infer, shape: Shape) -> Iterable[Shape | None]:
    assert isinstance(shape, Validator)
    return (shape.value,)


def _function(infer: Infer, shape: Shape) -> Iterable[Shape | None]:
    assert isinstance(shape, Function)
    return (infer.returned(shape),)


def _entries(infer: Infer, shape: Shape) -> Iterable[Shape | None]:
    """Yield what the entries of an object literal are."""
    assert isinstance(shape, (Written, Payload))
    file = infer.program.file(shape.path)
    for child in shape.node.named_children if file is not None else ():
        if child.type == "comment" or file is None:
            continue
        if child.type == "spread_element":
            yield infer.of(file, first_named(child))
        elif child.type == "pair":
            yield infer.of(file, child.child_by_field_name("value"))
        else:
            yield infer.name(file, child) if child.type != "method_definition" else Function(file.path, child)


def _described(infer: Infer, shape: Shape) -> Iterable[Shape | None]:
    """Yield what the members of an interface or an object type are, with those of what it extends."""
    from tenantlint.lang.drizzle.rename.members import bases

    assert isinstance(shape, Described)
    file = infer.program.file(shape.path)
    body = shape.node.child_by_field_name("body") or shape.node
    yield from bases(infer, shape)
    for child in body.named_children if file is not None else ():
        if child.type == "comment" or file is None:
            continue
        written = child.child_by_field_name("type") or child.child_by_field_name("return_type")
        yield annotation(infer, file, written)


_PARTS: Final[Mapping[type, Callable[[Infer, Shape], Iterable[Shape | None]]]] = {
    AnyOf: _members,
    Both: _members,
    Described: _described,
    Dict: _dict,
    Function: _function,
    Joined: _joined,
    Keys: _keys,
    Many: _many,
    Named: _keys,
    Payload: _entries,
    Several: _several,
    Validator: _validator,
    Written: _entries,
}
