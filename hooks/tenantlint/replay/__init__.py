"""Plays migrations: from the operations of revisions to the tables that the database then has.

A table that is only altered was made where nobody can see it: it is there with every part ``incomplete``. What an
operation that may or may not run has touched is left out, and its part is ``incomplete``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenantlint.record import Record, replace
from tenantlint.replay.draft import ALL_PARTS, Draft, Links
from tenantlint.replay.effects import EFFECTS, is_inline, unread_of
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tenantlint.migration import AddColumn, History, HistoryKind, Operation, Revision, Unread
    from tenantlint.schema import Column, ForeignKey, Index, Maybe, Table
    from tenantlint.source import Location


class Replayed(Record):
    """What revisions leave behind: see ``History.tables`` and ``History.unread``."""

    tables: tuple[Table, ...]
    unread: tuple[Unread, ...]


def replay(revisions: Iterable[Revision], kind: HistoryKind, path: str) -> Replayed:
    """Return the tables after the last of ``revisions``, sorted by their names."""
    state = State(kind, path)
    for revision in revisions:
        state.begin(revision)
        for operation in revision.upgrade:
            state.apply(operation)
    return Replayed(state.tables(), tuple(state.unread))


def states(history: History) -> Iterator[tuple[Revision, Operation, State]]:
    """Yield every operation of the upgrades with its revision and the State before it.

    The State is one object, which changes when the iteration goes on: ask it at once.
    """
    state = State(history.kind, history.path)
    for revision in history.revisions:
        state.begin(revision)
        for operation in revision.upgrade:
            yield revision, operation, state
            state.apply(operation)


class State:
    """The database between two operations of a history. Names of tables are qualified, as in operations."""

    def __init__(self, kind: HistoryKind, path: str) -> None:
        self._path = path
        self._elsewhere: Maybe[bool] = False if kind == "script" else UNKNOWN
        self.drafts: dict[str, Draft] = {}
        self.assigns: dict[str, Maybe[tuple[Maybe[str], ...]]] = {}
        self.unread: list[Unread] = []
        self._referrers: dict[str, dict[Draft, None]] = {}
        self._index_owners: dict[Maybe[str | None], dict[Draft, None]] = {}
        self._new: dict[str, Maybe[bool]] = {}
        self._added: set[tuple[str, str]] = set()
        self._written: dict[Maybe[str], set[Maybe[str]]] = {}
        self._given: AddColumn | None = None
        self._given_exists: Maybe[bool] = False

    # What rules ask

    def table(self, name: Maybe[str]) -> Table | None:
        """Return a table, None where the operations so far tell of none."""
        draft = self._find(name)
        return None if draft is None else draft.freeze(self._links())

    def column(self, table: Maybe[str], name: Maybe[str]) -> Column | None:
        """Return a column, None where none is known."""
        draft = self._find(table)
        return None if draft is None or name is UNKNOWN else draft.columns.get(name)

    def knows(self, name: Maybe[str]) -> bool:
        """Return whether a table is there that these migrations make and whose columns have all been read."""
        draft = self._find(name)
        return draft is not None and "columns" not in draft.incomplete

    def is_new(self, table: Maybe[str]) -> Maybe[bool]:
        """Return whether this same revision has made the table before this operation, so that it is empty."""
        return UNKNOWN if table is UNKNOWN else self._new.get(table, False)

    def is_added(self, table: Maybe[str], column: Maybe[str]) -> bool:
        """Return whether this same revision has added the column before this operation."""
        return (table, column) in self._added

    def is_written(self, table: Maybe[str], column: Maybe[str]) -> Maybe[bool]:
        """Return whether this same revision has set the column in the rows that there were, before this operation."""
        if table is UNKNOWN or column is UNKNOWN:
            return UNKNOWN
        written = self._written.get(table, set())
        if column in written:
            return True
        return UNKNOWN if UNKNOWN in written or UNKNOWN in self._written else False

    def tables(self) -> tuple[Table, ...]:
        """Return all tables, sorted by their names."""
        links = self._links()
        return tuple(self.drafts[name].freeze(links) for name in sorted(self.drafts))

    def _find(self, name: Maybe[str]) -> Draft | None:
        return None if name is UNKNOWN else self.drafts.get(name)

    def _links(self) -> Links:
        return Links(self.drafts, f"sql:{self._path}:", self.assigns, self._is_closed())

    def _is_closed(self) -> bool:
        return not any(each.structure for each in self.unread) and not any(map(_is_ghost, self.drafts.values()))

    # What changes it

    def begin(self, revision: Revision) -> None:
        """Begin a revision: nothing is new in it yet."""
        self._new, self._added, self._written = {}, set(), {}

    def apply(self, operation: Operation) -> None:
        """Do what an operation does."""
        operation = unread_of(operation)
        if self._given is not None and is_inline(operation, self._given):
            if self._given_exists is True:
                return
            operation = replace(operation, certain=False)
        effect = EFFECTS.get(type(operation))
        if effect is not None:
            effect(self, operation)

    def draft(self, name: str, at: Location) -> Draft:
        """Return the table of that name; one that is not there yet was made elsewhere, so that nothing is known."""
        draft = self.drafts.get(name)
        if draft is None:
            draft = self.drafts[name] = Draft(name, at, self._elsewhere)
            draft.doubt(ALL_PARTS)
        return draft

    def create(self, draft: Draft, certain: bool) -> None:
        """Put a table that is new into its place."""
        self.drafts[draft.name] = draft
        self._new[draft.name] = True if certain else UNKNOWN

    def rename(self, draft: Draft, name: str) -> None:
        """Rename a table, and with it what names it."""
        old, draft.name = draft.name, name
        self.drafts.pop(old, None)
        self.drafts[name] = draft
        referrers = self._referrers.pop(old, {})
        for each in referrers:
            each.foreign_keys = [
                replace(key, target_table=name) if key.target_table == old else key for key in each.foreign_keys
            ]
        self._referrers.setdefault(name, {}).update(referrers)
        self._new[name] = self._new.pop(old, False)
        self._written.setdefault(name, set()).update(self._written.pop(old, ()))
        self._added = {(name if table == old else table, column) for table, column in self._added}

    def referrers(self, name: str) -> list[Draft]:
        """Return the tables that may have foreign keys to a table."""
        return [draft for draft in self._referrers.get(name, ()) if self.drafts.get(draft.name) is draft]

    def index_owners(self, name: Maybe[str | None]) -> list[Draft]:
        """Return the tables that may have an index of that name."""
        return [draft for draft in self._index_owners.get(name, ()) if self.drafts.get(draft.name) is draft]

    def add_foreign_key(self, draft: Draft, key: ForeignKey) -> None:
        """Give a table a foreign key."""
        target = self._find(key.target_table)
        columns = key.target_columns
        if columns == () and target is not None:
            columns = target.frozen_primary_key()
        name = draft.named(key.name, key.columns, "fkey")
        draft.foreign_keys.append(replace(key, name=name, target_columns=columns))
        if key.target_table is not UNKNOWN:
            self._referrers.setdefault(key.target_table, {})[draft] = None

    def add_index(self, draft: Draft, index: Index) -> None:
        """Give a table an index."""
        name = draft.named(index.name, index.columns, "idx")
        draft.indexes.append(index if name == index.name else replace(index, name=name))
        self.own_index(draft, name)

    def own_keys(self, draft: Draft) -> None:
        """Take note of the names of a table's keys, which are names of indexes too."""
        for name in (draft.primary_key_name, *(each.name for each in draft.unique_constraints)):
            self.own_index(draft, name)

    def own_index(self, draft: Draft, name: Maybe[str | None]) -> None:
        """Take note that a table has an index of that name."""
        self._index_owners.setdefault(name, {})[draft] = None

    def pass_over(self, operation: AddColumn, exists: Maybe[bool]) -> None:
        """Take note that a column is, or may be, there already, so that the constraints which come with it go too."""
        self._given, self._given_exists = operation, exists

    def add_column(self, draft: Draft, column: Column) -> None:
        """Give a table a column whose name is known."""
        if column.name is not UNKNOWN:
            draft.columns[column.name] = column
            self._added.add((draft.name, column.name))

    def rename_written(self, table: str, old: str, new: str) -> None:
        """Take note that a column has another name."""
        written = self._written.get(table, set())
        if old in written:
            written.add(new)
        if (table, old) in self._added:
            self._added.add((table, new))

    def write(self, table: Maybe[str], columns: Iterable[Maybe[str]]) -> None:
        """Take note that columns are set in the rows that there are; UNKNOWN stands for any."""
        self._written.setdefault(table, set()).update(columns)


def _is_ghost(draft: Draft) -> bool:
    return "relations" in draft.incomplete
