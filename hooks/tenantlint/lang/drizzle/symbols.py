"""Which variable each table is, and where it is declared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenantlint.lang import ir
from tenantlint.lang.drizzle.tables import TableValue
from tenantlint.lang.values import MapValue
from tenantlint.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tenantlint.lang.values import Module, Value
    from tenantlint.source import Location

_MAX_DEPTH = 3


class Symbol(Record):
    """The id of a table, its name in code, and the place of its declaration."""

    id: str
    name: str
    at: Location


def symbols(modules: Iterable[Module], tables: list[TableValue]) -> dict[int, Symbol]:
    """Return the symbol of each table by ``id(table)``.

    A variable of the module that declares the table comes first, then a member of an object there. A table that no
    module binds goes by its database name.
    """
    found: dict[int, Symbol] = {}
    ordered = sorted(modules, key=lambda module: module.path)
    for depth in range(_MAX_DEPTH):
        for module in ordered:
            for name, value, at in _bound(module):
                for path, table in _tables_in(value, name, depth):
                    if id(table) not in found:
                        symbol = path if depth else _exported_name(module, path)
                        place = at if depth == 0 else table.at
                        found[id(table)] = Symbol(f"{module.path}#{symbol}", symbol, place)
    return _with_unbound(found, tables)


def exported_ids(modules: Iterable[Module]) -> frozenset[int]:
    """Return ``id(value)`` of every variable that a module exports."""
    return frozenset(
        id(module.scope.variables[local])
        for module in modules
        for source, local, _ in module.exports.values()
        if source is None and local in module.scope.variables
    )


def _with_unbound(found: dict[int, Symbol], tables: list[TableValue]) -> dict[int, Symbol]:
    result: dict[int, Symbol] = {}
    taken: set[str] = set()
    for table in tables:
        symbol = found.get(id(table))
        if symbol is None:
            name = table.name if isinstance(table.name, str) else "table"
            symbol = Symbol(f"{table.at.path}#{name}", name, table.at)
        if symbol.id in taken:
            symbol = Symbol(f"{symbol.id}@{table.at.start}+{len(taken)}", symbol.name, symbol.at)
        taken.add(symbol.id)
        result[id(table)] = symbol
    return result


def _bound(module: Module) -> Iterator[tuple[str, Value, Location]]:
    """Yield what the assignments at the top of a module bind: name, value, and the place of the value."""
    for name, indices in module.binders.items():
        statement = module.body[indices[0]]
        if isinstance(statement, ir.Assign) and statement.value is not None and name in module.scope.variables:
            single = isinstance(statement.targets[0], ir.Name)
            at = module.place(statement.value) if single else module.place(statement)
            yield name, module.scope.variables[name], at


def _exported_name(module: Module, name: str) -> str:
    """Return the name that a variable is exported under; its own where it is exported as itself or not at all."""
    aliases = [alias for alias, (source, local, _) in module.exports.items() if source is None and local == name]
    return name if name in aliases or not aliases else aliases[0]


def _tables_in(value: Value, path: str, depth: int) -> Iterator[tuple[str, TableValue]]:
    """Yield the tables that lie ``depth`` objects deep in a value."""
    if depth == 0 and isinstance(value, TableValue):
        yield path, value
    elif depth and isinstance(value, MapValue):
        for key, member in value.entries.items():
            yield from _tables_in(member, f"{path}.{key}", depth - 1)
