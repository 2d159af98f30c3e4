"""What local types are made of: results of statements, dictionaries, unions, and what functions show of themselves."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final, TypeAlias
from weakref import WeakKeyDictionary

from tenantlint.lang.sqlmodel.inference import FIRST, OTHER, STATEMENT_STEPS, Env, Typed, last_name
from tenantlint.lang.sqlmodel.rename.file import members

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenantlint.lang.sqlmodel.rename.file import Function, ProjectClass

EITHER: Final = "|"
"""What stands between the ids in ``Typed.table`` of a row that is of one class or another."""

Assignment: TypeAlias = "ast.Assign | ast.AnnAssign"
_ASSIGNED: WeakKeyDictionary[ast.ClassDef, dict[str, list[tuple[Function, Assignment]]]] = WeakKeyDictionary()

TYPES: Final = frozenset({"Type", "type"})
_ALL: Final = frozenset({"all", "fetchall", "tuples", "unique"})


def either(found: list[Typed | None]) -> Typed | None:
    """Return what is one of several things; what has no table's attributes is left out."""
    rest = [each for each in dict.fromkeys(found) if each is not OTHER]
    if None in rest or not rest:
        return None if rest or not found else OTHER
    if len(rest) > 1 and all(each is not None and each.kind == "row" for each in rest):
        return Typed("row", EITHER.join(each.table for each in rest if each is not None))
    return rest[0] if len(rest) == 1 else None


def of_many(head: str, inner: Typed | None) -> Typed | None:
    """Return what a type with brackets says, from its name and what stands in them."""
    if inner is None or inner.kind != "row":
        return OTHER if inner is OTHER else None
    return Typed("class" if head in TYPES else "rows", inner.table)


def of_map(base: Typed, node: ast.Call, method: str) -> Typed | None:
    """Return what a method of a dictionary of rows gives; another default than None is not known to be one."""
    plain = len(node.args) < 2 or (isinstance(node.args[1], ast.Constant) and node.args[1].value is None)
    if method in ("get", "pop") and plain:
        return Typed("row", base.table)
    return Typed("rows", base.table) if method == "values" else base if method == "copy" else None


def of_multi(base: Typed, method: str) -> Typed | None:
    """Return what a method of a statement for several tables, or of its result, gives."""
    if base.kind == "multi" and method in STATEMENT_STEPS:
        return base
    if method in _ALL:
        return Typed("multis", base.table)
    return Typed("tuple", base.table) if method in FIRST else None


def root(node: ast.expr) -> str:
    """Return the first of dotted names, '' where it is none."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def yields(node: Function) -> Iterator[ast.AST]:
    """Give the places where a function yields."""
    return (each for each in ast.walk(node) if isinstance(each, (ast.Yield, ast.YieldFrom)))


def is_fixture(node: Function) -> bool:
    """Return whether a function is a fixture of pytest."""
    heads = (each.func if isinstance(each, ast.Call) else each for each in node.decorator_list)
    return any(last_name(each) == "fixture" for each in heads)


def set_in_init(cls: ProjectClass, name: str) -> tuple[Function, Assignment] | None:
    """Return the assignment to ``self.name`` in the constructor of a class, where there is no other in the class."""
    if cls.node not in _ASSIGNED:
        _ASSIGNED[cls.node] = _assigned(cls)
    found = _ASSIGNED[cls.node].get(name, [])
    return found[0] if len(found) == 1 and found[0][0].name == "__init__" else None


def _assigned(cls: ProjectClass) -> dict[str, list[tuple[Function, Assignment]]]:
    """Return the assignments to attributes of ``self`` in the methods of a class, by attribute."""
    found: dict[str, list[tuple[Function, Assignment]]] = {}
    for function in cls.node.body:
        if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
            for node in ast.walk(function):
                if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
                    for name in _set(node):
                        found.setdefault(name, []).append((function, node))
    return found


def _set(node: Assignment) -> set[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return {
        target.attr for target in targets if isinstance(target, ast.Attribute) and last_name(target.value) == "self"
    }


def self_of(node: Function, cls: ProjectClass) -> Env:
    """Return what the first parameter of a method is."""
    params = [*node.args.posonlyargs, *node.args.args]
    decorators = {last_name(each.func if isinstance(each, ast.Call) else each) for each in node.decorator_list}
    if not params or "staticmethod" in decorators:
        return {}
    of_class = decorators & {"classmethod", "field_validator", "validator", "root_validator", "declared_attr"}
    is_class = bool(of_class) or node.name in ("__new__", "__init_subclass__") or params[0].arg == "cls"
    return {params[0].arg: Typed("class" if is_class else "row", cls.id)}


def takes(node: Function, name: str) -> bool:
    """Return whether a function has a parameter with a name."""
    return any(param.arg == name for param in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs))


def has_alias(cls: ProjectClass, name: str) -> bool:
    """Return whether the field is filled by another name than its own, or may be."""
    aliases = ("alias", "validation_alias")
    fields = [each for node in members(cls.node.body, name) for each in ast.walk(node) if isinstance(each, ast.keyword)]
    configured = [each for node in members(cls.node.body, "model_config") for each in ast.walk(node)]
    generated = any("alias_generator" in (getattr(each, "arg", ""), getattr(each, "value", "")) for each in configured)
    return generated or any(each.arg in aliases for each in fields)


def json_alias(cls: ProjectClass, name: str) -> bool:
    """Return whether the field has a name of its own in JSON."""
    aliases = ("alias", "serialization_alias")
    return any(
        isinstance(each, ast.keyword) and each.arg in aliases
        for node in members(cls.node.body, name)
        for each in ast.walk(node)
    )


def makes_camel(cls: ProjectClass) -> bool:
    """Return whether the configuration of a class makes the names in JSON camelCase."""
    configured = [each for node in members(cls.node.body, "model_config") for each in ast.walk(node)]
    values = [each.value for each in configured if isinstance(each, ast.keyword) and each.arg == "alias_generator"]
    values += [
        value
        for each in configured
        if isinstance(each, ast.Dict)
        for key, value in zip(each.keys, each.values, strict=True)
        if isinstance(key, ast.Constant) and key.value == "alias_generator"
    ]
    return any(last_name(value) == "to_camel" for value in values)


def in_order(node: ast.AST) -> list[ast.Attribute]:
    """Return the attributes in an expression as their names follow each other in the text."""
    found = [each for child in ast.iter_child_nodes(node) for each in in_order(child)]
    return [*found, node] if isinstance(node, ast.Attribute) else found
