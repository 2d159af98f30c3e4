"""What the commands that change files share: writing them, and telling what is left."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from tenantlint import fix
from tenantlint.arguments import UsageError
from tenantlint.files import told
from tenantlint.names import counted
from tenantlint.record import replace
from tenantlint.report.model import placer
from tenantlint.running import CLEAN, ERROR, FINDINGS, report

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tenantlint.arguments import Arguments
    from tenantlint.asked import Opened
    from tenantlint.change import Use
    from tenantlint.config_tree import ConfigTree
    from tenantlint.fix import Fixed
    from tenantlint.project import Project
    from tenantlint.running import Told
    from tenantlint.source import Location


def check_and_fix(
    opened: Opened, tree: ConfigTree, arguments: Arguments, shown: Callable[[str], str], renames: bool = False
) -> int:
    """Make the fixes, or print them as a diff, and tell which were withheld and why. ``renames`` allows unsafe ones."""
    if arguments.flag("--stdin-filename"):
        raise UsageError("--fix and --diff work on files, not on standard input")
    fixed = fix_found(opened, tree, arguments, renames)
    if arguments.flag("--diff"):
        sys.stdout.write(fix.diff(opened.project, fixed.contents, shown))
        _tell_left(fixed, fix.laid_over(opened.project, fixed.contents), shown)
        return FINDINGS if fixed.contents else CLEAN
    told = write_and_tell(fixed, opened, tree, arguments, shown)
    return ERROR if told is None else told.status


def write_and_tell(
    fixed: Fixed, opened: Opened, tree: ConfigTree, arguments: Arguments, shown: Callable[[str], str]
) -> Told | None:
    """Write what was fixed and tell what is left; None where the files cannot be written, which is told."""
    if not write(opened.project, fixed.contents, shown):
        return None
    after = replace(opened, project=fix.laid_over(opened.project, fixed.contents))
    outcome = fixed.outcome
    if arguments.flag("--write-baseline"):
        from tenantlint.recording import record

        outcome = record(outcome, after, tree, arguments.flag("--quiet"))
    told = report(after.project, outcome, arguments, shown)
    _tell_left(fixed, after.project, shown)
    if fixed.contents and not arguments.flag("--quiet"):
        print(
            f"Fixed {counted(len(fixed.applied), 'finding')} in {counted(len(fixed.contents), 'file')}.",
            file=sys.stderr,
        )
    if fixed.contents and arguments.flag("--exit-non-zero-on-fix"):
        return replace(told, status=max(told.status, FINDINGS))
    return told


def fix_found(opened: Opened, tree: ConfigTree, arguments: Arguments, renames: bool = False) -> Fixed:
    """Make the fixes that the command line allows, in memory."""
    unsafe, pin = arguments.flag("--unsafe-fixes"), arguments.flag("--pin-column-name")
    fixer = fix.Fixer(opened.asked, tree, unsafe or renames, pin, resolved=not unsafe)
    return fixer.fix(opened.project, opened.problems)


def write(project: Project, contents: Mapping[str, bytes], shown: Callable[[str], str], done: str = "changed") -> bool:
    """Write files; tell and return False where one has changed since it was read, or cannot be written.

    ``done`` says what was to happen to them.
    """
    try:
        changed = fix.write(project, contents)
    except OSError as error:
        print(f"tenantlint: error: nothing was {done}: {told(error)}", file=sys.stderr)
        return False
    if changed is not None:
        print(f"tenantlint: error: {shown(changed)} has changed meanwhile; nothing was {done}", file=sys.stderr)
    return changed is None


def _tell_left(fixed: Fixed, project: Project, shown: Callable[[str], str]) -> None:
    """Tell which fixes were withheld, and which uses those that were made leave as they were."""
    for each in fixed.withheld:
        print(f"{_where(each.diagnostic.at, project, shown)}: {each.diagnostic.code} not fixed: {each.reason}",
              file=sys.stderr)  # fmt: skip
        tell_uses(each.patch.unresolved, project, shown)
    if fixed.left:
        print(f"{counted(len(fixed.left), 'use')} could not be resolved and stay as before:", file=sys.stderr)
        tell_uses(fixed.left, project, shown)


def tell_uses(uses: Sequence[Use], project: Project, shown: Callable[[str], str]) -> None:
    """Tell which uses are left to a reader, a line each."""
    for use in uses:
        print(f"  {_where(use.at, project, shown)}: {use.what}", file=sys.stderr)


def _where(at: Location, project: Project, shown: Callable[[str], str]) -> str:
    start = placer(project)(at).start
    return f"{shown(at.path)}:{start.line}:{start.column}"
