"""What the schema says of places and names in code: which table a call makes, which columns a pair declares."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.lang.drizzle.rename.shapes import OTHER, Keyed, Many, Shape
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from tree_sitter import Node

    from tenantlint.schema import Column, Schema, Table

_PLAIN: Final = ("json", "jsonb", "blob", "text", "custom")
MEMBERS: Final = frozenset({"_", "$inferSelect", "$inferInsert", "getSQL", "enableRLS", "shouldOmitSQLParens"})
"""What a table has besides its columns."""


class Facts:
    """The Drizzle tables of a schema by place, by name in code, and by column."""

    def __init__(self, schema: Schema) -> None:
        self.tables = {table.id: table for table in schema.tables if table.orm == "drizzle"}
        self._columns = {table.id: {column.key: column for column in table.columns} for table in self.tables.values()}
        self._sites: dict[tuple[str, int, int], list[str]] = {}
        self._declared: dict[tuple[str, int, int], list[str]] = {}
        self._symbols: dict[str, list[str]] = {}
        for table in self.tables.values():
            self._sites.setdefault((table.at.path, table.at.start, table.at.end), []).append(table.id)
            self._symbols.setdefault(table.symbol.rpartition(".")[2], []).append(table.id)
            for column in table.columns:
                place = (column.at.path, column.at.start, column.at.end)
                self._declared.setdefault(place, []).append(table.id)

    def made_by(self, path: str, node: Node) -> str | None:
        """Return the table that an expression makes; the first of several that one function makes."""
        found = self._sites.get((path, node.start_byte, node.end_byte))
        return found[0] if found else None

    def makers(self, path: str, node: Node) -> str | None:
        """Return the table that a call makes, with what is called on its result: ``pgTable(...).enableRLS()``."""
        current: Node | None = node
        while current is not None and current.type in ("call_expression", "member_expression"):
            found = self.made_by(path, current)
            if found is not None:
                return found
            parent = current.parent
            is_inner = parent is not None and parent.type in ("call_expression", "member_expression")
            current = parent if is_inner else None
        return None

    def declared_by(self, path: str, node: Node) -> list[str]:
        """Return the tables that have the column which an entry of an object declares."""
        return self._declared.get((path, node.start_byte, node.end_byte), [])

    def column(self, table_id: str, key: str) -> Column | None:
        """Return the column of a table under a key."""
        return self._columns.get(table_id, {}).get(key)

    def named(self, symbol: str, path: str) -> str | None:
        """Return the table that code at ``path`` knows as ``symbol``: of several, the one nearest, None for a tie."""
        found = self._symbols.get(symbol, [])
        if len(found) < 2:
            return found[0] if found else None
        folder = path.split("/")
        near = {each: _shared(folder, self.tables[each].at.path.split("/")) for each in found}
        best = max(near.values())
        nearest = [each for each in found if near[each] == best]
        return nearest[0] if len(nearest) == 1 and best else None

    def is_complete(self, table_id: str) -> bool:
        """Return whether all columns of a table are known."""
        table = self.tables.get(table_id)
        return table is not None and "columns" not in table.incomplete

    def member(self, shape: Keyed, name: str) -> Shape | None:
        """Return what a member of a table or of a row is."""
        column = self.column(shape.table_id, name)
        if shape.role == "table":
            return Keyed(shape.table_id) if name in ("$inferSelect", "$inferInsert") else OTHER
        if column is not None:
            is_plain = column.type is not UNKNOWN and not column.type.startswith(_PLAIN)
            return OTHER if is_plain or column.type == "text" else None
        return self.related(shape.table_id, name)

    def related(self, table_id: str, name: str) -> Shape | None:
        """Return what a relation of a table loads."""
        target, kind = self.relation(table_id, name)
        if target is None or kind is None:
            return None
        return Many(Keyed(target)) if kind == "many" else Keyed(target)

    def relation(self, table_id: str, name: str) -> tuple[str | None, str | None]:
        """Return the target's id and the kind of a relation, None for what is not known."""
        table = self.tables.get(table_id)
        found = [each for each in table.relations if each.name == name] if table is not None else []
        for relation in found:
            if isinstance(relation.target_id, str) and relation.kind is not UNKNOWN:
                return relation.target_id, relation.kind
        return None, None

    def join_name(self, shape: Keyed) -> str | None:
        """Return the name under which a joined row has a table."""
        table: Table | None = self.tables.get(shape.table_id)
        if shape.alias or table is None:
            return shape.alias or None
        return table.name if isinstance(table.name, str) else None


def _shared(one: list[str], other: list[str]) -> int:
    count = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        count += 1
    return count
