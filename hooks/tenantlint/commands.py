"""What each command of the command line does. A command returns its exit status."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Final

from tenantlint.arguments import UsageError
from tenantlint.asked import Opening
from tenantlint.config import OWN_FILE, Overrides, defaults, load
from tenantlint.config_tree import ConfigTree

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tenantlint.arguments import Arguments
    from tenantlint.asked import Opened
    from tenantlint.change import Use
    from tenantlint.diagnostic import Crash, Severity
    from tenantlint.fix import Withheld
    from tenantlint.pipeline import Outcome
    from tenantlint.project import Project
    from tenantlint.report.model import Report
    from tenantlint.selection import PresetName
    from tenantlint.source import Location

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


def check(arguments: Arguments) -> int:
    """``tenantlint check``: 0 where nothing is found, 1 for findings, 2 where a bug of tenantlint hides some."""
    cwd = os.getcwd()
    opening = Opening(arguments.operands, cwd, _stdin(arguments))
    from tenantlint import pipeline

    configs = _configs(opening.root, arguments)
    opened = opening.finish(configs, arguments.flag("--force-exclude"))
    if arguments.flag("--fix") or arguments.flag("--diff"):
        return _fix(opened, configs, arguments, _show_path(opening.root, cwd))
    outcome = pipeline.check(opened.project, opened.asked, configs, opened.problems)
    return _report(opened.project, outcome, arguments, _show_path(opening.root, cwd))


def _report(project: Project, outcome: Outcome, arguments: Arguments, show_path: Callable[[str], str]) -> int:
    """Print what a check found and return the exit status."""
    from tenantlint.report.model import report

    unresolved = outcome.unresolved if arguments.flag("--explain-unknown") else None
    sys.stdout.write(_render(report(project, outcome.diagnostics, unresolved), arguments, show_path))
    _tell_crashes(outcome.crashes)
    if outcome.crashes:
        return ERROR
    return FINDINGS if outcome.failed and not arguments.flag("--exit-zero") else CLEAN


def _fix(opened: Opened, configs: ConfigTree, arguments: Arguments, show_path: Callable[[str], str]) -> int:
    """Make the fixes, or print them as a diff, and tell which were withheld and why."""
    if arguments.flag("--stdin-filename"):
        raise UsageError("--fix and --diff work on files, not on standard input")
    from tenantlint import fix

    fixer = fix.Fixer(opened.asked, configs, arguments.flag("--unsafe-fixes"), arguments.flag("--pin-column-name"))
    fixed = fixer.fix(opened.project, opened.problems)
    if arguments.flag("--diff"):
        sys.stdout.write(fix.diff(opened.project, fixed.contents, show_path))
        _tell_withheld(fixed.withheld, opened.project, show_path)
        return FINDINGS if fixed.contents else CLEAN
    if not _write(opened.project, fixed.contents, show_path):
        return ERROR
    status = _report(fix.laid_over(opened.project, fixed.contents), fixed.outcome, arguments, show_path)
    _tell_withheld(fixed.withheld, opened.project, show_path)
    if fixed.contents and not arguments.flag("--quiet"):
        print(
            f"Fixed {_count(len(fixed.applied), 'finding')} in {_count(len(fixed.contents), 'file')}.", file=sys.stderr
        )
    return max(status, FINDINGS) if fixed.contents and arguments.flag("--exit-non-zero-on-fix") else status


def _write(project: Project, contents: Mapping[str, bytes], show_path: Callable[[str], str]) -> bool:
    """Write files; tell and return False where one has changed since it was read, or cannot be written."""
    from tenantlint import fix

    try:
        changed = fix.write(project, contents)
    except OSError as error:
        print(f"tenantlint: error: nothing was changed: {error}", file=sys.stderr)
        return False
    if changed is not None:
        print(f"tenantlint: error: {show_path(changed)} has changed meanwhile; nothing was changed", file=sys.stderr)
    return changed is None


def _tell_withheld(withheld: Sequence[Withheld], project: Project, show_path: Callable[[str], str]) -> None:
    for each in withheld:
        print(f"{_where(each.diagnostic.at, project, show_path)}: {each.diagnostic.code} not fixed: {each.reason}",
              file=sys.stderr)  # fmt: skip
        _tell_uses(each.patch.unresolved, project, show_path)


def _tell_uses(uses: Sequence[Use], project: Project, show_path: Callable[[str], str]) -> None:
    for use in uses:
        print(f"  {_where(use.at, project, show_path)}: {use.what}", file=sys.stderr)


def _where(at: Location, project: Project, show_path: Callable[[str], str]) -> str:
    from tenantlint.report.model import placer

    start = placer(project)(at).start
    return f"{show_path(at.path)}:{start.line}:{start.column}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def dump(arguments: Arguments) -> int:
    """``tenantlint dump``: print the schema as far as the paths given declare it."""
    cwd = os.getcwd()
    opening = Opening(arguments.operands, cwd)
    from tenantlint.link import link
    from tenantlint.report.concise import render
    from tenantlint.report.dump import dump as dump_schema
    from tenantlint.report.dump import within
    from tenantlint.report.model import report

    opened = opening.finish(_configs(opening.root, arguments))
    project, asked = opened.project, opened.asked
    linked = link(project)
    schema = within(linked.schema, asked)
    sys.stdout.write(dump_schema(schema, lambda at: project.source(at.path).line_of(at.start)))
    problems = [problem for problem in (*opened.problems, *linked.problems) if problem.at.path in asked]
    sys.stderr.write(render(report(project, problems, None), _show_path(opening.root, cwd)))
    _tell_crashes(linked.crashes)
    if linked.crashes:
        return ERROR
    return FINDINGS if problems else CLEAN


def rule(arguments: Arguments) -> int:
    """``tenantlint rule``: print the page of a rule, or of all, or list the rules."""
    from tenantlint import rules
    from tenantlint.report import pages

    code = rules.find(arguments.operands[0]) if arguments.operands else None
    if arguments.operands and code is None:
        raise UsageError(f"no such rule: {arguments.operands[0]} (tenantlint rule lists them)")
    chosen = [rules.load(each) for each in rules.RULES if each == code or code is None]
    if arguments.one("--output-format") == "json":
        sys.stdout.write(pages.json(chosen))
    elif code is not None or arguments.flag("--all"):
        sys.stdout.write(pages.markdown(chosen))
    else:
        sys.stdout.write(pages.table(chosen))
    return CLEAN


def init(arguments: Arguments) -> int:
    """``tenantlint init``: propose a configuration for the project in a folder, and write it there."""
    folder = os.path.abspath(arguments.operands[0] if arguments.operands else ".")
    if not os.path.isdir(folder):
        raise UsageError(f"no such folder: {arguments.operands[0]}")
    place = os.path.join(folder, OWN_FILE)
    if not arguments.flag("--dry-run") and not arguments.flag("--force"):
        _refuse_configured(folder)
    from tenantlint.files import replace_file
    from tenantlint.link import link
    from tenantlint.proposal import document

    opened = Opening((folder,), folder).finish(ConfigTree(folder, lambda _: defaults(), single=True))
    linked = link(opened.project)
    _tell_crashes(linked.crashes)
    text = document(linked.schema, opened.asked)
    sys.stdout.write(text)
    if linked.crashes:
        return ERROR
    if not arguments.flag("--dry-run"):
        replace_file(place, text.encode())
        print(f"\nWrote {os.path.relpath(place)}.", file=sys.stderr)
    return CLEAN


def _refuse_configured(folder: str) -> None:
    """Raise UsageError where the folder has a configuration of its own."""
    settings = load(folder)
    if settings.path is not None and os.path.dirname(settings.path) == folder:
        name = os.path.relpath(settings.path)
        raise UsageError(f"{name} is a configuration already; --dry-run prints the proposal, --force writes it anyway")


def _stdin(arguments: Arguments) -> dict[str, bytes]:
    name = arguments.one("--stdin-filename")
    if name is None:
        return {}
    if arguments.operands:
        raise UsageError("--stdin-filename goes without paths")
    return {name: sys.stdin.buffer.read()}


def _configs(root: str, arguments: Arguments) -> ConfigTree:
    overrides = Overrides(
        select=arguments.listed("--select") if arguments.flag("--select") else None,
        extend_select=arguments.listed("--extend-select"),
        ignore=arguments.listed("--ignore"),
        only=arguments.listed("--only"),
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


def _show_path(root: str, cwd: str) -> Callable[[str], str]:
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


def _tell_crashes(crashes: Sequence[Crash]) -> None:
    for crash in crashes:
        print(f"{crash.trace}tenantlint: error: {crash.what} failed: {crash.error}", file=sys.stderr)
    if crashes:
        print("This is a bug in tenantlint. What it found besides is shown, and may be incomplete.", file=sys.stderr)
