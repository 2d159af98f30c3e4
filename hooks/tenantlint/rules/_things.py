"""The things that a revision makes, drops and renames, followed through its upgrade and then its downgrade.

What stood before the upgrade is not listed anywhere: a thing that is dropped or changed without having been made must
have existed, and one that is made must not have. What may be otherwise (IF EXISTS, a condition, a statement that could
not be read) is ``unsure``, and nothing is said of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from tenantlint.record import Record
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tenantlint.migration import Operation
    from tenantlint.schema import Maybe

ThingKind: TypeAlias = Literal["table", "column", "index", "constraint", "policy", "trigger", "type"]
Key: TypeAlias = "tuple[ThingKind, int, str]"


class Step(Record):
    """An operation, and whether it is one of the downgrade."""

    operation: Operation
    down: bool


class Thing:
    """A table, or something in one.

    ``existed`` is whether it stood there before the upgrade, under ``first_name``; ``name`` is its present one, None
    where it was given none. ``columns`` are those that it is over, None where that is not known. ``detail`` is what it
    was last made as, and ``parts`` the values that were set since, each with its step.
    """

    __slots__ = (
        "alive",
        "columns",
        "detail",
        "existed",
        "first_name",
        "kind",
        "last",
        "lost_columns",
        "name",
        "owner",
        "parts",
        "sort",
        "unsure",
    )

    def __init__(self, kind: ThingKind, owner: Thing | None, name: str | None, existed: bool, last: Step) -> None:
        self.kind = kind
        self.owner = owner
        self.first_name = self.name = name
        self.existed = existed
        self.last = last
        self.alive = True
        self.unsure = False
        self.lost_columns = False
        self.sort: str | None = None
        self.columns: tuple[str, ...] | None = ()
        self.detail: object = None
        self.parts: dict[str, tuple[object, Step]] = {}

    @property
    def silent(self) -> bool:
        """Whether nothing is to be said of it: it is unsure, or its table is, or what becomes of its table says all."""
        owner = self.owner
        return self.unsure or (owner is not None and (owner.silent or not owner.existed or not owner.alive))


class Things:
    """All things of one revision, by kind and name as its operations change them."""

    def __init__(self) -> None:
        self.all: list[Thing] = []
        self._named: dict[Key, Thing] = {}
        self._gone: dict[Key, Thing] = {}
        self._left: set[Key] = set()

    def make(
        self, kind: ThingKind, owner: Thing | None, name: str | None, step: Step, sort: str | None = None
    ) -> Thing:
        """Make a thing, or make again what was dropped. ``sort`` is the kind of a constraint.

        A type that several tables of a revision make each is one.
        """
        if kind == "type" and name is not None and (kept := self.find(kind, owner, name)) is not None:
            return kept
        thing = self._gone_as(kind, owner, name, sort)
        if thing is None:
            thing = Thing(kind, owner, name, False, step)
            self.all.append(thing)
        thing.alive = True
        thing.last = step
        thing.sort = sort
        thing.parts = {}
        if thing.name is not None:
            key = _key(kind, owner, thing.name)
            self._gone.pop(key, None)
            thing.unsure |= key in self._named
            self._named[key] = thing
        return thing

    def _gone_as(self, kind: ThingKind, owner: Thing | None, name: str | None, sort: str | None) -> Thing | None:
        """Return what was dropped and is now made again; without a name that may be any of its sort."""
        if name is not None:
            thing = self._gone.get(_key(kind, owner, name))
            return thing if thing is not None and thing.existed else None
        return next(
            (
                thing
                for thing in self._gone.values()
                if (thing.kind, thing.owner) == (kind, owner) and thing.existed and thing.sort in (None, sort)
            ),
            None,
        )

    def at(self, kind: ThingKind, owner: Thing | None, name: str, step: Step) -> Thing:
        """Return the thing that is called so. One that nothing has told of yet stood there before.

        What is gone, or is called otherwise now, is not there: the operation fails, and brings nothing back.
        """
        key = _key(kind, owner, name)
        thing = self._named.get(key) or self._gone.get(key)
        if thing is None:
            thing = Thing(kind, owner, name, True, step)
            thing.columns = None
            self.all.append(thing)
            if key in self._left:
                thing.unsure = True
            else:
                self._named[key] = thing
        return thing

    def find(self, kind: ThingKind, owner: Thing | None, name: str) -> Thing | None:
        """Return the thing that is called so now, if one of the operations has told of it."""
        return self._named.get(_key(kind, owner, name))

    def nameless(self, kind: ThingKind, owner: Thing | None) -> Iterator[Thing]:
        """Yield what was made without a name and is still there; of any table where ``owner`` is None."""
        for thing in self.all:
            if thing.kind == kind and thing.name is None and thing.alive and owner in (None, thing.owner):
                yield thing

    def drop(self, thing: Thing, step: Step) -> None:
        """Drop a thing. What is in a table goes with it."""
        if not thing.alive:
            return
        self._forget(thing)
        thing.alive = False
        thing.last = step
        if thing.name is not None:
            self._gone[_key(thing.kind, thing.owner, thing.name)] = thing

    def restore(
        self, kind: ThingKind, table: Thing, name: Maybe[str | None], step: Step, sort: str | None = None
    ) -> None:
        """Make again, with its table, what was dropped from it before."""
        gone = None if name is UNKNOWN else self._gone_as(kind, table, name, sort)
        if gone is not None:
            self.make(kind, table, gone.name, step, sort)

    def move(self, thing: Thing, name: str, step: Step) -> None:
        """Give a thing another name."""
        if not thing.alive:
            return
        self._forget(thing)
        if thing.name is not None:
            self._left.add(_key(thing.kind, thing.owner, thing.name))
        thing.name = name
        thing.last = step
        thing.parts.setdefault("name", (name, step))
        self._named[_key(thing.kind, thing.owner, name)] = thing

    def inside(self, table: Thing) -> Iterator[Thing]:
        """Yield what is in a table now."""
        return (thing for thing in self.all if thing.owner is table and thing.alive)

    def successor(self, thing: Thing) -> Thing | None:
        """Return what has, in the end, the name that ``thing`` had at first."""
        return self.find(thing.kind, thing.owner, thing.first_name) if thing.first_name else None

    def _forget(self, thing: Thing) -> None:
        if thing.name is not None:
            key = _key(thing.kind, thing.owner, thing.name)
            if self._named.get(key) is thing:
                del self._named[key]


def doubt(things: Iterable[Thing]) -> None:
    """Say nothing of these things."""
    for thing in things:
        thing.unsure = True


def _key(kind: ThingKind, owner: Thing | None, name: str) -> Key:
    """Return what a thing is found by: indexes are named apart from their tables, constraints within them."""
    return kind, 0 if owner is None or kind == "index" else id(owner), name
