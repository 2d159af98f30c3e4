"""What a table shows of when its rows are made and whether they change, beside the standard columns for that.

Where a fact is not known, what would keep a rule silent holds.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from tenantlint.keys import KEY_PARTS
from tenantlint.names import snake_case
from tenantlint.schema import UNKNOWN
from tenantlint.types import family
from tenantlint.view import known

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tenantlint.schema import Column, Maybe, Table
    from tenantlint.view import SchemaView

CREATION: Final = frozenset({"create", "created", "creation", "inserted"})
CHANGE: Final = frozenset({"changed", "edited", "modification", "modified", "update", "updated"})
"""Words that other names of ``created_at`` and ``updated_at`` have in them."""

_NOT_YET: Final = frozenset(
    "after due end ends expiration expire expires expiry from last next refill refreshed scheduled start starts synced "
    "to until valid".split()
)
"""Words of times that are neither that of the making of a row nor that of a change of it."""

_TIME_ENDINGS: Final = frozenset({"at", "date", "on", "time", "timestamp"})
_BESIDE: Final = frozenset("at date datetime last m ms on time timestamp ts tz utc".split())
"""Words that another name of a standard time has beside its verb."""

_MOMENTS: Final = ("date", "timestamp")

_EDITED: Final = frozenset(
    "config display_name first_name full_name last_name name options permissions plan position preferences priority "
    "role settings sort_order title".split()
)
"""Names of columns that people write and write again."""

_SAID: Final = frozenset({"body", "content", "message", "parts", "text"})
"""Columns of what was said: the role beside them is that of who said it."""

_STORED: Final = frozenset({"content_type", "file_size", "mime_type", "size", "size_bytes"})
"""Columns of a file: the name beside them is the one that it came with."""

_RAN: Final = frozenset({"error", "error_message", "exit_code", "result", "traceback"})
"""Columns of what ran: the name beside them is that of what was run."""

_DONE: Final = frozenset({"completed", "done", "ended", "finished"})
_PASSED_THROUGH: Final = frozenset({"phase", "stage", "state", "status"})
_EXPIRY: Final = frozenset({"expiration", "expires", "expiry"})
_COUNTERS: Final = frozenset({"attempts", "balance", "count", "counter", "retries", "total", "usage"})
_STORES: Final = frozenset({"cache", "fts", "kv", "migrations"})


def _words(column: Column) -> tuple[str, ...]:
    return _words_of(column.key if column.name is UNKNOWN else column.name)


@lru_cache(maxsize=4096)
def _words_of(name: str) -> tuple[str, ...]:
    return tuple(snake_case(name).split("_"))


def is_time(column: Column) -> bool:
    """Return whether the values are times, or may be: by the type or, where they are kept as integers, by the name."""
    if column.type is UNKNOWN:
        return True
    kind = family(column.type)
    return kind.startswith(_MOMENTS) or ("int" in kind and _words(column)[-1] in _TIME_ENDINGS)


def is_named_as_time(column: Column, verbs: frozenset[str]) -> bool:
    """Return whether the name of the column is one of ``verbs`` among words for a time, and nothing more."""
    words = _words(column)
    beside = [word for word in words if word not in verbs]
    return column.type != "boolean" and len(beside) < len(words) and _BESIDE.issuperset(beside)


def is_made_at(column: Column) -> bool:
    """Return whether each row gets the time of its making in the column, or may: ``uploaded_at``, ``joined_at``.

    A default sets it; or else writers must, since it is NOT NULL.
    """
    words = _words(column)
    if not is_time(column) or column.on_update is True or (CHANGE | _NOT_YET).intersection(words):
        return False
    return column.has_default is not False or (column.nullable is not True and words[-1] == "at")


def is_written_over(table: Table, view: SchemaView) -> bool:
    """Return whether there is one row for each of other things, as of settings, which holds what is current.

    It is made with the first change: with a time of change it needs no time of its making.
    """
    owners = [columns for key in view.foreign_keys(table) if (columns := known(key.columns)) and None not in columns]
    tenant = known(tuple(view.tenant_names(table)))
    if any(view.may_be_unique(table, columns) for columns in (*owners, *([tenant] if tenant else ()))):
        return True
    changes = any(is_time(column) and CHANGE.intersection(_words(column)) for column in table.columns)
    return changes and any(columns is None or len(columns) > 1 for columns in _unique_columns(table))


def _unique_columns(table: Table) -> Iterator[tuple[str | None, ...] | None]:
    """Yield the columns of each key that tells rows apart, None where they are not known."""
    if table.incomplete & KEY_PARTS:
        yield None
    yield known(table.primary_key)
    yield from (known((column.name,)) for column in table.columns if column.unique is not False)
    yield from (known(each.columns) for each in table.unique_constraints)
    for index in table.indexes:
        if index.unique is not False and index.partial is not True:
            yield None if index.columns is UNKNOWN or UNKNOWN in index.columns else tuple(map(_text, index.columns))


def _text(name: Maybe[str | None]) -> str | None:
    return name if isinstance(name, str) else None


def is_of_period(table: Table) -> bool:
    """Return whether there is one row for a day or another time, which is a part of the key."""
    times = {column.name for column in table.columns if is_time(column)}
    return bool(times) and any(columns is None or not times.isdisjoint(columns) for columns in _unique_columns(table))


def is_everybodys(table: Table, view: SchemaView) -> bool:
    """Return whether the rows come with the program, as currencies and regions do.

    They belong to no tenant and to nothing else, where there are tenants, and they are no people.
    """
    alone = not (view.foreign_keys(table) or view.tenant_columns(table) or view.is_tenant_root(table))
    people = any(_words(column)[-1] in ("email", "address", "password") for column in table.columns)
    return alone and not people and view.may_have_tenants


def is_store(table: Table) -> bool:
    """Return whether the table is one of the machinery: values by key, a search index, migrations that were run."""
    if table.name is UNKNOWN or snake_case(table.name).rpartition("_")[2] in _STORES:
        return True
    primary = known(table.primary_key)
    return primary is None or [*map(snake_case, primary)] == ["key"]


def is_written_once(table: Table) -> bool:
    """Return whether the rows are good for a time only, known by a digest, or tell of their last use."""
    for column in table.columns:
        words = _words(column)
        is_set = column.nullable is not True and is_time(column)
        expires = is_set and not _EXPIRY.isdisjoint(words)
        used_at = is_set and words[0] == "last" and words[-1] == "at"
        if expires or used_at or ({"hash", "hashed"}.intersection(words) and "password" not in words):
            return True
    return False


def says_when_made(table: Table) -> bool:
    """Return whether a column tells when a row was made, whatever it is called."""
    return any(is_made_at(column) or CREATION.intersection(_words(column)) for column in table.columns)


def shows_change(table: Table) -> bool:
    """Return whether a column is one whose values change, and no column tells when they did.

    Those that people edit are; and flags, counters and states, unless times are set beside them, as ``completed_at``.
    """
    names = {"_".join(_words(column)) for column in table.columns}
    edited = _EDITED & names
    if edited - ({"role"} if names & _SAID else set()) - ({"name"} if names & (_STORED | _RAN) else set()):
        return True
    return any(map(_is_passed_through, table.columns)) and not _has_times_of_change(table.columns)


def _is_passed_through(column: Column) -> bool:
    """Return whether the column is a state, a flag or a counter: a new row has it at its default."""
    words = _words(column)
    if words[-1] in _PASSED_THROUGH:
        return True
    flag = column.type == "boolean" and "deleted" not in words
    return column.has_default is True and (flag or words[-1] in _COUNTERS)


def _has_times_of_change(columns: Iterable[Column]) -> bool:
    times = (column for column in columns if column.nullable is not False and is_time(column))
    return any(_is_of_change(column, set(_words(column))) for column in times)


def _is_of_change(column: Column, words: set[str]) -> bool:
    if words & _DONE:
        return True
    return column.has_default is not True and "at" in words and not words & ({"deleted", "scheduled"} | _EXPIRY)
