"""What the relation rules ask about the two sides of a relation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenantlint.schema import UNKNOWN, Maybe
from tenantlint.view import known

if TYPE_CHECKING:
    from tenantlint.schema import Relation, Table
    from tenantlint.view import SchemaView


def follows_key(relation: Relation, table: Table, target: Table, view: SchemaView) -> bool:
    """Return whether a declared foreign key is known to lead where ``relation`` does, or back.

    A relation with a join condition of its own, as over a polymorphic reference, follows none.
    """
    if relation.through is not None:
        ends = {key.target_id for link in view.schema for key in link.foreign_keys if _is_named(link, relation.through)}
        return {table.id, target.id} <= ends
    here, there = known(relation.columns) or (), known(relation.target_columns) or ()
    pairs = set(zip(here, there, strict=False))
    return bool(pairs & _key_pairs(table, target) or {pair[::-1] for pair in pairs} & _key_pairs(target, table))


def _is_named(table: Table, name: Maybe[str]) -> bool:
    return name is not UNKNOWN and table.qualified_name == name


def _key_pairs(table: Table, target: Table) -> set[tuple[str, str]]:
    keys = [key for key in table.foreign_keys if key.target_id == target.id]
    return {
        pair for key in keys for pair in zip(known(key.columns) or (), known(key.target_columns) or (), strict=False)
    }


def is_certain(relation: Relation, table: Table, target: Table) -> bool:
    """Return whether all is known that decides which relation of ``target`` is the other side in Drizzle."""
    others = [other for other in _of_group(relation, target) if other.target_id in (table.id, UNKNOWN)]
    return all(
        UNKNOWN not in (each.target_id, each.kind, each.declared_inverse, each.inverse) for each in (relation, *others)
    )


def named_apart(relation: Relation, table: Table, target: Table, sure: bool = False) -> Relation | None:
    """Return what would be the other side of a Drizzle relation that has none, if both had one ``relationName``.

    With ``sure`` it is one that surely would, else one that may.

    Two ``many()`` are never the sides of one relation without a join table, nor are two that name other columns.
    """
    unsure = () if sure else (UNKNOWN,)
    for other in _of_group(relation, target):
        back = (
            other.target_id == table.id
            and other.inverse in (None, relation.name)
            and pairs(relation, other) in (True, *unsure)
        )
        differs = other.declared_inverse != relation.declared_inverse
        if back and differs and "one" in (relation.kind, other.kind):
            return other
    return None


def candidates(relation: Relation, table: Table, target: Table) -> list[Relation]:
    """Return the relations of ``target`` that Drizzle takes for the other side of ``relation`` by their names.

    Without a ``relationName`` that is every relation back to ``table``, in 0.x even ``relation`` itself.
    """
    name = relation.declared_inverse
    return [
        other
        for other in _of_group(relation, target)
        if other.target_id == table.id and (name is None or (other is not relation and other.declared_inverse == name))
    ]


def _of_group(relation: Relation, target: Table) -> list[Relation]:
    return [other for other in target.relations if other.group == relation.group]


def pairs(relation: Relation, other: Relation) -> Maybe[bool]:
    """Return whether two relations can be the two sides of one: where both name columns, these must be the same."""
    sides = (relation.columns, relation.target_columns, other.columns, other.target_columns)
    if () in sides:
        return True
    if any(side is UNKNOWN or UNKNOWN in side for side in sides):
        return UNKNOWN
    return (relation.columns, relation.target_columns) == (other.target_columns, other.columns)
