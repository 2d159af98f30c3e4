"""Where the code of a project inserts rows and names the columns whose conflict it expects: it needs them unique."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from tenantlint.lang.lowering import RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tenantlint.lang.lowering import Lowering
    from tenantlint.project import Project
    from tenantlint.schema import Table

_SUFFIXES: Final = (".py", ".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".sql")
_MARK: Final = re.compile(rb"(?i)onconflictdo|on_conflict_do|\bon\s+conflict\b|index_elements")
_CALL: Final = re.compile(r"(?:onConflictDo|on_conflict_do_)\w*\s*\(")
_CLAUSE: Final = re.compile(r"(?i)\bon\s+conflict\s*(\([^)]*\)|on\s+constraint\s+\S+)")
_GIVEN: Final = re.compile(
    r"(?s)\b(?:target|index_elements|constraint)\s*[:=]\s*(\[[^\]]*\]|\([^)]*\)|[^,})\n]+)|[{,]\s*(target)\s*(?=[,}])"
)


def refuse_upserts(table: Table, columns: Iterable[str], names: Iterable[object], context: Lowering) -> None:
    """Raise RefusedError where an upsert of a table may name ``columns``, or a constraint over them by ``names``.

    What cannot be told apart counts: a target that a variable holds, in a file that speaks of the table.
    """
    wanted = [_words_of(table, column) for column in columns]
    known = {name for name in names if isinstance(name, str)}
    own = {word for word in (table.symbol.rpartition(".")[2], table.name) if isinstance(word, str)}
    keys = {word for column in table.columns for word in (column.key, column.name) if isinstance(word, str)}
    for path, line, target in _upserts(context, own):
        words = set(re.findall(r"[\w$]+", target))
        if known & words or all(each & words for each in wanted) or not keys & words:
            raise RefusedError(
                f"the upsert in `{path}`, line {line}, may need what is unique now: give it the tenant column too, and "
                "change both by hand"
            )


def _words_of(table: Table, column: str) -> set[str]:
    found = table.column(column)
    return {column} if found is None else {column, found.key}


def _upserts(context: Lowering, own: set[str]) -> Iterator[tuple[str, int, str]]:
    """Yield what upserts name in files that speak of a table: the path, the line, and the text of the target."""
    about = re.compile("|".join(rf"(?<![\w$]){re.escape(word)}(?![\w$])" for word in sorted(own)) or r"(?!)")
    for path, text in _marked(context.project):
        if about.search(text):
            for start, target in _targets(text):
                yield path, text.count("\n", 0, start) + 1, target


@lru_cache(maxsize=4)
def _marked(project: Project) -> list[tuple[str, str]]:
    """Return the files of a project that hold upserts, with their text; they are kept for the next change."""
    found: list[tuple[str, str]] = []
    for path in sorted(project.files):
        try:
            data = project.read(path) if path.endswith(_SUFFIXES) else b""
        except OSError:
            continue
        if _MARK.search(data):
            found.append((path, data.decode("utf-8", "replace")))
    return found


def _targets(text: str) -> Iterator[tuple[int, str]]:
    """Yield where upserts stand in a text, each with what it names."""
    for clause in _CLAUSE.finditer(text):
        yield clause.start(), clause[1]
    for call in _CALL.finditer(text):
        given = _balanced(text, call.end())
        found = [each[1] or each[2] for each in _GIVEN.finditer(given)]
        named = not given.strip() or re.match(r"\s*(?:\w+\s*=|\{)", given)
        if not found and (not named or re.search(r"\*\*|\.\.\.", given)):
            found = [given]
        yield from ((call.start(), each) for each in found)


def _balanced(text: str, start: int) -> str:
    """Return what stands in parentheses that open before ``start``."""
    depth = 1
    for found in re.finditer(r"[()]", text[start:]):
        depth += 1 if found[0] == "(" else -1
        if not depth:
            return text[start : start + found.start()]
    return text[start:]
