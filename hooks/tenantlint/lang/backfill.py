"""What gives the rows that are there their tenant, when a table gets a tenant column: the rows that they belong to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenantlint.change import AddTenant, MakeRequired
from tenantlint.lang.histories import has_name, history_of, table_in, twin_of
from tenantlint.lang.lowering import sharing
from tenantlint.record import Record
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from tenantlint.change import Change
    from tenantlint.lang.differences import Differences
    from tenantlint.migration import History, HistoryKind
    from tenantlint.schema import Column, Table


class Parent(Record):
    """A row that each row of a table belongs to, and whose tenant is known: the pairs are the table's and its own."""

    table: str
    pairs: tuple[tuple[str, str], ...]


class Backfills:
    """The tenants of rows that the changes of one migration add a tenant column to."""

    def __init__(self, given: Sequence[Change], differences: Differences) -> None:
        self._differences = differences
        self._tables = differences.context.schema.tables
        adding = [change for change in given if isinstance(change, AddTenant)]
        self._required = {
            (table.id, column.name)
            for change in given
            if isinstance(change, MakeRequired)
            for table, column in sharing(differences.context, change)
        }
        self._owners = {change.table_id: [*self._owned(change, adding)] for change in adding}
        self._done: set[str] = set()
        self.order = self._ordered(given)

    def _owned(self, change: AddTenant, adding: Sequence[AddTenant]) -> Iterator[tuple[Parent, str | None]]:
        """Yield the parents of a table, each with the id of the change's table that gives it its tenant first."""
        context = self._differences.context
        table = context.table(change.table_id)
        history = None if table is None else self._history(table)
        if table is None or history is None:
            return
        twin = twin_of(table, history)
        for pairs, target in _required_keys(twin, history):
            model = next((each for each in self._tables if has_name(each, target)), None)
            first = next((each for each in adding if model is not None and each.table_id == model.id), None)
            tenant = target.column(change.name)
            known = tenant is not None and (
                tenant.nullable is False or (model is not None and (model.id, change.name) in self._required)
            )
            if target is not twin and (known or (first is not None and first.name == change.name)):
                yield self._named(table, pairs, target, model), None if known or first is None else first.table_id

    def _history(self, table: Table) -> History | None:
        kind: HistoryKind = "alembic" if table.orm == "sqlmodel" else "drizzle-kit"
        return history_of(table, self._differences.context.schema, kind)

    def _named(self, table: Table, pairs: Iterable[tuple[str, str]], target: Table, model: Table | None) -> Parent:
        """Return a parent with the names that columns have once those of the same migration are renamed."""
        name = self._differences.new_name
        named = ((name(table, own), other if model is None else name(model, other)) for own, other in pairs)
        return Parent(str(target.qualified_name), tuple(named))

    def _ordered(self, given: Sequence[Change]) -> list[Change]:
        """Return the changes with each table after those that its rows belong to, where that is possible.

        What becomes NOT NULL comes first: rows can have their tenant from it then.
        """
        given = sorted(given, key=lambda change: not isinstance(change, MakeRequired))
        by_id = {change.table_id: change for change in given if isinstance(change, AddTenant)}
        found: list[Change] = []
        seen: set[str] = set()

        def place(change: AddTenant) -> None:
            if change.table_id not in seen:
                seen.add(change.table_id)
                for _, first in self._owners[change.table_id]:
                    if first is not None:
                        place(by_id[first])
                found.append(change)

        for change in given:
            if isinstance(change, AddTenant) and by_id[change.table_id] == change:
                place(change)
            else:
                found.append(change)
        return found

    def parents(self, change: AddTenant) -> list[Parent]:
        """Return the rows that have a tenant by now and that every row of a table belongs to.

        Ask for the changes in their order: the table counts as one whose rows have their tenant from then on.
        """
        self._done.add(change.table_id)
        ready = self._done - {change.table_id}
        return [parent for parent, first in self._owners[change.table_id] if first is None or first in ready]


def _required_keys(twin: Table, history: History) -> Iterator[tuple[list[tuple[str, str]], Table]]:
    """Yield the foreign keys that every row of a table has a row for, as pairs of columns, with that row's table."""
    for key in twin.foreign_keys:
        target = None if key.target_table is UNKNOWN else table_in(history, key.target_table)
        if target is None or key.columns is UNKNOWN or key.target_columns is UNKNOWN:
            continue
        pairs = [
            (own, other)
            for own, other in zip(key.columns, key.target_columns, strict=False)
            if own is not UNKNOWN and other is not UNKNOWN and _is_required(twin.column(own))
        ]
        if pairs and len(pairs) == len(key.columns) == len(key.target_columns):
            yield pairs, target


def _is_required(column: Column | None) -> bool:
    return column is not None and column.nullable is False


def update(
    table: str,
    tenant: str,
    parents: Sequence[Parent],
    identifier: Callable[[str], str],
    qualified: Callable[[str], str],
) -> tuple[str, str, str]:
    """Return the clauses of a statement that gives the rows of a table the tenant of what they belong to.

    A row that belongs to rows of several tenants is left without one. Identifiers are written by the two functions.
    """
    aliases = ["parent"] if len(parents) == 1 else [f"parent_{number}" for number in range(1, len(parents) + 1)]
    sources = ", ".join(f"{qualified(each.table)} AS {alias}" for each, alias in zip(parents, aliases, strict=True))
    column = identifier(tenant)
    joined = [
        f"{alias}.{identifier(other)} = child.{identifier(own)}"
        for each, alias in zip(parents, aliases, strict=True)
        for own, other in each.pairs
    ]
    joined += [f"{alias}.{column} = {aliases[0]}.{column}" for alias in aliases[1:]]
    return (
        f"UPDATE {qualified(table)} AS child SET {column} = {aliases[0]}.{column}",
        f"FROM {sources}",
        f"WHERE {' AND '.join(joined)}",
    )


def remark(parents: Sequence[Parent]) -> str:
    """Return a sentence on where the rows get their tenant from."""
    rows = " and ".join(f"{each.table} ({', '.join(own for own, _ in each.pairs)})" for each in parents)
    agree = ", where these agree" if len(parents) > 1 else ""
    return f"Each row gets the tenant of what it references: {rows}{agree}."
