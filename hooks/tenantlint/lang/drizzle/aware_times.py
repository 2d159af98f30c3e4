"""Gives Drizzle columns points in time: ``timestamp`` with ``withTimezone``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenantlint.change import MakeAware, Patch
from tenantlint.lang.drizzle.editing import arguments, column_pair, links, named
from tenantlint.lang.lowering import RefusedError
from tenantlint.lang.text import merged
from tenantlint.lang.times import is_naive, refuse_other_defaults

if TYPE_CHECKING:
    from tree_sitter import Node

    from tenantlint.change import Change
    from tenantlint.edit import Edit
    from tenantlint.lang.drizzle.editing import ScriptFile
    from tenantlint.lang.lowering import Lowering

_OPTION = "withTimezone: true"


def lower(change: Change, context: Lowering) -> Patch:
    """Return the edits of a MakeAware. Raises RefusedError."""
    assert isinstance(change, MakeAware)
    column = context.column(change.table_id, change.key)
    if column is None or not is_naive(column):
        raise RefusedError(f"`{change.key}` is no plain time without a zone")
    refuse_other_defaults(column)
    file, _, value = column_pair(context.project, column)
    chain = links(file, value)
    if not chain or chain[-1][1].end_byte != value.end_byte or chain[0][0].rpartition(".")[2] != "timestamp":
        raise RefusedError("the column is made by something else than `timestamp` and a chain of calls")
    return Patch(merged(_edits(file, chain[0][1])))


def _edits(file: ScriptFile, call: Node) -> list[Edit]:
    given = arguments(call)
    options = given[-1] if given and given[-1].type != "string" else None
    if options is not None:
        return _in_options(file, options)
    text = f"{{ {_OPTION} }}"
    if given:
        return file.add_after(given[-1], text)
    held = call.child_by_field_name("arguments")
    assert held is not None
    return file.append(held, text)


def _in_options(file: ScriptFile, options: Node) -> list[Edit]:
    members = named(options) if options.type == "object" else []
    if options.type != "object" or any(each.type != "pair" for each in members):
        raise RefusedError("the options of its `timestamp` are made elsewhere")
    for pair in members:
        key, value = pair.child_by_field_name("key"), pair.child_by_field_name("value")
        if key is not None and value is not None and file.text(key).strip("\"'") == "withTimezone":
            if value.type != "false":
                raise RefusedError("its `withTimezone` is not a plain true or false")
            return [file.replace(value.start_byte, value.end_byte, "true")]
    return file.append(options, _OPTION)
