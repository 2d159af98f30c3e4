"""Renames a column of SQLModel, with every use of it in the project."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from tenantlint.change import Use
from tenantlint.lang.lowering import RefusedError
from tenantlint.lang.sqlmodel.rename.file import word_pattern
from tenantlint.lang.sqlmodel.rename.named import name_edits
from tenantlint.lang.sqlmodel.rename.target import ColumnTarget
from tenantlint.lang.sqlmodel.rename.uses import ColumnUses
from tenantlint.source import Location

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tenantlint.change import RenameColumn
    from tenantlint.edit import Edit
    from tenantlint.lang.lowering import Lowering
    from tenantlint.lang.sqlmodel.rename.code import Code


def renamed_column(code: Code, change: RenameColumn, context: Lowering) -> tuple[list[Edit], list[Use]]:
    """Return the edits that rename a column, and the uses that are for a reader. Raises RefusedError."""
    target = ColumnTarget(code, change, context)
    target.check()
    edits = name_edits(target)
    unresolved = [*target.mirrors(), *target.schemas()] if target.moves_key else []
    words = [target.old_key] + ([target.old_name] if isinstance(target.old_name, str) else [])
    paths = code.mentioning(words)
    takers = _takers(code, paths, target.old_key)
    for path in paths:
        file = code.file(path)
        if file is None:
            unresolved += _unread(code, path, words)
            continue
        found = ColumnUses(target, file, takers).run()
        edits += found.edits
        unresolved += found.unresolved
    _check_keys(target, edits)
    return edits, [*unresolved, *_in_parts(code, words, unresolved)]


def _in_parts(code: Code, words: Iterable[str], found: Iterable[Use]) -> Iterator[Use]:
    """Yield the strings that spell a name in parts, as in ``"user" "Id"``, but for those that are found already."""
    spans = [use.at for use in found]
    for word in dict.fromkeys(words):
        pattern = re.compile(_parted(word.encode()))
        for path in code.paths:
            source = code.source(path)
            for match in pattern.finditer(source.data) if source is not None else ():
                at = Location(path, match.start(), match.end())
                if not any(each.path == path and each.start <= at.start and at.end <= each.end for each in spans):
                    yield Use(f"the string `{word}`, written in parts", at)


def _parted(word: bytes) -> bytes:
    """Return a pattern for a word that is written as two strings one after the other."""
    between = rb"[\"'][\s\\]*[rRuUbBfF]{0,2}[\"']"
    rest = re.escape(word[-1:])
    parted = between + rest
    for place in range(len(word) - 2, 0, -1):
        letter = re.escape(word[place : place + 1])
        parted = rb"(?:" + between + re.escape(word[place:]) + rb"|" + letter + parted + rb")"
    return rb"(?<!\w)" + re.escape(word[:1]) + parted + rb"(?!\w)"


def _takers(code: Code, paths: Iterable[str], name: str) -> frozenset[str]:
    """Return the names of the functions in some files that have a parameter ``name``."""
    files = [file for path in paths if (file := code.file(path)) is not None]
    nodes = [node for file in files for node in file.nodes]
    functions = [node for node in nodes if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    return frozenset(
        node.name
        for node in functions
        if any(param.arg == name for param in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs))
    )


def _unread(code: Code, path: str, words: Iterable[str]) -> list[Use]:
    source = code.source(path)
    match = word_pattern(words).search(source.data) if source is not None else None
    if match is None:
        return []
    return [Use("a file that cannot be parsed", Location(path, match.start(), match.end()))]


def _check_keys(target: ColumnTarget, edits: list[Edit]) -> None:
    """Raise RefusedError where a foreign key references the column in a way that is not changed."""
    if target.new_name is None:
        return
    ours = {table.id for table in target.tables}
    changed = {edit.path for edit in edits}
    for table in target.schema:
        for key in table.foreign_keys:
            columns = key.target_columns if isinstance(key.target_columns, tuple) else ()
            if key.target_id in ours and target.old_name in columns and key.at.path not in changed:
                raise RefusedError(f"a foreign key of `{table.symbol}` references it in a way that is not understood")
