"""The files of a drizzle-kit folder: which snapshot is the last, and what a new migration adds to them."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final, cast

from tenantlint.edit import Edit
from tenantlint.lang.lowering import RefusedError
from tenantlint.record import Record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tenantlint.lang.drizzle.kit.text import Entity, Json
    from tenantlint.migration import History
    from tenantlint.project import Project

_BREAKPOINT: Final = "--> statement-breakpoint\n"
_SLUG: Final = 40
_WIDTH: Final = 80
_STEP: Final = 1000
"""Milliseconds that a migration is dated after the one before: a clock would give other bytes each time."""


class Written(Record):
    """What a new migration comes to: edits of files that are there, and new files."""

    edits: tuple[Edit, ...]
    files: tuple[tuple[str, str], ...]


def slug(title: str) -> str:
    """Return a title as a part of a file's name."""
    text = re.sub(r"\W+", "_", title.lower(), flags=re.ASCII).strip("_")
    return text if len(text) <= _SLUG else text[:_SLUG].rpartition("_")[0] or text[:_SLUG]


def read(project: Project, path: str) -> Entity:
    """Return a JSON file that holds an object. Raises RefusedError where it is none."""
    try:
        found: Json = json.loads(project.source(path).data)
    except (OSError, ValueError, RecursionError):
        raise RefusedError(f"`{path}` is not there, or cannot be read") from None
    if not isinstance(found, dict):
        raise RefusedError(f"`{path}` is not as drizzle-kit writes it")
    return found


def uuid_of(*parts: str) -> str:
    """Return an id that the same parts always give."""
    from uuid import NAMESPACE_URL, uuid5

    return str(uuid5(NAMESPACE_URL, "\0".join(parts)))


def dumped(content: Entity, like: bytes) -> str:
    """Return JSON with the indentation, the line ends and the last line of another file."""
    indent = re.search(rb'^\{\r?\n([ \t]+)"', like)
    text = json.dumps(
        content,
        indent=indent[1].decode() if indent else None,
        ensure_ascii=False,
        separators=None if indent else (",", ":"),
    )
    lines = re.findall(rb'^[ \t]*"[^"\n]*": \["[^\r\n]*', like, re.MULTILINE) if indent else []
    if lines:
        text = _with_short_lists(text, max(_WIDTH, *(_width(line.decode("utf-8", "replace")) for line in lines)))
    text += "\n" if like.endswith(b"\n") else ""
    return text.replace("\n", "\r\n") if b"\r\n" in like else text


def _width(line: str) -> int:
    return len(line.replace("\t", "  "))


def _with_short_lists(text: str, width: int) -> str:
    """Return JSON with each list of texts on one line where it fits, as Prettier and Biome lay it out."""

    def joined(found: re.Match[str]) -> str:
        listed = ", ".join(re.findall(r'"(?:[^"\\]|\\.)*"', found[3]))
        line = f"{found[2]}[{listed}]{found[4]}"
        return f"{found[1]}{line}" if _width(f"{found[1]}{line}") <= width else found[0]

    return re.sub(
        r'^([ \t]*)("[^"\n]*": )\[\n((?:[ \t]*"(?:[^"\\\n]|\\.)*",?\n)+)[ \t]*\](,?)$', joined, text, flags=re.MULTILINE
    )


def sql_of(statements: Sequence[str], breakpoints: bool) -> str:
    """Return the statements as a file of drizzle-kit."""
    return (_BREAKPOINT if breakpoints else "\n").join(statements)


class JournalFolder:
    """A folder with ``meta/_journal.json``. Raises RefusedError where it is not as drizzle-kit writes it."""

    def __init__(self, project: Project, history: History) -> None:
        self.project = project
        self.path = history.path
        self.journal = _join(history.path, "meta/_journal.json")
        entries = read(project, self.journal).get("entries")
        if not isinstance(entries, list) or not entries or not all(map(_is_entry, entries)):
            raise RefusedError(f"`{self.journal}` lists no migration")
        self.entries = cast("list[Entity]", entries)
        self.last = self.entries[-1]
        if any(_number(each, "idx") >= _number(self.last, "idx") for each in self.entries[:-1]):
            raise RefusedError(f"`{self.journal}` is not in order")
        self.prefix = str(self.last["tag"]).partition("_")[0]
        self.snapshot = _join(history.path, f"meta/{self.prefix}_snapshot.json")
        self.content = read(project, self.snapshot)

    def write(self, title: str, statements: Sequence[str]) -> Written:
        """Return the files of a migration that follows the last one, with ``content`` as its snapshot."""
        idx = _number(self.last, "idx") + 1
        when = max(_number(each, "when") for each in self.entries) + _STEP
        prefix = self._prefix(idx, when)
        tag = f"{prefix}_{slug(title)}"
        last_id = str(self.content["id"])
        breakpoints = self.last.get("breakpoints") is not False
        own_id = uuid_of(last_id, tag, *statements)
        content = self.content | {"id": own_id, "prevId": last_id}
        like = self.project.source(self.snapshot).data
        entry: Entity = {
            "idx": idx,
            "version": self.last.get("version", "7"),
            "when": when,
            "tag": tag,
            "breakpoints": breakpoints,
        }
        files = (
            (_join(self.path, f"{tag}.sql"), sql_of(statements, breakpoints)),
            (_join(self.path, f"meta/{prefix}_snapshot.json"), dumped(content, like)),
        )
        if any(path in self.project for path, _ in files):
            raise RefusedError(f"there is a file `{files[0][0]}` already")
        return Written((self._entry(entry),), files)

    def _prefix(self, idx: int, when: int) -> str:
        """Return what the new tag begins with: as the last one, a number of the folder or a time."""
        if self.prefix.isdecimal() and len(self.prefix) == 14:
            return following(self.prefix)
        if self.prefix.isdecimal() and len(self.prefix) == 4 and int(self.prefix) == self.last["idx"]:
            return f"{idx:04d}"
        if self.prefix.isdecimal() and len(self.prefix) == 10:
            return str(max(int(self.prefix) + 1, when // 1000))
        raise RefusedError(f"the migrations of `{self.path}` are not named as drizzle-kit names them")

    def _entry(self, entry: Entity) -> Edit:
        """Return the edit that puts an entry at the end of the journal, laid out as those before it."""
        data = self.project.source(self.journal).data
        end = re.search(rb"\}(\s*)\]\s*\}\s*$", data)
        start = re.search(rb"([\r\n]*)([ \t]*)\{[^{}]*\}\s*\]\s*\}\s*$", data)
        if end is None or start is None:
            raise RefusedError(f"`{self.journal}` is not as drizzle-kit writes it")
        at = end.start() + 1
        if not start[1]:
            return Edit(self.journal, at, at, "," + json.dumps(entry, separators=(",", ":")))
        newline, indent = "\r\n" if b"\r\n" in start[1] else "\n", start[2].decode()
        inner = re.search(rb'\{\r?\n([ \t]+)"', data[start.start() :])
        if inner is None:
            text = json.dumps(entry)
            return Edit(self.journal, at, at, f",{newline}{indent}{{ {text[1:-1]} }}")
        lines = (f"{inner[1].decode()}{json.dumps(key)}: {json.dumps(value)}" for key, value in entry.items())
        body = f",{newline}".join(lines)
        return Edit(self.journal, at, at, f",{newline}{indent}{{{newline}{body}{newline}{indent}}}")


def _is_entry(entry: Json) -> bool:
    whole = isinstance(entry, dict) and isinstance(entry.get("tag"), str)
    return whole and all(isinstance(cast("Entity", entry).get(key), (int, float)) for key in ("idx", "when"))


def _number(entry: Entity, key: str) -> int:
    return int(cast("float", entry[key]))


def following(stamp: str) -> str:
    """Return the time a second later, both as ``YYYYMMDDhhmmss``. A stamp that is no time counts up as a number."""
    from datetime import datetime, timedelta

    try:
        return (datetime.strptime(stamp, "%Y%m%d%H%M%S") + timedelta(seconds=1)).strftime("%Y%m%d%H%M%S")
    except ValueError:
        return str(int(stamp) + 1).zfill(len(stamp))


def _join(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name
