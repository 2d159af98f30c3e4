"""Functions and triggers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tenantlint import migration as m
from tenantlint.lang.sql.effects import written
from tenantlint.lang.sql.literals import string_of
from tenantlint.lang.sql.names import identifier, parts_of
from tenantlint.lang.sql.nodes import child, descend, items, path, words
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from tenantlint.lang.sql.context import Context
    from tenantlint.schema import Maybe

_NOISE: Final = r"(?s)--[^\r\n]*|/\*.*?\*/|'(?:[^']|'')*+'"
_ASSIGNMENT: Final = r'(?i)(?<![\w$."])new\s*\.\s*("(?:[^"]|"")+"|[^\W\d][\w$]*)\s*:?=(?!=)'
_INTO: Final = r'(?i)\binto\s+(?:strict\s+)?((?:new\s*\.\s*(?:"[^"]+"|\w+)\s*,?\s*)+)'
_FIELD: Final = r'(?i)new\s*\.\s*("[^"]+"|\w+)'
_STARTS: Final = frozenset("; begin then else loop".split())


def create_function(context: Context, node: Node) -> Iterator[m.Operation]:
    """Yield the operation of ``CREATE FUNCTION`` or ``CREATE PROCEDURE``."""
    name = context.new(child(node, "func_name"))
    returns = path(node, "func_return")
    trigger = returns is not None and parts_of(returns)[-1:] == ["trigger"]
    body = string_of(next(descend(node, "func_as"), None)) if trigger else ""
    assigns: Maybe[tuple[Maybe[str], ...]] = UNKNOWN if body is UNKNOWN else assigned(body)
    if trigger and _language(node) != "plpgsql":
        assigns = UNKNOWN
    if name is not UNKNOWN:
        may_change = (False, False) if trigger else written(context.data.decode("utf-8", "replace")[len("create") :])
        context.session.routines[name.rpartition(".")[2]] = may_change
    yield m.CreateFunction(context.here, context.certain, name, assigns)


def _language(node: Node) -> str:
    for item in descend(node, "createfunc_opt_item"):
        if words(item)[:1] == ("language",):
            value = child(item, "NonReservedWord_or_Sconst")
            return parts_of(value)[-1].strip("'").lower() if value is not None else ""
    return ""


def assigned(body: str) -> tuple[str, ...]:
    """Return the columns of NEW that a PL/pgSQL body assigns, in order of their first assignment."""
    plain = re.sub(_NOISE, " '' ", body)
    found = [(match.start(), match[1]) for match in re.finditer(_ASSIGNMENT, plain) if _is_statement(plain, match)]
    for into in re.finditer(_INTO, plain):
        found += [(into.start(), field[1]) for field in re.finditer(_FIELD, into[1])]
    return tuple(dict.fromkeys(identifier(name) for _, name in sorted(found)))


def _is_statement(body: str, match: re.Match[str]) -> bool:
    """Tell an assignment from a comparison: ``:=`` is always one, and ``=`` where a statement begins."""
    if match[0].endswith(":="):
        return True
    before = body[: match.start()].rstrip()
    last = re.search(r"(?:;|\w+|>>)$", before)
    return last is not None and (last[0].lower() in _STARTS or last[0] == ">>")


def create_trigger(context: Context, node: Node) -> Iterator[m.Operation]:
    """Yield the operation of ``CREATE TRIGGER``."""
    events = [event for each in items(child(node, "TriggerEvents")) for event in words(each)[:1]]
    time, kind = child(node, "TriggerActionTime"), next(descend(node, "TriggerForType"), None)
    function = child(node, "func_name")
    yield m.CreateTrigger(
        context.here,
        context.certain,
        table=context.table(child(node, "qualified_name")),
        name=context.name(child(node, "name")),
        function=context.table(function),
        events=tuple(events),
        before=time is not None and "before" in words(time),
        each_row=kind is not None and "row" in words(kind),
    )
