"""Times that get a zone, and times of deletion, in the code of both languages, byte by byte."""

from __future__ import annotations

import pytest
from tests.lang.fixing import changed, codes, refusal, table

from tenantlint.change import AddTimestamp, MakeAware
from tenantlint.lang.drizzle import fixes as drizzle
from tenantlint.lang.sqlmodel import fixes as sqlmodel

OLD = {"requirements.txt": b"sqlmodel==0.0.22\n"}
HEAD = """\
from datetime import datetime, timezone
from sqlalchemy import Column, DateTime, func, text
from sqlmodel import Field, SQLModel
{}

class User(SQLModel, table=True):
    id: int = Field(primary_key=True)
    at: {}
"""
NAIVE_HELPER = "\ndef naive():\n    return datetime.utcnow()\n"
AWARE_HELPER = '\ndef now():\n    """Now."""\n    return datetime.now(timezone.utc)\n'
ZONED = "sa_type=DateTime(timezone=True)"
NOW = "lambda: datetime.now(timezone.utc)"
USER, AT = "sqlmodel:m.py:User", MakeAware("sqlmodel:m.py:User", "at")

CODE = [
    ("", "datetime", f"datetime = Field({ZONED})"),
    ("", "datetime | None = None", f"datetime | None = Field(default=None, {ZONED})"),
    ("", "datetime = Field(sa_type=DateTime)", f"datetime = Field({ZONED})"),
    ("", "datetime = Field(sa_type=DateTime())", f"datetime = Field({ZONED})"),
    ("", "datetime = Field(sa_type=DateTime(False))", "datetime = Field(sa_type=DateTime(True))"),
    (
        "",
        'datetime = Field(sa_column=Column("at", DateTime, server_default=text("now()")))',
        'datetime = Field(sa_column=Column("at", DateTime(timezone=True), server_default=text("now()")))',
    ),
    ("", "datetime = Field(default_factory=datetime.utcnow)", f"datetime = Field(default_factory={NOW}, {ZONED})"),
    (
        "",
        "datetime = Field(default_factory=lambda: datetime.utcnow(), sa_type=DateTime)",
        f"datetime = Field(default_factory={NOW}, {ZONED})",
    ),
    (
        "",
        'datetime = Field(sa_type=DateTime, sa_column_kwargs={"onupdate": datetime.utcnow})',
        f'datetime = Field({ZONED}, sa_column_kwargs={{"onupdate": {NOW}}})',
    ),
    (
        NAIVE_HELPER,
        "datetime = Field(sa_column=Column(DateTime, default=naive, onupdate=naive))",
        f"datetime = Field(sa_column=Column(DateTime(timezone=True), default={NOW}, onupdate={NOW}))",
    ),
    (
        AWARE_HELPER,
        "datetime = Field(default_factory=datetime.utcnow)",
        f"datetime = Field(default_factory=now, {ZONED})",
    ),
    (AWARE_HELPER, "datetime = Field(default_factory=now)", f"datetime = Field(default_factory=now, {ZONED})"),
    (
        "",
        "datetime = Field(\n        default_factory=datetime.utcnow,\n        index=True,\n    )",
        f"datetime = Field(\n        default_factory={NOW},\n        index=True,\n        {ZONED},\n    )",
    ),
]


@pytest.mark.parametrize(("before", "declared", "after"), CODE)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_sqlmodel_column_and_what_fills_it_get_a_zone(before: str, declared: str, after: str, newline: str) -> None:
    files = OLD | {"m.py": HEAD.format(before, declared).replace("\n", newline).encode()}
    assert "STD006" in codes(files, "strict")
    found = changed(sqlmodel, files, AT)
    assert found["m.py"].decode() == HEAD.format(before, after).replace("\n", newline)
    column = table(found, "User").column("at")
    assert column is not None
    assert column.type == "timestamptz"
    assert "STD006" not in codes(found, "strict")


def test_imports_come_with_a_zone() -> None:
    source = "import datetime\nfrom sqlmodel import SQLModel, Field\n\n\nclass User(SQLModel, table=True):\n{}"
    body = "    id: int = Field(primary_key=True)\n    at: datetime.datetime{}\n"
    files = OLD | {"m.py": source.format(body.format(" = Field(default_factory=datetime.datetime.utcnow)")).encode()}
    made = f" = Field(default_factory=lambda: datetime.datetime.now(datetime.timezone.utc), {ZONED})"
    after = source.replace("SQLModel, Field", "SQLModel, Field, DateTime").format(body.format(made))
    assert changed(sqlmodel, files, AT)["m.py"].decode() == after


NOT_CODE = [
    (
        "datetime = Field(sa_type=DateTime, default_factory=datetime.now)",
        "whether the times that its `default_factory` makes have a zone is not certain",
    ),
    (
        'datetime = Field(sa_type=DateTime, sa_column_kwargs={"server_default": func.timezone("utc", func.now())})',
        "the default of `at` in the database is not the current time: make it `now()` first",
    ),
    (
        "datetime = Field(sa_column=Column(DateTime, onupdate=stamp))",
        "whether the times that its `onupdate` makes have a zone is not certain",
    ),
    ("datetime = datetime.utcnow()", "its default is made by a call in the declaration: give it a `Field` first"),
    ("datetime = Field(sa_type=KIND)", "its type is made elsewhere"),
]


@pytest.mark.parametrize(("declared", "reason"), NOT_CODE)
def test_a_sqlmodel_column_whose_times_are_not_certain_stays(declared: str, reason: str) -> None:
    before = "\nKIND = DateTime()\n\ndef stamp():\n    return datetime.now()\n"
    assert refusal(sqlmodel, OLD | {"m.py": HEAD.format(before, declared).encode()}, AT) == reason


SCHEMA = """\
import {{ pgTable, timestamp, uuid }} from 'drizzle-orm/pg-core';
import {{ sql }} from 'drizzle-orm';

export const users = pgTable('users', {{
\tid: uuid('id').primaryKey(),
\tat: {},
}});
"""
SCRIPT = [
    ("timestamp('at')", "timestamp('at', { withTimezone: true })"),
    ("timestamp().notNull()", "timestamp({ withTimezone: true }).notNull()"),
    ("timestamp('at').defaultNow()", "timestamp('at', { withTimezone: true }).defaultNow()"),
    (
        "timestamp('at', { precision: 3 }).default(sql`now()`)",
        "timestamp('at', { precision: 3, withTimezone: true }).default(sql`now()`)",
    ),
    ("timestamp('at', { withTimezone: false })", "timestamp('at', { withTimezone: true })"),
    (
        "timestamp('at', {\n\t\tmode: 'string',\n\t})",
        "timestamp('at', {\n\t\tmode: 'string',\n\t\twithTimezone: true,\n\t})",
    ),
]


@pytest.mark.parametrize(("declared", "after"), SCRIPT)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_drizzle_column_gets_a_zone(declared: str, after: str, newline: str) -> None:
    files = {"s.ts": SCHEMA.format(declared).replace("\n", newline).encode()}
    assert "STD006" in codes(files, "strict")
    found = changed(drizzle, files, MakeAware("s.ts#users", "at"))
    assert found["s.ts"].decode() == SCHEMA.format(after).replace("\n", newline)
    assert "STD006" not in codes(found, "strict")


DEFAULT = "the default of `at` in the database is not the current time: make it `now()` first"
NOT_SCRIPT = [
    ("timestamp('at').array()", "`at` is no plain time without a zone"),
    ("timestamp('at').default(new Date())", DEFAULT),
    ("timestamp('at').default(sql`(now() at time zone 'utc')`)", DEFAULT),
]


@pytest.mark.parametrize(("declared", "reason"), NOT_SCRIPT)
def test_a_drizzle_column_whose_times_are_not_certain_stays(declared: str, reason: str) -> None:
    files = {"s.ts": SCHEMA.format(declared).encode()}
    assert refusal(drizzle, files, MakeAware("s.ts#users", "at")) == reason


def test_a_time_of_deletion_may_be_null() -> None:
    change = AddTimestamp(USER, "deleted_at", on_update=False, nullable=True)
    found = changed(sqlmodel, {"m.py": HEAD.format("", "datetime").encode()}, change)
    added = f"datetime\n    deleted_at: datetime | None = Field(default=None, {ZONED})"
    assert found["m.py"].decode() == HEAD.format("", added)
    change = AddTimestamp("s.ts#users", "deleted_at", on_update=False, nullable=True)
    found = changed(drizzle, {"s.ts": SCHEMA.format("uuid('at')").encode()}, change)
    added = "uuid('at'),\n\tdeleted_at: timestamp('deleted_at', { withTimezone: true })"
    assert found["s.ts"].decode() == SCHEMA.format(added)


def test_a_time_of_deletion_is_written_as_the_others_are() -> None:
    other = "class Removed(SQLModel):\n    deleted_at: datetime | None = Field(None, sa_type=DateTime(timezone=True))\n"
    rest = "\nclass Note(Removed, table=True):\n    id: int = Field(primary_key=True)\n"
    source = HEAD.format("\n" + other + rest, "datetime")
    found = changed(
        sqlmodel, {"m.py": source.encode()}, AddTimestamp(USER, "deleted_at", on_update=False, nullable=True)
    )
    assert found["m.py"].decode() == source.replace("class User(SQLModel", "class User(Removed")
    old = HEAD.format("", "Optional[datetime]").replace("timezone\n", "timezone\nfrom typing import Optional\n", 1)
    found = changed(sqlmodel, {"m.py": old.encode()}, AddTimestamp(USER, "deleted_at", on_update=False, nullable=True))
    assert found["m.py"].decode() == f"{old}    deleted_at: Optional[datetime] = Field(default=None, {ZONED})\n"


def test_a_drizzle_time_of_deletion_is_written_as_the_others_are() -> None:
    given = SCHEMA.format("uuid('at')").replace(
        "\nexport",
        "\nconst gone = { deletedAt: timestamp('deleted_at', { withTimezone: true, mode: 'string' }) };\n"
        "export const notes = pgTable('notes', { id: uuid('id'), ...gone });\nexport",
    )
    change = AddTimestamp("s.ts#users", "deleted_at", on_update=False, nullable=True)
    found = changed(drizzle, {"s.ts": given.encode()}, change)
    assert found["s.ts"].decode() == given.replace("\tat: uuid('at'),", "\tat: uuid('at'),\n\t...gone,")
