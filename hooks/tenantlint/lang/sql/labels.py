"""What PostgreSQL calls the parts of an index: it makes the names of indexes from them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.lang.sql.names import name_of, parts_of
from tenantlint.lang.sql.nodes import child, has, words
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tree_sitter import Node

    from tenantlint.schema import Maybe

_NAMELESS: Final = "expr"
_SUBEXPRESSIONS: Final = frozenset(
    "coalesce greatest least nullif extract overlay position substring normalize current_date current_time "
    "current_timestamp localtime localtimestamp current_role current_user session_user current_catalog".split()
)
_MAX_DEPTH: Final = 50


def labels(elements: Iterable[Node]) -> list[Maybe[str]]:
    """Return the name of each ``index_elem``, with a number where an earlier one has it (``FigureIndexColname``)."""
    found: list[Maybe[str]] = []
    for element in elements:
        column = child(element, "ColId")
        name = name_of(column) if column is not None else _label(element)
        found.append(name if name is UNKNOWN else _unused(name, found))
    return found


def _unused(name: str, taken: list[Maybe[str]]) -> str:
    free, number = name, 0
    while free in taken:
        number += 1
        free = f"{name}{number}"
    return free


def _label(node: Node) -> Maybe[str]:
    inner = child(node, "a_expr", "func_expr_windowless")
    figured = _figure(inner, 0) if inner is not None else UNKNOWN
    return _NAMELESS if figured is None else figured


def _figure(node: Node, depth: int) -> Maybe[str | None]:
    """Return the name that an expression gives its column, None where it gives none."""
    while node.child_count == 1 and node.type not in ("columnref", "func_expr_common_subexpr"):
        node = node.children[0]
    if depth > _MAX_DEPTH:
        return UNKNOWN
    if node.type == "columnref":
        return parts_of(node)[-1]
    if node.type == "func_application":
        return parts_of(node.children[0])[-1]
    if node.type == "func_expr_common_subexpr":
        word = (words(node) or ("",))[0]
        return word if word in _SUBEXPRESSIONS else UNKNOWN
    return _figure_compound(node, depth + 1)


def _figure_compound(node: Node, depth: int) -> Maybe[str | None]:
    kinds = [each.type for each in node.children]
    if kinds == ["(", "a_expr", ")"]:
        return _figure(node.children[1], depth)
    if "::" in kinds or "kw_collate" in kinds:
        named = _figure(node.children[0], depth)
        return UNKNOWN if named is None and "::" in kinds else named  # the type has a name of its own then
    if node.type == "case_expr":
        default = child(child(node, "case_default"), "a_expr")
        return (_figure(default, depth) if default is not None else None) or "case"
    return UNKNOWN if has(node, "array_expr", "kw_array", "kw_exists", "select_with_parens", "implicit_row") else None
