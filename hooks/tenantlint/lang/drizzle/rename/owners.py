"""Whether a name that stands at some value is a column's key: it is, it surely is not, or it cannot be said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.lang.drizzle.rename.expect import expected
from tenantlint.lang.drizzle.rename.members import bases
from tenantlint.lang.drizzle.rename.scopes import first_named, key_of, signature
from tenantlint.lang.drizzle.rename.shapes import (
    OTHER,
    AnyOf,
    Both,
    Class,
    Config,
    Conflict,
    Described,
    Dict,
    External,
    Form,
    FormMethod,
    Function,
    Instance,
    Joined,
    Keyed,
    Keys,
    Many,
    Mapped,
    Module,
    Named,
    Payload,
    Procedure,
    Queries,
    Query,
    Relate,
    RelateTo,
    Relating,
    Selecting,
    Setter,
    Several,
    Shape,
    Validator,
    With,
    Writing,
    Written,
    element,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tenantlint.lang.drizzle.rename.infer import Infer

_SURE: Final = (
    type(OTHER),
    Config,
    Conflict,
    Dict,
    External,
    Form,
    FormMethod,
    Function,
    Joined,
    Keys,
    Many,
    Module,
    Named,
    Procedure,
    Queries,
    Relate,
    RelateTo,
    Relating,
    Selecting,
    Setter,
    Several,
    Validator,
    With,
    Writing,
)
"""What has no keys of a table."""


class Owners:
    """Decides for the column ``key`` of the ``tables`` (ids) that share it."""

    def __init__(self, infer: Infer, tables: frozenset[str], key: str) -> None:
        self.infer = infer
        self.tables = tables
        self.key = key

    def owns(self, shape: Shape | None) -> bool | None:
        """Return whether ``key`` at a value is the column's: None where that is not known."""
        if isinstance(shape, _SURE):
            return False
        read = _RULES.get(type(shape)) if shape is not None else None
        return read(self, shape) if read is not None and shape is not None else None

    def _keyed(self, shape: Shape) -> bool | None:
        assert isinstance(shape, Keyed)
        if shape.table_id in self.tables:
            return True
        facts = self.infer.facts
        is_known = facts.column(shape.table_id, self.key) is not None or facts.is_complete(shape.table_id)
        return False if is_known else None

    def _written(self, shape: Shape) -> bool | None:
        """Return what holds for the key of an object literal: a column's, or that of the place the literal is for."""
        assert isinstance(shape, Written)
        file = self.infer.program.file(shape.path)
        for child in reversed(shape.node.named_children) if file is not None else ():
            if child.type == "spread_element" and file is not None:
                found = self.owns(self.infer.of(file, first_named(child)))
                if found is not False:
                    return found
            elif key_of(child) == self.key and file is not None:
                declared = self.infer.facts.declared_by(shape.path, child)
                if declared:
                    return not self.tables.isdisjoint(declared)
                return self.owns(expected(self.infer, file, shape.node).value)
        return False

    def _described(self, shape: Shape) -> bool | None:
        assert isinstance(shape, Described)
        if signature(shape.node, self.key) is not None:
            return False
        return self._one_of([self.owns(base) for base in bases(self.infer, shape)])

    def _payload(self, shape: Shape) -> bool | None:
        """Return False for a key that a schema of zod has itself: it is listed there."""
        assert isinstance(shape, Payload)
        has_spread = any(child.type == "spread_element" for child in shape.node.named_children)
        return False if signature(shape.node, self.key) is not None or not has_spread else None

    def _both(self, shape: Shape) -> bool | None:
        """Return what holds for an intersection; a member of its own beside the column's may stand for either."""
        assert isinstance(shape, Both)
        found = self._one_of([self.owns(member) for member in shape.members])
        own = any(
            isinstance(each, (Described, Payload)) and signature(each.node, self.key) is not None
            for each in shape.members
        )
        return None if found and own else found

    def _one_of(self, found: list[bool | None]) -> bool | None:
        if True in found:
            return True
        return None if None in found else False

    def _any(self, shape: Shape) -> bool | None:
        assert isinstance(shape, AnyOf)
        found = {self.owns(member) for member in shape.members}
        return found.pop() if len(found) == 1 else None

    def _instance(self, shape: Shape) -> bool | None:
        assert isinstance(shape, (Instance, Class))
        return False if signature(shape.node, self.key) is not None else None

    def _mapped(self, shape: Shape) -> bool | None:
        assert isinstance(shape, Mapped)
        return self.owns(shape.of)

    def _query(self, shape: Shape) -> bool | None:
        assert isinstance(shape, Query)
        return self.owns(element(shape))


_RULES: Final[Mapping[type, Callable[[Owners, Shape], bool | None]]] = {
    AnyOf: Owners._any,
    Both: Owners._both,
    Class: Owners._instance,
    Described: Owners._described,
    Instance: Owners._instance,
    Keyed: Owners._keyed,
    Mapped: Owners._mapped,
    Payload: Owners._payload,
    Query: Owners._query,
    Written: Owners._written,
}
