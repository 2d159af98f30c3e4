"""Which sides describe one database.

Two sides do where each is, of its kind, the one that shares most tables with the other, and they share enough: three
tables, or half of those of the smaller side. What is equally like counts by nearness, that is by folders in common.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

from tenantlint.drift.sides import common_folder, files_of, lies_in
from tenantlint.record import Record, replace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tenantlint.drift.model import Side

ENOUGH_TABLES: Final = 3
ENOUGH_SHARE: Final = 0.5


class Groups(Record):
    """The sides that describe one database each, and those left over because another side is more alike."""

    groups: tuple[tuple[Side, ...], ...]
    passed_over: tuple[tuple[Side, Side], ...]


def paired(sides: Sequence[Side]) -> Groups:
    """Return the groups of sides that describe one database."""
    best = {(index, role): _best(side, sides, role) for index, side in enumerate(sides) for role in _ROLES}
    joined = list(range(len(sides)))
    passed_over: list[tuple[Side, Side]] = []
    for index, side in enumerate(sides):
        for role in _ROLES:
            other = best[index, role]
            if other is None:
                continue
            if best[other, _role(side)] == index:
                old, new = joined[other], joined[index]
                joined = [new if each == old else each for each in joined]
            elif not side.is_history or not sides[other].is_history:
                passed_over.append((side, sides[other]))
    grouped: dict[int, list[Side]] = {}
    for index, side in enumerate(sides):
        grouped.setdefault(joined[index], []).append(side)
    alone = {id(group[0]) for group in grouped.values() if len(group) == 1}
    taken = {id(each): group for group in grouped.values() if len(group) > 1 for each in group}
    left: list[tuple[Side, Side]] = []
    for side, better in passed_over:
        told = {id(each) for each, _ in left}
        if id(side) in alone - told and not _taken_in(side, taken.get(id(better))):
            left.append((side, better))
    return Groups(tuple(tuple(group) for group in grouped.values() if len(group) > 1), tuple(left))


def _taken_in(side: Side, group: list[Side] | None) -> bool:
    """Make a side part of that of its kind in a group where they have no table in common: both declare one database."""
    for number, other in enumerate(group or ()):
        if other.maker == side.maker and not _shared(side, other) and group is not None:
            group[number] = replace(
                other,
                path=common_folder([*files_of(other), *files_of(side)]),
                tables=dict(sorted({**other.tables, **side.tables}.items())),
                enums={**side.enums, **other.enums},
            )
            return True
    return False


_ROLES: Final = ("SQLModel", "Drizzle", "migrations")


def _role(side: Side) -> str:
    return "migrations" if side.is_history else side.maker


def _best(side: Side, sides: Sequence[Side], role: str) -> int | None:
    """Return the number of the side of a role that is most like ``side``; a history is not paired with histories."""
    if _role(side) == role:
        return None
    found = [
        ((len(_shared(side, other)), _nearness(side.path, other.path)), -number)
        for number, other in enumerate(sides)
        if _role(other) == role and _are_alike(side, other)
    ]
    return -max(found)[1] if found else None


def _shared(one: Side, other: Side) -> set[str]:
    return one.tables.keys() & other.tables.keys()


def _are_alike(one: Side, other: Side) -> bool:
    shared, smaller = len(_shared(one, other)), min(len(one.tables), len(other.tables))
    return shared >= ENOUGH_TABLES or (shared > 0 and shared >= smaller * ENOUGH_SHARE)


def _nearness(one: str, other: str) -> int:
    count = 0
    for left, right in zip(one.split("/"), other.split("/"), strict=False):
        if left != right:
            break
        count += 1
    return count


def chosen(sides: Sequence[Side], spec: str) -> list[Side]:
    """Return the sides that a path, a pattern of paths, or the name of a tool means."""
    spec = spec.rstrip("/")
    spec = "" if spec == "." else spec
    made = [side for side in sides if side.maker.lower() == spec.lower()]
    return made or [narrowed for side in sides if (narrowed := _narrowed(side, spec)) is not None]


def _narrowed(side: Side, spec: str) -> Side | None:
    """Return the part of a side that a path means, None where it means nothing of it."""
    if side.is_history:
        meant = lies_in(side.path, spec) or (spec != "" and lies_in(spec, side.path)) or fnmatchcase(side.path, spec)
        return side if meant else None
    kept = {
        name: table
        for name, table in side.tables.items()
        if lies_in(table.at.path, spec) or fnmatchcase(table.at.path, spec)
    }
    if not kept:
        return None
    if len(kept) == len(side.tables):
        return side
    return replace(side, path=spec, tables=kept, closed=False)
