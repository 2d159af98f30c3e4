"""In whatever style a file is written: a fix makes what it says, changes nothing else, and nothing the second time."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st
from tests.lang.fixing import changed, codes, context, table

from tenantlint.change import (
    AddIndex,
    AddRelation,
    AddTenant,
    AddTimestamp,
    EnableSecurity,
    MakeRequired,
    UpdateOnWrite,
    UseFactory,
)
from tenantlint.edit import by_path
from tenantlint.lang.drizzle import fixes as drizzle
from tenantlint.lang.drizzle.extract import parse
from tenantlint.lang.sqlmodel import fixes as sqlmodel
from tenantlint.source import BOM, Source

if TYPE_CHECKING:
    from types import ModuleType

    from tenantlint.change import Change

PYTHON = """\
from datetime import datetime
from uuid import UUID, uuid4
~
from sqlmodel import {imports}
~
class Tenant(SQLModel, table=True):
>__tablename__ = "tenants"
>id: UUID = Field({open}primary_key=True{comma})
~
class User(SQLModel, table=True):
>id: UUID = Field({open}default=uuid4(),{gap}primary_key=True{comma}){comment}
>owner_id: UUID | None = Field({open}default=None,{gap}foreign_key="tenants.id"{comma})
>updated_at: datetime = Field({open}default_factory=datetime.utcnow{comma}){comment}
"""
USER, TENANT = "sqlmodel:m.py:User", "sqlmodel:m.py:Tenant"
PYTHON_CHANGES: list[Change] = [
    AddTenant(USER, "tenant_id", TENANT),
    AddTimestamp(USER, "created_at", on_update=False),
    AddIndex(USER, ("owner_id",)),
    AddIndex(USER, ("owner_id", "id")),
    UseFactory(USER, "id"),
    UpdateOnWrite(USER, "updated_at"),
    MakeRequired(USER, "owner_id"),
    AddRelation(USER, ("owner_id",), TENANT),
]
SCRIPT = """\
import {{ relations }} from "drizzle-orm"{end}
import {{ {imports} }} from "drizzle-orm/pg-core"{end}
~
export const tenants = pgTable("tenants", {{ id: uuid("id").primaryKey() }}){end}
~
export const users = pgTable("users", {{
>id: uuid("id").primaryKey(),{comment}
>owner_id: uuid("owner_id"){dot}.references(() => tenants.id),
>updated_at: timestamp("updated_at"){dot}.notNull(){dot}.default(new Date()){comma}{comment}
}}{extra}){end}
"""
USERS, TENANTS = "s.ts#users", "s.ts#tenants"
SCRIPT_CHANGES: list[Change] = [
    AddTenant(USERS, "tenant_id", TENANTS),
    AddTimestamp(USERS, "created_at", on_update=False),
    AddIndex(USERS, ("owner_id",)),
    EnableSecurity(USERS, "owner_id", "app.tenant_id"),
    UseFactory(USERS, "updated_at"),
    MakeRequired(USERS, "owner_id"),
    AddRelation(USERS, ("owner_id",), TENANTS),
]
EXTRAS = (
    "",
    ", (t) => [index().on(t.id)]",
    ", (t) => [\n>index().on(t.id)\n]",
    ", (t) => [\n>index().on(t.id),\n]",
    ", ({ id }) => ({ x: index().on(id) })",
    ", table => {\n>return { x: index().on(table.id) }\n}",
)


@st.composite
def styles(draw: st.DrawFn) -> dict[str, str]:
    """Return how a file is written: its line ends, indentation, quotes, commas, comments and blank lines."""
    lines = draw(st.booleans())
    return {
        "newline": draw(st.sampled_from(("\n", "\r\n"))),
        "step": draw(st.sampled_from(("\t", "  ", "    "))),
        "quote": draw(st.sampled_from("\"'")),
        "bom": draw(st.sampled_from(("", "bom"))),
        "blank": draw(st.sampled_from(("", "\n", "\n\n", "\n\f\n"))),
        "open": "\n>>" if lines else "",
        "gap": "\n>>" if lines else " ",
        "comma": draw(st.sampled_from(("", ","))) + ("\n>" if lines else ""),
        "comment": draw(st.sampled_from(("", "  {comment} \N{SNOWMAN} o"))),
        "imports": "{imports}",
    }


def written(template: str, style: dict[str, str], **more: str) -> bytes:
    text = template.format(**{**style, **more}).replace("~\n", style["blank"])
    text = text.replace(">>", ">" + style["step"]).replace("\n>", "\n" + style["step"])
    text = text.replace('"', style["quote"]).replace("\n", style["newline"])
    return (BOM if style["bom"] else b"") + text.encode()


def check(module: ModuleType, files: dict[str, bytes], change: Change) -> dict[str, bytes]:
    """Make a change, and check that nothing but its edits is different, and that line ends are as they were."""
    ((path, before),) = files.items()
    edits = by_path(module.lower(change, context(files)).edits)
    after = changed(module, files, change)
    position, rest = len(BOM) * before.startswith(BOM), after[path]
    for edit in edits[path]:
        stretch = before[position : edit.start + len(BOM) * before.startswith(BOM)]
        place = rest.index(stretch + edit.text.encode())
        rest = rest[place + len(stretch) + len(edit.text.encode()) :]
        position = edit.end + len(BOM) * before.startswith(BOM)
    assert rest == before[position:]
    lone = after[path].replace(b"\r\n", b"")
    assert (b"\n" in lone) is (b"\r\n" not in before)
    return after


@given(styles(), st.sampled_from(PYTHON_CHANGES), st.sampled_from(("Field, SQLModel", "(\n>Field,\n>SQLModel,\n)")))
def test_python(style: dict[str, str], change: Change, imports: str) -> None:
    style["comment"] = style["comment"].format(comment="#")
    files = {"m.py": written(PYTHON, style, imports=imports)}
    after = check(sqlmodel, files, change)
    ast.parse(after["m.py"])
    assert {*codes(after)} - {*codes(files)} <= {"IDX001", "RLS001"}
    assert table(after, "User").name == "user"


@given(styles(), st.sampled_from(SCRIPT_CHANGES), st.sampled_from(EXTRAS), st.booleans(), st.booleans())
def test_typescript(style: dict[str, str], change: Change, extra: str, lines: bool, ends: bool) -> None:
    style["comment"] = style["comment"].format(comment="//")
    more = {"extra": extra, "dot": "\n>>" if lines else "", "end": ";" if ends else ""}
    names = "index, pgTable, timestamp, uuid"
    style["comma"] = style["comma"].strip("\n>")
    files = {"s.ts": written(SCRIPT, style, imports=names, **more)}
    after = check(drizzle, files, change)
    assert not parse(Source("s.ts", after["s.ts"])).has_error
    assert {*codes(after)} - {*codes(files)} <= {"RLS001", "TEN003"}
    assert table(after, "users").name == "users"
