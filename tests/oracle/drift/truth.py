"""What differs between two databases, as their catalogs tell it: the kinds and subjects that drift must tell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import psycopg

    Facts = dict[str, dict[str, Any]]

COLUMNS = """
    SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(d.adbin, d.adrelid)
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    LEFT JOIN pg_attrdef d ON (d.adrelid, d.adnum) = (c.oid, a.attnum)
    WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped
"""
CONSTRAINTS = """
    SELECT c.relname, o.contype, ARRAY(SELECT attname::text FROM unnest(o.conkey) WITH ORDINALITY AS k(n, i)
           JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.n ORDER BY k.i), t.relname, o.confdeltype
    FROM pg_constraint o JOIN pg_class c ON c.oid = o.conrelid LEFT JOIN pg_class t ON t.oid = o.confrelid
    WHERE c.relnamespace = 'public'::regnamespace AND o.contype IN ('p', 'u', 'f')
"""
INDEXES = """
    SELECT c.relname, ARRAY(SELECT attname::text FROM unnest(i.indkey::smallint[]) WITH ORDINALITY AS k(n, i)
           JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.n ORDER BY k.i), i.indisunique,
           i.indpred IS NOT NULL, m.amname
    FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_class x ON x.oid = i.indexrelid
    JOIN pg_am m ON m.oid = x.relam
    WHERE c.relnamespace = 'public'::regnamespace
    AND NOT EXISTS (SELECT FROM pg_constraint o WHERE o.conindid = i.indexrelid AND o.contype IN ('p', 'u'))
"""


def facts(connection: psycopg.Connection) -> dict[str, Facts]:
    """Return by table the facts by kind and subject; members carry the columns that they need."""
    tables: dict[str, Facts] = {}
    for table, name, sql_type, not_null, default in connection.execute(COLUMNS):
        found = tables.setdefault(table, {kind: {} for kind in ("columns", "primary", "unique", "index", "key")})
        found["columns"][name] = {
            "type": sql_type,
            "nullable": not not_null,
            "default": default if default is None else _value(connection, default, sql_type),
        }
    for table, kind, columns, target, action in connection.execute(CONSTRAINTS):
        found = tables[table]
        if kind == "p":
            found["primary"]["id"] = sorted(columns)
        elif kind == "u":
            found["unique"].setdefault(tuple(sorted(columns)), []).append("constraint")
        else:
            found["key"].setdefault(tuple(columns), []).append((target, action))
    for table, columns, unique, partial, method in connection.execute(INDEXES):
        found = tables[table]
        if unique and not partial:
            found["unique"].setdefault(tuple(sorted(columns)), []).append("index")
        else:
            found["index"].setdefault(tuple(columns), []).append((unique, partial, method))
    return tables


def _value(connection: psycopg.Connection, expression: str, sql_type: str) -> str:
    if expression.startswith("nextval("):
        return "nextval"
    return str(connection.execute(f"SELECT ({expression})::{sql_type}::text").fetchall())


def differences(one: psycopg.Connection, other: psycopg.Connection) -> set[tuple[str, str]]:
    """Return (kind, subject) of everything that differs; what is over a column that one lacks goes with the column."""
    left, right = facts(one), facts(other)
    found = {("table", name) for name in left.keys() ^ right.keys()}
    for table in left.keys() & right.keys():
        found |= _of_table(table, left[table], right[table])
    return found


def _of_table(table: str, left: Facts, right: Facts) -> set[tuple[str, str]]:
    found = {("column", f"{table}.{name}") for name in left["columns"].keys() ^ right["columns"].keys()}
    both = left["columns"].keys() & right["columns"].keys()
    for name in both:
        for kind in ("type", "nullable", "default"):
            if left["columns"][name][kind] != right["columns"][name][kind]:
                found.add((kind, f"{table}.{name}"))
    if left["primary"] != right["primary"]:
        found.add(("primary-key", table))
    for part, kind in (("unique", "unique"), ("index", "index"), ("key", "foreign-key")):
        for columns in left[part].keys() | right[part].keys():
            differs = sorted(left[part].get(columns, [])) != sorted(right[part].get(columns, []))
            if differs and both.issuperset(columns):
                found.add((kind, f"{table} ({', '.join(columns)})"))
    return found
