"""Uses of names of the database in ``.sql`` files that no tool plays: queries, seeds, reports."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tenantlint.change import RenameColumn, Use
from tenantlint.source import Location

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tenantlint.change import RenameTable
    from tenantlint.lang.lowering import Lowering
    from tenantlint.schema import Schema, Table


def sql_uses(change: RenameColumn | RenameTable, context: Lowering) -> tuple[Use, ...]:
    """Return the places in SQL files outside of migrations that name what gets another name in the database.

    A column is meant where the file names its table, or one that shares its declaration, too.
    """
    table = context.table(change.table_id)
    if table is None:
        return ()
    if not isinstance(change, RenameColumn):
        names = [[table.name]] if isinstance(table.name, str) and table.name != change.new_name else []
        return tuple(use for each in names for use in _uses(each[0], each, context))
    column = context.column(change.table_id, change.key)
    if column is None or not isinstance(column.name, str) or context.pin or change.new_name in (None, column.name):
        return ()
    tables = _sharing(table, column.at, context.schema)
    return tuple(_uses(column.name, [each.name for each in tables if isinstance(each.name, str)], context))


def _sharing(table: Table, at: Location, schema: Schema) -> list[Table]:
    return [each for each in schema.tables if each.id == table.id or any(column.at == at for column in each.columns)]


def _uses(name: str, tables: Iterable[str], context: Lowering) -> Iterator[Use]:
    """Yield the places of a name in the SQL files that hold the name of one of the tables as well."""
    played = {revision.path for history in context.schema.histories for revision in history.revisions}
    pattern, owners = _word([name]), _word(tables)
    for source in context.project.readable(sorted(path for path in context.project.files if path.endswith(".sql"))):
        if source.path not in played and owners.search(source.data):
            for match in pattern.finditer(source.data):
                yield Use(f"`{name}` in SQL", Location(source.path, match.start(), match.end()))


def _word(names: Iterable[str]) -> re.Pattern[bytes]:
    return re.compile(rb"(?<![\w$])(?:" + b"|".join(re.escape(name.encode()) for name in names) + rb")(?![\w$])")
