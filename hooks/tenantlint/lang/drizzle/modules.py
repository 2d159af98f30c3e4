"""Imports and exports: from tree-sitter's nodes to ``lang/ir.py``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.lang import ir
from tenantlint.lang.drizzle.statements import statement
from tenantlint.lang.values import bound_names

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tree_sitter import Node

    from tenantlint.lang.drizzle.lower import Lowering, LowerStatement


_TYPE_WORDS: Final = ("type", "typeof")


def _is_type_only(node: Node) -> bool:
    """Tell whether ``type`` stands behind ``import`` or ``export``: such names have no value.

    The grammar does not know ``export type *`` and gives an error node around the word.
    """
    return any(child.type in _TYPE_WORDS or _is_error_around(child, "type") for child in node.children[:2])


def _is_error_around(node: Node, word: str) -> bool:
    return node.is_error and node.child_count == 1 and node.children[0].type == word


def _source(low: Lowering, node: Node) -> str | None:
    source = node.child_by_field_name("source")
    if source is None:
        return None
    value = low.expression(source)
    return str(value.value) if isinstance(value, ir.Const) else None


def _import(low: Lowering, node: Node, out: list[ir.Stmt]) -> None:
    if _is_type_only(node):
        return
    start, end = node.start_byte, node.end_byte
    module = _source(low, node)
    names: list[ir.ImportedName] = []
    for clause in node.named_children:
        if clause.type == "import_require_clause":
            module = _source(low, clause) or ""
            out.append(ir.ImportModule(start, end, module, low.text(clause.named_children[0])))
        elif clause.type == "import_clause" and module is not None:
            _import_clause(low, clause, module, names, out)
    if names and module is not None:
        out.append(ir.ImportFrom(start, end, module, 0, tuple(names)))


def _import_clause(low: Lowering, clause: Node, module: str, names: list[ir.ImportedName], out: list[ir.Stmt]) -> None:
    for part in clause.named_children:
        if part.type == "identifier":
            names.append(ir.ImportedName(part.start_byte, part.end_byte, "default", low.text(part)))
        elif part.type == "namespace_import":
            alias = low.text(low.named(part)[0])
            out.append(ir.ImportModule(part.start_byte, part.end_byte, module, alias))
        elif part.type == "named_imports":
            names.extend(_specifiers(low, part))


def _specifiers(low: Lowering, node: Node) -> list[ir.ImportedName]:
    """Return the names in braces after ``import`` or ``export``, those of types left out."""
    names: list[ir.ImportedName] = []
    for child in low.named(node):
        name, alias = child.child_by_field_name("name"), child.child_by_field_name("alias")
        if name is not None and child.children[0].type not in _TYPE_WORDS:
            local = _module_name(low, name)
            names.append(
                ir.ImportedName(
                    child.start_byte, child.end_byte, local, local if alias is None else _module_name(low, alias)
                )
            )
    return names


def _module_name(low: Lowering, node: Node) -> str:
    text = low.text(node)
    return text[1:-1] if node.type == "string" else text


def _export(low: Lowering, node: Node, out: list[ir.Stmt]) -> None:
    if _is_type_only(node):
        return
    declaration, value = node.child_by_field_name("declaration"), node.child_by_field_name("value")
    is_default = any(child.type == "default" for child in node.children[:3])
    if declaration is not None:
        _export_declaration(low, declaration, is_default, out)
    elif value is not None:
        _export_default(low, value, out)
    else:
        _export_names(low, node, out)


def _export_declaration(low: Lowering, node: Node, is_default: bool, out: list[ir.Stmt]) -> None:
    first = len(out)
    statement(low, node, out)
    names = [
        ir.ImportedName(node.start_byte, node.end_byte, name, "default" if is_default else name)
        for item in out[first:]
        for name in bound_names(item)
    ]
    if names:
        out.append(ir.Export(node.start_byte, node.end_byte, tuple(names)))


def _export_default(low: Lowering, node: Node, out: list[ir.Stmt]) -> None:
    start, end = node.start_byte, node.end_byte
    if node.type == "identifier":
        out.append(ir.Export(start, end, (ir.ImportedName(start, end, low.text(node), "default"),)))
        return
    out.append(ir.Assign(start, end, (ir.Name(start, start, "default"),), low.expression(node)))
    out.append(ir.Export(start, end, (ir.ImportedName(start, end, "default", "default"),)))


def _export_names(low: Lowering, node: Node, out: list[ir.Stmt]) -> None:
    start, end = node.start_byte, node.end_byte
    module = _source(low, node)
    for child in node.children:
        if child.type == "export_clause":
            out.append(ir.Export(start, end, tuple(_specifiers(low, child)), module))
        elif child.type == "namespace_export" and module is not None:
            out.append(ir.Export(start, end, (), module, True, _module_name(low, low.named(child)[0])))
        elif child.type == "*" and module is not None:
            out.append(ir.Export(start, end, (), module, True))


def _namespace(low: Lowering, node: Node, out: list[ir.Stmt]) -> None:
    """Lower a TypeScript namespace to the object of its exports, which a function returns that is called at once."""
    name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
    if name is None or body is None or name.type != "identifier":
        return
    start, end = node.start_byte, node.end_byte
    low.declared.append(set())
    inner = low.settled(low.block(body))
    low.declared.pop()
    exported = [item for part in inner if isinstance(part, ir.Export) and part.module is None for item in part.names]
    entries = tuple(
        ir.Entry(item.start, item.end, ir.Const(start, start, item.alias), ir.Name(start, start, item.name))
        for item in exported
    )
    returned = ir.Return(start, end, ir.Mapping(start, end, entries))
    function = ir.Func(start, end, "", (), (*(part for part in inner if not isinstance(part, ir.Export)), returned))
    place = ir.Name(name.start_byte, name.end_byte, low.text(name))
    out.append(ir.Assign(start, end, (place,), ir.Call(start, end, function, ())))


STATEMENTS: Final[Mapping[str, LowerStatement]] = {
    "export_statement": _export,
    "import_statement": _import,
    "internal_module": _namespace,
}
