"""Changes of the chain of calls that declares a Drizzle column: its default, its updates, NOT NULL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.change import MakeRequired, Patch, UpdateOnWrite, UseFactory
from tenantlint.lang.drizzle.editing import arguments, column_pair, links, named, string_value, walk
from tenantlint.lang.lowering import RefusedError
from tenantlint.lang.text import merged

if TYPE_CHECKING:
    from tree_sitter import Node

    from tenantlint.change import Change
    from tenantlint.edit import Edit
    from tenantlint.lang.drizzle.editing import ScriptFile
    from tenantlint.lang.lowering import Lowering

_TIMES: Final = frozenset({"timestamp", "datetime", "integer"})
"""The functions of columns that hold a time; SQLite's integers do with a mode that says so."""

_FACTORIES: Final = ("$defaultFn", "$default")
_DATABASE_NOW: Final = ("now()", "current_timestamp", "(unixepoch())", "unixepoch()")
_SHAPING: Final = ("array", "$type")
"""The calls that change what a column is, which come before NOT NULL."""


def lower(change: Change, context: Lowering) -> Patch:
    """Return the edits of a UseFactory, an UpdateOnWrite or a MakeRequired. Raises RefusedError."""
    assert isinstance(change, UseFactory | UpdateOnWrite | MakeRequired)
    column = context.column(change.table_id, change.key)
    if column is None:
        raise RefusedError(f"there is no `{change.key}` any more")
    file, _, value = column_pair(context.project, column)
    chain = links(file, value)
    if not chain or chain[-1][1].end_byte != value.end_byte:
        raise RefusedError("the column is made by something else than a chain of calls")
    if isinstance(change, UseFactory):
        return Patch(merged(_factory(file, chain)))
    if isinstance(change, UpdateOnWrite):
        if column.on_update is not False:
            raise RefusedError("the column is set on every update already")
        return Patch(merged(update_edits(file, chain)))
    if column.nullable is not True:
        raise RefusedError("the column is NOT NULL already")
    at = max(index for index, (name, _) in enumerate(chain) if not index or name in _SHAPING)
    return Patch((added(file, chain, at, "notNull()"),))


def added(file: ScriptFile, chain: list[tuple[str, Node]], index: int, call: str) -> Edit:
    """Return the edit that adds a call behind one of a chain, on a line of its own where the others stand so."""
    node = chain[index][1]
    for _, other in chain[1:]:
        function = other.child_by_field_name("function")
        dot = next((child for child in function.children if child.type in (".", "?.")), None) if function else None
        if dot is not None and file.begins_line(dot.start_byte):
            return file.insert(node.end_byte, f"\n{file.indent(dot.start_byte)}.{call}")
    return file.insert(node.end_byte, f".{call}")


def _factory(file: ScriptFile, chain: list[tuple[str, Node]]) -> list[Edit]:
    for name, node in chain:
        given = arguments(node)
        if name == "default" and len(given) == 1:
            if not any(each.type in ("call_expression", "new_expression") for each in walk(given[0])):
                raise RefusedError("its default is no call that stands in the declaration")
            function = node.child_by_field_name("function")
            method = function.child_by_field_name("property") if function is not None else None
            assert method is not None
            arrow = "() => "
            return [
                file.replace(method.start_byte, method.end_byte, "$defaultFn"),
                file.insert(given[0].start_byte, f"{arrow}(" if given[0].type == "object" else arrow),
                *([file.insert(given[0].end_byte, ")")] if given[0].type == "object" else []),
            ]
    raise RefusedError("its default does not stand in the declaration")


def update_edits(file: ScriptFile, chain: list[tuple[str, Node]]) -> list[Edit]:
    """Return the edit that lets the ORM set a column on every update, as its default does. Raises RefusedError."""
    return [added(file, chain, len(chain) - 1, f"$onUpdate({_time(file, chain)})")]


def _time(file: ScriptFile, chain: list[tuple[str, Node]]) -> str:
    """Return the function that makes the value of the default: that itself, or one for the database's now."""
    for name, node in chain:
        if name in _FACTORIES and len(arguments(node)) == 1:
            return file.text(arguments(node)[0])
    calls = dict(chain)
    is_given = "notNull" in calls and not {"default", *_FACTORIES} & {*calls}  # by each insert, as it must be
    if not (is_given or "defaultNow" in calls or ("default" in calls and _is_now(file, calls["default"]))):
        raise RefusedError("its default does not say how a time is made")
    kind, root = chain[0]
    mode = _mode(file, root)
    if kind not in _TIMES or mode is None or (kind == "integer" and not mode.startswith("timestamp")):
        raise RefusedError("the column is not of a type whose times are known")
    if mode == "string":
        return "() => new Date().toISOString()"
    return "() => new Date()"


def _is_now(file: ScriptFile, node: Node) -> bool:
    given = arguments(node)
    text = file.text(given[0]) if len(given) == 1 else ""
    return text.startswith("sql`") and text[4:-1].strip().lower() in _DATABASE_NOW


def _mode(file: ScriptFile, root: Node) -> str | None:
    """Return the mode of a column, '' where none is given, None where it cannot be told."""
    for given in arguments(root):
        if given.type not in ("object", "string"):
            return None
        for pair in named(given) if given.type == "object" else ():
            key, value = pair.child_by_field_name("key"), pair.child_by_field_name("value")
            if key is None or value is None:
                return None
            if file.text(key).strip("\"'") == "mode":
                return string_value(file, value)
    return ""
