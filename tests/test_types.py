from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from tenantlint.types import normalize, reference

if TYPE_CHECKING:
    from postgres import Server


@pytest.mark.parametrize(
    ("written", "short"),
    [
        ("VARCHAR", "varchar"),
        ("character varying(255)", "varchar(255)"),
        ("TIMESTAMP WITHOUT TIME ZONE", "timestamp"),
        ("timestamp (3) with time zone", "timestamptz(3)"),
        ("timestamp(6)", "timestamp(6)"),
        ("timestamptz", "timestamptz"),
        ("time with time zone", "timetz"),
        ("NUMERIC(10, 2)", "numeric(10,2)"),
        ("decimal", "numeric"),
        ("FLOAT", "double precision"),
        ("FLOAT(24)", "real"),
        ("float8", "double precision"),
        ("serial", "integer"),
        ("bigserial", "bigint"),
        ("BIGINT", "bigint"),
        ("int4", "integer"),
        ("text[]", "text[]"),
        ("integer[3][]", "integer[][]"),
        ('"userRole"', "userRole"),
        ("vector(3)", "vector(3)"),
        ("double  precision", "double precision"),
    ],
)
def test_normalize(written: str, short: str) -> None:
    assert normalize(written) == short
    assert normalize(short) == short


COMPARED = (
    *("smallint", "integer", "bigint", "numeric", "numeric(10,2)", "real", "double precision", "text", "varchar(20)"),
    *("char(5)", "uuid", "date", "timestamp", "timestamptz(3)", "boolean", "bytea", "inet", "text[]", "uuid[]"),
)


def test_what_clashes_is_what_postgresql_refuses(postgres: Server) -> None:
    """Every pair of types is tried as a foreign key on a real server."""
    with postgres.database() as connection:
        for key in COMPARED:
            connection.execute(f"CREATE TABLE keys (id {key} PRIMARY KEY)")
            refused = {column for column in COMPARED if not creates(connection, f"id {column} REFERENCES keys")}
            assert {column for column in COMPARED if reference(column, key) == "clash"} == refused, key
            connection.execute("DROP TABLE keys")


def creates(connection: psycopg.Connection, column: str) -> bool:
    try:
        connection.execute(f"CREATE TABLE users ({column})")
    except psycopg.errors.DatatypeMismatch:
        return False
    connection.execute("DROP TABLE users")
    return True


@pytest.mark.parametrize(
    ("column", "key", "fit"),
    [
        ("integer", "integer", "fits"),
        ("integer", "bigint", "narrow"),
        ("smallint", "integer", "narrow"),
        ("bigint", "integer", "fits"),
        ("varchar(10)", "varchar(36)", "fits"),
        ("citext", "text", "fits"),
        ("text", "citext", "clash"),
        ("kind", "kind", "fits"),
        ("kind", "text", "unclear"),
        ("uuid", "kind", "unclear"),
        ("vector(3)", "uuid", "unclear"),
    ],
)
def test_reference(column: str, key: str, fit: str) -> None:
    assert reference(column, key) == fit


@pytest.mark.parametrize(
    ("column", "key", "fit"),
    [
        ("int", "int", "fits"),
        ("bigint unsigned", "serial", "fits"),
        ("bigint", "serial", "clash"),
        ("int(11)", "int", "fits"),
        ("int", "bigint", "clash"),
        ("int unsigned", "int", "clash"),
        ("varchar(36)", "int", "clash"),
        ("varchar(36)", "varchar(64)", "fits"),
        ("varchar(36)", "text", "unclear"),
    ],
)
def test_reference_in_mysql(column: str, key: str, fit: str) -> None:
    assert reference(column, key, mysql=True) == fit
