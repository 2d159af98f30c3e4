"""Functions and triggers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tenantlint import migration as m
from tenantlint.lang.sql.effects import written
from tenantlint.lang.sql.literals import string_of
from tenantlint.lang.sql.names import identifier, name_of, parts_of
from tenantlint.lang.sql.nodes import child, descend, items, text, words
from tenantlint.record import Record
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
_WHOLE: Final = r'(?i)(?<![\w$."])new\s*:=|[;\n]\s*new\s*=|\binto\s+(?:strict\s+)?new\s*(?![\s.])'
_LONGEST: Final = 12
_STARTS: Final = frozenset("; begin then else loop".split())


class Routine(Record):
    """A function that a script makes.

    ``changes`` tells whether it may change row level security, and the structure of tables. ``parameters`` are in
    order, '' for one without a name. ``body`` is UNKNOWN where it is no string constant.
    """

    language: str
    body: Maybe[str]
    parameters: tuple[str, ...]
    changes: tuple[bool, bool]


def create_function(context: Context, node: Node) -> Iterator[m.Operation]:
    """Yield the operation of ``CREATE FUNCTION`` or ``CREATE PROCEDURE``."""
    name = context.new(child(node, "func_name"))
    returns = child(node, "func_return")
    trigger = returns is not None and parts_of(returns)[-1:] == ["trigger"]
    language, body = _language(node), string_of(next(descend(node, "func_as"), None))
    assigns: Maybe[tuple[Maybe[str], ...]] = ()
    if trigger:
        assigns = UNKNOWN if body is UNKNOWN or language != "plpgsql" else assigned(body)
    if name is not UNKNOWN:
        changes = (False, False) if trigger else written(body if body is not UNKNOWN else "")
        routine = Routine(language, body, _parameters(node), changes)
        context.session.routines[name.rpartition(".")[2]] = routine
    yield m.CreateFunction(context.here, context.certain, name, assigns)


def _parameters(node: Node) -> tuple[str, ...]:
    """Return the names of the parameters that a call gives values to."""
    found = []
    for each in descend(node, "func_arg"):
        mode, name = child(each, "arg_class"), child(each, "param_name")
        if mode is None or "kw_out" not in [inner.type for inner in mode.children]:
            found.append("" if name is None else name_of(name))
    return tuple(found)


def _language(node: Node) -> str:
    for item in descend(node, "createfunc_opt_item"):
        if words(item)[:1] == ("language",):
            value = child(item, "NonReservedWord_or_Sconst")
            return parts_of(value)[-1].strip("'").lower() if value is not None else ""
    return ""


def assigned(body: str) -> Maybe[tuple[Maybe[str], ...]]:
    """Return the columns of NEW that a PL/pgSQL body assigns, in order; UNKNOWN where it assigns NEW as a whole."""
    plain = re.sub(_NOISE, " '' ", body)
    if re.search(_WHOLE, plain) is not None:
        return UNKNOWN
    found = [(match.start(), match[1]) for match in re.finditer(_ASSIGNMENT, plain) if _is_statement(plain, match)]
    for into in re.finditer(_INTO, plain):
        found += [(into.start(), field[1]) for field in re.finditer(_FIELD, into[1])]
    return tuple(dict.fromkeys(identifier(name) for _, name in sorted(found)))


def _is_statement(body: str, match: re.Match[str]) -> bool:
    """Tell an assignment from a comparison: ``:=`` is always one, and ``=`` where a statement begins."""
    if match[0].endswith(":="):
        return True
    end = match.start()
    while end and body[end - 1].isspace():
        end -= 1
    last = re.search(r"(?:;|\w+|>>)$", body[max(end - _LONGEST, 0) : end])
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
        each_row="row" in words(node if kind is None else kind),
        arguments=tuple(_argument(each) for each in items(child(node, "TriggerFuncArgs"))),
    )


def _argument(node: Node) -> Maybe[str]:
    """Return an argument of a trigger's function, which is always text: a string, a name or a number."""
    constant = next(descend(node, "Sconst"), None)
    return string_of(constant) if constant is not None else text(node)
