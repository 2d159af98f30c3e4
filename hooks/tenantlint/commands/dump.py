"""``tenantlint dump``: the schema as it is read."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from tenantlint.asked import Opening
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
