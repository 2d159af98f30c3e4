"""``tenantlint scan``: every project below some folders, checked at once."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from tenantlint import executors
from tenantlint.arguments import Arguments
from tenantlint.running import CLEAN, ERROR, FINDINGS, configs, refuse_contradictions, show_path, tell
from tenantlint.scan import joined, projects, scan_all

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tenantlint.progress import Progress
    from tenantlint.scan import Checked


def scan(arguments: Arguments) -> int:
    """``tenantlint scan``: the worst status that any project has; 2 where one could not be checked."""
    refuse_contradictions(arguments)
    cwd = os.getcwd()
    paths = [os.path.normpath(os.path.join(cwd, name)) for name in arguments.operands or (".",)]
    found = projects(paths)
    base = os.path.commonpath([each.root for each in found]) if found else cwd
    _refuse_wrong_options(arguments, base)
    plan = executors.plan(arguments.one("--executor"), arguments.one("--jobs"))
    progress = _progress(arguments)
    if progress is not None:
        progress.begin("Checking %s projects", len(found))
    try:
        checked = scan_all(found, arguments, base, plan, (lambda: None) if progress is None else progress.step)
    finally:
        plan.close()
        if progress is not None:
            progress.end()
    tell(joined(checked), arguments, show_path(base, cwd))
    if not arguments.flag("--quiet") and arguments.one("--output-format") in (None, "text"):
        print(_summary(checked))
    return _status(checked, arguments)


def _refuse_wrong_options(arguments: Arguments, base: str) -> None:
    """Raise ConfigError where the command line itself is wrong, so that not each project tells it."""
    given = arguments.given
    if not arguments.flag("--config"):
        given = {**given, "--no-config": ()}
    configs(base, Arguments(arguments.operands, given)).of_root()


def _progress(arguments: Arguments) -> Progress | None:
    if arguments.flag("--quiet") or not sys.stderr.isatty():
        return None
    from tenantlint.progress import on_terminal

    return on_terminal()


def _summary(checked: Sequence[Checked]) -> str:
    left = sum(not each.opened for each in checked)
    counted = "1 project" if len(checked) == 1 else f"{len(checked)} projects"
    return f"Looked through {counted}" + (f", {left} of which could not be checked." if left else ".")


def _status(checked: Sequence[Checked], arguments: Arguments) -> int:
    if any(each.report.crashes or not each.opened for each in checked):
        return ERROR
    return FINDINGS if any(each.failed for each in checked) and not arguments.flag("--exit-zero") else CLEAN
