"""What each operation does to the tables of a State."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from tenantlint import migration as m
from tenantlint.replay import keys, programs, security, tables
from tenantlint.replay.draft import STRUCTURE
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable

    from tenantlint.replay import State
    from tenantlint.schema import Part

    Effect: TypeAlias = Callable[..., None]

_SECURITY: Final = (m.SetRowSecurity, m.CreatePolicy, m.DropPolicy, m.AlterPolicy)
_HARMLESS: Final = (m.WriteRows, m.AddCheck, m.Unread)


def unread_of(operation: m.Operation) -> m.Operation:
    """Return ``operation``, or where the name of its table is not known an Unread of what it may do to any table."""
    if isinstance(operation, _HARMLESS) or not _is_anonymous(operation):
        return operation
    security = isinstance(operation, _SECURITY)
    both = isinstance(operation, (m.DropTable, m.RenameTable))
    return m.Unread(
        operation.at, operation.certain, "the name of the table is not known", UNKNOWN, security or both, not security
    )


def is_inline(operation: m.Operation, given: m.AddColumn) -> bool:
    """Return whether an operation adds a constraint that stands with the column which ``given`` adds."""
    if operation.at != given.at or getattr(operation, "table", None) != given.table:
        return False
    if isinstance(operation, m.AddPrimaryKey):
        return operation.columns == (given.column.name,)
    constraint = getattr(operation, "constraint", None) or getattr(operation, "key", None)
    return constraint is not None and constraint.columns == (given.column.name,)


def _is_anonymous(operation: m.Operation) -> bool:
    if isinstance(operation, m.DropIndex):
        return operation.name is UNKNOWN and not isinstance(operation.table, str)
    if isinstance(operation, m.RenameTable) and operation.new_name is UNKNOWN:
        return True
    return getattr(operation, "table", None) is UNKNOWN


def _write_rows(state: State, operation: m.WriteRows) -> None:
    if operation.command in ("update", "truncate"):
        sure = operation.certain and operation.columns is not UNKNOWN and operation.command == "update"
        state.write(operation.table, (*operation.columns,) if sure and operation.columns is not UNKNOWN else (UNKNOWN,))


def _unread(state: State, operation: m.Unread) -> None:
    state.unread.append(operation)
    names = state.drafts if operation.tables is UNKNOWN else operation.tables
    parts = (*(STRUCTURE if operation.structure else ()), *(_POLICIES if operation.security else ()))
    for name in names:
        if name in state.drafts:
            state.drafts[name].doubt(parts, operation.security)
    for table in (UNKNOWN,) if operation.tables is UNKNOWN else operation.tables:
        state.write(table, (UNKNOWN,))


_POLICIES: Final[tuple[Part, ...]] = ("policies",)

EFFECTS: Final[dict[type[m.Operation], Effect]] = {
    m.CreateTable: tables.create_table,
    m.DropTable: tables.drop_table,
    m.RenameTable: tables.rename_table,
    m.AddColumn: tables.add_column,
    m.DropColumn: tables.drop_column,
    m.RenameColumn: tables.rename_column,
    m.AlterColumn: tables.alter_column,
    m.AddPrimaryKey: keys.add_primary_key,
    m.AddUnique: keys.add_unique,
    m.AddForeignKey: keys.add_foreign_key,
    m.DropConstraint: keys.drop_constraint,
    m.RenameConstraint: keys.rename_constraint,
    m.CreateIndex: keys.create_index,
    m.DropIndex: keys.drop_index,
    m.RenameIndex: keys.rename_index,
    m.SetRowSecurity: security.set_row_security,
    m.CreatePolicy: security.create_policy,
    m.DropPolicy: security.drop_policy,
    m.AlterPolicy: security.alter_policy,
    m.DropType: programs.drop_type,
    m.RenameType: programs.rename_type,
    m.CreateFunction: programs.create_function,
    m.DropFunction: programs.drop_function,
    m.CreateTrigger: programs.create_trigger,
    m.DropTrigger: programs.drop_trigger,
    m.WriteRows: _write_rows,
    m.Unread: _unread,
}
"""What has no effect here (ADD CHECK, CREATE TYPE, GRANT) is not listed."""
