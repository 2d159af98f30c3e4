"""What the relation rules ask about the two sides of a relation."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tenantlint.schema import Relation, Table


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
