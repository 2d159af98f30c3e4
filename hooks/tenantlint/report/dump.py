"""``tenantlint dump``: the Schema as JSON, the same bytes for the same schema."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from tenantlint.record import Record, replace
from tenantlint.schema import Schema, Table, Unknown
from tenantlint.source import Location

if TYPE_CHECKING:
    from collections.abc import Callable, Container

    from tenantlint.migration import History

Json = None | bool | int | str | list["Json"] | dict[str, "Json"]

_INTERNAL: Final = frozenset({"default_sql", "id", "mentions", "target_id", "columns_of", "target_columns_of", "group"})


def dump(schema: Schema, line_of: Callable[[Location], int]) -> str:
    """Return the schema as indented JSON that ends in a newline. ``line_of`` gives the 1-based line of a place."""
    tables = (*schema.tables, *(table for history in schema.histories for table in history.tables))
    document: dict[str, Json] = {
        "tables": [_value(table, line_of) for table in sorted(tables, key=table_order)],
        "enums": _sorted(schema.enums, line_of),
        "detached_policies": _sorted(schema.detached_policies, line_of),
        "histories": [_history(each, line_of) for each in sorted(schema.histories, key=_history_order)],
        "unresolved": _sorted(schema.unresolved, line_of),
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def within(schema: Schema, paths: Container[str]) -> Schema:
    """Return the part of the schema that is declared in ``paths``."""
    histories = (_history_within(history, paths) for history in schema.histories)
    return Schema(
        tuple(table for table in schema.tables if table.at.path in paths),
        tuple(enum for enum in schema.enums if enum.at.path in paths),
        tuple(policy for policy in schema.detached_policies if policy.at.path in paths),
        tuple(item for item in schema.unresolved if item.at.path in paths),
        tuple(each for each in histories if each.tables or each.revisions or each.problems),
    )


def _history_within(history: History, paths: Container[str]) -> History:
    return replace(
        history,
        revisions=tuple(revision for revision in history.revisions if revision.path in paths),
        problems=tuple(problem for problem in history.problems if problem.at.path in paths),
        tables=tuple(table for table in history.tables if table.at.path in paths),
        unread=tuple(item for item in history.unread if item.at.path in paths),
    )


def _history_order(history: History) -> tuple[str, str]:
    return (history.path, history.kind)


def _history(history: History, line_of: Callable[[Location], int]) -> dict[str, Json]:
    """Return a history without its operations; its tables are among the others."""
    return {
        "kind": history.kind,
        "path": history.path,
        "revisions": [
            {
                "id": revision.id,
                "parents": list(revision.parents),
                "path": revision.path,
                "line": line_of(revision.at),
                "downgrade": revision.downgrade.state,
            }
            for revision in history.revisions
        ],
        "problems": [_value(problem, line_of) for problem in history.problems],
    }


def table_order(table: Table) -> tuple[str, str, str, str, int]:
    """Return the sort key of a table: ORM, schema, name, then place."""
    return (table.orm, _text(table.schema), _text(table.name), table.at.path, table.at.start)


def _text(value: str | Unknown | None) -> str:
    return value.value if isinstance(value, Unknown) else value or ""


def _sorted(records: tuple[Record, ...], line_of: Callable[[Location], int]) -> list[Json]:
    values = [_value(record, line_of) for record in records]
    return sorted(values, key=lambda value: json.dumps(value, sort_keys=True))


def _value(value: object, line_of: Callable[[Location], int]) -> Json:
    if isinstance(value, Unknown):
        return str(value.value)
    if isinstance(value, frozenset):
        return [*sorted(str(item) for item in value)]
    if isinstance(value, tuple):
        return [_value(item, line_of) for item in value]
    if isinstance(value, Record):
        return _record(value, line_of)
    if value is None or isinstance(value, (bool, int, str)):
        return value
    raise TypeError(f"no JSON for {type(value).__name__}")


def _record(record: Record, line_of: Callable[[Location], int]) -> dict[str, Json]:
    result: dict[str, Json] = {}
    for field in record.__fields__:
        value = getattr(record, field)
        if isinstance(value, Location):
            result["path"] = value.path
            result["line"] = line_of(value)
        elif field not in _INTERNAL:
            result[field] = _value(value, line_of)
    return result
