"""The names that columns have in the database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenantlint.lang.drizzle import casing
from tenantlint.lang.drizzle.columns import BuiltColumn, MissingColumn, OrderedColumn
from tenantlint.lang.drizzle.packages import folders_up
from tenantlint.lang.drizzle.values import UNDEFINED, is_known, list_of
from tenantlint.schema import UNKNOWN, Maybe

if TYPE_CHECKING:
    from tenantlint.lang.drizzle.library import Library
    from tenantlint.lang.values import Value


class Names:
    """Names columns. The ``casing`` that applies is the one nearest to a table's package that is declared.

    A ``drizzle(...)`` call or a configuration without one says nothing where another one in the same place has one.
    """

    def __init__(self, library: Library) -> None:
        self.library = library
        self._styles: dict[str, Maybe[str | None]] = {}

    def style(self, path: str) -> Maybe[str | None]:
        """Return the casing of the tables in a file, None where names are taken as they are."""
        if not self.library.casings:
            return None
        folder = self.library.packages.folder_of(path)
        if folder not in self._styles:
            self._styles[folder] = self._nearest_style(folder)
        return self._styles[folder]

    def _nearest_style(self, folder: str) -> Maybe[str | None]:
        for above in folders_up(folder):
            prefix = f"{above}/" if above else ""
            declared = [value for path, value in self.library.casings if path.startswith(prefix)]
            if declared:
                return _agreed(declared)
        return None

    def of(self, column: BuiltColumn) -> Maybe[str]:
        """Return the name of a column in the database."""
        if not column.key_as_name or column.name is UNKNOWN:
            return column.name
        return casing.convert(column.name, self.style(column.table.at.path))

    def of_any(self, value: Value) -> Maybe[str]:
        """Return the name of a column that code refers to; one that does not exist is named as it was asked for."""
        if isinstance(value, OrderedColumn):
            value = value.column
        if isinstance(value, BuiltColumn):
            return self.of(value)
        return value.key if isinstance(value, MissingColumn) else UNKNOWN

    def of_all(self, value: Value) -> Maybe[tuple[Maybe[str], ...]]:
        """Return the names of the columns in an array; () for ``undefined``."""
        if value is UNDEFINED:
            return ()
        items = list_of(value)
        return UNKNOWN if items is None else tuple(self.of_any(item) for item in items)


def _agreed(declared: list[Value]) -> Maybe[str | None]:
    styles = {value for value in declared if isinstance(value, str)}
    if len(styles) > 1 or not all(is_known(value) for value in declared):
        return UNKNOWN
    return next(iter(styles), None)
