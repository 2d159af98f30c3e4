"""Options of columns that move into ``Column``, or out of it: the real SQLModel makes the same tables of them."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from tests.lang.fixing import changed, codes, refusal

from tenantlint.change import GiveOwnColumn, MergeColumn
from tenantlint.lang.sqlmodel import fixes

HEAD = """\
from sqlalchemy import ForeignKey, Identity, func
from sqlmodel import Column, Field, Integer, SQLModel, String


"""
ONE = HEAD + "class User(SQLModel, table=True):\n    id: int = Field(primary_key=True)\n    x: str | None = {}\n"
BASE = HEAD + "class Base(SQLModel):\n    x: int = {}\n\n\n"
TABLE = "class {}(Base, table=True):\n    id: int = Field(primary_key=True)\n"
TWO = BASE + TABLE.format("User") + "\n\n" + TABLE.format("Task")
X = "sqlmodel:m.py:User", "x"
RUN = """
import json, sys, types
from sqlalchemy.dialects.postgresql import dialect
from sqlalchemy.schema import CreateIndex, CreateTable
from sqlmodel import SQLModel

def ddl(source):
    SQLModel.metadata.clear()
    sys.modules["m"] = module = types.ModuleType("m")
    exec(source, module.__dict__)
    return [
        str(each.compile(dialect=dialect()))
        for table in SQLModel.metadata.sorted_tables
        for each in (CreateTable(table), *map(CreateIndex, sorted(table.indexes, key=lambda index: index.name)))
    ] + [
        f"{column} {column.onupdate and column.onupdate.arg.__name__}"
        for table in SQLModel.metadata.sorted_tables for column in table.columns
    ]

print(json.dumps([ddl(source) for source in json.load(sys.stdin)]))
"""


def ddl(*sources: str) -> list[list[str]]:
    """Return the statements that SQLModel makes of modules, and what each column is set to on updates."""
    done = subprocess.run(
        (sys.executable, "-W", "ignore", "-c", RUN),
        input=json.dumps(sources),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: list[list[str]] = json.loads(done.stdout)
    return found


MERGED = [
    (
        "Field(index=True, sa_column=Column(String(320), nullable=False))",
        "Field(sa_column=Column(String(320), nullable=False, index=True))",
        "Field(sa_type=String(320), nullable=False, index=True)",
    ),
    (
        "Field(None, sa_column=Column(), sa_type=String, index=True, unique=True)",
        "Field(None, sa_column=Column(String, index=True, unique=True))",
        "Field(None, sa_type=String, index=True, unique=True)",
    ),
    (
        "Field(sa_column=Column(nullable=False), sa_type=Integer, foreign_key='user.id', ondelete='CASCADE')",
        "Field(sa_column=Column(Integer, ForeignKey('user.id', ondelete='CASCADE'), nullable=False))",
        "Field(sa_type=Integer, foreign_key='user.id', ondelete='CASCADE', nullable=False)",
    ),
    (
        "Field(sa_column=Column('n', String), max_length=3, index=True, sa_column_kwargs={'onupdate': len, 'doc': ''})",
        "Field(sa_column=Column('n', String, index=True, onupdate=len, doc=''), max_length=3)",
        "Field(sa_type=String, index=True, sa_column_kwargs={'name': 'n', 'onupdate': len, 'doc': ''})",
    ),
    (
        "Field(\n        index=True,\n        primary_key=False,\n        sa_column=Column(\n            Integer,\n"
        "            nullable=False,\n        ),\n        sa_column_args=[ForeignKey('user.id')],\n    )",
        "Field(\n        sa_column=Column(\n            Integer,\n            ForeignKey('user.id'),\n"
        "            nullable=False,\n            index=True,\n            primary_key=False,\n        ),\n    )",
        "Field(sa_type=Integer, foreign_key='user.id', nullable=False, index=True)",
    ),
    (
        "Field(sa_column=Column(String, nullable=False), nullable=False)",
        "Field(sa_column=Column(String, nullable=False))",
        "Field(sa_type=String, nullable=False)",
    ),
]


@pytest.mark.parametrize(("declared", "after"), [each[:2] for each in MERGED])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_what_stands_beside_a_column_moves_into_it(declared: str, after: str, newline: str) -> None:
    files = {"m.py": ONE.format(declared).replace("\n", newline).encode()}
    assert "COR003" in codes(files)
    found = changed(fixes, files, MergeColumn(*X))
    assert found["m.py"].decode() == ONE.format(after).replace("\n", newline)
    assert "COR003" not in codes(found)


def test_sqlmodel_makes_of_it_what_the_options_say() -> None:
    made = ddl(*(ONE.format(text) for _, after, same in MERGED for text in (after, same)))
    assert made[::2] == made[1::2]


def test_the_foreign_key_is_imported() -> None:
    source = (
        "from sqlmodel import Column, Field, Integer, SQLModel\n\n\nclass User(SQLModel, table=True):\n"
        "    x: int = Field(sa_column=Column(Integer, primary_key=True){})\n"
    )
    found = changed(fixes, {"m.py": source.format(", foreign_key='user.x'").encode()}, MergeColumn(*X))
    after = source.format("").replace("Field, I", "Field, ForeignKey, I")
    assert found["m.py"].decode() == after.replace("Integer, primary", "Integer, ForeignKey('user.x'), primary")


DIFFER = "its `{}` and its `Column` differ: which of them holds is not certain"
NOT_MERGED = [
    ("Field(sa_column=Column(String, nullable=False), nullable=True)", DIFFER.format("nullable")),
    ("Field(sa_column=Column(String), sa_type=Integer)", DIFFER.format("sa_type")),
    ("Field(sa_column=Column(String), sa_column_kwargs=dict(index=True))", "its `sa_column_kwargs` are made elsewhere"),
    ("Field(sa_column=Column(*ARGS), index=True)", "the arguments of its `Column` are made elsewhere"),
]


@pytest.mark.parametrize(("declared", "reason"), NOT_MERGED)
def test_what_is_not_certain_stays(declared: str, reason: str) -> None:
    source = ONE.format(declared).replace("\n\n\n", "\n\nARGS = [String]\n\n\n")
    assert refusal(fixes, {"m.py": source.encode()}, MergeColumn(*X)) == reason


OWN = [
    ("Field(sa_column=Column(Integer))", "Field(sa_type=Integer, nullable=True)"),
    (
        "Field(1, sa_column=Column('n', Integer, ForeignKey('user.id', ondelete='CASCADE'), nullable=False, "
        "index=True, server_default=func.now(), comment='c', onupdate=len))",
        "Field(1, sa_type=Integer, foreign_key='user.id', ondelete='CASCADE', nullable=False, index=True, "
        "sa_column_kwargs={'name': 'n', 'server_default': func.now(), 'comment': 'c', 'onupdate': len})",
    ),
    (
        "Field(\n        sa_column=Column(\n            Integer,\n            primary_key=True,\n        ),\n    )",
        "Field(\n        sa_type=Integer,\n        primary_key=True,\n    )",
    ),
    ("Field(sa_column=Column(type_=Integer, unique=True))", "Field(sa_type=Integer, nullable=True, unique=True)"),
]


@pytest.mark.parametrize(("declared", "after"), OWN)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_each_table_gets_a_column_of_its_own(declared: str, after: str, newline: str) -> None:
    files = {"m.py": TWO.format(declared).replace("\n", newline).encode()}
    assert "COR004" in codes(files)
    found = changed(fixes, files, GiveOwnColumn(*X))
    assert found["m.py"].decode() == TWO.format(after).replace("\n", newline)
    assert "COR004" not in codes(found)


def test_a_shared_foreign_key_is_said_by_the_field() -> None:
    declared = "Field(sa_column_args=[ForeignKey('user.id')], index=True)"
    found = changed(fixes, {"m.py": TWO.format(declared).encode()}, GiveOwnColumn(*X))
    assert found["m.py"].decode() == TWO.format("Field(foreign_key='user.id', index=True)")


def test_sqlmodel_makes_the_same_of_each_table() -> None:
    before = ddl(*(BASE.format(text) + TABLE.format("User") for text, _ in OWN))
    after = ddl(*(TWO.format(text) for _, text in OWN))
    for one, both in zip(before, after, strict=True):
        assert sorted(both) == sorted([*one, *(_of_task(each) for each in one)])


def _of_task(statement: str) -> str:
    """Return what makes the other table as a statement makes the one; foreign keys stay."""
    text = statement.replace('TABLE "user"', "TABLE task").replace('ON "user"', "ON task").replace("ix_user", "ix_task")
    return text.replace("user.", "task.")


NOT_OWN = [
    ("Field(sa_column=Column(ForeignKey('user.id')))", "its `Column` names no type"),
    (
        "Field(sa_column=Column(Integer, ForeignKey('user.id', name='k')))",
        "its `Column` is given more than `Field` can say",
    ),
    ("Field(sa_column=Column(Integer, Identity()))", "its `Column` is given more than `Field` can say"),
    (
        "Field(sa_column=Column(Integer), index=True)",
        "its `index` stands beside `sa_column`: say it in the `Column` first",
    ),
]


@pytest.mark.parametrize(("declared", "reason"), NOT_OWN)
def test_what_a_field_cannot_say_stays(declared: str, reason: str) -> None:
    assert refusal(fixes, {"m.py": TWO.format(declared).encode()}, GiveOwnColumn(*X)) == reason


def test_an_old_version_knows_no_ondelete() -> None:
    declared = "Field(sa_column=Column(Integer, ForeignKey('user.id', ondelete='CASCADE')))"
    files = {"m.py": TWO.format(declared).encode(), "requirements.txt": b"sqlmodel==0.0.20\n"}
    reason = "SQLModel knows `ondelete` from version 0.0.21 on: upgrade it first"
    assert refusal(fixes, files, GiveOwnColumn(*X)) == reason
