"""Renames columns and tables of SQLModel, with every use of them in the project."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from tenantlint.change import Patch, RenameColumn, RenameTable, Use
from tenantlint.edit import Edit, apply, by_path
from tenantlint.lang.lowering import RefusedError
from tenantlint.lang.sqlmodel.code import Code
from tenantlint.lang.sqlmodel.code_file import word_pattern
from tenantlint.lang.sqlmodel.rename_named import name_edits
from tenantlint.lang.sqlmodel.rename_target import ColumnTarget
from tenantlint.lang.sqlmodel.rename_uses import ColumnUses
from tenantlint.source import Location

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tenantlint.change import Change
    from tenantlint.lang.lowering import Lowering
    from tenantlint.project import Project

_CODE: WeakKeyDictionary[Project, Code] = WeakKeyDictionary()


def code_of(project: Project) -> Code:
    """Return the code of a project, which is read once for all changes to it."""
    found = _CODE.get(project)
    if found is None:
        found = _CODE[project] = Code(project)
    return found


def lower(change: Change, context: Lowering) -> Patch:
    """Return the edits of a rename. Where it cannot be made for certain, the patch says why and has none."""
    try:
        if isinstance(change, RenameColumn):
            return _renamed_column(change, context)
        if isinstance(change, RenameTable):
            from tenantlint.lang.sqlmodel.rename_table import renamed_table

            return checked(code_of(context.project), *renamed_table(code_of(context.project), change, context))
    except RefusedError as error:
        return Patch(refused=str(error))
    raise TypeError(f"{type(change).__name__} is no rename")


def tables_of(change: RenameColumn, context: Lowering) -> tuple[str, ...]:
    """Return the ``Table.id`` of all tables that have the column: a base class gives it to several.

    Raises RefusedError where they are not known.
    """
    return tuple(table.id for table in ColumnTarget(code_of(context.project), change, context).tables)


def _renamed_column(change: RenameColumn, context: Lowering) -> Patch:
    code = code_of(context.project)
    target = ColumnTarget(code, change, context)
    target.check()
    edits = name_edits(target)
    unresolved = target.mirrors() if target.moves_key else []
    words = [target.old_key] + ([target.old_name] if isinstance(target.old_name, str) else [])
    paths = code.mentioning(words)
    takers = _takers(code, paths, target.old_key)
    for path in paths:
        file = code.file(path)
        if file is None:
            unresolved += _unread(code, path, words)
            continue
        found = ColumnUses(target, file, takers).run()
        edits += found.edits
        unresolved += found.unresolved
    _check_keys(target, edits)
    return checked(code, edits, unresolved)


def _takers(code: Code, paths: Iterable[str], name: str) -> frozenset[str]:
    """Return the names of the functions in some files that have a parameter ``name``."""
    files = [file for path in paths if (file := code.file(path)) is not None]
    nodes = [node for file in files for node in file.nodes]
    functions = [node for node in nodes if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    return frozenset(
        node.name
        for node in functions
        if any(param.arg == name for param in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs))
    )


def _unread(code: Code, path: str, words: Iterable[str]) -> list[Use]:
    source = code.source(path)
    match = word_pattern(words).search(source.data) if source is not None else None
    if match is None:
        return []
    return [Use("a file that cannot be parsed", Location(path, match.start(), match.end()))]


def _check_keys(target: ColumnTarget, edits: list[Edit]) -> None:
    """Raise RefusedError where a foreign key references the column in a way that is not changed."""
    if target.new_name is None:
        return
    ours = {table.id for table in target.tables}
    changed = {edit.path for edit in edits}
    for table in target.schema:
        for key in table.foreign_keys:
            columns = key.target_columns if isinstance(key.target_columns, tuple) else ()
            if key.target_id in ours and target.old_name in columns and key.at.path not in changed:
                raise RefusedError(f"a foreign key of `{table.symbol}` references it in a way that is not understood")


def checked(code: Code, edits: list[Edit], unresolved: list[Use]) -> Patch:
    """Return a patch whose edits do not overlap and whose files parse. Raises RefusedError."""
    for path, ordered in by_path(edits).items():
        source = code.source(path)
        assert source is not None
        try:
            ast.parse(apply(source.data, ordered).decode())
        except (SyntaxError, ValueError) as error:
            raise RefusedError(f"`{path}` would not be right afterwards: {error}") from error
    ordered_uses = sorted(dict.fromkeys(unresolved), key=lambda use: (use.at.path, use.at.start, use.at.end))
    ordered_edits = [edit for each in by_path(edits).values() for edit in each]
    return Patch(tuple(ordered_edits), (), tuple(ordered_uses))
