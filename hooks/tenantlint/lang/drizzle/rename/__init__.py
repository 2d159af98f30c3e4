"""Renames of columns and tables that Drizzle declares: the declaration, and every use in the project."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tenantlint.change import Patch, RenameColumn, RenameTable, Use
from tenantlint.lang.drizzle import casing
from tenantlint.lang.drizzle.rename.analysis import analysis
from tenantlint.lang.drizzle.rename.declaration import Names, declaration
from tenantlint.lang.drizzle.rename.facts import MEMBERS
from tenantlint.lang.drizzle.rename.flows import Flows
from tenantlint.lang.drizzle.rename.owners import Owners
from tenantlint.lang.drizzle.rename.reach import UNPARSED
from tenantlint.lang.drizzle.rename.text import in_sql
from tenantlint.lang.drizzle.rename.uses import Finder, Uses, in_unparsed, sources
from tenantlint.lang.drizzle.scan import EXTENSIONS
from tenantlint.schema import UNKNOWN, Maybe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenantlint.change import Change
    from tenantlint.edit import Edit
    from tenantlint.lang.lowering import Lowering
    from tenantlint.project import Project
    from tenantlint.schema import Column, Table
    from tenantlint.source import Location

_IDENTIFIER: Final = r"[A-Za-z_$][\w$]*"
_TAKEN: Final = MEMBERS | {"__proto__", "constructor", "AND", "OR", "NOT", "RAW"}
_MANY: Final = 200
"""Nobody reads a longer list: then the uses that nothing speaks for are only counted."""
_STYLES: Final = (None, casing.SNAKE, casing.CAMEL)


def lower(change: Change, context: Lowering) -> Patch:
    """Return the edits of a rename, and the uses that may be of the same thing; or why it cannot be made."""
    if isinstance(change, RenameTable):
        from tenantlint.lang.drizzle.rename.table import rename_table

        return rename_table(change, context)
    if not isinstance(change, RenameColumn):
        return Patch(refused="it is no rename")
    column = context.column(change.table_id, change.key)
    if column is None:
        return Patch(refused=f"the table has no column `{change.key}`")
    tables = [table for table in context.schema.tables if _shares(table, column)]
    names = _names(change, column, context, tables)
    if isinstance(names, str):
        return Patch(refused=names)
    refused = next((why for table in tables for why in _taken(table, column, names)), None)
    return Patch(refused=refused) if refused else _patch(column, tables, names, context)


def _shares(table: Table, column: Column) -> bool:
    return any(each.at == column.at and each.key == column.key for each in table.columns)


def _names(change: RenameColumn, column: Column, context: Lowering, tables: list[Table]) -> Names | str:
    """Return the names before and after, or why there are none."""
    known = {each.name for table in tables for each in table.columns if each.at == column.at}
    if column.name is UNKNOWN or len(known) != 1:
        return "its name in the database is not known, or differs between the tables that share it"
    if not re.fullmatch(_IDENTIFIER, change.new_key):
        return f"`{change.new_key}` is no name that code can use"
    name = column.name if change.new_name is None or context.pin else change.new_name
    styles = [style for style in _STYLES if casing.convert(column.key, style) == column.name]
    if len({casing.convert(change.new_key, style) for style in styles}) > 1 and not _has_casing(context.project):
        styles = [style for style in styles if style is None]
    old, new = ({casing.convert(key, style) for style in styles} for key in (column.key, change.new_key))
    return Names(column.key, change.new_key, column.name, name, _only(old), _only(new))


def _only(found: set[Maybe[str]]) -> str | None:
    value = next(iter(found)) if len(found) == 1 else None
    return value if isinstance(value, str) else None


def _has_casing(project: Project) -> bool:
    """Return whether a program of the project says anything of Drizzle's casing."""
    return any(True for _ in sources(project, ["casing", "snakeCase", "camelCase"]))


def _taken(table: Table, column: Column, names: Names) -> list[str]:
    """Return why a table cannot have the new names."""
    found = []
    others = [each for each in table.columns if each.key != column.key]
    if names.new_key != names.key:
        if any(each.key == names.new_key for each in others):
            found.append(f"`{table.symbol}` already has a column `{names.new_key}`")
        if any(each.name == names.new_key for each in table.relations):
            found.append(f"`{table.symbol}` has a relation `{names.new_key}`")
        if names.new_key in _TAKEN:
            found.append(f"`{names.new_key}` is a member that Drizzle gives every table")
    if any(each.name == names.name for each in others):
        found.append(f"`{table.symbol}` already has the database column `{names.name}`")
    if "columns" in table.incomplete:
        found.append(f"not all columns of `{table.symbol}` are known, so that `{names.new_key}` may exist already")
    return found


def _patch(column: Column, tables: list[Table], names: Names, context: Lowering) -> Patch:
    infer, reach = analysis(context)
    home = infer.program.file(column.at.path)
    if home is None or not home.parses:
        return Patch(refused=f"{column.at.path} does not parse")
    declared = declaration(infer, column.at, names)
    if declared.refused is not None:
        return Patch(refused=declared.refused)
    edits: list[Edit] = list(declared.edits)
    unresolved: list[Use] = []
    finder = Finder(Owners(infer, frozenset(table.id for table in tables), names.key), names.new_key)
    renames_key, renames_name = names.key != names.new_key, names.old_name != names.name
    words = [names.key] * renames_key + [names.old_name] * renames_name
    homes = {column.at.path, *(table.at.path for table in tables)}
    near = reach.of(homes)
    judged = 0
    for path in sources(context.project, words):
        uses = _of_file(finder, path, renames_key and (path in near or path.endswith(UNPARSED)))
        if uses.clash is not None:
            return Patch(refused=uses.clash)
        edits += uses.edits
        unresolved += uses.unresolved
        judged += uses.judged
        file = infer.program.file(path) if renames_name and path.endswith(EXTENSIONS) else None
        for table in tables if file is not None else ():
            unresolved += in_sql(file, names.old_name, str(table.name)) if file is not None else ()
    if renames_key:
        unresolved += _flows(finder, sorted(near))
    if len(unresolved) > _MANY:
        judged += sum(use in finder.bare for use in unresolved)
        unresolved = [use for use in unresolved if use not in finder.bare]
    if judged:
        unresolved.append(_judged(judged, names.key, column.at))
    return Patch(tuple(edits), (), tuple(dict.fromkeys(unresolved)))


def _judged(count: int, key: str, at: Location) -> Use:
    """Return what is said of uses that are not listed one by one because of what stands, or does not, beside each."""
    uses = "1 more use" if count == 1 else f"{count} more uses"
    return Use(f"{uses} of `{key}` in files that can reach the table, with nothing of the table beside", at)


def _flows(finder: Finder, paths: list[str]) -> Iterator[Use]:
    """Yield where rows meet other types, and where they leave the program."""
    flows = Flows(finder.owners)
    for path in flows.files(path for path in paths if path.endswith(EXTENSIONS)):
        file = finder.infer.program.file(path)
        if file is not None and file.parses:
            try:
                yield from flows.of(file)
            except RecursionError:
                continue


def _of_file(finder: Finder, path: str, renames_key: bool) -> Uses:
    if not renames_key:
        return Uses()
    if path.endswith(UNPARSED):
        return in_unparsed(finder.infer.program.project, path, finder.key)
    file = finder.infer.program.file(path)
    if file is None:
        return Uses()
    try:
        return finder.of(file) if file.parses else in_unparsed(finder.infer.program.project, path, finder.key)
    except RecursionError:
        return in_unparsed(finder.infer.program.project, path, finder.key)
