"""What operations on constraints and indexes do to a State."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenantlint.record import replace
from tenantlint.replay.members import has, known, with_name, without
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from tenantlint import migration as m
    from tenantlint.replay import State
    from tenantlint.replay.draft import Draft
    from tenantlint.schema import ForeignKey, Maybe, UniqueConstraint


def add_primary_key(state: State, operation: m.AddPrimaryKey) -> None:
    """Apply ADD PRIMARY KEY."""
    draft = state.draft(known(operation.table), operation.at)
    if not operation.certain:
        draft.doubt(("primary_key",))
        for name, column in draft.columns.items():
            if column.nullable is True and (operation.columns is UNKNOWN or name in operation.columns):
                draft.columns[name] = replace(column, nullable=UNKNOWN)
        return
    draft.indexes = [index for index in draft.indexes if operation.name is None or index.name != operation.name]
    draft.set_primary_key(operation.name, operation.columns)
    state.own_keys(draft)


def add_unique(state: State, operation: m.AddUnique) -> None:
    """Apply ADD UNIQUE."""
    draft = state.draft(known(operation.table), operation.at)
    if operation.certain:
        append_unique(draft, operation.constraint)
        state.own_keys(draft)
    else:
        draft.doubt(("unique_constraints",))


def append_unique(draft: Draft, constraint: UniqueConstraint) -> None:
    """Give a table a unique constraint; an index of its name (USING INDEX) becomes part of it."""
    name = draft.named(constraint.name, constraint.columns, "key")
    draft.indexes = [index for index in draft.indexes if index.name != name or name is UNKNOWN]
    if not _is_taken(draft, name):
        draft.unique_constraints.append(replace(constraint, name=name))


def _is_taken(draft: Draft, name: Maybe[str | None]) -> bool:
    """Return whether a constraint of the table has the name."""
    primary = name is not UNKNOWN and name is not None and draft.primary_key_name == name
    return primary or has(draft.unique_constraints, name) or has(draft.foreign_keys, name)


def add_foreign_key(state: State, operation: m.AddForeignKey) -> None:
    """Apply ADD FOREIGN KEY."""
    draft = state.draft(known(operation.table), operation.at)
    if not operation.certain:
        draft.doubt(("foreign_keys",))
    elif not _is_taken(draft, operation.key.name):
        state.add_foreign_key(draft, operation.key)


def drop_constraint(state: State, operation: m.DropConstraint) -> None:
    """Apply DROP CONSTRAINT."""
    draft = state.draft(known(operation.table), operation.at)
    kind, name = operation.kind, operation.name
    if name is None and kind != "primary key":
        name = UNKNOWN
    keys = [*_key_columns(draft)]
    if kind in (None, "primary key") and (kind or draft.primary_key_name == name) and draft.primary_key != ():
        draft.drop_primary_key()
        if not operation.certain:
            draft.doubt(("primary_key",))
    if kind in (None, "unique"):
        draft.unique_constraints = without(draft, "unique_constraints", draft.unique_constraints, name, operation)
    if kind in (None, "foreign key"):
        draft.foreign_keys = without(draft, "foreign_keys", draft.foreign_keys, name, operation)
    if operation.cascade:
        for columns in keys:
            if columns not in _key_columns(draft):
                _drop_references_to(state, draft, columns)


def _key_columns(draft: Draft) -> list[frozenset[Maybe[str | None]]]:
    keys = [draft.primary_key, *(each.columns for each in draft.unique_constraints)]
    return [frozenset(columns) for columns in keys if columns is not UNKNOWN]


def _drop_references_to(state: State, draft: Draft, columns: frozenset[Maybe[str | None]]) -> None:
    for each in state.referrers(draft.name):
        each.foreign_keys = [key for key in each.foreign_keys if not _references(key, draft, columns)]


def _references(key: ForeignKey, draft: Draft, columns: frozenset[Maybe[str | None]]) -> bool:
    targets = key.target_columns
    return key.target_table == draft.name and targets is not UNKNOWN and frozenset(targets) == columns


def rename_constraint(state: State, operation: m.RenameConstraint) -> None:
    """Apply RENAME CONSTRAINT."""
    draft = state.draft(known(operation.table), operation.at)
    new = operation.new_name if operation.certain else UNKNOWN
    _rename_key(draft, operation.name, new)
    state.own_keys(draft)


def _rename_key(draft: Draft, old: Maybe[str], new: Maybe[str]) -> None:
    if draft.primary_key_name == old:
        draft.primary_key_name = new
    draft.unique_constraints = with_name(draft.unique_constraints, old, new)
    draft.foreign_keys = with_name(draft.foreign_keys, old, new)


def create_index(state: State, operation: m.CreateIndex) -> None:
    """Apply CREATE INDEX."""
    draft = state.draft(known(operation.table), operation.at)
    if not operation.certain:
        draft.doubt(("indexes",))
    elif not (operation.if_not_exists and _is_index_name(state, draft, operation.index.name)):
        state.add_index(draft, operation.index)


def _is_index_name(state: State, draft: Draft, name: Maybe[str | None]) -> bool:
    """Return whether an index or a key in the schema of ``draft`` has the name."""
    schema = draft.name.rpartition(".")[0]
    owners = [] if name is UNKNOWN or name is None else state.index_owners(name)
    return any(each.name.rpartition(".")[0] == schema and _has_index(each, name) for each in owners)


def drop_index(state: State, operation: m.DropIndex) -> None:
    """Apply DROP INDEX. The statement may name a schema, the operation does not: of two of a name, either may go."""
    name = UNKNOWN if operation.name is None else operation.name
    if name is UNKNOWN:
        drafts = [state.draft(operation.table, operation.at)] if isinstance(operation.table, str) else []
    else:
        owners = [draft for draft in state.index_owners(name) if has(draft.indexes, name)]
        drafts = owners or state.index_owners(UNKNOWN)
    if len(drafts) > 1:
        operation = replace(operation, certain=False)
    for draft in drafts:
        draft.indexes = without(draft, "indexes", draft.indexes, name, operation)


def rename_index(state: State, operation: m.RenameIndex) -> None:
    """Apply ALTER INDEX RENAME TO, which renames the key that has the index, too."""
    old, new = operation.name, operation.new_name
    owners = [draft for draft in state.index_owners(old) if _has_index(draft, old)]
    if len(owners) > 1 or not operation.certain:
        new = UNKNOWN
    for draft in owners:
        draft.indexes = with_name(draft.indexes, old, new)
        draft.unique_constraints = with_name(draft.unique_constraints, old, new)
        if draft.primary_key_name == old:
            draft.primary_key_name = new
        state.own_index(draft, new)


def _has_index(draft: Draft, name: Maybe[str | None]) -> bool:
    return draft.primary_key_name == name or has(draft.indexes, name) or has(draft.unique_constraints, name)
