"""Operations below the statements that decide whether, and how often, they run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.migration import Unread
from tenantlint.record import replace
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from tenantlint.migration import Operation

_SECURITY: Final = frozenset({"SetRowSecurity", "CreatePolicy", "DropPolicy", "AlterPolicy"})
_NAMES: Final = ("table", "name", "column", "new_name")
_FLAGS: Final = ("if_not_exists", "if_exists")


def holds_unknown(operation: Operation) -> bool:
    """Return whether an operation is of something whose name is not known."""
    if isinstance(operation, Unread):
        return False
    return any(getattr(operation, field, None) is UNKNOWN for field in _NAMES)


def repeated(operation: Operation) -> Unread:
    """Return what there is to tell of an operation that runs for each of what is not known."""
    table, kind = getattr(operation, "table", UNKNOWN), type(operation).__name__
    return Unread(
        operation.at,
        operation.certain,
        why="it is repeated for something that is known only when the revision runs",
        tables=(table,) if isinstance(table, str) else UNKNOWN,
        security=kind in _SECURITY,
        structure=kind not in _SECURITY and kind != "WriteRows",
    )


def idempotent(operation: Operation) -> Operation:
    """Return an operation that asks first, as the branch that it stands in does."""
    return replace(operation, **{field: True for field in _FLAGS if field in operation.__fields__})
