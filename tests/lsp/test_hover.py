"""What hovering over a declaration tells."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lsp.support import write
from tenantlint.lsp.hover import hover
from tenantlint.lsp.state import State
from tenantlint.view import SchemaView

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA = """\
import { sql } from "drizzle-orm";
import { index, pgPolicy, pgTable, text, unique, uuid } from "drizzle-orm/pg-core";

export const tenants = pgTable("tenants", { id: uuid("id").primaryKey() });

export const boards = pgTable(
  "boards",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    tenantId: uuid("tenant_id").notNull().references(() => tenants.id, { onDelete: "cascade" }),
    title: text("title").unique(),
  },
  (table) => [
    index("boards_title_idx").using("gin", table.tenantId, table.title),
    unique("boards_key").on(table.tenantId, table.title),
    pgPolicy("boards_tenant", { for: "select", using: sql`tenant_id = current_setting('app.tenant')::uuid` }),
  ],
);
"""
MODELS = """\
from sqlmodel import Field, SQLModel


class Base(SQLModel):
    id: int = Field(primary_key=True)


class A(Base, table=True):
    pass


class B(Base, table=True):
    pass
"""
BOARDS = """\
**table** `boards` (drizzle, postgresql)

Tenant: `tenantId`

Columns: 3. Primary key: `id`

Indexes: `tenant_id`, `title` (gin)

Unique: `tenant_id`, `title`

Foreign keys: `tenant_id` → `tenants` `id`, on delete cascade

Row level security: enabled

Policies: `boards_tenant` for select, by `tenant_id`
"""
TENANT_ID = """\
**column** `boards.tenant_id`: `uuid`

NOT NULL.

Indexes: `tenant_id`, `title` (gin)

Unique: `tenant_id`, `title`

Foreign keys: `tenant_id` → `tenants` `id`, on delete cascade
"""


@pytest.mark.parametrize(
    ("path", "at", "told"),
    [
        ("schema.ts", "boards = pgTable", BOARDS),
        ("schema.ts", "pgTable(\n", BOARDS),
        ("schema.ts", "tenantId: uuid", TENANT_ID),
        ("schema.ts", 'title: text("title")', "**column** `boards.title`: `text`\n\nnullable, unique.\n\nIndexes: "),
        ("schema.ts", "tenants = ", "**table** `tenants` (drizzle, postgresql)\n\nIts rows are the tenants.\n\n"),
        ("schema.ts", "import", None),
        (
            "models.py",
            "id: int",
            "**column** `a.id`: `integer`\n\nNOT NULL, primary key, default in the database.\n\n"
            "Declared once for 2 tables.\n",
        ),
    ],
)
def test_hover(tmp_path: Path, path: str, at: str, told: str | None) -> None:
    root = write(tmp_path / "project", {"schema.ts": SCHEMA, "models.py": MODELS, "tenantlint.toml": "select = []\n"})
    checked = State(str(root)).check({})
    source = checked.project.source(path)
    view = SchemaView(checked.outcome.schema, checked.configs.of(path))
    said = hover(checked, path, source.data.index(at.encode()) + 1, view)
    assert said is None if told is None else (said or "")[: len(told)] == told
