"""What a table leaves unknown, in words."""

from __future__ import annotations

from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Final

from tenantlint.schema import UNKNOWN, Unresolved

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tenantlint.record import Record
    from tenantlint.schema import Table
    from tenantlint.source import Location

_WHY: Final = "it is decided by code that is not read, or only when that runs"
_MEMBERS: Final = (
    ("index", "indexes"),
    ("unique constraint", "unique_constraints"),
    ("foreign key", "foreign_keys"),
    ("relation", "relations"),
)
_ALONGSIDE: Final = frozenset(
    "columns_of default_call default_function has_server_default inverse shared target_columns_of target_id "
    "update_call".split()
)
"""Facts that are unknown together with another one, which is told, or that no table needs."""


def gaps(table: Table) -> Iterator[Unresolved]:
    """Give what is unknown of a table: one record a place, with the facts that are unknown there."""
    name = f"table `{table.symbol}`"
    unknown = [part for part in ("name", "schema") if getattr(table, part) is UNKNOWN]
    yield from _gap([*unknown, *sorted(part.replace("_", " ") for part in table.incomplete)], name, table.at)
    for column in table.columns:
        yield from _gap(_unknown(column), f"column `{column.key}` of {name}", column.at)
    for kind, part in _MEMBERS:
        for member in getattr(table, part):
            label = f" `{member.name}`" if isinstance(member.name, str) else ""
            yield from _gap(_unknown(member), f"{kind}{label} of {name}", member.at)


def _unknown(record: Record) -> list[str]:
    fields, values = _reader(type(record))
    return [
        field.replace("_", " ")
        for field, value in zip(fields, values(record), strict=True)
        if value is UNKNOWN or (type(value) is tuple and UNKNOWN in value)
    ]


@cache
def _reader(kind: type[Record]) -> tuple[list[str], Callable[[Record], tuple[object, ...]]]:
    """Return the fields to be told of and what reads them all."""
    fields = [field for field in kind.__fields__ if field not in _ALONGSIDE]
    return fields, attrgetter(*fields)


def _gap(facts: Iterable[str], what: str, at: Location) -> Iterator[Unresolved]:
    listed = ", ".join(facts)
    if listed:
        yield Unresolved(f"{listed} of {what}", _WHY, at)
