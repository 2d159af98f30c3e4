"""The edits that rename uses in one file, and the uses that are for a reader to judge."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from tenantlint.change import Use
from tenantlint.edit import Edit
from tenantlint.source import Location

if TYPE_CHECKING:
    from tenantlint.lang.sqlmodel.rename.file import CodeFile


class FileEdits:
    """Collects for one file. ``seen`` are the nodes that have been judged, by identity."""

    def __init__(self, file: CodeFile) -> None:
        self.file = file
        self.edits: list[Edit] = []
        self.unresolved: list[Use] = []
        self.seen: set[int] = set()

    def see(self, node: ast.AST) -> bool:
        """Return whether a node is judged for the first time."""
        is_new = id(node) not in self.seen
        self.seen.add(id(node))
        return is_new

    def replace(self, start: int, end: int, old: str, new: str) -> bool:
        """Put one name in the place of another, and return whether that stands there as it should."""
        if self.file.source.data[start:end] != old.encode():
            return False
        self.edits.append(Edit(self.file.path, start, end, new))
        return True

    def give_up(self, node: ast.expr | ast.stmt | ast.keyword | ast.pattern, what: str) -> None:
        """Leave a use to a reader."""
        self.unresolved.append(Use(what, self.file.at(node)))

    def give_up_at(self, start: int, end: int, what: str) -> None:
        """Leave a use at a place to a reader."""
        self.unresolved.append(Use(what, Location(self.file.path, start, end)))

    def attribute(self, node: ast.Attribute, old: str, new: str) -> None:
        """Rename the attribute that an expression ends with."""
        _, end = self.file.span(node)
        if not self.replace(end - len(old.encode()), end, old, new):
            self.give_up(node, f"`.{old}`, written in an unusual way")

    def keyword(self, node: ast.keyword, old: str, new: str) -> None:
        """Rename a keyword argument."""
        start, _ = self.file.span(node)
        if not self.replace(start, start + len(old.encode()), old, new):
            self.give_up(node, f"the argument `{old}`, written in an unusual way")

    def literal(self, node: ast.Constant, pattern: str, old: str, new: str) -> None:
        """Rename every ``old`` in a string that ``pattern`` finds: the name is its last group's text.

        The string has to be written as it reads, without escapes.
        """
        start, end = self.file.span(node)
        raw = self.file.source.data[start:end]
        found = list(re.finditer(pattern.encode(), raw))
        wanted = len(re.findall(pattern, node.value)) if isinstance(node.value, str) else 0
        if not found or len(found) != wanted:
            self.give_up(node, f"a string with `{old}`, written in an unusual way")
            return
        for match in found:
            last = match.lastindex or 0
            self.replace(start + match.start(last), start + match.end(last), old, new)

    def whole(self, node: ast.Constant, old: str, new: str) -> None:
        """Rename in a string that is nothing but the name."""
        start, end = self.file.span(node)
        raw = self.file.source.data[start:end]
        match = re.fullmatch(rb"[rRuU]?(\"\"\"|'''|\"|')(" + re.escape(old.encode()) + rb")\1", raw)
        if match is None:
            self.give_up(node, f"the string `{old}`, written in an unusual way")
        else:
            self.replace(start + match.start(2), start + match.end(2), old, new)

    def defined(self, node: ast.FunctionDef | ast.AsyncFunctionDef, old: str, new: str) -> None:
        """Rename a function where it is defined."""
        start, end = self.file.span(node)
        match = re.compile(rb"(?:async\s+)?def\s+(" + re.escape(old.encode()) + rb")\b").match(
            self.file.source.data, start, end
        )
        if match is None:
            self.give_up(node, f"the function `{old}`, written in an unusual way")
        else:
            self.replace(match.start(1), match.end(1), old, new)

    def formatted(self, node: ast.JoinedStr, names: list[ast.Attribute], old: str) -> dict[int, int]:
        """Return where the names of attributes in an f-string end, by identity; {} where that is not certain.

        Before Python 3.12 the places of nodes in an f-string are not to be relied on.
        """
        data = self.file.source.data
        start, end = self.file.span(node)
        ends = {id(each): self.file.span(each)[1] for each in names if self._is_at(each)}
        if len(set(ends.values())) == len(names) and all(start < each <= end for each in ends.values()):
            return ends
        found = [
            match.end() for match in re.finditer(rb"\.\s*" + re.escape(old.encode()) + rb"(?!\w)", data[start:end])
        ]
        if len(found) != len(names):
            return {}
        return {id(each): start + place for each, place in zip(names, found, strict=True)}

    def _is_at(self, node: ast.Attribute) -> bool:
        start, end = self.file.span(node)
        try:
            read = ast.parse(self.file.source.data[start:end].decode().strip(), mode="eval").body
        except (SyntaxError, ValueError):
            return False
        return ast.dump(read) == ast.dump(node)
