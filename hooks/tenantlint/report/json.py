"""``--output-format json``: one document with every finding, for other programs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tenantlint.report.model import Entry, Place, Report, Unread

VERSION: Final = 1
"""Grows by one when a key changes its meaning or goes away."""


def render(report: Report) -> str:
    """Return the document, indented, with paths that start at the project root."""
    document: dict[str, object] = {
        "version": VERSION,
        "findings": [_finding(finding) for finding in report.findings],
        "summary": {
            "errors": report.count("error"),
            "warnings": report.count("warning"),
            "files": report.files(),
        },
    }
    if report.hidden:
        document["hidden"] = report.hidden
    if report.unread is not None:
        document["unresolved"] = [_unread(unread) for unread in report.unread]
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _finding(finding: Entry) -> dict[str, object]:
    fix = finding.fix
    return {
        "code": finding.code,
        "name": finding.name,
        "severity": finding.severity,
        "message": finding.message,
        **_place(finding.place),
        "fix": None if fix is None else {"title": fix.title, "applicability": fix.applicability},
    }


def _unread(unread: Unread) -> dict[str, str | int]:
    return {"what": unread.what, "why": unread.why, **_place(unread.place)}


def _place(place: Place) -> dict[str, str | int]:
    return {
        "path": place.path,
        "line": place.start.line,
        "column": place.start.column,
        "end_line": place.end.line,
        "end_column": place.end.column,
    }
