"""A folder of drizzle-kit from 1.0 on: a chain of folders, each with a migration and a snapshot (versions 8 and 9).

From version 9 on, a snapshot holds only what differs from the one before it (``type`` ``diff``), but for the first.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final, cast

from tenantlint.lang.drizzle.kit.chain import ChainSnapshot
from tenantlint.lang.drizzle.kit.entities import items, play
from tenantlint.lang.drizzle.kit.files import Written, dumped, following, read, slug, sql_of, uuid_of
from tenantlint.lang.lowering import RefusedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tenantlint.lang.drizzle.kit.text import Entity, Json
    from tenantlint.migration import History
    from tenantlint.project import Project

_VERSIONS: Final = ("8", "9")


class ChainFolder:
    """A folder of folders with ``migration.sql`` and ``snapshot.json``.

    Up to version 8 the last snapshot by name is followed, as it is whole: that others are left open is no problem
    where the history says of none.
    """

    def __init__(self, project: Project, history: History) -> None:
        self.project = project
        self.path = history.path
        paths = sorted(revision.path.rpartition("/")[0] for revision in history.revisions)
        self.snapshots = {path: read(project, f"{path}/snapshot.json") for path in paths}
        followed = {each for content in self.snapshots.values() for each in items(content, "prevIds")}
        ends = [path for path, content in self.snapshots.items() if content["id"] not in followed]
        if any(str(content.get("version")) not in _VERSIONS for content in self.snapshots.values()):
            raise RefusedError("the last snapshot is of a version of drizzle-kit that is not known")
        self.last = ends[-1] if ends else paths[-1]
        if len(ends) != 1 and (self.last != paths[-1] or self.snapshots[self.last]["version"] != "8"):
            raise RefusedError(f"the migrations of `{self.path}` have several last snapshots: which to follow is open")
        self.content: Entity = self.snapshots[self.last] | {"ddl": cast("Json", self._entities(self.last))}
        self.made = ChainSnapshot(self.content)

    def _entities(self, path: str) -> list[Entity]:
        """Return all entities of a snapshot, which may hold only what differs from its one predecessor."""
        chain: list[str] = []
        by_id = {content["id"]: each for each, content in self.snapshots.items()}
        while "ddl" not in self.snapshots[path]:
            before = [by_id[each] for each in items(self.snapshots[path], "prevIds") if each in by_id]
            if len(before) != 1 or path in chain:
                raise RefusedError(f"the snapshot of `{path}` follows from several others, or from none that is there")
            chain.append(path)
            path = before[0]
        entities = cast("list[Entity]", json.loads(json.dumps(self.snapshots[path]["ddl"])))
        for each in reversed(chain):
            for delta in cast("list[Entity]", items(self.snapshots[each], "deltas")):
                play(delta, entities)
        return entities

    def write(self, title: str, statements: Sequence[str]) -> Written:
        """Return the files of a migration that follows the last one."""
        stamp, _, _ = self.last.rpartition("/")[2].partition("_")
        if not stamp.isdecimal():
            raise RefusedError(f"the migrations of `{self.path}` are not named as drizzle-kit names them")
        name = f"{following(stamp)}_{slug(title)}"
        folder = f"{self.path}/{name}" if self.path else name
        if f"{folder}/migration.sql" in self.project:
            raise RefusedError(f"there is a file `{folder}/migration.sql` already")
        last_id = str(self.content["id"])
        content = self._snapshot(uuid_of(last_id, name, *statements), last_id)
        like = self.project.source(f"{self.last}/snapshot.json").data
        files = (
            (f"{folder}/migration.sql", sql_of(statements, True)),
            (f"{folder}/snapshot.json", dumped(content, like)),
        )
        return Written((), files)

    def _snapshot(self, own_id: str, last_id: str) -> Entity:
        """Return the new snapshot: in version 9 what differs from the last one, in version 8 the whole."""
        content = self.content
        start: Entity = {
            "version": content["version"],
            "dialect": content["dialect"],
            "id": own_id,
            "prevIds": [last_id],
        }
        made = self.made
        if content["version"] == "8":
            return start | {"ddl": content["ddl"], "renames": [*made.renames]}
        return {"type": "diff"} | start | {"footprints": [*made.footprints], "deltas": [*made.deltas]}
