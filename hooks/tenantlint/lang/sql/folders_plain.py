"""Folders of SQL files that are run in the order of their numbers, whatever tool does it.

That is supabase, Flyway, dbmate, goose, golang-migrate, sqlx, sql-migrate, node-pg-migrate, Prisma and others. They
differ in where they keep what undoes a migration: in a second section of the file, or in a second file.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from tenantlint.lang.sql.folders import Claim, Folder, Step, Text, join, stem
from tenantlint.migration import HistoryProblem
from tenantlint.record import Record
from tenantlint.source import Location

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tenantlint.project import Project

_WORDS: Final = frozenset({"migrations", "migration", "migrate", "drizzle", "versions", "changesets"})
_DOWN_FOLDERS: Final = frozenset({"down", "downs", "rollback", "rollbacks", "undo", "revert", "reverts"})
_NAME: Final = r"^(?:(?P<fly>[VvUu])(?=\d[\d._]*__))?(?P<version>\d+(?:[._]\d+)*)(?=$|[-_. ])"
_WAYS: Final = {
    ".up": "up", ".down": "down", ".do": "up", ".undo": "down", "-up": "up", "-down": "down", "_up": "up",
    "_down": "down", ".rollback": "down", ".revert": "down",
}  # fmt: skip
_MIDDLE: Final = r"(?i)(?P<number>\d+)(?P<way>\.do|\.undo)(?=\.)"
_SECTIONS: Final = (
    rb"(?im)^[ \t]*--[ \t]*migrate:(?P<way>up|down)\b.*$",
    rb"(?im)^[ \t]*--[ \t]*\+goose[ \t]+(?P<way>up|down)\b.*$",
    rb"(?im)^[ \t]*--[ \t]*\+migrate[ \t]+(?P<way>up|down)\b.*$",
    rb"(?im)^[ \t]*--[ \t]*rambler[ \t]+(?P<way>up|down)\b.*$",
    rb"(?im)^[ \t]*--[ \t]*(?P<way>up|down)[ \t]+migration\b.*$",
    rb"(?im)^[ \t]*--[ \t]*={2,}[ \t]*(?P<way>up|down)[ \t]*={2,}.*$",
    rb"(?im)^----[ \t]*(?:create above / (?P<way>d)rop below)[ \t]*----.*$",
)
"""The lines that begin a section, tool by tool; tern's stands between the two."""

_LAST: Final = (float("inf"),)


class File(Record):
    """A numbered file. ``version`` orders migrations; ``way`` is up or down, or None where the name does not say."""

    path: str
    id: str
    version: tuple[float, ...]
    way: str | None
    flyway: bool


def nested(project: Project, folders: Mapping[str, list[str]]) -> Iterator[Claim]:
    """Yield the folders of numbered folders with ``migration.sql``, which Prisma writes and runs by name."""
    parents: dict[str, list[str]] = {}
    for folder, paths in folders.items():
        parent, _, name = folder.rpartition("/")
        if name[:1].isdigit() and join(folder, "migration.sql") in paths:
            parents.setdefault(parent, []).append(folder)
    for parent, children in sorted(parents.items()):
        steps = tuple(
            Step(
                folder.rpartition("/")[2],
                Text(join(folder, "migration.sql")),
                Text(join(folder, "down.sql")) if join(folder, "down.sql") in folders[folder] else None,
            )
            for folder in sorted(children)
        )
        files = frozenset(path for folder in children for path in folders[folder])
        yield Claim(files, Folder("sql", parent, steps))


def flat(project: Project, folders: Mapping[str, list[str]]) -> Iterator[Claim]:
    """Yield the folders of numbered files, where their name or that of the folder says that they are migrations."""
    for folder, paths in sorted(folders.items()):
        if folder.rpartition("/")[2].lower() in _DOWN_FOLDERS:
            continue
        files = [file for path in paths if path.endswith(".sql") and (file := _file(path)) is not None]
        if not files or not any(file.version < _LAST for file in files):
            continue
        texts = {file.path: _data(project, file.path) for file in files}
        if not (_says_so(folder) or any(map(_is_tool_s, files)) or any(map(_markers, texts.values()))):
            continue
        downs = _down_folder(folder, folders)
        yield Claim(frozenset((*texts, *downs.values())), _folder(folder, files, texts, downs))


def _says_so(folder: str) -> bool:
    return not _WORDS.isdisjoint(folder.lower().replace("-", "/").replace("_", "/").split("/"))


def _is_tool_s(file: File) -> bool:
    return file.flyway or file.way is not None


def _data(project: Project, path: str) -> bytes:
    try:
        return project.source(path).data
    except OSError:
        return b""


def _file(path: str) -> File | None:
    """Return a file that its name numbers, or that Flyway repeats after all others."""
    name = stem(path)
    if name.startswith("R__"):
        return File(path, name, _LAST, None, True)
    match = re.match(_NAME, name)
    if match is None:
        return None
    way = next((way for suffix, way in _WAYS.items() if name.lower().endswith(suffix)), None)
    suffix = next((suffix for suffix in _WAYS if name.lower().endswith(suffix)), "")
    middle = re.match(_MIDDLE, name)
    if middle is not None:
        way, name = _WAYS[middle["way"].lower()], middle["number"] + name[middle.end("way") :]
    kind = (match["fly"] or "").upper()
    version = tuple(float(part) if len(part) > 18 else int(part) for part in re.split(r"[._]", match["version"]))
    bare = name[: len(name) - len(suffix)]
    return File(path, bare[1:] if kind else bare, version, "down" if kind == "U" else way, bool(kind))


def _down_folder(folder: str, folders: Mapping[str, list[str]]) -> dict[str, str]:
    """Return the files that undo others, by the name of what they undo, from a folder below or beside."""
    parent = folder.rpartition("/")[0]
    found: dict[str, str] = {}
    for place in (parent, folder):
        for name in sorted(_DOWN_FOLDERS):
            for path in folders.get(join(place, name), ()):
                found[stem(path)] = path
    return found


def _folder(folder: str, files: Sequence[File], texts: Mapping[str, bytes], downs: Mapping[str, str]) -> Folder:
    undoing = {file.id: Text(file.path) for file in files if file.way == "down"}
    doing = sorted((file for file in files if file.way != "down"), key=lambda file: (file.version, file.path))
    steps = []
    for file in doing:
        up, down = sections(file.path, texts[file.path])
        aside = Text(downs[stem(file.path)]) if stem(file.path) in downs else None
        steps.append(Step(_flyway_id(file), up, down or undoing.get(file.id) or aside))
    strict = "supabase" in folder.split("/") or any(map(_is_tool_s, files)) or any(map(_markers, texts.values()))
    return Folder("sql", folder, tuple(steps), tuple(_duplicates(doing)) if strict else ())


def _flyway_id(file: File) -> str:
    return stem(file.path) if file.flyway else file.id


def _duplicates(files: Sequence[File]) -> Iterator[HistoryProblem]:
    """Yield the versions that two files have, where the tool keeps a list of versions."""
    for one, other in pairwise(files):
        if one.version == other.version and one.version < _LAST:
            number = re.search(r"\d+(?:[._]\d+)*", stem(one.path))
            version = number[0] if number else ""
            text = f"has the version {version} twice, in `{stem(one.path)}.sql` and `{stem(other.path)}.sql`"
            yield HistoryProblem("duplicate", text, Location(other.path, 0, 0))


# Sections


def _markers(data: bytes) -> list[re.Match[bytes]]:
    """Return the lines that begin a section, as the first tool has them that has any."""
    if b"--" not in data:
        return []
    for pattern in _SECTIONS:
        found = list(re.finditer(pattern, data))
        if found:
            return found
    return []


def sections(path: str, data: bytes) -> tuple[Text, Text | None]:
    """Return what of a file migrates, and what undoes it: None where the file has no such section."""
    up, down = Text(path), None
    found = _markers(data)
    if found and found[0]["way"] == b"d":
        return Text(path, 0, found[0].start()), Text(path, found[0].end())
    ends = [marker.start() for marker in found[1:]]
    for marker, end in zip(found, (*ends, None), strict=False):
        text = Text(path, marker.end(), end)
        if marker["way"].lower() == b"up":
            up = text
        else:
            down = text
            up = Text(path, 0, marker.start()) if up.start == 0 and up.end is None else up
    return up, down
