"""``tenantlint rename``: one column, in code and in the database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenantlint.arguments import UsageError
from tenantlint.change import Patch, RenameColumn
from tenantlint.fix import patched
from tenantlint.lang.lowering import Lowering
from tenantlint.link import link
from tenantlint.lower import lower
from tenantlint.names import snake_case
from tenantlint.record import Record
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tenantlint.asked import Opened
    from tenantlint.project import Project
    from tenantlint.schema import Column, Schema, Table


class Renamed(Record):
    """The patch of a rename and the new contents of the files that it changes, empty where it is refused."""

    patch: Patch
    contents: Mapping[str, bytes]


def rename(opened: Opened, column: str, new: str, pin: bool = False) -> Renamed:
    """Return what renaming ``table.column`` to ``new`` comes to. With ``pin`` the database keeps its name.

    Raises UsageError where there is no such column, or more than one.
    """
    schema = link(opened.project).schema
    table, found = _find(schema, opened, column)
    patch = patch_of(opened.project, schema, table, found, new, pin)
    if patch.refused is not None:
        return Renamed(patch, {})
    contents, broken = patched(opened.project, patch)
    if broken is not None:
        return Renamed(Patch(refused=f"{broken} would not parse any more"), {})
    return Renamed(patch, contents)


def patch_of(project: Project, schema: Schema, table: Table, column: Column, new: str, pin: bool = False) -> Patch:
    """Return the patch that renames a column to ``new``, with its migration; ``pin`` keeps the name in the database."""
    change = RenameColumn(table.id, column.key, new, None if pin else _stored(column, new))
    return lower(change, Lowering(project, schema, pin))


def _find(schema: Schema, opened: Opened, name: str) -> tuple[Table, Column]:
    """Return the column with a name such as ``users.email`` or ``User.email``, and its table."""
    table_name, dot, column_name = name.rpartition(".")
    if not dot:
        raise UsageError(f"{name} names no table: write table.column")
    tables = [
        table
        for table in schema
        if table.at.path in opened.asked and table_name in (table.symbol, table.name, table.qualified_name)
    ]
    found = [
        (table, column) for table in tables for column in table.columns if column_name in (column.key, column.name)
    ]
    if not found:
        what = f"{table_name} has no column {column_name}" if tables else f"there is no table {table_name}"
        raise UsageError(f"{what} here")
    if len(found) > 1:
        places = ", ".join(sorted({table.at.path for table, _ in found}))
        raise UsageError(f"{name} is in {places}: name one with --in")
    return found[0]


def _stored(column: Column, new: str) -> str | None:
    """Return what the database is to call a column that the code will call ``new``, None where its name stays.

    A column whose name in the database follows from that in code keeps to that.
    """
    if column.name is UNKNOWN:
        return None
    if column.name == column.key:
        return new
    return snake_case(new) if column.name == snake_case(column.key) != snake_case(new) else None
