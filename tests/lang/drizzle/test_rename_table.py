"""Renames of tables in the database: the name in the declaration, the rows of joins, and raw SQL."""

from __future__ import annotations

import pytest
from tests.lang.drizzle.renaming import HEAD, SCHEMA, edited, lowered, places, renamed

from tenantlint.change import RenameTable

CHANGE = RenameTable("schema.ts#users", "members")

DECLARED: dict[str, tuple[str, str]] = {
    "a table": ('export const users = pgTable("users", { id: text() });', '"users"'),
    "a table with more after it": ("export const users = pgTable('users', { id: text() }).enableRLS();", "'users'"),
    "a table of a schema": ('export const users = pgSchema("auth").table(`users`, { id: text() });', "`users`"),
}


@pytest.mark.parametrize("name", DECLARED)
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_declarations(name: str, mark: bytes) -> None:
    code, old = DECLARED[name]
    head = HEAD.replace("pgTable", "pgTable, pgSchema")
    before = (head + code + "\r\n").encode()
    after = before.replace(old.encode(), old.replace("users", "members").encode())
    assert renamed({"schema.ts": mark + before}, CHANGE) == {"schema.ts": mark + after}


def test_a_prefix_of_the_creator_stays() -> None:
    code = (
        'import { pgTableCreator, text } from "drizzle-orm/pg-core";\n'
        "const table = pgTableCreator((name) => `app_${name}`);\n"
        'export const users = table("users", { id: text() });\n'
    )
    after = renamed({"schema.ts": code.encode()}, RenameTable("schema.ts#users", "app_members"))
    assert after["schema.ts"].decode() == code.replace('"users"', '"members"')
    reason = "its name does not stand in its declaration as a text, so that it cannot be changed there"
    assert lowered({"schema.ts": code.encode()}, CHANGE).refused == reason


def test_uses() -> None:
    code = (
        'import { users, posts } from "./schema";\n'
        "const rows = await db.select().from(users).leftJoin(posts, on);\n"
        "rows.map(({ users, posts }) => [users.id, posts.id]); rows[0].users.id;\n"
        "db.query.users.findMany(); db.execute(sql`select * from users`); const users = 1; other.users;\n"
    )
    files = {"schema.ts": SCHEMA.encode(), "use.ts": code.encode()}
    patch = lowered(files, CHANGE)
    after = edited(files, patch)
    assert after["schema.ts"].decode() == SCHEMA.replace('"users"', '"members"')
    assert after["use.ts"].decode() == code.replace("({ users, posts })", "({ members: users, posts })").replace(
        "rows[0].users", "rows[0].members"
    )
    assert places(files, patch) == ["use.ts:4 raw SQL with `users`"]


REFUSED: dict[str, tuple[str, RenameTable, str]] = {
    "the name exists": (SCHEMA, RenameTable("schema.ts#users", "posts"), "there is a table `posts` already"),
    "no such table": (SCHEMA, RenameTable("schema.ts#gone", "x"), "its name in the database is not known"),
    "a name in a variable": (
        HEAD + 'const name = "users";\nexport const users = pgTable(name, { id: text() });\n',
        CHANGE,
        "its name does not stand in its declaration as a text, so that it cannot be changed there",
    ),
    "a name that no code can use": (
        SCHEMA + "(await db.select().from(users).leftJoin(posts, on)).map((row) => row.users);\n",
        RenameTable("schema.ts#users", "our-users"),
        "rows of joins are read by the table's name, and `our-users` is no name that code can use",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    code, change, reason = REFUSED[name]
    patch = lowered({"schema.ts": code.encode()}, change)
    assert (patch.refused, patch.edits) == (reason, ())


def test_there_and_back_gives_the_same_bytes() -> None:
    files = {"schema.ts": SCHEMA.encode(), "use.ts": b'import { users } from "./schema";\r\nusers;\r\n'}
    assert renamed(renamed(files, CHANGE), RenameTable("schema.ts#users", "users")) == files
