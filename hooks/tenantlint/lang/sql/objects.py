"""Indexes, policies and enums; what drops and what renames."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tenantlint import migration as m
from tenantlint.lang.sql.columns import parts_of_type
from tenantlint.lang.sql.labels import labels
from tenantlint.lang.sql.literals import string_of
from tenantlint.lang.sql.names import fold, name_of, parts_of
from tenantlint.lang.sql.nodes import child, descend, has, items, leaves, path, text, words
from tenantlint.lang.sql.predicates import tenant_columns
from tenantlint.lang.sql.tables import cascades, other
from tenantlint.schema import UNKNOWN, Index, Policy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tree_sitter import Node

    from tenantlint.lang.sql.context import Context
    from tenantlint.schema import Maybe


def create_index(context: Context, node: Node) -> Iterator[m.Operation]:
    """Yield the operation of ``CREATE INDEX``."""
    table = context.table(next(descend(child(node, "relation_expr") or node, "qualified_name"), None))
    elements = items(child(node, "index_params"))
    columns = tuple(_indexed(context, each) for each in elements)
    written = child(node, "name", "opt_single_name")
    if written is None:
        included = items(path(node, "opt_include", "index_including_params"))
        name = context.session.made_name(table, labels([*elements, *included]), "idx")
    else:
        name = context.name(written)
        context.session.take(table, name)
    if name is not UNKNOWN:
        context.session.indexes[name] = columns
    index = Index(
        name=name,
        columns=columns,
        unique=has(node, "opt_unique"),
        partial=has(node, "where_clause"),
        attached=True,
        at=context.here,
        method=_method(node),
        plain=not has(node, "opt_include") and all(_is_plain(each) for each in elements),
        mentions=_mentioned(node),
    )
    yield m.CreateIndex(context.here, context.certain, table, index, has(node, "opt_concurrently"), has(node, "kw_if"))


def _mentioned(node: Node) -> tuple[str, ...] | None:
    """Return the columns that an index names elsewhere than as its own columns; None for one over whole rows."""
    references = [parts_of(each) for each in descend(node, "columnref")]
    included = [parts_of(each) for each in items(path(node, "opt_include", "index_including_params"))]
    names = [parts[-1] for parts in (*references, *included)]
    return None if "*" in names else tuple(dict.fromkeys(names))


def _method(node: Node) -> str:
    written = path(node, "access_method_clause", "name")
    return "btree" if written is None else name_of(written)


def _is_plain(node: Node) -> bool:
    """Tell whether an ``index_elem`` has no order, collation or operator class but the default ones."""
    options = child(node, "index_elem_options")
    found = [fold(text(each)) for each in leaves(options)] if options is not None else []
    return all(word in _DEFAULT_OPTIONS or re.fullmatch(_DEFAULT_CLASS, word) for word in found)


_DEFAULT_OPTIONS: Final = frozenset({"asc", "nulls", "last"})
_DEFAULT_CLASS: Final = (
    r"(?:array|bool|bpchar|bytea|char|cidr|citext|date|enum|float[48]|inet|int[248]|interval|name|numeric|oid|text"
    r"|time|timestamp|timestamptz|timetz|uuid|varchar)_ops"
)


def _indexed(context: Context, node: Node) -> str | None:
    """Return the column of an ``index_elem``, None for an expression."""
    written = child(node, "ColId")
    if written is None:
        inner = child(node, "a_expr")
        bare = list(leaves(inner)) if inner is not None else []
        if inner is None or len(bare) != 1 or next(descend(inner, "columnref"), None) is None:
            return None
        return name_of(inner)
    return name_of(written)


def create_policy(context: Context, node: Node) -> Iterator[m.Operation]:
    """Yield the operation of ``CREATE POLICY``."""
    table = context.table(child(node, "qualified_name"))
    mode, command = child(node, "RowSecurityDefaultPermissive"), child(node, "RowSecurityDefaultForCmd")
    using, check = _predicate(context, node, "RowSecurityOptionalExpr"), _check(context, node)
    policy = Policy(
        name=context.name(child(node, "name")),
        command="all" if command is None else words(command.children[-1])[0],
        roles=_roles(child(node, "RowSecurityDefaultToRole")) or ("public",),
        permissive=mode is None or name_of(mode.children[-1]) == "permissive",
        using=using,
        with_check=check,
        tenant_columns=tenant_columns(table, (using, check)),
        attached=True,
        at=context.here,
    )
    yield m.CreatePolicy(context.here, context.certain, table, policy)


def alter_policy(context: Context, node: Node) -> Iterator[m.Operation]:
    """Yield the operation of ``ALTER POLICY``, its RENAME aside."""
    table = context.table(child(node, "qualified_name"))
    using, check = _predicate(context, node, "RowSecurityOptionalExpr"), _check(context, node)
    yield m.AlterPolicy(
        context.here,
        context.certain,
        table,
        context.name(child(node, "name")),
        roles=_roles(child(node, "RowSecurityOptionalToRole")),
        using=using,
        with_check=check,
        tenant_columns=tenant_columns(table, (using, check)),
    )


def _check(context: Context, node: Node) -> str | None:
    return _predicate(context, node, "RowSecurityOptionalWithCheck")


def _predicate(context: Context, node: Node, kind: str) -> str | None:
    expression = path(node, kind, "a_expr")
    if expression is None:
        return None
    return context.data[expression.start_byte : expression.end_byte].decode("utf-8", "replace")


def _roles(node: Node | None) -> tuple[str, ...] | None:
    if node is None:
        return None
    return tuple(name_of(each) for each in items(child(node, "role_list")))


def define(context: Context, node: Node) -> Iterator[m.Operation]:
    """Yield the operation of ``CREATE TYPE … AS ENUM``; other definitions have no part in the model."""
    if not has(node, "kw_enum"):
        yield other(context, node)
        return
    values = tuple(string_of(each) for each in items(path(node, "opt_enum_val_list", "enum_val_list")))
    yield m.CreateEnum(context.here, context.certain, context.new(child(node, "any_name")), values)


def alter_enum(context: Context, node: Node) -> Iterator[m.Operation]:
    """Yield the operation of ``ALTER TYPE … ADD VALUE``. Renaming a value leaves the tables as they are."""
    if not has(node, "kw_add"):
        yield m.Other(context.here, context.certain, "ALTER TYPE")
        return
    value = string_of(child(node, "Sconst"))
    yield m.AddEnumValue(context.here, context.certain, context.table(child(node, "any_name")), value)


def rename(context: Context, node: Node) -> Iterator[m.Operation]:
    """Yield the operation of ``ALTER … RENAME``."""
    found = words(node)
    kind = found[1] if len(found) > 1 else ""
    handler = _RENAMES.get(kind)
    new = [name for name in node.children if name.type == "name"]
    if handler is None or not new or "attribute" in found:
        yield other(context, node)
    else:
        yield from handler(context, node, new)


def _rename_table(context: Context, node: Node, names: list[Node]) -> Iterator[m.Operation]:
    written = next(descend(node, "qualified_name"), None)
    table, new = context.table(written), context.name(names[-1])
    at, certain = context.here, context.certain
    if len(names) == 1:
        yield m.RenameTable(at, certain, table, _moved(context, written, table, new))
    elif has(node, "kw_constraint"):
        context.session.release(table, context.name(names[0]))
        context.session.take(table, new)
        yield m.RenameConstraint(at, certain, table, context.name(names[0]), new)
    else:
        yield m.RenameColumn(at, certain, table, context.name(names[0]), new)


def _moved(context: Context, written: Node | None, table: Maybe[str], new: Maybe[str]) -> Maybe[str]:
    """Return the qualified new name of a table, which stays in its schema."""
    if table is UNKNOWN or new is UNKNOWN:
        return UNKNOWN
    schema, dot, old = table.rpartition(".")
    if written is not None and "." in parts_of(written)[-1]:
        return UNKNOWN
    session = context.session
    if old in session.temporary:
        session.temporary.add(new)
    session.made.add(f"{schema}{dot}{new}")
    return f"{schema}{dot}{new}"


def _rename_index(context: Context, node: Node, names: list[Node]) -> Iterator[m.Operation]:
    written = child(node, "qualified_name")
    old = UNKNOWN if written is None else parts_of(written)[-1]
    yield m.RenameIndex(context.here, context.certain, old, context.name(names[-1]))


def _rename_policy(context: Context, node: Node, names: list[Node]) -> Iterator[m.Operation]:
    table = context.table(child(node, "qualified_name"))
    old, new = context.name(names[0]), context.name(names[-1])
    yield m.AlterPolicy(context.here, context.certain, table, old, new_name=new)


def _rename_type(context: Context, node: Node, names: list[Node]) -> Iterator[m.Operation]:
    old, new = context.table(child(node, "any_name")), context.name(names[-1])
    yield m.RenameType(context.here, context.certain, old, _moved(context, None, old, new))


_RENAMES: Final[dict[str, Callable[[Context, Node, list[Node]], Iterator[m.Operation]]]] = {
    "index": _rename_index,
    "policy": _rename_policy,
    "table": _rename_table,
    "type": _rename_type,
}


def set_schema(context: Context, node: Node) -> Iterator[m.Operation]:
    """Yield the operation of ``ALTER … SET SCHEMA``."""
    found = words(node)
    kind, schema = found[1] if len(found) > 1 else "", context.name(child(node, "name"))
    if kind == "table":
        written = next(descend(node, "qualified_name"), None)
    elif kind == "type":
        written = child(node, "any_name")
    else:
        yield other(context, node)
        return
    old, at, certain = context.table(written), context.here, context.certain
    new: Maybe[str] = UNKNOWN
    if written is not None and schema is not UNKNOWN:
        new = context.session.new_name([schema, parts_of(written)[-1]])
        context.session.made.add(new if new is not UNKNOWN else "")
    yield m.RenameTable(at, certain, old, new) if kind == "table" else m.RenameType(at, certain, old, new)


def drop(context: Context, node: Node) -> Iterator[m.Operation]:
    """Yield the operations of ``DROP``, one for each thing that is dropped."""
    kinds = [word for each in (node, *node.named_children) for word in words(each)]
    handler = _DROPS.get(kinds[1] if len(kinds) > 1 and has(node, "kw_index") else _dropped_kind(node))
    if handler is None:
        yield other(context, node)
    else:
        yield from handler(context, node)


def _dropped_kind(node: Node) -> str:
    """Return what a ``DROP`` drops, in lower case."""
    for each in node.named_children:
        if each.type.startswith(("object_type", "drop_type")):
            return " ".join(words(each))
    found = words(node)
    return found[1] if len(found) > 1 else ""


def _drop_tables(context: Context, node: Node) -> Iterator[m.Operation]:
    for written in items(child(node, "any_name_list")):
        table = context.table(written)
        context.session.release(table)
        if table is not UNKNOWN:
            context.session.made.discard(table)
        yield m.DropTable(context.here, context.certain, table, has(node, "kw_if"), cascades(node))


def _drop_indexes(context: Context, node: Node) -> Iterator[m.Operation]:
    for written in items(child(node, "any_name_list")):
        parts = parts_of(written)
        context.session.release(None, parts[-1])
        concurrently = has(node, "kw_concurrently")
        yield m.DropIndex(context.here, context.certain, None, parts[-1], concurrently, has(node, "kw_if"))


def _drop_types(context: Context, node: Node) -> Iterator[m.Operation]:
    for written in items(child(node, "type_name_list")):
        generic = next(descend(written, "GenericType"), None)
        name = UNKNOWN if generic is None else context.session.name(parts_of_type(generic))
        yield m.DropType(context.here, context.certain, name, has(node, "kw_if"), cascades(node))


def _drop_policy(context: Context, node: Node) -> Iterator[m.Operation]:
    table, name = context.table(child(node, "any_name")), context.name(child(node, "name"))
    yield m.DropPolicy(context.here, context.certain, table, name, has(node, "kw_if"))


def _drop_trigger(context: Context, node: Node) -> Iterator[m.Operation]:
    table, name = context.table(child(node, "any_name")), context.name(child(node, "name"))
    yield m.DropTrigger(context.here, context.certain, table, name)


def _drop_schema(context: Context, node: Node) -> Iterator[m.Operation]:
    """Yield nothing that is known: the tables in the schema go too where it says CASCADE."""
    if not cascades(node):
        yield other(context, node)
    else:
        yield m.Unread(context.here, context.certain, "DROP SCHEMA … CASCADE drops what is in it", UNKNOWN, True, True)


_DROPS: Final[dict[str, Callable[[Context, Node], Iterator[m.Operation]]]] = {
    "index": _drop_indexes,
    "policy": _drop_policy,
    "schema": _drop_schema,
    "table": _drop_tables,
    "trigger": _drop_trigger,
    "type": _drop_types,
}


def drop_function(context: Context, node: Node) -> Iterator[m.Operation]:
    """Yield the operations of ``DROP FUNCTION``."""
    for each in items(child(node, "function_with_argtypes_list")):
        written = child(each, "func_name", "ColId")
        parts = parts_of(written) if written is not None else []
        indirection = child(each, "indirection")
        parts += parts_of(indirection) if indirection is not None else []
        name = context.session.name(parts) if parts else UNKNOWN
        yield m.DropFunction(context.here, context.certain, name, cascades(node))
