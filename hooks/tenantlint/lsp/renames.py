"""Renaming a column where it is declared."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tenantlint.lsp.declared import declared_at, name_in
from tenantlint.lsp.fixing import Made, made_of
from tenantlint.record import Record
from tenantlint.renaming import patch_of

if TYPE_CHECKING:
    from tenantlint.lsp.declared import Declared
    from tenantlint.lsp.state import Checked

_NAME: Final = re.compile(r"[^\W\d]\w*\Z|[$\w]+\Z")


class Renamable(Record):
    """A column that can be renamed: what is declared, and the bytes ``[start, end)`` that stand for its name."""

    declared: Declared
    start: int
    end: int
    key: str


def renamable(checked: Checked, path: str, offset: int) -> Renamable | None:
    """Return the column that is declared at a byte of a file, None where none is."""
    source = checked.project.source(path)
    declared = declared_at(checked.outcome.schema, source, offset)
    if declared is None or declared.column is None:
        return None
    at = declared.column.at
    name = name_in(declared, source)
    start, end = name if name is not None and name[0] <= offset <= name[1] else (at.start, at.end)
    return Renamable(declared, start, end, declared.column.key)


def renamed(checked: Checked, what: Renamable, new: str) -> Made:
    """Return what the files become where the column gets a new name, in code and in the database."""
    if not _NAME.match(new):
        return Made({}, f"`{new}` is not a name")
    declared = what.declared
    assert declared.column is not None
    patch = patch_of(checked.project, checked.outcome.schema, declared.table, declared.column, new)
    return made_of(patch, checked)
