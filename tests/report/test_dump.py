"""What ``tenantlint dump`` prints of migrations: the tables of the database among the others, and the histories."""

from __future__ import annotations

import json
from typing import Any

from tenantlint.link import link
from tenantlint.project import Project
from tenantlint.report.dump import dump, within

FILES = {
    "schema.ts": (
        'import { pgTable, text } from "drizzle-orm/pg-core";\nexport const b = pgTable("b", { x: text() });\n'
    ),
    "migrations/1_a.sql": "-- first\nCREATE TABLE b (x text);\n",
    "migrations/2_b.sql": "CREATE TABLE a (\n  x text\n);\nALTER TABLE a ENABLE ROW LEVEL SECURITY;\n",
    "migrations/2_b.down.sql": "DROP TABLE a;\n",
    "d/meta/_journal.json": '{\n  "entries": [\n    {"idx": 0, "tag": "0_x", "when": 1}\n  ]\n}\n',
    "d/1_y.sql": "SELECT 1;\n",
}


def dumped(*paths: str) -> dict[str, Any]:
    project = Project("/nowhere", frozenset(), {path: text.encode() for path, text in FILES.items()})
    schema = link(project).schema
    text = dump(within(schema, paths) if paths else schema, lambda at: project.source(at.path).line_of(at.start))
    document: dict[str, Any] = json.loads(text)
    return document


def test_the_tables_of_the_database_are_among_the_others() -> None:
    tables = dumped()["tables"]
    assert [(each["orm"], each["name"], each["symbol"], each["path"], each["line"]) for each in tables] == [
        ("drizzle", "b", "b", "schema.ts", 2),
        ("sql", "a", "a", "migrations/2_b.sql", 1),
        ("sql", "b", "b", "migrations/1_a.sql", 2),
    ]
    assert tables[1]["rls"] == {"enabled": True, "forced": False}


def test_histories() -> None:
    assert dumped()["histories"] == [
        {
            "kind": "drizzle-kit",
            "path": "d",
            "revisions": [],
            "problems": [
                {
                    "kind": "journal",
                    "text": "lists `0_x` in its journal, and there is no file `0_x.sql`",
                    "path": "d/meta/_journal.json",
                    "line": 3,
                },
                {
                    "kind": "journal",
                    "text": "has a file `1_y.sql` that its journal does not list",
                    "path": "d/1_y.sql",
                    "line": 1,
                },
            ],
        },
        {
            "kind": "sql",
            "path": "migrations",
            "revisions": [
                {"id": "1_a", "parents": [], "path": "migrations/1_a.sql", "line": 2, "downgrade": "missing"},
                {"id": "2_b", "parents": ["1_a"], "path": "migrations/2_b.sql", "line": 1, "downgrade": "present"},
            ],
            "problems": [],
        },
    ]


def test_only_what_the_paths_declare() -> None:
    document = dumped("migrations/2_b.sql")
    assert [table["name"] for table in document["tables"]] == ["a"]
    (history,) = document["histories"]
    assert [revision["id"] for revision in history["revisions"]] == ["2_b"]
    assert dumped("schema.ts")["histories"] == []
