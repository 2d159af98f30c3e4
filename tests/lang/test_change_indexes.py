"""Indexes that are dropped and renamed, byte by byte, in both ORMs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.lang.fixing import changed, refusal, table

from tenantlint.change import DropIndex, RenameIndex
from tenantlint.lang.drizzle import fixes as drizzle
from tenantlint.lang.sqlmodel import fixes as sqlmodel

if TYPE_CHECKING:
    from types import ModuleType

    from tenantlint.change import Change

PYTHON = "from sqlalchemy import Column, Integer\nfrom sqlmodel import Field, Index, SQLModel, UniqueConstraint\n\n\n"
NOTE, NOTES = "sqlmodel:m.py:Note", "s.ts#notes"
FIELDS = "    id: int = Field(primary_key=True)\n    a: int\n    b: int\n"


def note(arguments: str, fields: str = FIELDS) -> str:
    return f"{PYTHON}class Note(SQLModel, table=True):\n{arguments}{fields}"


def python(source: str, name: str, new_name: str | None = None) -> tuple[dict[str, bytes], Change]:
    return _case({"m.py": source.encode()}, NOTE, name, new_name)


def script(source: str, name: str, new_name: str | None = None) -> tuple[dict[str, bytes], Change]:
    return _case({"s.ts": source.encode()}, NOTES, name, new_name)


def _case(files: dict[str, bytes], table_id: str, name: str, new_name: str | None) -> tuple[dict[str, bytes], Change]:
    (at,) = [each.at for each in table(files, table_id.split(":")[-1].split("#")[-1]).indexes if each.name == name]
    return files, DropIndex(table_id, at) if new_name is None else RenameIndex(table_id, at, new_name)


def after(module: ModuleType, case: tuple[dict[str, bytes], Change]) -> str:
    (found,) = changed(module, *case).values()
    return found.decode()


OLD = 'Index("old", "a")'
KEPT = 'UniqueConstraint("a", "b")'
ARGUMENTS = [
    (f"    __table_args__ = ({OLD}, {KEPT})\n", f"    __table_args__ = ({KEPT},)\n"),
    (f"    __table_args__ = ({KEPT}, {OLD})\n", f"    __table_args__ = ({KEPT},)\n"),
    (f"    __table_args__ = ({KEPT}, {OLD},)\n", f"    __table_args__ = ({KEPT},)\n"),
    (f'    __table_args__ = ({OLD}, {{"schema": "x"}})\n', '    __table_args__ = ({"schema": "x"})\n'),
    (f"    __table_args__ = ({OLD},)\n", ""),
    (f"    __table_args__ = ({OLD},)\n\n", ""),
    (
        f"    __table_args__ = (\n        {KEPT},  # pair\n        {OLD},  # one\n    )\n",
        f"    __table_args__ = (\n        {KEPT},  # pair\n    )\n",
    ),
    (
        f"    __table_args__ = (\n        {OLD},\n        # pair\n        {KEPT}\n    )\n",
        f"    __table_args__ = (\n        # pair\n        {KEPT},\n    )\n",
    ),
    (
        '    __table_args__ = (\n        Index(\n            "old",\n            "a",\n        ),\n'
        + f"        {KEPT},\n    )\n",
        f"    __table_args__ = (\n        {KEPT},\n    )\n",
    ),
]


@pytest.mark.parametrize(("before", "wanted"), ARGUMENTS)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_an_index_is_taken_out_of_the_arguments(before: str, wanted: str, newline: str) -> None:
    source = note(before).replace("\n", newline)
    assert after(sqlmodel, python(source, "old")) == note(wanted).replace("\n", newline)


FIELD = [
    ("a: int = Field(index=True)", "a: int"),
    ("a: int = Field(index=True, ge=1)", "a: int = Field(ge=1)"),
    ("a: int = Field(ge=1, index=True)  # one", "a: int = Field(ge=1)  # one"),
    ("a: int = Field(sa_column=Column(Integer, index=True))", "a: int = Field(sa_column=Column(Integer))"),
    ("a: int = Field(\n        ge=1,\n        index=True,\n    )", "a: int = Field(\n        ge=1,\n    )"),
]


@pytest.mark.parametrize(("before", "wanted"), FIELD)
def test_an_index_is_taken_from_its_field(before: str, wanted: str) -> None:
    fields = "    id: int = Field(primary_key=True)\n    {}\n    b: int\n"
    assert after(sqlmodel, python(note("", fields.format(before)), "ix_note_a")) == note("", fields.format(wanted))


def test_the_index_of_a_field_gets_a_name_in_the_arguments() -> None:
    fields = "    id: int = Field(primary_key=True)\n    a: int = Field(index=True)\n"
    wanted = note("", fields.replace(" = Field(index=True)", "")).replace(
        "table=True):\n", 'table=True):\n    __table_args__ = (Index("note_a_idx", "a"),)\n'
    )
    assert after(sqlmodel, python(note("", fields), "ix_note_a", "note_a_idx")) == wanted


def test_the_index_of_a_base_class_gets_a_name_in_its_only_table() -> None:
    base = "class Base(SQLModel):\n    a: int = Field(index=True)\n\n\n"
    source = f"{PYTHON}{base}class Note(Base, table=True):\n    id: int = Field(primary_key=True)\n"
    wanted = source.replace(" = Field(index=True)", "").replace(
        "table=True):\n", 'table=True):\n    __table_args__ = (Index("note_a_idx", "a"),)\n'
    )
    assert after(sqlmodel, python(source, "ix_note_a", "note_a_idx")) == wanted


RENAMED = [
    ('Index("old", "a")', 'Index("note_a_idx", "a")'),
    ("Index('old', 'a')", "Index('note_a_idx', 'a')"),
    ('Index("old", "a", unique=True)', 'Index("note_a_idx", "a", unique=True)'),
]


@pytest.mark.parametrize(("before", "wanted"), RENAMED)
def test_an_index_is_renamed_where_it_is_declared(before: str, wanted: str) -> None:
    found = after(sqlmodel, python(note(f"    __table_args__ = ({before},)\n"), "old", "note_a_idx"))
    assert found == note(f"    __table_args__ = ({wanted},)\n")


MIXIN = """class Owned(SQLModel):
    a: int = Field(index=True)


class Note(Owned, table=True):
    id: int = Field(primary_key=True)


class Task(Owned, table=True):
    id: int = Field(primary_key=True)
"""
REFUSED = [
    (
        PYTHON + MIXIN,
        "ix_note_a",
        "n",
        "several tables have the index by one declaration, which cannot give each its own name",
    ),
    (
        note("", "    id: int = Field(primary_key=True)\n    a: int = Field(index=True, unique=True)\n"),
        "ix_note_a",
        None,
        "`a` is unique by the same declaration: drop the index by hand",
    ),
    (
        note("    __table_args__ = (Index('old', 'a'), Index('taken', 'b'))\n"),
        "old",
        "taken",
        "the name `taken` is taken already",
    ),
    (
        note("    __table_args__ = (Index('old', 'a'), Index('other', 'a'))\n"),
        "old",
        "n",
        "another index is over the same columns, and would have the same name",
    ),
    (
        note("", f"{FIELDS}\n\nIndex('old', Note.a)\n"),
        "old",
        None,
        "it is not declared in the arguments of `Note` themselves: take it away by hand",
    ),
    (
        note("    __table_args__ = (Index(NAME, 'a'),)\n").replace("class Note", "NAME = 'old'\n\n\nclass Note"),
        "old",
        "n",
        "its name is no text that stands in the declaration",
    ),
]


@pytest.mark.parametrize(("source", "name", "new_name", "reason"), REFUSED)
def test_what_is_not_certain_is_refused(source: str, name: str, new_name: str | None, reason: str) -> None:
    assert refusal(sqlmodel, *python(source, name, new_name)) == reason


IMPORT = 'import { index, integer, pgTable, unique } from "drizzle-orm/pg-core";\n\n'


def notes(extra: str) -> str:
    return f'{IMPORT}export const notes = pgTable("notes", {{ a: integer("a"), b: integer("b") }}{extra});\n'


OLD_INDEX, KEPT_KEY = 'index("old").on(t.a)', "unique().on(t.a, t.b)"
EXTRAS = [
    (f", (t) => [{OLD_INDEX}]", ""),
    (f", (t) => [{OLD_INDEX}],", ","),
    (f", (t) => ({{ x: {OLD_INDEX} }})", ""),
    (f", (t) => [{OLD_INDEX}, {KEPT_KEY}]", f", (t) => [{KEPT_KEY}]"),
    (f", (t) => [{KEPT_KEY}, {OLD_INDEX}]", f", (t) => [{KEPT_KEY}]"),
    (f", (t) => ({{ x: {OLD_INDEX}, y: {KEPT_KEY} }})", f", (t) => ({{ y: {KEPT_KEY} }})"),
    (
        f", (t) => [\n\t{KEPT_KEY}, // pair\n\t{OLD_INDEX}, // one\n]",
        f", (t) => [\n\t{KEPT_KEY}, // pair\n]",
    ),
    (f", (t) => [\n\t{OLD_INDEX},\n\t// pair\n\t{KEPT_KEY}\n]", f", (t) => [\n\t// pair\n\t{KEPT_KEY}\n]"),
    (f", (t) => [\n\t{KEPT_KEY},\n\t{OLD_INDEX}\n]", f", (t) => [\n\t{KEPT_KEY}\n]"),
]


@pytest.mark.parametrize(("before", "wanted"), EXTRAS)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_an_index_is_taken_out_of_the_third_argument(before: str, wanted: str, newline: str) -> None:
    found = after(drizzle, script(notes(before).replace("\n", newline), "old"))
    assert found == notes(wanted).replace("\n", newline)


def test_an_index_is_renamed_in_the_third_argument() -> None:
    found = after(drizzle, script(notes(", (t) => [index('old').on(t.a)]"), "old", "notes_a_idx"))
    assert found == notes(", (t) => [index('notes_a_idx').on(t.a)]")


SCRIPT_REFUSED = [
    (
        notes(", (t) => [index(NAME).on(t.a)]").replace("export", 'const NAME = "old";\nexport', 1),
        "n",
        "its name is no text that stands in the declaration",
    ),
    (
        notes(", (t) => [\n  // one\n  index('old').on(t.a),\n]"),
        None,
        "nothing but comments would be left in the third argument: take it away by hand",
    ),
    (notes(", (t) => [index('old').on(t.a), index('n').on(t.b)]"), "n", "the name `n` is taken already"),
]


@pytest.mark.parametrize(("source", "new_name", "reason"), SCRIPT_REFUSED)
def test_what_is_not_certain_in_a_script_is_refused(source: str, new_name: str | None, reason: str) -> None:
    assert refusal(drizzle, *script(source, "old", new_name)) == reason
