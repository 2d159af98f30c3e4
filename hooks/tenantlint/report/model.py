"""Findings with their places as people count them: here alone offsets become lines and columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenantlint.record import Record
from tenantlint.source import Position, Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tenantlint.change import Applicability, Fix
    from tenantlint.diagnostic import Crash, Diagnostic, Severity
    from tenantlint.project import Project
    from tenantlint.schema import Unresolved
    from tenantlint.source import Location


class Place(Record):
    """Where something stands. ``end`` is the position behind its last code point; ``text`` is its first line."""

    path: str
    start: Position
    end: Position
    text: str


class Entry(Record):
    """A diagnostic and its place; ``fix`` is a change that would end it, where there is one."""

    code: str
    name: str
    severity: Severity
    message: str
    place: Place
    fix: Fix | None = None


class Unread(Record):
    """Something that could not be read statically, why, and its place."""

    what: str
    why: str
    place: Place


class Report(Record):
    """All that a run has to say.

    ``unread`` is None where nobody asked for it. ``crashes`` are bugs of tenantlint that make the rest incomplete.
    ``hidden`` is the number of findings that a baseline hides.
    """

    findings: tuple[Entry, ...]
    unread: tuple[Unread, ...] | None = None
    crashes: tuple[Crash, ...] = ()
    hidden: int = 0

    def count(self, severity: Severity) -> int:
        """Return the number of findings of a severity."""
        return sum(entry.severity == severity for entry in self.findings)

    def fixable(self, applicability: Applicability) -> int:
        """Return the number of findings that have a fix of this kind."""
        return sum(entry.fix is not None and entry.fix.applicability == applicability for entry in self.findings)

    def files(self) -> int:
        """Return the number of files that have findings."""
        return len({entry.place.path for entry in self.findings})

    def fingerprints(self) -> list[str]:
        """Return what findings, then unread things are known by from run to run, in order; no two are the same."""
        from tenantlint.fingerprint import fingerprints

        findings = [(entry.place.path, entry.code, entry.message) for entry in self.findings]
        return fingerprints([*findings, *((each.place.path, each.what, each.why) for each in self.unread or ())])


def report(
    project: Project,
    diagnostics: Iterable[Diagnostic],
    unresolved: Iterable[Unresolved] | None,
    crashes: tuple[Crash, ...] = (),
    hidden: int = 0,
) -> Report:
    """Return the report, in the order given."""
    place = placer(project)
    return Report(
        tuple(
            Entry(item.code, item.name, item.severity, item.message, place(item.at), item.fix) for item in diagnostics
        ),
        None if unresolved is None else tuple(Unread(item.what, item.why, place(item.at)) for item in unresolved),
        crashes,
        hidden,
    )


def placer(project: Project) -> Callable[[Location], Place]:
    """Return a function from Location to Place. In a file that cannot be read everything stands at 1:1."""
    lines: dict[tuple[str, int], str] = {}  # a line may be the whole file, and hold thousands of findings

    def place(location: Location) -> Place:
        try:
            source = project.source(location.path)
        except OSError:
            source = Source(location.path, b"")
        start = source.position(min(location.start, len(source.data)))
        end = source.position(min(max(location.start, location.end), len(source.data)))
        key = (location.path, start.line)
        if key not in lines:
            lines[key] = source.line_text(start.line)
        return Place(location.path, start, end, lines[key])

    return place
