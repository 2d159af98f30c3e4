"""``tenantlint new table``: a table that passes the rules, in the project's own style."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from tenantlint import fix
from tenantlint.arguments import UsageError
from tenantlint.asked import Opening
from tenantlint.commands.fixing import write
from tenantlint.creation import Creation, Request
from tenantlint.running import CLEAN, ERROR, FINDINGS, configs, show_path
from tenantlint.shown import positions

if TYPE_CHECKING:
    from collections.abc import Callable

    from tenantlint.arguments import Arguments
    from tenantlint.creation import Created
    from tenantlint.project import Project
    from tenantlint.schema import Orm

_ORMS: dict[str | None, Orm | None] = {None: None, "sqlmodel": "sqlmodel", "drizzle": "drizzle"}


def new(arguments: Arguments) -> int:
    """``tenantlint new table``: 0 where the table passes the rules, 1 where an error is left, 2 where it is refused."""
    if len(arguments.operands) != 2 or arguments.operands[0] != "table":
        raise UsageError("say what is new, as in: tenantlint new table invoices --column number:text")
    cwd = os.getcwd()
    target = _target(arguments)
    opening = Opening((os.path.dirname(target) or ".",) if target is not None else (".",), cwd)
    tree, shown = configs(opening.root, arguments), show_path(opening.root, cwd)
    opened = opening.finish(tree)
    path = None if target is None else os.path.relpath(os.path.join(cwd, target), opening.root).replace(os.sep, "/")
    request = Request(
        arguments.operands[1],
        _ORMS[arguments.one("--orm")],
        arguments.given.get("--column", ()),
        path,
        arguments.flag("--migration"),
    )
    made = Creation(opened.project, tree, request).make()
    if target is None:
        sys.stdout.write(made.contents[made.path].decode())
    elif arguments.flag("--diff"):
        sys.stdout.write(fix.diff(opened.project, made.contents, shown))
    elif not _write(opened.project, made, shown):
        return ERROR
    return _tell(made, fix.laid_over(opened.project, made.contents), shown)


def _target(arguments: Arguments) -> str | None:
    """Return the file that gets the table. Raises UsageError where the options do not go together."""
    output, append = arguments.one("--output"), arguments.one("--append")
    if output is not None and append is not None:
        raise UsageError("--output and --append exclude each other")
    target = output or append
    if target is None:
        if arguments.flag("--migration") or arguments.flag("--diff"):
            raise UsageError("--migration and --diff go with --output or --append")
        return None
    if output is not None and os.path.lexists(output):
        raise UsageError(f"{output} is there already: --append adds a table to it")
    if append is not None and not os.path.isfile(append):
        raise UsageError(f"no such file: {append}")
    folder = os.path.dirname(target) or "."
    if not os.path.isdir(folder):
        raise UsageError(f"no such folder: {folder}")
    return target


def _write(project: Project, made: Created, shown: Callable[[str], str]) -> bool:
    """Write all files or none, and tell which."""
    if not write(project, made.contents, shown, "written"):
        return False
    for path in made.contents:
        print(f"Wrote {shown(path)}.", file=sys.stderr)
    return True


def _tell(made: Created, project: Project, shown: Callable[[str], str]) -> int:
    """Tell what rules still find in the table."""
    position = positions(project)
    for each in made.left:
        line, column = position(each.at)
        print(f"{shown(each.at.path)}:{line}:{column}: {each.code} {each.message}", file=sys.stderr)
    return FINDINGS if any(each.severity == "error" for each in made.left) else CLEAN
