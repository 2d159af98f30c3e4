"""Which table and which columns a finding is about, by the place where it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenantlint.facts import known
from tenantlint.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tenantlint.diagnostic import Diagnostic
    from tenantlint.schema import ForeignKey, Index, Schema, Table, UniqueConstraint
    from tenantlint.source import Location


class Mark(Record):
    """A finding of a table. ``columns`` are the keys of the columns that it is about, () where it is about no one."""

    diagnostic: Diagnostic
    columns: tuple[str, ...]


class Marks(Record):
    """The findings by ``Table.id``, in the order given, and those that are about no table, as of migrations."""

    by_table: dict[str, list[Mark]]
    elsewhere: tuple[Diagnostic, ...]


def marks(schema: Schema, diagnostics: Iterable[Diagnostic]) -> Marks:
    """Return the findings by table. One that stands in a mixin, or the like, is of all tables that have what is there.

    A finding on the migration that creates a table is of the model of that table, where there is one.
    """
    places: dict[Location, dict[str, tuple[str, ...]]] = {}
    for table, twin in _pairs(schema):
        for at, columns in _places(twin):
            places.setdefault(at, {}).setdefault(table.id, columns)
    by_table: dict[str, list[Mark]] = {}
    elsewhere = []
    for diagnostic in diagnostics:
        found = places.get(diagnostic.at) or _around(schema, diagnostic.at)
        for table_id, columns in found.items():
            by_table.setdefault(table_id, []).append(Mark(diagnostic, columns))
        if not found:
            elsewhere.append(diagnostic)
    return Marks(by_table, tuple(elsewhere))


def _pairs(schema: Schema) -> Iterator[tuple[Table, Table]]:
    """Yield each table with itself, and the table of a migration with each model of that name, else with itself."""
    models: dict[object, list[Table]] = {}
    for table in schema.tables:
        yield table, table
        models.setdefault(_name(table), []).append(table)
    for history in schema.histories:
        for table in history.tables:
            for owner in models.get(_name(table)) or (table,):
                yield owner, table


def _name(table: Table) -> object:
    name = table.qualified_name
    return name.removeprefix("public.") if isinstance(name, str) else name


def _places(table: Table) -> Iterator[tuple[Location, tuple[str, ...]]]:
    """Yield where the parts of a table stand, and the keys of the columns that each is about; columns come first."""
    keys = {column.name: column.key for column in table.columns}
    for column in table.columns:
        yield column.at, (column.key,)
    members: tuple[Index | UniqueConstraint | ForeignKey, ...]
    members = (*table.foreign_keys, *table.indexes, *table.unique_constraints)
    for member in members:
        columns = member.columns if isinstance(member.columns, tuple) else ()
        yield member.at, tuple(keys[name] for name in columns if name in keys)
    for relation in table.relations:
        own = known(relation.columns) if relation.columns_of == table.id else None
        yield relation.at, tuple(keys[name] for name in own or () if name in keys)
    for policy in table.policies:
        yield policy.at, ()
    yield table.at, ()


def _around(schema: Schema, at: Location) -> dict[str, tuple[str, ...]]:
    """Return the table whose declaration a place lies in, where no part of a table stands exactly there."""
    for table in schema.tables:
        if table.at.path == at.path and table.at.start <= at.start and at.end <= table.at.end:
            return {table.id: ()}
    return {}
