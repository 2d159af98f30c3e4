"""Finds the comments that silence nothing (UNU001), among the rules that ran."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tenantlint.change import Fix, RemoveText
from tenantlint.comments import comments
from tenantlint.diagnostic import INPUT_PROBLEMS, Diagnostic
from tenantlint.rules import RULES, find
from tenantlint.rules.unused_suppression import UnusedSuppression as Rule
from tenantlint.selection import families
from tenantlint.source import Location
from tenantlint.suppress import FileSuppressions

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator

    from tenantlint.source import Source
    from tenantlint.suppress import Silenced, Suppression

_WORD: Final = rb"[^\s,\[\]]+"
_LATER: Final = "a defect that comes later would pass unseen; remove it"


def used_codes(silenced: Iterable[Silenced]) -> dict[Location, set[str]]:
    """Return the codes that each directive silences somewhere, by its place."""
    used: dict[Location, set[str]] = {}
    for each in silenced:
        for directive in each.by:
            used.setdefault(directive.at, set()).add(each.diagnostic.code)
    return used


def unused(
    source: Source, used: dict[Location, set[str]], ran: Container[str], everything: bool
) -> Iterator[Diagnostic]:
    """Yield what is unused in one file, unless a comment there silences that.

    ``ran`` has the codes of the rules that ran on the file and came to an end; of others nothing can be said.
    ``everything`` tells that these are all rules of the configuration, so that a comment that names none can be judged.
    """
    suppressions = FileSuppressions(source)
    for directive in suppressions.all:
        found = list(_judge(source, directive, used.get(directive.at, set()), ran, everything))
        if found and not _is_kept_on_purpose(suppressions, directive):
            yield from found


def _is_kept_on_purpose(suppressions: FileSuppressions, directive: Suppression) -> bool:
    """Return whether a comment silences UNU001 there: the directive itself only where it names the rule."""
    if _names_this_rule(directive):
        return True
    near = (each for each in suppressions.near(directive.at.start) if each != directive)
    return any(each.rules is None or _names_this_rule(each) for each in near)


def _names_this_rule(directive: Suppression) -> bool:
    return directive.rules is not None and not directive.rules.isdisjoint((Rule.code, Rule.name))


def _judge(
    source: Source, directive: Suppression, used: set[str], ran: Container[str], everything: bool
) -> Iterator[Diagnostic]:
    text = source.data[directive.at.start : directive.at.end]
    foreign = text[:4].lower() == b"noqa"
    if not directive.rules:
        empty = directive.rules is not None
        if not foreign and (empty or (everything and not used)):
            what = "names no rule, so that it silences nothing" if empty else "silences nothing here"
            gone = _comment_of(source, directive)
            yield _diagnostic(text.decode("utf-8", "replace"), f"{what}: {_LATER}", directive.at, gone)
        return
    words = list(_words(directive, text, b":" if foreign else b"["))
    idle = [at for word, at in words if (code := find(word)) is not None and code in ran and code not in used]
    for word, at in words:
        code = find(word)
        if code is None and not foreign:
            yield _diagnostic(word, _not_a_rule(word), at)
        elif at in idle:
            what = f"is silenced here, where no {code} is found: {_LATER} from the comment"
            whole = len(idle) == len(words)
            yield _diagnostic(word, what, at, _comment_of(source, directive) if whole else _item(source, at), whole)


def _words(directive: Suppression, text: bytes, opening: bytes) -> Iterator[tuple[str, Location]]:
    """Yield the codes and names in a directive, each with its place."""
    start = text.index(opening) + 1
    for match in re.finditer(_WORD, text[start:]):
        at = directive.at.start + start
        yield match[0].decode("utf-8", "replace"), Location(directive.at.path, at + match.start(), at + match.end())


def _comment_of(source: Source, directive: Suppression) -> Location | None:
    """Return the comment that says nothing else than the directive and its reason, None where it says more."""
    for comment in comments(source):
        if comment.start <= directive.at.start < comment.end:
            before = source.data[comment.start : directive.at.start].strip(b" \t#/*-")
            after = source.data[directive.at.end : comment.end].strip()
            if not before and (not after.strip(b"*/") or after.startswith(b"--")):
                return Location(source.path, comment.start, comment.end)
    return None


def _item(source: Source, at: Location) -> Location:
    """Return the place of one of several codes in a list, with the comma and the blanks that go with it."""
    data, start, end = source.data, at.start, at.end
    behind = re.compile(rb"[ \t]*,[ \t]*|[ \t]+").match(data, end)
    if behind is not None and data[behind.end() : behind.end() + 1].isalnum():
        return Location(source.path, start, behind.end())
    while data[start - 1 : start] in (b" ", b"\t", b","):
        start -= 1
    return Location(source.path, start, end)


def _not_a_rule(word: str) -> str:
    if word.upper() in INPUT_PROBLEMS:
        return "cannot be silenced: what could not be read was not checked; mend the file, or exclude it"
    if word.upper() in families():
        codes = [code for code in RULES if code.startswith(word.upper())]
        return f"is a family of rules, and comments silence single ones; name them, as in `{codes[0]}`"
    return "is no rule, so that the comment does not silence what it means to; write the code or the name of a rule"


def _diagnostic(subject: str, text: str, at: Location, gone: Location | None = None, whole: bool = True) -> Diagnostic:
    title = "Remove what silences nothing"
    fix = None if gone is None else Fix(title, "safe", RemoveText(gone, whole))
    return Diagnostic(Rule.code, Rule.name, Rule.severity, f"`{subject}` {text}", at, fix)
