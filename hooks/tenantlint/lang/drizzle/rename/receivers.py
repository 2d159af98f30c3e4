"""What the methods of queries, arrays, schemas and procedures take."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.lang.drizzle.rename.shapes import (
    FREE,
    NOWHERE,
    OTHER,
    Config,
    Conflict,
    Dict,
    Expected,
    Joined,
    Keyed,
    Many,
    Procedure,
    Queries,
    Query,
    Several,
    Shape,
    Validator,
    Writing,
    item_of,
    settled,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tenantlint.lang.drizzle.rename.infer import Infer

_TAKES_ITEM: Final = frozenset({"push", "unshift", "includes", "indexOf", "has", "add", "delete"})
_PER_ITEM: Final = frozenset(
    "map flatMap forEach filter find findLast findIndex findLastIndex some every toSorted sort".split()
)


def _of_writing(infer: Infer, owner: Shape, name: str) -> Expected:
    assert isinstance(owner, Writing)
    if name in ("values", "set"):
        return Expected(Keyed(owner.table_id))
    if name in ("onConflictDoUpdate", "onDuplicateKeyUpdate"):
        return Expected(Conflict(owner.table_id))
    return FREE


def _of_queries(infer: Infer, owner: Shape, name: str) -> Expected:
    assert isinstance(owner, Queries)
    return Expected(Config(owner.table_id))


def _of_many(infer: Infer, owner: Shape, name: str) -> Expected:
    item = item_of(owner)
    if name in ("reduce", "reduceRight"):
        return Expected(None, (None, item))
    if name in _TAKES_ITEM:
        return Expected(item)
    return Expected(None, (item, item if "ort" in name else OTHER)) if name in _PER_ITEM else _then(owner, name)


def _then(owner: Shape, name: str) -> Expected:
    return Expected(None, (settled(owner),)) if name == "then" else NOWHERE


def _of_dict(infer: Infer, owner: Shape, name: str) -> Expected:
    assert isinstance(owner, Dict)
    return Expected(None, (owner.item, OTHER)) if name == "forEach" else NOWHERE


def _of_query(infer: Infer, owner: Shape, name: str) -> Expected:
    """Return what a query takes; ``execute`` takes the values of placeholders, by names of their own."""
    return FREE if name == "execute" else _then(owner, name)


def _of_procedure(infer: Infer, owner: Shape, name: str) -> Expected:
    assert isinstance(owner, Procedure)
    return Expected(None, (Joined((("input", owner.input),)),) if name in ("query", "mutation", "subscription") else ())


def _of_validator(infer: Infer, owner: Shape, name: str) -> Expected:
    assert isinstance(owner, Validator)
    return Expected(owner.value, (owner.value,))


RECEIVERS: Final[Mapping[type, Callable[[Infer, Shape, str], Expected]]] = {
    Dict: _of_dict,
    Many: _of_many,
    Procedure: _of_procedure,
    Queries: _of_queries,
    Query: _of_query,
    Several: _of_many,
    Validator: _of_validator,
    Writing: _of_writing,
}
