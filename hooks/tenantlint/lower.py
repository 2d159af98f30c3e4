"""Turns a change of the schema into a patch: the code by its language, and the migration where the database changes."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final, Protocol, cast

from tenantlint.change import (
    AttachIndex,
    GiveOwnColumn,
    MergeColumn,
    Patch,
    RemoveText,
    RenameColumn,
    RenameInstead,
    RenameTable,
    SecureTable,
    UpdateOnWrite,
    UseFactory,
    WriteDowngrade,
)
from tenantlint.edit import Edit, apply, by_path
from tenantlint.record import replace
from tenantlint.source import BOM

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tenantlint.change import Change
    from tenantlint.lang.lowering import Lowering
    from tenantlint.project import Project
    from tenantlint.schema import Schema
    from tenantlint.source import Location, Source

_CODE: Final = {"sqlmodel": "tenantlint.lang.sqlmodel.fixes", "drizzle": "tenantlint.lang.drizzle.fixes"}
_MIGRATIONS: Final = {"sqlmodel": "tenantlint.lang.alembic.write", "drizzle": "tenantlint.lang.drizzle.kit"}
_RENAMES: Final = {
    "alembic": "tenantlint.lang.alembic.write_rename",
    "drizzle-kit": "tenantlint.lang.drizzle.kit.rename",
}
_CODE_ONLY: Final = (AttachIndex, UseFactory, UpdateOnWrite, MergeColumn, GiveOwnColumn)
"""Changes that are no change of the database, or one that the next generated migration makes."""


class _Writer(Protocol):
    def lower(self, change: Change, context: Lowering) -> Patch: ...
    def lower_all(self, changes: Sequence[Change], context: Lowering) -> Patch: ...


def lower(change: Change, context: Lowering) -> Patch:
    """Return the patch for a change. Where it cannot be made, the patch says why and has no edits."""
    if isinstance(change, RemoveText):
        at = change.at
        return Patch(
            (_removal(context.project.source(at.path), at) if change.tidy else Edit(at.path, at.start, at.end, ""),)
        )
    if isinstance(change, WriteDowngrade):
        return _writer("tenantlint.lang.alembic.write").lower(change, context)
    if isinstance(change, RenameInstead):
        kinds = {history.path: history.kind for history in context.schema.histories}
        return _writer(_RENAMES[kinds.get(change.history, "alembic")]).lower(change, context)
    if isinstance(change, SecureTable):
        return migrations((change,), (), context) if context.migrate else Patch()
    table = context.table(getattr(change, "table_id", ""))
    if table is None or table.orm not in _CODE:
        return Patch(refused="the table is not declared in a file that can be changed")
    code = _writer(_CODE[table.orm]).lower(change, context)
    if code.refused is None and isinstance(change, (RenameColumn, RenameTable)):
        from tenantlint.lang.sql_uses import sql_uses

        code = replace(code, unresolved=(*code.unresolved, *sql_uses(change, context)))
    if code.refused is not None or not context.migrate:
        return code
    stored = migrations((change,), code.edits, context)
    return stored if stored.refused is not None else _joined((code, stored))


def migrations(changes: Sequence[Change], edits: Sequence[Edit], context: Lowering) -> Patch:
    """Return the migrations that changes need, all in one for each history; ``edits`` are the changes of the code."""
    by_orm: dict[str, list[Change]] = {}
    for change in changes:
        stays = isinstance(change, _CODE_ONLY) or (context.pin and isinstance(change, RenameColumn))
        orm = None if stays else _orm_of(change, context)
        if orm in _MIGRATIONS:
            by_orm.setdefault(orm, []).append(change)
    if by_orm and edits and context.schema.histories:
        context = replace(context, after=_after(edits, context.project))
    stored = [_writer(_MIGRATIONS[orm]).lower_all(members, context) for orm, members in by_orm.items()]
    return next((each for each in stored if each.refused is not None), _joined(stored))


def _orm_of(change: Change, context: Lowering) -> str | None:
    """Return the ORM whose migrations a change belongs into."""
    if isinstance(change, SecureTable):
        kinds = {history.path: history.kind for history in context.schema.histories}
        return {"alembic": "sqlmodel", "drizzle-kit": "drizzle"}.get(kinds.get(change.history, ""))
    table = context.table(getattr(change, "table_id", ""))
    return None if table is None else table.orm


def is_of_database(change: Change) -> bool:
    """Return whether a change only renames a column in the database, so that nothing is left of it to pin."""
    return isinstance(change, RenameColumn) and change.key == change.new_key


def _joined(patches: Iterable[Patch]) -> Patch:
    patches = tuple(patches)
    return Patch(
        tuple(edit for patch in patches for edit in patch.edits),
        tuple(file for patch in patches for file in patch.files),
        tuple(use for patch in patches for use in patch.unresolved),
    )


def _after(edits: Sequence[Edit], project: Project) -> Schema:
    """Return the schema that a project declares with the code changed."""
    from tenantlint.link import link

    contents: dict[str, bytes] = {}
    for path, members in by_path(edits).items():
        source = project.source(path)
        contents[path] = BOM * source.bom + apply(source.data, members)
    return link(project.laid_over(contents)).schema


def problems(source: Source) -> tuple[object, ...]:
    """Return what is wrong with the syntax of a file, as far as its language can tell."""
    if source.path.endswith((".py", ".pyi")):
        from tenantlint.lang.sqlmodel.extract import extract

        return extract(source).problems
    if source.path.endswith(".sql"):
        from tenantlint.lang.sql.parse import operations

        return operations(source).problems
    if source.path.endswith(".json"):
        return _json_problems(source)
    from tenantlint.lang.drizzle.extract import extract as extract_typescript

    return extract_typescript(source).problems


def _json_problems(source: Source) -> tuple[object, ...]:
    from json import loads

    try:
        loads(source.data)
    except ValueError as error:
        return (error,)
    return ()


def _writer(module: str) -> _Writer:
    return cast("_Writer", import_module(module))


def _removal(source: Source, at: Location) -> Edit:
    """Return the edit that deletes a stretch, with the blanks before it, and its line where nothing else is on it."""
    data = source.data
    line = source.line_of(at.start)
    line_start = source.line_starts[line - 1]
    start, end = at.start, at.end
    while start > line_start and data[start - 1 : start] in (b" ", b"\t"):
        start -= 1
    if start == line_start and line < len(source.line_starts) and not data[end : source.line_starts[line]].strip():
        end = source.line_starts[line]
    return Edit(at.path, start, end, "")
