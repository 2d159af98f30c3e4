"""Renames columns and tables of SQLModel, with every use of them in the project."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from tenantlint.change import Patch, RenameColumn, RenameTable
from tenantlint.edit import apply, by_path
from tenantlint.lang.lowering import RefusedError
from tenantlint.lang.sqlmodel.rename.code import Code

if TYPE_CHECKING:
    from tenantlint.change import Change, Use
    from tenantlint.edit import Edit
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
    code = code_of(context.project)
    try:
        if isinstance(change, RenameColumn):
            from tenantlint.lang.sqlmodel.rename.column import renamed_column

            return _checked(code, *renamed_column(code, change, context))
        if isinstance(change, RenameTable):
            from tenantlint.lang.sqlmodel.rename.table import renamed_table

            return _checked(code, *renamed_table(code, change, context))
    except RefusedError as error:
        return Patch(refused=str(error))
    raise TypeError(f"{type(change).__name__} is no rename")


def _checked(code: Code, edits: list[Edit], unresolved: list[Use]) -> Patch:
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
