"""What the commands of the command line do that change no code. A command returns its exit status."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from tenantlint.arguments import UsageError
from tenantlint.asked import Opening
from tenantlint.config import OWN_FILE, defaults, load
from tenantlint.config_tree import ConfigTree
from tenantlint.running import CLEAN, ERROR, FINDINGS, configs, show_path, tell_crashes

if TYPE_CHECKING:
    from tenantlint.arguments import Arguments


def dump(arguments: Arguments) -> int:
    """``tenantlint dump``: print the schema as far as the paths given declare it."""
    cwd = os.getcwd()
    opening = Opening(arguments.operands, cwd)
    from tenantlint.link import link
    from tenantlint.report.dump import dump as dump_schema
    from tenantlint.report.dump import within
    from tenantlint.report.model import placer
    from tenantlint.shown import tell_unread

    opened = opening.finish(configs(opening.root, arguments))
    project, asked = opened.project, opened.asked
    linked = link(project)
    schema, place = within(linked.schema, asked), placer(project)
    sys.stdout.write(dump_schema(schema, lambda at: place(at).start.line))
    unread = tell_unread(opened, linked.problems, show_path(opening.root, cwd))
    tell_crashes(linked.crashes)
    if linked.crashes:
        return ERROR
    return FINDINGS if unread else CLEAN


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
    from tenantlint.files import replace_file, told
    from tenantlint.link import link
    from tenantlint.proposal import document

    opened = Opening((folder,), folder).finish(ConfigTree(folder, lambda _: defaults(), single=True))
    linked = link(opened.project)
    tell_crashes(linked.crashes)
    text = document(linked.schema, opened.asked)
    sys.stdout.write(text)
    if linked.crashes:
        return ERROR
    if not arguments.flag("--dry-run"):
        try:
            replace_file(place, text.encode())
        except OSError as error:
            raise UsageError(told(error)) from error
        print(f"\nWrote {os.path.relpath(place)}.", file=sys.stderr)
    return CLEAN


def _refuse_configured(folder: str) -> None:
    """Raise UsageError where the folder has a configuration of its own."""
    settings = load(folder)
    if settings.path is not None and os.path.dirname(settings.path) == folder:
        name = os.path.relpath(settings.path)
        raise UsageError(f"{name} is a configuration already; --dry-run prints the proposal, --force writes it anyway")
