"""Changes of indexes in the snapshots of drizzle-kit, old and new, with the SQL that they take."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from tenantlint import change as changes
from tenantlint.lang.drizzle.kit.entities import footprint, items, key_of
from tenantlint.lang.drizzle.kit.journal import JournalSnapshot
from tenantlint.lang.drizzle.kit.text import quoted
from tenantlint.lang.indexes import stored
from tenantlint.lang.lowering import RefusedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tenantlint.lang.drizzle.kit import Migrations
    from tenantlint.lang.drizzle.kit.chain import ChainSnapshot
    from tenantlint.lang.drizzle.kit.text import Entity, Json


def alter_index(change: changes.DropIndex | changes.RenameIndex, migrations: Migrations) -> None:
    """Drop or rename an index in the migration of its history."""
    for table, _, index in stored(change, migrations.context, "drizzle-kit"):
        place = migrations.of(table)
        if place is None:
            continue
        migration, name = place[0], str(index.name)
        key = f"{table.schema or 'public'}.{table.name}"
        made = members(migration.snapshot)
        if not migration.is_new("old index", key, name):
            continue
        if isinstance(change, changes.RenameIndex):
            migration.add(f"rename index {name}", table, made.rename_index(key, name, change.new_name))
        else:
            migration.add(f"drop index {name}", table, made.drop_index(key, name))


def members(snapshot: JournalSnapshot | ChainSnapshot) -> JournalMembers | ChainMembers:
    """Return what changes the members of tables in a snapshot."""
    return JournalMembers(snapshot) if isinstance(snapshot, JournalSnapshot) else ChainMembers(snapshot)


def _schema(table: str) -> str:
    schema = table.partition(".")[0]
    return "" if schema == "public" else f"{quoted(schema)}."


def _missing(name: str) -> RefusedError:
    return RefusedError(f"the last snapshot has no `{name}`: generate that migration first")


class JournalMembers:
    """Members of tables in a snapshot of version 7."""

    def __init__(self, snapshot: JournalSnapshot) -> None:
        self._snapshot = snapshot

    def _part(self, table: str, part: str) -> dict[str, Entity]:
        found = self._snapshot.table(table).setdefault(part, {})
        if not isinstance(found, dict):
            raise RefusedError("the last snapshot is not as drizzle-kit writes it")
        return cast("dict[str, Entity]", found)

    def drop_index(self, table: str, name: str) -> list[str]:
        """Drop an index."""
        if self._part(table, "indexes").pop(name, None) is None:
            raise _missing(name)
        return [f"DROP INDEX {_schema(table)}{quoted(name)};"]

    def rename_index(self, table: str, name: str, new_name: str) -> list[str]:
        """Rename an index."""
        part = self._part(table, "indexes")
        if name not in part:
            raise _missing(name)
        part[name]["name"] = new_name
        renamed = {new_name if each == name else each: value for each, value in part.items()}
        self._snapshot.table(table)["indexes"] = cast("Json", renamed)
        return [f"ALTER INDEX {_schema(table)}{quoted(name)} RENAME TO {quoted(new_name)};"]


class ChainMembers:
    """Members of tables in a snapshot of version 8 or 9."""

    def __init__(self, snapshot: ChainSnapshot) -> None:
        self._snapshot = snapshot

    def _member(self, table: str, kind: str, name: str) -> Entity:
        found = next((each for each in self._snapshot.of(table, kind) if each["name"] == name), None)
        if found is None:
            raise _missing(name)
        return found

    def _noted(
        self, kind: str, target: Sequence[str], writes: Sequence[str], reads: Sequence[str], shared: Sequence[str] = ()
    ) -> None:
        made = footprint(kind, target, writes, reads)
        if shared:
            made["sharedWrites"] = [*shared]
        self._snapshot.footprints.append(made)

    def _dropped(self, entity: Entity) -> None:
        self._snapshot.deltas.append({"op": "drop", "key": key_of(entity)})
        self._snapshot.entities.remove(entity)

    def drop_index(self, table: str, name: str) -> list[str]:
        """Drop an index."""
        entity = self._member(table, "indexes", name)
        schema, _, own = table.partition(".")
        columns = _plain(entity)
        shared = [_uniqueness(table, columns)] if entity["isUnique"] is True and entity["where"] is None else []
        home = [f"{'n' if shared else 'e'}|tbl|{table}", f"n|sch|{schema}"]
        reads = [*home, *(f"e|col|{table}.{column}" for column in columns)]
        self._noted("drop_index", ("index", schema, own, name), _created("idx", f"{schema}.{name}"), reads, shared)
        self._dropped(entity)
        return [f"DROP INDEX {_schema(table)}{quoted(name)};"]

    def rename_index(self, table: str, name: str, new_name: str) -> list[str]:
        """Rename an index."""
        entity = self._member(table, "indexes", name)
        schema, _, own = table.partition(".")
        writes = [f"{mark}|{schema}.{each}" for each in (name, new_name) for mark in ("s|idx", "n|idx", "n|rel")]
        reads = [f"e|tbl|{table}", f"n|sch|{schema}", *(f"e|col|{table}.{column}" for column in _plain(entity))]
        self._noted("rename_index", ("index", schema, own, name), writes, reads)
        self._snapshot.deltas.append({"op": "rename", "key": key_of(entity), "set": {"name": new_name}})
        entity["name"] = new_name
        return [f"ALTER INDEX {_schema(table)}{quoted(name)} RENAME TO {quoted(new_name)};"]


def _plain(index: Entity) -> list[str]:
    """Return the columns of an index that are no expressions."""
    parts = cast("list[Entity]", items(index, "columns"))
    return [str(part["value"]) for part in parts if not part["isExpression"]]


def _created(kind: str, name: str) -> list[str]:
    """Return the nodes that the making of an index, or its end, writes."""
    return [*(f"{mark}|{kind}|{name}" for mark in "sne"), f"n|rel|{name}"]


def _uniqueness(table: str, columns: Sequence[str]) -> str:
    return f"e|uniqueness|{'.'.join([table, *sorted(columns)])}"
