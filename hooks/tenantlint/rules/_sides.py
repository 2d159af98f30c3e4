"""What the relation rules ask about the two sides of a relation."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tenantlint.schema import Relation, Table


def is_named_apart(relation: Relation, table: Table, target: Table) -> bool:
    """Return whether ``target`` has another side for ``relation`` that only a different ``relationName`` keeps apart.

    Two ``many()`` are never the sides of one relation without a join table.
    """
    return any(
        other.target_id == table.id
        and other is not relation
        and other.inverse is None
        and other.declared_inverse != relation.declared_inverse
        and "one" in (relation.kind, other.kind)
        for other in target.relations
        if table.orm == "drizzle" and relation.inverse is None
    )
