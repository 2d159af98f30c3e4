"""``--output-format text``: findings with the source line and a caret, for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.names import counted
from tenantlint.record import Record
from tenantlint.report.concise import one_line, where

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tenantlint.diagnostic import Severity
    from tenantlint.report.model import Entry, Place, Report

MAX_WIDTH: Final = 140
"""Terminal columns of a source line that are shown; a longer line is cut around the finding."""

TAB_WIDTH: Final = 4
ELLIPSIS: Final = "…"
_LEAD: Final = MAX_WIDTH // 4


class Style(Record):
    """The escape sequences that begin a colour; all empty where there is no colour."""

    error: str = ""
    warning: str = ""
    strong: str = ""
    faint: str = ""
    reset: str = ""


PLAIN: Final = Style()
COLOR: Final = Style(error="\x1b[1;31m", warning="\x1b[1;33m", strong="\x1b[1m", faint="\x1b[36m", reset="\x1b[0m")


def render(report: Report, show_path: Callable[[str], str], color: bool, summary: bool) -> str:
    """Return the findings, then (asked for) what could not be read, then the summary."""
    style = COLOR if color else PLAIN
    parts = ["".join(f"{line}\n" for line in _finding(finding, show_path, style)) for finding in report.findings]
    if report.unread is not None:
        parts.append("".join(f"{line}\n" for line in _unread(report, show_path, style)))
    if summary:
        parts.append(summarize(report) + "\n")
    return "\n".join(part for part in parts if part)


def summarize(report: Report) -> str:
    """Return the closing line."""
    besides = f" besides {report.hidden} in the baseline" if report.hidden else ""
    if not report.findings:
        return f"No findings{besides}."
    counts = [counted(report.count(severity), severity) for severity in _SEVERITIES if report.count(severity)]
    return f"Found {' and '.join(counts)} in {counted(report.files(), 'file')}{besides}.{_fixable(report)}"


def _fixable(report: Report) -> str:
    """Return how many findings can be fixed, and how."""
    safe, unsafe = report.fixable("safe"), report.fixable("unsafe")
    if not safe:
        return f" --fix --unsafe-fixes can mend {unsafe}." if unsafe else ""
    return f" --fix can mend {safe}" + (f", --unsafe-fixes {unsafe} more." if unsafe else ".")


_SEVERITIES: Final[tuple[Severity, ...]] = ("error", "warning")


def _finding(finding: Entry, show_path: Callable[[str], str], style: Style) -> Iterator[str]:
    mark = style.error if finding.severity == "error" else style.warning
    where_text = f"{style.strong}{where(finding.place, show_path)}{style.reset}"
    title = f"{mark}{finding.severity} {finding.code}{style.reset} {finding.name}"
    yield f"{where_text}: {title}: {one_line(finding.message)}"
    if finding.place.text:
        yield from _snippet(finding.place, mark, style)


def _unread(report: Report, show_path: Callable[[str], str], style: Style) -> Iterator[str]:
    for unread in report.unread or ():
        where_text = f"{style.strong}{where(unread.place, show_path)}{style.reset}"
        yield f"{where_text}: {style.faint}unknown{style.reset} {unread.what}: {unread.why}"


def _snippet(place: Place, mark: str, style: Style) -> Iterator[str]:
    number = str(place.start.line)
    margin = " " * len(number)
    line, offset, length = excerpt(place)
    yield f"{style.faint}{margin} |{style.reset}"
    yield f"{style.faint}{number} |{style.reset} {line}"
    yield f"{style.faint}{margin} |{style.reset} {' ' * offset}{mark}{'^' * length}{style.reset}"


def excerpt(place: Place) -> tuple[str, int, int]:
    """Return the source line as it is shown, and the caret's offset and length, all in terminal columns."""
    first = place.start.column - 1
    last = place.end.column - 1 if place.end.line == place.start.line else len(place.text)
    before, under, after = (
        _printable(place.text[:first]),
        _printable(place.text[first:last]),
        _printable(place.text[last:]),
    )
    before = before.expandtabs(TAB_WIDTH)
    under, after = under.replace("\t", " " * TAB_WIDTH), after.replace("\t", " " * TAB_WIDTH)
    before, under, after = _cut(before, under, after)
    return before + under + after, _width(before), max(1, _width(under))


def _cut(before: str, under: str, after: str) -> tuple[str, str, str]:
    """Shorten a long line at both ends so that what is underlined stays in view."""
    if len(before) + len(under) + len(after) <= MAX_WIDTH:
        return before, under, after
    if len(before) > _LEAD:
        before = ELLIPSIS + before[-_LEAD:]
    room = MAX_WIDTH - len(before)
    if len(under) > room:
        return before, under[:room] + ELLIPSIS, ""
    room -= len(under)
    return before, under, after[:room] + ELLIPSIS if len(after) > room else after


def _printable(text: str) -> str:
    """Return the text with control characters replaced, so that a file cannot steer the terminal."""
    return (
        text
        if text.isprintable()
        else "".join(c if c == "\t" or c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    )


def _width(text: str) -> int:
    """Return the terminal columns that the text takes."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(char) else 2 if east_asian_width(char) in "WF" else 1 for char in text)
