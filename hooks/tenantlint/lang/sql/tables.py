"""``CREATE TABLE`` and ``ALTER TABLE``."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final

from tenantlint import migration as m
from tenantlint.lang.sql.columns import (
    Constraint,
    column,
    default_sql,
    is_null,
    table_constraint,
    type_name,
    unique_constraint,
)
from tenantlint.lang.sql.context import TEMPORARY
from tenantlint.lang.sql.effects import HOLE
from tenantlint.lang.sql.names import fold, identifier, parts_of
from tenantlint.lang.sql.nodes import child, descend, has, items, leaves, path, text, words
from tenantlint.record import replace
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tree_sitter import Node

    from tenantlint.lang.sql.context import Context
    from tenantlint.schema import Column, Maybe

_TEMPORARY_WORDS: Final = frozenset({"temp", "temporary"})
_OTHER_SOURCES: Final = ("kw_of", "OptInherit", "create_as_target")


def create_table(context: Context, node: Node) -> Iterator[m.Operation]:
    """Yield the operation of ``CREATE TABLE``, also ``PARTITION OF``, ``OF`` and ``AS``."""
    written = child(node, "qualified_name") or path(node, "create_as_target", "qualified_name")
    temporary = child(node, "OptTemp")
    if written is None:
        return
    if temporary is not None and not _TEMPORARY_WORDS.isdisjoint(words(temporary)):
        context.session.temporary.add(parts_of(written)[-1])
        return
    name = context.new(written)
    if name is not UNKNOWN and HOLE in name and has(node, "kw_partition"):
        yield other(context, node)  # a partition, whatever its name, changes no other table
        return
    elements = [each.children[0] for each in _elements(node) if each.child_count]
    columns, constraints = _read(context, name, elements)
    complete = not has(node, *_OTHER_SOURCES) and all(each.type != "TableLikeClause" for each in elements)
    yield _created(context, name, columns, constraints, complete, has(node, "kw_if"))


def select_into(context: Context, node: Node) -> Iterator[m.Operation]:
    """Yield the operation of ``SELECT … INTO table``."""
    target = next(descend(node, "OptTempTableName"), None)
    written = child(target, "qualified_name")
    if target is None or written is None:
        return
    if not _TEMPORARY_WORDS.isdisjoint(words(target)):
        context.session.temporary.add(parts_of(written)[-1])
        return
    yield _created(context, context.new(written), [], [], False, False)


def _elements(node: Node) -> list[Node]:
    """Return the ``TableElement`` nodes of a table, or those of a typed table or partition."""
    listed = path(node, "OptTableElementList", "TableElementList")
    typed = path(node, "OptTypedTableElementList", "TypedTableElementList")
    return items(listed or typed)


def _read(context: Context, table: Maybe[str], elements: Sequence[Node]) -> tuple[list[Column], list[Constraint]]:
    """Return the columns and constraints of a table, in order."""
    columns: list[Column] = []
    constraints: list[Constraint] = []
    for element in elements:
        if element.type == "columnDef":
            found, inline = column(context, table, element)
            columns.append(found)
            constraints += inline
        elif element.type == "TableConstraint":
            constraint = table_constraint(context, table, element)
            constraints += [constraint] if constraint is not None else []
    return columns, _distinct(constraints)


def _distinct(constraints: list[Constraint]) -> list[Constraint]:
    """Return the constraints without the second one of two over the same columns: PostgreSQL makes one index."""
    seen = {each.columns for each in constraints if each.kind == "primary"}
    found: list[Constraint] = []
    for each in constraints:
        if each.kind != "unique" or each.columns not in seen:
            found.append(each)
            seen |= {each.columns} if each.kind == "unique" else set()
    return found


def _created(
    context: Context,
    name: Maybe[str],
    columns: list[Column],
    constraints: list[Constraint],
    complete: bool,
    if_not_exists: bool,
) -> m.CreateTable:
    primary = next((each.columns for each in constraints if each.kind == "primary"), ())
    required = [each.columns for each in constraints if each.kind in ("primary", "not")]
    made = m.CreateTable(
        at=context.here,
        certain=context.certain,
        table=name,
        columns=tuple(_settled(each, primary, required) for each in columns),
        primary_key=primary,
        unique_constraints=tuple(unique_constraint(context, each) for each in constraints if each.kind == "unique"),
        foreign_keys=tuple(each.key for each in constraints if each.key is not None),
        complete=complete,
        if_not_exists=if_not_exists,
        primary_key_name=next((each.name for each in constraints if each.kind == "primary"), None),
    )
    if name is not UNKNOWN:
        context.session.made.add(name)
        if primary is not UNKNOWN and primary:
            context.session.primary_keys[name] = primary
    return made


def _settled(
    column: Column, primary: Maybe[tuple[Maybe[str], ...]], required: Sequence[Maybe[tuple[Maybe[str], ...]]]
) -> Column:
    """Return a column with what the constraints of its table say of it."""
    keyed = primary is not UNKNOWN and column.name in primary
    if not keyed and not any(each is not UNKNOWN and column.name in each for each in required):
        return column
    return replace(column, primary_key=keyed, nullable=False)


def alter_table(context: Context, node: Node) -> Iterator[m.Operation]:
    """Yield the operations of ``ALTER TABLE``, one or more for each of its commands."""
    if not has(node, "kw_table") or has(node, "kw_foreign"):
        yield other(context, node)
        return
    table = context.table(next(descend(node, "qualified_name"), None))
    commands = items(child(node, "alter_table_cmds"))
    for command in commands:
        found = words(command)
        yield from _COMMANDS.get(found[0] if found else "", _other_command)(context, table, command)
    if not commands:
        yield other(context, node)


def other(context: Context, node: Node) -> m.Other:
    """Return the operation of a statement that has no part in the schema model.

    Its kind is the verb, with the kind of object where there is one (``CREATE VIEW``); its text is the object's name.
    """
    first = [each for each in islice(leaves(node), _FIRST) if fold(text(each)) not in _NOISE]
    found = [fold(text(each)) for each in first]
    size = 1 if found[:1] and found[0] not in _VERBS else 3 if found[1:2] and found[1] in _LONG_KINDS else 2
    at = size + 2 if found[size + 1 : size + 2] == ["."] else size
    name = text(first[at]) if size > 1 and len(first) > at else ""
    return m.Other(context.here, context.certain, " ".join(found[:size]).upper(), identifier(name))


_FIRST: Final = 12
_VERBS: Final = frozenset({"create", "alter", "drop", "refresh"})
_LONG_KINDS: Final = frozenset({"access", "default", "event", "foreign", "materialized", "text", "user"})
_GENERATED: Final = frozenset({"identity", "expression"})
_NOISE: Final = frozenset({"or", "replace", "if", "not", "exists", "concurrently", "recursive", "temp", "temporary"})


def _other_command(context: Context, table: Maybe[str], node: Node) -> Iterator[m.Operation]:
    kind = "VALIDATE CONSTRAINT" if words(node)[:1] == ("validate",) else "ALTER TABLE"
    yield m.Other(context.here, context.certain, kind)


def _add(context: Context, table: Maybe[str], node: Node) -> Iterator[m.Operation]:
    definition, constraint = child(node, "columnDef"), child(node, "TableConstraint")
    if definition is not None:
        found, inline = column(context, table, definition)
        yield m.AddColumn(context.here, context.certain, table, found, has(node, "kw_if"))
        for each in inline:
            yield from _constrained(context, table, each)
    elif constraint is not None:
        read = table_constraint(context, table, constraint)
        if read is not None:
            yield from _constrained(context, table, read)


def _constrained(context: Context, table: Maybe[str], constraint: Constraint) -> Iterator[m.Operation]:
    """Yield the operations that add a constraint; one that takes over an index takes it out of the indexes."""
    at, certain = context.here, context.certain
    if constraint.index is not None and constraint.columns is not UNKNOWN:
        yield m.DropIndex(at, certain, table, constraint.index)
    if constraint.kind == "primary":
        yield m.AddPrimaryKey(at, certain, table, constraint.name, constraint.columns)
        if table is not UNKNOWN and constraint.columns is not UNKNOWN:
            context.session.primary_keys[table] = constraint.columns
    elif constraint.kind == "unique":
        yield m.AddUnique(at, certain, table, unique_constraint(context, constraint))
    elif constraint.key is not None:
        yield m.AddForeignKey(at, certain, table, constraint.key, constraint.not_valid)
    elif constraint.kind == "not":
        for name in constraint.columns if constraint.columns is not UNKNOWN else ():
            yield m.AlterColumn(at, certain, table, name, nullable=False)
    else:
        yield m.AddCheck(at, certain, table, constraint.name, constraint.not_valid)


def _drop(context: Context, table: Maybe[str], node: Node) -> Iterator[m.Operation]:
    if_exists = has(node, "kw_if")
    if has(node, "kw_constraint"):
        name = context.name(child(node, "name"))
        context.session.release(table, name)
        yield m.DropConstraint(context.here, context.certain, table, name, if_exists=if_exists, cascade=cascades(node))
    else:
        name = context.name(child(node, "ColId"))
        yield m.DropColumn(context.here, context.certain, table, name, if_exists, cascades(node))


def _alter(context: Context, table: Maybe[str], node: Node) -> Iterator[m.Operation]:
    """Yield the operation of ``ALTER COLUMN``."""
    written, default, kind = child(node, "ColId"), child(node, "alter_column_default"), child(node, "Typename")
    found = words(node)[1:]
    if written is None:
        yield from _other_command(context, table, node)
        return
    changed = m.AlterColumn(context.here, context.certain, table, context.name(written))
    if kind is not None:
        yield replace(changed, type=type_name(kind))
    elif default is not None:
        given = has(default, "kw_set") and not is_null(default)
        yield replace(changed, server_default=given, default_sql=default_sql(default) if given else None)
    elif found[:3] in (("drop", "not", "null"), ("set", "not", "null")):
        yield replace(changed, nullable=found[0] == "drop")
    elif found[0] in ("add", "drop") and not _GENERATED.isdisjoint(found):
        yield replace(changed, server_default=found[0] == "add")
    else:
        yield from _other_command(context, table, node)


def _row_security(context: Context, table: Maybe[str], node: Node) -> Iterator[m.Operation]:
    found = words(node)
    if found[-2:] != ("level", "security"):
        yield from _other_command(context, table, node)
    elif "force" in found:
        yield m.SetRowSecurity(context.here, context.certain, table, forced=found[0] != "no")
    else:
        yield m.SetRowSecurity(context.here, context.certain, table, enabled=found[0] == "enable")


_COMMANDS: Final[dict[str, Callable[[Context, Maybe[str], Node], Iterator[m.Operation]]]] = {
    "add": _add,
    "alter": _alter,
    "disable": _row_security,
    "drop": _drop,
    "enable": _row_security,
    "force": _row_security,
    "no": _row_security,
}


def cascades(node: Node) -> bool:
    """Tell whether a DROP says CASCADE."""
    return path(node, "opt_drop_behavior", "kw_cascade") is not None


def is_temporary(table: object) -> bool:
    """Tell whether a table's name is that of a TEMP table."""
    return isinstance(table, str) and table.startswith(f"{TEMPORARY}.")
