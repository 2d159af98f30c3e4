"""Uses of Drizzle tables in the code of a project: where their rows are deleted."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tenantlint.lang.drizzle.scan import EXTENSIONS, is_source
from tenantlint.lang.drizzle.tables import TableValue
from tenantlint.lang.values import MISSING, Value
from tenantlint.schema import UNKNOWN, Deletion
from tenantlint.source import Location

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from tenantlint.lang.drizzle.context import Context
    from tenantlint.lang.values import Module
    from tenantlint.project import Project
    from tenantlint.source import Source

_DELETES: Final = rb"\.delete\(\s*(?:[\w$]+\s*\.\s*)*([\w$]+)\s*,?\s*\)"
_SCOPES: Final = frozenset(
    "arrow_function function_declaration function_expression generator_function_declaration method_definition".split()
)


def deletions(project: Project, context: Context) -> tuple[Deletion, ...]:
    """Return the places in the files of a project where rows of its tables are deleted; tests are left out."""
    names = {symbol.name.rpartition(".")[2].encode() for symbol in context.symbols.values()}
    return tuple(each for source in _sources(project, names) for each in _of_file(source, context))


def _sources(project: Project, names: set[bytes]) -> Iterator[Source]:
    """Yield the files that call ``delete`` with a name that a table has, or that an import gives another name."""
    from tenantlint.testing import is_test

    for path in sorted(project.files):
        if path.endswith(EXTENSIONS) and is_source(path) and not is_test(path):
            try:
                data = project.read(path)
            except OSError:
                continue
            called = set(re.findall(_DELETES, data)) if b".delete(" in data else set()
            if called & names or any(b" as " + name in data for name in called):
                project.keep(path, data)
                yield project.source(path)


def _of_file(source: Source, context: Context) -> Iterator[Deletion]:
    from tenantlint.lang.drizzle.extract import parse

    module = context.evaluator.module(source.path)
    if module is None:
        return
    for call in _calls(parse(source)):
        argument = _argument(call)
        value = UNKNOWN if argument is None else _value(argument, module, context)
        table = context.table_id(value) if isinstance(value, TableValue) else None
        if isinstance(table, str):
            yield Deletion(table, Location(source.path, call.start_byte, call.end_byte), _function(call))


def _calls(root: Node) -> Iterator[Node]:
    """Yield the calls of a method ``delete``, in order."""
    pending = [root]
    while pending:
        node = pending.pop()
        if node.type == "call_expression":
            function = node.child_by_field_name("function")
            name = function.child_by_field_name("property") if function is not None else None
            if name is not None and name.text == b"delete":
                yield node
        pending.extend(reversed(node.named_children))


def _argument(call: Node) -> Node | None:
    arguments = call.child_by_field_name("arguments")
    given = [] if arguments is None else [node for node in arguments.named_children if node.type != "comment"]
    return given[0] if len(given) == 1 and given[0].type in ("identifier", "member_expression") else None


def _value(node: Node, module: Module, context: Context) -> Value:
    """Return what a name, or a member of what a name stands for, is at the top of the module."""
    text = (node.text or b"").decode()
    first, *members = text.replace("?.", ".").split(".")
    if _is_local(node, first.strip()):
        return UNKNOWN
    value = context.evaluator.lookup(module, first.strip())
    for name in members:
        value = UNKNOWN if value is MISSING else context.evaluator.attribute(value, name.strip())
    return value


def _is_local(node: Node, name: str) -> bool:
    """Return whether a function around ``node`` binds the name itself, as far as its own text shows."""
    wanted = name.encode()
    scope = node.parent
    while scope is not None:
        if scope.type in _SCOPES and any(_binds(child, wanted) for child in _declared(scope)):
            return True
        scope = scope.parent
    return False


def _declared(scope: Node) -> Iterator[Node]:
    """Yield the parameters of a function and the names that its statements declare."""
    for field in ("parameters", "parameter"):
        params = scope.child_by_field_name(field)
        if params is not None:
            yield params
    pending = [scope.child_by_field_name("body")]
    while pending:
        node = pending.pop()
        if node is not None and node.type == "variable_declarator":
            target = node.child_by_field_name("name")
            if target is not None:
                yield target
        if node is not None:
            pending.extend(child for child in node.named_children if child.type not in _SCOPES)


def _binds(node: Node, name: bytes) -> bool:
    pending = [node]
    while pending:
        each = pending.pop()
        if each.type in ("identifier", "shorthand_property_identifier_pattern") and each.text == name:
            return True
        pending.extend(each.named_children)
    return False


def _function(node: Node) -> str:
    """Return the name of the nearest function with one around ``node``, which may be that of its variable."""
    scope = node.parent
    while scope is not None:
        if scope.type in _SCOPES:
            owner = scope if scope.child_by_field_name("name") is not None else scope.parent
            name = owner.child_by_field_name("name") if owner is not None and owner.type in _NAMED else None
            if name is not None:
                return (name.text or b"").decode()
        scope = scope.parent
    return ""


_NAMED: Final = _SCOPES | {"variable_declarator"}
