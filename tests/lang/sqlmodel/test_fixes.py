"""What changes of columns come to in SQLModel code, byte by byte."""

from __future__ import annotations

import pytest
from tests.lang.fixing import changed, codes, refusal, table

from tenantlint.change import (
    AddIndex,
    AddTenant,
    AddTimestamp,
    AttachIndex,
    EnableSecurity,
    MakeRequired,
    Patch,
    UpdateOnWrite,
    UseFactory,
)
from tenantlint.lang.lowering import Lowering
from tenantlint.lang.sqlmodel import fixes
from tenantlint.project import Project
from tenantlint.schema import Schema
from tenantlint.source import Location

IMPORTS = """\
from datetime import datetime, timezone
from uuid import UUID, uuid4

from sqlalchemy import Column, DateTime, Index, func
from sqlmodel import Field, SQLModel

"""
TENANT = """
class Tenant(SQLModel, table=True):
    __tablename__ = "tenants"
    id: UUID = Field(default_factory=uuid4, primary_key=True)

"""
HEAD = IMPORTS + TENANT + "\nclass User(SQLModel, table=True):\n"
USER = "sqlmodel:m.py:User"
TENANT_ID = "sqlmodel:m.py:Tenant"
ID = "    id: int = Field(primary_key=True)\n"

FACTORY = [
    ("Field(default=datetime.now(timezone.utc))", "Field(default_factory=lambda: datetime.now(timezone.utc))"),
    ("Field(default=datetime.utcnow(), index=True)", "Field(default_factory=datetime.utcnow, index=True)"),
    ("Field(datetime.utcnow(), index=True)", "Field(default_factory=datetime.utcnow, index=True)"),
    ("datetime.utcnow()", "Field(default_factory=datetime.utcnow)"),
    ("Field(sa_column=Column(default=datetime.utcnow()))", "Field(sa_column=Column(default=datetime.utcnow))"),
    (
        'Field(sa_column_kwargs={"default": datetime.utcnow()})',
        'Field(sa_column_kwargs={"default": datetime.utcnow})',
    ),
    (
        "Field(\n        default=datetime.now(timezone.utc),  # now\n    )",
        "Field(\n        default_factory=lambda: datetime.now(timezone.utc),  # now\n    )",
    ),
]


@pytest.mark.parametrize(("before", "after"), FACTORY)
def test_a_default_is_made_for_each_row(before: str, after: str) -> None:
    source = f"{HEAD}{ID}    seen: datetime = {before}\n"
    found = changed(fixes, {"m.py": source.encode()}, UseFactory(USER, "seen"))
    assert found["m.py"].decode() == f"{HEAD}{ID}    seen: datetime = {after}\n"
    column = next(each for each in table(found, "User").columns if each.key == "seen")
    assert (column.default_call, column.has_default) == (None, True)
    assert "COR002" not in codes(found)


def test_an_update_is_made_for_each_row() -> None:
    source = f"{HEAD}{ID}    seen: datetime = Field(sa_column_kwargs={{'onupdate': datetime.utcnow()}})\n"
    found = changed(fixes, {"m.py": source.encode()}, UseFactory(USER, "seen"))
    assert found["m.py"].decode() == source.replace("utcnow()", "utcnow")


def test_a_uuid_gets_its_factory() -> None:
    source = f"{HEAD}    id: UUID = Field(default=uuid4(), primary_key=True)\n"
    found = changed(fixes, {"m.py": source.encode()}, UseFactory(USER, "id"))
    assert found["m.py"].decode() == source.replace("default=uuid4()", "default_factory=uuid4")


UPDATE = [
    (
        "Field(default_factory=datetime.utcnow)",
        'Field(default_factory=datetime.utcnow, sa_column_kwargs={"onupdate": datetime.utcnow})',
    ),
    (
        'Field(default_factory=datetime.utcnow, sa_column_kwargs={"nullable": False})',
        'Field(default_factory=datetime.utcnow, sa_column_kwargs={"nullable": False, "onupdate": datetime.utcnow})',
    ),
    (
        "Field(sa_column=Column(DateTime, server_default=func.now()))",
        "Field(sa_column=Column(DateTime, server_default=func.now(), onupdate=func.now()))",
    ),
    (
        "Field(\n        default_factory=datetime.utcnow,\n        sa_column=Column(\n            DateTime,\n"
        "        ),\n    )",
        "Field(\n        default_factory=datetime.utcnow,\n        sa_column=Column(\n            DateTime,\n"
        "            onupdate=datetime.utcnow,\n        ),\n    )",
    ),
]


@pytest.mark.parametrize(("before", "after"), UPDATE)
def test_a_time_is_set_on_every_update(before: str, after: str) -> None:
    source = f"{HEAD}{ID}    updated_at: datetime = {before}\n"
    assert "STD004" in codes({"m.py": source.encode()}, "strict")
    found = changed(fixes, {"m.py": source.encode()}, UpdateOnWrite(USER, "updated_at"))
    assert found["m.py"].decode() == f"{HEAD}{ID}    updated_at: datetime = {after}\n"
    assert "STD004" not in codes(found, "strict")


REQUIRED = [
    ("UUID | None = None", "UUID"),
    ("None | UUID = Field(default=None, index=True)", "UUID = Field(index=True)"),
    ("UUID | None = Field(None, index=True)", "UUID = Field(index=True)"),
    ("UUID | None = Field(default=None)", "UUID = Field()"),
    ("UUID | None = Field(index=True, default=None)", "UUID = Field(index=True)"),
    ("UUID = Field(\n        index=True,\n        nullable=True,\n    )", None),
    (
        "UUID | None = Field(\n        index=True,\n        default=None,\n    )",
        "UUID = Field(\n        index=True,\n    )",
    ),
    ("UUID|None=Field(sa_column=Column())", "UUID=Field(sa_column=Column(nullable=False))"),
]


@pytest.mark.parametrize(("before", "after"), REQUIRED)
def test_a_column_is_made_not_null(before: str, after: str | None) -> None:
    source = f"{HEAD}{ID}    tenant_id: {before}\n"
    found = changed(fixes, {"m.py": source.encode()}, MakeRequired(USER, "tenant_id"))
    after = before.replace("=True,\n    )", "=False,\n    )") if after is None else after
    assert found["m.py"].decode() == f"{HEAD}{ID}    tenant_id: {after}\n"
    column = table(found, "User").column("tenant_id")
    assert column is not None
    assert column.nullable is False


INDEX = [
    ("a: UUID = Field(foreign_key='tenants.id')", "a: UUID = Field(foreign_key='tenants.id', index=True)"),
    ("a: UUID = Field(index=False)", "a: UUID = Field(index=True)"),
    (
        "a: UUID = Field(sa_column=Column(nullable=False))",
        "a: UUID = Field(sa_column=Column(nullable=False, index=True))",
    ),
    (
        "a: UUID = Field(\n        foreign_key='tenants.id'\n    )",
        "a: UUID = Field(\n        foreign_key='tenants.id',\n        index=True\n    )",
    ),
]


@pytest.mark.parametrize(("before", "after"), INDEX)
def test_an_index_over_one_column_is_an_option_of_its_field(before: str, after: str) -> None:
    source = f"{HEAD}{ID}    {before}\n"
    found = changed(fixes, {"m.py": source.encode()}, AddIndex(USER, ("a",)))
    assert found["m.py"].decode() == f"{HEAD}{ID}    {after}\n"
    assert [each.columns for each in table(found, "User").indexes] == [("a",)]


ARGUMENTS = [
    ("", '    __table_args__ = (Index("user_a_b_idx", "a", "b"),)\n'),
    (
        '    __table_args__ = {"schema": "x"}\n',
        '    __table_args__ = (Index("user_a_b_idx", "a", "b"), {"schema": "x"})\n',
    ),
    (
        '    __table_args__ = (Index("x", "b"), {"schema": "x"})\n',
        '    __table_args__ = (Index("x", "b"), Index("user_a_b_idx", "a", "b"), {"schema": "x"})\n',
    ),
    (
        '    __table_args__ = (Index("x", "b"),)\n',
        '    __table_args__ = (Index("x", "b"), Index("user_a_b_idx", "a", "b"),)\n',
    ),
    (
        '    __table_args__ = (\n        Index("x", "b"),  # old\n    )\n',
        '    __table_args__ = (\n        Index("x", "b"),  # old\n        Index("user_a_b_idx", "a", "b"),\n    )\n',
    ),
    ("    __table_args__ = ()\n", '    __table_args__ = (Index("user_a_b_idx", "a", "b"),)\n'),
]


@pytest.mark.parametrize(("before", "after"), ARGUMENTS)
def test_an_index_over_several_columns_is_in_table_args(before: str, after: str) -> None:
    rest = f"{ID}    a: int\n    b: int\n"
    found = changed(fixes, {"m.py": f"{HEAD}{before}{rest}".encode()}, AddIndex(USER, ("a", "b")))
    assert found["m.py"].decode() == f"{HEAD}{after}{rest}"
    assert ("a", "b") in [each.columns for each in table(found, "User").indexes]


TENANT_COLUMN = '    tenant_id: UUID = Field(foreign_key="tenants.id", index=True, nullable=False)\n'


def test_a_tenant_column_stands_behind_the_keys() -> None:
    source = f"{HEAD}{ID}    name: str\n"
    assert "TEN001" in codes({"m.py": source.encode()})
    found = changed(fixes, {"m.py": source.encode()}, AddTenant(USER, "tenant_id", TENANT_ID))
    assert found["m.py"].decode() == f"{HEAD}{ID}{TENANT_COLUMN}    name: str\n"
    assert not {"TEN001", "TEN002", "TEN003", "TEN004", "IDX001", "IDX002"} & {*codes(found)}


def test_a_tenant_column_is_written_as_other_tables_have_it() -> None:
    own = '    tenant_id: UUID = Field(\n        foreign_key="tenants.id", index=True\n    )\n'
    other = f"\n\nclass Post(SQLModel, table=True):\n{ID}{own}"
    found = changed(
        fixes, {"m.py": f"{HEAD}{ID}    name: str\n{other}".encode()}, AddTenant(USER, "tenant_id", TENANT_ID)
    )
    assert found["m.py"].decode() == f"{HEAD}{ID}{own}    name: str\n{other}"


NOW = "lambda: datetime.now(timezone.utc)"
TIME = f" datetime = Field(\n        default_factory={NOW},\n        sa_type=DateTime(timezone=True),\n"
TIMES = [
    (AddTimestamp(USER, "created_at", on_update=False), f"    created_at:{TIME}    )\n"),
    (
        AddTimestamp(USER, "updated_at", on_update=True),
        f'    updated_at:{TIME}        sa_column_kwargs={{"onupdate": {NOW}}},\n    )\n',
    ),
]


@pytest.mark.parametrize(("change", "text"), TIMES)
def test_a_timestamp_stands_behind_all_columns(change: AddTimestamp, text: str) -> None:
    found = changed(fixes, {"m.py": f"{HEAD}{ID}    name: str\n".encode()}, change)
    assert found["m.py"].decode() == f"{HEAD}{ID}    name: str\n{text}"
    column = table(found, "User").column(change.name)
    assert column is not None
    assert (column.type, column.nullable, column.has_default) == ("timestamptz", False, True)
    assert column.on_update is change.on_update


def test_the_other_time_of_the_table_is_the_model_for_a_timestamp() -> None:
    created = "    created_at: datetime = Field(default_factory=datetime.utcnow)\n"
    found = changed(fixes, {"m.py": f"{HEAD}{ID}{created}".encode()}, AddTimestamp(USER, "updated_at", on_update=True))
    assert found["m.py"].decode() == (
        f"{HEAD}{ID}{created}    updated_at: datetime = Field(default_factory=datetime.utcnow, "
        'sa_column_kwargs={"onupdate": datetime.utcnow})\n'
    )


BASE = b"""\
from datetime import datetime, timezone
import uuid

from sqlmodel import Field, SQLModel


def now() -> datetime:
    return datetime.now(timezone.utc)


class Created(SQLModel):
    created_at: datetime = Field(default_factory=now)


class Tenant(SQLModel, table=True):
    __tablename__ = "tenants"
    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
"""
USED = b"""\
from datetime import datetime

from sqlmodel import Field

from app.base import Created, now


class A(Created, table=True):
    id: int = Field(primary_key=True)
    updated_at: datetime = Field(default_factory=now, sa_column_kwargs={"onupdate": now})
"""
FILES = {"app/__init__.py": b"", "app/base.py": BASE, "app/a.py": USED}
B = """\
\"\"\"B.\"\"\"

from sqlmodel import Field, SQLModel


class B({base}, table=True):
    \"\"\"B.\"\"\"

    id: int = Field(primary_key=True)
"""
B_ID = "sqlmodel:app/b.py:B"
OTHER_FILES = [
    (
        AddTimestamp(B_ID, "created_at", on_update=False),
        B.format(base="Created").replace("SQLModel\n", "SQLModel\nfrom app.base import Created\n"),
    ),
    (
        AddTimestamp(B_ID, "updated_at", on_update=True),
        B.format(base="SQLModel")
        .replace("SQLModel\n", "SQLModel\nfrom app.base import now\n")
        .replace("\nfrom sqlmodel", "\nfrom datetime import datetime\nfrom sqlmodel", 1)
        + '    updated_at: datetime = Field(default_factory=now, sa_column_kwargs={"onupdate": now})\n',
    ),
    (
        AddTenant(B_ID, "tenant_id", "sqlmodel:app/base.py:Tenant"),
        B.format(base="SQLModel").replace("\nfrom sqlmodel", "\nimport uuid\nfrom sqlmodel", 1)
        + TENANT_COLUMN.replace("UUID", "uuid.UUID"),
    ),
]


@pytest.mark.parametrize(("change", "after"), OTHER_FILES)
def test_what_other_files_declare_is_imported(change: AddTimestamp | AddTenant, after: str) -> None:
    files = {**FILES, "app/b.py": B.format(base="SQLModel").encode()}
    found = changed(fixes, files, change)
    assert found == {**files, "app/b.py": after.encode()}
    column = table(found, "B").column(change.name)
    assert column is not None
    assert column.nullable is False


STYLES = [
    ("\r\n", "\t", b"\xef\xbb\xbf"),
    ("\n", "\t", b""),
    ("\r\n", "  ", b""),
    ("\n", "  ", b"\xef\xbb\xbf"),
]


@pytest.mark.parametrize(("newline", "step", "bom"), STYLES)
def test_new_text_has_the_style_of_its_file(newline: str, step: str, bom: bytes) -> None:
    def written(text: str) -> bytes:
        return bom + text.replace('"', "'").replace("    ", step).replace("\n", newline).encode()

    source = f"{HEAD}{ID}    name: str = Field(default='\N{SNOWMAN}')  # \N{SNOWMAN}\x0c\n"
    for change, text in TIMES:
        found = changed(fixes, {"m.py": written(source)}, change)
        assert found["m.py"] == written(source + text)
    found = changed(fixes, {"m.py": written(source)}, AddTenant(USER, "tenant_id", TENANT_ID))
    assert found["m.py"] == written(source.replace(ID, ID + TENANT_COLUMN))


REFUSED = [
    (
        f"{ID}    seen: datetime = Field(default=NOW)\n",
        UseFactory(USER, "seen"),
        "its default is no call that stands in the declaration",
    ),
    (f"{ID}    seen: datetime\n", UpdateOnWrite(USER, "seen"), "the column has no `Field` to say it in"),
    (
        f"{ID}    seen: datetime = Field(default=None)\n",
        UpdateOnWrite(USER, "seen"),
        "its default does not say how a time is made",
    ),
    (f"{ID}    a: 'UUID | None' = None\n", MakeRequired(USER, "a"), "its type is a string"),
    (f"{ID}    a: UUID\n", MakeRequired(USER, "a"), "`a` is not a column that may be NULL"),
    (f"{ID}    a: int = Field(index=True)\n", AddIndex(USER, ("a",)), "the index is there already"),
    (f"{ID}    tenant_id: UUID\n", AddTenant(USER, "tenant_id", TENANT_ID), "`User` has a `tenant_id` already"),
    (
        f"{ID}    def tenant_id(self): ...\n",
        AddTenant(USER, "tenant_id", TENANT_ID),
        "`User` has a `tenant_id` already",
    ),
    (
        ID,
        AddTenant(USER, "tenant_id", None),
        "which type the tenant column has cannot be told: the project declares no table of tenants",
    ),
    (
        f"{ID}    @declared_attr\n    def __table_args__(cls): ...\n    a: int\n",
        AddIndex(USER, ("a",)),
        "`__table_args__` of `User` is a function",
    ),
    (
        f"{ID}    a: int\n    __table_args__ = ARGS\n",
        AddIndex(USER, ("a",)),
        "`__table_args__` is made in a way that is not edited",
    ),
    (
        "    id: int = Field(primary_key=True); a: int\n",
        AddTenant(USER, "tenant_id", TENANT_ID),
        "several statements stand on one line in `User`",
    ),
]


@pytest.mark.parametrize(("body", "change", "reason"), REFUSED)
def test_what_is_not_surely_understood_is_refused(body: str, change: AddTenant, reason: str) -> None:
    assert refusal(fixes, {"m.py": f"{HEAD}{body}".encode()}, change) == reason


def test_what_several_tables_share_is_required_of_all() -> None:
    base = "class Base(SQLModel):\n    tenant_id: UUID | None = None\n\n\n"
    source = f"{IMPORTS}\n{base}" + "".join(f"class {name}(Base, table=True):\n{ID}\n\n" for name in ("User", "Post"))
    found = changed(fixes, {"m.py": source.encode()}, MakeRequired(USER, "tenant_id"))
    assert found["m.py"].decode() == source.replace("UUID | None = None", "UUID")


def test_inherited_table_args_are_not_replaced() -> None:
    base = 'class Base(SQLModel):\n    tenant_id: UUID\n    __table_args__ = (Index("x", "id"),)\n\n\n'
    source = f"{IMPORTS}\n{base}class User(Base, table=True):\n{ID}"
    reason = refusal(fixes, {"m.py": source.encode()}, AddIndex(USER, ("tenant_id",)))
    assert reason == "`Base`, which it derives from, has `__table_args__` of its own"


def test_a_taken_name_is_not_imported_over() -> None:
    source = f"{HEAD.replace(', Index', '')}{ID}    a: int\n".replace("class Tenant", "Index = 1\n\n\nclass Tenant")
    assert refusal(fixes, {"m.py": source.encode()}, AddIndex(USER, ("a",))) == "the name `Index` is taken in `m.py`"


def test_row_level_security_is_the_database_s_alone() -> None:
    context = Lowering(Project("/nonexistent", frozenset()), Schema((), (), (), ()))
    assert fixes.lower(EnableSecurity(USER, "tenant_id", "app.tenant_id"), context) == Patch()


KEYS = [
    ("id: int | None = Field(default=None, primary_key=True)", "int"),
    ("id: Optional[int] = Field(default=None, primary_key=True)", "int"),
    ("id: str = Field(primary_key=True, max_length=20)", "str"),
]


@pytest.mark.parametrize(("key", "kind"), KEYS)
def test_a_tenant_column_has_the_type_of_the_key_that_it_references(key: str, kind: str) -> None:
    own = TENANT.replace("id: UUID = Field(default_factory=uuid4, primary_key=True)", key)
    head = "from typing import Optional\n" + HEAD.replace(TENANT, own)
    found = changed(fixes, {"m.py": f"{head}{ID}".encode()}, AddTenant(USER, "tenant_id", TENANT_ID))
    assert found["m.py"].decode() == head + ID + TENANT_COLUMN.replace("UUID", kind)
    assert not {"REL005", "IDX001"} & {*codes(found)}


def test_a_key_that_a_base_class_declares_is_found() -> None:
    base = "\nclass Base(SQLModel):\n    id: UUID = Field(default_factory=uuid4, primary_key=True)\n\n"
    own = '\nclass Tenant(Base, table=True):\n    __tablename__ = "tenants"\n\n\nclass User(Base, table=True):\n'
    source = f"{IMPORTS}{base}{own}"
    found = changed(fixes, {"m.py": f"{source}    name: str\n".encode()}, AddTenant(USER, "tenant_id", TENANT_ID))
    assert found["m.py"].decode() == f"{source}{TENANT_COLUMN}    name: str\n"


def test_what_only_drizzle_has_is_refused() -> None:
    change = AttachIndex(USER, Location("m.py", 0, 1))
    assert refusal(fixes, {"m.py": HEAD.encode() + ID.encode()}, change) == (
        "this change of the code has to be made by hand"
    )
