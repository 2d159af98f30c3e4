"""The rows of queries over literals, which loops in DO blocks go through."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.lang.sql.expressions import MAX_DEPTH, Array, Row, conjuncts, evaluate
from tenantlint.lang.sql.grammar import parse_sql
from tenantlint.lang.sql.names import name_of, parts_of
from tenantlint.lang.sql.nodes import child, descend, has, items, path, text
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from typing import TypeGuard

    from tree_sitter import Node

    from tenantlint.lang.sql.expressions import Environment, Value


def rows_of(query: str, variables: Environment) -> list[Row] | None:
    """Return the rows of a query over literals, None where they are not known."""
    root = parse_sql(query.encode("utf-8", "replace"))
    return None if root is None else rows_below(root, variables, 0)


def rows_below(node: Node, variables: Environment, depth: int) -> list[Row] | None:
    """Return the rows of the first query below ``node``."""
    query = next(descend(node, "simple_select"), None)
    limited = next(descend(node, "with_clause", "select_limit"), None)
    return None if query is None or limited is not None or depth > MAX_DEPTH else _rows(query, variables, depth + 1)


def _rows(query: Node, variables: Environment, depth: int) -> list[Row] | None:
    values = child(query, "values_clause")
    if values is not None:
        return _value_rows(values, variables, depth)
    if has(query, "kw_union"):
        return _union(query, variables, depth)
    if not has(query, "kw_select"):
        return None
    source = _source(query, variables, depth)
    listed = child(query, "target_list") or path(query, "opt_target_list", "target_list")
    if source is None or has(query, "group_clause", "having_clause"):
        return None
    return [each for row in source for each in _projected(items(listed), row, variables, depth)]


def _value_rows(values: Node, variables: Environment, depth: int) -> list[Row]:
    found = []
    for row in (each for each in items(values) if each.type == "expr_list"):
        cells = [evaluate(each, variables, depth) for each in items(row)]
        found.append(Row(tuple((f"column{number}", cell) for number, cell in enumerate(cells, 1))))
    return found


def _union(query: Node, variables: Environment, depth: int) -> list[Row] | None:
    found: list[Row] = []
    for each in query.children:
        if each.type == "select_clause":
            part = rows_below(each, variables, depth)
            if part is None:
                return None
            names = [name for name, _ in found[0].fields] if found else []
            found += [_renamed(row, names) for row in part]
    return found


def _renamed(row: Row, names: list[str]) -> Row:
    """Return a row whose first columns have other names."""
    kept = [name for name, _ in row.fields][len(names) :]
    return Row(tuple(zip([*names, *kept], (value for _, value in row.fields), strict=False)))


def _source(query: Node, variables: Environment, depth: int) -> list[Row] | None:
    """Return the rows that a FROM clause gives; one without columns where there is none."""
    clause, condition = child(query, "from_clause"), child(query, "where_clause")
    if clause is None:
        return [Row(())] if condition is None else None
    tables = items(child(clause, "from_list"))
    if len(tables) != 1:
        return None
    relation = path(tables[0], "relation_expr", "qualified_name")
    if relation is not None:
        found = _catalog_rows(parts_of(relation)[-1], condition, variables, depth)
    else:
        found = _table_rows(tables[0], variables, depth) if condition is None else None
    alias = child(child(tables[0], "opt_alias_clause", "func_alias_clause"), "alias_clause")
    return found if found is None or alias is None else [_aliased(row, alias) for row in found]


def _table_rows(table: Node, variables: Environment, depth: int) -> list[Row] | None:
    query, function = child(table, "select_with_parens"), child(table, "func_table")
    if query is not None:
        return rows_below(query, variables, depth)
    called = next(descend(function, "func_application"), None) if function is not None else None
    if called is None or parts_of(child(called, "func_name") or called)[-1] != "unnest":
        return None
    arrays = [evaluate(each, variables, depth) for each in items(child(called, "func_arg_list"))]
    known = [each.items for each in arrays if isinstance(each, Array)]
    if not known or len(known) != len(arrays):
        return None
    return [Row(tuple((f"column{n}", cell) for n, cell in enumerate(cells))) for cells in zip(*known, strict=False)]


def _aliased(row: Row, alias: Node) -> Row:
    """Return a row whose columns have the names that ``AS t(a, b)`` gives; ``AS t`` names a single column."""
    listed = child(alias, "name_list")
    names = [name_of(each) for each in items(listed)]
    if not names and len(row.fields) == 1 and row.fields[0][0] == "column0":
        names = [name_of(alias.children[-1])]
    renamed = _renamed(row, names)
    table = child(alias, "ColId")
    qualifier = name_of(table) if table is not None else ""
    return Row((*renamed.fields, (f"{qualifier}.", renamed)))


_TABLE_COLUMNS: Final = {"pg_tables": "tablename", "tables": "table_name", "pg_class": "relname"}
_SCHEMA_COLUMNS: Final = ("schemaname", "table_schema")
_HARMLESS_COLUMNS: Final = frozenset({"relkind", "relnamespace", "relrowsecurity", "rowsecurity", "table_type"})
"""Conditions on these leave out only what is no table, or what row level security is enabled on already."""


def _catalog_rows(catalog: str, condition: Node | None, variables: Environment, depth: int) -> list[Row] | None:
    """Return a row for each table that a query of the catalog names in a literal list: ``tablename IN ('a')``."""
    column = _TABLE_COLUMNS.get(catalog)
    expression = child(condition, "a_expr")
    if column is None or expression is None:
        return None
    allowed: dict[str, Value] = {}
    for each in conjuncts(expression):
        name = _subject(each)
        if name not in allowed and (name == column or name in _SCHEMA_COLUMNS):
            allowed[name] = _filtered(each, variables, depth)
        elif name not in _HARMLESS_COLUMNS:
            return None
    listed = allowed.pop(column, UNKNOWN)
    fixed = tuple((name, value.items[0]) for name, value in allowed.items() if _is_single(value))
    return [Row(((column, item), *fixed)) for item in listed.items] if isinstance(listed, Array) else None


def _is_single(value: Value) -> TypeGuard[Array]:
    return isinstance(value, Array) and len(value.items) == 1


def _subject(node: Node) -> str:
    """Return the column that a condition is about: the first name in it."""
    named = next(descend(node, "columnref"), None)
    return parts_of(named)[-1] if named is not None else ""


def _filtered(node: Node, variables: Environment, depth: int) -> Value:
    """Return the values that a condition allows for the column that it begins with."""
    kinds = [each.type for each in node.children[1:]]
    if kinds[:2] == ["kw_in", "("]:
        return Array(tuple(evaluate(each, variables, depth) for each in items(child(node, "expr_list"))))
    if kinds[:1] == ["="]:
        value = evaluate(node.children[2], variables, depth)
        return value if isinstance(value, Array) else Array((value,))
    return UNKNOWN


def _projected(targets: list[Node], row: Row, variables: Environment, depth: int) -> list[Row]:
    """Return the rows that a target list makes of one row: more than one where it calls ``unnest``."""
    scope = {**variables, **{name.rstrip("."): value for name, value in row.fields}}
    columns: list[list[tuple[str, Value]]] = []
    for target in targets:
        if text(target) == "*":
            columns += [[field] for field in row.fields if not field[0].endswith(".")]
        else:
            columns.append([(_target_name(target), value) for value in _target_values(target, scope, depth)])
    height = max((len(each) for each in columns), default=0)
    return [Row(tuple(each[min(n, len(each) - 1)] for each in columns if each)) for n in range(height)]


def _target_name(target: Node) -> str:
    """Return the name of a result column: its alias, or its column's or function's own name."""
    label = child(target, "ColLabel", "BareColLabel")
    if label is not None:
        return name_of(label)
    named = next(descend(target, "columnref", "func_name"), None)
    return parts_of(named)[-1] if named is not None else "?column?"


def _target_values(target: Node, scope: Environment, depth: int) -> tuple[Value, ...]:
    node = target.children[0]
    while node.child_count == 1 or (has(node, "::") and node.child_count):
        node = node.children[0]
    if node.type == "func_application" and parts_of(child(node, "func_name") or node)[-1] == "unnest":
        first = items(child(node, "func_arg_list"))[:1]
        value = evaluate(first[0], scope, depth) if first else UNKNOWN
        return value.items if isinstance(value, Array) else (UNKNOWN,)
    return (evaluate(node, scope, depth),)
