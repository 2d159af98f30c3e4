"""``--output-format sarif``: SARIF 2.1.0, which GitHub code scanning, Azure DevOps and many viewers read.

Findings that a comment or a baseline hides are left out: GitHub shows suppressed results as open ones.
"""

from __future__ import annotations

import json
import re
from inspect import cleandoc
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from tenantlint import __version__, rules
from tenantlint.diagnostic import INPUT_PROBLEMS
from tenantlint.report.concise import one_line
from tenantlint.rule import page

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tenantlint.report.model import Entry, Place, Report
    from tenantlint.rule import Rule

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
FINGERPRINT: Final = "tenantlint/v1"
_ROOT: Final = "%SRCROOT%"
_TAGS: Final = {
    "COR": ["correctness"],
    "IDX": ["performance"],
    "MIG": ["migrations"],
    "NAM": ["naming"],
    "REL": ["correctness"],
    "RLS": ["security", "row-level-security"],
    "STD": ["maintainability"],
    "TEN": ["security", "multi-tenancy"],
    "UNU": ["maintainability"],
}


def render(report: Report) -> str:
    """Return one log with one run. Problems with the input and crashes are its notifications, all else its results."""
    pairs = list(zip(report.findings, report.fingerprints(), strict=False))
    found = [pair for pair in pairs if pair[0].code not in INPUT_PROBLEMS]
    unread = [finding for finding, _ in pairs if finding.code in INPUT_PROBLEMS]
    indexes = _indexes(finding.code for finding, _ in found)
    notices = _indexes(finding.code for finding in unread)
    run: dict[str, object] = {
        "tool": {
            "driver": {
                "name": "tenantlint",
                "version": __version__,
                "semanticVersion": __version__,
                "rules": [_rule(rules.load(code)) for code in indexes],
                "notifications": [{"id": code, "name": INPUT_PROBLEMS[code]} for code in notices],
            }
        },
        "invocations": [_invocation(unread, notices, report)],
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The root of the project."}}},
        "columnKind": "unicodeCodePoints",
        "results": [_result(*pair, indexes) for pair in found],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False) + "\n"


def _indexes(codes: Iterable[str]) -> dict[str, int]:
    return {code: index for index, code in enumerate(sorted(set(codes)))}


def _rule(rule: type[Rule]) -> dict[str, object]:
    text = cleandoc(rule.__doc__ or "")
    short = one_line(text.partition("\n\n")[0])
    what = one_line(text.partition("## What it does\n")[2].partition("\n\n## ")[0])
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": short},
        "fullDescription": {"text": what or short},
        "help": {"text": page(rule), "markdown": page(rule)},
        "defaultConfiguration": {"level": rule.severity},
        "properties": {"tags": _TAGS[rule.code[:3]], "problem.severity": rule.severity},
    }


def _result(finding: Entry, fingerprint: str, indexes: Mapping[str, int]) -> dict[str, object]:
    result: dict[str, object] = {
        "ruleId": finding.code,
        "ruleIndex": indexes[finding.code],
        "level": finding.severity,
        "message": _message(one_line(finding.message)),
        "locations": [_location(finding.place)],
        "partialFingerprints": {FINGERPRINT: fingerprint},
    }
    if finding.fix is not None:
        result["properties"] = {"fix": {"title": finding.fix.title, "applicability": finding.fix.applicability}}
    return result


def _message(text: str) -> dict[str, str]:
    """Return a message. In SARIF ``{0}`` is a placeholder, and ``[text](target)`` a link, unless they are escaped.

    Other braces stay as they are: many viewers show the escaped form.
    """
    if "](" in text:
        text = text.replace("[", "\\[").replace("]", "\\]")
    if re.search(r"\{\d", text):
        text = text.replace("{", "{{").replace("}", "}}")
    return {"text": text}


def _location(place: Place) -> dict[str, object]:
    # A path of the file system need not be UTF-8; its bytes are what the URI encodes.
    uri = quote(place.path.encode(errors="surrogateescape"), safe="/")
    region = {
        "startLine": place.start.line,
        "startColumn": place.start.column,
        "endLine": place.end.line,
        "endColumn": place.end.column,
    }
    return {"physicalLocation": {"artifactLocation": {"uri": uri, "uriBaseId": _ROOT}, "region": region}}


def _invocation(unread: Iterable[Entry], notices: Mapping[str, int], report: Report) -> dict[str, object]:
    notifications: list[dict[str, object]] = [
        {
            "descriptor": {"id": finding.code, "index": notices[finding.code]},
            "level": "error",
            "message": _message(one_line(finding.message)),
            "locations": [_location(finding.place)],
        }
        for finding in unread
    ]
    notifications += [
        {
            "level": "error",
            "message": _message(f"{crash.what} failed: {crash.error}. This is a bug in tenantlint."),
            "exception": {"message": crash.error},
        }
        for crash in report.crashes
    ]
    notifications += [
        {
            "level": "note",
            "message": _message(f"unknown {each.what}: {each.why}"),
            "locations": [_location(each.place)],
        }
        for each in report.unread or ()
    ]
    return {"executionSuccessful": not report.crashes, "toolExecutionNotifications": notifications}
