"""Makes what is unique in a Drizzle table unique for each tenant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenantlint.change import Patch, ScopeUnique
from tenantlint.lang.drizzle.editing import Declared, arguments, column_pair, links
from tenantlint.lang.drizzle.importing import Imports
from tenantlint.lang.drizzle.indexes import item
from tenantlint.lang.drizzle.table_extras import add_extra, core
from tenantlint.lang.lowering import RefusedError
from tenantlint.lang.text import merged
from tenantlint.lang.uniques import wanted
from tenantlint.names import camel_case

if TYPE_CHECKING:
    from collections.abc import Callable

    from tree_sitter import Node

    from tenantlint.change import Change
    from tenantlint.edit import Edit
    from tenantlint.lang.drizzle.editing import ScriptFile
    from tenantlint.lang.lowering import Lowering
    from tenantlint.schema import Column


def lower(change: Change, context: Lowering) -> Patch:
    """Return the edits of a ScopeUnique. Raises RefusedError."""
    assert isinstance(change, ScopeUnique)
    table = wanted(change, context)
    own = Declared(context.project, table)
    column = next((each for each in table.columns if each.at == change.at), None)
    if column is not None:
        return Patch(merged(_of_column(context, own, column, change)))
    tenant = table.column(change.tenant)
    calls = dict(links(own.file, item(own, change.at, table)))
    given = arguments(calls["on"]) if "on" in calls else []
    if tenant is None or not given:
        raise RefusedError("it is declared in a way that is not edited")
    return Patch((_led(own, given[0], tenant.key),))


def _led(own: Declared, first: Node, key: str) -> Edit:
    """Return the edit that puts a column before the first of an index or a constraint."""
    file = own.file
    owner = first.child_by_field_name("object") if first.type == "member_expression" else None
    if owner is None or owner.type != "identifier":
        raise RefusedError("its columns are written in a way that is not edited")
    gap = f",\n{file.indent(first.start_byte)}" if file.begins_line(first.start_byte) else ", "
    return file.insert(first.start_byte, f"{own.reference(key, file.text(owner))}{gap}")


def _of_column(context: Lowering, own: Declared, column: Column, change: ScopeUnique) -> list[Edit]:
    """Return the edits that declare a constraint in the third argument in the place of a call of the column."""
    file, _, value = column_pair(context.project, column)
    chain = links(file, value)
    call = next((node for name, node in chain if name == "unique"), None)
    if file.path != own.file.path or call is None or len(arguments(call)) > 1:
        raise RefusedError("it is declared in a way that is not edited")
    table = own.table
    keys = [each.key for name in (change.tenant, *change.columns) if (each := table.column(name)) is not None]
    wanted_names = Imports(file)
    unique = wanted_names.name("unique", core(table))
    name = "".join(file.text(each) for each in arguments(call))

    def write(reference: Callable[[str], str]) -> str:
        return f"{unique}({name}).on({', '.join(map(reference, keys))})"

    key = camel_case("_".join((change.tenant, *change.columns, "unique")))
    return [_without(file, call), *wanted_names.edits(), *add_extra(context, own, key, write)]


def _without(file: ScriptFile, call: Node) -> Edit:
    """Return the edit that takes a call out of a chain. Raises RefusedError where a comment stands before it."""
    function = call.child_by_field_name("function")
    before = function.child_by_field_name("object") if function is not None else None
    if before is None or function is None or any(child.type == "comment" for child in function.children):
        raise RefusedError("it is declared in a way that is not edited")
    return file.replace(before.end_byte, call.end_byte, "")
