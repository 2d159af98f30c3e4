"""models.py and schema.ts of fixtures/twins declare one database: both languages must give one Schema."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tenantlint.link import link
from tenantlint.project import Project
from tenantlint.report.dump import dump

TWINS = Path(__file__).parents[1] / "fixtures" / "twins"


def read(file: str) -> dict[str, Any]:
    project = Project(str(TWINS), frozenset({file}))
    document: dict[str, Any] = json.loads(
        dump(link(project).schema, lambda at: project.source(at.path).line_of(at.start))
    )
    return document


PLACES = {"path", "line", "symbol", "orm"}
JOIN = {"columns", "target_columns"}


def comparable(value: Any) -> Any:
    """Leave out what differs on purpose.

    These are places and symbols, how an inverse and the function of a default are named in code, and the join of a
    ``many``, which Drizzle leaves to the other side.
    """
    if isinstance(value, dict):
        skipped = PLACES | {"declared_inverse", "default_function"} | (JOIN if value.get("kind") == "many" else set())
        return {key: comparable(item) for key, item in value.items() if key not in skipped}
    return [comparable(item) for item in value] if isinstance(value, list) else value


def test_both_halves_give_one_schema() -> None:
    python, typescript = read("models.py"), read("schema.ts")
    assert python["unresolved"] == typescript["unresolved"] == []
    assert [table["name"] for table in python["tables"]] == ["orders", "tenants", "users", "accounts"]
    assert comparable(python) == comparable(typescript)
