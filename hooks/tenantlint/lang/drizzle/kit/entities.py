"""The entities of a snapshot of drizzle-kit 1.0, the differences between two snapshots, and their footprints."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final, cast

from tenantlint.lang.lowering import RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tenantlint.lang.drizzle.kit.text import Entity, Json

_MEMBERS: Final = ("columns", "indexes", "pks", "uniques", "fks", "checks", "policies", "privileges")
_OVER: Final = ("pks", "uniques", "fks")
"""The kinds of entities that list their columns by name."""


def key_of(entity: Entity) -> str:
    """Return the key by which a difference names an entity."""
    kind = str(entity["entityType"])
    parts = [entity.get("schema"), None if kind == "indexes" else entity.get("table"), entity.get("name")]
    given = [part for part in parts if part is not None]
    return f"{kind}\0{json.dumps(given, ensure_ascii=False, separators=(',', ':'))}"


def items(entity: Entity, key: str) -> list[Json]:
    """Return a list in an entity, an empty one where there is none."""
    found = entity.get(key)
    return found if isinstance(found, list) else []


def play(delta: Entity, entities: list[Entity]) -> None:
    """Make one difference in the entities of a snapshot, with what follows from it. Raises RefusedError."""
    operation = delta.get("op")
    if operation == "create":
        entities.append(cast("Entity", json.loads(json.dumps(delta["row"]))))
        return
    found = next((each for each in entities if key_of(each) == delta.get("key")), None)
    if found is None or operation not in ("drop", "alter", "rename"):
        raise RefusedError("the last snapshot differs from the one before in a way that is not known")
    if operation == "drop":
        _drop(found, entities)
    elif operation == "rename":
        rename(found, cast("Entity", delta["set"]), entities)
    else:
        found |= cast("Entity", delta["set"])


def rename(entity: Entity, given: Entity, entities: list[Entity]) -> None:
    """Give an entity another name, and what names it too. Raises RefusedError where that is not known."""
    kind, old = entity["entityType"], dict(entity)
    entity |= given
    if kind == "tables":
        _follow(entities, ("schema", "table"), (old["schema"], old["name"]), (entity["schema"], entity["name"]))
        _follow(entities, ("schemaTo", "tableTo"), (old["schema"], old["name"]), (entity["schema"], entity["name"]))
    elif kind == "columns":
        _follow_column(entities, old, str(entity["name"]))
    elif kind == "enums":
        _follow(entities, ("typeSchema", "type"), (old["schema"], old["name"]), (entity["schema"], entity["name"]))
    elif kind in ("schemas", "roles"):
        raise RefusedError("the last snapshots rename a schema or a role, and what follows from that is not known")


def _follow(entities: list[Entity], keys: tuple[str, str], old: Sequence[Json], new: Sequence[Json]) -> None:
    for each in entities:
        if [each.get(key) for key in keys] == [*old]:
            each |= dict(zip(keys, new, strict=True))


def _follow_column(entities: list[Entity], old: Entity, new: str) -> None:
    place, name = (old["schema"], old["table"]), old["name"]
    for each in entities:
        own = (each.get("schema"), each.get("table")) == place
        if own and each["entityType"] in _OVER:
            each["columns"] = [new if column == name else column for column in items(each, "columns")]
        if own and each["entityType"] == "indexes":
            for part in cast("list[Entity]", items(each, "columns")):
                if part["value"] == name and not part["isExpression"]:
                    part["value"] = new
        if each["entityType"] == "fks" and (each["schemaTo"], each["tableTo"]) == place:
            each["columnsTo"] = [new if column == name else column for column in items(each, "columnsTo")]


def _drop(entity: Entity, entities: list[Entity]) -> None:
    """Take an entity out, and what cannot be without it."""
    entities.remove(entity)
    kind, schema, name = entity["entityType"], entity.get("schema"), entity["name"]
    if kind == "tables":
        gone = [
            each
            for each in entities
            if (each["entityType"] in _MEMBERS and (each.get("schema"), each.get("table")) == (schema, name))
            or (each["entityType"] == "fks" and (each["schemaTo"], each["tableTo"]) == (schema, name))
        ]
    elif kind == "columns":
        gone = [each for each in entities if _is_over(each, entity)]
    else:
        gone = []
    for each in gone:
        entities.remove(each)


def _is_over(entity: Entity, column: Entity) -> bool:
    place, name = (column["schema"], column["table"]), column["name"]
    if entity["entityType"] == "fks" and (entity["schemaTo"], entity["tableTo"]) == place:
        return name in items(entity, "columnsTo")
    if (entity.get("schema"), entity.get("table")) != place:
        return False
    if entity["entityType"] == "indexes":
        parts = cast("list[Entity]", items(entity, "columns"))
        return any(part["value"] == name and not part["isExpression"] for part in parts)
    return entity["entityType"] in _OVER and name in items(entity, "columns")


def footprint(kind: str, target: Sequence[str], writes: Iterable[str], reads: Iterable[str], sql: str = "") -> Entity:
    """Return what drizzle-kit notes of a statement, to see whether two migrations can be applied in either order.

    ``sql`` is given for a statement that may be run twice.
    """
    made: Entity = {
        "statementType": kind,
        "statementTarget": [*target],
        "writes": [*writes],
        "reads": [*reads],
    }
    if sql:
        from hashlib import sha256

        made["sqlHash"] = sha256(sql.encode()).hexdigest()[:16]
    return made
