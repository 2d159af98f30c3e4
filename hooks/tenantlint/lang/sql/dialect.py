"""Tells SQL that is written for another database."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from tenantlint.migration import AddColumn, CreateTable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tenantlint.migration import Operation
    from tenantlint.schema import Column

SqlDialect: TypeAlias = Literal["postgresql", "mysql", "sqlite", "other"]

_LITERAL: Final = rb"'(?:[^']|'')*+'|--[^\r\n]*"
_SQLITE: Final = (
    rb"(?i)\bautoincrement\b|^\s*pragma\b|\bwithout\s+rowid\b|\binsert\s+or\s+(?:ignore|replace|abort|fail|rollback)\b"
)
_MYSQL: Final = (
    rb"(?is)\bauto_increment\b|\bengine\s*=?\s*(?:innodb|myisam)\b|^\s*(?:use|delimiter)\b|\bon\s+duplicate\s+key\b"
    rb"|\bunsigned\b|\bcharacter\s+set\b|\bmodify\s+column\b|\balter\s+table\b.*\bdrop\s+index\b|\bunix_timestamp\s*\(|\b(?:medium|long|tiny)text\b"
)
_OTHER: Final = (
    rb"(?i)\bengine\s*=?\s*\w*(?:mergetree|memory|null|buffer|distributed)\b|\bon\s+cluster\b|\blowcardinality\s*\("
    rb"|\bcodec\s*\(|\bgranularity\s+\d|\bmaterialize\s+index\b|\bsettings\s+\w+\s*=|\bmodify\s+query\b|\bnullable\s*\("
    rb"|\baggregatefunction\s*\(|\bnvarchar\b|\[dbo\]|\bidentity\s*\(\s*1\s*,|^\s*go\s*$|\bvarchar2\b|\bnumber\s*\("
)
_MARKS: Final[tuple[tuple[SqlDialect, bytes], ...]] = (("sqlite", _SQLITE), ("mysql", _MYSQL), ("other", _OTHER))
_LIMIT: Final = 20_000
_FOREIGN_TYPES: Final[dict[str, SqlDialect]] = {
    "blob": "sqlite",
    "datetime": "sqlite",
    "longtext": "mysql",
    "mediumint": "mysql",
    "mediumtext": "mysql",
    "nvarchar": "other",
    "tinyint": "mysql",
    "tinytext": "mysql",
}


def dialect_of(statement: bytes) -> SqlDialect:
    """Return the dialect that marks a statement, which PostgreSQL's grammar refuses, as written for another database.

    It is ``postgresql`` where nothing does.
    """
    plain = re.sub(_LITERAL, b"''", statement[:_LIMIT])
    return next((name for name, pattern in _MARKS if re.search(pattern, plain)), "postgresql")


def dialect_of_backticks(data: bytes) -> SqlDialect:
    """Return the dialect of a file that quotes names in backticks: MySQL's, or SQLite's as drizzle-kit writes it."""
    plain = re.sub(_LITERAL, b"''", data[:_LIMIT])
    return "sqlite" if re.search(_SQLITE, plain) or not re.search(_MYSQL + _MYSQL_TYPES, plain) else "mysql"


_MYSQL_TYPES: Final = rb"|(?-i:\bvarchar\(|\bint\b|\btinyint\b|\bbigint\b|\btimestamp\b|\bjson\b|\benum\()|\bmodify\b"


def dialect_of_types(operations: Iterable[Operation]) -> SqlDialect:
    """Return the dialect whose types the columns have, where PostgreSQL has no such type."""
    for each in operations:
        for column in _columns(each):
            base = column.type.lower().partition("(")[0] if isinstance(column.type, str) else ""
            if base in _FOREIGN_TYPES:
                return _FOREIGN_TYPES[base]
    return "postgresql"


def _columns(operation: Operation) -> tuple[Column, ...]:
    if isinstance(operation, CreateTable):
        return operation.columns
    return (operation.column,) if isinstance(operation, AddColumn) else ()
