"""Tables of notes with row level security, for the tests of its rules."""

from __future__ import annotations

import json
from textwrap import dedent, indent

from rules.support import Snippet, py, ts

MIGRATION = "migrations/0001_first.sql"
REVISION = "alembic/versions/0001_first.py"
REVISION_TEXT = """from alembic import op
revision = "0001"
down_revision = None
TABLES = ["note", "task"]
def upgrade():
{}
def downgrade():
    pass
"""
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


def alembic(upgrade: str, **settings: object) -> Snippet:
    """Return the class Note and an Alembic revision; the body of its upgrade begins on line 6."""
    snippet = notes_py(**settings)
    revision = REVISION_TEXT.format(indent(dedent(upgrade).strip(), "    "))
    return snippet._replace(files=snippet.files | {REVISION: revision})


def drizzle_kit(snippet: Snippet, *migrations: str) -> Snippet:
    """Return a snippet with a folder of drizzle-kit, in which each migration follows the one before it."""
    tags = [f"{number:04}_step" for number in range(len(migrations))]
    entries = [{"idx": number, "version": "7", "when": number, "tag": tag} for number, tag in enumerate(tags)]
    files = {f"drizzle/{tag}.sql": text for tag, text in zip(tags, migrations, strict=True)}
    journal = json.dumps({"version": "7", "dialect": "postgresql", "entries": entries})
    return snippet._replace(files=snippet.files | files | {"drizzle/meta/_journal.json": journal})
