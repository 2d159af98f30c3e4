"""What code decides that is not read: fields and classes in branches, tables that are changed afterwards."""

from __future__ import annotations

import pytest

from tenantlint.link import link
from tenantlint.project import Project
from tenantlint.schema import UNKNOWN, Schema

HEAD = """
import os
from enum import Enum
from typing import List, Optional
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import relationship
from sqlmodel import Field, Relationship, SQLModel
MODE = os.environ["MODE"]
"""
ALL = {"columns", "foreign_keys", "indexes", "primary_key", "relations", "unique_constraints"}


def read(text: str, first: str = "") -> Schema:
    result = link(Project("/nonexistent", frozenset(), {"models.py": (first + HEAD + text).encode()}))
    assert (result.problems, result.crashes) == ((), ())
    return result.schema


FIELDS = """
class Thing(SQLModel, table=True):
    id: int = Field(primary_key=True)
    if {test}:
        a: int = 3
    else:
        b: str
    c: str
"""


def test_a_field_in_a_branch_that_is_not_decided_is_unknown() -> None:
    (table,) = read(FIELDS.format(test="MODE")).tables
    assert [(column.key, column.name, column.type) for column in table.columns] == [
        ("id", "id", "integer"),
        ("a", UNKNOWN, UNKNOWN),
        ("b", UNKNOWN, UNKNOWN),
        ("c", "c", "varchar"),
    ]
    assert table.incomplete == ALL


def test_a_field_in_a_branch_that_is_decided_is_known() -> None:
    (table,) = read(FIELDS.format(test="True")).tables
    assert [(column.key, column.type) for column in table.columns] == [
        ("id", "integer"),
        ("a", "integer"),
        ("c", "varchar"),
    ]
    assert table.incomplete == set()


def test_a_field_of_a_base_class_is_unknown_in_the_table() -> None:
    schema = read("""
class Base(SQLModel):
    if MODE:
        a: int
class Thing(Base, table=True):
    id: int = Field(primary_key=True)
""")
    assert [(column.key, column.name) for column in schema.tables[0].columns] == [("a", UNKNOWN), ("id", "id")]
    assert schema.tables[0].incomplete == ALL


def test_a_class_in_a_branch_that_is_not_decided_is_no_fact() -> None:
    schema = read("""
if MODE:
    class Thing(SQLModel, table=True):
        id: int = Field(primary_key=True)
class User(SQLModel, table=True):
    id: int = Field(primary_key=True)
    thing_id: int = Field(foreign_key="thing.id")
    thing: "Thing" = Relationship()
""")
    (table,) = schema.tables
    assert (table.symbol, table.foreign_keys[0].target_id, table.relations[0].target_id) == ("User", UNKNOWN, UNKNOWN)
    assert next((each.what, each.why) for each in schema.unresolved) == (
        "table `Thing`",
        "whether it is declared is decided by code that is not read, or only when that runs",
    )


def test_an_import_that_only_one_branch_looks_up_is_known_behind_it() -> None:
    schema = read("""
from decimal import Decimal
if MODE:
    zero = Decimal("0")
class Thing(SQLModel, table=True):
    id: int = Field(primary_key=True)
    price: Decimal
""")
    assert schema.tables[0].columns[1].type == "numeric"


def test_a_class_in_a_whole_branch_has_certain_fields() -> None:
    schema = read("""
if not MODE:
    class Named(SQLModel):
        name: str
else:
    Named = SQLModel
if True:
    class Thing(SQLModel, table=True):
        id: int = Field(primary_key=True)
""")
    assert [(table.symbol, table.incomplete) for table in schema.tables] == [("Thing", set())]


@pytest.mark.parametrize(
    ("statement", "parts"),
    [
        ("Thing.__table__.append_constraint(MORE)", {"foreign_keys", "primary_key", "unique_constraints"}),
        ("Thing.__table__.constraints.add(MORE)", {"foreign_keys", "primary_key", "unique_constraints"}),
        ("Thing.__table__.indexes.add(MORE)", {"indexes"}),
        ("Thing.__table__.append_column(MORE)", ALL),
        ("if MODE: Thing.__table__.append_constraint(MORE)", {"foreign_keys", "primary_key", "unique_constraints"}),
        ("print(Thing.__table__.indexes)", set()),
    ],
)
def test_a_table_that_is_changed_is_incomplete(statement: str, parts: set[str]) -> None:
    (table,) = read(f"class Thing(SQLModel, table=True):\n    id: int = Field(primary_key=True)\n{statement}\n").tables
    assert table.incomplete == parts


RELATIONS = """
class Early(SQLModel, table=True):
    id: int = Field(primary_key=True)
    team_id: int = Field(foreign_key="team.id")
class Team(SQLModel, table=True):
    id: int = Field(primary_key=True)
    others: {annotation} = Relationship(sa_relationship=relationship("{target}"{options}))
class Later(SQLModel, table=True):
    id: int = Field(primary_key=True)
    team_id: int = Field(foreign_key="team.id")
"""


@pytest.mark.parametrize(
    ("annotation", "target", "options", "kind"),
    [
        ('list["Later"]', "Later", "", "many"),
        ('List["Later"]', "Later", "", "many"),
        ('"list[Later]"', "Later", "", "one"),
        ('"List[Later]"', "Later", ", uselist=True", "one"),
        ('"Later"', "Later", "", "one"),
        ('Optional["Later"]', "Later", "", "one"),
        ('"list[Early]"', "Early", "", "many"),
        ('"Optional[List[Early]]"', "Early", "", "many"),
        ("List[Early]", "Early", "", "many"),
        ("List[Early]", "Early", ", uselist=False", "one"),
        ("Early", "Early", "", "one"),
    ],
)
def test_the_annotation_of_a_relationship_of_sqlalchemy(annotation: str, target: str, options: str, kind: str) -> None:
    """As SQLAlchemy 2.0.36 and 2.1.9 have it: text is a collection only of what has a name when the class is made."""
    text = RELATIONS.format(annotation=annotation, target=target, options=options)
    team = next(table for table in read(text).tables if table.symbol == "Team")
    assert [relation.kind for relation in team.relations] == [kind]


@pytest.mark.parametrize(
    ("annotation", "kind"), [('List["Later"]', "many"), ("List[Later]", "one"), ("List[Early]", "many")]
)
def test_annotations_that_are_not_evaluated(annotation: str, kind: str) -> None:
    target = "Early" if "Early" in annotation else "Later"
    text = RELATIONS.format(annotation=annotation, target=target, options="")
    team = next(table for table in read(text, "from __future__ import annotations").tables if table.symbol == "Team")
    assert [relation.kind for relation in team.relations] == [kind]


ENUMS = """
class Level(Enum):
    HIGH = ("high", 4)
    def __new__(cls, label, order):
        member = object.__new__(cls)
        member._value_ = label
        member.rank = order
        return member
    @property
    def order(self):
        return self.rank
class Planet(Enum):
    EARTH = (5.9, 6.3)
    def __init__(self, mass, radius):
        self.mass = mass
class Thing(SQLModel, table=True):
    id: int = Field(primary_key=True)
    a: {type} = {default}
"""


@pytest.mark.parametrize(
    ("type_", "default", "facts"),
    [
        ("int", "Level.HIGH.order", (False, True)),
        ("int", "Level.HIGH.rank", (False, True)),
        ("str", "Level.HIGH.value", (False, True)),
        ("float", "Planet.EARTH.mass", (False, True)),
    ],
)
def test_the_attributes_of_a_member_of_an_enumeration(type_: str, default: str, facts: tuple[bool, bool]) -> None:
    schema = read(ENUMS.format(type=type_, default=default))
    column = schema.tables[0].columns[1]
    assert (column.nullable, column.has_default, column.default_call) == (*facts, None)


DRIVERS = """
from sqlalchemy.types import TypeDecorator
class Words(TypeDecorator):
    impl = sa.Text
    def load_dialect_impl(self, dialect):
        return dialect.type_descriptor({})
class Thing(SQLModel, table=True):
    id: int = Field(primary_key=True)
    words: str = Field(sa_type=Words)
"""


@pytest.mark.parametrize(
    ("asked", "type_"),
    [("sa.Text()", UNKNOWN), ("sa.CHAR(3)", UNKNOWN), ("sa.String(9)", "varchar(9)"), ("sa.ARRAY(sa.Text)", "text[]")],
)
def test_drivers_differ_in_what_they_make_of_a_string(asked: str, type_: object) -> None:
    """psycopg and asyncpg make VARCHAR of it, psycopg2 leaves it."""
    (table,) = read(DRIVERS.format(asked)).tables
    assert table.columns[1].type == type_
