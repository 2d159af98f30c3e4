"""``tenantlint checklist``: what a review of the schema would ask, ticked from facts."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tenantlint import pipeline
from tenantlint.arguments import UsageError
from tenantlint.asked import Asked, Opening
from tenantlint.checklist import besides
from tenantlint.checklist import checklist as make
from tenantlint.running import CLEAN, ERROR, configs, show_path, tell_crashes
from tenantlint.shown import positions, put, tell_unread, views

if TYPE_CHECKING:
    from collections.abc import Container

    from tenantlint.arguments import Arguments
    from tenantlint.schema import Schema, Table


def checklist(arguments: Arguments) -> int:
    """``tenantlint checklist``: 0 whatever it says, 2 where a bug of tenantlint may leave something out."""
    cwd = os.getcwd()
    opening = Opening(arguments.operands, cwd)
    tree = configs(opening.root, arguments)
    changed = _changed(opening.root, arguments)
    opened = opening.finish(tree)
    outcome = pipeline.check(opened.project, Asked(folders=("",)), tree, opened.problems)
    tables = [table for table in outcome.schema if table.at.path in opened.asked]
    if changed is not None:
        tables = [table for table in tables if _is_changed(table, outcome.schema, changed)]
    checked = make(outcome.schema, sorted(tables, key=_order), views(outcome.schema, tree), outcome.diagnostics)
    scope = opened.asked if changed is None else changed
    left = besides(
        checked, (each for each in outcome.diagnostics if each.at.path in opened.asked and each.at.path in scope)
    )
    position, shown = positions(opened.project), show_path(opening.root, cwd)
    if arguments.one("--output-format") == "json":
        from tenantlint.checklist.report import json

        text = json(checked, left, position)
    else:
        from tenantlint.checklist.report import markdown

        text = markdown(checked, left, position, shown)
    put(text, arguments.one("--output"))
    tell_unread(opened, outcome.diagnostics, shown)
    tell_crashes(outcome.crashes)
    return ERROR if outcome.crashes else CLEAN


def _order(table: Table) -> tuple[str, int]:
    return table.at.path, table.at.start


def _is_changed(table: Table, schema: Schema, changed: Container[str]) -> bool:
    """Return whether a file declares a part of the table, or migrates it, that is among ``changed``."""
    from tenantlint.checklist.facts import touching

    paths = {table.at.path, *(column.at.path for column in table.columns), *touching(table, schema)}
    return any(path in changed for path in paths)


def _changed(root: str, arguments: Arguments) -> frozenset[str] | None:
    """Return the files that differ from the last commit, or from where ``--since`` was left; None for all files."""
    since = arguments.one("--since")
    if since is None and not arguments.flag("--changed"):
        return None
    base = "HEAD" if since is None else _git(root, "merge-base", "--end-of-options", since, "HEAD").strip()
    listed = _git(root, "diff", "--name-only", "--relative", "-z", base, "--")
    listed += _git(root, "ls-files", "--others", "--exclude-standard", "-z")
    return frozenset(path for path in listed.split("\0") if path)


def _git(root: str, *command: str) -> str:
    import subprocess

    try:
        done = subprocess.run(("git", "-C", root, *command), capture_output=True, check=False)
    except OSError as error:
        raise UsageError(f"--changed and --since need git: {error.strerror}") from error
    if done.returncode:
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["no common commit"]
        raise UsageError(f"git cannot tell what changed: {lines[-1]}")
    return done.stdout.decode("utf-8", "surrogateescape")
