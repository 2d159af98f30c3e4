"""``--output-format gitlab``: a Code Quality report, which GitLab shows in merge requests."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tenantlint.diagnostic import INPUT_PROBLEMS
from tenantlint.report.concise import one_line

if TYPE_CHECKING:
    from tenantlint.report.model import Entry, Place, Report, Unread


def render(report: Report) -> str:
    """Return a list of issues, with paths that start at the project root."""
    fingerprints = report.fingerprints()
    issues = [_issue(*pair) for pair in zip(report.findings, fingerprints, strict=False)]
    issues += [_unknown(*pair) for pair in zip(report.unread or (), fingerprints[len(issues) :], strict=True)]
    return json.dumps(issues, indent=2, ensure_ascii=False) + "\n"


def _issue(finding: Entry, fingerprint: str) -> dict[str, object]:
    return {
        "description": f"{finding.code}: {one_line(finding.message)}",
        "check_name": finding.name,
        "fingerprint": fingerprint,
        "severity": _severity(finding),
        "location": _location(finding.place),
    }


def _unknown(unread: Unread, fingerprint: str) -> dict[str, object]:
    return {
        "description": f"Unknown {unread.what}: {unread.why}",
        "check_name": "unknown",
        "fingerprint": fingerprint,
        "severity": "info",
        "location": _location(unread.place),
    }


def _location(place: Place) -> dict[str, object]:
    return {"path": place.path, "lines": {"begin": place.start.line, "end": place.end.line}}


def _severity(finding: Entry) -> str:
    """Return how GitLab calls the severity. A file that could not be read may hide anything."""
    if finding.code in INPUT_PROBLEMS:
        return "critical"
    return "major" if finding.severity == "error" else "minor"
