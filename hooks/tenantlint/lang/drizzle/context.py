"""What the assembly of tables shares."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenantlint.record import Record
from tenantlint.schema import UNKNOWN, Maybe

if TYPE_CHECKING:
    from tenantlint.lang.drizzle.extras import Extra
    from tenantlint.lang.drizzle.library import Library
    from tenantlint.lang.drizzle.names import Names
    from tenantlint.lang.drizzle.policies import PolicyValue
    from tenantlint.lang.drizzle.symbols import Symbol
    from tenantlint.lang.drizzle.tables import TableValue
    from tenantlint.lang.evaluate import Evaluator
    from tenantlint.source import Location


class Placed(Record):
    """Something that a table's third argument holds, and where it stands there."""

    value: Extra | PolicyValue
    at: Location


class Context(Record):
    """What all assembly needs. ``exported`` holds the ids of exported values, ``symbols`` are by ``id(table)``."""

    evaluator: Evaluator
    library: Library
    names: Names
    exported: frozenset[int]
    symbols: dict[int, Symbol]

    def table_id(self, table: TableValue | None) -> Maybe[str | None]:
        """Return the id of a table; UNKNOWN for one that is not known or that a package declares."""
        if table is None or table.external:
            return UNKNOWN
        symbol = self.symbols.get(id(table))
        return None if symbol is None else symbol.id
