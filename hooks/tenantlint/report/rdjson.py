"""``--output-format rdjson``: the diagnostic format of reviewdog, which comments on changes at many hosts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tenantlint.report.concise import one_line

if TYPE_CHECKING:
    from tenantlint.report.model import Entry, Place, Report, Unread


def render(report: Report) -> str:
    """Return one ``DiagnosticResult``. Paths start at the project root; columns count bytes, as the format wants."""
    document = {
        "source": {"name": "tenantlint"},
        "diagnostics": [
            *(_diagnostic(finding) for finding in report.findings),
            *(_unknown(unread) for unread in report.unread or ()),
        ],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _diagnostic(finding: Entry) -> dict[str, object]:
    return {
        "message": one_line(finding.message),
        "location": {"path": finding.place.path, "range": _range(finding.place)},
        "severity": finding.severity.upper(),
        "code": {"value": finding.code},
    }


def _unknown(unread: Unread) -> dict[str, object]:
    return {
        "message": f"{unread.what}: {unread.why}",
        "location": {"path": unread.place.path, "range": _range(unread.place)},
        "severity": "INFO",
        "code": {"value": "unknown"},
    }


def _range(place: Place) -> dict[str, dict[str, int]]:
    """Return start and end (exclusive). The text of a later line is not at hand, so there the end is its line alone."""
    start = {"line": place.start.line, "column": _bytes(place.text, place.start.column)}
    if place.end.line != place.start.line:
        return {"start": {"line": place.start.line}, "end": {"line": place.end.line}}
    return {"start": start, "end": {"line": place.end.line, "column": _bytes(place.text, place.end.column)}}


def _bytes(line: str, column: int) -> int:
    return len(line[: column - 1].encode(errors="surrogatepass")) + 1
