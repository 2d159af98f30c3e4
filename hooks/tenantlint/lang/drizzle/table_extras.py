"""What a Drizzle table's third argument holds: indexes, constraints and policies, which are added there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenantlint.change import AddIndex, EnableSecurity, Patch, SwitchOnSecurity
from tenantlint.lang.drizzle.editing import (
    FUNCTIONS,
    Declared,
    arguments,
    links,
    named,
    next_token,
    opened,
    outermost,
    parameter,
    unwrapped,
    walk,
)
from tenantlint.lang.drizzle.importing import Imports, declarations, imports, resolver
from tenantlint.lang.lowering import RefusedError, session_value
from tenantlint.lang.text import merged
from tenantlint.names import camel_case
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable

    from tree_sitter import Node

    from tenantlint.change import Change
    from tenantlint.edit import Edit
    from tenantlint.lang.drizzle.editing import ScriptFile
    from tenantlint.lang.lowering import Lowering
    from tenantlint.schema import Table

    Write = Callable[[Callable[[str], str]], str]

_CORES = {"postgresql": "drizzle-orm/pg-core", "mysql": "drizzle-orm/mysql-core", "sqlite": "drizzle-orm/sqlite-core"}


def lower(change: Change, context: Lowering) -> Patch:
    """Return the edits of an AddIndex or an EnableSecurity. Raises RefusedError."""
    assert isinstance(change, AddIndex | EnableSecurity | SwitchOnSecurity)
    table = context.table(change.table_id)
    if table is None:
        raise RefusedError("the table is not there any more")
    declared = Declared(context.project, table)
    if isinstance(change, AddIndex):
        return Patch(merged(index_edits(context, declared, change.columns)))
    if isinstance(change, SwitchOnSecurity):
        return Patch((_switched_on(context, declared),))
    return Patch(merged(_secured(context, declared, change)))


def core(table: Table) -> str:
    """Return the module that has the functions for columns and indexes of a table's database."""
    return _CORES[table.dialect]


def index_edits(context: Lowering, declared: Declared, columns: tuple[str, ...]) -> list[Edit]:
    """Return the edits that add an index over columns (database names) to a table. Raises RefusedError."""
    table = declared.table
    found = [table.column(name) for name in columns]
    keys = [column.key for column in found if column is not None]
    if len(keys) < len(columns):
        raise RefusedError("the columns are not there any more")
    if any(index.columns == columns for index in table.indexes):
        raise RefusedError("the index is there already, in the table or outside of it")
    return new_index(context, declared, columns, keys)


def new_index(context: Lowering, declared: Declared, columns: tuple[str, ...], keys: list[str]) -> list[Edit]:
    """Return the edits that add an index over columns, which code calls ``keys``."""
    table, file = declared.table, declared.file
    if table.name is UNKNOWN:
        raise RefusedError("the name of the table is not known")
    wanted = Imports(file)
    index = wanted.name("index", core(table))
    name = file.quoted(f"{table.name}_{'_'.join(columns)}_idx")
    key = camel_case("_".join((*columns, "idx")))

    def write(reference: Callable[[str], str]) -> str:
        return f"{index}({name}).on({', '.join(map(reference, keys))})"

    return [*wanted.edits(), *add_extra(context, declared, key, write)]


def _switched_on(context: Lowering, declared: Declared) -> Edit:
    """Return the edit that lets a declaration end with ``.enableRLS()``."""
    if declared.table.rls.enabled is not False or not creates_tables(context, declared.file, declared.call):
        symbol = declared.table.symbol
        raise RefusedError(f"`{symbol}` is declared in a way that is not edited: add `.enableRLS()` to it by hand")
    return declared.file.insert(outermost(declared.call).end_byte, ".enableRLS()")


def _secured(context: Lowering, declared: Declared, change: EnableSecurity) -> list[Edit]:
    table, file = declared.table, declared.file
    column = table.column(change.tenant)
    if table.dialect != "postgresql" or table.name is UNKNOWN or column is None or column.type is UNKNOWN:
        raise RefusedError("the table or the type of its tenant column is not known")
    loose = [policy for policy in context.schema.detached_policies if policy.at.path == file.path]
    if table.policies or loose:
        raise RefusedError("the table has a policy already, or one outside of it that may be meant for it")
    wanted = Imports(file)
    policy, sql = wanted.name("pgPolicy", core(table)), wanted.name("sql", "drizzle-orm")
    name = file.quoted(f"{table.name}_tenant_isolation")
    key, kind = column.key, column.type

    def write(reference: Callable[[str], str]) -> str:
        check = f"{sql}`${{{reference(key)}}} = {template(session_value(change, kind))}`"
        step = file.step
        return f"{policy}({name}, {{\n{step}using: {check},\n{step}withCheck: {check},\n}})"

    return [*wanted.edits(), *add_extra(context, declared, "tenantIsolation", write)]


def template(text: str) -> str:
    """Return a text as a template literal holds it."""
    return text.replace("\\", "\\\\").replace("`", "\\`").replace("${", "\\${")


def add_extra(context: Lowering, declared: Declared, key: str, write: Write) -> list[Edit]:
    """Return the edits that add to the third argument of a table what ``write`` gives.

    It is given the function from the key of a column to the expression for it. ``key`` is what the item is called
    where the argument returns an object. Raises RefusedError.
    """
    file, extra = declared.file, declared.extra
    if extra is None:
        return [_new_extra(context, declared, key, write)]
    if extra.type not in FUNCTIONS:
        raise RefusedError(f"the third argument of `{declared.table.symbol}` is no function that stands there")
    holder = _returned(extra)
    asked: list[str] = []
    owner, edits = _owner(file, extra)
    pattern = parameter(extra)

    def reference(name: str) -> str:
        if owner:
            return declared.reference(name, owner)
        asked.append(name)
        return name

    text = write(reference)
    if pattern is not None and not owner:
        edits += _destructured(file, pattern, asked)
    if holder.type == "object":
        if key in _keys(file, holder):
            raise RefusedError(f"the third argument of `{declared.table.symbol}` has a `{key}` already")
        text = f"{key}: {text}"
    return [*edits, *file.append(holder, text)]


def _keys(file: ScriptFile, node: Node) -> set[str]:
    keys = (each.child_by_field_name("key") for each in named(node))
    return {file.text(key) for key in keys if key is not None}


def _returned(function: Node) -> Node:
    """Return the array or the object that a function returns. Raises RefusedError."""
    body = function.child_by_field_name("body")
    if body is not None and body.type == "statement_block":
        ends = [node for node in walk(body) if node.type == "return_statement"]
        given = named(ends[0]) if len(ends) == 1 and ends[0].parent == body else []
        body = given[0] if given else None
    body = unwrapped(body) if body is not None else None
    if body is None or body.type not in ("array", "object"):
        raise RefusedError("the third argument of the table returns something that is not edited")
    return body


def _owner(file: ScriptFile, function: Node) -> tuple[str, list[Edit]]:
    """Return what the function calls the table, with the edit that lets it; '' where it takes the table apart."""
    name = parameter(function)
    if name is not None:
        return (file.text(name) if name.type == "identifier" else ""), []
    listed = function.child_by_field_name("parameters")
    if listed is None or named(listed):
        raise RefusedError("the third argument of the table takes parameters that are not known")
    return "t", [file.insert(listed.start_byte + 1, "t")]


def _destructured(file: ScriptFile, pattern: Node, asked: list[str]) -> list[Edit]:
    """Return the edits that take more columns out of the table. Raises RefusedError where that is not simple."""
    present = dict(_taken(file, each) for each in named(pattern))
    plain = all(name.isidentifier() for name in [*present, *present.values(), *asked])
    if pattern.type != "object_pattern" or not plain or any(present.get(name, name) != name for name in asked):
        raise RefusedError("the third argument of the table takes it apart in a way that is not edited")
    return [edit for name in dict.fromkeys(asked) if name not in present for edit in file.append(pattern, name)]


def _taken(file: ScriptFile, node: Node) -> tuple[str, str]:
    """Return the variable that a part of an object pattern binds, and the key that it takes, as they are written."""
    key, value = node.child_by_field_name("key"), node.child_by_field_name("value")
    if node.type != "pair_pattern" or key is None or value is None:
        return file.text(node), file.text(node)
    return file.text(value), file.text(key)


def _new_extra(context: Lowering, declared: Declared, key: str, write: Write) -> Edit:
    file = declared.file
    if not creates_tables(context, file, declared.call):
        raise RefusedError(f"what declares `{declared.table.symbol}` may take no third argument")
    last = arguments(declared.call)[-1]
    owner, in_object = _habit(file)
    text = write(lambda name: declared.reference(name, owner))
    comma = next_token(last)
    has_comma = comma is not None and comma.type == ","
    begins_line = file.begins_line(last.start_byte)
    indent = file.indent(last.start_byte if begins_line else declared.call.start_byte)
    item = f"({{ {key}: {text} }})" if in_object else f"[{text}]"
    if "\n" in text:
        inner = text.replace("\n", f"\n{file.step}")
        inner = f"{key}: {inner}" if in_object else inner
        item = f"{'({' if in_object else '['}\n{file.step}{inner},\n{'})' if in_object else ']'}"
    item = f"({owner}) => {item}".replace("\n", f"\n{indent}")
    if has_comma and comma is not None:
        return file.insert(comma.end_byte, f"\n{indent}{item}," if begins_line else f" {item},")
    return file.insert(last.end_byte, f",\n{indent}{item}" if begins_line else f", {item}")


def _habit(file: ScriptFile) -> tuple[str, bool]:
    """Return what third arguments of the file call the table, and whether they return objects."""
    for node in walk(file.root):
        if node.type == "call_expression" and len(arguments(node)) == 3:
            extra = arguments(node)[2]
            name = parameter(extra) if extra.type == "arrow_function" else None
            body = extra.child_by_field_name("body")
            if name is not None and name.type == "identifier" and body is not None:
                holder = unwrapped(body)
                if holder.type in ("array", "object"):
                    return file.text(name), holder.type == "object"
    return "t", False


def creates_tables(context: Lowering, file: ScriptFile, call: Node) -> bool:
    """Return whether what a call calls is Drizzle's, and so takes a third argument."""
    function = call.child_by_field_name("function")
    if function is None:
        return False
    owner = function.child_by_field_name("object") if function.type == "member_expression" else function
    name = file.text(owner).partition(".")[0] if owner is not None else ""
    for _ in range(4):
        imported = dict(imports(file)).get(name)
        if imported is not None and imported.module.startswith("drizzle-orm"):
            return True
        if imported is None:
            return _is_creator(file, declarations(file).get(name), name)
        path = resolver(context.project).resolve(imported.module, file.path)
        if path is None:
            return False
        file, name = opened(context.project.source(path)), imported.name
    return False


def _is_creator(file: ScriptFile, statement: Node | None, name: str) -> bool:
    for node in walk(statement) if statement is not None else ():
        if node.type == "variable_declarator":
            declared, value = node.child_by_field_name("name"), node.child_by_field_name("value")
            if declared is not None and value is not None and file.text(declared) == name:
                root = links(file, value)
                return bool(root) and root[0][0].endswith(("TableCreator", "Schema"))
    return False
