"""The truth about a database: its catalog, in the shape of ``tenantlint dump``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tenantlint.types import normalize

if TYPE_CHECKING:
    import psycopg
    from tests.oracle.compare import Document

ACTIONS = {"a": None, "r": "restrict", "c": "cascade", "n": "set null", "d": "set default"}
COMMANDS = {"*": "all", "r": "select", "a": "insert", "w": "update", "d": "delete"}
SETS_ITS_ARGUMENT = ("moddatetime", "tsvector_update_trigger_byid")
ASSIGNMENT = re.compile(r"\bnew\s*\.\s*\"?(\w+)\"?\s*:?=", re.IGNORECASE)

TABLES = """
    SELECT c.oid, n.nspname, c.relname, c.relrowsecurity, c.relforcerowsecurity
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
    ORDER BY n.nspname, c.relname
"""
COLUMNS = """
    SELECT attname, format_type(atttypid, atttypmod), NOT attnotnull, atthasdef OR attidentity <> '', attgenerated <> ''
    FROM pg_attribute WHERE attrelid = %s AND attnum > 0 AND NOT attisdropped ORDER BY attnum
"""
NAMES = """
    (SELECT array_agg(CASE WHEN key = 0 THEN NULL ELSE (SELECT attname::text FROM pg_attribute
                      WHERE attrelid = {relation} AND attnum = key) END ORDER BY number)
     FROM unnest({keys}) WITH ORDINALITY AS u(key, number){condition})
"""
INDEXES = f"""
    SELECT c.relname, {
    NAMES.format(relation="i.indrelid", keys="i.indkey::smallint[]", condition=" WHERE number <= i.indnkeyatts")
},
           i.indisunique, i.indpred IS NOT NULL, a.amname
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am a ON a.oid = c.relam
    WHERE i.indrelid = %s AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = i.indexrelid AND contype IN
                                          ('p', 'u', 'x')) ORDER BY c.relname
"""
CONSTRAINTS = f"""
    SELECT conname, contype, {NAMES.format(relation="conrelid", keys="conkey", condition="")},
           CASE WHEN confrelid <> 0 THEN (SELECT CASE WHEN n.nspname = 'public' THEN '' ELSE n.nspname || '.' END ||
               c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = confrelid) END,
           {NAMES.format(relation="confrelid", keys="confkey", condition="")}, confdeltype, confupdtype
    FROM pg_constraint WHERE conrelid = %s AND contype IN ('p', 'u', 'f') AND conparentid = 0 ORDER BY conname
"""
POLICIES = """
    SELECT polname, polcmd, polpermissive, polqual IS NOT NULL, polwithcheck IS NOT NULL,
           ARRAY(SELECT CASE WHEN role = 0 THEN 'public' ELSE pg_get_userbyid(role) END
                 FROM unnest(polroles) AS role)::text[]
    FROM pg_policy WHERE polrelid = %s ORDER BY polname
"""
TRIGGERS = """
    SELECT p.prosrc, encode(t.tgargs, 'escape') FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
    WHERE t.tgrelid = %s AND NOT t.tgisinternal AND t.tgtype & 19 = 19
"""
"""Those that run before an update, for each row: bits 1 (row), 2 (before) and 16 (update)."""


def read(connection: psycopg.Connection) -> Document:
    """Return the tables of the database that ``connection`` is to, without those of extensions."""
    tables = connection.execute(TABLES).fetchall()
    return {"tables": [_table(connection, *row) for row in tables]}


def _table(connection: psycopg.Connection, oid: int, schema: str, name: str, enabled: bool, forced: bool) -> Document:
    constraints = connection.execute(CONSTRAINTS, [oid]).fetchall()
    key: list[str] = next((row[2] for row in constraints if row[1] == "p"), [])
    return {
        "name": name,
        "schema": None if schema == "public" else schema,
        "dialect": "postgresql",
        "orm": "sql",
        "columns": _columns(connection, oid, key),
        "primary_key": key,
        "indexes": [
            dict(zip(("name", "columns", "unique", "partial", "method"), row, strict=True))
            for row in connection.execute(INDEXES, [oid]).fetchall()
        ],
        "unique_constraints": [{"name": row[0], "columns": row[2]} for row in constraints if row[1] == "u"],
        "foreign_keys": [_foreign_key(*row) for row in constraints if row[1] == "f"],
        "policies": [_policy(*row) for row in connection.execute(POLICIES, [oid]).fetchall()],
        "rls": {"enabled": enabled, "forced": forced},
    }


def _columns(connection: psycopg.Connection, oid: int, key: list[str]) -> list[dict[str, Any]]:
    triggers = connection.execute(TRIGGERS, [oid]).fetchall()
    assigned = {name.lower() for source, _ in triggers for name in ASSIGNMENT.findall(re.sub("--.*", "", source))}
    assigned |= {arguments.split("\\000")[0] for source, arguments in triggers if source in SETS_ITS_ARGUMENT}
    return [
        {
            "name": name,
            "key": name,
            "type": normalize(kind.removeprefix("public.")),
            "nullable": nullable,
            "primary_key": name in key,
            "has_default": default,
            "has_server_default": default,
            "on_update": generated or name in assigned,
        }
        for name, kind, nullable, default, generated in connection.execute(COLUMNS, [oid]).fetchall()
    ]


def _foreign_key(
    name: str, _kind: str, columns: list[str], target: str, target_columns: list[str], delete: str, update: str
) -> dict[str, Any]:
    return {
        "name": name,
        "columns": columns,
        "target_table": target,
        "target_columns": target_columns,
        "on_delete": ACTIONS[delete],
        "on_update": ACTIONS[update],
    }


def _policy(name: str, command: str, permissive: bool, using: bool, check: bool, roles: list[str]) -> dict[str, Any]:
    return {
        "name": name,
        "command": COMMANDS[command],
        "roles": roles,
        "permissive": permissive,
        "using": using,
        "with_check": check,
    }
