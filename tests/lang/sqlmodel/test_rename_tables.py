"""Renames of tables: the name that the class gives, and the strings that name the table."""

from __future__ import annotations

import pytest

from lang.sqlmodel.renames import table

HERO = "class Hero(SQLModel, table=True):\n"
KEY = "    id: int = Field(primary_key=True)\n"
HEAD = """\
from sqlalchemy import Column, ForeignKey, ForeignKeyConstraint, text
from sqlmodel import Field, Relationship, SQLModel
"""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (HERO + KEY, f'{HERO}    __tablename__ = "heroes"\n{KEY}'),
        (f"{HERO}    '''A hero.'''\n{KEY}", f"{HERO}    '''A hero.'''\n    __tablename__ = 'heroes'\n{KEY}"),
        (f'{HERO}    __tablename__ = "hero"  # é\n{KEY}', f'{HERO}    __tablename__ = "heroes"  # é\n{KEY}'),
        (f"{HERO}    __tablename__: str = 'hero'\n{KEY}", f"{HERO}    __tablename__: str = 'heroes'\n{KEY}"),
    ],
)
def test_declarations(before: str, after: str) -> None:
    done = table({"models.py": HEAD + before}, "Hero", "heroes")
    assert (done.refused, done.text("models.py"), done.unresolved) == (None, HEAD + after, [])


USES = f"""\
{HEAD}{HERO}    __tablename__ = "hero"
{KEY}
class Team(SQLModel, table=True):
    __table_args__ = (ForeignKeyConstraint(["b"], ["hero.id"]), ForeignKeyConstraint(["c"], refcolumns=["hero.id"]))
{KEY}    a: int = Field(foreign_key="hero.id")
    b: int
    c: int
    d: int = Field(sa_column=Column(ForeignKey("hero.id", ondelete="CASCADE")))
    hero: Hero = Relationship(sa_relationship_kwargs={{"primaryjoin": "hero.c.id == Team.a", "secondary": "hero"}})

class Superhero(SQLModel, table=True):
{KEY}    a: int = Field(foreign_key="superhero.id", description="hero")

def f(session):
    session.execute(text("SELECT * FROM hero"))
    return "hero"
"""


def test_uses() -> None:
    done = table({"models.py": USES}, "Hero", "heroes")
    expected = USES
    for old in ('__tablename__ = "{}"', '"{}.id"', '"{}.c.id', '"secondary": "{}"'):
        assert old.format("hero") in USES
        expected = expected.replace(old.format("hero"), old.format("heroes"))
    assert (done.refused, done.text("models.py")) == (None, expected)
    assert done.unresolved == [
        ("models.py", 18, "the string `hero`"),
        ("models.py", 21, "SQL with `hero`"),
        ("models.py", 22, "the string `hero`"),
    ]


def test_a_table_of_the_same_name_in_another_application() -> None:
    files = {
        f"{name}/{file}.py": text
        for name in ("one", "two")
        for file, text in (("hero", HEAD + HERO + KEY), ("team", f"{HEAD}from .hero import Hero\n{TEAM}"))
    } | {"one/__init__.py": "", "two/__init__.py": ""}
    files["two/hero.py"] = (
        files["two/hero.py"].replace("class Hero", "class Villain").replace(KEY, f"    __tablename__ = 'hero'\n{KEY}")
    )
    done = table(files, "Hero", "heroes")
    assert done.refused is None
    assert "'heroes.id'" in done.text("one/team.py")
    assert done.text("two/team.py") == files["two/team.py"]


TEAM = f"class Team(SQLModel, table=True):\n{KEY}    a: int = Field(foreign_key='hero.id')\n"


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (
            f"{HERO}{KEY}class Heroes(SQLModel, table=True):\n{KEY}",
            "`Heroes` has the table `heroes` already",
        ),
        (
            f"{HERO}    __tablename__ = 'he' + 'ro'\n{KEY}",
            "its `__tablename__` is made by code that is not understood",
        ),
        (
            f"{HERO}    __tablename__ = name()\n{KEY}",
            "the table, or its name, is not known any more",
        ),
    ],
)
def test_refused(code: str, reason: str) -> None:
    done = table({"models.py": HEAD + code}, "Hero", "heroes")
    assert (done.refused, done.text("models.py")) == (reason, HEAD + code)
