"""``tenantlint init``: a configuration that fits the project."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from tenantlint.arguments import UsageError
from tenantlint.asked import Opening
from tenantlint.config import OWN_FILE, defaults, load
from tenantlint.config_tree import ConfigTree
from tenantlint.running import CLEAN, ERROR, tell_crashes

if TYPE_CHECKING:
    from tenantlint.arguments import Arguments


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
