"""Rewrites a migration that drops a column and adds it under another name: it renames it instead.

The snapshot stays as it is: it tells what there is, and not how it came about.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tenantlint.change import Patch
from tenantlint.lang.drizzle.kit.text import quoted, written
from tenantlint.lang.lowering import RefusedError
from tenantlint.lang.renames import refuse_comment, renamed
from tenantlint.lang.text import Text

if TYPE_CHECKING:
    from tenantlint.change import RenameInstead
    from tenantlint.edit import Edit
    from tenantlint.lang.lowering import Lowering
    from tenantlint.source import Location

_END: Final = re.compile(rb"[ \t]*;[ \t]*(?:--> statement-breakpoint)?[ \t]*(?:\r?\n)?")
_BREAK: Final = "--> statement-breakpoint"


def lower(change: RenameInstead, context: Lowering) -> Patch:
    """Return the edits of the migration. Refuses where a rename may be something else."""
    try:
        found = renamed(change, context)
        file = Text(context.project.source(found.revision.path))
        table = written(change.table)
        made = [f"ALTER TABLE {table} RENAME COLUMN {quoted(change.old)} TO {quoted(change.new)}"]
        if found.relaxes:
            made.append(f"ALTER TABLE {table} ALTER COLUMN {quoted(change.new)} DROP NOT NULL")
        between = f";{_BREAK}\n" if _BREAK.encode() in file.data or found.relaxes else ";\n"
        first, second = sorted((found.dropped.at, found.added.at), key=lambda at: at.start)
        if first.path != second.path or first.path != file.path:
            raise RefusedError("the column is dropped in another file than it is added in: rename it by hand")
        refuse_comment(file, second, b"--")
        return Patch((file.replace(first.start, first.end, between.join(made)), _deleted(file, second)))
    except RefusedError as error:
        return Patch(refused=str(error))


def _deleted(file: Text, at: Location) -> Edit:
    """Return the edit that deletes a statement with its end, and the breakpoint before it where it is the last."""
    found = _END.match(file.data, at.end)
    if found is not None and found.end() < len(file.data):
        return file.replace(at.start, found.end(), "")
    before = re.sub(rb"[ \t\r\n]*(?:--> statement-breakpoint)?[ \t\r\n]*\Z", b"", file.data[: at.start])
    end = len(file.data) if found is None else len(file.data[: found.end()].rstrip(b"\r\n"))
    if found is None and file.data[at.end :].strip():
        raise RefusedError("the statement does not end plainly: rename it by hand")
    return file.replace(len(before), end, "")
