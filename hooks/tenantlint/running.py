"""What the commands of the command line share: exit statuses, settings, and how findings are shown."""

from __future__ import annotations

import os
import sys

from tenantlint.arguments import UsageError
from tenantlint.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Final

    from tenantlint.arguments import Arguments
    from tenantlint.config_tree import ConfigTree
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


class Told(Record):
    """What came of telling the findings: the exit status, and the report that was told."""

    status: int
    report: Report
    rendered: str


def report(project: Project, outcome: Outcome, arguments: Arguments, show_path: Callable[[str], str]) -> Told:
    """Print what a check found, or write it to a file."""
    from tenantlint.report.model import report

    if project.store.progress is not None:
        project.store.progress.end()
    unresolved = outcome.unresolved if arguments.flag("--explain-unknown") else None
    found = report(project, outcome.diagnostics, unresolved, outcome.crashes, outcome.hidden)
    rendered = tell(found, arguments, show_path)
    if outcome.stale and not arguments.flag("--quiet"):
        print(_stale(outcome.stale), file=sys.stderr)
    return Told(_status(outcome, arguments), found, rendered)


def tell(found: Report, arguments: Arguments, show_path: Callable[[str], str]) -> str:
    """Print a report, or write it to a file, and return its text."""
    rendered = _render(found, arguments, show_path)
    if arguments.flag("--output-file"):
        _write(rendered, found, arguments)
    else:
        sys.stdout.write(rendered)
    tell_crashes(found.crashes)
    return rendered


def _status(outcome: Outcome, arguments: Arguments) -> int:
    if outcome.crashes:
        return ERROR
    if outcome.failed and not arguments.flag("--exit-zero"):
        return FINDINGS
    return FINDINGS if outcome.stale and arguments.flag("--fail-on-stale-baseline") else CLEAN


def _stale(number: int) -> str:
    what = "1 finding of the baseline is" if number == 1 else f"{number} findings of the baseline are"
    return f"{what} no longer found; --write-baseline drops {'it' if number == 1 else 'them'}."


def refuse_contradictions(arguments: Arguments) -> None:
    """Raise UsageError where options do not go together."""
    for one, other in _EXCLUDING:
        if arguments.flag(one) and arguments.flag(other):
            raise UsageError(f"{one} and {other} exclude each other")
    if arguments.flag("--statistics") and arguments.one("--output-format") not in _COUNTED:
        raise UsageError("--statistics goes with the output formats text, concise and json")


_EXCLUDING: Final = (
    ("--baseline", "--no-baseline"),
    ("--write-baseline", "--no-baseline"),
    ("--write-baseline", "--diff"),
    ("--write-baseline", "--stdin-filename"),
    ("--watch", "--diff"),
    ("--watch", "--stdin-filename"),
    ("--watch", "--write-baseline"),
    ("--jobs", "--executor"),
)
_COUNTED: Final = (None, "text", "concise", "json")


def configs(
    root: str,
    arguments: Arguments,
    only: tuple[str, ...] = (),
    contents: Callable[[str], bytes] | None = None,
) -> ConfigTree:
    """Return the settings of a project's files, with what the command line says.

    ``only`` narrows the rules to some of which everything counts, whatever a baseline says. ``contents`` reads the
    configuration files.
    """
    from tenantlint.config import Overrides, defaults, load, read_file
    from tenantlint.config_tree import ConfigTree

    contents = contents or read_file
    overrides = Overrides(
        select=arguments.listed("--select") if arguments.flag("--select") else None,
        extend_select=arguments.listed("--extend-select"),
        ignore=arguments.listed("--ignore"),
        only=only or arguments.listed("--only"),
        preset=_PRESETS[arguments.one("--preset")],
        fail_on=_SEVERITIES[arguments.one("--fail-on")],
        baseline="" if only else _baseline(arguments),
        recording=arguments.flag("--write-baseline"),
    )
    config = arguments.one("--config")
    if arguments.flag("--no-config"):
        if config is not None:
            raise UsageError("--config and --no-config exclude each other")
        return ConfigTree(root, lambda folder: defaults(overrides), single=True)
    explicit = None if config is None else os.path.abspath(config)
    return ConfigTree(root, lambda folder: load(folder, overrides, explicit, contents), single=explicit is not None)


def _baseline(arguments: Arguments) -> str | None:
    """Return the path of the baseline that the command line names, "" where it wants none, None where it is silent."""
    named = arguments.one("--baseline")
    if named is not None:
        return os.path.abspath(named)
    return "" if arguments.flag("--no-baseline") else None


def show_path(root: str, cwd: str) -> Callable[[str], str]:
    """Return a function from paths under the root to paths as seen from the current folder."""
    if root == cwd:
        return str
    return lambda path: os.path.relpath(os.path.join(root, path), cwd)


def _render(found: Report, arguments: Arguments, show_path: Callable[[str], str]) -> str:
    output_format = arguments.one("--output-format")
    if arguments.flag("--statistics"):
        from tenantlint.report import statistics

        if output_format == "json":
            return statistics.render_json(found)
        return statistics.render(found, summary=output_format != "concise" and _wants_summary(arguments))
    if output_format in _FOR_PROGRAMS:
        from importlib import import_module

        return str(import_module(f"tenantlint.report.{output_format}").render(found))
    if output_format == "concise":
        from tenantlint.report import concise

        return concise.render(found, show_path)
    from tenantlint.report import text

    color = arguments.one("--color") or ("never" if arguments.flag("--output-file") else "auto")
    return text.render(found, show_path, use_color(color), summary=_wants_summary(arguments))


def _wants_summary(arguments: Arguments) -> bool:
    """Return whether the findings end with a summary; ``--watch`` has its own."""
    return not arguments.flag("--quiet") and not arguments.flag("--watch")


_FOR_PROGRAMS: Final = ("json", "github", "gitlab", "junit", "rdjson", "sarif")
"""The formats whose module of that name renders the report as it is, with paths from the root."""


def _write(rendered: str, found: Report, arguments: Arguments) -> None:
    """Write what is to be told to the file that the command line names, and the summary to the terminal."""
    from tenantlint.files import replace_file
    from tenantlint.report.text import summarize

    path = arguments.one("--output-file") or ""
    data = rendered.encode(errors="backslashreplace")
    try:
        if os.path.exists(path) and not os.path.isfile(path):
            with open(path, "wb") as stream:  # a pipe or a device has no whole that could be put in its place
                stream.write(data)
        else:
            replace_file(path, data)
    except OSError as error:
        raise UsageError(f"--output-file: {path} cannot be written: {error.strerror}") from error
    if _wants_summary(arguments):
        print(summarize(found))


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
