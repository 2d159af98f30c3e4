"""Code that fixes have written says the same when it is imported as what is read in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.lang.fixing import changed, codes
from tests.oracle.compare import compare
from tests.oracle.sqlmodel import project

from tenantlint.change import (
    AddIndex,
    AddInverse,
    AddRelation,
    AddTenant,
    AddTimestamp,
    MakeRequired,
    UpdateOnWrite,
    UseFactory,
)
from tenantlint.lang.sqlmodel import fixes

if TYPE_CHECKING:
    from pathlib import Path

    from tenantlint.change import Change

BASE = b"""\
from datetime import datetime, timezone
from uuid import UUID, uuid4

from sqlmodel import Field, SQLModel


class Tenant(SQLModel, table=True):
    __tablename__ = "tenants"
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    created_at: datetime = Field(default=datetime.now(timezone.utc))


class User(SQLModel, table=True):
    __tablename__ = "users"
    id: UUID = Field(default=uuid4(), primary_key=True)
    tenant_id: UUID | None = Field(default=None, foreign_key="tenants.id")
    name: str
"""
POSTS = b"""\
from uuid import UUID, uuid4

from sqlmodel import Field, SQLModel

from app.base import User


class Post(SQLModel, table=True):
    __tablename__ = "posts"
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    author_id: UUID = Field(foreign_key="users.id")
    editor_id: UUID | None = Field(foreign_key="users.id")
    title: str
"""
TENANT, USER, POST = "sqlmodel:app/base.py:Tenant", "sqlmodel:app/base.py:User", "sqlmodel:app/posts.py:Post"
CHANGES: list[Change] = [
    UseFactory(TENANT, "created_at"),
    UseFactory(USER, "id"),
    AddTimestamp(TENANT, "updated_at", on_update=True),
    AddTimestamp(USER, "created_at", on_update=False),
    AddTimestamp(USER, "updated_at", on_update=False),
    UpdateOnWrite(USER, "updated_at"),
    MakeRequired(USER, "tenant_id"),
    AddIndex(USER, ("tenant_id",)),
    AddTenant(POST, "tenant_id", TENANT),
    AddTimestamp(POST, "created_at", on_update=False),
    AddTimestamp(POST, "updated_at", on_update=True),
    AddIndex(POST, ("author_id",)),
    AddIndex(POST, ("tenant_id", "title")),
    AddIndex(POST, ("editor_id",)),
    AddRelation(POST, ("author_id",), USER),
    AddRelation(POST, ("editor_id",), USER),
    AddRelation(USER, ("tenant_id",), TENANT),
]


def compared(files: dict[str, bytes], folder: Path) -> tuple[int, int]:
    """Return how many facts are read as they are when the files are imported, and how many there are."""
    root, out = folder / "case", folder / "truth"
    for path, data in files.items():
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    out.mkdir()
    report = compare(project.read(root), project.truths(out, [str(root)])["case"])
    assert report.differences == []
    return report.equal, report.total


def test_what_fixes_write_is_what_runs(tmp_path: Path) -> None:
    files = {"app/__init__.py": b"", "app/base.py": BASE, "app/posts.py": POSTS}
    for change in CHANGES:
        files = changed(fixes, files, change)
    assert set(codes(files)) <= {"RLS001"}
    assert compared(files, tmp_path) == (102, 102)


def test_a_side_that_is_added_is_what_runs(tmp_path: Path) -> None:
    posts = POSTS.replace(b"import Field,", b"import Field, Relationship,") + b"    author: User = Relationship()\n"
    posts = posts.replace(b'    editor_id: UUID | None = Field(foreign_key="users.id")\n', b"")
    files = {"app/__init__.py": b"", "app/base.py": BASE, "app/posts.py": posts}
    files = changed(fixes, files, AddInverse(POST, "author"))
    assert compared(files, tmp_path) == (56, 56)
