"""Names of the database in raw SQL, which a rename cannot follow."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tenantlint.change import Use
from tenantlint.lang.drizzle.rename.scopes import text
from tenantlint.source import Location

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from tenantlint.lang.drizzle.rename.scopes import File

_RUNS_SQL: Final = frozenset({"execute", "query", "raw", "unsafe", "run", "queryRaw", "executeRaw", "exec"})
_SOURCES: Final = re.compile(r'(?i)\b(?:from|join|update|into|table|on)\s+((?:"?\w+"?\.)?"?(\w+)"?)')


def in_sql(file: File, name: str, table: str) -> Iterator[Use]:
    """Yield where raw SQL in a file names a column or a table; not where it names other tables than ``table`` only."""
    pattern = re.compile(rb"(?<![\w$])" + re.escape(name.encode()) + rb"(?![\w$])")
    for match in pattern.finditer(file.source.data):
        node = file.root.descendant_for_byte_range(match.start(), match.end())
        literal = node.parent if node is not None and node.type == "string_fragment" else None
        if literal is not None and _is_sql(literal) and not _is_of_others(text(literal), table):
            yield Use(f"raw SQL with `{name}`", Location(file.path, match.start(), match.end()))


def _is_sql(literal: Node) -> bool:
    """Return whether a text is a ``sql`` template, or is handed to a function that runs it."""
    parent = literal.parent
    call = parent.parent if parent is not None and parent.type == "arguments" else parent
    if call is None or call.type != "call_expression":
        return False
    function = text(call.child_by_field_name("function"))
    last = function.rpartition(".")[2]
    return last in _RUNS_SQL or (literal.type == "template_string" and last.partition("<")[0] == "sql")


def _is_of_others(content: str, table: str) -> bool:
    named = [match.group(2) for match in _SOURCES.finditer(content)]
    return bool(named) and "${" not in content and table not in named
