"""Adds the foreign key of a column to a Drizzle table: ``.references()`` at the end of the column's chain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenantlint.change import AddForeignKey, Patch
from tenantlint.lang.drizzle.add_columns import leads_to
from tenantlint.lang.drizzle.column_chains import added
from tenantlint.lang.drizzle.editing import column_pair, links, opened
from tenantlint.lang.drizzle.importing import Reach
from tenantlint.lang.drizzle.table_extras import core
from tenantlint.lang.lowering import RefusedError
from tenantlint.lang.references import reference
from tenantlint.lang.text import merged

if TYPE_CHECKING:
    from tenantlint.change import Change
    from tenantlint.lang.drizzle.editing import ScriptFile
    from tenantlint.lang.lowering import Lowering
    from tenantlint.lang.references import Reference


def lower(change: Change, context: Lowering) -> Patch:
    """Return the edits of an AddForeignKey. Raises RefusedError."""
    assert isinstance(change, AddForeignKey)
    wanted = reference(change, context)
    target = wanted.target
    file, _, value = column_pair(context.project, wanted.column)
    chain = links(file, value)
    if not chain or chain[-1][1].end_byte != value.end_byte:
        raise RefusedError("the column is made by something else than a chain of calls")
    if target.orm != "drizzle" or any(table.dialect != target.dialect for table in wanted.tables):
        raise RefusedError(f"`{target.symbol}` is a table of another database")
    reach = Reach(context.project, file)
    name = reach.name(target.symbol, opened(context.project.source(target.at.path)))
    key = wanted.key.key
    member = f"{name}.{key}" if key.isidentifier() else f"{name}[{file.quoted(key)}]"
    call = f"references({_typed(file, reach, wanted, context)} => {member})"
    return Patch(merged([*reach.edits(), added(file, chain, len(chain) - 1, call)]))


def _typed(file: ScriptFile, reach: Reach, wanted: Reference, context: Lowering) -> str:
    """Return the parameters of the function that gives the target, with a type where the tables need each other's."""
    if not file.path.endswith("ts") or not any(leads_to(context, wanted.target, table) for table in wanted.tables):
        return "()"
    if wanted.target.dialect != "postgresql":
        raise RefusedError(f"`{wanted.target.symbol}` references `{wanted.tables[0].symbol}` in its turn")
    return f"(): {reach.imports.name('AnyPgColumn', core(wanted.target), is_type=True)}"
