"""Where changes of row level security have no migration to be written into: what is said instead."""

from __future__ import annotations

import pytest
from tests.lang.fixing import context

from tenantlint.change import CheckWrites, ForceSecurity, SecureTable, SwitchOnSecurity, WrapCalls
from tenantlint.lower import lower

NOTES = "s.ts#notes"
SCHEMA = """import { pgTable, uuid } from "drizzle-orm/pg-core";
export const notes = pgTable("notes", { id: uuid("id").primaryKey(), tenantId: uuid("tenant_id").notNull() });
"""
MODELS = """from uuid import UUID
from sqlmodel import Field, SQLModel


class Note(SQLModel, table=True):
    __tablename__ = "notes"
    id: UUID = Field(primary_key=True)
    tenant_id: UUID
"""
REVISION = """import sqlalchemy as sa
from alembic import op

revision = "a"
down_revision = None


def upgrade():
    op.create_table("notes", sa.Column("id", sa.Uuid(), primary_key=True), sa.Column("tenant_id", {}))


def downgrade():
    op.drop_table("notes")
"""
PUSHED = {"s.ts": SCHEMA.encode()}
ALEMBIC = {"models.py": MODELS.encode(), "versions/a.py": REVISION.format("sa.Uuid()").encode()}
ODD = {"versions/a.py": REVISION.format("load()").encode()}
NOTE = "sqlmodel:models.py:Note"
REFUSED = {
    "forced, pushed": (
        PUSHED,
        ForceSecurity(NOTES),
        'no migration of drizzle-kit makes the table: run `ALTER TABLE "notes" FORCE ROW LEVEL SECURITY;` where the '
        "database is made",
    ),
    "a policy of elsewhere, Drizzle": (
        PUSHED,
        WrapCalls(NOTES, "own"),
        "the policy `own` is made by SQL outside of drizzle-kit's folder: alter it there",
    ),
    "a policy of elsewhere, SQLModel": (
        ALEMBIC,
        CheckWrites(NOTE, "own", "tenant_id", True, False, None),
        "no Alembic revision makes the policy `own`: alter it where it is made",
    ),
    "a table that is gone": (
        ALEMBIC,
        SecureTable("versions", "gone", "tenant_id", "app.tenant_id", None),
        "the migrations make that table no more",
    ),
    "a type that is not known": (
        ODD,
        SecureTable("versions", "notes", "tenant_id", "app.tenant_id", None),
        "the type of `tenant_id` is not known, and the policy has to compare with it",
    ),
    "columns of elsewhere": (
        {
            "s.ts": b'import { pgTable, uuid } from "drizzle-orm/pg-core";\n'
            b'const own = { id: uuid("id").primaryKey() };\n'
            b'export const notes = pgTable("notes", own);\n'
        },
        SwitchOnSecurity(NOTES),
        "`notes` is declared in a way that is not edited",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_change_without_a_place_is_refused(name: str) -> None:
    files, change, reason = REFUSED[name]
    patch = lower(change, context(files))
    assert (patch.refused, patch.edits, patch.files) == (reason, (), ())
