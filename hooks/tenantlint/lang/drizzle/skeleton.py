"""A new Drizzle table at the end of a file: its key and its columns, as the other tables have them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.change import Patch
from tenantlint.edit import Edit
from tenantlint.lang.drizzle.editing import Declared, arguments, column_pair, links, opened, parameter, walk
from tenantlint.lang.drizzle.importing import Reach, declarations
from tenantlint.lang.lowering import RefusedError
from tenantlint.lang.text import merged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from tenantlint.lang.drizzle.editing import ScriptFile
    from tenantlint.lang.lowering import Lowering
    from tenantlint.lang.new_table import NewColumn, NewTable
    from tenantlint.schema import Column, Table

_CORE: Final = "drizzle-orm/pg-core"
_TYPES: Final = {
    "text": ("text", ""),
    "varchar": ("varchar", "length: {0}"),
    "integer": ("integer", ""),
    "bigint": ("bigint", 'mode: "number"'),
    "boolean": ("boolean", ""),
    "numeric": ("numeric", ""),
    "double": ("doublePrecision", ""),
    "date": ("date", ""),
    "timestamptz": ("timestamp", "withTimezone: true"),
    "uuid": ("uuid", ""),
    "jsonb": ("jsonb", ""),
}
"""The function of each type, and its options."""


def first(models: list[bytes]) -> str:
    """Return what a new file begins with, in the quotes and with the line ends of the others."""
    near = b"".join(models[:3])
    quote = "'" if near.count(b"'") > near.count(b'"') else '"'
    end = "" if near and b";" not in near else ";"
    return f"import {{ pgTable }} from {quote}{_CORE}{quote}{end}\n"


def last(text: str) -> str:
    """Return the text of a new file: its imports stand as they were added."""
    return text


def append(wanted: NewTable, path: str, context: Lowering) -> Patch:
    """Return the edits that add the table to a file, without what rules ask of it. Raises RefusedError."""
    file = opened(context.project.source(path))
    if wanted.symbol in declarations(file):
        raise RefusedError(f"`{path}` declares `{wanted.symbol}` already")
    reach = Reach(context.project, file)
    creator = _creator(context, reach)
    lines = [_key(context, file, reach)]
    if wanted.tenant is not None:
        key = wanted.tenant
        lines.append(f"{key}: {reach.imports.name('uuid', _CORE)}({file.quoted(key)}).notNull()")
    lines += (_column(each, file, reach) for each in wanted.columns if each.reference is None)
    step = file.step
    body = "".join(f"{step}{line}".replace("\n", f"\n{step}") + ",\n" for line in lines)
    end = file.end_of_statement
    text = f"export const {wanted.symbol} = {creator}({file.quoted(wanted.name)}, {{\n{body}}}){end}\n"
    gap = "\n" if file.data.endswith(b"\n") or not file.data else "\n\n"
    return Patch(merged([*reach.edits(), Edit(path, len(file.data), len(file.data), gap + text)]))


def _tables(context: Lowering) -> Iterator[Table]:
    return (table for table in context.schema.tables if table.orm == "drizzle" and table.dialect == "postgresql")


def _creator(context: Lowering, reach: Reach) -> str:
    """Return the function that makes a table: the project's own (``pgTableCreator``, a schema's) where most use it."""
    found: dict[str, int] = {}
    origins: dict[str, ScriptFile] = {}
    for table in _tables(context):
        try:
            declared = Declared(context.project, table)
        except (RefusedError, OSError):
            continue
        function = declared.call.child_by_field_name("function")
        text = declared.file.text(function) if function is not None else ""
        found[text] = found.get(text, 0) + 1
        origins.setdefault(text, declared.file)
    most = max(found, key=lambda text: found[text], default="pgTable")
    if most != "pgTable" and found[most] * 2 > sum(found.values()):
        root, dot, rest = most.partition(".")
        if root.isidentifier() and rest in ("", "table", "withRLS"):
            try:
                return reach.name(root, origins[most]) + dot + rest
            except RefusedError:
                pass
    return reach.imports.name("pgTable", _CORE)


def _ids(context: Lowering) -> dict[str, list[Column]]:
    found: dict[str, list[Column]] = {}
    for table in _tables(context):
        for column in table.columns:
            if column.key == "id" and table.primary_key == (column.name,):
                if any(key.columns == (column.name,) for key in table.foreign_keys):
                    continue
                try:
                    file, pair, _ = column_pair(context.project, column)
                except (RefusedError, OSError):
                    continue
                found.setdefault(file.text(pair), []).append(column)
    return found


def _key(context: Lowering, file: ScriptFile, reach: Reach) -> str:
    """Return the declaration of ``id`` as most tables have it."""
    found = _ids(context)
    for text in sorted(found, key=lambda text: -len(found[text])):
        origin, _, value = column_pair(context.project, found[text][0])
        try:
            return f"id: {_reached(origin, value, reach)}"
        except RefusedError:
            continue
    return f"id: {reach.imports.name('uuid', _CORE)}({file.quoted('id')}).primaryKey().defaultRandom()"


def _reached(origin: ScriptFile, value: Node, reach: Reach) -> str:
    """Return an expression of another file, with what it names reached from here. Raises RefusedError."""
    if value.type != "call_expression" or not links(origin, value):
        raise RefusedError("it is made by something else than a chain of calls")
    parts: list[str] = []
    done = value.start_byte
    builder = _builder(origin, value)
    for node in walk(value):
        if node.type != "identifier" or origin.text(node) in ("undefined", "Date", "Math", "crypto", "JSON"):
            continue
        if origin.text(node) == builder:
            node, name = _built(origin, node, reach)
        else:
            name = reach.name(origin.text(node), origin)
        parts += (origin.slice(done, node.start_byte), name)
        done = node.end_byte
    parts.append(origin.slice(done, value.end_byte))
    indent = origin.indent(value.start_byte)
    return "".join(parts).replace("\r\n", "\n").replace(f"\n{indent}", "\n")


def _builder(origin: ScriptFile, value: Node) -> str:
    """Return what the function that makes the columns calls its parameter: ``t`` in ``(t) => ({ id: t.uuid() })``."""
    node = value.parent
    while node is not None and node.type != "arrow_function":
        node = node.parent
    name = parameter(node) if node is not None else None
    return origin.text(name) if name is not None and name.type == "identifier" else ""


def _built(origin: ScriptFile, node: Node, reach: Reach) -> tuple[Node, str]:
    """Return ``t.uuid``, where ``node`` is its ``t``, and how the file calls that function."""
    member = node.parent
    function = member.child_by_field_name("property") if member is not None else None
    if member is None or function is None or member.type != "member_expression":
        raise RefusedError(f"`{origin.text(node)}` is no module's")
    return member, reach.imports.name(origin.text(function), _CORE)


def _column(column: NewColumn, file: ScriptFile, reach: Reach) -> str:
    function, options = _TYPES[column.type]
    if column.type == "numeric" and column.sizes:
        options = "precision: {0}, scale: {1}"
    options = options.format(*column.sizes).replace('"', file.quote)
    given = file.quoted(column.name) + (f", {{ {options} }}" if options else "")
    null = "" if column.nullable else ".notNull()"
    return f"{column.key}: {reach.imports.name(function, _CORE)}({given}){null}"


def loosen(table: Table, key: str, context: Lowering) -> tuple[Edit, ...]:
    """Return the edits that let a foreign key of a new table be NULL."""
    column = next((each for each in table.columns if each.key == key), None)
    if column is not None:
        file, _, value = column_pair(context.project, column)
        for name, call in links(file, value):
            if name == "notNull" and not arguments(call):
                function = call.child_by_field_name("function")
                owner = function.child_by_field_name("object") if function is not None else None
                if owner is not None:
                    return (file.replace(owner.end_byte, call.end_byte, ""),)
    raise RefusedError(f"`{key}` is declared in a way that is not edited: leave out its `?`")
