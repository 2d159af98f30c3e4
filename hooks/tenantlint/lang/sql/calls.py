"""Calls of functions: which ones may change the structure of tables, and which one sets the search path."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tenantlint import migration as m
from tenantlint.lang.sql.literals import string_of
from tenantlint.lang.sql.names import identifier, parts_of
from tenantlint.lang.sql.nodes import child, descend, items
from tenantlint.lang.sql.split import Splitter
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from tenantlint.lang.sql.context import Context
    from tenantlint.schema import Maybe

_MAX_CALLS: Final = 3
_HARMLESS_SCHEMAS: Final = frozenset("pg_catalog cron vault net pgmq tests extensions storage auth".split())
_STRUCTURAL: Final = (
    r"hypertable|distributed_table|reference_table|geometrycolumn"
    r"|(?:create|add|drop|alter|rename|make|convert|enable|disable|apply|manage|set|install)\w*_"
    r"(?:all_)?(?:tables?|columns?|index(?:es)?|constraints?|partitions?|parent|tracking|audit|schema|keys?|fks?)"
    r"|^(?:migrate|upgrade|install|setup)(?:_|$)"
)
_SECURING: Final = r"(?:^|_)(?:rls|row_level_security|row_security|polic(?:y|ies)|isolation)(?:_|$)"


def calls(context: Context, node: Node) -> Iterator[m.Operation]:
    """Yield what the functions that a SELECT or CALL names do, as far as they may change the structure."""
    for called in _applications(node):
        parts = parts_of(child(called, "func_name") or called)
        if parts[-1] == "set_config":
            _set_config(context, called)
        security, structure = _may_change(context, parts)
        if security or structure:
            ran = _run(context, parts[-1], called)
            why = f"what the function {parts[-1]}() does is not known"
            named = _named_tables(context, called)
            yield from ran or [m.Unread(context.here, context.certain, why, named, security, structure)]


def _run(context: Context, name: str, called: Node) -> list[m.Operation]:
    """Return what a function that the script makes does with the arguments of a call; nothing where it is not known."""
    from tenantlint.lang.sql.blocks import run
    from tenantlint.lang.sql.expressions import evaluate
    from tenantlint.lang.sql.statements import read

    routine = context.session.routines.get(name)
    if routine is None or routine.body is UNKNOWN or context.session.calls >= _MAX_CALLS:
        return []
    values = [evaluate(each, {}) for each in items(child(called, "func_arg_list"))]
    variables = dict(zip(routine.parameters, values, strict=False))
    code = routine.body.encode("utf-8", "replace")
    context.session.calls += 1
    try:
        if routine.language == "plpgsql":
            return run(context, code, None, variables, read) or []
        parts = Splitter(code, 0, len(code)).statements() if routine.language == "sql" else ()
        inner = [context.moved(code[part.start : part.end], context.here, True) for part in parts]
        return [operation for each in inner for operation in read(each)]
    finally:
        context.session.calls -= 1


def _applications(node: Node) -> Iterator[Node]:
    pending = [node]
    while pending:
        each = pending.pop()
        if each.type == "func_application":
            yield each
        if each.type != "values_clause":
            pending.extend(reversed(each.children))


def _may_change(context: Context, parts: list[str]) -> tuple[bool, bool]:
    """Return whether a function may change row level security, and the structure of tables.

    A function that the script makes is judged by its body, any other by its name: to doubt every one would leave
    nothing known of a project that calls one.
    """
    routine = context.session.routines.get(parts[-1])
    if routine is not None:
        return routine.changes
    if parts[0] in _HARMLESS_SCHEMAS or parts[-1].startswith("pg_"):
        return False, False
    security = re.search(_SECURING, parts[-1]) is not None
    return security, re.search(_STRUCTURAL, parts[-1]) is not None


def _named_tables(context: Context, called: Node) -> Maybe[tuple[str, ...]]:
    """Return the table that the first argument names, UNKNOWN where it is no literal."""
    first = next(descend(called, "func_arg_expr"), None)
    value = string_of(next(descend(first, "Sconst"), None)) if first is not None else UNKNOWN
    if value is UNKNOWN or not value:
        return UNKNOWN
    name = context.session.name([identifier(part) for part in value.split(".")])
    return UNKNOWN if name is UNKNOWN else (name,)


def _set_config(context: Context, called: Node) -> None:
    arguments = [next(descend(each, "Sconst"), None) for each in descend(called, "func_arg_expr")]
    if len(arguments) > 1 and string_of(arguments[0]) == "search_path":
        value = string_of(arguments[1])
        schemas = UNKNOWN if value is UNKNOWN else tuple(identifier(each.strip()) for each in value.split(","))
        context.session.set_search_path(schemas if schemas is UNKNOWN else tuple(each for each in schemas if each))
