"""What the rules on the names of columns share."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tenantlint.names import snake_case
from tenantlint.rule import Finding, Rule, label
from tenantlint.rules._fixes import rename_column
from tenantlint.schema import UNKNOWN
from tenantlint.types import family

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tenantlint.schema import Column, Table
    from tenantlint.view import SchemaView


def is_allowed(column: Column, allowed: tuple[str, ...]) -> bool:
    """Return whether ``allowed`` has the name of the column, in the database or in code, in whatever style."""
    if not allowed:
        return False
    names = {snake_case(name) for name in (column.name, column.key) if name is not UNKNOWN}
    return not names.isdisjoint(snake_case(name) for name in allowed)


def alternatives(words: tuple[str, ...]) -> str:
    """Return the words in backticks, joined by commas and an "or"."""
    *most, last = (f"`{word}`" for word in words)
    return f"{', '.join(most)} or {last}" if most else last


class ShortName(Rule):
    """The base of rules on columns whose name stops short of what they hold: ``word`` where ``full`` is meant.

    ``types`` are the type families of the columns that hold it; others, such as a flag ``send_email``, do not.
    """

    word: ClassVar[str]
    full: ClassVar[str]
    types: ClassVar[frozenset[str]]
    why: ClassVar[str]

    allow: tuple[str, ...] = ()

    def check_table(self, table: Table, view: SchemaView) -> Iterable[Finding]:
        """Report each column by itself."""
        for column in table.columns:
            if column.name is UNKNOWN or column.type is UNKNOWN:
                continue
            name = snake_case(column.name)
            if name.rpartition("_")[2] != self.word or family(column.type) not in self.types:
                continue
            if view.is_prescribed(table, column) or is_allowed(column, self.allow):
                continue
            better = name.removesuffix(self.word) + self.full
            text = f"{self.why}; name the column `{better}`"
            fix = rename_column(table, column, better, view)
            yield Finding(column.at, table, label(table, column), text, fix)
