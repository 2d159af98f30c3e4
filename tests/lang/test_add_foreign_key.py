"""The foreign key that a column gets, byte by byte, in both ORMs."""

from __future__ import annotations

import pytest
from tests.lang.fixing import changed, refusal, table

from tenantlint.change import AddForeignKey
from tenantlint.lang.drizzle import fixes as drizzle
from tenantlint.lang.sqlmodel import fixes as sqlmodel

HEAD = """\
from uuid import UUID, uuid4

from sqlalchemy import Column, Uuid
from sqlmodel import Field, SQLModel

DEFAULT = uuid4()
OPTIONS = {"index": True}
COLUMN = Column(Uuid)


class Tenant(SQLModel, table=True):
    __tablename__ = "tenants"
    id: UUID = Field(default_factory=uuid4, primary_key=True)


class Note(SQLModel, table=True):
    id: int = Field(primary_key=True)
"""
NOTE, TENANT = "sqlmodel:m.py:Note", "sqlmodel:m.py:Tenant"
NEEDS_KEY = "from sqlalchemy import Column, Uuid\n", "from sqlalchemy import Column, ForeignKey, Uuid\n"

FIELDS = [
    ("UUID", 'UUID = Field(foreign_key="tenants.id")'),
    ("UUID | None = None", 'UUID | None = Field(default=None, foreign_key="tenants.id")'),
    ("UUID = DEFAULT", 'UUID = Field(default=DEFAULT, foreign_key="tenants.id")'),
    ("UUID = Field()", 'UUID = Field(foreign_key="tenants.id")'),
    ("UUID = Field(index=True)  # whose", 'UUID = Field(index=True, foreign_key="tenants.id")  # whose'),
    (
        "UUID = Field(\n        index=True,  # whose\n    )",
        'UUID = Field(\n        index=True,  # whose\n        foreign_key="tenants.id",\n    )',
    ),
    ("UUID = Field(index=True,)", 'UUID = Field(index=True, foreign_key="tenants.id",)'),
]


@pytest.mark.parametrize(("before", "after"), FIELDS)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_field_gets_its_foreign_key(before: str, after: str, newline: str) -> None:
    def text(column: str) -> bytes:
        return f"{HEAD}    tenant_id: {column}\n".replace("\n", newline).encode()

    found = changed(sqlmodel, {"m.py": text(before)}, AddForeignKey(NOTE, "tenant_id", TENANT))
    assert found["m.py"] == text(after)
    (key,) = table(found, "Note").foreign_keys
    assert (key.columns, key.target_id, key.target_columns) == (("tenant_id",), TENANT, ("id",))


COLUMNS = [
    ("Column(Uuid, nullable=False)", 'Column(Uuid, ForeignKey("tenants.id"), nullable=False)'),
    ("Column(nullable=False, type_=Uuid)", 'Column(ForeignKey("tenants.id"), nullable=False, type_=Uuid)'),
    ('Column("tenant_id", Uuid)', 'Column("tenant_id", Uuid, ForeignKey("tenants.id"))'),
    (
        "Column(\n            Uuid,\n            nullable=False,\n        )",
        'Column(\n            Uuid,\n            ForeignKey("tenants.id"),\n            nullable=False,\n        )',
    ),
]


@pytest.mark.parametrize(("before", "after"), COLUMNS)
def test_a_column_gets_its_foreign_key_behind_its_type(before: str, after: str) -> None:
    source = f"{HEAD}    tenant_id: UUID = Field(sa_column={before})\n"
    found = changed(sqlmodel, {"m.py": source.encode()}, AddForeignKey(NOTE, "tenant_id", TENANT))
    wanted = f"{HEAD}    tenant_id: UUID = Field(sa_column={after})\n".replace(*NEEDS_KEY)
    assert found["m.py"].decode() == wanted
    assert [key.target_id for key in table(found, "Note").foreign_keys] == [TENANT]


def test_the_quotes_and_the_tabs_of_a_file_are_kept() -> None:
    head = "from uuid import UUID\n\nimport sqlmodel\nfrom sqlmodel import SQLModel\n\n\n"
    tenant = "class Tenant(SQLModel, table=True):\n\tid: UUID = sqlmodel.Field(primary_key=True)\n\n\n"
    note = "class Note(SQLModel, table=True):\n\tid: int = sqlmodel.Field(primary_key=True)\n\ttenant_id: UUID\n"
    note += "\tb: str = ''\n"
    found = changed(sqlmodel, {"m.py": (head + tenant + note).encode()}, AddForeignKey(NOTE, "tenant_id", TENANT))
    after = (tenant + note).replace("tenant_id: UUID", "tenant_id: UUID = sqlmodel.Field(foreign_key='tenant.id')")
    assert found["m.py"].decode() == head + after


def test_tables_that_share_a_column_get_the_foreign_key_at_once() -> None:
    mixin = "class Owned(SQLModel):\n    tenant_id: UUID\n\n\n"
    source = HEAD.replace("class Note(SQLModel", f"{mixin}class Note(Owned") + "\n\nclass Task(Owned, table=True):\n"
    source += "    id: int = Field(primary_key=True)\n"
    found = changed(sqlmodel, {"m.py": source.encode()}, AddForeignKey(NOTE, "tenant_id", TENANT))
    assert found["m.py"].decode() == source.replace(
        "    tenant_id: UUID\n", '    tenant_id: UUID = Field(foreign_key="tenants.id")\n'
    )
    assert [len(table(found, name).foreign_keys) for name in ("Note", "Task")] == [1, 1]


REFUSED = [
    ("tenant_id: UUID", None, "which table it references is not certain: declare the foreign key by hand"),
    ("tenant_id: int", TENANT, "`tenant_id` is integer and `Tenant.id` is uuid: give both one type first"),
    (
        "tenant_id: UUID = Field(**OPTIONS)",
        TENANT,
        "it takes options from elsewhere, which may hold a foreign key: declare that by hand",
    ),
    ("tenant_id: UUID = Field(sa_column=COLUMN)", TENANT, "its `sa_column` is made elsewhere"),
    (
        "tenant_id: UUID = uuid4()",
        TENANT,
        "its default is made by something that may be no default: declare the foreign key by hand",
    ),
    ("other: UUID", TENANT, "there is no `tenant_id` any more"),
]


@pytest.mark.parametrize(("member", "target", "reason"), REFUSED)
def test_what_is_not_certain_is_refused(member: str, target: str | None, reason: str) -> None:
    source = f"{HEAD}    {member}\n"
    assert refusal(sqlmodel, {"m.py": source.encode()}, AddForeignKey(NOTE, "tenant_id", target)) == reason


def test_a_target_with_two_keys_is_refused() -> None:
    source = HEAD.replace("\n\n\nclass Note", "\n    part: int = Field(primary_key=True)\n\n\nclass Note")
    files = {"m.py": f"{source}    tenant_id: UUID\n".encode()}
    reason = "the primary key of `Tenant` is not one column"
    assert refusal(sqlmodel, files, AddForeignKey(NOTE, "tenant_id", TENANT)) == reason


IMPORT = 'import { integer, pgTable, uuid } from "drizzle-orm/pg-core";\n'
TENANTS = '\nexport const tenants = pgTable("tenants", { id: uuid("id").primaryKey() });\n'


def notes(column: str) -> str:
    return (
        f'\nexport const notes = pgTable("notes", {{\n\tid: integer("id").primaryKey(),\n\ttenantId: {column},\n}});\n'
    )


CHAINS = [
    ('uuid("tenant_id").notNull()', 'uuid("tenant_id").notNull().references(() => tenants.id)'),
    ('uuid("tenant_id") // whose', 'uuid("tenant_id").references(() => tenants.id) // whose'),
    (
        'uuid("tenant_id")\n\t\t.notNull()',
        'uuid("tenant_id")\n\t\t.notNull()\n\t\t.references(() => tenants.id)',
    ),
]


@pytest.mark.parametrize(("before", "after"), CHAINS)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_chain_ends_with_its_reference(before: str, after: str, newline: str) -> None:
    def text(column: str) -> bytes:
        before_comment, mark, comment = column.partition(" //")
        whole = (
            IMPORT + TENANTS + notes(before_comment).replace(f"{before_comment},", f"{before_comment},{mark}{comment}")
        )
        return whole.replace("\n", newline).encode()

    found = changed(drizzle, {"s.ts": text(before)}, AddForeignKey("s.ts#notes", "tenantId", "s.ts#tenants"))
    assert found["s.ts"] == text(after)
    (key,) = table(found, "notes").foreign_keys
    assert (key.columns, key.target_id, key.target_columns) == (("tenant_id",), "s.ts#tenants", ("id",))


def test_a_table_of_another_file_is_imported() -> None:
    files = {"tenants.ts": (IMPORT + TENANTS).encode(), "s.ts": (IMPORT + notes('uuid("tenant_id")')).encode()}
    found = changed(drizzle, files, AddForeignKey("s.ts#notes", "tenantId", "tenants.ts#tenants"))
    wanted = IMPORT + 'import { tenants } from "./tenants";\n' + notes('uuid("tenant_id").references(() => tenants.id)')
    assert found["s.ts"].decode() == wanted
    assert found["tenants.ts"] == files["tenants.ts"]


def test_tables_that_need_each_other_get_a_type() -> None:
    note = '  noteId: integer("note_id").references(() => notes.id),\n'
    tenants = f'\nexport const tenants = pgTable("tenants", {{\n  id: uuid("id").primaryKey(),\n{note}}});\n'
    source = IMPORT + tenants + notes('uuid("tenant_id")')
    found = changed(drizzle, {"s.ts": source.encode()}, AddForeignKey("s.ts#notes", "tenantId", "s.ts#tenants"))
    after = source.replace('uuid("tenant_id")', 'uuid("tenant_id").references((): AnyPgColumn => tenants.id)')
    assert found["s.ts"].decode() == after.replace("import { integer", "import { AnyPgColumn, integer")


DRIZZLE_REFUSED = [
    ('integer("tenant_id")', "`tenantId` is integer and `tenants.id` is uuid: give both one type first"),
    ("tenant()", "the type of `tenantId`, or of what it references, is not known"),
    ('uuid("tenant_id").references(() => tenants.id)', "`notes.tenantId` is part of a foreign key already"),
]


@pytest.mark.parametrize(("column", "reason"), DRIZZLE_REFUSED)
def test_a_chain_that_is_not_certain_is_refused(column: str, reason: str) -> None:
    files = {"s.ts": (IMPORT + TENANTS + notes(column)).encode()}
    assert refusal(drizzle, files, AddForeignKey("s.ts#notes", "tenantId", "s.ts#tenants")) == reason
