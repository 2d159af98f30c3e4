"""Renames of columns where they are declared: the attribute, its name in the database, and the strings that name it."""

from __future__ import annotations

import pytest

from lang.sqlmodel.renames import changed, column
from tenantlint.change import RenameColumn

IMPORTS = """\
from typing import Annotated, Any
import sqlalchemy as sa
from sqlalchemy import Column, String
from sqlmodel import Field, Relationship, SQLModel, Index, UniqueConstraint
from enum import Enum
class Color(Enum):
    RED = 1
Plain = str | None
DEFAULT = "none"
"""
KEY = "    id: int = Field(primary_key=True)\n"
PIN = 'sa_column_kwargs={"name": "nickName"}'


def declared(line: str, new_name: str | None) -> str:
    head = f"{IMPORTS}class Hero(SQLModel, table=True):\n{KEY}    "
    done = column({"models.py": f"{head}{line}\n"}, "Hero", "nickName", "nick_name", new_name)
    assert done.refused is None
    assert done.unresolved == []
    return done.text("models.py").removeprefix(head).removesuffix("\n")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("nickName: str", f"nick_name: str = Field({PIN})"),
        ("nickName: str  # é", f"nick_name: str = Field({PIN})  # é"),
        ("nickName: str | None = None", f"nick_name: str | None = Field(default=None, {PIN})"),
        ("nickName: int = (1 + 2)", f"nick_name: int = (Field(default=1 + 2, {PIN}))"),
        ("nickName: str = Field()", f"nick_name: str = Field({PIN})"),
        ("nickName: str = Field(index=True)", f"nick_name: str = Field(index=True, {PIN})"),
        (
            "nickName: str = Field(\n        index=True,\n    )",
            f"nick_name: str = Field(\n        index=True,\n        {PIN},\n    )",
        ),
        (
            "nickName: str = Field(sa_column_kwargs={'comment': 'x'})",
            "nick_name: str = Field(sa_column_kwargs={'comment': 'x', 'name': 'nickName'})",
        ),
        ("nickName: str = Field(sa_column_kwargs={})", f"nick_name: str = Field({PIN})"),
        (
            'nickName: str = Field(sa_column_kwargs=dict(comment="x"))',
            'nick_name: str = Field(sa_column_kwargs=dict(comment="x", name="nickName"))',
        ),
        (f"nickName: str = Field({PIN})", f"nick_name: str = Field({PIN})"),
        (
            "nickName: str = Field(sa_column=Column(String))",
            'nick_name: str = Field(sa_column=Column("nickName", String))',
        ),
        (
            'nickName: str = Field(sa_column=Column("x", String))',
            'nick_name: str = Field(sa_column=Column("x", String))',
        ),
        (
            'nickName: str = Field(sa_column=Column(name="x", type_=String))',
            'nick_name: str = Field(sa_column=Column(name="x", type_=String))',
        ),
        (
            "nickName: str = Field(sa_column=sa.Column(\n        String,\n        index=True))",
            'nick_name: str = Field(sa_column=sa.Column(\n        "nickName",\n        String,\n        index=True))',
        ),
        ("nickName: Annotated[str, Field(index=True)]", f"nick_name: Annotated[str, Field(index=True, {PIN})]"),
        ("nickName: Color = Color.RED", f"nick_name: Color = Field(default=Color.RED, {PIN})"),
        ("nickName: Plain = DEFAULT", f"nick_name: Plain = Field(default=DEFAULT, {PIN})"),
        ('nickName: str = Field(alias="nickName")', f'nick_name: str = Field(alias="nickName", {PIN})'),
    ],
)
def test_the_database_keeps_its_name(before: str, after: str) -> None:
    assert declared(before, None) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("nickName: str", "nick_name: str"),
        ("nickName: str = Field(index=True)", "nick_name: str = Field(index=True)"),
        (f"nickName: str = Field({PIN})", 'nick_name: str = Field(sa_column_kwargs={"name": "nick_name"})'),
        (
            "nickName: str = Field(sa_column=Column('x', String))",
            "nick_name: str = Field(sa_column=Column('nick_name', String))",
        ),
        (
            'nickName: str = Field(sa_column=Column(name="x"))',
            'nick_name: str = Field(sa_column=Column(name="nick_name"))',
        ),
        (
            'nickName: str = Field(sa_column_kwargs=dict(name="x"))',
            'nick_name: str = Field(sa_column_kwargs=dict(name="nick_name"))',
        ),
    ],
)
def test_the_database_gets_the_new_name(before: str, after: str) -> None:
    assert declared(before, "nick_name") == after


def test_the_database_gets_a_name_of_its_own() -> None:
    expected = 'nick_name: str = Field(sa_column_kwargs={"name": "nick"})'
    assert declared("nickName: str", "nick") == expected


def test_the_style_of_the_file() -> None:
    text = (
        "\ufefffrom sqlmodel import SQLModel\r\n\x0c\r\nclass Héro(SQLModel, table=True):\r\n"
        "\tid: int\r\n\tnickName: str = 'é'\r\n\tlong: str = ('a' \\\r\n 'b')\r\n"
        "def f(é: Héro):\r\n\tß = é.nickName; é.nickName\r\n"
    )
    done = changed({"a.py": text.encode()}, "Héro", RenameColumn, "nickName", "nick_name", None)
    expected = (
        text.replace("import SQLModel", "import Field, SQLModel")
        .replace("nickName: str = 'é'", "nick_name: str = Field(default='é', sa_column_kwargs={'name': 'nickName'})")
        .replace("é.nickName", "é.nick_name")
    )
    assert done.files["a.py"] == expected.encode()


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("nickName: str = Field(**options)", "the arguments of its `Field` are not all to be seen"),
        ("nickName: str = Field(sa_column=column)", "its `sa_column` is made elsewhere"),
        ("nickName: str = Field(sa_column_kwargs=options)", "its `sa_column_kwargs` are made elsewhere"),
        ("nickName: Short", "its type is declared elsewhere, and may say more of the column"),
        ("nickName: str = make()", "what is assigned to it is made elsewhere, and may say more of the column"),
    ],
)
def test_declarations_that_are_not_understood_are_refused(line: str, reason: str) -> None:
    more = "options: Any = {}\ncolumn = Column(String)\nShort = Annotated[str, Field(max_length=3)]\n"
    more += "def make(): return Field()\n"
    text = f"{IMPORTS}{more}class Hero(SQLModel, table=True):\n{KEY}    {line}\n"
    done = column({"models.py": text}, "Hero", "nickName", "nick_name")
    assert (done.refused, done.text("models.py")) == (reason, text)


@pytest.mark.parametrize(
    ("new", "reason"),
    [
        ("id", "`Hero` has a `id` already"),
        ("team", "`Hero` has a `team` already"),
        ("title", "`Villain` has a `title` already"),
        ("power", "`Hero` has a `power` already"),
        ("class", "`class` is a keyword of Python"),
        ("metadata", "`metadata` is an attribute that SQLAlchemy or Pydantic keeps for itself"),
        ("_nick", "`_nick` begins with an underscore, and so would be no field"),
        ("nick name", "`nick name` is no name in Python"),
        ("date", "`Hero` uses the name `date` for something else"),
    ],
)
def test_names_that_are_taken_are_refused(new: str, reason: str) -> None:
    text = f"""\
{IMPORTS}from datetime import date
class Hero(SQLModel, table=True):
{KEY}    nickName: str
    born: date
    team: str
    def power(self): ...
class Villain(Hero):
    title: str
"""
    done = column({"models.py": text}, "Hero", "nickName", new)
    assert (done.refused, done.text("models.py")) == (reason, text)


def test_a_name_that_the_database_has_already_is_refused() -> None:
    text = f"{IMPORTS}class Hero(SQLModel, table=True):\n{KEY}    nickName: str\n"
    text += "    x: str = Field(sa_column=Column('nick'))\n"
    done = column({"models.py": text}, "Hero", "nickName", "nick_name", "nick")
    assert done.refused == "the table of `Hero` has a column `nick` already"


def test_a_method_of_the_same_name_is_refused() -> None:
    text = f"{IMPORTS}class Base(SQLModel):\n    nickName: str\nclass Hero(Base, table=True):\n{KEY}"
    text += "class Sub(Base):\n    def nickName(self): ...\n"
    done = column({"models.py": text}, "Hero", "nickName", "nick_name")
    assert done.refused == "`Sub` declares `nickName` as a method or class too"


MIXED = f"""\
{IMPORTS}
class Named(SQLModel):
    nickName: str

class Hero(Named, table=True):
{KEY}
class Villain(Named, table=True):
{KEY}    nickName: str = Field(index=True)

class HeroRead(Named):
    nickName: str

def f(h: Hero, v: Villain, r: HeroRead, n: Named):
    return h.nickName, v.nickName, r.nickName, n.nickName
"""


def test_all_that_share_a_base_are_renamed_together() -> None:
    done = column({"models.py": MIXED}, "Hero", "nickName", "nick_name", "nick_name")
    read = ("models.py", 21, "the JSON key `nickName` of `HeroRead`, which clients may read")
    assert (done.unresolved, done.text("models.py")) == ([read], MIXED.replace("nickName", "nick_name"))


def test_only_declarations_of_tables_name_the_column() -> None:
    done = column({"models.py": MIXED}, "Villain", "nickName", "nick_name")
    expected = (
        MIXED.replace("Named(SQLModel):\n    nickName: str", f"Named(SQLModel):\n    nick_name: str = Field({PIN})")
        .replace("nickName: str = Field(index=True)", f"nick_name: str = Field(index=True, {PIN})")
        .replace("nickName: str\n", "nick_name: str\n")
        .replace(".nickName", ".nick_name")
    )
    assert done.text("models.py") == expected


STRINGS = f"""\
{IMPORTS}from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, text
from pydantic import field_validator
class Hero(SQLModel, table=True):
    __table_args__ = (
        Index("nickName", "nickName", postgresql_where=text("nickName IS NOT NULL"), postgresql_ops={{"nickName": 1}}),
        UniqueConstraint("id", "nickName", name="nickName"),
        CheckConstraint("nickName <> ''"),
    )
{KEY}    nickName: str
    teams: list["Team"] = Relationship(
        back_populates="nickName",
        sa_relationship_kwargs={{"primaryjoin": "foreign(Team.nick) == Hero.nickName", "order_by": ["Hero.nickName"]}},
    )
    @field_validator("id", "nickName")
    def check(cls, value): return value
class Team(SQLModel, table=True):
    __table_args__ = (ForeignKeyConstraint(["nick"], ["hero.nickName"]), UniqueConstraint("nickName"))
{KEY}    nick: str = Field(foreign_key="hero.nickName")
    other: str = Field(sa_column=Column(ForeignKey("hero.nickName")))
    nickName: str
    hero: Hero = Relationship(back_populates="teams")
def f():
    text("SELECT nickName FROM hero")
    Hero.__table__.c.nickName
    return "UPDATE hero SET nickName = 1"
"""


def test_strings_where_the_database_keeps_its_name() -> None:
    done = column({"models.py": STRINGS}, "Hero", "nickName", "nick_name")
    expected = (
        STRINGS.replace("    nickName: str\n    teams", f"    nick_name: str = Field({PIN})\n    teams")
        .replace("Hero.nickName", "Hero.nick_name")
        .replace('"id", "nickName")\n    def', '"id", "nick_name")\n    def')
    )
    assert (done.unresolved, done.text("models.py")) == ([], expected)


def test_strings_where_the_database_gets_a_new_name() -> None:
    done = column({"models.py": STRINGS}, "Hero", "nickName", "nick_name", "nick_name")
    expected = STRINGS.replace("nickName", "nick_name")
    for kept in (
        'Index("{}"', 'text("{} IS', 'name="{}"', 'CheckConstraint("{} <>', 'populates="{}"', 'UniqueConstraint("{}")',
        "    {}: str\n    hero", "SELECT {} FROM", "SET {} =",
    ):  # fmt: skip
        assert kept.format("nickName") in STRINGS
        expected = expected.replace(kept.format("nick_name"), kept.format("nickName"))
    assert done.text("models.py") == expected
    assert done.unresolved == [
        ("models.py", 14, "SQL with `nickName`"),
        ("models.py", 16, "SQL with `nickName`"),
        ("models.py", 34, "SQL with `nickName`"),
        ("models.py", 36, "SQL with `nickName`"),
    ]


def test_only_the_name_in_the_database() -> None:
    text = STRINGS.replace(
        "    nickName: str\n    teams", "    nick: str = Field(sa_column=Column('nickName'))\n    teams"
    )
    done = column({"models.py": text}, "Hero", "nick", "nick", "nick_name")
    assert done.refused is None
    assert "nick: str = Field(sa_column=Column('nick_name'))" in done.text("models.py")
    assert "Hero.nickName" in done.text("models.py")
    assert done.text("models.py").count('"hero.nick_name"') == 3


def test_a_declared_attribute() -> None:
    text = f"""\
{IMPORTS}from sqlalchemy.orm import declared_attr
class Mixin:
    @declared_attr
    def nickName(cls): return Column(String)
class Hero(Mixin, SQLModel, table=True):
{KEY}"""
    done = column({"models.py": text}, "Hero", "nickName", "nick_name")
    expected = text.replace("def nickName", "def nick_name").replace("Column(String)", 'Column("nickName", String)')
    assert (done.refused, done.text("models.py")) == (None, expected)
