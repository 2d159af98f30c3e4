"""Adds a tenant column or a timestamp to a Drizzle table, written as the other tables of the project have it."""

from __future__ import annotations

from posixpath import dirname
from typing import TYPE_CHECKING, Final

from tenantlint.change import AddTenant, AddTimestamp, Patch
from tenantlint.edit import apply
from tenantlint.lang.drizzle.column_chains import update_edits
from tenantlint.lang.drizzle.editing import (
    Declared,
    ScriptFile,
    arguments,
    column_pair,
    links,
    named,
    opened,
    parameter,
    string_value,
    unwrapped,
    walk,
)
from tenantlint.lang.drizzle.importing import Reach, declarations, imports
from tenantlint.lang.drizzle.table_extras import core, new_index
from tenantlint.lang.lowering import RefusedError
from tenantlint.lang.text import merged
from tenantlint.names import camel_case, snake_case
from tenantlint.record import Record
from tenantlint.schema import UNKNOWN
from tenantlint.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tree_sitter import Node

    from tenantlint.change import Change
    from tenantlint.edit import Edit
    from tenantlint.lang.lowering import Lowering
    from tenantlint.schema import Column, Table

_INTEGERS: Final = {"serial": "integer", "bigserial": "bigint", "smallserial": "smallint"}
_FILE_NAME: Final = "column.ts"


class Model(Record):
    """The property of another table that declares a column as it is to be, its file and its value."""

    column: Column
    file: ScriptFile
    pair: Node
    value: Node


class _Work(Record):
    """One change: where it is made, what other files must be reached for it, and the key of the new column."""

    change: AddTenant | AddTimestamp
    context: Lowering
    declared: Declared
    reach: Reach
    key: str


def lower(change: Change, context: Lowering) -> Patch:
    """Return the edits of an AddTenant or an AddTimestamp. Raises RefusedError."""
    assert isinstance(change, AddTenant | AddTimestamp)
    table = context.table(change.table_id)
    if table is None:
        raise RefusedError("the table is not there any more")
    declared = Declared(context.project, table)
    declared.refuse_taken(change.name, camel_case(change.name))
    key = change.name if _is_snake(context, table) else camel_case(change.name)
    edits = _column(change, context, declared, key)
    if isinstance(change, AddTenant):
        edits += new_index(context, declared, (change.name,), [key])
    return Patch(merged(edits))


def _is_snake(context: Lowering, table: Table) -> bool:
    """Return whether the keys of a table are in snake case, or where it has none of two words, those of the others."""
    for tables in ((table,), context.schema.tables):
        keys = [column.key for each in tables if each.orm == "drizzle" for column in each.columns]
        snake = sum("_" in key.strip("_") for key in keys)
        camel = sum(camel_case(key) == key != snake_case(key) for key in keys)
        if snake != camel:
            return snake > camel
    return True


def _column(change: AddTenant | AddTimestamp, context: Lowering, declared: Declared, key: str) -> list[Edit]:
    ways = (_spread, _copied)
    for model in _models(context, _serving(change, context, declared.table)):
        for take in ways:
            try:
                return take(_Work(change, context, declared, Reach(context.project, declared.file), key), model)
            except RefusedError:
                continue
    work = _Work(change, context, declared, Reach(context.project, declared.file), key)
    text = _tenant(work, change) if isinstance(change, AddTenant) else _timestamp(work, change)
    return _inserted(work, text)


def _serving(change: AddTenant | AddTimestamp, context: Lowering, own: Table) -> Iterator[Column]:
    """Yield the columns of other tables that are what a table is to get."""
    for table in context.schema.tables:
        column = table.column(change.name)
        if (table.orm, table.dialect) != ("drizzle", own.dialect) or column is None:
            continue
        if isinstance(change, AddTimestamp) and change.nullable:
            if column.nullable is True and (own.dialect != "postgresql" or str(column.type).startswith("timestamptz")):
                yield column
        elif column.nullable is not False:
            continue
        elif isinstance(change, AddTenant):
            keys = [key for key in table.foreign_keys if key.columns == (change.name,)]
            if any(key.target_id == change.target_id for key in keys) if change.target_id else not keys:
                yield column
        elif column.has_default is True and column.default_call is None and column.on_update is change.on_update:
            yield column


def _models(context: Lowering, columns: Iterable[Column]) -> list[Model]:
    """Return the declarations of columns, those that most tables have first; each declaration once."""
    found: dict[str, Model] = {}
    counts: dict[str, int] = {}
    for column in columns:
        try:
            file, pair, value = column_pair(context.project, column)
        except RefusedError:
            continue
        text = file.text(pair)
        found.setdefault(text, Model(column, file, pair, value))
        counts[text] = counts.get(text, 0) + 1
    return [found[text] for text in sorted(found, key=lambda text: -counts[text])]


def _spread(work: _Work, model: Model) -> list[Edit]:
    """Return the edits that spread an object which has the column and nothing else. Raises RefusedError."""
    holder = model.pair.parent
    variable = holder.parent if holder is not None else None
    while variable is not None and variable.type in ("as_expression", "satisfies_expression"):
        variable = variable.parent
    if holder is None or variable is None or variable.type != "variable_declarator" or len(named(holder)) != 1:
        raise RefusedError("no object has this column alone")
    name = variable.child_by_field_name("name")
    file = work.declared.file
    text = work.reach.name(model.file.text(name), model.file) if name is not None else ""
    if model.file.path == file.path and variable.start_byte > work.declared.call.start_byte:
        raise RefusedError("the object is declared after the table")
    last = named(work.declared.columns)
    if not text or not last:
        raise RefusedError("the table has no columns")
    return [*work.reach.edits(), *file.add_after(last[-1], f"...{text}")]


def _copied(work: _Work, model: Model) -> list[Edit]:
    calls = [name for name, _ in links(model.file, model.value)]
    if isinstance(work.change, AddTenant) and work.change.target_id and "references" not in calls:
        raise RefusedError("its foreign key is declared elsewhere")
    return _inserted(work, _copy(work, model))


def _copy(work: _Work, model: Model) -> str:
    """Return the declaration of a column as another table has it, under the key that it gets here."""
    file, value = model.file, model.value
    _refuse_unnamed(work, model)
    builder = _builder(model)
    parts: list[str] = [f"{work.key}: "]
    done = value.start_byte
    for node in walk(value):
        name = file.text(node) if node.type in ("identifier", "shorthand_property_identifier") else ""
        if not name or name in ("undefined", "Date", "Math", "crypto", "JSON") or _is_inner(file, value, name):
            continue
        if builder and name == builder:
            if not work.declared.builder:
                raise RefusedError("the columns of the table are not made by a function")
            text = work.declared.builder[:-1]
        else:
            _refuse_later(work, model, node, name)
            text = work.reach.name(name, file)
        if text != name and node.type != "identifier":
            raise RefusedError(f"`{name}` has another name in `{work.declared.file.path}`")
        parts += (file.slice(done, node.start_byte), text)
        done = node.end_byte
    parts.append(file.slice(done, value.end_byte))
    indent = file.indent(model.pair.start_byte)
    return "".join(parts).replace("\r\n", "\n").replace(f"\n{indent}", "\n")


def _refuse_unnamed(work: _Work, model: Model) -> None:
    """Raise RefusedError where the key names the column and would not do so here: in another style, or elsewhere."""
    chain = links(model.file, model.value)
    given = arguments(chain[0][1]) if chain else []
    if given and given[0].type == "string":
        return
    is_plain = model.column.key == model.column.name
    if is_plain is not (work.key == work.change.name):
        raise RefusedError("the column is named by its key")
    if not is_plain and dirname(model.file.path) != dirname(work.declared.file.path):
        raise RefusedError("the column is named by the style of another folder")


def _builder(model: Model) -> str:
    """Return the parameter of the function that makes the columns which a model is one of, '' where there is none."""
    node: Node | None = model.pair
    while node is not None and node.type not in ("arrow_function", "program"):
        node = node.parent
    name = parameter(node) if node is not None and node.type == "arrow_function" else None
    return model.file.text(name) if name is not None else ""


def _is_inner(file: ScriptFile, value: Node, name: str) -> bool:
    """Return whether a name is a parameter of a function in the declaration."""
    return any(
        each.type == "identifier" and file.text(each) == name
        for node in walk(value)
        if node.type in ("formal_parameters", "required_parameter")
        for each in walk(node)
    )


def _refuse_later(work: _Work, model: Model, node: Node, name: str) -> None:
    """Raise RefusedError where a name is used at once that the file declares after the table."""
    if model.file.path != work.declared.file.path:
        return
    statement = declarations(model.file).get(name)
    later = statement is not None and statement.start_byte > work.declared.call.start_byte
    up: Node | None = node
    while later and up is not None and up != model.pair:
        if up.type == "arrow_function":
            return
        up = up.parent
    if later or (statement is None and name not in dict(imports(model.file))):
        raise RefusedError(f"`{name}` is not declared before the table")


def _inserted(work: _Work, text: str) -> list[Edit]:
    """Return the edits that add a property to the columns: a tenant behind the keys, a time behind all."""
    declared, table = work.declared, work.declared.table
    items = named(declared.columns)
    if not items:
        return [*work.reach.edits(), *declared.file.append(declared.columns, text)]
    last = items[-1]
    if isinstance(work.change, AddTenant):
        keys = {name for key in table.foreign_keys if key.columns is not UNKNOWN for name in key.columns}
        places = {column.at.start for column in table.columns if column.primary_key is True or column.name in keys}
        last = next((item for item in reversed(items) if item.start_byte in places), items[0])
    return [*work.reach.edits(), *declared.file.add_after(last, text)]


def _tenant(work: _Work, change: AddTenant) -> str:
    target = work.context.table(change.target_id or "")
    if target is None:
        raise RefusedError("which type the tenant column has cannot be told: the project declares no table of tenants")
    keys = [column for column in target.columns if column.primary_key is True]
    if len(keys) != 1 or target.orm != "drizzle":
        raise RefusedError(f"the primary key of `{target.symbol}` is not one column")
    origin, _, value = column_pair(work.context.project, keys[0])
    function = _function(work, origin, links(origin, value)[0] if value.type == "call_expression" else None)
    options = [origin.text(each) for each in arguments(links(origin, value)[0][1]) if each.type != "string"]
    file = work.declared.file
    given = ", ".join([file.quoted(change.name), *options])
    home = opened(work.context.project.source(target.at.path))
    reference = f"{work.reach.name(target.symbol, home)}.{keys[0].key}"
    typed = "()"
    if file.path.endswith("ts") and leads_to(work.context, target, work.declared.table):
        typed = f"(): {work.reach.imports.name('AnyPgColumn', core(target), is_type=True)}"
        if target.dialect != "postgresql":
            raise RefusedError(f"`{target.symbol}` references `{work.declared.table.symbol}` in its turn")
    return f"{work.key}: {function}({given}).notNull().references({typed} => {reference})"


def _function(work: _Work, origin: ScriptFile, root: tuple[str, Node] | None) -> str:
    """Return the function that makes a column of the type which the column of a chain's root has."""
    if root is None:
        raise RefusedError("the tenants' key is declared in a way that is not copied")
    callee = root[1].child_by_field_name("function")
    imported = dict(imports(origin)).get(root[0])
    plain = callee is not None and callee.type == "identifier"
    if plain and (imported is None or not imported.module.startswith("drizzle-orm")):
        raise RefusedError("the tenants' key is made by a function of the project")
    given = imported.name if plain and imported is not None else root[0]
    name = _INTEGERS.get(given, given)
    if work.declared.builder:
        return f"{work.declared.builder}{name}"
    return work.reach.imports.name(name, core(work.declared.table))


def leads_to(context: Lowering, table: Table, goal: Table) -> bool:
    """Return whether foreign keys lead from a table to another one, so that the types of both depend on each other."""
    seen, todo = {table.id}, [table]
    while todo:
        each = todo.pop()
        if each.id == goal.id:
            return True
        for key in each.foreign_keys:
            target = context.table(key.target_id) if isinstance(key.target_id, str) else None
            if target is not None and target.id not in seen:
                seen.add(target.id)
                todo.append(target)
    return False


def _timestamp(work: _Work, change: AddTimestamp) -> str:
    own = work.declared.table
    for model in () if change.nullable else _models(work.context, _other_times(change, work.context, own)):
        again = _Work(change, work.context, work.declared, Reach(work.context.project, work.declared.file), work.key)
        try:
            text = _renamed(_copy(again, model), model, change)
            _copy(work, model)
            return text
        except RefusedError:
            continue
    name, update = work.declared.file.quoted(change.name), ".$onUpdate(() => new Date())" if change.on_update else ""
    kind, options, default = {
        "postgresql": ("timestamp", ", { withTimezone: true }", "defaultNow()"),
        "mysql": ("timestamp", "", "defaultNow()"),
        "sqlite": (
            "integer",
            f", {{ mode: {work.declared.file.quoted('timestamp')} }}",
            "$defaultFn(() => new Date())",
        ),
    }[own.dialect]
    prefix = work.declared.builder
    function = f"{prefix}{kind}" if prefix else work.reach.imports.name(kind, core(own))
    return f"{work.key}: {function}({name}{options})" + ("" if change.nullable else f".notNull().{default}{update}")


def _other_times(change: AddTimestamp, context: Lowering, own: Table) -> Iterator[Column]:
    """Yield the times of rows that the project declares under the other standard name, those of the table first."""
    for table in (own, *context.schema.tables):
        for column in table.columns if (table.orm, table.dialect) == ("drizzle", own.dialect) else ():
            named_so = column.name in ("created_at", "updated_at") and column.name != change.name
            fits = column.nullable is False and column.has_default is True and column.default_call is None
            if named_so and fits and (column.on_update is False or column.on_update is change.on_update):
                yield column


def _renamed(text: str, model: Model, change: AddTimestamp) -> str:
    """Return a declaration with another name for the database, set on updates where that is asked."""
    wrapped = f"({{ {text} }})"
    file = ScriptFile(Source(_FILE_NAME, wrapped.encode()))
    pair = named(unwrapped(named(file.root)[0].named_children[0]))[0]
    value = pair.child_by_field_name("value")
    chain = links(file, value) if value is not None else []
    if not chain:
        raise RefusedError("the column is made by something else than a chain of calls")
    edits = []
    for given in arguments(chain[0][1])[:1]:
        if string_value(file, given) == model.column.name:
            edits.append(file.replace(given.start_byte + 1, given.end_byte - 1, change.name))
    if change.on_update and not model.column.on_update:
        edits += update_edits(file, chain)
    return apply(file.data, edits).decode().removeprefix("({ ").removesuffix(" })")
