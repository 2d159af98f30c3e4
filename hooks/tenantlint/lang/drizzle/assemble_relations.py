"""The relations of tables, with their inverses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenantlint.lang.drizzle.relations import Declared, inverse
from tenantlint.schema import UNKNOWN, Maybe, Relation, qualified

if TYPE_CHECKING:
    from tenantlint.lang.drizzle.context import Context
    from tenantlint.lang.drizzle.relations import Joined
    from tenantlint.lang.drizzle.tables import TableValue


class Relations:
    """All relations of a project, by the table that they belong to: those of 0.x, then those of 1.0."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self._by_table: dict[int, dict[tuple[int, str], Declared]] = {}
        self._unsure: set[int] = set()
        for item in context.library.relations:
            found, unsure = item.declared(context.evaluator)
            self._unsure.update(id(table) for table in unsure)
            for relation in found:
                key = (relation.group, relation.name)
                self._by_table.setdefault(id(relation.source), {})[key] = relation

    def may_have_more(self, table: TableValue) -> bool:
        """Tell whether a table may have relations that could not be read."""
        return id(table) in self._unsure

    def of_table(self, table: TableValue) -> tuple[Relation, ...]:
        """Return the relations of a table."""
        relations = sorted(self._by_table.get(id(table), {}).values(), key=lambda relation: relation.version)
        return tuple(self._relation(relation) for relation in relations)

    def _relation(self, relation: Declared) -> Relation:
        target = relation.target
        other = self._inverse(relation)
        through = relation.through
        if through is None and relation.columns == () and isinstance(other, Declared):
            through = other.through
        return Relation(
            relation.name,
            relation.kind,
            UNKNOWN if target is None else qualified(target.schema, target.name),
            self.context.table_id(target),
            self._names(relation.columns),
            self._owner(relation.columns, relation.source),
            self._names(relation.target_columns),
            relation.alias,
            other.name if isinstance(other, Declared) else other,
            through if through is None or through is UNKNOWN else qualified(through.schema, through.name),
            relation.at,
            False,
            self._owner(relation.target_columns, target),
            relation.group,
        )

    def _inverse(self, relation: Declared) -> Declared | Maybe[None]:
        if relation.target is None or id(relation.target) in self._unsure:
            return UNKNOWN
        return inverse(relation, list(self._by_table.get(id(relation.target), {}).values()))

    def _names(self, columns: Joined) -> Maybe[tuple[Maybe[str], ...]]:
        return UNKNOWN if columns is UNKNOWN else tuple(self.context.names.of_any(column) for column in columns)

    def _owner(self, columns: Joined, default: TableValue | None) -> Maybe[str | None]:
        """Return the id of the table that columns belong to, UNKNOWN where they are of several."""
        if columns is UNKNOWN or None in columns:
            return UNKNOWN
        owners = {id(column.table): column.table for column in columns if column is not None}
        if len(owners) > 1:
            return UNKNOWN
        return self.context.table_id(next(iter(owners.values()), default))
