"""Findings as diagnostics of the protocol, by file."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any, Final

from lsprotocol import types

if TYPE_CHECKING:
    from collections.abc import Container

    from tenantlint.config import ConfigError
    from tenantlint.diagnostic import Diagnostic
    from tenantlint.lsp.documents import Places
    from tenantlint.lsp.state import Checked, State

SOURCE: Final = "tenantlint"
CONFIGURATION: Final = "configuration"
_SEVERITIES: Final = {"error": types.DiagnosticSeverity.Error, "warning": types.DiagnosticSeverity.Warning}
_TAGS: Final = {"UNU001": [types.DiagnosticTag.Unnecessary]}
_TOML_PLACE: Final = re.compile(r"\(at line (\d+), column (\d+)\)")

Found = dict[str, list[types.Diagnostic]]
"""Diagnostics by the path of the file, relative to the root of its project."""


def of(checked: Checked, places: Places, paths: Container[str]) -> Found:
    """Return the diagnostics of a check in the files ``paths``, by file, in the order in which a report has them."""
    found: Found = {}
    for diagnostic in checked.outcome.diagnostics:
        if diagnostic.at.path in paths:
            found.setdefault(diagnostic.at.path, []).append(_shown(diagnostic, places))
    return found


def _shown(diagnostic: Diagnostic, places: Places) -> types.Diagnostic:
    return types.Diagnostic(
        range=places.range(diagnostic.at),
        message=diagnostic.message,
        severity=_SEVERITIES[diagnostic.severity],
        code=diagnostic.code,
        source=SOURCE,
        tags=_TAGS.get(diagnostic.code),
        data=data_of(diagnostic),
    )


def data_of(diagnostic: Diagnostic) -> dict[str, Any]:
    """Return what code actions need to know a finding again, and its fix."""
    fix = diagnostic.fix
    return {
        "name": diagnostic.name,
        "start": diagnostic.at.start,
        "fix": None if fix is None else {"title": fix.title, "applicability": fix.applicability},
    }


def of_configuration(error: ConfigError, state: State) -> Found:
    """Return the diagnostic for a configuration that cannot be used, in its file."""
    message = str(error)
    for path in sorted(state.configuration_files(), key=len, reverse=True):
        place = os.path.join(state.root, path)
        if message.startswith(f"{place}: "):
            text = message.removeprefix(f"{place}: ")
            return {path: [_of_configuration(text, _place(text, place))]}
    return {}


def _of_configuration(text: str, place: types.Range) -> types.Diagnostic:
    return types.Diagnostic(
        range=place,
        message=text,
        severity=types.DiagnosticSeverity.Error,
        code=CONFIGURATION,
        source=SOURCE,
    )


def _place(text: str, path: str) -> types.Range:
    """Return where the error stands: what TOML's parser says, or the line of the key, as far as that can be found."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            lines = file.read().splitlines()
    except OSError:
        lines = []
    told = _TOML_PLACE.search(text)
    line = int(told[1]) - 1 if told else _line_of_key(text, lines)
    length = len(lines[line].encode("utf-16-le")) // 2 if line < len(lines) else 0
    return types.Range(types.Position(line, 0), types.Position(line, length))


def _line_of_key(text: str, lines: list[str]) -> int:
    parts = re.findall(r'"[^"]*"|[\w-]+', text.partition(": ")[0])
    for part in reversed(parts):
        bare = re.escape(part.strip('"'))
        key = re.compile(rf"""^\s*(?:["']?{bare}["']?\s*=|\[.*\b{bare}["']?\s*\])""")
        for number, line in enumerate(lines):
            if key.match(line):
                return number
    return 0
