"""Names of indexes and constraints by SQLAlchemy's naming conventions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tenantlint.lang.values import MapValue, Value
from tenantlint.schema import UNKNOWN, Maybe

if TYPE_CHECKING:
    from collections.abc import Callable

    from tenantlint.lang.sqlmodel.models import TableModel

_TOKEN: Final = re.compile(r"%\((\w+)\)s")
_COLUMN: Final = re.compile(r"column_(\d+)(_?N)?_(name|key|label)$")


class Subject:
    """What a name is made for: the columns of an index or constraint, and the target of a foreign key."""

    def __init__(
        self,
        table: TableModel,
        columns: list[Maybe[str | None]],
        referred_table: Maybe[str] = "",
        referred_columns: tuple[Maybe[str], ...] = (),
    ) -> None:
        self.table = table
        self.columns = columns
        self.referred_table = referred_table
        self.referred_columns = referred_columns


def conventional(prefix: str, given: Value, convention: Value, subject: Subject) -> Maybe[str | None]:
    """Return the name of an index (prefix ``ix``) or constraint (``uq``, ``fk``, ``pk``) that is called ``given``.

    ``given`` is None where the code names none. UNKNOWN where the convention or a part of the name is not known.
    """
    if given is UNKNOWN or not isinstance(convention, MapValue):
        return UNKNOWN
    template = convention.entries.get(prefix)
    if template is None:
        if not convention.complete:
            return UNKNOWN
        return given if given is None or isinstance(given, str) else UNKNOWN
    if not isinstance(template, str):
        return UNKNOWN
    if given is not None and "constraint_name" not in template:
        return given if isinstance(given, str) else UNKNOWN
    return _filled(template, given, subject)


def _filled(template: str, given: Value, subject: Subject) -> Maybe[str | None]:
    parts: dict[str, str] = {}
    for token in _TOKEN.findall(template):
        part = _part(token, given, subject)
        if not isinstance(part, str):
            return UNKNOWN
        parts[token] = part
    return _TOKEN.sub(lambda match: parts[match[1]], template)


def _part(token: str, given: Value, subject: Subject) -> Value:
    if token == "constraint_name":
        return given
    if token == "table_name":
        return subject.table.table_name
    if token == "referred_table_name":
        return subject.referred_table
    columns: tuple[Maybe[str | None], ...] = tuple(subject.columns)
    if token.startswith("referred_"):
        token, columns = token.removeprefix("referred_"), subject.referred_columns
    match = _COLUMN.match(token)
    return UNKNOWN if match is None else _column_part(match, columns, subject.table)


def _column_part(match: re.Match[str], columns: tuple[Maybe[str | None], ...], table: TableModel) -> Value:
    shown: Callable[[Maybe[str | None]], Value] = (
        (lambda name: label(table, name)) if match[3] == "label" else (lambda name: name)
    )
    if match[2] is None:
        index = int(match[1])
        return shown(columns[index]) if index < len(columns) else ""
    parts = [shown(name) for name in columns]
    texts = [part for part in parts if isinstance(part, str)]
    return ("_" if match[2] == "_N" else "").join(texts) if len(texts) == len(parts) else UNKNOWN


def label(table: TableModel, column: Maybe[str | None]) -> Maybe[str]:
    """Return SQLAlchemy's label of a column: schema, table and column, joined by underscores."""
    if column is UNKNOWN or column is None or table.table_name is UNKNOWN or table.schema is UNKNOWN:
        return UNKNOWN
    start = f"{table.schema.replace('.', '_')}_" if table.schema else ""
    return f"{start}{table.table_name}_{column}"
