"""Changes of indexes and unique constraints in the snapshots of drizzle-kit, old and new, with their SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from tenantlint import change as changes
from tenantlint.lang.drizzle.kit.entities import footprint, items, key_of
from tenantlint.lang.drizzle.kit.journal import JournalSnapshot
from tenantlint.lang.drizzle.kit.text import listed, quoted, written
from tenantlint.lang.indexes import stored
from tenantlint.lang.lowering import RefusedError
from tenantlint.lang.made_names import made_name
from tenantlint.lang.uniques import replaced
from tenantlint.schema import UNKNOWN, Index

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tenantlint.lang.drizzle.kit import Migrations
    from tenantlint.lang.drizzle.kit.chain import ChainSnapshot
    from tenantlint.lang.drizzle.kit.text import Entity, Json
    from tenantlint.schema import UniqueConstraint


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


def scope_unique(change: changes.ScopeUnique, migrations: Migrations) -> None:
    """Replace what is unique in the migration of its history."""
    found = replaced(change, migrations.differences, "drizzle-kit")
    place = None if found is None else migrations.of(found.table)
    if found is None or place is None:
        return
    migration, table = place[0], found.table
    key, columns = f"{table.schema or 'public'}.{table.name}", [change.tenant, *change.columns]
    if not migration.is_new("unique", key, *columns):
        return
    made = members(migration.snapshot)
    if isinstance(found.old, Index) and isinstance(found.new, Index):
        statements = [*made.drop_index(key, str(found.old.name)), *migration.snapshot.add_index(key, found.new)]
    elif isinstance(found.old, Index) or isinstance(found.new, Index):
        raise RefusedError("the database has a constraint where the code has an index, or the other way round")
    elif not isinstance(found.new.name, str):
        raise RefusedError("the name of the unique constraint is not known")
    else:
        nulls = made.replace_unique(key, [*change.columns], columns, found.new.name)
        statements = _replacing(key, found.old, found.new.name, columns, nulls)
    migration.add(f"scope unique {table.name}", table, statements)


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

    def replace_unique(self, table: str, columns: list[str], new_columns: list[str], name: str) -> bool:
        """Put a unique constraint in the place of another, and return whether its NULLs are not distinct."""
        part = self._part(table, "uniqueConstraints")
        found = [each for each in part.values() if each["columns"] == columns]
        if len(found) != 1:
            raise _missing(f"unique constraint over {', '.join(columns)}")
        old = str(found[0]["name"])
        del part[old]
        part[name] = found[0] | {"name": name, "columns": cast("Json", new_columns)}
        return found[0].get("nullsNotDistinct") is True


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

    def replace_unique(self, table: str, columns: list[str], new_columns: list[str], name: str) -> bool:
        """Put a unique constraint in the place of another, and return whether its NULLs are not distinct."""
        schema, _, own = table.partition(".")
        found = [each for each in self._snapshot.of(table, "uniques") if each["columns"] == columns]
        if len(found) != 1:
            raise _missing(f"unique constraint over {', '.join(columns)}")
        entity, old = found[0], str(found[0]["name"])
        made = entity | {"name": name, "columns": cast("Json", new_columns)}
        home = [f"n|tbl|{table}", f"n|sch|{schema}"]
        target = ("table", schema, own)
        gone = [*home, *(f"e|col|{table}.{column}" for column in columns)]
        self._noted("drop_unique", target, _unique_nodes(table, old), gone, [_uniqueness(table, columns)])
        reads = [*home, *(f"n|col|{table}.{column}" for column in new_columns)]
        self._noted("add_unique", target, _unique_nodes(table, name), reads)
        place = self._snapshot.entities.index(entity)
        self._dropped(entity)
        self._snapshot.entities.insert(place, made)
        self._snapshot.deltas.append({"op": "create", "row": made})
        return entity.get("nullsNotDistinct") is True


def _unique_nodes(table: str, name: str) -> list[str]:
    """Return the nodes that the making of a unique constraint, or its end, writes."""
    made = [f"{mark}|uq|{table}.{name}" for mark in "sne"]
    return [*made, f"n|con|{table}.{name}", f"n|rel|{table.partition('.')[0]}.{name}"]


def _replacing(table: str, old: UniqueConstraint, name: str, columns: Sequence[str], nulls: bool) -> list[str]:
    """Return the SQL for that; what drizzle-kit 1.0 leaves to PostgreSQL to name has the name that this gives."""
    if old.name is UNKNOWN or not isinstance(old.columns, tuple):
        raise RefusedError("what the database calls the unique constraint is not known: write the migration by hand")
    gone = old.name or made_name(table.partition(".")[2], [str(column) for column in old.columns], "key")
    alter, distinct = f"ALTER TABLE {written(table)}", " NULLS NOT DISTINCT" if nulls else ""
    return [
        f"{alter} DROP CONSTRAINT {quoted(gone)};",
        f"{alter} ADD CONSTRAINT {quoted(name)} UNIQUE{distinct}({listed(columns)});",
    ]


def _plain(index: Entity) -> list[str]:
    """Return the columns of an index that are no expressions."""
    parts = cast("list[Entity]", items(index, "columns"))
    return [str(part["value"]) for part in parts if not part["isExpression"]]


def _created(kind: str, name: str) -> list[str]:
    """Return the nodes that the making of an index, or its end, writes."""
    return [*(f"{mark}|{kind}|{name}" for mark in "sne"), f"n|rel|{name}"]


def _uniqueness(table: str, columns: Sequence[str]) -> str:
    return f"e|uniqueness|{'.'.join([table, *sorted(columns)])}"
