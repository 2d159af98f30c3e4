"""The baseline: findings that a project has put up with, so that only new ones are told.

A finding is known by its file, its rule and its message, and not by its line. Where a file has more findings of a kind
than the baseline records, all of that kind are told, since nothing says which one is new.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Final

from tenantlint.arguments import ConfigError
from tenantlint.diagnostic import INPUT_PROBLEMS
from tenantlint.files import replace_files
from tenantlint.fingerprint import stable_message
from tenantlint.record import Record

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping, Sequence

    from tenantlint.config_tree import ConfigTree
    from tenantlint.diagnostic import Diagnostic
    from tenantlint.project import Project
    from tenantlint.settings import Settings

DEFAULT_NAME: Final = "tenantlint-baseline.json"
VERSION: Final = 1
"""Grows by one when older versions of tenantlint would misread the file."""

_KEYS: Final = {"path": str, "code": str, "message": str, "count": int}


class Known(Record):
    """What a recorded finding is known by. ``path`` is relative to the folder of the baseline."""

    path: str
    code: str
    message: str


class Hiding(Record):
    """Findings without those of the baseline: what is left, the number hidden, and of recorded ones not found."""

    kept: tuple[Diagnostic, ...]
    hidden: int
    stale: int


class Written(Record):
    """A baseline that was written, the findings in it, and how many of the former ones went."""

    path: str
    findings: int
    gone: int


class Scope(Record):
    """What a check looked at: ``configs`` and ``asked`` of the files of ``project``; ``failed`` where it crashed."""

    project: Project
    asked: Container[str]
    configs: ConfigTree
    failed: bool = False


def load(path: str) -> dict[Known, int]:
    """Return what the baseline at ``path`` records, with counts. Raises ConfigError."""
    try:
        with open(path, "rb") as file:
            data = file.read()
    except FileNotFoundError:
        raise ConfigError(f"{path}: there is no such baseline; --write-baseline writes it") from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
    try:
        text = data.decode("utf-8")
        document = json.loads(text)
    except UnicodeDecodeError as error:
        raise _error(path, data.count(b"\n", 0, error.start) + 1, "not UTF-8") from error
    except json.JSONDecodeError as error:
        raise _error(path, error.lineno, _what_is_wrong(text, error)) from error
    except RecursionError:
        raise ConfigError(f"{path}: cannot be read: it is nested too deeply") from None
    return _entries(path, text, document)


def _error(path: str, line: int, message: str) -> ConfigError:
    return ConfigError(f"{path}:{line}: {message}; --write-baseline writes the file anew")


def _what_is_wrong(text: str, error: json.JSONDecodeError) -> str:
    if text.splitlines()[error.lineno - 1 : error.lineno] and text.splitlines()[error.lineno - 1][:7] in _CONFLICT:
        return "a merge conflict is not resolved"
    return f"not valid JSON: {error.msg}"


_CONFLICT: Final = ("<<<<<<<", "=======", ">>>>>>>", "|||||||")


def _entries(path: str, text: str, document: object) -> dict[Known, int]:
    """Return the entries of a parsed baseline. One that is there twice, as after a merge, counts once."""
    if not isinstance(document, dict) or not isinstance(document.get("findings"), list):
        raise _error(path, 1, 'expected an object with a list "findings"')
    if type(document.get("version")) is not int or document["version"] != VERSION:
        raise _error(path, 1, f'expected "version": {VERSION}, not {json.dumps(document.get("version"))}')
    found: dict[Known, int] = {}
    for index, entry in enumerate(document["findings"]):
        if not _is_entry(entry):
            expected = 'expected "path", "code" and "message", which are strings, and "count", which is at least 1'
            raise _error(path, _line_of(text, index), expected)
        known = Known(entry["path"], entry["code"], entry["message"])
        found[known] = max(found.get(known, 0), entry["count"])
    return found


def _is_entry(entry: object) -> bool:
    return (
        isinstance(entry, dict)
        and entry.keys() == _KEYS.keys()
        and all(type(entry[key]) is kind for key, kind in _KEYS.items())
        and entry["count"] > 0
    )


def _line_of(text: str, index: int) -> int:
    """Return the line on which the entry of that index begins."""
    decoder = json.JSONDecoder()
    place = text.index("[", text.index('"findings"')) + 1
    for _ in range(index + 1):
        start = place + len(text[place:]) - len(text[place:].lstrip(" \t\r\n,"))
        _, place = decoder.raw_decode(text, start)
    return text.count("\n", 0, start) + 1


def hide(found: Sequence[Diagnostic], scope: Scope) -> Hiding:
    """Part the findings by the baselines of the files' configurations. Raises ConfigError where one cannot be read.

    Problems with the input are never hidden. What is recorded and was not found is counted for the files that were
    checked, and for rules that ran.
    """
    places = _baselines(scope)
    recorded = {place: load(place) for place in dict.fromkeys(places.values()) if place is not None}
    groups = _grouped(found, scope)
    hidden = {
        id(each)
        for (place, known), group in groups.items()
        if len(group) <= recorded.get(place, {}).get(known, 0)
        for each in group
    }
    stale = sum(
        max(0, count - len(groups.get((place, known), ())))
        for place, entries in recorded.items()
        for known, count in _judged(place, entries, found, scope)
    )
    return Hiding(tuple(each for each in found if id(each) not in hidden), len(hidden), stale)


def _baselines(scope: Scope) -> dict[str | None, str | None]:
    return {settings.path: settings.baseline for settings in scope.configs.loaded()}


def _grouped(found: Iterable[Diagnostic], scope: Scope) -> dict[tuple[str, Known], list[Diagnostic]]:
    """Return the findings that a baseline may hold, by its path and what they are known by there."""
    groups: dict[tuple[str, Known], list[Diagnostic]] = {}
    for each in found:
        place = _place(scope.configs.of(each.at.path), scope)
        if each.code not in INPUT_PROBLEMS:
            groups.setdefault((place, _known(each, place, scope.project.root)), []).append(each)
    return groups


def _place(settings: Settings, scope: Scope) -> str:
    """Return the path of the baseline of a configuration: the default one where it names none."""
    return settings.baseline or os.path.join(settings.root or scope.project.root, DEFAULT_NAME)


def _known(diagnostic: Diagnostic, place: str, root: str) -> Known:
    path = os.path.relpath(os.path.join(root, diagnostic.at.path), os.path.dirname(place)).replace(os.sep, "/")
    return Known(_printable(path), diagnostic.code, stable_message(diagnostic.message))


def _printable(path: str) -> str:
    """Return a path as it can be written: a name that is not UTF-8 has its odd bytes escaped."""
    return path.encode(errors="backslashreplace").decode()


def _judged(
    place: str, entries: Mapping[Known, int], found: Iterable[Diagnostic], scope: Scope
) -> Iterable[tuple[Known, int]]:
    """Return the entries whose findings this check would have found."""
    if scope.failed:
        return
    unread = {each.at.path for each in found if each.code in INPUT_PROBLEMS}
    for known, count in entries.items():
        absolute = os.path.normpath(os.path.join(os.path.dirname(place), known.path))
        path = os.path.relpath(absolute, scope.project.root).replace(os.sep, "/")
        if path in unread or path.startswith("../") or path not in scope.asked:
            continue
        if path not in scope.project and os.path.lexists(absolute):
            continue
        settings = scope.configs.of(path)
        if _place(settings, scope) == place and (known.code in settings.rules or not settings.narrowed):
            yield known, count


def record(found: Sequence[Diagnostic], scope: Scope) -> list[Written]:
    """Write the findings to the baselines of their files' configurations, to all or to none.

    Entries on files and rules that were not checked stay. A file that nobody named is made only where there is
    something to record. Raises ConfigError, and OSError.
    """
    groups = _grouped(found, scope)
    places = {_place(settings, scope): settings.baseline is not None for settings in scope.configs.loaded()}
    contents: dict[str, bytes] = {}
    written: list[Written] = []
    for place in sorted(places):
        exists = os.path.exists(place)
        old = _old(place, scope) if exists else {}
        judged = dict(_judged(place, old, found, scope))
        new = {known: count for known, count in old.items() if known not in judged}
        new |= {known: len(group) for (where, known), group in groups.items() if where == place}
        if new or exists or places[place]:
            contents[place] = render(new).encode()
            gone = sum(max(0, count - new.get(known, 0)) for known, count in old.items())
            written.append(Written(place, sum(new.values()), gone))
    replace_files(contents)
    return written


def _old(place: str, scope: Scope) -> dict[Known, int]:
    """Return what a baseline holds. A malformed one counts as empty where all of it is going to be replaced."""
    try:
        return load(place)
    except ConfigError:
        if "" in scope.asked and not any(settings.narrowed for settings in scope.configs.loaded()):
            return {}
        raise


def render(entries: Mapping[Known, int]) -> str:
    """Return the content of a baseline: sorted, one entry a line, so that changes of different files merge."""
    ordered = sorted(entries.items(), key=lambda item: (item[0].path, item[0].code, item[0].message))
    lines = [
        json.dumps({"path": known.path, "code": known.code, "message": known.message, "count": count},
                   ensure_ascii=False)
        for known, count in ordered
    ]  # fmt: skip
    listed = "".join(f"\n    {line}," for line in lines).rstrip(",")
    return f'{{\n  "version": {VERSION},\n  "findings": [{listed}\n  ]\n}}\n'
