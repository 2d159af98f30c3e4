"""What an operation throws away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.migration import AlterColumn, DropColumn, DropTable
from tenantlint.record import Record
from tenantlint.rules._migrations import is_older
from tenantlint.rules._narrowing import narrows
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable

    from tenantlint.migration import Operation, Revision
    from tenantlint.replay import State


class Loss(Record):
    """What is lost: of which table, and the message."""

    table: str
    subject: str
    text: str


def loss_of(operation: Operation, revision: Revision, before: State) -> Loss | None:
    """Return what an operation surely throws away that stood there before its revision."""
    find = _LOSSES.get(type(operation)) if operation.certain else None
    return find(operation, revision, before) if find else None


def _dropped_table(operation: DropTable, revision: Revision, before: State) -> Loss | None:
    table = operation.table
    if table is UNKNOWN or not is_older(before, revision, operation, table):
        return None
    return Loss(
        table, table, "is dropped with all its rows, and no downgrade brings them back; keep them elsewhere first"
    )


def _dropped_column(operation: DropColumn, revision: Revision, before: State) -> Loss | None:
    table, column = operation.table, operation.column
    if table is UNKNOWN or column is UNKNOWN or not is_older(before, revision, operation, table, column):
        return None
    text = "is dropped with its values, and no downgrade brings them back; keep them elsewhere first"
    return Loss(table, f"{table}.{column}", text)


def _narrowed_column(operation: AlterColumn, revision: Revision, before: State) -> Loss | None:
    table, column, new = operation.table, operation.column, operation.type
    old = before.column(table, column)
    if table is UNKNOWN or column is UNKNOWN or old is None or not is_older(before, revision, operation, table, column):
        return None
    if not isinstance(old.type, str) or not isinstance(new, str) or not narrows(old.type, new):
        return None
    text = (
        f"is narrowed from {old.type} to {new}: values that do not fit are cut or rounded, or stop the migration; look "
        "for them first"
    )
    return Loss(table, f"{table}.{column}", text)


_LOSSES: Final[dict[type[Operation], Callable[..., Loss | None]]] = {
    DropTable: _dropped_table,
    DropColumn: _dropped_column,
    AlterColumn: _narrowed_column,
}
