"""Splits SQL into tokens and reads them one by one."""

from __future__ import annotations

import re
from typing import Final

_TOKEN: Final = (
    r"(?s)(?P<space>\s+|--[^\n]*|/\*.*?\*/)"
    r"|(?P<string>[eE]'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|\$(?P<tag>[A-Za-z_]\w*|)\$.*?\$(?P=tag)\$)"
    r'|(?P<name>"(?:[^"]|"")+"|(?:[A-Za-z_]|[^\x00-\x7f])[\w$]*)'
    r"|(?P<number>\d[\w.]*|\$\d+)"
    r"|(?P<op>::|[-+*/<>=]*[~!@#%^&|`?][-+*/<>=~!@#%^&|`?]*|[-+*/<>=]*[*/<>=]|.)"
)
_TYPE_WORDS: Final = frozenset({"varying", "precision", "with", "without", "time", "zone"})


class UnreadableError(Exception):
    """The SQL is not understood."""


class Tokens:
    """The tokens of a text without space and comments, and a place among them: ``index`` is that of the next."""

    def __init__(self, text: str) -> None:
        found = [match for match in re.finditer(_TOKEN, text) if match["space"] is None]
        self.tokens = [(match.lastgroup if match["string"] is None else "string", match[0]) for match in found]
        self.index = 0

    @property
    def kind(self) -> str:
        """The kind of the next token, ``end`` after the last."""
        return (self.tokens[self.index][0] or "op") if self.index < len(self.tokens) else "end"

    @property
    def text(self) -> str:
        """The next token, '' after the last."""
        return self.tokens[self.index][1] if self.index < len(self.tokens) else ""

    @property
    def word(self) -> str:
        """The next token as a keyword or operator, '' for a string, a number or a quoted name."""
        return self.text.lower() if self.kind in ("name", "op") and self.text[:1] != '"' else ""

    def ahead(self, offset: int) -> str:
        """Return the text of a later token in lower case."""
        place = self.index + offset
        return self.tokens[place][1].lower() if place < len(self.tokens) else ""

    def take(self, *words: str) -> str:
        """Return the next token and go past it if it is one of ``words``, else ''."""
        word = self.word
        if word in words:
            self.index += 1
            return word
        return ""

    def expect(self, *words: str) -> str:
        """Go past one of ``words``, which must be there."""
        word = self.take(*words)
        if not word:
            raise UnreadableError
        return word

    def skip(self) -> None:
        """Go past one token."""
        self.index += 1

    def names(self) -> list[str]:
        """Read a name and what follows it after dots."""
        names = [self.identifier()]
        while self.take("."):
            names.append(self.identifier())
        return names

    def identifier(self) -> str:
        """Read one name; PostgreSQL takes it in lower case unless it is quoted."""
        if self.kind != "name":
            raise UnreadableError
        text = self.text
        self.index += 1
        return text[1:-1].replace('""', '"') if text[0] == '"' else text.lower()

    def type(self) -> str:
        """Read the name of a type, in which ``()`` stands for its parameters."""
        name = ".".join(self.names())
        while self.word in _TYPE_WORDS:
            name = f"{name} {self.take(self.word)}"
        if self.word == "(":
            self.skip_group()
            name += "()"
        while self.word == "[" and self.ahead(1) == "]":
            self.index += 2
            name += "[]"
        return name

    def skip_group(self) -> None:
        """Go past what stands in parentheses."""
        depth = 0
        while self.kind != "end":
            depth += (self.word == "(") - (self.word == ")")
            self.index += 1
            if not depth:
                return
        raise UnreadableError
