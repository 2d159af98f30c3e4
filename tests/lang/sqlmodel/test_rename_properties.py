"""What holds for every rename: there and back gives the same bytes, and twice is once."""

from __future__ import annotations

import ast

from hypothesis import given, settings
from hypothesis import strategies as st

from lang.sqlmodel.renames import changed, column
from tenantlint.change import RenameColumn

_LINES = [
    "x.nickName", "Hero(nickName='é')", "y = f'{x.nickName} é'", "for z in t.heroes: z.nickName",
    "'é'; Hero.nickName", "nickName = 1", "unknown.nickName", "{'nickName': 1}", "getattr(x, 'nickName')",
    "x.sqlmodel_update({'nickName': x})",
    "if x.nickName: pass", "assert x and (x\\\n.nickName)", "z = [w.nickName for w in t.heroes if w.nickName]",
    "ß = x", "ß.nickName", "'''\n nickName '''; x.nickName", "x.nickName = x.nickName",
    "(lambda h=x.nickName: x.nickName)()", "# nickName é",
]  # fmt: skip
_ENDS = st.sampled_from(["\n", "\r\n", "\r"])
_BODIES = st.lists(st.sampled_from(_LINES), min_size=1, max_size=8)


def _project(body: list[str], end: str, tabs: bool, bom: bool) -> dict[str, bytes]:
    indent = "\t" if tabs else "    "
    lines = [
        "from sqlmodel import Field, Relationship, SQLModel",
        "\x0c",
        "class Hero(SQLModel, table=True):",
        f"{indent}id: int = Field(primary_key=True)",
        f"{indent}nickName: str = Field(sa_column_kwargs={{'name': 'nick'}})  # é",
        f"{indent}team_id: int = Field(foreign_key='team.id')",
        "class Team(SQLModel, table=True):",
        f"{indent}id: int = Field(primary_key=True)",
        f"{indent}heroes: list[Hero] = Relationship()",
        "def f(x: Hero, t: Team):",
        f"{indent}pass",
        *(f"{indent}{line}" for line in body),
    ]
    text = "\n".join(lines).replace("\n", end)
    return {"models.py": (b"\xef\xbb\xbf" if bom else b"") + text.encode()}


@given(_BODIES, _ENDS, st.booleans(), st.booleans())
@settings(max_examples=50, deadline=None)
def test_there_and_back(body: list[str], end: str, tabs: bool, bom: bool) -> None:
    files = _project(body, end, tabs, bom)
    there = changed(files, "Hero", RenameColumn, "nickName", "other_name", None)
    assert there.refused is None
    ast.parse(there.files["models.py"])
    back = changed(there.files, "Hero", RenameColumn, "other_name", "nickName", None)
    assert back.files == files


@given(_BODIES, _ENDS, st.booleans(), st.booleans())
@settings(max_examples=30, deadline=None)
def test_bytes_outside_of_names_stay(body: list[str], end: str, tabs: bool, bom: bool) -> None:
    files = _project(body, end, tabs, bom)
    there = changed(files, "Hero", RenameColumn, "nickName", "other_name", None)
    assert there.files["models.py"].replace(b"other_name", b"nickName") == files["models.py"]


@given(_BODIES)
@settings(max_examples=20, deadline=None)
def test_twice_is_once(body: list[str]) -> None:
    once = changed(_project(body, "\n", False, False), "Hero", RenameColumn, "nickName", "nick_name", None)
    again = changed(once.files, "Hero", RenameColumn, "nickName", "nick_name", None)
    assert (again.refused, again.files) == ("the column does not exist any more", once.files)


def test_nothing_to_do_is_no_edit() -> None:
    files = {"a.py": "from sqlmodel import *\nclass A(SQLModel, table=True):\n    id: int = Field(primary_key=True)\n"}
    assert column(files, "A", "id", "id", "id").text("a.py") == files["a.py"]
