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


def named_apart(relation: Relation, table: Table, target: Table) -> Relation | None:
    """Return the relation of ``target`` that would be the other side if both had the same ``relationName``.

    Two ``many()`` are never the sides of one relation without a join table.
    """
    if table.orm != "drizzle" or relation.inverse is not None:
        return None
    for other in target.relations:
        back = other.target_id == table.id and other.inverse in (None, relation.name)
        differs = other is not relation and other.declared_inverse != relation.declared_inverse
        if back and differs and "one" in (relation.kind, other.kind):
            return other
    return None


def rivals(relation: Relation, table: Table, target: Table) -> list[Relation]:
    """Return the relations of ``target`` between which Drizzle cannot choose the other side; fewer than two are none.

    Without a ``relationName`` every relation back to ``table`` can be it, in 0.x even ``relation`` itself.
    """
    if table.orm != "drizzle" or relation.inverse is not None:
        return []
    name = relation.declared_inverse
    found = [
        other
        for other in target.relations
        if other.target_id == table.id and (name is None or (other is not relation and other.declared_inverse == name))
    ]
    return found if len(found) > 1 else []
