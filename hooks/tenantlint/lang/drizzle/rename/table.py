"""Renames of tables in the database: the name that ``pgTable`` gets, and the rows of joins, which have it as a key."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tenantlint.change import Patch, RenameTable
from tenantlint.edit import Edit
from tenantlint.lang.drizzle.rename.calls import arguments
from tenantlint.lang.drizzle.rename.facts import Facts
from tenantlint.lang.drizzle.rename.infer import Infer
from tenantlint.lang.drizzle.rename.owners import Owners
from tenantlint.lang.drizzle.rename.scopes import Program, unquoted
from tenantlint.lang.drizzle.rename.shapes import Joined, Shape
from tenantlint.lang.drizzle.rename.text import in_sql
from tenantlint.lang.drizzle.rename.uses import Finder, sources
from tenantlint.lang.drizzle.scan import EXTENSIONS

if TYPE_CHECKING:
    from tree_sitter import Node

    from tenantlint.change import Use
    from tenantlint.lang.lowering import Lowering
    from tenantlint.schema import Table

_IDENTIFIER: Final = r"[A-Za-z_$][\w$]*"
_NO_NAME: Final = "its name does not stand in its declaration as a text, so that it cannot be changed there"


class _Joins(Owners):
    """Decides for the name of a table: only a row of a join has it as a key."""

    def owns(self, shape: Shape | None) -> bool | None:
        """Return whether a member is the table's part of a joined row."""
        if isinstance(shape, Joined):
            return any(name == self.key for name, _ in shape.sources)
        return None if shape is None else False


def rename_table(change: RenameTable, context: Lowering) -> Patch:
    """Return the edits that give a table another name in the database, or why they cannot be made."""
    table = context.table(change.table_id)
    if table is None or not isinstance(table.name, str):
        return Patch(refused="its name in the database is not known")
    if any(each.name == change.new_name and each.schema == table.schema for each in context.schema.tables):
        return Patch(refused=f"there is a table `{change.new_name}` already")
    if sum(each.at == table.at for each in context.schema.tables) > 1:
        return Patch(refused="the call that declares it declares other tables too")
    infer = Infer(Program(context.project), Facts(context.schema))
    declared = _declaration(infer, table, table.name, change.new_name)
    if declared is None:
        return Patch(refused=_NO_NAME)
    return _with_uses(infer, table, table.name, change.new_name, declared)


def _declaration(infer: Infer, table: Table, old: str, new: str) -> Edit | None:
    """Return the edit of the name; what a function puts before each name (``pgTableCreator``) stays out of it."""
    file = infer.program.file(table.at.path)
    node = file.root.descendant_for_byte_range(table.at.start, table.at.end) if file is not None else None
    given = arguments(call) if (call := _maker(node)) is not None else []
    if not given or given[0].type not in ("string", "template_string"):
        return None
    written = unquoted(given[0])
    prefix = old[: len(old) - len(written)]
    if prefix + written != old or not new.startswith(prefix) or "${" in written or new == prefix:
        return None
    return Edit(table.at.path, given[0].start_byte + 1, given[0].end_byte - 1, new[len(prefix) :])


def _maker(node: Node | None) -> Node | None:
    """Return the call that makes the table: the innermost of a chain that gets a name and columns."""
    call: Node | None = None
    while node is not None and node.type in ("call_expression", "member_expression"):
        call = node if len(arguments(node)) > 1 else call
        node = node.child_by_field_name("function" if node.type == "call_expression" else "object")
    return call


def _with_uses(infer: Infer, table: Table, old: str, new: str, declared: Edit) -> Patch:
    edits: list[Edit] = [declared]
    unresolved: list[Use] = []
    finder = Finder(_Joins(infer, frozenset({table.id}), old), new)
    for path in sources(infer.program.project, [old]):
        file = infer.program.file(path) if path.endswith(EXTENSIONS) else None
        if file is None:
            continue
        uses = finder.members(file)
        edits += uses.edits
        unresolved += [*uses.unresolved, *in_sql(file, old, old)]
    if len(edits) > 1 and not re.fullmatch(_IDENTIFIER, new):
        return Patch(refused=f"rows of joins are read by the table's name, and `{new}` is no name that code can use")
    return Patch(tuple(edits), (), tuple(unresolved))
