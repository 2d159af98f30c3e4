"""What the tests of renames share: a project in memory, and what a rename makes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenantlint.edit import apply, by_path
from tenantlint.lang.drizzle import rename
from tenantlint.lang.lowering import Lowering
from tenantlint.link import link
from tenantlint.project import Project
from tenantlint.source import BOM

if TYPE_CHECKING:
    from tenantlint.change import Change, Patch

HEAD = 'import { pgTable, text, timestamp, index, unique } from "drizzle-orm/pg-core";\n'
SCHEMA = (
    'import { relations } from "drizzle-orm";\n'
    + HEAD
    + 'export const users = pgTable("users", { id: text("id"), createdAt: timestamp("created") });\n'
    'export const posts = pgTable("posts", { id: text("id"), userId: text("user_id"), createdAt: timestamp("at") });\n'
    "export const usersRelations = relations(users, ({ many }) => ({ posts: many(posts) }));\n"
    "export const postsRelations = relations(posts, ({ one }) => ({\n"
    "  user: one(users, { fields: [posts.userId], references: [users.id] }),\n"
    "}));\n"
    "export type User = typeof users.$inferSelect;\n"
)


def project(files: dict[str, bytes]) -> Project:
    """Return a project that exists in memory only."""
    return Project("/nonexistent", frozenset(), files)


def lowered(files: dict[str, bytes], change: Change, pin: bool = False) -> Patch:
    """Return the patch for a change."""
    whole = project(files)
    return rename.lower(change, Lowering(whole, link(whole).schema, pin))


def renamed(files: dict[str, bytes], change: Change, pin: bool = False) -> dict[str, bytes]:
    """Return the files after a change that is not refused."""
    patch = lowered(files, change, pin)
    assert patch.refused is None
    return edited(files, patch)


def edited(files: dict[str, bytes], patch: Patch) -> dict[str, bytes]:
    """Return the files with the edits of a patch made."""
    result = dict(files)
    for path, edits in by_path(patch.edits).items():
        mark = BOM if files[path].startswith(BOM) else b""
        result[path] = mark + apply(files[path][len(mark) :], edits)
    return result


def places(files: dict[str, bytes], patch: Patch) -> list[str]:
    """Return the unresolved uses as ``path:line what``."""
    whole = project(files)
    return [f"{use.at.path}:{whole.source(use.at.path).line_of(use.at.start)} {use.what}" for use in patch.unresolved]
