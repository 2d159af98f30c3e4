"""The folders that drizzle-kit writes: with a journal up to 0.31, and with a chain of snapshots from 1.0 on."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from functools import cache, partial
from typing import TYPE_CHECKING, Final, TypeAlias

from tenantlint.lang.sql.folders import JOURNAL, SNAPSHOT, Claim, Folder, Step, Text, join, stem
from tenantlint.migration import HistoryProblem
from tenantlint.record import Record
from tenantlint.source import BOM, Location

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tenantlint.project import Project
    from tenantlint.source import Source

Json: TypeAlias = bool | int | float | str | list["Json"] | dict[str, "Json"] | None

_POSTGRESQL: Final = frozenset({"pg", "postgresql", "postgres"})
_ORIGINS: Final = frozenset({"", "00000000-0000-0000-0000-000000000000"})
_HEAD: Final = 4096
_SHOWN: Final = 3


# With a journal


class Entry(Record):
    """An entry of a journal. ``at`` is its tag there."""

    idx: int
    tag: str
    when: int
    at: Location


def with_journal(project: Project, folders: Mapping[str, list[str]]) -> Iterator[Claim]:
    """Yield the folders that have a journal."""
    for journal in sorted(path for paths in folders.values() for path in paths if path.endswith(f"/{JOURNAL}")):
        folder = journal[: -len(JOURNAL) - 1]
        files = [path for path in folders.get(folder, ()) if path.endswith(".sql")]
        try:
            source = project.source(journal)
        except OSError:
            continue
        yield Claim(frozenset((*files, journal)), _journaled(source, folder, files))


def _journaled(source: Source, folder: str, files: list[str]) -> Folder | None:
    ups = {stem(path): path for path in files if not _is_down(path)}
    downs = {stem(path).removesuffix(".down"): Text(path) for path in files if _is_down(path)}
    try:
        journal = json.loads(source.data)
        entries = list(_entries(journal, source))
        is_postgresql = journal.get("dialect", "postgresql") in _POSTGRESQL
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        steps = tuple(Step(tag, Text(path), downs.get(tag)) for tag, path in sorted(ups.items()))
        problem = HistoryProblem("journal", "has a journal that cannot be read", Location(source.path, 0, 0))
        return Folder("drizzle-kit", folder, steps, (problem,))
    if not is_postgresql:
        return None
    entries.sort(key=lambda entry: entry.idx)
    return Folder("drizzle-kit", folder, _steps(entries, ups, downs), tuple(_problems(entries, ups, source)))


def _is_down(path: str) -> bool:
    return path.endswith(".down.sql")


def _entries(journal: dict[str, list[dict[str, Json]]], source: Source) -> Iterator[Entry]:
    """Yield the entries of a journal. Raises KeyError or TypeError where one is not as drizzle-kit writes it."""
    places: dict[str, int] = {}
    for entry in journal["entries"]:
        idx, tag, when = entry["idx"], entry["tag"], entry.get("when", 0)
        if not (isinstance(idx, int) and isinstance(tag, str) and isinstance(when, (int, float))):
            raise TypeError("no entry of a journal")
        written = json.dumps(tag, ensure_ascii=False).encode()
        start = source.data.find(written, places.get(tag, 0))
        places[tag] = start + len(written)
        yield Entry(idx, tag, int(when), Location(source.path, max(start, 0), max(start, 0) + len(written)))


def _steps(entries: list[Entry], ups: Mapping[str, str], downs: Mapping[str, Text]) -> tuple[Step, ...]:
    """Return the steps of the entries, and after each those of files that no entry lists but that come next by name."""
    listed = {entry.tag: entry for entry in entries if entry.tag in ups}
    loose = sorted(tag for tag in ups if tag not in listed)
    steps: list[Step] = []
    for tag in listed:
        while loose and loose[0] < tag:
            steps.append(_loose(loose.pop(0), ups))
        steps.append(Step(tag, Text(ups[tag]), downs.get(tag)))
    return (*steps, *(_loose(tag, ups) for tag in loose))


def _loose(tag: str, ups: Mapping[str, str]) -> Step:
    return Step(tag, Text(ups[tag]), listed=False)


def _problems(entries: list[Entry], ups: Mapping[str, str], source: Source) -> Iterator[HistoryProblem]:
    seen: dict[str, Entry] = {}
    numbers: dict[int, Entry] = {}
    latest: Entry | None = None
    for entry in entries:
        if entry.tag not in ups:
            yield _problem(f"lists `{entry.tag}` in its journal, and there is no file `{entry.tag}.sql`", entry.at)
        if entry.tag in seen:
            yield _problem(f"lists `{entry.tag}` twice in its journal", entry.at)
        elif entry.idx in numbers:
            other = numbers[entry.idx].tag
            yield _problem(f"has the index {entry.idx} twice in its journal, for `{other}` and `{entry.tag}`", entry.at)
        if latest is not None and entry.when < latest.when:
            text = f"dates `{entry.tag}` before `{latest.tag}`, so that no database which has that one ever runs it"
            yield _problem(text, entry.at)
        else:
            latest = entry
        seen.setdefault(entry.tag, entry)
        numbers.setdefault(entry.idx, entry)
    yield from _unlisted([tag for tag in sorted(ups) if tag not in seen], ups, source)


def _unlisted(tags: list[str], ups: Mapping[str, str], source: Source) -> Iterator[HistoryProblem]:
    if len(tags) > _SHOWN:
        shown = ", ".join(f"`{tag}.sql`" for tag in tags[:_SHOWN])
        text = f"has {len(tags)} files that its journal does not list ({shown} and {len(tags) - _SHOWN} more)"
        yield _problem(text, Location(source.path, 0, 0))
        return
    for tag in tags:
        yield _problem(f"has a file `{tag}.sql` that its journal does not list", Location(ups[tag], 0, 0))


def _problem(text: str, at: Location) -> HistoryProblem:
    return HistoryProblem("journal", text, at)


# With snapshots


class Snapshot(Record):
    """What a snapshot says of its place in the chain. ``prev_ids`` are the ids of the snapshots before it."""

    id: str
    prev_ids: tuple[str, ...]
    dialect: str
    at: Location


def with_snapshots(project: Project, folders: Mapping[str, list[str]]) -> Iterator[Claim]:
    """Yield the folders of folders with ``migration.sql`` of which one at least has a snapshot."""
    parents: dict[str, list[str]] = {}
    for folder, paths in folders.items():
        if join(folder, "migration.sql") in paths:
            parents.setdefault(folder.rpartition("/")[0], []).append(folder)
    for parent, children in sorted(parents.items()):
        if any(join(folder, SNAPSHOT) in folders[folder] for folder in children):
            files = frozenset(path for folder in children for path in folders[folder])
            yield Claim(files, _chained(project, parent, sorted(children), folders))


def _chained(project: Project, parent: str, children: list[str], folders: Mapping[str, list[str]]) -> Folder | None:
    snapshots = {folder: _snapshot(project, join(folder, SNAPSHOT), folders[folder]) for folder in children}
    known = [each for each in snapshots.values() if each is not None]
    if any(each.dialect not in _POSTGRESQL for each in known):
        return None
    names = {each.id: folder.rpartition("/")[2] for folder, each in snapshots.items() if each is not None}
    steps = tuple(_step(folder, snapshots[folder], names, folders) for folder in children)
    return Folder("drizzle-kit", parent, steps, tuple(_chain_problems(project, snapshots, names)))


def _step(folder: str, snapshot: Snapshot | None, names: Mapping[str, str], folders: Mapping[str, list[str]]) -> Step:
    down = join(folder, "down.sql")
    parents = None if snapshot is None else tuple(names[each] for each in snapshot.prev_ids if each in names)
    text = Text(join(folder, "migration.sql"))
    return Step(folder.rpartition("/")[2], text, Text(down) if down in folders[folder] else None, parents=parents)


def _snapshot(project: Project, path: str, files: list[str]) -> Snapshot | None:
    """Read the first lines of a snapshot, which hold its place in the chain; the rest is the whole schema."""
    if path not in files:
        return None
    try:
        head = project.read(path, _HEAD).removeprefix(BOM)
    except OSError:
        return None
    found = re.search(rb'"id"\s*:\s*"([^"]*)"', head)
    previous = re.search(rb'"prevIds"\s*:\s*\[([^\]]*)\]', head)
    dialect = re.search(rb'"dialect"\s*:\s*"(\w*)"', head)
    if found is None or previous is None:
        return None
    ids = tuple(each.decode("utf-8", "replace") for each in re.findall(rb'"([^"]*)"', previous[1]))
    place = Location(path, *previous.span())
    return Snapshot(found[1].decode("utf-8", "replace"), ids, dialect[1].decode() if dialect else "postgresql", place)


def _chain_problems(
    project: Project, snapshots: Mapping[str, Snapshot | None], names: Mapping[str, str]
) -> Iterator[HistoryProblem]:
    seen: dict[str, str] = {}
    first = True
    for folder, snapshot in snapshots.items():
        if snapshot is None:
            continue
        name = folder.rpartition("/")[2]
        if snapshot.id in seen:
            text = f"has one snapshot id twice, in `{seen[snapshot.id]}` and `{name}`"
            yield _broken(project, text, snapshot)
        missing = [each for each in snapshot.prev_ids if each not in names and each not in _ORIGINS]
        if missing and not first:
            text = f"has a snapshot in `{name}` that follows `{missing[0]}`, which no snapshot is"
            yield _broken(project, text, snapshot)
        seen.setdefault(snapshot.id, name)
        first = False
    yield from _forks(project, snapshots)


def _forks(project: Project, snapshots: Mapping[str, Snapshot | None]) -> Iterator[HistoryProblem]:
    """Yield the ends of the chain that what follows leaves out: all but the last one, where none has what they add."""
    known = {folder: each for folder, each in snapshots.items() if each is not None}
    followed = {each for snapshot in known.values() for each in snapshot.prev_ids}
    ends = [folder for folder, each in known.items() if each.id not in followed]
    declared = cache(partial(_declared, project))
    for folder in ends[:-1]:
        if not _is_taken_over(declared, folder, known):
            one, other = folder.rpartition("/")[2], ends[-1].rpartition("/")[2]
            yield _broken(project, f"has two last snapshots, of `{one}` and of `{other}`", known[folder])


def _broken(project: Project, text: str, snapshot: Snapshot) -> HistoryProblem:
    with suppress(OSError):  # it may be larger than the files that are read whole
        project.source(snapshot.at.path)  # so that it counts as read
    return HistoryProblem("snapshots", text, snapshot.at)


def _is_taken_over(declared: Callable[[str], frozenset[str]], folder: str, snapshots: Mapping[str, Snapshot]) -> bool:
    """Return whether later snapshots have ``declared`` all that the one of ``folder`` adds to those before it."""
    previous = snapshots[folder].prev_ids
    before = [other for other, each in snapshots.items() if each.id in previous]
    missing = declared(folder).difference(*(declared(other) for other in before))
    for other in snapshots:
        if other > folder and missing:
            missing -= declared(other)
    return not missing


def _declared(project: Project, folder: str) -> frozenset[str]:
    try:
        declared: Json = json.loads(project.source(join(folder, SNAPSHOT)).data)
    except (OSError, ValueError, RecursionError):
        return frozenset()
    listed = declared.get("ddl") if isinstance(declared, dict) else None
    return frozenset(map(_identity, listed if isinstance(listed, list) else ()))


def _identity(item: Json) -> str:
    """Return what tells an entity of a snapshot from all others."""
    if isinstance(item, dict):
        item = {key: item.get(key) for key in ("entityType", "schema", "table", "name")}
    return json.dumps(item, sort_keys=True)
