from __future__ import annotations

import copy

from oracle.compare import compare

COLUMN = {
    "name": "id",
    "key": "id",
    "nullable": False,
    "type": "uuid",
    "has_default": True,
    "has_server_default": False,
    "on_update": False,
    "primary_key": True,
    "unique": False,
}
TABLE = {
    "name": "users",
    "schema": "app",
    "dialect": "postgresql",
    "orm": "sqlmodel",
    "primary_key": ["id"],
    "columns": [COLUMN],
    "indexes": [{"name": "users_id_idx", "columns": ["id"], "unique": False, "line": 3}],
}
TRUTH = {"tables": [TABLE], "enums": [{"name": "role", "schema": None, "values": ["a", "b"]}]}


def test_equal_documents_agree_on_every_fact() -> None:
    report = compare(TRUTH, copy.deepcopy(TRUTH))
    assert report.differences == []
    assert report.counts == {
        "columns": (2, 2),
        "defaults": (1, 1),
        "enums": (1, 1),
        "indexes": (1, 1),
        "keys": (2, 2),
        "nullability": (1, 1),
        "tables": (1, 1),
        "types": (1, 1),
    }
    assert (report.equal, report.total) == (10, 10)


def test_a_wrong_fact_is_counted_and_named() -> None:
    dump = copy.deepcopy(TRUTH)
    dump["tables"][0]["columns"][0]["nullable"] = "<unknown>"  # type: ignore[index]
    report = compare(dump, TRUTH)
    assert report.counts["nullability"] == (0, 1)
    assert report.differences == ["nullability app.users id: nullable is <unknown>, the truth is false"]


def test_a_missing_and_an_invented_fact_are_differences() -> None:
    dump = copy.deepcopy(TRUTH)
    dump["tables"][0]["indexes"][0]["name"] = "other"  # type: ignore[index]
    report = compare(dump, TRUTH)
    assert report.counts["indexes"] == (0, 1)
    assert report.differences == [
        'indexes app.users other ["id"]: not in the truth: {"columns": ["id"], "name": "other", "unique": false}',
        'indexes app.users users_id_idx ["id"]: missing, the truth is '
        '{"columns": ["id"], "name": "users_id_idx", "unique": false}',
    ]
