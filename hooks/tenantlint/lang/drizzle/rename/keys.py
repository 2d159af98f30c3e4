"""Texts that are the names of keys: ``const by: keyof User = "createdAt"``, ``form.register("createdAt")``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from tenantlint.lang.drizzle.rename.expect import expected
from tenantlint.lang.drizzle.rename.forms import beside_control
from tenantlint.lang.drizzle.rename.scopes import first_named, text
from tenantlint.lang.drizzle.rename.shapes import AnyOf, Keys, Named

if TYPE_CHECKING:
    from tree_sitter import Node

    from tenantlint.lang.drizzle.rename.owners import Owners
    from tenantlint.lang.drizzle.rename.scopes import File
    from tenantlint.lang.drizzle.rename.shapes import Shape

Unsaid: TypeAlias = Literal["unsaid"]
UNSAID: Final = "unsaid"
"""The place of a text does not say that it takes names of keys."""
_EQUALS: Final = frozenset({"==", "===", "!=", "!=="})


def key_named(owners: Owners, file: File, string: Node) -> bool | Unsaid | None:
    """Return whether a text names the column because its place takes the names of a table's keys."""
    wanted = _compared(owners, file, string) or beside_control(owners.infer, file, string)
    wanted = wanted or expected(owners.infer, file, string).value
    members = wanted.members if isinstance(wanted, AnyOf) else (wanted,)
    found = {owners.owns(each.of) for each in members if isinstance(each, Keys)}
    is_own = any(isinstance(each, Named) and each.value == owners.key for each in members)
    if not found:
        return False if is_own else UNSAID
    return None if len(found) > 1 or (is_own and True in found) else found.pop()


def _compared(owners: Owners, file: File, string: Node) -> Shape | None:
    """Return what a text is compared with: the other side of ``===``, or what a ``switch`` is about."""
    parent = string.parent
    if parent is not None and parent.type == "binary_expression":
        sides = [parent.child_by_field_name("left"), parent.child_by_field_name("right")]
        is_equals = text(parent.child_by_field_name("operator")) in _EQUALS and string in sides
        return owners.infer.of(file, sides[1 - sides.index(string)]) if is_equals else None
    body = parent.parent if parent is not None and parent.type == "switch_case" else None
    about = body.parent.child_by_field_name("value") if body is not None and body.parent is not None else None
    if about is None or parent is None or parent.child_by_field_name("value") != string:
        return None
    return owners.infer.of(file, first_named(about) if about.type == "parenthesized_expression" else about)
