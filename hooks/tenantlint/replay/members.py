"""Names of tables, and members of tables found by their names."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from tenantlint.record import replace
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tenantlint import migration as m
    from tenantlint.replay.draft import Draft
    from tenantlint.schema import ForeignKey, Index, Maybe, Part, Policy, UniqueConstraint

    Named = TypeVar("Named", Index, UniqueConstraint, ForeignKey, Policy)


def without(
    draft: Draft, part: Part, members: list[Named], name: Maybe[str | None], operation: m.Operation
) -> list[Named]:
    """Return the members of a part that stay after a drop by name, and take note of what is not sure."""
    exact = any(each.name == name for each in members) and name is not UNKNOWN
    gone = (name,) if exact else (UNKNOWN,)
    kept = [each for each in members if each.name not in gone] if name is not UNKNOWN else []
    if len(kept) < len(members) and not (exact and operation.certain):
        draft.doubt((part,))
    return kept


def has(members: Sequence[Named], name: Maybe[str | None]) -> bool:
    """Return whether one of the members surely has the name: a second one is refused, as DO blocks foresee."""
    return name is not UNKNOWN and name is not None and any(each.name == name for each in members)


def known(name: Maybe[str]) -> str:
    """Return a name that ``unread_of`` has seen to be known."""
    assert name is not UNKNOWN
    return name


def with_name(members: list[Named], old: Maybe[str], new: Maybe[str]) -> list[Named]:
    """Return members with one of them renamed."""
    return [replace(each, name=new) if each.name == old or old is UNKNOWN else each for each in members]
