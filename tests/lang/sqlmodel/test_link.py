"""What cannot be known is UNKNOWN, and nothing else is; names mean the nearest table; versions count."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tenantlint.lang.sqlmodel.link import link
from tenantlint.lang.sqlmodel.scan import is_candidate
from tenantlint.lang.sqlmodel.versions import newest
from tenantlint.project import Project
from tenantlint.schema import UNKNOWN, Table

if TYPE_CHECKING:
    from tenantlint.lang import Linked
    from tenantlint.record import Record

HEAD = "from sqlmodel import *\nimport sqlalchemy as sa\nfrom third import thing, Base as Third, make\n"
TABLE = "SQLModel, table=True"
KEY = "    id: int = Field(primary_key=True)\n"


def linked(files: dict[str, str]) -> Linked:
    overlay = {path: text.encode() for path, text in files.items()}
    project = Project("/nowhere", frozenset(), overlay)
    return link(project, [path for path in sorted(files) if path.endswith(".py") and is_candidate(overlay[path])])


def table(body: str, bases: str = TABLE, more: str = "") -> Table:
    (found,) = linked({"a.py": f"{HEAD}{more}class A({bases}):\n{body}"}).tables
    return found


def unknown(record: Record) -> set[str]:
    return {
        field
        for field in record.__fields__
        if getattr(record, field) is UNKNOWN
        or (isinstance(getattr(record, field), tuple) and any(item is UNKNOWN for item in getattr(record, field)))
    }


ALL = {"columns", "foreign_keys", "indexes", "primary_key", "relations", "unique_constraints"}
ARGUMENTS = {"foreign_keys", "indexes", "primary_key", "unique_constraints"}
SERIAL = {"has_default", "has_server_default"}
DEFAULT = {"has_default", "default_call", "default_function"}
UPDATE = {"on_update", "update_call"}
OPTIONS = {"nullable", "primary_key", "unique", *DEFAULT, *UPDATE, *SERIAL}


@pytest.mark.parametrize(
    ("body", "bases", "facts", "incomplete"),
    [
        (KEY, "Third, SQLModel, table=True", {"primary_key"}, ALL),
        (f"    __tablename__ = thing()\n{KEY}", TABLE, {"name"}, set()),
        (f"    __tablename__ = f'x_{{thing}}'\n{KEY}", TABLE, {"name"}, set()),
        (f"    @thing\n    def __tablename__(cls): return 'x'\n{KEY}", TABLE, {"name"}, set()),
        (f"    metadata = thing\n{KEY}", TABLE, {"schema"}, set()),
        (f"    __table_args__ = thing\n{KEY}", TABLE, {"schema", "primary_key"}, ARGUMENTS),
        (f"    __table_args__ = (sa.Index('i', 'id'), thing)\n{KEY}", TABLE, {"schema", "primary_key"}, ARGUMENTS),
        (f"    __table_args__ = (sa.Index('i', 'id'), *thing)\n{KEY}", TABLE, {"schema", "primary_key"}, ARGUMENTS),
        (f"    __table_args__ = {{**thing}}\n{KEY}", TABLE, {"schema"}, set()),
        (f"    __table_args__ = {{'schema': thing}}\n{KEY}", TABLE, {"schema"}, set()),
        (KEY, TABLE, set(), set()),
    ],
)
def test_what_is_unknown_of_a_table(body: str, bases: str, facts: set[str], incomplete: set[str]) -> None:
    found = table(body, bases)
    assert unknown(found) == facts
    assert found.incomplete == incomplete
    assert [column.key for column in found.columns] == ["id"]


@pytest.mark.parametrize(
    ("declaration", "facts", "incomplete"),
    [
        ("b: thing", {"type", "nullable"}, set()),
        ("b: thing | None", {"type", "nullable"}, set()),
        ("b: thing | None = None", {"type", "nullable"}, set()),
        ("b: int = Field(nullable=thing)", {"nullable"}, set()),
        ("b: int = Field(index=thing)", set(), {"indexes"}),
        ("b: int = Field(unique=thing)", {"unique"}, set()),
        ("b: int = Field(default=thing())", DEFAULT, set()),
        ("b: int = Field(default=thing)", set(), set()),
        ("b: str = Field(max_length=thing())", {"type"}, set()),
        ("b: int = Field(sa_type=thing)", {"type"}, set()),
        ("b: int = Field(sa_column_kwargs=thing)", {*DEFAULT, *UPDATE, *SERIAL}, {"foreign_keys"}),
        ("b: int = Field(sa_column_kwargs={'server_default': thing()})", SERIAL, set()),
        ("b: int = Field(sa_column_args=thing)", {*DEFAULT, *UPDATE, *SERIAL}, {"foreign_keys"}),
        ("b: int = Field(sa_column=sa.Column(thing))", {"type"}, set()),
        ("b: int = Field(sa_column=sa.Column(thing(), sa.String))", {"name"}, set()),
        ("b: int = Field(sa_column=sa.Column(sa.String(thing())))", {"type"}, set()),
        ("b: int = Field(sa_column=make())", {"name", "type", *OPTIONS}, {"foreign_keys", "indexes"}),
        ("b: int = Field(**thing)", {"type", "name", *OPTIONS}, {"foreign_keys", "indexes"}),
        ("b: int = make()", {"type", "name", *OPTIONS}, {"foreign_keys", "indexes"}),
        ("b: int = thing.B", set(), set()),
        ("b: int = Field(foreign_key=make())", set(), {"foreign_keys"}),
        ("b: str = Field(sa_type=sa.Enum(thing, name='e'))", set(), set()),
    ],
)
def test_what_is_unknown_of_a_column(declaration: str, facts: set[str], incomplete: set[str]) -> None:
    found = table(f"{KEY}    {declaration}\n")
    column = found.columns[1]
    assert column.key == "b"
    assert unknown(column) == facts
    assert found.incomplete == incomplete
    assert unknown(found) == ({"primary_key"} if "primary_key" in facts else set())


REFERENCE = {"target_table", "target_id", "target_columns"}


@pytest.mark.parametrize(
    ("declaration", "facts"),
    [
        ("b: int = Field(foreign_key=f'{thing}.id')", REFERENCE),
        ("b: int = Field(foreign_key='x.id', ondelete=thing)", {"on_delete"}),
        ("b: int = Field(sa_column=sa.Column(sa.ForeignKey(thing.c.id, name=thing)))", {"name", *REFERENCE}),
        ("b: int = Field(foreign_key='x.id')", set()),
    ],
)
def test_what_is_unknown_of_a_foreign_key(declaration: str, facts: set[str]) -> None:
    (key,) = table(f"{KEY}    {declaration}\n").foreign_keys
    assert unknown(key) == facts


JOIN = {"columns", "target_columns"}
TARGET = {"target_table", "target_id", "target_columns_of"}
SAID = {"declared_inverse", "inverse", "view_only", "kind"}


@pytest.mark.parametrize(
    ("declaration", "facts"),
    [
        ("b: 'A' = Relationship(back_populates=thing)", {"declared_inverse", "inverse"}),
        ("b: thing = Relationship()", {*TARGET, *JOIN}),
        ("b: 'Nowhere' = Relationship()", {*TARGET, *JOIN}),
        ("b: 'A' = Relationship(link_model=thing)", {"through", *JOIN}),
        ("b: 'A' = Relationship(sa_relationship_kwargs=thing)", {*JOIN, *SAID}),
        ("b: 'A' = Relationship(sa_relationship_kwargs={'primaryjoin': thing})", JOIN),
        ("b: 'A' = Relationship(sa_relationship_kwargs={'foreign_keys': thing})", JOIN),
        ("b: list['A'] = Relationship(sa_relationship_kwargs={'uselist': thing})", {"kind"}),
        ("b: 'A' = Relationship()", set()),
    ],
)
def test_what_is_unknown_of_a_relation(declaration: str, facts: set[str]) -> None:
    body = f"{KEY}    a_id: int = Field(foreign_key='a.id')\n    {declaration}\n"
    (relation,) = table(body).relations
    assert unknown(relation) == facts


def test_a_relation_to_what_the_project_does_not_declare() -> None:
    head = "from sqlmodel import Field, Relationship, SQLModel\n"
    (found,) = linked(
        {"a.py": f"{head}class A(SQLModel, table=True):\n{KEY}    b: 'Nowhere' = Relationship()\n"}
    ).tables
    assert unknown(found.relations[0]) == {*TARGET, *JOIN} - {"target_id"}
    assert found.relations[0].target_id is None


def test_the_gaps_are_told_in_words_and_with_their_places() -> None:
    found = linked(
        {"a.py": f"{HEAD}class A(SQLModel, table=True):\n{KEY}    b: thing\nclass B(SQLModel, table=thing):\n{KEY}"}
    )
    assert [(gap.what, gap.at.path) for gap in found.unresolved] == [
        ("class `B`", "a.py"),
        ("type, nullable of column `b` of table `A`", "a.py"),
    ]
    text = HEAD + f"class A(SQLModel, table=True):\n{KEY}    "
    assert found.unresolved[1].at.start == len(text)


FOREIGN = """\
from sqlmodel import *
class A(SQLModel, table=True):
    id: int = Field(primary_key=True, foreign_key='b.id')
"""


@pytest.mark.parametrize(
    ("other", "known"),
    [
        ("class B(Base):\n    __tablename__ = 'b'\n", False),
        ("b = Table('b', metadata)\n", False),
        ("class B(Base):\n    __tablename__ = prefix + 'b'\n", False),
        ("class B(Base):\n    __tablename__ = 'c'\n", True),
        ("", True),
    ],
)
def test_a_foreign_key_dangles_only_where_no_file_may_declare_its_target(other: str, known: bool) -> None:
    (found,) = linked({"a.py": FOREIGN, "other.py": other}).tables
    assert found.foreign_keys[0].target_id is (None if known else UNKNOWN)


def test_a_name_means_the_nearest_table() -> None:
    model = "from sqlmodel import *\nclass User(SQLModel, table=True):\n    id: int = Field(primary_key=True)\n"
    item = (
        "from sqlmodel import *\nclass Item(SQLModel, table=True):\n    id: int = Field(primary_key=True)\n"
        "    user_id: int = Field(foreign_key='user.id')\n    user: 'User' = Relationship()\n"
    )
    files = {f"{app}/{name}.py": text for app in ("one", "two") for name, text in (("user", model), ("item", item))}
    found = {table.id: table for table in linked(files).tables}
    for app in ("one", "two"):
        used = found[f"sqlmodel:{app}/item.py:Item"]
        assert used.foreign_keys[0].target_id == f"sqlmodel:{app}/user.py:User"
        assert used.relations[0].target_id == f"sqlmodel:{app}/user.py:User"


DATED = """\
from datetime import datetime
from sqlmodel import *
class A(SQLModel, table=True):
    at: datetime = Field(primary_key=True)
"""


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, "timestamptz"),
        ({"requirements.txt": "fastapi\nsqlmodel==0.0.38\n"}, "timestamp"),
        ({"requirements.txt": "sqlmodel==0.0.45\n"}, "timestamptz"),
        ({"pyproject.toml": 'dependencies = ["sqlmodel>=0.0.14"]'}, "timestamptz"),
        ({"pyproject.toml": 'dependencies = ["sqlmodel>=0.0.14,<0.0.40"]'}, "timestamp"),
        ({"pyproject.toml": 'sqlmodel = "^0.0.22"'}, "timestamp"),
        ({"pyproject.toml": 'sqlmodel = {version = "^0.0.22"}'}, "timestamp"),
        ({"pyproject.toml": '"sqlmodel>=0.0.14"', "uv.lock": 'name = "sqlmodel"\nversion = "0.0.24"\n'}, "timestamp"),
        ({"app/pyproject.toml": '"sqlmodel==0.0.24"', "requirements.txt": "sqlmodel==0.0.50"}, "timestamp"),
        ({"Pipfile.lock": '"sqlmodel": {"hashes": ["x"], "version": "==0.0.24"}'}, "timestamp"),
        ({"requirements.txt": "sqlmodel-extra==0.0.1\n"}, "timestamptz"),
    ],
)
def test_a_plain_datetime_is_what_the_version_of_sqlmodel_makes_of_it(files: dict[str, str], expected: str) -> None:
    (found,) = linked({"app/models.py": DATED, **files}).tables
    assert found.columns[0].type == expected


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("==0.0.38", (0, 0, 38)),
        ("~=0.0.38", (0, 0, 9999)),
        ("~0.0.20", (0, 0, 9999)),
        ("^0.0.8", (0, 0, 8, 9999)),
        ("<0.0.45", (0, 0, 44, 9999)),
        (">=0.0.14, <=0.0.45", (0, 0, 45)),
        (">0.0.1,!=0.0.3", (9999,)),
        ("*", (9999,)),
    ],
)
def test_the_newest_version_that_a_requirement_allows(rule: str, expected: tuple[int, ...]) -> None:
    assert newest(rule) == expected


def test_a_convention_counts_for_the_tables_that_are_made_after_it() -> None:
    convention = (
        "from sqlmodel import SQLModel\nSQLModel.metadata.naming_convention = {'ix': 'conv_%(column_0_name)s'}\n"
    )
    model = (
        "from sqlmodel import *\nclass {0}(SQLModel, table=True):\n    id: int = Field(primary_key=True, index=True)\n"
    )
    files = {
        "conventions.py": convention,
        "before.py": "import conventions\n" + model.format("Before"),
        "indirect/__init__.py": "from conventions import SQLModel\n",
        "indirect/models.py": model.format("Indirect"),
        "after.py": model.format("After") + convention,
        "apart.py": model.format("Apart"),
    }
    names = {table.symbol: table.indexes[0].name for table in linked(files).tables}
    assert names == {"Before": "conv_id", "Indirect": "conv_id", "After": "ix_after_id", "Apart": "ix_apart_id"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("class A(SQLModel, table=True): ...", True),
        ("class A(Base, table = True): ...", True),
        ("class A[T](Base,\n  table=FLAG): ...", True),
        ("model_config = {'table': True}", True),
        ("from sqlmodel import SQLModel\nSQLModel.metadata.naming_convention = {}", True),
        ("from sqlalchemy import Index\nIndex('a', User.b)", True),
        ("from sqlmodel import SQLModel\nclass Base(SQLModel): ...", False),
        ("from sqlmodel import Session, select\nselect(table=x)", False),
        ("pandas.Index([1])", False),
        ("import os", False),
    ],
)
def test_candidates(text: str, expected: bool) -> None:
    assert is_candidate(text.encode()) is expected


def test_a_bad_file_stops_no_other() -> None:
    found = linked({"a.py": f"{HEAD}class A(SQLModel, table=True):\n{KEY}", "b.py": "class B(Base, table=True:\n"})
    assert [table.symbol for table in found.tables] == ["A"]
    assert [(problem.code, problem.at.path) for problem in found.problems] == [("ERR003", "b.py")]


def test_a_class_that_says_it_is_a_table_and_whose_base_is_not_read_is_told() -> None:
    found = linked(
        {"a.py": "import reflex as rx\nclass A(rx.Model, table=True):\n    name: str\nclass B(rx.Model):\n    pass\n"}
    )
    assert found.tables == ()
    assert [(item.what, item.why) for item in found.unresolved] == [
        ("class `A`", "it has a base class that is not read")
    ]
