"""What operations on tables and columns do to a State."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenantlint.record import replace
from tenantlint.replay.draft import ALL_PARTS, STRUCTURE, Draft, renamed
from tenantlint.replay.members import known
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from tenantlint import migration as m
    from tenantlint.replay import State
    from tenantlint.schema import Column, Maybe

from tenantlint.replay.keys import append_unique


def create_table(state: State, operation: m.CreateTable) -> None:
    """Apply CREATE TABLE."""
    name = known(operation.table)
    if not operation.certain:
        is_there = name in state.drafts
        draft = state.draft(name, operation.at)
        draft.doubt(ALL_PARTS, security=True)
        if not is_there:
            state.create(draft, certain=False)
        return
    if operation.if_not_exists and name in state.drafts:
        return
    draft = Draft(name, operation.at)
    state.create(draft, certain=True)
    for column in operation.columns:
        if column.name is UNKNOWN:
            draft.doubt(("columns",))
        else:
            draft.columns[column.name] = column
    if not operation.complete:
        draft.doubt(STRUCTURE)
    if operation.primary_key != ():
        draft.set_primary_key(operation.primary_key_name, operation.primary_key)
    for constraint in operation.unique_constraints:
        if constraint.columns is UNKNOWN or constraint.columns not in _columns_of_keys(draft):
            append_unique(draft, constraint)
    state.own_keys(draft)
    for key in operation.foreign_keys:
        state.add_foreign_key(draft, key)
    for index in operation.indexes:
        state.add_index(draft, index)


def _columns_of_keys(draft: Draft) -> list[Maybe[tuple[Maybe[str], ...]]]:
    """Return what the keys so far are over: CREATE TABLE makes no second key over the same columns."""
    return [draft.primary_key, *(each.columns for each in draft.unique_constraints)]


def drop_table(state: State, operation: m.DropTable) -> None:
    """Apply DROP TABLE."""
    draft = state.drafts.get(known(operation.table))
    if draft is None:
        return
    if not operation.certain:
        draft.doubt(ALL_PARTS, security=True)
        return
    del state.drafts[draft.name]
    for each in state.referrers(draft.name):
        each.foreign_keys = [key for key in each.foreign_keys if key.target_table != draft.name]


def rename_table(state: State, operation: m.RenameTable) -> None:
    """Apply RENAME TO."""
    draft = state.draft(known(operation.table), operation.at)
    name = known(operation.new_name)
    if operation.certain:
        state.rename(draft, name)
        return
    for each in (draft, state.draft(name, operation.at)):
        each.doubt(ALL_PARTS, security=True)


def add_column(state: State, operation: m.AddColumn) -> None:
    """Apply ADD COLUMN."""
    draft = state.draft(known(operation.table), operation.at)
    column = operation.column
    if not operation.certain or column.name is UNKNOWN:
        draft.doubt(("columns",))
        return
    exists: Maybe[bool] = operation.if_not_exists and column.name in draft.columns
    if operation.if_not_exists and not exists and "columns" in draft.incomplete:
        exists = UNKNOWN
    if exists is not True:
        state.add_column(draft, _vague(column) if exists is UNKNOWN else column)
    if exists is not False:
        state.pass_over(operation, exists)


def _vague(column: Column) -> Column:
    """Return a column of which nothing but its name is sure."""
    facts = "type nullable primary_key unique has_default has_server_default on_update default_sql"
    return replace(column, **dict.fromkeys(facts.split(), UNKNOWN))


def drop_column(state: State, operation: m.DropColumn) -> None:
    """Apply DROP COLUMN."""
    draft = state.draft(known(operation.table), operation.at)
    name = operation.column
    if not operation.certain or name is UNKNOWN:
        draft.doubt(STRUCTURE)
    if name is UNKNOWN:
        return
    draft.drop_column(name)
    if operation.cascade:
        draft.drop_policies_over(name)
        _drop_references(state, draft, name)


def _drop_references(state: State, draft: Draft, column: str) -> None:
    for each in state.referrers(draft.name):
        each.foreign_keys = [
            key
            for key in each.foreign_keys
            if key.target_table != draft.name or key.target_columns is UNKNOWN or column not in key.target_columns
        ]


def rename_column(state: State, operation: m.RenameColumn) -> None:
    """Apply RENAME COLUMN."""
    draft = state.draft(known(operation.table), operation.at)
    old, new = operation.column, operation.new_name
    if not operation.certain or old is UNKNOWN or new is UNKNOWN:
        draft.doubt(STRUCTURE)
        if old is not UNKNOWN:
            draft.drop_column(old)
        return
    draft.rename_column(old, new)
    state.rename_written(draft.name, old, new)
    for each in state.referrers(draft.name):
        each.foreign_keys = [
            replace(key, target_columns=renamed(key.target_columns, old, new))
            if key.target_table == draft.name
            else key
            for key in each.foreign_keys
        ]


def alter_column(state: State, operation: m.AlterColumn) -> None:
    """Apply ALTER COLUMN."""
    draft = state.draft(known(operation.table), operation.at)
    changes: dict[str, object] = {
        fact: value
        for fact, value in (
            ("type", operation.type),
            ("nullable", operation.nullable),
            ("has_default", operation.server_default),
            ("has_server_default", operation.server_default),
        )
        if value is not None
    }
    if operation.server_default is not None:
        changes["default_sql"] = operation.default_sql
    if not operation.certain or operation.column is UNKNOWN:
        changes = dict.fromkeys(changes, UNKNOWN)
    for name in list(draft.columns) if operation.column is UNKNOWN else (operation.column,):
        draft.change_column(name, **changes)
