"""Makes what is unique in a SQLModel table unique for each tenant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.change import Patch, ScopeUnique
from tenantlint.lang.lowering import RefusedError
from tenantlint.lang.sqlmodel.add_index import in_arguments
from tenantlint.lang.sqlmodel.editing import Declared, called, column_member, opened
from tenantlint.lang.sqlmodel.indexes import call_at, refuse_elsewhere, without_option
from tenantlint.lang.text import merged
from tenantlint.lang.uniques import wanted

if TYPE_CHECKING:
    from tenantlint.change import Change
    from tenantlint.edit import Edit
    from tenantlint.lang.lowering import Lowering
    from tenantlint.schema import Column, Table

_NAMED: Final = {"UniqueConstraint": 0, "Index": 1}
"""The calls that declare something unique, and which of their arguments is the first column."""


def lower(change: Change, context: Lowering) -> Patch:
    """Return the edits of a ScopeUnique. Raises RefusedError."""
    assert isinstance(change, ScopeUnique)
    table = wanted(change, context)
    column = next((each for each in table.columns if each.at == change.at), None)
    if column is not None:
        return Patch(merged(_of_column(context, table, column, change)))
    file = opened(context.project.source(change.at.path))
    call = call_at(file, change.at)
    refuse_elsewhere(file, call, table)
    first = _NAMED.get(called(call))
    if first is None or len(call.args) <= first:
        raise RefusedError("it is declared in a way that is not edited")
    start = file.start(call.args[first])
    gap = f",\n{file.indent(start)}" if file.begins_line(start) else ", "
    return Patch((file.insert(start, f"{file.quoted(change.tenant)}{gap}"),))


def _of_column(context: Lowering, table: Table, column: Column, change: ScopeUnique) -> list[Edit]:
    """Return the edits that declare a constraint on the table in the place of the column's option."""
    own = Declared(context.project, table)
    file, node = column_member(context.project, column)
    columns = (change.tenant, *change.columns)
    return [*without_option(file, node, "unique"), *in_arguments(context, own, columns, None, "UniqueConstraint")]
