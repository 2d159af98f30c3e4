"""The labels of the enums that a history of migrations leaves behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenantlint.migration import AddEnumValue, CreateEnum, DropType, Other, RenameType, Unread
from tenantlint.record import replace
from tenantlint.schema import UNKNOWN, EnumType

if TYPE_CHECKING:
    from collections.abc import Callable

    from tenantlint.migration import History, Operation


def enums_of(history: History) -> dict[str, EnumType]:
    """Return the enums after the last revision by qualified name; labels that may have changed are UNKNOWN."""
    found: dict[str, EnumType] = {}
    for operation in (each for revision in history.revisions for each in revision.upgrade):
        effect = _EFFECTS.get(type(operation))
        if effect is not None:
            effect(found, operation)
    return found


def bare(name: str) -> str:
    """Return a qualified name without the schema ``public``."""
    return name.removeprefix("public.")


def _create(found: dict[str, EnumType], operation: Operation) -> None:
    assert isinstance(operation, CreateEnum)
    if operation.name is not UNKNOWN:
        name = bare(operation.name)
        values = operation.values if operation.certain else UNKNOWN
        if name in found and values is not UNKNOWN and values != found[name].values:
            values = UNKNOWN if not operation.certain else values
        found[name] = EnumType(name.rpartition(".")[2], None, "sql", values, operation.at)


def _add(found: dict[str, EnumType], operation: Operation) -> None:
    assert isinstance(operation, AddEnumValue)
    if operation.name is UNKNOWN:
        _doubt(found)
        return
    enum = found.get(bare(operation.name))
    if enum is None or enum.values is UNKNOWN:
        return
    sure = operation.certain and operation.value is not UNKNOWN
    values = enum.values if operation.value in enum.values else (*enum.values, operation.value)
    found[bare(operation.name)] = replace(enum, values=values if sure else UNKNOWN, at=operation.at)


def _drop(found: dict[str, EnumType], operation: Operation) -> None:
    assert isinstance(operation, DropType)
    if operation.name is not UNKNOWN and operation.certain:
        found.pop(bare(operation.name), None)


def _rename(found: dict[str, EnumType], operation: Operation) -> None:
    assert isinstance(operation, RenameType)
    if operation.name is UNKNOWN or operation.new_name is UNKNOWN or not operation.certain:
        _doubt(found)
        return
    enum = found.pop(bare(operation.name), None)
    if enum is not None:
        found[bare(operation.new_name)] = enum


def _other(found: dict[str, EnumType], operation: Operation) -> None:
    """Doubt what ``ALTER TYPE … RENAME VALUE`` changes."""
    assert isinstance(operation, Other)
    if operation.what.startswith("ALTER TYPE"):
        _doubt(found)


def _unread(found: dict[str, EnumType], operation: Operation) -> None:
    assert isinstance(operation, Unread)
    if operation.structure:
        _doubt(found)


def _doubt(found: dict[str, EnumType]) -> None:
    for name, enum in found.items():
        found[name] = replace(enum, values=UNKNOWN)


_EFFECTS: dict[type[Operation], Callable[[dict[str, EnumType], Operation], None]] = {
    CreateEnum: _create,
    AddEnumValue: _add,
    DropType: _drop,
    RenameType: _rename,
    Other: _other,
    Unread: _unread,
}
