"""``tenantlint rename``: a column, or all names that the rules find, in code and in the database."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from tenantlint import fix, renaming
from tenantlint.arguments import UsageError
from tenantlint.asked import Opening
from tenantlint.commands.fixing import check_and_fix, tell_uses, write
from tenantlint.names import counted
from tenantlint.running import CLEAN, ERROR, FINDINGS, configs, show_path

if TYPE_CHECKING:
    from tenantlint.arguments import Arguments


def rename(arguments: Arguments) -> int:
    """``tenantlint rename``: 0 where it is done, 1 where uses stop it or it is only shown, 2 where it is refused."""
    cwd = os.getcwd()
    opening = Opening((arguments.one("--in") or ".",), cwd)
    shown = show_path(opening.root, cwd)
    if arguments.flag("--all"):
        if arguments.operands:
            raise UsageError("--all goes without a column")
        tree = configs(opening.root, arguments, only=("NAM",))
        return check_and_fix(opening.finish(tree), tree, arguments, shown, renames=True)
    if len(arguments.operands) != 2:
        raise UsageError("name a column and what it is to be called, as in: tenantlint rename users.emailAddress email")
    opened = opening.finish(configs(opening.root, arguments))
    pin, diff = arguments.flag("--pin-column-name"), arguments.flag("--diff")
    done = renaming.rename(opened, *arguments.operands, pin=pin)
    tell_uses(done.patch.unresolved, opened.project, shown)
    if done.patch.refused is not None:
        raise UsageError(f"nothing was renamed: {done.patch.refused}")
    if diff:
        sys.stdout.write(fix.diff(opened.project, done.contents, shown))
        return FINDINGS if done.contents else CLEAN
    if done.patch.unresolved and not arguments.flag("--unsafe-fixes"):
        uses = counted(len(done.patch.unresolved), "use")
        print(f"Nothing was renamed: {uses} cannot be resolved; --unsafe-fixes renames the others.", file=sys.stderr)
        return FINDINGS
    if not write(opened.project, done.contents, shown):
        return ERROR
    print(f"Renamed {arguments.operands[0]} in {counted(len(done.contents), 'file')}.", file=sys.stderr)
    return CLEAN
