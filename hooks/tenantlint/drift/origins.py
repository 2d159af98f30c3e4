"""Where a history of migrations last changed a fact of a column, which is not where it made the column."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.drift.enums import bare
from tenantlint.migration import AddPrimaryKey, AlterColumn, RenameColumn, RenameTable
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from tenantlint.migration import History
    from tenantlint.source import Location

ALTERED: Final = {"type": "type", "nullable": "nullable", "server_default": "default"}
"""The parts of an AlterColumn, and the kinds of difference that they make."""


def origins(history: History) -> dict[tuple[str, str, str], Location]:
    """Return the places of the last changes by (table, column, kind of difference)."""
    found: dict[tuple[str, str, str], Location] = {}
    for operation in (each for revision in history.revisions for each in revision.upgrade):
        table = getattr(operation, "table", UNKNOWN)
        if not isinstance(table, str):
            continue
        table = bare(table)
        if isinstance(operation, AlterColumn) and isinstance(operation.column, str):
            for part, kind in ALTERED.items():
                if getattr(operation, part) is not None:
                    found[table, operation.column, kind] = operation.at
        elif isinstance(operation, AddPrimaryKey) and operation.columns is not UNKNOWN:
            found.update(
                {(table, column, "nullable"): operation.at for column in operation.columns if isinstance(column, str)}
            )
        elif isinstance(operation, RenameTable) and isinstance(operation.new_name, str):
            _rename(found, {key: (bare(operation.new_name), *key[1:]) for key in found if key[0] == table})
        elif isinstance(operation, RenameColumn) and isinstance(operation.new_name, str):
            moved = {key: (table, operation.new_name, key[2]) for key in found if key[:2] == (table, operation.column)}
            _rename(found, moved)
    return found


def _rename(
    found: dict[tuple[str, str, str], Location], moved: dict[tuple[str, str, str], tuple[str, str, str]]
) -> None:
    for old, new in moved.items():
        found[new] = found.pop(old)
