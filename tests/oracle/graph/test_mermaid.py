"""Mermaid's own parser reads what ``tenantlint graph`` prints, and finds the schema in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.oracle.graph.browser import mermaid
from tests.oracle.graph.schemas import EVIL, EVIL_NAME, SHOP, large

from tenantlint.cli import main

if TYPE_CHECKING:
    from pathlib import Path


def printed(folder: Path, files: dict[str, str], capsys: pytest.CaptureFixture[str], *options: str) -> str:
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text)
    assert main(["graph", *options, str(folder)]) == 0
    return capsys.readouterr().out


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What Mermaid reads of each schema; one browser reads them all."""
    root = tmp_path_factory.mktemp("mermaid")
    texts = {}
    for name, files in {"shop": SHOP, "evil": EVIL, "large": large(60), "empty": {"schema.ts": ""}}.items():
        (root / name).mkdir()
        for file, text in files.items():
            (root / name / file).write_text(text)
        assert main(["graph", "--preset=all", "--output", str(root / f"{name}.mmd"), str(root / name)]) == 0
        texts[name] = (root / f"{name}.mmd").read_text()
    return dict(zip(texts, mermaid(root, list(texts.values())), strict=True))


def test_the_shop(read):
    shop = read["shop"]
    assert {each["name"]: each["columns"] for each in shop["entities"]} == {
        "audit.events": [["uuid", "id", ["PK"], ""], ["uuid", "user_ref", [], ""]],
        "countries": [["text", "code", ["PK"], ""]],
        "profiles": [
            ["uuid", "user_id", ["PK", "FK"], "REL008, TEN006"],
            ["uuid", "tenant_id", [], "NULL, tenant, IDX001, TEN002, TEN003"],
            ["uuid", "manager_id", ["FK"], "NULL, IDX002, REL008"],
        ],
        "tenants": [["uuid", "id", ["PK"], ""], ["text", "name", [], ""]],
        "users": [
            ["uuid", "id", ["PK"], ""],
            ["uuid", "tenant_id", ["FK"], "tenant, REL008"],
            ["text", "displayName", [], "NULL, NAM001"],
            ["text", "email", ["UK"], "NAM005"],
            ["text", "country", ["FK"], "NULL, NAM008, REL008"],
            ["numeric", "balance", [], "numeric(10,2)"],
            ["unknown", "what", [], "name in the database unknown, NULL unknown"],
        ],
    }
    assert shop["relations"] == [
        ["profiles", "users", "user_id", "ZERO_OR_ONE", "ONLY_ONE", "IDENTIFYING"],
        ["profiles", "profiles", "manager_id", "ZERO_OR_MORE", "ZERO_OR_ONE", "IDENTIFYING"],
        ["users", "tenants", "tenant_id", "ZERO_OR_MORE", "ONLY_ONE", "IDENTIFYING"],
        ["users", "countries", "country", "ZERO_OR_MORE", "ZERO_OR_ONE", "IDENTIFYING"],
        ["audit.events", "users", "actor", "ZERO_OR_MORE", "ZERO_OR_ONE", "NON_IDENTIFYING"],
    ]
    assert [each["name"] for each in shop["entities"] if "error" in each["classes"]] == [
        "audit.events", "profiles", "tenants", "users",
    ]  # fmt: skip


def test_names_that_are_code_are_only_names(read):
    names = [each["name"] for each in read["evil"]["entities"]]
    assert names == ["%%{init: {}}%%", EVIL_NAME, "<svg/onload=alert(4)>", "one"]
    assert [relation[:3] for relation in read["evil"]["relations"]] == [
        ["<svg/onload=alert(4)>", EVIL_NAME, "ref"], ["one", "one", "to"],
    ]  # fmt: skip


def test_many_tables_and_none(read):
    wanted = large(60)["schema.ts"].count(".references(")
    assert (len(read["large"]["entities"]), len(read["large"]["relations"])) == (60, wanted)
    assert read["empty"]["entities"] == []
    assert [each["drawn"] for each in read.values()] == [True] * 4


def test_the_same_bytes_each_time(tmp_path, capsys):
    first = printed(tmp_path / "a", SHOP, capsys)
    assert printed(tmp_path / "b", SHOP, capsys) == first
    assert first.startswith("erDiagram\n")


def test_no_findings_and_neighbourhoods(tmp_path, capsys):
    text = printed(tmp_path / "a", SHOP, capsys, "--no-findings", "--table", "countries")
    assert text == (
        'erDiagram\n    "countries" {\n        text code PK\n    }\n    "users" {\n        uuid id PK\n'
        '        uuid tenant_id FK "tenant"\n        text displayName "NULL"\n        text email UK\n'
        '        text country FK "NULL"\n        numeric balance "numeric(10,2)"\n'
        '        unknown what "name in the database unknown, NULL unknown"\n    }\n'
        '    "users" }o--o| "countries" : "country"\n'
    )
    far = printed(tmp_path / "b", SHOP, capsys, "--no-findings", "--table=countries", "--depth=2")
    assert [line.split('"')[1] for line in far.splitlines() if line.endswith("{")] == [
        "audit.events", "countries", "profiles", "tenants", "users",
    ]  # fmt: skip
    alone = printed(tmp_path / "c", SHOP, capsys, "--no-findings", "--table=countries", "--depth=0")
    assert alone == 'erDiagram\n    "countries" {\n        text code PK\n    }\n'
