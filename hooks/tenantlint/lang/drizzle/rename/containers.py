"""What holds values of a type for later: maps, records, React's state and references."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.lang.drizzle.rename.annotations import annotation, arguments_of
from tenantlint.lang.drizzle.rename.scopes import text
from tenantlint.lang.drizzle.rename.shapes import (
    OTHER,
    Dict,
    Function,
    Joined,
    Many,
    Setter,
    Several,
    Shape,
    Written,
    item_of,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tree_sitter import Node

    from tenantlint.lang.drizzle.rename.infer import Infer
    from tenantlint.lang.drizzle.rename.scopes import File

_STATE: Final = "useState"
_REFERENCE: Final = "useRef"


def made(infer: Infer, file: File, node: Node) -> Shape | None:
    """Return what ``new Map<K, V>()``, ``new Map(pairs)`` or ``new Set(items)`` makes."""
    from tenantlint.lang.drizzle.rename.calls import arguments

    name, types, given = text(node.child_by_field_name("constructor")), arguments_of(node), arguments(node)
    if name not in ("Map", "Set", "WeakMap", "WeakSet"):
        return OTHER
    is_map = name.endswith("Map")
    if types:
        item = annotation(infer, file, types[-1])
        return Dict(item, entries=True) if is_map else Many(item)
    items = item_of(infer.of(file, given[0])) if given else None
    if is_map:
        return Dict(item_of(items, 1), entries=True) if isinstance(items, Several) else None
    return Many(items) if items is not None else None


def method(infer: Infer, owner: Shape, name: str, given: list[Shape | None]) -> Shape | None:
    """Return what a method of a Map gives."""
    assert isinstance(owner, Dict)
    if name == "get":
        return owner.item
    if name == "values":
        return Many(owner.item)
    if name == "entries":
        return Many(Several((OTHER, owner.item)))
    return OTHER if name in ("has", "delete", "keys", "forEach", "clear") else owner if name == "set" else None


def of_object(name: str, given: Sequence[Shape | None]) -> Shape | None:
    """Return what ``Object.values``, ``entries`` or ``fromEntries`` gives."""
    first = given[0] if given else None
    if name == "Object.values":
        return Many(first.item) if isinstance(first, Dict) else None
    if name == "Object.entries":
        return Many(Several((OTHER, first.item))) if isinstance(first, Dict) else None
    if name == "Object.fromEntries":
        pair = item_of(first)
        return Dict(item_of(pair, 1)) if isinstance(pair, Several) else None
    if name in ("Object.freeze", "Object.seal"):
        return first
    return OTHER if name in ("Object.keys", "Object.hasOwn") else None


def hook(infer: Infer, file: File, node: Node, name: str, first: Shape | None) -> Shape | None:
    """Return what ``useState<T>()``, ``useRef<T>()`` or ``useMemo(() => ...)`` of React gives; None for another."""
    types = arguments_of(node)
    if name == "useMemo":
        return infer.returned(first) if isinstance(first, Function) else None
    if name not in (_STATE, _REFERENCE) or (not types and (first is None or isinstance(first, Written))):
        return None
    value = annotation(infer, file, types[0]) if types else first
    if value is None or value is OTHER:
        return None
    return Several((value, Setter(value))) if name == _STATE else Joined((("current", value),))
