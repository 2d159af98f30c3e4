"""Statements that write rows, and settings of the session that matter here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from tenantlint import migration as m
from tenantlint.lang.sql.calls import calls
from tenantlint.lang.sql.literals import string_of
from tenantlint.lang.sql.names import name_of
from tenantlint.lang.sql.nodes import child, descend, has, items, leaves, path, text
from tenantlint.lang.sql.tables import other, select_into
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tree_sitter import Node

    from tenantlint.lang.sql.context import Context
    from tenantlint.schema import Maybe

_WRITERS: Final = ("InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt")
_Command = Literal["insert", "update", "delete"]


def select(context: Context, node: Node) -> Iterator[m.Operation]:
    """Yield what a ``SELECT`` does besides reading: writes in its WITH, a new table, calls of functions."""
    yield from _writes_of_with(context, node)
    into = next(_shallow(node, "into_clause"), None)
    if into is not None:
        yield from select_into(context, into)
    yield from calls(context, node)


def write(context: Context, node: Node) -> Iterator[m.Operation]:
    """Yield the operations of ``INSERT``, ``UPDATE``, ``DELETE`` or ``MERGE``, those in its WITH first."""
    yield from _writes_of_with(context, node)
    yield from _READERS[node.type](context, node)


def _writes_of_with(context: Context, node: Node) -> Iterator[m.Operation]:
    for clause in _shallow(node, "with_clause"):
        for each in descend(clause, *_WRITERS):
            yield from write(context, each)


def _shallow(node: Node, kind: str) -> Iterator[Node]:
    """Yield the clauses of one kind that belong to ``node`` itself, and to no subquery of it."""
    pending = [node]
    while pending:
        each = pending.pop()
        if each.type == kind:
            yield each
        elif each is node or each.type in _QUERIES:
            pending.extend(reversed(each.children))


_QUERIES: Final = frozenset(
    "insert_rest opt_with_clause select_clause select_no_parens select_with_parens SelectStmt simple_select".split()
)


def _insert(context: Context, node: Node) -> Iterator[m.Operation]:
    rest = child(node, "insert_rest")
    listed = child(rest, "insert_column_list")
    columns: Maybe[tuple[Maybe[str], ...]] = tuple(_first_name(each) for each in items(listed))
    if listed is None and not has(rest, "kw_default"):
        columns = UNKNOWN
    table = context.table(path(node, "insert_target", "qualified_name"))
    yield _written(context, table, "insert", columns)
    updated = path(node, "opt_on_conflict", "set_clause_list")
    if updated is not None:
        yield _written(context, table, "update", _set_columns(updated))


def _update(context: Context, node: Node) -> Iterator[m.Operation]:
    yield _written(context, _target(context, node), "update", _set_columns(child(node, "set_clause_list")))


def _delete(context: Context, node: Node) -> Iterator[m.Operation]:
    yield _written(context, _target(context, node), "delete", ())


def _merge(context: Context, node: Node) -> Iterator[m.Operation]:
    table = _target(context, node)
    for each in descend(node, "merge_insert", "merge_update", "merge_delete"):
        if each.type == "merge_insert":
            listed = child(each, "insert_column_list")
            columns: Maybe[tuple[Maybe[str], ...]] = tuple(_first_name(item) for item in items(listed))
            yield _written(context, table, "insert", columns if listed is not None else UNKNOWN)
        elif each.type == "merge_update":
            yield _written(context, table, "update", _set_columns(child(each, "set_clause_list")))
        else:
            yield _written(context, table, "delete", ())


def copy(context: Context, node: Node) -> Iterator[m.Operation]:
    """Yield the operation of ``COPY … FROM``."""
    written = child(node, "qualified_name")
    if written is None or not has(node, "copy_from") or path(node, "copy_from", "kw_from") is None:
        yield other(context, node)
        return
    listed = path(node, "opt_column_list", "columnList")
    columns: Maybe[tuple[Maybe[str], ...]] = tuple(_first_name(each) for each in items(listed))
    yield _written(context, context.table(written), "insert", UNKNOWN if listed is None else columns)


def truncate(context: Context, node: Node) -> Iterator[m.Operation]:
    """Yield the operations of ``TRUNCATE``, one for each table."""
    for each in items(child(node, "relation_expr_list")):
        written = next(descend(each, "qualified_name"), None)
        yield m.WriteRows(context.here, context.certain, context.table(written), "truncate")


_READERS: Final[dict[str, Callable[[Context, Node], Iterator[m.Operation]]]] = {
    "InsertStmt": _insert,
    "UpdateStmt": _update,
    "DeleteStmt": _delete,
    "MergeStmt": _merge,
}


def _written(
    context: Context, table: Maybe[str], command: _Command, columns: Maybe[tuple[Maybe[str], ...]]
) -> m.WriteRows:
    return m.WriteRows(context.here, context.certain, table, command, columns)


def _target(context: Context, node: Node) -> Maybe[str]:
    holder = child(node, "relation_expr_opt_alias") or node
    return context.table(next(descend(holder, "qualified_name"), None))


def _set_columns(node: Node | None) -> tuple[str, ...]:
    """Return the columns that a SET list sets, in order."""
    targets = descend(node, "set_target") if node is not None else ()
    return tuple(_first_name(each) for each in targets)


def _first_name(node: Node) -> str:
    """Return the column of a target that may go on with a field or a subscript."""
    return name_of(child(node, "ColId") or node)


def call(context: Context, node: Node) -> Iterator[m.Operation]:
    """Yield what ``CALL`` of a procedure may do."""
    found = list(calls(context, node))
    yield from found or [other(context, node)]


def set_variable(context: Context, node: Node) -> Iterator[m.Operation]:
    """Follow ``SET search_path``; other settings have no part in the model."""
    setting = next(descend(node, "generic_set"), None)
    if setting is not None and text(child(setting, "var_name") or setting).lower() == "search_path":
        listed = child(setting, "var_list")
        values = tuple(_setting_value(each) for each in items(listed))
        context.session.set_search_path(("public",) if listed is None else _known(values))
    yield other(context, node)


def reset_variable(context: Context, node: Node) -> Iterator[m.Operation]:
    """Follow ``RESET search_path``."""
    if [fold for fold in (text(each).lower() for each in leaves(node)) if fold in ("search_path", "all")]:
        context.session.set_search_path(("public",))
    yield other(context, node)


def _setting_value(node: Node) -> Maybe[str]:
    constant = next(descend(node, "Sconst"), None)
    return string_of(constant) if constant is not None else name_of(node)


def _known(values: tuple[Maybe[str], ...]) -> Maybe[tuple[str, ...]]:
    known = tuple(value for value in values if value is not UNKNOWN)
    return known if len(known) == len(values) else UNKNOWN
