"""Conditions that only keep a migration from doing its work twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from tenantlint.lang.sql.expressions import conjuncts, parsed
from tenantlint.lang.sql.names import parts_of
from tenantlint.lang.sql.nodes import descend, has, leaves, text

if TYPE_CHECKING:
    from tree_sitter import Node

    Guard: TypeAlias = Literal["absent", "present", ""]

_IDEMPOTENT: Final = ("duplicate_", "undefined_", "invalid_schema_name", "42710", "42P07", "42701", "42P06", "23505")


def guard_of(condition: str) -> Guard:
    """Return what a condition asks the catalog: that a thing is ``absent``, or ``present``; '' for anything else.

    Where it asks for both, as before a rename, it is ``present``.
    """
    target = parsed(condition)
    if target is None:
        return ""
    found = {_guard(each) for each in conjuncts(target.children[0])}
    if len(found) == 1:
        return found.pop()
    return "" if "" in found else "present"


def _guard(node: Node) -> Guard:
    negated = has(node, "kw_not") and node.children[0].type == "kw_not"
    if negated:
        return _OPPOSITE[_guard(_bare(node.children[1]))] if len(node.children) == 2 else ""
    if node.type == "c_expr" and has(node, "kw_exists"):
        return "present" if _asks_catalog(node) else ""
    kinds = [each.type for each in node.children]
    if kinds[1:] in (["kw_is", "kw_null"], ["kw_is", "kw_not", "kw_null"]) and _is_lookup(node.children[0]):
        return "absent" if len(kinds) == 3 else "present"
    if len(kinds) == 3 and _asks_catalog(node) and text(node.children[2]) == "0":
        return _COMPARISONS.get(kinds[1], "")
    return ""


_COMPARISONS: Final[dict[str, Guard]] = {"=": "absent", ">": "present", "<>": "present"}
_OPPOSITE: Final[dict[str, Guard]] = {"absent": "present", "present": "absent", "": ""}


def _bare(node: Node) -> Node:
    while node.child_count == 1 or [each.type for each in node.children] == ["(", "a_expr", ")"]:
        node = node.children[0] if node.child_count == 1 else node.children[1]
    return node


def _asks_catalog(node: Node) -> bool:
    """Tell whether all that a subquery reads is in the system catalogs."""
    relations = [parts_of(each) for each in descend(node, "qualified_name")]
    return bool(relations) and all(
        parts[0] in ("pg_catalog", "information_schema") or parts[-1].startswith("pg_") for parts in relations
    )


def _is_lookup(node: Node) -> bool:
    """Tell whether an expression looks a name up in the catalog: ``to_regclass('users')``."""
    called = next(descend(node, "func_name"), None)
    return called is not None and parts_of(called)[-1].startswith("to_reg")


def handles_only_repeats(section: Node) -> bool:
    """Tell whether an EXCEPTION section only takes what a second run raises: ``duplicate_object`` and the like."""
    conditions = [text(each).strip("'") for node in descend(section, "proc_condition") for each in leaves(node)]
    names = [each.lower() for each in conditions if each.lower() != "sqlstate" and each.lower() != "or"]
    return bool(names) and all(name.startswith(_LOWER) for name in names)


_LOWER: Final = tuple(each.lower() for each in _IDEMPOTENT)
