"""Writes the drizzle-kit migration that creates a table, into a folder with a journal."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tenantlint.change import Patch
from tenantlint.lang.drizzle.kit.files import JournalFolder
from tenantlint.lang.drizzle.kit.journal import JournalSnapshot
from tenantlint.lang.drizzle.kit.text import Entity, known, quoted, type_text, written
from tenantlint.lang.lowering import RefusedError
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from tenantlint.lang.lowering import Lowering
    from tenantlint.migration import History
    from tenantlint.schema import Column, Table

_TYPES: Final = {"jsonb": "jsonb", "json": "json", "double precision": "double precision", "numeric": "numeric"}
_DEFAULTS: Final = {b".defaultRandom()": "gen_random_uuid()", b".defaultNow()": "now()"}

_SERIAL: Final = re.compile(rb"\b(?:small|big)?serial(?=\()")


def create(table: Table, history: History, context: Lowering) -> Patch:
    """Return the migration that follows the last one of ``history`` and creates ``table``.

    The patch says why where something of the table is not known, or where the folder is of drizzle-kit 1.0.
    """
    journal = f"{history.path}/meta/_journal.json" if history.path else "meta/_journal.json"
    if journal not in context.project:
        return Patch(refused=f"`{history.path}` has no journal: `drizzle-kit generate` writes this migration")
    try:
        folder = JournalFolder(context.project, history)
        snapshot = JournalSnapshot(folder.content, lambda *_: True)
        statements = _statements(table, snapshot, context)
        made = folder.write(f"create {table.name}", statements)
    except RefusedError as error:
        return Patch(refused=str(error))
    except (KeyError, TypeError, AttributeError):  # what people have written into a snapshot, nobody can foresee
        return Patch(refused="the last snapshot is not as drizzle-kit writes it")
    return Patch(made.edits, made.files)


def _statements(table: Table, snapshot: JournalSnapshot, context: Lowering) -> list[str]:
    if table.name is UNKNOWN or table.schema is UNKNOWN or table.incomplete or len(known(table.primary_key)) != 1:
        raise RefusedError("not all of the table is known")
    key = f"{table.schema or 'public'}.{table.name}"
    columns = [_column(column, context) for column in table.columns]
    snapshot.tables[key] = {
        "name": table.name,
        "schema": table.schema or "",
        "columns": {str(column["name"]): column for column in columns},
        "indexes": {},
        "foreignKeys": {},
        "compositePrimaryKeys": {},
        "uniqueConstraints": {},
        "policies": {},
        "checkConstraints": {},
        "isRLSEnabled": table.rls.enabled is True and not table.policies,
    }
    lines = ",\n".join(f"\t{_line(column)}" for column in columns)
    statements = [f"CREATE TABLE {written(key)} (\n{lines}\n);\n"]
    if table.rls.enabled is True and not table.policies:
        statements.append(f"ALTER TABLE {written(key)} ENABLE ROW LEVEL SECURITY;")
    policies = [each for policy in table.policies for each in snapshot.add_policy(key, policy)]
    enable = [each for each in policies if each.endswith("ENABLE ROW LEVEL SECURITY;")]
    statements += enable
    statements += (each for foreign in table.foreign_keys for each in snapshot.add_key(key, foreign))
    statements += (each for index in table.indexes if index.attached for each in snapshot.add_index(key, index))
    return [*statements, *(each for each in policies if each not in enable)]


def _column(column: Column, context: Lowering) -> Entity:
    if column.name is UNKNOWN or UNKNOWN in (column.nullable, column.has_server_default, column.unique):
        raise RefusedError(f"not all of the column `{column.key}` is known")
    if column.unique is True:
        raise RefusedError(f"`{column.name}` is unique")
    text = context.project.source(column.at.path).data[column.at.start : column.at.end]
    serial = _SERIAL.search(text)
    made: Entity = {
        "name": column.name,
        "type": serial[0].decode() if serial is not None else _type(column),
        "primaryKey": column.primary_key is True,
        "notNull": column.nullable is False,
    }
    if column.has_server_default and serial is None:
        made["default"] = _default(column, text)
    return made


def _type(column: Column) -> str:
    sizes = re.fullmatch(r"numeric\((\d+),(\d+)\)", str(column.type))
    if sizes is not None:
        return f"numeric({sizes[1]}, {sizes[2]})"
    return _TYPES.get(str(column.type)) or type_text(column.type)


def _default(column: Column, text: bytes) -> str:
    """Return the default of a column as its declaration says it. Raises RefusedError where that is another."""
    found = [default for call, default in _DEFAULTS.items() if call in text]
    if len(found) != 1:
        raise RefusedError(f"the default of `{column.name}` is not known: `drizzle-kit generate` writes this migration")
    return found[0]


def _line(column: Entity) -> str:
    parts = [quoted(str(column["name"])), str(column["type"])]
    parts += ["PRIMARY KEY"] if column["primaryKey"] else []
    parts += [f"DEFAULT {column['default']}"] if "default" in column else []
    return " ".join([*parts, *(["NOT NULL"] if column["notNull"] else [])])
