"""Names of the database in SQL files outside of migrations are told; those of migrations are history."""

from __future__ import annotations

import pytest

from tenantlint.change import Change, RenameColumn, RenameTable
from tenantlint.lang.lowering import Lowering
from tenantlint.link import link
from tenantlint.lower import lower
from tenantlint.project import Project

MODELS = b"""
from sqlmodel import Field, SQLModel
class Dated(SQLModel):
    madeAt: int
class Hero(Dated, table=True):
    __tablename__ = "heroes"
    id: int = Field(primary_key=True)
    nickName: str
class Villain(Dated, table=True):
    __tablename__ = "villains"
    id: int = Field(primary_key=True)
"""
SCHEMA = b"""
import { integer, pgTable, text } from 'drizzle-orm/pg-core'
export const heroes = pgTable('heroes', { id: integer().primaryKey(), nickName: text('nickName') })
"""
HERO = "sqlmodel:models.py:Hero"


def uses(sql: str, change: Change, pin: bool = False, path: str = "reports/a.sql") -> list[tuple[str, int, str]]:
    files = {"models.py": MODELS, path: sql.encode()}
    if change.table_id != HERO:  # type: ignore[attr-defined]
        files = {"schema.ts": SCHEMA, path: sql.encode()}
    project = Project("/nowhere", frozenset(), files)
    patch = lower(change, Lowering(project, link(project).schema, pin))
    assert patch.refused is None
    return [(use.at.path, use.at.start, use.what) for use in patch.unresolved]


NAME = RenameColumn(HERO, "nickName", "nick_name", "nick_name")


@pytest.mark.parametrize(
    ("sql", "places"),
    [
        ('select "nickName" from heroes', [8]),
        ("select nickName, nickName from heroes", [7, 17]),
        ("select nickName from villains", []),
        ("select nickNames from heroes", []),
        ("select old_nickName from heroes", []),
        ("select nickname from heroes", []),
        ("", []),
    ],
)
def test_a_column_in_a_query_on_its_table(sql: str, places: list[int]) -> None:
    assert uses(sql, NAME) == [("reports/a.sql", place, "`nickName` in SQL") for place in places]


def test_a_column_that_tables_share_is_that_of_each() -> None:
    change = RenameColumn(HERO, "madeAt", "made_at", "made_at")
    assert uses("select madeAt from villains", change) == [("reports/a.sql", 7, "`madeAt` in SQL")]


@pytest.mark.parametrize(("change", "pin"), [(NAME, True), (RenameColumn(HERO, "nickName", "nick_name", None), False)])
def test_a_name_that_stays_has_no_uses(change: Change, pin: bool) -> None:
    assert uses("select nickName from heroes", change, pin) == []


def test_a_table() -> None:
    assert uses("select 1 from heroes", RenameTable(HERO, "people")) == [("reports/a.sql", 14, "`heroes` in SQL")]


def test_a_table_of_drizzle() -> None:
    change = RenameColumn("schema.ts#heroes", "nickName", "nickName", "nick_name")
    assert uses("select nickName from heroes", change) == [("reports/a.sql", 7, "`nickName` in SQL")]
