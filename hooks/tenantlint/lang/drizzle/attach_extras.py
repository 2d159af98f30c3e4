"""Moves an index, a unique constraint or a policy that stands outside of its table into the third argument."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tenantlint.change import AttachIndex, Patch
from tenantlint.lang.drizzle.editing import Declared, named, opened, outermost, walk
from tenantlint.lang.drizzle.importing import SUFFIXES, imports
from tenantlint.lang.drizzle.table_extras import add_extra
from tenantlint.lang.lowering import RefusedError
from tenantlint.lang.text import merged
from tenantlint.names import camel_case

if TYPE_CHECKING:
    from collections.abc import Callable

    from tree_sitter import Node

    from tenantlint.change import Change
    from tenantlint.edit import Edit
    from tenantlint.lang.drizzle.editing import ScriptFile
    from tenantlint.lang.lowering import Lowering
    from tenantlint.schema import Table


def lower(change: Change, context: Lowering) -> Patch:
    """Return the edits of an AttachIndex. Raises RefusedError."""
    assert isinstance(change, AttachIndex)
    table = context.table(change.table_id)
    if table is None:
        raise RefusedError("the table is not there any more")
    return Patch(merged(_attached(context, Declared(context.project, table), change)))


def _attached(context: Lowering, declared: Declared, change: AttachIndex) -> list[Edit]:
    table, file = declared.table, declared.file
    loose = [each.at for each in table.indexes if not each.attached]
    loose += [each.at for each in table.unique_constraints if not each.attached]
    loose += [each.at for each in context.schema.detached_policies if not each.attached]
    if change.at not in loose:
        raise RefusedError("it is attached to a table already")
    if change.at.path != file.path:
        raise RefusedError(
            f"it is declared in another file than `{table.symbol}`: move it into the table's third argument by hand"
        )
    chain = outermost(file.node_at(change.at, "call_expression"))
    statement = _statement(context, file, chain)

    def write(reference: Callable[[str], str]) -> str:
        return _moved(file, chain, table, reference)

    key = camel_case(_variable(file, chain) or "item")
    return [_deleted(file, statement), *add_extra(context, declared, key, write)]


def _moved(file: ScriptFile, chain: Node, table: Table, reference: Callable[[str], str]) -> str:
    """Return the text of a chain with the columns of its table as the third argument calls them."""
    data, shift = file.text(chain), file.indent(chain.start_byte)
    keys = {column.key for column in table.columns}
    parts: list[str] = []
    done = chain.start_byte
    for node in walk(chain):
        if node.type != "identifier" or file.text(node) != table.symbol:
            continue
        member = node.parent
        name = member.child_by_field_name("property") if member is not None else None
        if member is None or name is None or file.text(name) not in keys:
            raise RefusedError(f"it uses `{table.symbol}` in a way that is not edited")
        parts += (file.slice(done, member.start_byte), reference(file.text(name)))
        done = member.end_byte
    if not parts:
        return data.replace(f"\n{shift}", "\n")
    text = "".join((*parts, file.slice(done, chain.end_byte)))
    return text.replace("\r\n", "\n").replace(f"\n{shift}", "\n")


def _variable(file: ScriptFile, chain: Node) -> str:
    holder = chain.parent
    name = holder.child_by_field_name("name") if holder is not None and holder.type == "variable_declarator" else None
    return file.text(name) if name is not None else ""


def _statement(context: Lowering, file: ScriptFile, chain: Node) -> Node:
    """Return the statement at the top of the file that holds nothing but a chain. Raises RefusedError for others."""
    node = chain.parent
    if node is not None and node.type == "variable_declarator":
        name = _variable(file, chain)
        node = node.parent
        if node is None or len(named(node)) != 1:
            raise RefusedError("it is declared together with others")
        _refuse_used(context, file, name)
    if node is not None and node.parent is not None and node.parent.type == "export_statement":
        node = node.parent
    if node is None or node.parent is None or node.parent.type != "program":
        raise RefusedError("it is no statement of its own")
    return node


def _refuse_used(context: Lowering, file: ScriptFile, name: str) -> None:
    kinds = ("identifier", "shorthand_property_identifier")
    uses = [node for node in walk(file.root) if node.type in kinds and file.text(node) == name]
    if len(uses) != 1:
        raise RefusedError(f"`{name}` is used elsewhere in `{file.path}`")
    word = re.compile(rb"(?<![\w$])" + re.escape(name.encode()) + rb"(?![\w$])")
    for path in sorted(context.project.files):
        if path == file.path or not path.endswith(SUFFIXES):
            continue
        try:
            found = word.search(context.project.read(path))
        except OSError:
            continue
        if found and _takes(opened(context.project.source(path)), name):
            raise RefusedError(f"`{name}` is used in `{path}`")


def _takes(file: ScriptFile, name: str) -> bool:
    """Return whether a file may import a name, by itself or as a member of a whole module, or exports it again."""
    bound = dict(imports(file))
    if any(imported.name == name for imported in bound.values()):
        return True
    modules = {local for local, imported in bound.items() if imported.name == "*"}
    for node in walk(file.root):
        if node.type == "export_specifier" and file.text(named(node)[0]) == name:
            return True
        if node.type == "member_expression" and file.text(node) in {f"{module}.{name}" for module in modules}:
            return True
    return False


def _deleted(file: ScriptFile, statement: Node) -> Edit:
    """Return the edit that deletes a statement with its lines, and one of the blank lines around it."""
    start, end = file.line_start(statement.start_byte), file.line_end(statement.end_byte)
    if not file.begins_line(statement.start_byte) or file.data[statement.end_byte : end].strip(b"; \t"):
        return file.replace(statement.start_byte, statement.end_byte, "")
    starts = file.source.line_starts
    line = file.source.line_of(end)
    after = starts[line] if line < len(starts) else len(file.data)
    before = file.line_start(start - 1) if start else 0
    if start and not file.data[before:start].strip() and not file.data[after : file.line_end(after)].strip():
        start = before
    return file.replace(start, after, "")
