"""``--output-format github``: workflow commands that GitHub Actions shows as annotations.

Escaping and the rule that columns are only for findings on one line follow GitHub's runner.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenantlint.report.concise import headline

if TYPE_CHECKING:
    from tenantlint.report.model import Place, Report


def render(report: Report) -> str:
    """Return one workflow command a finding; what could not be read comes as notices. Paths start at the root."""
    lines = [
        _command(item.severity, f"{item.code} {item.name}", item.place, headline(item, str)) for item in report.findings
    ]
    lines += [_command("notice", "unknown", item.place, f"{item.what}: {item.why}") for item in report.unread or ()]
    return "".join(f"{line}\n" for line in lines)


def _command(level: str, title: str, place: Place, message: str) -> str:
    properties = {"title": title, "file": place.path, "line": str(place.start.line)}
    if place.start.line == place.end.line:
        properties |= {"col": str(place.start.column), "endColumn": str(place.end.column)}
    else:
        properties |= {"endLine": str(place.end.line)}
    listed = ",".join(f"{key}={_escape_property(value)}" for key, value in properties.items())
    return f"::{level} {listed}::{_escape(message)}"


def _escape(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escape_property(text: str) -> str:
    return _escape(text).replace(":", "%3A").replace(",", "%2C")
