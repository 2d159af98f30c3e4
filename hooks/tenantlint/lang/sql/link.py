"""From the SQL files of a project to histories: one for each folder of migrations, and one for each script."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenantlint.lang import LinkedHistories
from tenantlint.lang.sql.folders import Folder, Step, Text, find
from tenantlint.lang.sql.programs import script_of
from tenantlint.lang.sql.scan import is_other_dialect, mentions_security
from tenantlint.lang.sql.scripts import Script, Scripts
from tenantlint.migration import Downgrade, History, Revision, Unread
from tenantlint.project import unreadable
from tenantlint.record import replace
from tenantlint.replay import replay
from tenantlint.schema import UNKNOWN
from tenantlint.source import Location

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tenantlint.diagnostic import Diagnostic
    from tenantlint.migration import Operation
    from tenantlint.project import Project
    from tenantlint.source import Source


def histories(project: Project, paths: Iterable[str]) -> LinkedHistories:
    """Return the histories that ``paths`` (SQL files, journals and snapshots) make."""
    return _Linker(project).link(paths)


class _Linker:
    def __init__(self, project: Project) -> None:
        self.project = project
        self.problems: list[Diagnostic] = []
        self._sources: dict[str, Source | None] = {}
        self._scripts_of_folder = Scripts(project.store)
        self._foreign = False

    def link(self, paths: Iterable[str]) -> LinkedHistories:
        found = find(self.project, paths)
        linked = [history for folder in found.folders if (history := self._history(folder)) is not None]
        linked += self._scripts(found.others)
        return LinkedHistories(tuple(linked), (), tuple(self.problems))

    # Folders

    def _history(self, folder: Folder) -> History | None:
        """Return the history of a folder, None where its SQL is another database's."""
        before = len(self.problems)
        self._scripts_of_folder, self._foreign = Scripts(self.project.store), False
        sources = [self._source(step.up.path) for step in folder.steps]
        if any(source is not None and is_other_dialect(source.data) for source in sources):
            del self.problems[before:]
            return None
        revisions = tuple(self._revisions(folder))
        if self._foreign:
            del self.problems[before:]
            return None
        listed = tuple(one for one, step in zip(revisions, folder.steps, strict=True) if step.listed)
        played = (one if step.listed else _doubtful(one) for one, step in zip(revisions, folder.steps, strict=True))
        replayed = replay(played, folder.kind, folder.path)
        return History(folder.kind, folder.path, listed, folder.problems, replayed.tables, replayed.unread)

    def _source(self, path: str) -> Source | None:
        """Return a file, None where it cannot be read, which is a problem."""
        if path not in self._sources:
            try:
                self._sources[path] = self.project.source(path)
            except OSError as error:
                self._sources[path] = None
                if not self.project.is_absent(path):
                    self.problems.append(unreadable(path, error))
        return self._sources[path]

    def _revisions(self, folder: Folder) -> Iterator[Revision]:
        previous: tuple[str, ...] = ()
        for step in folder.steps:
            yield self._revision(step, previous if step.parents is None else step.parents)
            previous = (step.id,)

    def _revision(self, step: Step, parents: tuple[str, ...]) -> Revision:
        upgrade = self._operations(step.up, self._scripts_of_folder)
        start = upgrade[0].at.start if upgrade else step.up.start
        at = Location(step.up.path, start, start)
        return Revision(step.id, parents, step.up.path, at, upgrade, self._downgrade(step.down, at))

    def _downgrade(self, text: Text | None, missing: Location) -> Downgrade:
        if text is None:
            return Downgrade("missing", (), missing)
        found = self._operations(text, Scripts(self.project.store))
        start = found[0].at.start if found else text.start
        return Downgrade("present" if found else "empty", found, Location(text.path, start, start))

    def _operations(self, text: Text, scripts: Scripts) -> tuple[Operation, ...]:
        source = self._source(text.path)
        if source is None:
            at = Location(text.path, 0, 0)
            return (Unread(at, True, "the file cannot be read", UNKNOWN, security=True, structure=True),)
        return self._parsed(source, text, scripts).operations

    def _parsed(self, source: Source, text: Text, scripts: Scripts) -> Script:
        try:
            script = scripts.read(source, text.start, text.end)
        except Exception as error:
            error.add_note(f"in {source.path}")
            raise
        self.problems += script.problems
        self._foreign = self._foreign or script.dialect != "postgresql"
        return script

    # Scripts

    def _scripts(self, paths: Iterable[str]) -> Iterator[History]:
        """Yield the files outside of migrations that concern row level security."""
        for path in paths:
            try:
                data = self.project.read(path)
            except OSError:
                continue
            if mentions_security(data) and not is_other_dialect(data):
                self.project.keep(path, data)
                source = self.project.source(path)
                upgrade = self._parsed(source, Text(path), Scripts(self.project.store)).operations
                start = upgrade[0].at.start if upgrade else 0
                history = script_of(path, upgrade, Location(path, start, start))
                if history.tables or history.unread:
                    yield history


def _doubtful(revision: Revision) -> Revision:
    """Return a revision of which nobody knows whether it runs."""
    return replace(revision, upgrade=tuple(replace(each, certain=False) for each in revision.upgrade))
