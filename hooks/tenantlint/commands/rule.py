"""``tenantlint rule``: the pages of the rules."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from tenantlint.arguments import UsageError
from tenantlint.running import CLEAN

if TYPE_CHECKING:
    from tenantlint.arguments import Arguments


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
