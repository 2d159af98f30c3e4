"""What a statement may change whose effect is not known, or not wholly."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from tenantlint import migration as m
from tenantlint.lang.sql.names import identifier
from tenantlint.record import replace
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from tenantlint.lang.sql.context import Context
    from tenantlint.schema import Maybe

    Command: TypeAlias = Literal["insert", "update", "delete", "truncate"]

HOLE: Final = "tenantlint_hole"
"""Stands in a string for a part that is not known. A name in SQL that holds it is not known."""

_SECURITY: Final = (m.SetRowSecurity, m.CreatePolicy, m.DropPolicy, m.AlterPolicy)
_HARMLESS: Final = (m.WriteRows, m.CreateFunction, m.DropFunction, m.CreateTrigger, m.DropTrigger)

_PART: Final = r'(?:"(?:[^"]|"")+"|[^\W\d][\w$]*)'
_BLANK: Final = r"(?:\s|--[^\n]*\n|/\*.*?\*/)"
_HEAD_LIMIT: Final = 4000
_HEADS: Final = (
    ("rows", r"(insert|update|delete|truncate){_}+(?:(?:into|from|table|only){_}+)*(?P<name>{N})"),
    ("rows", r"with\b.*\){_}*(insert|update|delete){_}+(?:(?:into|from|only){_}+)*(?P<name>{N})"),
    ("table", r"(?:create|alter|drop){_}+(?:\w+{_}+)?table{_}+(?:(?:if|not|exists|only){_}+)*(?P<name>{N})"),
    ("index", r"create{_}+(?:unique{_}+)?index\b.*?\bon{_}+(?:only{_}+)?(?P<name>{N})"),
    ("policy", r"(?:create|alter|drop){_}+policy\b.*?\bon{_}+(?P<name>{N})"),
    ("trigger", r"(?:create|drop){_}+(?:(?:or|replace|constraint){_}+)*trigger\b.*?\bon{_}+(?P<name>{N})"),
)
_PLAIN: Final = (
    r"(?i)(select|with|grant|revoke|comment|set|reset|analyze|vacuum|explain|copy|listen|notify|lock|values)\b"
)
_OTHER_OBJECT: Final = (
    r"(?i)(?:create|alter|drop){_}+(?:or{_}+replace{_}+)?(?:\w+{_}+)?"
    r"(view|function|procedure|aggregate|extension|role|user|database|sequence|operator|cast|collation|domain|server"
    r"|publication|subscription|statistics|text|conversion|language|rule|event)\b"
)
_WRITTEN_SECURITY: Final = r"(?i)row{_}+level{_}+security|\bpolic(?:y|ies)\b"
_WRITTEN_STRUCTURE: Final = r"(?i)\b(?:create|alter|drop|rename|execute|call)\b"


def unread(context: Context, why: str) -> list[m.Operation]:
    """Return what the statement of ``context``, which does not parse, may do, by its first words."""
    text = context.data[:_HEAD_LIMIT].decode("utf-8", "replace")
    at, certain = context.here, context.certain
    for kind, pattern in _HEADS:
        match = re.match(_filled(f"(?is){pattern}"), text)
        if match is not None:
            return [_headed(context, why, kind, match)]
    plain = re.match(_PLAIN, text) or re.match(_filled(_OTHER_OBJECT), text)
    if plain is not None:
        return [m.Other(at, certain, plain[1].upper())]
    whole = context.data.decode("utf-8", "replace")
    return [m.Unread(at, certain, why, UNKNOWN, *written(whole))]


def _headed(context: Context, why: str, kind: str, match: re.Match[str]) -> m.Operation:
    parts = [identifier(each) for each in re.findall(_PART, match["name"])]
    table = context.session.name(parts)
    at, certain = context.here, context.certain
    if kind == "rows":
        return m.WriteRows(at, certain, table, _COMMANDS[match[1].lower()], _listed_columns(match))
    tables: Maybe[tuple[str, ...]] = UNKNOWN if table is UNKNOWN else (table,)
    security = kind == "policy" or (kind == "table" and written(context.data.decode("utf-8", "replace"))[0])
    return m.Unread(at, certain, why, tables, security, kind in ("table", "index"))


def _listed_columns(match: re.Match[str]) -> Maybe[tuple[Maybe[str], ...]]:
    """Return the columns that an INSERT lists after its table."""
    listed = re.compile(_COLUMNS).match(match.string, match.end())
    if listed is None or match[1].lower() != "insert":
        return () if match[1].lower() in ("delete", "truncate") else UNKNOWN
    return tuple(identifier(each) for each in re.findall(_PART, listed[1]))


_COLUMNS: Final = r"\s*\(([^()]*)\)\s*(?i:values|select|overriding|with)\b"
_COMMANDS: Final[dict[str, Command]] = {
    "insert": "insert",
    "update": "update",
    "delete": "delete",
    "truncate": "truncate",
}


def inserted(context: Context) -> m.WriteRows | None:
    """Return the operation of a plain ``INSERT INTO … VALUES``, whose rows need no parser; None for anything else."""
    if context.data[:6].lower() != b"insert":
        return None
    text = context.data[:_HEAD_LIMIT].decode("utf-8", "replace")
    match = re.match(_filled(_INSERT), text)
    if match is None or re.search(_CONFLICT, context.data) is not None:
        return None
    table = context.session.name([identifier(each) for each in re.findall(_PART, match["name"])])
    listed = match["columns"]
    columns: Maybe[tuple[Maybe[str], ...]] = UNKNOWN
    if listed is not None:
        columns = tuple(identifier(each) for each in re.findall(_PART, listed))
    return m.WriteRows(context.here, context.certain, table, "insert", columns)


_INSERT: Final = r"(?is)insert\s+into\s+(?P<name>{N})\s*(?:\((?P<columns>\s*{P}\s*(?:,\s*{P}\s*)*)\)\s*)?values\s*\("
_CONFLICT: Final = rb"(?i)\bon\s+(?:conflict|duplicate)\b"


def written(text: str) -> tuple[bool, bool]:
    """Return whether ``text`` may concern row level security, and the structure of tables."""
    security = re.search(_filled(_WRITTEN_SECURITY), text) is not None
    return security, re.search(_WRITTEN_STRUCTURE, text) is not None


def _filled(pattern: str) -> str:
    name = rf"{_PART}(?:\s*\.\s*{_PART})*"
    return pattern.replace("{_}", _BLANK).replace("{N}", name).replace("{P}", _PART)


def without_holes(operation: m.Operation, why: str) -> m.Operation:
    """Return an operation that was read from a string with holes, or what of it is known."""
    if HOLE not in repr(operation):
        return operation
    if isinstance(operation, _HARMLESS):
        fields = {field: _known(getattr(operation, field)) for field in operation.__fields__}
        return replace(operation, **fields)
    if isinstance(operation, m.Other):
        return replace(operation, text="")
    table: object = getattr(operation, "table", UNKNOWN)
    tables: Maybe[tuple[str, ...]] = UNKNOWN
    if isinstance(table, str) and HOLE not in table and not isinstance(operation, m.RenameTable):
        tables = (table,)
    return m.Unread(operation.at, operation.certain, why, tables, *concerns(operation))


def concerns(operation: m.Operation) -> tuple[bool, bool]:
    """Return whether an operation concerns row level security, and the structure of tables."""
    if isinstance(operation, m.Unread):
        return operation.security, operation.structure
    if isinstance(operation, (*_HARMLESS, m.Other)):
        return False, False
    security = isinstance(operation, _SECURITY)
    return security or isinstance(operation, (m.DropTable, m.RenameTable)), not security


def _known(value: object) -> object:
    if isinstance(value, tuple):
        return UNKNOWN if any(HOLE in str(each) for each in value) else value
    return UNKNOWN if isinstance(value, str) and HOLE in value else value
