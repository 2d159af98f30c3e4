"""``--output-format junit``: JUnit's XML, which Jenkins, Azure Pipelines, GitLab and many more show as test results.

A file is a test suite, a finding a test case in it that fails. What could not be read is skipped.
"""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree

from tenantlint.diagnostic import INPUT_PROBLEMS
from tenantlint.report.concise import one_line, where

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tenantlint.diagnostic import Crash
    from tenantlint.report.model import Entry, Report, Unread

_TOOL: Final = "tenantlint"
_NOT_XML: Final = r"[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF]"


def render(report: Report) -> str:
    """Return the document. Where there is nothing to tell it has one test that passes: some readers want a test."""
    root = ElementTree.Element("testsuites", name=_TOOL)
    for path, findings in groupby(report.findings, lambda finding: finding.place.path):
        _suite(root, path, _cases(findings))
    if report.crashes:
        _suite(root, _TOOL, [_crash(crash) for crash in report.crashes])
    if report.unread:
        _suite(root, "unknown", [_unknown(unread) for unread in report.unread])
    if not len(root):
        _suite(root, _TOOL, [ElementTree.Element("testcase", name="No findings", classname=_TOOL, time="0")])
    for key in ("tests", "failures", "errors"):
        root.set(key, str(sum(int(suite.get(key, "0")) for suite in root)))
    ElementTree.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(root, encoding="unicode")}\n'


def _suite(root: ElementTree.Element, name: str, cases: list[ElementTree.Element]) -> None:
    suite = ElementTree.SubElement(root, "testsuite", name=_clean(name), tests=str(len(cases)))
    for kind, attribute in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
        suite.set(attribute, str(_count(cases, kind)))
    suite.set("time", "0")
    suite.extend(cases)


def _count(cases: Iterable[ElementTree.Element], kind: str) -> int:
    return sum(case.find(kind) is not None for case in cases)


def _cases(findings: Iterable[Entry]) -> list[ElementTree.Element]:
    """Return a test case for each finding of a file, with different names that stay when lines move."""
    seen: dict[str, int] = {}
    cases = []
    for finding in findings:
        name = f"{finding.code} {_subject(finding)}"
        seen[name] = seen.get(name, 0) + 1
        cases.append(_case(finding, name if seen[name] == 1 else f"{name} ({seen[name]})"))
    return cases


def _subject(finding: Entry) -> str:
    """Return what the message begins with in backticks, as a table or a column; else the name of the rule."""
    before, _, rest = finding.message.partition("`")
    subject, end, _ = rest.partition("`")
    return finding.name if before or not end else subject


def _case(finding: Entry, name: str) -> ElementTree.Element:
    place = finding.place
    case = ElementTree.Element("testcase", name=_clean(name), classname=_clean(place.path), time="0")
    message = one_line(finding.message)
    kind = "error" if finding.code in INPUT_PROBLEMS else "failure"
    told = ElementTree.SubElement(case, kind, message=_clean(message), type=finding.severity)
    told.text = _clean(f"{where(place, str)}: {finding.code} {finding.name}: {message}\n{place.text}".rstrip())
    return case


def _unknown(unread: Unread) -> ElementTree.Element:
    name = f"{unread.what} ({where(unread.place, str)})"
    case = ElementTree.Element("testcase", name=_clean(name), classname=_clean(unread.place.path), time="0")
    ElementTree.SubElement(case, "skipped", message=_clean(unread.why))
    return case


def _crash(crash: Crash) -> ElementTree.Element:
    case = ElementTree.Element("testcase", name=_clean(crash.what), classname=_TOOL, time="0")
    message = f"{crash.error} (a bug in tenantlint)"
    ElementTree.SubElement(case, "error", message=_clean(message), type="crash").text = _clean(crash.trace)
    return case


def _clean(text: str) -> str:
    """Return the text with U+FFFD for every character that XML 1.0 has no way to write."""
    return re.sub(_NOT_XML, "\N{REPLACEMENT CHARACTER}", text)
