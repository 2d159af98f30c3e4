"""``--output-format concise``: one line a finding, as compilers print it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tenantlint.report.model import Entry, Place, Report


def render(report: Report, show_path: Callable[[str], str]) -> str:
    """Return ``path:line:column: CODE message`` for each finding, then for each thing that could not be read."""
    return "".join(f"{line}\n" for line in _lines(report, show_path))


def _lines(report: Report, show_path: Callable[[str], str]) -> Iterator[str]:
    for finding in report.findings:
        yield headline(finding, show_path)
    for unread in report.unread or ():
        yield f"{where(unread.place, show_path)}: unknown {unread.what}: {unread.why}"


def headline(finding: Entry, show_path: Callable[[str], str]) -> str:
    """Return the finding on one line."""
    return f"{where(finding.place, show_path)}: {finding.code} {one_line(finding.message)}"


def one_line(message: str) -> str:
    """Return the message without line breaks."""
    return " ".join(message.split())


def where(place: Place, show_path: Callable[[str], str]) -> str:
    """Return ``path:line:column``."""
    return f"{show_path(place.path)}:{place.start.line}:{place.start.column}"
