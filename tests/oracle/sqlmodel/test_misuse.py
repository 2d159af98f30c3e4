"""What the COR rules say of SQLModel is what SQLModel does: each case is linted, and run."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tenantlint.link import link
from tenantlint.project import Project
from tenantlint.rules import run
from tenantlint.settings import Settings
from tenantlint.view import SchemaView

SCRIPT = Path(__file__).with_name("misuse.py")
HEAD = """
from datetime import UTC, datetime
from typing import Annotated, Generic, TypeVar
from uuid import uuid4
from sqlalchemy import Column, ForeignKey, String
from sqlmodel import Field, SQLModel
"""
NAMES = (
    "metadata registry model_dump model_dump_json model_validate model_validate_json model_validate_strings cls "
    "model_fields construct copy dict from_orm json model_computed_fields model_construct model_copy model_extra "
    "model_fields_set model_json_schema model_parametrized_name model_rebuild parse_file parse_obj parse_raw schema "
    "schema_json update_forward_refs validate query c columns table mapper self fields items type name id_ model_name"
).split()
NAMED = """
class Event(SQLModel, table=True):
    id: int = Field(primary_key=True)
    {name}: str
make = lambda: Event(id=1, {name}="x")
"""
OPTIONS = {
    "primary_key": "True",
    "foreign_key": "'event.id'",
    "unique": "False",
    "nullable": "True",
    "index": "False",
    "sa_type": "String",
    "sa_column_args": "[]",
    "sa_column_kwargs": "{}",
    "max_length": "3",
    "default": "'x'",
    "alias": "'y'",
    "description": "'z'",
}
FIELD = """
class Event(SQLModel, table=True):
    id: int = Field(primary_key=True)
    x: {declaration}
"""
COLUMN = "Field(sa_column=Column(String))"
TWO = "".join(
    f"class {name}({{bases}}, table=True):\n    id: int = Field(primary_key=True)\n" for name in ("Box", "Crate")
)
SHARED = {
    "a base class": f"class Named(SQLModel):\n    name: str = {COLUMN}\n{TWO.format(bases='Named')}",
    "a mixin": f"class Named:\n    name: str = {COLUMN}\n{TWO.format(bases='Named, SQLModel')}",
    "an attribute of a mixin": f"class Named:\n    name = Column(String)\n{TWO.format(bases='Named, SQLModel')}",
    "a type": f"class Named(SQLModel):\n    name: str = Field(sa_type=String(9))\n{TWO.format(bases='Named')}",
    "a generic": (
        f"T = TypeVar('T')\nclass Named(SQLModel, Generic[T]):\n    name: T = {COLUMN}\n"
        f"{TWO.format(bases='Named[str]')}"
    ),
    "a foreign key": (
        "class Owned(SQLModel):\n    owner: int = Field(sa_column_args=[ForeignKey('box.id')])\n"
        f"{TWO.format(bases='Owned')}"
    ),
    "an alias": (
        f"Name = Annotated[str, {COLUMN}]\n{TWO.format(bases='SQLModel')}".replace(
            "primary_key=True)\n", "primary_key=True)\n    name: Name\n"
        )
    ),
    "one table": (
        f"class Named(SQLModel):\n    name: str = {COLUMN}\n{TWO.format(bases='Named').partition('class Crate')[0]}"
    ),
    "a table that derives": (
        f"class Box(SQLModel, table=True):\n    id: int = Field(primary_key=True)\n    name: str = {COLUMN}\n"
        "class Crate(Box):\n    pass\n"
    ),
}
DROPPED = {
    "str = Field(sa_column=Column(String, index=True))": True,
    f"Annotated[str, Field(index=True)] = {COLUMN}": False,
    f"Annotated[str, {COLUMN}] = Field(index=True)": True,
}
"""Whether the column of the field has an index; what SQLModel drops is the other call's."""


def truth(cases: dict[str, str]) -> dict[str, list[Any]]:
    """Return what becomes of each piece of code when it runs."""
    texts = json.dumps({name: HEAD + text for name, text in cases.items()})
    done = subprocess.run([sys.executable, str(SCRIPT)], input=texts, capture_output=True, text=True, check=True)
    found: dict[str, list[Any]] = json.loads(done.stdout)
    return found


def messages(code: str, text: str) -> list[str]:
    """Return what a rule says of a piece of code."""
    result = link(Project("/nonexistent", frozenset(), {"models.py": (HEAD + text).encode()}))
    assert (result.problems, result.crashes) == ((), ())
    return [each.message for each in run(code, SchemaView(result.schema, Settings(rules=frozenset({code}))))]


def test_reserved_names() -> None:
    cases = {name: NAMED.format(name=name) for name in NAMES}
    found = {name: bool(messages("COR001", text)) for name, text in cases.items()}
    assert found == {name: what != "fine" for name, (what, _) in truth(cases).items()}


def test_what_is_said_of_reserved_names() -> None:
    cases = {name: NAMED.format(name=name) for name in NAMES}
    says = {
        "refuses the class;": "raises",
        "cannot be made;": "broken",
        "on every import": "warns",
        "registry": "warns",
    }
    said = {
        name: next(what for words, what in says.items() if words in message)
        for name, text in cases.items()
        for message in messages("COR001", text)
    }
    ran = truth(cases)
    assert said == {name: ran[name][0] for name in said}


def test_options_beside_a_column() -> None:
    cases = {
        name: FIELD.format(declaration=f"str = Field(sa_column=Column(String), {name}={value})")
        for name, value in OPTIONS.items()
    }
    found = {name: bool(messages("COR003", text)) for name, text in cases.items()}
    assert found == {name: what == ["raises", "RuntimeError"] for name, what in truth(cases).items()}


def test_options_that_are_dropped() -> None:
    cases = {
        declaration: FIELD.format(declaration=declaration) + "value = bool(Event.__table__.indexes)\n"
        for declaration in DROPPED
    }
    assert {name: value for name, (_, value) in truth(cases).items()} == DROPPED
    assert [bool(messages("COR003", text)) for text in cases.values()] == [False, True, True]


def test_shared_columns() -> None:
    found = {name: bool(messages("COR004", text)) for name, text in SHARED.items()}
    assert found == {name: what == "raises" for name, (what, _) in truth(SHARED).items()}


@pytest.mark.parametrize(
    ("declaration", "same"),
    [
        ("str = str(uuid4())", True),
        ("str = Field(default=uuid4().hex)", True),
        ("datetime = datetime.now(UTC)", True),
        ("str = Field(default_factory=lambda: uuid4().hex)", False),
        ("datetime = Field(default_factory=lambda: datetime.now(UTC))", False),
    ],
)
def test_defaults_that_are_called_once(declaration: str, same: bool) -> None:
    text = FIELD.format(declaration=declaration) + "value = Event(id=1).x == Event(id=2).x\n"
    assert truth({"case": text})["case"] == ["fine", same]
    assert bool(messages("COR002", text)) is same
