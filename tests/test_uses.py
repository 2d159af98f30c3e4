"""The uses of tables are read where a selected rule asks for them, in the files that no schema stands in."""

from __future__ import annotations

import pytest

from tenantlint import pipeline
from tenantlint.asked import Asked
from tenantlint.config_tree import ConfigTree
from tenantlint.lang.drizzle import uses as drizzle_uses
from tenantlint.lang.sqlmodel import uses as sqlmodel_uses
from tenantlint.link import link, with_uses
from tenantlint.project import Project
from tenantlint.rules import RULES, need_uses
from tenantlint.schema import Deletion
from tenantlint.settings import Settings
from tenantlint.source import Location

FILES = {
    "models.py": b"""\
from datetime import datetime
from sqlmodel import Field, SQLModel
class Invoice(SQLModel, table=True):
    id: int = Field(primary_key=True)
    deleted_at: datetime | None = None
""",
    "service.py": b"""\
from models import Invoice
def remove(session, x: Invoice):
    session.delete(x)
def remove_all(session):
    session.query(Invoice).delete()
""",
    "schema.ts": b"""\
import { pgTable, timestamp } from "drizzle-orm/pg-core";
export const orders = pgTable("orders", { deleted_at: timestamp("deleted_at") });
""",
    "service.ts": b"""\
import { orders } from "./schema";
export const removeAll = (db) => db.delete(orders);
""",
}


def check(asked: Asked, *codes: str) -> list[tuple[str, str]]:
    """Return where a check of the rules ``codes`` finds what, in the files asked for."""
    configs = ConfigTree("/p", lambda folder: Settings(frozenset(codes)))
    outcome = pipeline.check(Project("/p", frozenset(), FILES), asked, configs, ())
    assert outcome.crashes == ()
    return [(each.at.path, each.code) for each in outcome.diagnostics]


def test_a_rule_that_asks_for_uses_finds_them_in_any_file() -> None:
    everything = Asked(folders=("",))
    assert check(everything, "STD007") == [("service.py", "STD007"), ("service.py", "STD007"), ("service.ts", "STD007")]


def test_only_the_files_asked_for_are_reported() -> None:
    assert check(Asked(files=frozenset({"service.ts"})), "STD007") == [("service.ts", "STD007")]


def test_a_run_without_such_a_rule_does_not_read_them(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object) -> None:
        raise AssertionError("the uses are read")

    monkeypatch.setattr(sqlmodel_uses, "deletions", fail)
    monkeypatch.setattr(drizzle_uses, "deletions", fail)
    assert check(Asked(folders=("",)), "COR001") == []


def test_the_places_of_uses() -> None:
    result = with_uses(link(Project("/p", frozenset(), FILES)))
    python, typescript = FILES["service.py"], FILES["service.ts"]
    spans = {
        "session.delete(x)": ("sqlmodel:models.py:Invoice", "service.py", python, "remove"),
        "session.query(Invoice).delete()": ("sqlmodel:models.py:Invoice", "service.py", python, "remove_all"),
        "db.delete(orders)": ("schema.ts#orders", "service.ts", typescript, "removeAll"),
    }
    assert result.schema.deletions == tuple(
        Deletion(table, Location(path, data.index(text.encode()), data.index(text.encode()) + len(text)), function)
        for text, (table, path, data, function) in spans.items()
    )


def test_a_bug_in_one_language_leaves_the_other_ones_uses(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object) -> None:
        raise ValueError("broken")

    monkeypatch.setattr(sqlmodel_uses, "deletions", fail)
    result = with_uses(link(Project("/p", frozenset(), FILES)))
    assert [deletion.table_id for deletion in result.schema.deletions] == ["schema.ts#orders"]
    assert len(result.crashes) == 1


@pytest.mark.parametrize("code", RULES)
def test_only_strict_rules_ask_for_uses(code: str) -> None:
    assert not need_uses([code]) or RULES[code].preset != "recommended"
