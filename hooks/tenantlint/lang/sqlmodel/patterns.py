"""The functions of ``re`` that code uses to turn class names into table names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tenantlint.lang.sqlmodel.builtins import lifted, plain
from tenantlint.lang.values import MISSING, Arguments, Builtin, FuncValue, Native, Value
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from tenantlint.lang.evaluate import Evaluator
    from tenantlint.source import Location

MAX_TEXT: Final = 200
"""A longer text than this is no name, and a pattern of the project's might take for ever on it."""


class Pattern(Native):
    """A compiled regular expression."""

    def __init__(self, pattern: re.Pattern[str]) -> None:
        self.pattern = pattern

    def get(self, name: str) -> Value:
        """Return ``sub``, ``split`` or ``findall``."""

        def call(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
            return _run(evaluator, name, self.pattern, args, at)

        return Builtin(call) if name in _METHODS else UNKNOWN


class Match(Native):
    """A match, as a replacement function gets it."""

    def __init__(self, match: re.Match[str]) -> None:
        self.match = match

    def get(self, name: str) -> Value:
        """Return ``group`` or ``groups``."""
        if name == "group":
            return Builtin(lambda evaluator, args, at: self._group(args))
        return Builtin(lambda evaluator, args, at: lifted(self.match.groups())) if name == "groups" else UNKNOWN

    def item(self, key: Value) -> Value:
        """Return a group."""
        return self._group(Arguments((key,)))

    def _group(self, args: Arguments) -> Value:
        key = args.get(0, default=0)
        try:
            return lifted(self.match.group(key)) if isinstance(key, (int, str)) else UNKNOWN
        except IndexError:
            return UNKNOWN


def _run(evaluator: Evaluator, name: str, pattern: re.Pattern[str], args: Arguments, at: Location) -> Value:
    replacement = args.get(0, "repl") if name == "sub" else ""
    text = args.get(1 if name == "sub" else 0, "string")
    if not isinstance(text, str) or len(text) > MAX_TEXT or not args.complete:
        return UNKNOWN
    if name != "sub":
        return lifted(pattern.split(text) if name == "split" else pattern.findall(text))
    if isinstance(replacement, str):
        return pattern.sub(replacement, text)
    return _replaced(evaluator, pattern, replacement, text, at) if isinstance(replacement, FuncValue) else UNKNOWN


def _replaced(evaluator: Evaluator, pattern: re.Pattern[str], function: FuncValue, text: str, at: Location) -> Value:
    parts: list[str] = []
    end = 0
    for match in pattern.finditer(text):
        made = evaluator.call(function, Arguments((Match(match),)), at)
        if not isinstance(made, str):
            return UNKNOWN
        parts += [text[end : match.start()], made]
        end = match.end()
    return "".join([*parts, text[end:]])


def _compiled(args: Arguments) -> re.Pattern[str] | None:
    pattern = plain(args.get(0, "pattern"))
    try:
        return re.compile(pattern) if isinstance(pattern, str) and args.complete else None
    except re.error:
        return None


def _compile(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    pattern = _compiled(args)
    return UNKNOWN if pattern is None or len(args.positional) + len(args.named) > 1 else Pattern(pattern)


def _function(name: str) -> Builtin:
    def call(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
        first = args.get(0, "pattern")
        pattern = first.pattern if isinstance(first, Pattern) else _compiled(args)
        if pattern is None or args.get(None, "flags") is not MISSING:
            return UNKNOWN
        return _run(evaluator, name, pattern, Arguments(args.positional[1:], args.named, args.complete), at)

    return Builtin(call)


_METHODS: Final = ("sub", "split", "findall")
PATTERNS: Final[dict[str, Value]] = {"compile": Builtin(_compile), **{name: _function(name) for name in _METHODS}}
