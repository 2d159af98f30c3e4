"""Statements that write rows, and settings of the session that matter here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from tenantlint import migration as m
from tenantlint.lang.sql.literals import string_of
from tenantlint.lang.sql.names import identifier, name_of, parts_of
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
    for each in _writers_below(node):
        yield from write(context, each)
    if next(descend(node, "into_clause"), None) is not None:
        yield from select_into(context, node)
    yield from _calls(context, node)


def write(context: Context, node: Node) -> Iterator[m.Operation]:
    """Yield the operations of ``INSERT``, ``UPDATE``, ``DELETE`` or ``MERGE``, those in its WITH first."""
    for each in _writers_below(node):
        yield from write(context, each)
    yield from _READERS[node.type](context, node)
    yield from _calls(context, node)


def _writers_below(node: Node) -> Iterator[Node]:
    """Yield the statements that write in the WITH clause of ``node``."""
    for each in node.children:
        if each.type == "with_clause" or each.type.endswith(("with_clause", "select_no_parens")):
            yield from descend(each, *_WRITERS)


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


def _calls(context: Context, node: Node) -> Iterator[m.Operation]:
    """Yield what the functions that a statement calls may do to the structure, and follow the search path."""
    for called in _applications(node):
        parts = parts_of(child(called, "func_name") or called)
        if parts[-1] == "set_config":
            _set_config(context, called)
        if parts[-1] in _STRUCTURAL:
            why = f"what the function {parts[-1]}() does is not known"
            yield m.Unread(context.here, context.certain, why, _named_tables(context, called), False, True)


def _applications(node: Node) -> Iterator[Node]:
    pending = [node]
    while pending:
        each = pending.pop()
        if each.type == "func_application":
            yield each
        if each.type not in _WRITERS or each == node:
            pending.extend(reversed(each.children))


_STRUCTURAL: Final = frozenset(
    "create_hypertable create_distributed_table create_reference_table undistribute_table addgeometrycolumn "
    "dropgeometrycolumn updategeometrysrid create_parent query_to_xml dblink_exec run_command_on_workers "
    "alter_distributed_table add_retention_policy".split()
)


def _named_tables(context: Context, called: Node) -> Maybe[tuple[str, ...]]:
    """Return the table that the first argument names, UNKNOWN where it is no literal."""
    first = next(descend(called, "func_arg_expr"), None)
    value = string_of(next(descend(first, "Sconst"), None)) if first is not None else UNKNOWN
    if value is UNKNOWN:
        return UNKNOWN
    name = context.session.name([identifier(part) for part in value.split(".")])
    return UNKNOWN if name is UNKNOWN else (name,)


def _set_config(context: Context, called: Node) -> None:
    arguments = [next(descend(each, "Sconst"), None) for each in descend(called, "func_arg_expr")]
    if len(arguments) > 1 and string_of(arguments[0]) == "search_path":
        value = string_of(arguments[1])
        schemas = UNKNOWN if value is UNKNOWN else _listed_schemas(value)
        context.session.set_search_path(schemas)


def _listed_schemas(value: str) -> tuple[str, ...]:
    return tuple(identifier(part.strip()) for part in value.split(",") if part.strip())


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
