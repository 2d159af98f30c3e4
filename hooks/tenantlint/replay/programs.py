"""What operations on types, functions and triggers do to a State."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenantlint.record import replace
from tenantlint.replay.draft import STRUCTURE, Draft
from tenantlint.replay.members import known
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from tenantlint import migration as m
    from tenantlint.replay import State
    from tenantlint.schema import Column, Maybe


def drop_type(state: State, operation: m.DropType) -> None:
    """Apply DROP TYPE."""
    dropped = operation.name
    if not operation.cascade or dropped is UNKNOWN:
        return
    for draft in state.drafts.values():
        for name in [name for name, column in draft.columns.items() if _is_of(column, dropped)]:
            draft.drop_column(name)
            if not operation.certain:
                draft.doubt(STRUCTURE)


def rename_type(state: State, operation: m.RenameType) -> None:
    """Apply ALTER TYPE RENAME TO."""
    old, new = operation.name, operation.new_name
    if old is UNKNOWN:
        return
    for draft in state.drafts.values():
        for name, column in draft.columns.items():
            if column.type is not UNKNOWN and _is_of(column, old):
                sure = operation.certain and new is not UNKNOWN
                draft.columns[name] = replace(column, type=f"{new}{column.type[len(old) :]}" if sure else UNKNOWN)


def _is_of(column: Column, name: str) -> bool:
    return column.type is not UNKNOWN and column.type.rstrip("[]") == name


def create_function(state: State, operation: m.CreateFunction) -> None:
    """Apply CREATE FUNCTION."""
    if operation.name is UNKNOWN:
        state.assigns = dict.fromkeys(state.assigns, UNKNOWN)
    else:
        state.assigns[operation.name] = operation.assigns if operation.certain else UNKNOWN


def drop_function(state: State, operation: m.DropFunction) -> None:
    """Apply DROP FUNCTION."""
    for draft in state.drafts.values() if operation.cascade else ():
        for name, trigger in list(draft.triggers.items()):
            if trigger.function == operation.name:
                _drop_trigger_named(draft, name, operation.certain)


def create_trigger(state: State, operation: m.CreateTrigger) -> None:
    """Apply CREATE TRIGGER."""
    draft = state.draft(known(operation.table), operation.at)
    draft.triggers[operation.name] = operation if operation.certain else replace(operation, function=UNKNOWN)


def drop_trigger(state: State, operation: m.DropTrigger) -> None:
    """Apply DROP TRIGGER."""
    draft = state.drafts.get(known(operation.table))
    if draft is None:
        return  # with IF EXISTS the table may be missing too
    if operation.name is not UNKNOWN:
        _drop_trigger_named(draft, operation.name, operation.certain)
        return
    for name in list(draft.triggers):
        _drop_trigger_named(draft, name, certain=False)


def _drop_trigger_named(draft: Draft, name: Maybe[str], certain: bool) -> None:
    trigger = draft.triggers.pop(name, None)
    if trigger is not None and not certain:
        draft.triggers[name] = replace(trigger, function=UNKNOWN)
