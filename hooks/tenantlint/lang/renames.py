"""A column that a revision drops and adds again under another name: what has to be known to rename it instead."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tenantlint.lang.lowering import RefusedError
from tenantlint.migration import (
    AddCheck,
    AddColumn,
    AlterColumn,
    CreateTable,
    CreateTrigger,
    DropColumn,
    DropConstraint,
    DropIndex,
    RenameColumn,
)
from tenantlint.record import Record
from tenantlint.replay import states
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tenantlint.change import RenameInstead
    from tenantlint.lang.lowering import Lowering
    from tenantlint.lang.text import Text
    from tenantlint.migration import History, Operation, Revision
    from tenantlint.schema import Column, Table
    from tenantlint.source import Location


_TOGETHER: Final = "one statement does more than to drop or add the column: rename it by hand"


class Renamed(Record):
    """The two operations that are a rename. ``relaxes`` is true where the column takes NULL from then on."""

    history: History
    revision: Revision
    dropped: DropColumn
    added: AddColumn
    relaxes: bool


def renamed(change: RenameInstead, context: Lowering) -> Renamed:
    """Return what a change is about. Raises RefusedError where a rename would surely, or maybe, do something else."""
    history, revision = _revision(change, context)
    dropped, added = pair(revision.upgrade, change.table, change.old, change.new)
    before = next((state for each, _, state in states(history) if each.id == revision.id), None)
    table = before.table(change.table) if before is not None else None
    was = before.column(change.table, change.old) if before is not None else None
    if table is None or was is None or table.incomplete & {"columns", "indexes", "unique_constraints", "foreign_keys"}:
        raise RefusedError(f"what the column `{change.table}.{change.old}` was is not all known: rename it by hand")
    if dropped.at == added.at:
        raise RefusedError(_TOGETHER)
    for operation in revision.upgrade:
        _refuse_with(operation, change, dropped, added)
    _refuse_kept(table, change, revision)
    _refuse_special(history, change, context)
    return Renamed(history, revision, dropped, added, _relaxes(was, added.column, change))


def _revision(change: RenameInstead, context: Lowering) -> tuple[History, Revision]:
    for history in context.schema.histories:
        for revision in history.revisions if history.path == change.history else ():
            if revision.id == change.revision:
                return history, revision
    raise RefusedError("the revision is not there any more")


def pair(operations: Iterable[Operation], table: str, dropped: str, added: str) -> tuple[DropColumn, AddColumn]:
    """Return the operations that drop one column of a table and add another. Raises RefusedError."""
    listed = [each for each in operations if getattr(each, "table", None) == table]
    drops = [each for each in listed if isinstance(each, DropColumn) and each.column == dropped]
    adds = [each for each in listed if isinstance(each, AddColumn) and each.column.name == added]
    if len(drops) != 1 or len(adds) != 1 or not (drops[0].certain and adds[0].certain) or drops[0].cascade:
        raise RefusedError(f"`{dropped}` is not plainly dropped and `{added}` added there: rename it by hand")
    return drops[0], adds[0]


def _refuse_with(operation: Operation, change: RenameInstead, dropped: DropColumn, added: AddColumn) -> None:
    """Raise RefusedError where another operation changes one of the two columns, or is written together with them."""
    if operation is dropped or operation is added:
        return
    alters = isinstance(operation, AlterColumn | RenameColumn) and operation.table in (change.table, UNKNOWN)
    if alters and getattr(operation, "column", None) in (change.old, change.new, UNKNOWN):
        raise RefusedError(f"the revision alters `{change.old}` or `{change.new}` too: rename it by hand")
    if operation.at in (dropped.at, added.at):
        raise RefusedError(_TOGETHER)


def _refuse_kept(table: Table, change: RenameInstead, revision: Revision) -> None:
    """Raise RefusedError where an index or a constraint went with the column, which a rename would keep."""
    drops = [each.name for each in revision.upgrade if isinstance(each, DropIndex | DropConstraint)]
    named = {name for name in drops if isinstance(name, str)}
    kept = [name for name, columns in _members(table) if _may_be_over(columns, change.old) and name not in named]
    if kept:
        raise RefusedError(
            f"an index or a key over `{change.old}` went with it, and a rename keeps that: rename both by hand"
        )


_MORE: Final = re.compile(rb"check|identity|generated|computed|exclude|collat|partition|inherits", re.IGNORECASE)
"""What a table may be made with that the model of it does not tell."""


def _refuse_special(history: History, change: RenameInstead, context: Lowering) -> None:
    """Raise RefusedError where the table may have what goes with a dropped column and is not followed here."""
    for operation in (each for revision in history.revisions for each in revision.upgrade):
        at, made = operation.at, isinstance(operation, CreateTable | AddColumn | AlterColumn)
        if getattr(operation, "table", None) in (change.table, UNKNOWN) and (
            isinstance(operation, AddCheck | CreateTrigger)
            or (made and _MORE.search(context.project.source(at.path).data[at.start : at.end]))
        ):
            raise RefusedError(
                f"`{change.table}` has a check, a trigger or the like, which may be over the column: rename it by hand"
            )


def refuse_comment(file: Text, at: Location, mark: bytes) -> None:
    """Raise RefusedError where a comment, which begins with ``mark``, stands before what is to be deleted."""
    start = file.line_start(at.start)
    above = file.data[file.line_start(start - 1) : start].strip() if start else b""
    is_plain = above.startswith(mark) and not above.startswith((b"-->", b"# ###"))
    if is_plain or not file.begins_line(at.start):
        raise RefusedError("a comment stands at what would be deleted: rename it by hand")


def _members(table: Table) -> Iterator[tuple[object, object]]:
    for index in table.indexes:
        columns = index.columns
        plain = isinstance(columns, tuple) and None not in columns and index.partial is False and index.plain is True
        yield index.name, columns if plain else UNKNOWN
    for constraint in table.unique_constraints:
        yield constraint.name, constraint.columns
    for key in table.foreign_keys:
        yield key.name, key.columns
    yield None, () if table.primary_key is None else table.primary_key


def _may_be_over(columns: object, name: str) -> bool:
    return not isinstance(columns, tuple) or name in columns or UNKNOWN in columns


def _relaxes(was: Column, now: Column, change: RenameInstead) -> bool:
    """Return whether the new column takes NULL and the old did not. Raises RefusedError for all other differences."""
    same = (was.type, was.has_server_default, was.default_sql) == (now.type, now.has_server_default, now.default_sql)
    known = UNKNOWN not in (was.type, was.nullable, now.nullable, was.has_server_default)
    if not same or not known or was.unique is not False or now.unique is not False or now.primary_key is not False:
        raise RefusedError(f"`{change.old}` and `{change.new}` are not the same but for their names: rename it by hand")
    if was.has_server_default is True and was.default_sql is None:
        raise RefusedError(f"the defaults of `{change.old}` and `{change.new}` are not known: rename it by hand")
    if was.nullable is True and now.nullable is False:
        raise RefusedError(f"`{change.new}` is NOT NULL, and `{change.old}` was not: rename it by hand, and fill it")
    return was.nullable is False and now.nullable is True
