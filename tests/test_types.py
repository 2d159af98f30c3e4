from __future__ import annotations

import pytest

from tenantlint.types import normalize


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
