"""Code that fixes have written says the same when it is imported as what is read in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.lang.fixing import changed, codes
from tests.oracle.compare import compare
from tests.oracle.drizzle import harness

from tenantlint.change import (
    AddIndex,
    AddInverse,
    AddRelation,
    AddTenant,
    AddTimestamp,
    EnableSecurity,
    MakeRequired,
    UpdateOnWrite,
    UseFactory,
)
from tenantlint.lang.drizzle import fixes

if TYPE_CHECKING:
    from pathlib import Path

    from tenantlint.change import Change

PACKAGE = b'{ "name": "fixes", "private": true, "type": "module", "dependencies": { "drizzle-orm": "%s" } }'
BASE = b"""\
import { pgTable, text, timestamp, uuid } from "drizzle-orm/pg-core";

export const tenants = pgTable("tenants", {
  id: uuid("id").primaryKey(),
  name: text("name").notNull(),
  created_at: timestamp("created_at", { withTimezone: true }).notNull().default(new Date()),
});

export const users = pgTable("users", {
  id: uuid("id").primaryKey().defaultRandom(),
  tenant_id: uuid("tenant_id").references(() => tenants.id),
  name: text("name").notNull(),
});
"""
POSTS = b"""\
import { pgTable, text, uuid } from "drizzle-orm/pg-core";
import { users } from "./base";

export const posts = pgTable("posts", {
  id: uuid("id").primaryKey(),
  author_id: uuid("author_id").notNull().references(() => users.id),
  editor_id: uuid("editor_id").references(() => users.id),
  title: text("title").notNull(),
});
"""
TENANTS, USERS, POSTS_ID = "base.ts#tenants", "base.ts#users", "posts.ts#posts"
CHANGES: list[Change] = [
    UseFactory(TENANTS, "created_at"),
    AddTimestamp(TENANTS, "updated_at", on_update=True),
    AddTimestamp(USERS, "created_at", on_update=False),
    AddTimestamp(USERS, "updated_at", on_update=False),
    UpdateOnWrite(USERS, "updated_at"),
    MakeRequired(USERS, "tenant_id"),
    AddIndex(USERS, ("tenant_id",)),
    EnableSecurity(USERS, "tenant_id", "app.tenant_id"),
    AddTenant(POSTS_ID, "tenant_id", TENANTS),
    AddTimestamp(POSTS_ID, "created_at", on_update=False),
    AddTimestamp(POSTS_ID, "updated_at", on_update=True),
    AddIndex(POSTS_ID, ("author_id",)),
    AddIndex(POSTS_ID, ("tenant_id", "title")),
    AddIndex(POSTS_ID, ("editor_id",)),
    EnableSecurity(POSTS_ID, "tenant_id", "app.tenant_id"),
    AddRelation(POSTS_ID, ("author_id",), USERS),
    AddRelation(POSTS_ID, ("editor_id",), USERS),
    AddRelation(USERS, ("tenant_id",), TENANTS),
    AddRelation(POSTS_ID, ("tenant_id",), TENANTS),
]


def compared(files: dict[str, bytes], folder: Path) -> tuple[int, int]:
    """Return how many facts are read as they are when the files are imported, and how many there are."""
    written = folder / "written"
    written.mkdir()
    for path, data in files.items():
        (written / path).write_bytes(data)
    root = harness.stage(written, folder / "case")
    report = compare(harness.read(root), harness.truth(root, harness.modules_of(root)))
    assert report.differences == []
    return report.equal, report.total


def test_what_fixes_write_is_what_runs(tmp_path: Path) -> None:
    files = {"package.json": PACKAGE % b"0.45.4", "base.ts": BASE, "posts.ts": POSTS}
    for change in CHANGES:
        files = changed(fixes, files, change)
    assert codes(files) == []
    assert compared(files, tmp_path) == (111, 111)


RELATIONS = {
    "0.45.4": (
        b'import { relations } from "drizzle-orm";\nimport { posts } from "./posts";\nimport { users } from "./base";\n'
        b"export const r = relations(posts, ({ one }) => ({\n"
        b"  author: one(users, { fields: [posts.author_id], references: [users.id] }),\n}));\n"
    ),
    "1.0.0": (
        b'import { defineRelations } from "drizzle-orm";\nimport { posts } from "./posts";\n'
        b'import { users } from "./base";\n'
        b"export const r = defineRelations({ posts, users }, (r) => ({\n  posts: {\n"
        b"    author: r.one.users({ from: r.posts.author_id, to: r.users.id }),\n  },\n}));\n"
    ),
}


@pytest.mark.parametrize("version", sorted(RELATIONS))
def test_a_side_that_is_added_is_what_runs(version: str, tmp_path: Path) -> None:
    relations = RELATIONS[version]
    files = {"package.json": PACKAGE % version.encode(), "base.ts": BASE, "posts.ts": POSTS, "relations.ts": relations}
    files = changed(fixes, files, AddInverse(POSTS_ID, "author"))
    assert compared(files, tmp_path) == (67, 67)
