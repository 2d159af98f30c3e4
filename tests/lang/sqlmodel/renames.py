"""Makes renames in projects that are given as texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenantlint.change import RenameColumn, RenameTable
from tenantlint.edit import apply, by_path
from tenantlint.lang.lowering import Lowering
from tenantlint.lang.sqlmodel.rename import lower
from tenantlint.link import link
from tenantlint.project import Project
from tenantlint.source import BOM

if TYPE_CHECKING:
    from tenantlint.change import Change, Patch


class Renamed:
    """What became of a project: its files, and what was left to a reader, as (path, line, what)."""

    def __init__(self, project: Project, patch: Patch) -> None:
        self.refused = patch.refused
        self.files = dict(project.overlay)
        for path, edits in by_path(patch.edits).items():
            source = project.source(path)
            self.files[path] = (BOM if source.bom else b"") + apply(source.data, edits)
        self.unresolved = [
            (use.at.path, project.source(use.at.path).line_of(use.at.start), use.what) for use in patch.unresolved
        ]

    def text(self, path: str) -> str:
        """Return the content of a file afterwards."""
        return self.files[path].decode()


def changed(files: dict[str, bytes], symbol: str, change: type[Change], *names: str | None) -> Renamed:
    """Return a project after a change of the table of a class."""
    project = Project("/nowhere", frozenset(), files)
    schema = link(project).schema
    (table,) = [table for table in schema.tables if table.symbol == symbol]
    return Renamed(project, lower(change(table.id, *names), Lowering(project, schema)))  # type: ignore[call-arg]


def column(files: dict[str, str], symbol: str, key: str, new_key: str, new_name: str | None = None) -> Renamed:
    """Return a project after a rename of a column."""
    return changed({path: text.encode() for path, text in files.items()}, symbol, RenameColumn, key, new_key, new_name)


def table(files: dict[str, str], symbol: str, new_name: str) -> Renamed:
    """Return a project after a rename of a table."""
    return changed({path: text.encode() for path, text in files.items()}, symbol, RenameTable, new_name)
