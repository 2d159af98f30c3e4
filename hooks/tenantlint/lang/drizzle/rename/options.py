"""What the options of Drizzle's functions take, name by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.lang.drizzle.rename.shapes import (
    FREE,
    NOWHERE,
    OTHER,
    TABLE,
    WHERE,
    Config,
    Conflict,
    Expected,
    Keyed,
    Relating,
    Shape,
    With,
    Written,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tenantlint.lang.drizzle.rename.infer import Infer


def in_options(infer: Infer, shape: Shape | None, name: str) -> Expected:
    """Return what is expected under a name of an object that is for ``shape``."""
    read = _OPTIONS.get(type(shape)) if shape is not None else None
    if read is not None and shape is not None:
        return read(infer, shape, name)
    if isinstance(shape, Written):
        return NOWHERE
    return Expected(infer.member(shape, name))


def _of_config(infer: Infer, shape: Shape, name: str) -> Expected:
    assert isinstance(shape, Config)
    table = Keyed(shape.table_id, TABLE)
    if name == "with":
        return Expected(With(shape.table_id))
    if name == "extras":
        return Expected(OTHER, (table,), OTHER)
    value: Shape = Keyed(shape.table_id, WHERE) if name in ("where", "columns", "orderBy") else OTHER
    return Expected(value, (table,))


def _of_with(infer: Infer, shape: Shape, name: str) -> Expected:
    assert isinstance(shape, With)
    target, _ = infer.facts.relation(shape.table_id, name)
    return Expected(Config(target)) if target is not None else NOWHERE


def _of_conflict(infer: Infer, shape: Shape, name: str) -> Expected:
    assert isinstance(shape, Conflict)
    return Expected(Keyed(shape.table_id)) if name == "set" else FREE


def _of_relating(infer: Infer, shape: Shape, name: str) -> Expected:
    assert isinstance(shape, Relating)
    return Expected(Keyed(shape.table_id, WHERE), (Keyed(shape.table_id, TABLE),)) if name == "where" else FREE


def _of_filter(infer: Infer, shape: Shape, name: str) -> Expected:
    """Return what a filter expects: operators under a column, filters under AND, OR, NOT and a relation."""
    assert isinstance(shape, Keyed)
    if shape.role != WHERE:
        return Expected(infer.facts.member(shape, name))
    if name in ("AND", "OR", "NOT"):
        return Expected(shape)
    if name == "RAW":
        return Expected(OTHER, (Keyed(shape.table_id, TABLE),))
    if infer.facts.column(shape.table_id, name) is not None:
        return FREE
    target, _ = infer.facts.relation(shape.table_id, name)
    return Expected(Keyed(target, WHERE)) if target is not None else NOWHERE


_OPTIONS: Final[Mapping[type, Callable[[Infer, Shape, str], Expected]]] = {
    Config: _of_config,
    Conflict: _of_conflict,
    Keyed: _of_filter,
    Relating: _of_relating,
    With: _of_with,
}
