"""Tables of notes with row level security, for the tests of its rules."""

from __future__ import annotations

from textwrap import dedent, indent

from rules.support import Snippet, py, ts

MIGRATION = "migrations/0001_first.sql"
ENABLE_PY = "ALTER TABLE note ENABLE ROW LEVEL SECURITY;"
ENABLE_TS = "ALTER TABLE notes ENABLE ROW LEVEL SECURITY;"
VENDORS = 'import * as neon from "drizzle-orm/neon"; import * as supabase from "drizzle-orm/supabase";'
IS_TENANT = "tenant_id = (select current_setting('app.tenant_id')::uuid)"


def notes_py(migration: str = "", body: str = "", **settings: object) -> Snippet:
    """Return a class Note, on line 2, and a migration. ``body`` begins on line 7."""
    text = """
        class Note(SQLModel, table=True):
            id: UUID = Field(primary_key=True)
            tenant_id: UUID
            user_id: UUID
            is_public: bool
    """
    return migrated(py(dedent(text).strip() + "\n" + indent(dedent(body), "    "), **settings), migration)


def notes_ts(extras: str = "", migration: str = "", call: str = "", after: str = "", **settings: object) -> Snippet:
    """Return a table ``notes``, on line 3, and a migration; ``extras`` begin on line 6."""
    text = f"""
import {{ pgPolicy, pgRole }} from "drizzle-orm/pg-core"; {VENDORS}
export const notes = pgTable("notes", {{
  id: uuid("id").primaryKey(), tenantId: uuid("tenant_id").notNull(), userId: uuid("user_id"), open: boolean(),
}}, (t) => [
{indent(dedent(extras).strip(), "  ")}
]){call};
"""
    return migrated(ts(text + dedent(after), **settings), migration)


def migrated(snippet: Snippet, migration: str) -> Snippet:
    """Return a snippet with a SQL migration beside it, unless that is empty."""
    added = {MIGRATION: dedent(migration).strip() + "\n"} if migration else {}
    return snippet._replace(files=snippet.files | added)
