"""What the readers ask of tree-sitter nodes. Lists in this grammar are left-recursive, so nothing here recurses."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node


def text(node: Node) -> str:
    """Return the source text of ``node``."""
    return (node.text or b"").decode("utf-8", "replace")


def child(node: Node | None, *kinds: str) -> Node | None:
    """Return the first child of one of ``kinds``."""
    if node is not None:
        for each in node.children:
            if each.type in kinds:
                return each
    return None


def has(node: Node | None, *kinds: str) -> bool:
    """Tell whether ``node`` has a child of one of ``kinds``."""
    return child(node, *kinds) is not None


def path(node: Node | None, *kinds: str) -> Node | None:
    """Return the node that is reached by one child of each of ``kinds`` after the other."""
    for kind in kinds:
        node = child(node, kind)
    return node


def items(node: Node | None) -> list[Node]:
    """Return the members of a left-recursive list, in order, without separators and comments."""
    found: list[Node] = []
    while node is not None:
        inner = None
        for each in reversed(node.named_children):
            if each.type == node.type:
                inner = each
            elif each.type != "comment":
                found.append(each)
        node = inner
    found.reverse()
    return found


def descend(node: Node, *kinds: str) -> Iterator[Node]:
    """Yield the nodes of ``kinds`` below ``node`` in order, without looking inside one that is found."""
    pending = [node]
    while pending:
        each = pending.pop()
        if each.type in kinds:
            yield each
        else:
            pending.extend(reversed(each.children))


def words(node: Node) -> tuple[str, ...]:
    """Return the keywords among the children of ``node``, in lower case."""
    return tuple(each.type[3:] for each in node.children if each.type.startswith("kw_"))


def leaves(node: Node) -> Iterator[Node]:
    """Yield the nodes below ``node`` that have no children, without comments, in order."""
    pending = [node]
    while pending:
        each = pending.pop()
        if each.child_count:
            pending.extend(reversed(each.children))
        elif each.type != "comment":
            yield each
