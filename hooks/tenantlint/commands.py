"""What each command of the command line does. A command returns its exit status."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Final

from tenantlint.asked import Opening, UsageError
from tenantlint.config import Overrides, defaults, load
from tenantlint.config_tree import ConfigTree

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable, Sequence

    from tenantlint.diagnostic import Crash
    from tenantlint.report.model import Report

CLEAN: Final = 0
FINDINGS: Final = 1
ERROR: Final = 2


def check(arguments: Namespace) -> int:
    """``tenantlint check``: 0 where nothing is found, 1 for findings, 2 where a bug of tenantlint hides some."""
    cwd = os.getcwd()
    opening = Opening(arguments.paths, cwd, _stdin(arguments))
    from tenantlint import pipeline
    from tenantlint.report.model import report

    configs = _configs(opening.root, arguments)
    opened = opening.finish(configs, arguments.force_exclude)
    outcome = pipeline.check(opened.project, opened.asked, configs, opened.problems)
    unresolved = outcome.unresolved if arguments.explain_unknown else None
    found = report(opened.project, outcome.diagnostics, unresolved)
    sys.stdout.write(_render(found, arguments, _show_path(opening.root, cwd)))
    _tell_crashes(outcome.crashes)
    if outcome.crashes:
        return ERROR
    return FINDINGS if outcome.failed and not arguments.exit_zero else CLEAN


def dump(arguments: Namespace) -> int:
    """``tenantlint dump``: print the schema as far as the paths given declare it."""
    cwd = os.getcwd()
    opening = Opening(arguments.paths, cwd)
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


def rule(arguments: Namespace) -> int:
    """``tenantlint rule``: print a rule's page, or list the rules."""
    from tenantlint import rules
    from tenantlint.rule import page

    if arguments.rule is None:
        for code, entry in rules.RULES.items():
            print(f"{code}  {entry.name:24}  {entry.preset}")
        return CLEAN
    found = rules.find(arguments.rule)
    if found is None:
        raise UsageError(f"no such rule: {arguments.rule} (tenantlint rule lists them)")
    sys.stdout.write(page(rules.load(found)))
    return CLEAN


def _stdin(arguments: Namespace) -> dict[str, bytes] | None:
    if arguments.stdin_filename is None:
        return None
    if arguments.paths:
        raise UsageError("--stdin-filename goes without paths")
    return {arguments.stdin_filename: sys.stdin.buffer.read()}


def _configs(root: str, arguments: Namespace) -> ConfigTree:
    overrides = Overrides(
        select=_listed(arguments, "select") or None,
        extend_select=_listed(arguments, "extend_select"),
        ignore=_listed(arguments, "ignore"),
        only=_listed(arguments, "only"),
        preset=getattr(arguments, "preset", None),
        fail_on=getattr(arguments, "fail_on", None),
    )
    if arguments.no_config:
        return ConfigTree(root, lambda folder: defaults(overrides), single=True)
    explicit = None if arguments.config is None else os.path.abspath(arguments.config)
    return ConfigTree(root, lambda folder: load(folder, overrides, explicit), single=explicit is not None)


def _listed(arguments: Namespace, option: str) -> tuple[str, ...]:
    """Return the words of an option that may be repeated and takes lists with commas."""
    given: Sequence[str] = getattr(arguments, option, None) or ()
    return tuple(word.strip() for part in given for word in part.split(",") if word.strip())


def _show_path(root: str, cwd: str) -> Callable[[str], str]:
    """Return a function from paths under the root to paths as seen from the current folder."""
    if root == cwd:
        return str
    return lambda path: os.path.relpath(os.path.join(root, path), cwd)


def _render(found: Report, arguments: Namespace, show_path: Callable[[str], str]) -> str:
    if arguments.output_format == "json":
        from tenantlint.report import json

        return json.render(found)
    if arguments.output_format == "github":
        from tenantlint.report import github

        return github.render(found)
    if arguments.output_format == "concise":
        from tenantlint.report import concise

        return concise.render(found, show_path)
    from tenantlint.report import text

    return text.render(found, show_path, use_color(arguments.color), summary=not arguments.quiet)


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
