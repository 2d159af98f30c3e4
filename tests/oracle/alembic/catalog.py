"""The tables of a database as its catalog has them, as facts to compare with the tables of a History."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tenantlint.types import normalize

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import psycopg

    from tenantlint.schema import Table

Fact = tuple[Any, ...]

_HERE: Final = (
    "n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_' AND c.relkind IN ('r', 'p')"
)
_NAME: Final = "CASE n.nspname WHEN 'public' THEN c.relname ELSE n.nspname || '.' || c.relname END"
_COLUMNS: Final = f"""
SELECT {_NAME}, a.attname, format_type(a.atttypid, a.atttypmod), NOT a.attnotnull,
    a.atthasdef OR a.attidentity <> ''
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
WHERE {_HERE} AND a.attnum > 0 AND NOT a.attisdropped ORDER BY 1, a.attnum
"""
_NAMES: Final = """ARRAY(SELECT a.attname::text FROM unnest({keys}) WITH ORDINALITY u(num, place)
    JOIN pg_attribute a ON a.attrelid = {table} AND a.attnum = u.num ORDER BY place)"""
_CONSTRAINTS: Final = f"""
SELECT {_NAME}, k.contype::text, k.conname, {_NAMES.format(keys="k.conkey", table="k.conrelid")},
    (SELECT CASE fn.nspname WHEN 'public' THEN f.relname ELSE fn.nspname || '.' || f.relname END
        FROM pg_class f JOIN pg_namespace fn ON fn.oid = f.relnamespace WHERE f.oid = k.confrelid),
    {_NAMES.format(keys="k.confkey", table="k.confrelid")}, k.confdeltype::text, k.confupdtype::text
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_constraint k ON k.conrelid = c.oid
WHERE {_HERE} AND k.contype IN ('p', 'u', 'f') ORDER BY 1, 2, 3
"""
_INDEXES: Final = f"""
SELECT {_NAME}, x.relname, ARRAY(SELECT a.attname::text FROM unnest(i.indkey) WITH ORDINALITY k(num, place)
    LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.num
    WHERE place <= i.indnkeyatts ORDER BY place),
    i.indisunique, i.indpred IS NOT NULL
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_index i ON i.indrelid = c.oid
JOIN pg_class x ON x.oid = i.indexrelid
WHERE {_HERE}
    AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))
"""
_SECURITY: Final = f"""
SELECT {_NAME}, c.relrowsecurity, c.relforcerowsecurity
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {_HERE}
"""
_POLICIES: Final = """
SELECT CASE schemaname WHEN 'public' THEN tablename ELSE schemaname || '.' || tablename END, policyname, lower(cmd),
    permissive = 'PERMISSIVE', roles::text[], qual IS NOT NULL, with_check IS NOT NULL
FROM pg_policies
"""
_ACTIONS: Final = {"a": None, "r": "restrict", "c": "cascade", "n": "set null", "d": "set default"}
_OWN: Final = "alembic_version"


def of_database(connection: psycopg.Connection) -> set[Fact]:
    """Return the facts of a database; Alembic's own table is left out."""
    return {fact for fact in _database(connection) if fact[1] != _OWN}


def _database(connection: psycopg.Connection) -> Iterator[Fact]:
    for table, name, type_, nullable, default in connection.execute(_COLUMNS):
        yield "column", table, name, normalize(type_), nullable, default
    for table, kind, name, columns, target, targets, on_delete, on_update in connection.execute(_CONSTRAINTS):
        if kind == "p":
            yield "primary key", table, tuple(columns)
        elif kind == "u":
            yield "unique", table, name, tuple(columns)
        else:
            actions = _ACTIONS[on_delete], _ACTIONS[on_update]
            yield "foreign key", table, name, tuple(columns), target, tuple(targets), *actions
    for table, name, columns, unique, partial in connection.execute(_INDEXES):
        yield "index", table, name, tuple(columns), unique, partial
    for table, enabled, forced in connection.execute(_SECURITY):
        yield "table", table, enabled, forced
    for table, name, command, permissive, roles, using, check in connection.execute(_POLICIES):
        yield "policy", table, name, command, permissive, tuple(roles), using, check


def of_tables(tables: Iterable[Table]) -> set[Fact]:
    """Return the facts of the tables of a History."""
    return {fact for table in tables for fact in _table(table)}


def _table(table: Table) -> Iterator[Fact]:
    name = table.qualified_name
    yield "table", name, table.rls.enabled, table.rls.forced
    if table.incomplete:
        yield "incomplete", name, *sorted(table.incomplete)
    for column in table.columns:
        yield "column", name, column.name, column.type, column.nullable, column.has_server_default
    if table.primary_key != ():
        yield "primary key", name, table.primary_key
    for unique in table.unique_constraints:
        yield "unique", name, unique.name, unique.columns
    for key in table.foreign_keys:
        yield (
            "foreign key",
            name,
            key.name,
            key.columns,
            key.target_table,
            key.target_columns,
            key.on_delete,
            key.on_update,
        )
    for index in table.indexes:
        yield "index", name, index.name, index.columns, index.unique, index.partial
    for policy in table.policies:
        predicates = policy.using is not None, policy.with_check is not None
        yield "policy", name, policy.name, policy.command, policy.permissive, policy.roles, *predicates
