"""Renames of columns: the uses that are certain change, those that are not are listed, and nothing else is touched."""

from __future__ import annotations

import pytest

from lang.sqlmodel.renames import column

MODELS = """\
from typing import Optional
from pydantic import field_validator
from sqlmodel import Field, Relationship, SQLModel

class Team(SQLModel, table=True):
    id: int = Field(primary_key=True)
    heroes: list["Hero"] = Relationship(back_populates="team")
    def captain(self) -> "Hero": ...

class HeroBase(SQLModel):
    {0}: str{1}
    age: int = 0

class Hero(HeroBase, table=True):
    id: int = Field(primary_key=True)
    team_id: int = Field(foreign_key="team.id")
    team: Optional[Team] = Relationship(back_populates="heroes")
"""
PINNED = MODELS.format("nick_name", ' = Field(sa_column_kwargs={"name": "nickName"})')
HEAD = """\
import models as m
from models import Hero as H, Hero, HeroBase, Team
from sqlmodel import Session, select, update, col
from typing import Annotated, Any, Optional
"""


def after(code: str, head: str = HEAD) -> tuple[str, list[tuple[int, str]]]:
    """Return code after ``nickName`` has become ``nick_name``, and what was left, by line of the code."""
    done = column({"models.py": MODELS.format("nickName", ""), "app.py": head + code}, "Hero", "nickName", "nick_name")
    assert done.refused is None
    assert done.text("models.py") == PINNED
    assert {path for path, _, _ in done.unresolved} <= {"app.py"}
    lines = head.count("\n")
    return done.text("app.py").removeprefix(head), [(line - lines, what) for _, line, what in done.unresolved]


@pytest.mark.parametrize(
    "code",
    [
        "Hero.nickName\n",
        "H.nickName, m.Hero.nickName\n",
        "def f(x: Hero):\n    x.nickName = x.nickName + 'a'\n    del x.nickName\n    x.nickName += 'b'\n",
        "def f(x: Hero | None, y: Optional[H], z: 'Hero', w: \"m.Hero | None\"):\n"
        "    return x.nickName, y.nickName, z.nickName, w.nickName\n",
        "def f(xs: list[Hero], ys: 'tuple[Hero, ...]'):\n    return xs[0].nickName, [y.nickName for y in ys]\n",
        "HeroDep = Annotated[Hero, 1]\ndef f(x: HeroDep): return x.nickName\n",
        "Hero(nickName='a', id=1)\nm.Hero.model_construct(nickName='a')\n",
        "h = Hero(\n    nickName='é', # ä\n)\nh.nickName\n",
        "def f(s: Session):\n    x = s.get(Hero, 1)\n    return x.nickName if x else None\n",
        "def f(s): return s.exec(select(Hero).where(Hero.nickName == 1).order_by(Hero.nickName)).one().nickName\n",
        "def f(s):\n    for x in s.exec(select(Hero)): x.nickName\n",
        "def f(s):\n    for x in s.execute(select(Hero)).scalars().all(): x.nickName\n",
        "def f(s):\n    return [x.nickName for x in s.scalars(select(Hero))]\n",
        "async def f(s):\n    x = (await s.exec(select(Hero))).one_or_none()\n    x.nickName\n",
        "def f(s): return s.query(Hero).filter_by(nickName='a').first().nickName\n",
        "def f(s): s.exec(select(Hero).filter_by(nickName='a'))\n",
        "update(Hero).where(Hero.id == 1).values(nickName='a')\n",
        "def f(t: Team): return t.captain().nickName, [h.team.heroes[0].nickName for h in t.heroes]\n",
        "def f(xs: list[Hero]):\n    for i, x in enumerate(xs): x.nickName\n    for x, y in zip(xs, xs): y.nickName\n",
        "def f(xs: list[Hero]): return sorted(xs, key=lambda x: 1)[0].nickName, next(iter(xs)).nickName\n",
        "def f(s):\n    for x, n, t in s.exec(select(Hero, Hero.age, Team).join(Team)).all(): x.nickName\n",
        "def f(s):\n    x, t = s.exec(select(Hero, Team)).one()\n    x.nickName, t.heroes[0].nickName\n",
        "def f(s):\n    return [r[0].nickName + r.Hero.nickName for r in s.execute(select(Hero, Team))]\n",
        "def f(s): return s.query(Team, Hero).filter(1).first()[1].nickName\n",
        "def f(xs: list[Hero]):\n    m = {x.id: x for x in xs}\n    m[1].nickName, m.get(1).nickName\n"
        "    m.pop(1).nickName\n    for k, v in m.items(): v.nickName\n    for v in m.values(): v.nickName\n",
        "def f(m: dict[str, Hero]): return m['a'].nickName\n",
        "from sqlalchemy import select\ndef f(s): return s.exec(select(Hero)).one().nickName\n",
        "def g() -> Hero: ...\ndef f(): return g().nickName\n",
        "def g(s):\n    x = Hero()\n    return x\ndef f(s): return g(s).nickName\n",
        "class R:\n    def __init__(self, h: Hero): self.h = h\n    def f(self): return self.h.nickName\n",
        "class R:\n    @property\n    def own(self) -> Hero: ...\n    def f(self): return self.own.nickName\n",
        "class R:\n    h: Hero\n    def f(self): return self.h.nickName\n",
        "def f(x):\n    if isinstance(x, Hero) and x.nickName:\n        return x.nickName\n",
        "def f(x): return x.nickName if isinstance(x, Hero) else None\n",
        "def f(x: Hero):\n    getattr(x, 'nickName')\n    setattr(x, \"nickName\", 1)\n    hasattr(x, r'nickName')\n",
        "def f(x: Hero):\n    x.sqlmodel_update({'nickName': 1})\n    x.model_copy(update={'nickName': 1})\n",
        "Hero.model_validate({'nickName': 1})\nHero(**{'nickName': 1})\n",
        "def f(x: Hero): return f'{x.nickName} {x.nickName!r:>{x.age}}' + f'é{x.nickName}'\n",
        "def f(x: Hero): return f'''\n{x.nickName}\n  {x.nickName}'''\n",
        "def f(x: Hero):\n    match x:\n        case Hero(nickName=y, id=1): pass\n",
        "def f(x: Hero):\n    try:\n        pass\n    except x.nickName as e:\n        raise\n",
        "def f(x: Hero):\n    with x.nickName as y, open(x.nickName): pass\n",
        "def f(x: Hero, y=Hero.nickName):\n    while x.nickName:\n        x = x or Hero(nickName='a')\n",
        "if (y := Hero(nickName='a')).nickName:\n    y.nickName\n",
        "class Child(Hero):\n    def f(self): return self.nickName\n",
        "class Child(Hero):\n    @classmethod\n    def g(cls): return cls.nickName, cls(nickName=1)\n",
        "class Read(HeroBase):\n    nickName: Optional[str] = None\ndef f(x: Read): return x.nickName\n",
        "(Hero\n  .nickName)\n",
    ],
)
def test_certain_uses(code: str) -> None:
    text, left = after(code)
    assert text == code.replace("nickName", "nick_name")
    assert [what for _, what in left if not what.startswith("the JSON key")] == []


@pytest.mark.parametrize(
    "code",
    [
        "nickName = 1\nprint(nickName)\n",
        "def g(nickName): return nickName\ng(nickName=1)\n",
        "class Other:\n    nickName: str\ndef f(x: Other): return x.nickName, Other(nickName=1)\n".replace("m.", ""),
        "class Other:\n    nickName: str\ndef f(x):\n    if isinstance(x, Other): return x.nickName\n",
        "class Other:\n    def __init__(self, nickName): self.nickName = nickName\nOther(nickName=1).nickName\n",
        "import os\nos.nickName\nos.fun(nickName=1)\n",
        "def f(x: int, y: dict[str, str] | None): return x.nickName\n",
        "'''nickName'''\n",
        "# nickName\n",
        "print('what nickName is')\n",
        "def f(x): return x.nickName()\n",
        "def f(x: 'Other | Third'): return x.nickName\nclass Other: nickName = 1\nclass Third: nickName = 2\n",
    ],
)
def test_other_things_are_left_alone(code: str) -> None:
    head = "" if "class Other" in code else HEAD
    assert after(code, head) == (code, [])


OBJECT = "`.nickName` of an unknown object"
STRING = "the string `nickName`"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("def f(x): return x.nickName\n", [(1, OBJECT)]),
        ("def f(x: Any): return x.nickName\n", [(1, OBJECT)]),
        ("def f(x: HeroBase | int): return x.nickName\n", []),
        ("def f(s):\n    return\n    Hero.nickName\n", [(3, OBJECT)]),
        ("def f(x): setattr(x, 'nickName', 1)\n", [(1, STRING)]),
        ("d = {'nickName': 1}\nd['nickName']\n", [(1, STRING), (2, STRING)]),
        ("Hero(**dict(nickName=1))\n", [(1, "the argument `nickName` of `dict`")]),
        ("make(nickName=1)\n", [(1, "the argument `nickName` of `make`")]),
        ("def g(**kw): ...\ng(nickName=1)\n", [(2, "the argument `nickName` of `g`")]),
        ("def f(x: Hero): return x.model_dump(include={'nickName'})\n", [(1, STRING)]),
        ("x = 'a.nickName'\n", [(1, "the string `a.nickName`")]),
        ("def f(x): return f'{x.nickName}'\n", [(1, OBJECT)]),
        ("def f(s, q): s.exec(q.filter_by(nickName=1))\n", [(1, "the argument `nickName` of `q.filter_by`")]),
        (
            "select(Hero).join(Team).filter_by(nickName=1)\n",
            [(1, "the argument `nickName` of `select(Hero).join(Team).filter_by`")],
        ),
        ("def f(s): return s.exec(select(Hero, Hero.age)).one().nickName\n", [(1, OBJECT)]),
        ("def f(s):\n    for x, *t in s.exec(select(Hero, Team)): x.nickName\n", [(2, OBJECT)]),
        ("def f(s):\n    for x, n in s.exec(select(Team.id, Hero)): x.nickName\n", [(2, OBJECT)]),
        ("def f(m: dict[str, Hero], y): return m.get('a', y).nickName\n", [(1, OBJECT)]),
        ("def f(x: Hero, ys):\n    for y in ys:\n        x = y\n        break\n    x.nickName\n", [(5, OBJECT)]),
        ("def f(x: Hero, ys):\n    for y in ys:\n        if y: x = y; continue\n        x.nickName\n", [(4, OBJECT)]),
        ("def f(x: Hero, y):\n    if y and (x := y):\n        x.nickName\n", [(3, OBJECT)]),
        ("def f(x: Hero, ys):\n    [x := y for y in ys]\n    x.nickName\n", [(3, OBJECT)]),
        ("def f(x: Hero, y):\n    match y:\n        case {'a': x}: x.nickName\n", [(3, OBJECT)]),
        ("def f(x: Hero):\n    try: pass\n    except ValueError as x: x.nickName\n", [(3, OBJECT)]),
        (
            "class R:\n    def __init__(self, h: Hero): self.h = h\n    def f(self, x): self.h = x; self.h.nickName\n",
            [(3, OBJECT)],
        ),
        ("class R:\n    def g(self): return Hero()\ndef f(r: R): return r.g().nickName\n", [(3, OBJECT)]),
        ("def f(x):\n    if not isinstance(x, Hero): x.nickName\n", [(2, OBJECT)]),
        ("from unittest.mock import Mock\nMock().nickName\n", [(2, OBJECT)]),
        (
            "class Factory:\n    class Meta: model = Hero\nFactory(nickName=1)\n",
            [(3, "the argument `nickName` of `Factory`")],
        ),
        ("def f(x: Hero):\n    def g(): return x.nickName\n    x = 1\n", [(2, OBJECT)]),
        ("getattr(Hero(), 'nick' 'Name') # nickName\n", [(1, "the string `nickName`, written in an unusual way")]),
    ],
)
def test_uses_that_are_left_to_a_reader(code: str, expected: list[tuple[int, str]]) -> None:
    text, found = after(code)
    assert found == expected
    assert text == (code if expected else code.replace("nickName", "nick_name"))


def test_classes_that_may_mirror_the_table_are_listed() -> None:
    code = "class HeroForm(SQLModel):\n    nickName: str\ndef f(x: HeroForm): return x.nickName\n"
    text, found = after(code, HEAD + "from sqlmodel import SQLModel\n")
    assert text == code
    assert found == [(2, "`HeroForm.nickName`, which may stand for it")]


def test_fields_of_classes_nobody_knows_beside_the_table_are_another_thing() -> None:
    files = {"models.py": MODELS.format("nickName", ""), "app.py": "class Form:\n    nickName: str\n"}
    done = column(files, "Hero", "nickName", "nick_name")
    assert (done.unresolved, done.text("app.py")) == ([], files["app.py"])


def test_a_protocol_may_stand_for_the_table() -> None:
    code = (
        "from typing import Protocol\nclass Named(Protocol):\n    nickName: str\ndef f(x: Named): return x.nickName\n"
    )
    _, found = after(code)
    assert found == [(3, "`Named.nickName`, which may stand for it"), (4, OBJECT)]


def test_uses_through_other_modules() -> None:
    files = {
        "pkg/__init__.py": "from .models import Hero as Person\n",
        "pkg/models.py": MODELS.format("nickName", ""),
        "pkg/deps.py": "from .models import *\ndef current() -> Hero | None: ...\n",
        "app.py": "import pkg.models\nimport pkg\nfrom pkg.deps import current\nfrom pkg import deps, Person\n"
        "pkg.models.Hero.nickName, pkg.Person.nickName\n"
        "current().nickName, deps.current().nickName, Person(nickName=1)\n",
    }
    done = column(files, "Hero", "nickName", "nick_name")
    assert done.unresolved == []
    assert done.text("app.py") == files["app.py"].replace("nickName", "nick_name")


def test_fixtures_of_pytest() -> None:
    files = {
        "models.py": MODELS.format("nickName", ""),
        "tests/conftest.py": "import pytest\nfrom models import Hero\n"
        "@pytest.fixture\ndef hero(s):\n    x = Hero(id=1)\n    yield x\n",
        "tests/a/test_a.py": "def test_it(hero, other):\n    assert hero.nickName\n    assert other.nickName\n",
    }
    done = column(files, "Hero", "nickName", "nick_name")
    assert done.text("tests/a/test_a.py") == files["tests/a/test_a.py"].replace("hero.nickName", "hero.nick_name")
    assert done.unresolved == [("tests/a/test_a.py", 3, OBJECT)]


@pytest.mark.parametrize(
    "config",
    [
        "    model_config = ConfigDict(alias_generator=to_camel)\n    nickName: str\n",
        "    nickName: str = Field(alias='nickName')\n",
        "    nickName: str = Field(validation_alias=AliasChoices('nick'))\n",
    ],
)
def test_arguments_for_a_field_with_an_alias_are_left_to_a_reader(config: str) -> None:
    files = {
        "models.py": f"from sqlmodel import Field, SQLModel\nclass Hero(SQLModel, table=True):\n{config}"
        "    id: int = Field(primary_key=True)\n",
        "app.py": "from models import Hero\nHero(nickName=1).nickName\n",
    }
    done = column(files, "Hero", "nickName", "nick_name")
    assert done.text("app.py") == "from models import Hero\nHero(nickName=1).nick_name\n"
    assert done.unresolved == [("app.py", 2, "the argument `nickName` of `Hero`")]


def test_files_that_do_not_parse_are_left_to_a_reader() -> None:
    files = {"models.py": MODELS.format("nickName", ""), "bad.py": "x = (\n", "worse.py": "\nnickName = (\n"}
    done = column(files, "Hero", "nickName", "nick_name")
    assert done.unresolved == [("worse.py", 2, "a file that cannot be parsed")]


def test_revisions_of_alembic_are_history() -> None:
    code = (
        "revision = 'a'\ndown_revision = None\nop.add_column('hero', sa.Column('nickName'))\nx = 'nickName'\n"
        "op.create_table('pet', sa.Column('hero'), sa.ForeignKeyConstraint(['hero'], ['hero.nickName']))\n"
        "sa.ForeignKey('hero.nickName')\n"
    )
    assert after(code, "") == (code, [])


SCHEMAS = """\
from pydantic import ConfigDict, BaseModel
from pydantic.alias_generators import to_camel
from sqlmodel import Field, SQLModel
class Base(SQLModel):
    nickName: str
class Hero(Base, table=True):
    id: int = Field(primary_key=True)
class Read(Base):
    id: int
class Same(Base):
    nickName: str = Field(alias="nickName")
class Camel(Base):
    model_config = ConfigDict(alias_generator=to_camel)
class Dict(Base):
    model_config = {"alias_generator": to_camel}
class Lower(Base):
    model_config = ConfigDict(alias_generator=str.lower)
"""


def test_schemas_that_inherit_the_field_change_their_json() -> None:
    result = column({"models.py": SCHEMAS}, "Hero", "nickName", "nick_name")
    assert result.unresolved == [
        ("models.py", line, f"the JSON key `nickName` of `{name}`, which clients may read")
        for line, name in ((8, "Read"), (16, "Lower"))
    ]


def test_another_word_changes_the_json_of_camel_case_schemas_too() -> None:
    result = column({"models.py": SCHEMAS}, "Hero", "nickName", "alias_name")
    assert [line for _, line, _ in result.unresolved] == [8, 12, 14, 16]


@pytest.mark.parametrize(
    "text",
    ["x = 'nick' 'Name'", "x = ('n'\n    \"ickName\")", "x = 'nickNam' \\\n  f'e'", "x = 'nick''Name'"],
)
def test_a_string_in_parts_is_left_to_a_reader(text: str) -> None:
    result = column({"models.py": SCHEMAS, "other.py": text + "\n"}, "Hero", "nickName", "nick_name")
    found = [use for use in result.unresolved if use[0] == "other.py"]
    assert found == [("other.py", 1, "the string `nickName`, written in parts")]


@pytest.mark.parametrize(
    "text", ["x = 'nick', 'Name'", "x = 'anick' 'Name'", "x = 'nick' 'Names'", "x = 'nick' 'name'"]
)
def test_strings_that_are_apart_are_no_use(text: str) -> None:
    result = column({"models.py": SCHEMAS, "other.py": text + "\n"}, "Hero", "nickName", "nick_name")
    assert [use for use in result.unresolved if use[0] == "other.py"] == []


@pytest.mark.parametrize(
    ("code", "what"),
    [
        ("def f(x): x.click_on(nickName=1)\n", None),
        ("def f(x): x.create(nickName=1)\n", "the argument `nickName` of `x.create`"),
        ("def f(x): x.model(nickName=1)\nclass C:\n    model = Hero\n", "the argument `nickName` of `x.model`"),
        ("def f(x): x.own(nickName=1)\ndef own(**more): ...\n", "the argument `nickName` of `x.own`"),
        ("x = 'Rely on nickName, where it may update'\n", None),
        ("x = 'SELECT nickName FROM villain'\n", None),
    ],
)
def test_methods_of_libraries_and_prose_are_no_uses(code: str, what: str | None) -> None:
    assert [each for _, each in after(code)[1]] == ([] if what is None else [what])


@pytest.mark.parametrize(
    ("sql", "is_use"),
    [
        ("SELECT nickName FROM hero", True),
        ("SELECT nickName FROM villain", False),
        ("SELECT v.id FROM villain v JOIN public.hero ON nickName = v.name", True),
        ("UPDATE villain SET nickName = 1", False),
        ('INSERT INTO \\"hero\\" (nickName) VALUES (1)', True),
        ("WHERE nickName = 1", True),
        ("order by nickName", True),
        ("Order nickName by post", False),
        ("{table} on nickName", False),
        ("select nickName from {table}", True),
    ],
)
def test_sql_is_on_the_table(sql: str, is_use: bool) -> None:
    files = {"models.py": MODELS.format("nickName", ""), "app.py": f'x = "{sql}"\n'}
    done = column(files, "Hero", "nickName", "nick_name", "nick_name")
    assert [what for path, _, what in done.unresolved if path == "app.py"] == ["SQL with `nickName`"] * is_use
