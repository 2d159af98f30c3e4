"""What an upgrade and its downgrade leave behind, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.migration import CreateTable
from tenantlint.record import Record
from tenantlint.rules._changes import NOUNS, changes, place_of, subject_of
from tenantlint.rules._undo import Undo
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from tenantlint.migration import DropConstraint, Revision
    from tenantlint.replay import State
    from tenantlint.rules._changes import Difference
    from tenantlint.rules._things import Step, Thing
    from tenantlint.schema import Maybe
    from tenantlint.source import Location

_KEPT: Final = "is not undone: {place} leaves it there, so that the next upgrade fails; drop it in {place}"
_LOST: Final = (
    "is not undone: {place} does not bring it back, and the code of the revision before expects it; create it again "
    "in {place}"
)
_MOVED: Final = "is not undone: {place} leaves the new name, and the next upgrade fails; rename it back in {place}"
_EXTRA_DROP: Final = (
    "undoes nothing: the upgrade does not create it, so that {place} drops what an earlier revision made; drop only "
    "what this upgrade creates"
)
_EXTRA_MAKE: Final = (
    "undoes nothing: the upgrade does not drop it, so that {place} fails where it is there already; create only what "
    "this upgrade drops"
)
_EXTRA_MOVE: Final = "undoes nothing: the upgrade does not rename it; rename back only what this upgrade renames"
_NAMELESS: Final = (
    "undoes nothing: it has no name, so that `downgrade` fails; name the constraint where the upgrade creates it, and "
    "drop it by that name"
)


class Left(Record):
    """Something that is not as it was: of which table, where, and the message of the finding."""

    table: Maybe[str]
    at: Location
    subject: str
    text: str


def left_behind(revision: Revision, before: State, types: Container[str], place: str) -> Iterator[Left]:
    """Yield what the downgrade does not undo of the upgrade, and what it undoes that the upgrade did not do.

    ``types`` are the enums that earlier revisions have made: one that is made again is not for this one to drop.
    """
    undo = Undo(revision)
    for step in undo.without_name:
        yield _nameless(step)
    if not undo.blind:
        for thing in undo.things.all:
            shared = thing.kind == "type" and not thing.existed and thing.first_name in types
            if shared or thing.silent or _is_hidden(thing, undo):
                continue
            for at, subject, text in _differences(thing, undo, before):
                table = None if thing.kind == "type" else (thing.owner or thing).first_name
                yield Left(UNKNOWN if table is None else table, at, subject, text.replace("{place}", place))


def _is_hidden(thing: Thing, undo: Undo) -> bool:
    return undo.blind_to_security and thing.kind in ("policy", "trigger")


def _nameless(step: Step) -> Left:
    operation: DropConstraint = step.operation  # type: ignore[assignment]
    table = "" if operation.table is UNKNOWN else f" of {operation.table}"
    return Left(operation.table, operation.at, f"drop {NOUNS[operation.kind]}{table}", _NAMELESS)


def _differences(thing: Thing, undo: Undo, before: State) -> Iterator[Difference]:
    if not thing.existed:
        if thing.alive and not any(each.existed and _is_in_place_of(each, thing) for each in undo.things.all):
            yield from _made(thing, undo)
    elif thing.alive and thing.name == thing.first_name:
        yield from changes(thing, undo, before)
    elif undo.things.successor(thing) is None:
        yield from _moved(thing) if thing.alive else _dropped(thing, undo)


def _made(thing: Thing, undo: Undo) -> Iterator[Difference]:
    goes_along = undo.cascades and thing.sort == "foreign key"
    if not thing.last.down and not goes_along:
        yield thing.last.operation.at, subject_of(thing, make=True), _KEPT
    elif thing.last.down and not _may_be_restored(thing, undo):
        yield thing.last.operation.at, subject_of(thing, make=True), _EXTRA_MAKE


def _dropped(thing: Thing, undo: Undo) -> Iterator[Difference]:
    if not thing.last.down:
        yield thing.last.operation.at, subject_of(thing, make=False), _LOST
    elif not _may_be_meant(thing, undo):
        yield thing.last.operation.at, subject_of(thing, make=False), _EXTRA_DROP


def _is_in_place_of(one: Thing, other: Thing) -> bool:
    return (one.kind, one.first_name) == (other.kind, other.first_name) and (
        one.owner is other.owner or one.kind == "index"
    )


def _may_be_restored(thing: Thing, undo: Undo) -> bool:
    """Return whether the upgrade may have dropped what the downgrade makes: with a column or a key, or as another."""
    owner = thing.owner
    gone = [each for each in undo.things.all if each.existed and not each.alive]
    lost = any((each.kind, each.owner) == (thing.kind, owner) or each.first_name == thing.name for each in gone)
    with_column = owner is not None and owner.lost_columns and thing.kind in ("index", "constraint")
    with_table = owner is not None and isinstance(owner.detail, CreateTable)
    return thing.kind == "type" or lost or undo.cascades or with_column or with_table


def _may_be_meant(thing: Thing, undo: Undo) -> bool:
    """Return whether what the downgrade drops may be what the upgrade made, under another name or with a column."""
    if thing.kind == "type" or undo.cascades:
        return True
    made = [each for each in undo.things.all if each.owner is thing.owner and not each.existed]
    kept = any(each.kind == thing.kind and each.alive for each in made)
    return kept or (thing.kind == "constraint" and any(each.kind == "column" for each in made))


def _moved(thing: Thing) -> Iterator[Difference]:
    _, step = thing.parts.get("name", (None, thing.last))
    subject = f"rename {thing.kind} {place_of(thing, thing.first_name)} to {thing.name}"
    yield step.operation.at, subject, _EXTRA_MOVE if step.down else _MOVED
