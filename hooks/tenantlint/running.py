"""What the commands of the command line share: exit statuses, settings, and how findings are shown."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Final

from tenantlint.arguments import UsageError
from tenantlint.config import Overrides, defaults, load
from tenantlint.config_tree import ConfigTree

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tenantlint.arguments import Arguments
    from tenantlint.diagnostic import Crash, Severity
    from tenantlint.pipeline import Outcome
    from tenantlint.project import Project
    from tenantlint.report.model import Report
    from tenantlint.selection import PresetName

CLEAN: Final = 0
FINDINGS: Final = 1
ERROR: Final = 2

_PRESETS: Final[dict[str | None, PresetName | None]] = {
    None: None,
    "recommended": "recommended",
    "strict": "strict",
    "all": "all",
}
_SEVERITIES: Final[dict[str | None, Severity | None]] = {None: None, "error": "error", "warning": "warning"}


def report(project: Project, outcome: Outcome, arguments: Arguments, show_path: Callable[[str], str]) -> int:
    """Print what a check found and return the exit status."""
    from tenantlint.report.model import report

    unresolved = outcome.unresolved if arguments.flag("--explain-unknown") else None
    sys.stdout.write(_render(report(project, outcome.diagnostics, unresolved), arguments, show_path))
    tell_crashes(outcome.crashes)
    if outcome.crashes:
        return ERROR
    return FINDINGS if outcome.failed and not arguments.flag("--exit-zero") else CLEAN


def configs(root: str, arguments: Arguments, only: tuple[str, ...] = ()) -> ConfigTree:
    """Return the settings of a project's files, with what the command line says. ``only`` narrows the rules."""
    overrides = Overrides(
        select=arguments.listed("--select") if arguments.flag("--select") else None,
        extend_select=arguments.listed("--extend-select"),
        ignore=arguments.listed("--ignore"),
        only=only or arguments.listed("--only"),
        preset=_PRESETS[arguments.one("--preset")],
        fail_on=_SEVERITIES[arguments.one("--fail-on")],
    )
    config = arguments.one("--config")
    if arguments.flag("--no-config"):
        if config is not None:
            raise UsageError("--config and --no-config exclude each other")
        return ConfigTree(root, lambda folder: defaults(overrides), single=True)
    explicit = None if config is None else os.path.abspath(config)
    return ConfigTree(root, lambda folder: load(folder, overrides, explicit), single=explicit is not None)


def show_path(root: str, cwd: str) -> Callable[[str], str]:
    """Return a function from paths under the root to paths as seen from the current folder."""
    if root == cwd:
        return str
    return lambda path: os.path.relpath(os.path.join(root, path), cwd)


def _render(found: Report, arguments: Arguments, show_path: Callable[[str], str]) -> str:
    output_format = arguments.one("--output-format")
    if output_format == "json":
        from tenantlint.report import json

        return json.render(found)
    if output_format == "github":
        from tenantlint.report import github

        return github.render(found)
    if output_format == "concise":
        from tenantlint.report import concise

        return concise.render(found, show_path)
    from tenantlint.report import text

    return text.render(
        found, show_path, use_color(arguments.one("--color") or "auto"), summary=not arguments.flag("--quiet")
    )


def use_color(choice: str) -> bool:
    """Return whether to print colours: as chosen, else as NO_COLOR and FORCE_COLOR say, else only on a terminal."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR", "0") not in ("", "0"):
        return True
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def tell_crashes(crashes: Sequence[Crash]) -> None:
    """Print what went wrong in tenantlint itself."""
    for crash in crashes:
        print(f"{crash.trace}tenantlint: error: {crash.what} failed: {crash.error}", file=sys.stderr)
    if crashes:
        print("This is a bug in tenantlint. What it found besides is shown, and may be incomplete.", file=sys.stderr)
