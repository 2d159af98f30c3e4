"""``--statistics``: how many findings each rule has, and whether tenantlint can mend them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.record import Record
from tenantlint.report.text import summarize

if TYPE_CHECKING:
    from tenantlint.diagnostic import Severity
    from tenantlint.report.model import Report

LEGEND: Final = {
    "[*]": "--fix mends all",
    "[-]": "--fix mends some",
    "[+]": "--fix --unsafe-fixes mends all or some",
}


class Count(Record):
    """The findings of one rule: their number, and how many of them have a fix that is safe, or unsafe."""

    code: str
    name: str
    severity: Severity
    number: int
    safe: int
    unsafe: int

    def mark(self) -> str:
        """Return a sign for what can be fixed, in three characters."""
        if self.safe:
            return "[*]" if self.safe == self.number else "[-]"
        return "[+]" if self.unsafe else "[ ]"


def counts(report: Report) -> list[Count]:
    """Return the counts of the rules that have findings, the most frequent first."""
    found: dict[str, Count] = {}
    for entry in report.findings:
        old = found.get(entry.code) or Count(entry.code, entry.name, entry.severity, 0, 0, 0)
        kind = None if entry.fix is None else entry.fix.applicability
        found[entry.code] = Count(
            old.code,
            old.name,
            old.severity,
            old.number + 1,
            old.safe + (kind == "safe"),
            old.unsafe + (kind == "unsafe"),
        )
    return sorted(found.values(), key=lambda count: (-count.number, count.code))


def render(report: Report, summary: bool) -> str:
    """Return one line a rule, what the signs mean, and (asked for) the summary."""
    found = counts(report)
    width = len(str(max((count.number for count in found), default=0)))
    lines = [f"{count.number:{width}}  {count.code}  {count.mark()} {count.name}" for count in found]
    used = {count.mark() for count in found}
    legend = [f"{mark} {meaning}" for mark, meaning in LEGEND.items() if mark in used]
    parts = (lines, legend, [summarize(report)] if summary else [])
    return "\n".join("".join(f"{line}\n" for line in part) for part in parts if part)


def render_json(report: Report) -> str:
    """Return the counts as a list for other programs."""
    from json import dumps

    listed = [
        {
            "code": count.code,
            "name": count.name,
            "severity": count.severity,
            "count": count.number,
            "fixable": {"safe": count.safe, "unsafe": count.unsafe},
        }
        for count in counts(report)
    ]
    return dumps(listed, indent=2, ensure_ascii=False) + "\n"
