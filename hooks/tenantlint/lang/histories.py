"""Which migration history a change of a table belongs into, and whether one may be written there at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenantlint.change import Use
from tenantlint.lang.lowering import RefusedError
from tenantlint.migration import CreateFunction, CreateTrigger, DropTrigger
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tenantlint.change import SecureTable
    from tenantlint.lang.lowering import Lowering
    from tenantlint.migration import History, HistoryKind
    from tenantlint.schema import Schema, Table


def history_of(table: Table, schema: Schema, kind: HistoryKind) -> History | None:
    """Return the history that makes ``table`` in the database, None where no migration tells of it.

    None means that nothing has to be written: the table is made from the code, or by a migration that is not generated
    yet. Raises RefusedError where that is not known, or where the history is not in order. A journal that lists other
    files than there are still has a last entry, which is all that the next one needs.
    """
    name = table.qualified_name
    if name is UNKNOWN:
        raise RefusedError("the name of the table is not known, and so not which migrations make it")
    having = [each for each in schema.histories if each.kind != "script" and _has(each, name)]
    if len(having) > 1:
        listed = " and ".join(f"`{each.path}`" for each in having)
        raise RefusedError(f"the migrations of {listed} have this table: which database is meant is not known")
    if not having:
        _refuse_unread(each for each in schema.histories if each.kind == kind)
        return None
    (history,) = having
    if history.kind != kind:
        raise RefusedError(f"the table is made by the SQL migrations of `{history.path}`: write that migration first")
    problem = next((each for each in history.problems if each.kind != "journal"), None)
    if problem is not None:
        raise RefusedError(f"the migration history of `{history.path}` {problem.text}")
    return history


def twin_of(table: Table, history: History) -> Table:
    """Return what the history makes of ``table``, which it has."""
    return next(each for each in history.tables if has_name(table, each))


def has_name(table: Table, twin: Table) -> bool:
    """Return whether two tables have one name in the database."""
    return _bare(table.qualified_name) == _bare(twin.qualified_name)


def table_in(history: History, name: str) -> Table | None:
    """Return the table that a history has under a qualified name, None where it has none."""
    return next((each for each in history.tables if _bare(each.qualified_name) == _bare(name)), None)


def migrated(change: SecureTable, context: Lowering) -> tuple[Table, History]:
    """Return the table that a change is about, which only migrations make, and its history. Raises RefusedError."""
    for history in context.schema.histories:
        table = table_in(history, change.table) if history.path == change.history else None
        if table is not None:
            return table, history
    raise RefusedError("the migrations make that table no more")


def _has(history: History, name: str) -> bool:
    return any(_bare(each.qualified_name) == _bare(name) for each in history.tables)


def _bare(name: object) -> object:
    return name.removeprefix("public.") if isinstance(name, str) else name


def _refuse_unread(histories: Iterable[History]) -> None:
    for history in histories:
        doubt = next((each for each in history.unread if each.structure and each.tables is UNKNOWN), None)
        if doubt is not None or any(each.qualified_name is UNKNOWN for each in history.tables):
            raise RefusedError(f"the migrations of `{history.path}` may make this table, but cannot all be read")


def refuse_unless_there(table: Table, twin: Table, name: str, new_name: str | None = None) -> None:
    """Raise RefusedError where the database surely has no column ``name``, or has ``new_name`` already."""
    if new_name is not None and twin.column(new_name) is not None:
        raise RefusedError(f"the database has a column `{new_name}` in `{table.qualified_name}` already")
    if twin.column(name) is None and "columns" not in twin.incomplete:
        raise RefusedError(
            f"no migration gives `{table.qualified_name}` the column `{name}` yet: generate that migration first"
        )


def uses_of(history: History, table: Table, column: str) -> Iterator[Use]:
    """Yield where the code in the database names a column that is renamed: PostgreSQL does not follow it there.

    These are the functions that the triggers of the table call, and what they are given.
    """
    functions: dict[object, CreateFunction] = {}
    triggers: dict[object, CreateTrigger] = {}
    for operation in (each for revision in history.revisions for each in revision.upgrade):
        if isinstance(operation, CreateFunction):
            functions[operation.name] = operation
        elif isinstance(operation, CreateTrigger) and _bare(operation.table) == _bare(table.qualified_name):
            triggers[operation.name] = operation
        elif isinstance(operation, DropTrigger) and _bare(operation.table) == _bare(table.qualified_name):
            triggers.pop(operation.name, None)
    for trigger in triggers.values():
        function = functions.get(trigger.function)
        if column in trigger.arguments:
            yield Use(f"the trigger `{trigger.name}`, which is given `{column}`", trigger.at)
        elif function is not None and function.assigns is not UNKNOWN and column in function.assigns:
            yield Use(f"the function `{function.name}`, which sets `{column}`", function.at)
