"""Writes projects of any size, the same bytes each time.

Every file declares tables, or one in five as in real code, where the others are services that query them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TABLES_PER_FILE = 3

TYPESCRIPT_HEAD = """\
import { relations } from "drizzle-orm";
import { boolean, index, integer, jsonb, pgTable, text, timestamp } from "drizzle-orm/pg-core";
import { uniqueIndex, uuid, varchar } from "drizzle-orm/pg-core";
import { tenants, timestamps } from "./shared";

"""

TYPESCRIPT_TABLE = """\
export const {plural} = pgTable(
  "{plural}",
  {{
    id: uuid("id").primaryKey().defaultRandom(),
    tenant_id: uuid("tenant_id")
      .notNull()
      .references(() => tenants.id, {{ onDelete: "cascade" }}),
    name: varchar("name", {{ length: 255 }}).notNull(),
    slug: text("slug").notNull(),
    description: text("description"),
    position: integer("position").notNull().default(0),
    is_archived: boolean("is_archived").notNull().default(false),
    settings: jsonb("settings").$type<Record<string, unknown>>().notNull().default({{}}),
    published_at: timestamp("published_at", {{ withTimezone: true, mode: "date" }}),
    parent_id: uuid("parent_id"),
    ...timestamps,
  }},
  (table) => [
    index("{plural}_tenant_id_idx").on(table.tenant_id),
    index("{plural}_parent_id_idx").on(table.parent_id),
    uniqueIndex("{plural}_tenant_slug_idx").on(table.tenant_id, table.slug),
  ],
);

export const {plural}_relations = relations({plural}, ({{ one, many }}) => ({{
  tenant: one(tenants, {{ fields: [{plural}.tenant_id], references: [tenants.id] }}),
  parent: one({plural}, {{ fields: [{plural}.parent_id], references: [{plural}.id], relationName: "{plural}_parent" }}),
  children: many({plural}, {{ relationName: "{plural}_parent" }}),
}}));

"""

TYPESCRIPT_SHARED = """\
import { pgTable, text, timestamp, uuid } from "drizzle-orm/pg-core";

export const timestamps = {
  created_at: timestamp("created_at", { withTimezone: true }).notNull().defaultNow(),
  updated_at: timestamp("updated_at", { withTimezone: true })
    .notNull()
    .defaultNow()
    .$onUpdate(() => new Date()),
};

export const tenants = pgTable("tenants", {
  id: uuid("id").primaryKey().defaultRandom(),
  name: text("name").notNull(),
  ...timestamps,
});
"""

PYTHON_HEAD = """\
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import Column, DateTime, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, Relationship, SQLModel

from .shared import Tenant, TenantScoped


"""

PYTHON_TABLE = '''\
class {name}(TenantScoped, table=True):
    """One {plural} row of a tenant."""

    __tablename__ = "{plural}"
    __table_args__ = (
        UniqueConstraint("tenant_id", "slug", name="{plural}_tenant_slug_key"),
        Index("{plural}_tenant_id_idx", "tenant_id"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    name: str = Field(max_length=255)
    slug: str = Field(max_length=80)
    description: str | None = None
    position: int = Field(default=0)
    is_archived: bool = Field(default=False)
    settings: dict[str, object] = Field(default_factory=dict, sa_column=Column(JSONB, nullable=False))
    published_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    parent_id: UUID | None = Field(default=None, foreign_key="{plural}.id", index=True)

    tenant: Tenant = Relationship(back_populates="{plural}")
    parent: "{name}" = Relationship(
        back_populates="children", sa_relationship_kwargs={{"remote_side": "{name}.id"}}
    )
    children: list["{name}"] = Relationship(back_populates="parent")

    @property
    def title(self) -> str:
        """The name, or the slug where there is none."""
        return self.name or self.slug


'''

PYTHON_SHARED = """\
from datetime import datetime, timezone
from uuid import UUID, uuid4

from sqlalchemy import DateTime
from sqlmodel import Field, SQLModel


def now() -> datetime:
    return datetime.now(timezone.utc)


class TenantScoped(SQLModel):
    tenant_id: UUID = Field(foreign_key="tenants.id", ondelete="CASCADE")
    created_at: datetime = Field(default_factory=now, sa_type=DateTime(timezone=True))
    updated_at: datetime = Field(
        default_factory=now, sa_type=DateTime(timezone=True), sa_column_kwargs={"onupdate": now}
    )


class Tenant(SQLModel, table=True):
    __tablename__ = "tenants"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    name: str
"""


TYPESCRIPT_SERVICE = """\
import {{ and, desc, eq }} from "drizzle-orm";
import {{ db }} from "./client";
import {{ {table} }} from "./schema_{schema}";

export interface Page {{
  limit: number;
  before?: Date;
}}

export class NotFound extends Error {{
  constructor(readonly id: string) {{
    super(`There is no such row: ${{id}}`);
  }}
}}

/** Lists the newest rows of a tenant. */
export async function list(tenantId: string, page: Page = {{ limit: 50 }}) {{
  const rows = await db
    .select()
    .from({table})
    .where(and(eq({table}.tenant_id, tenantId), eq({table}.is_archived, false)))
    .orderBy(desc({table}.published_at))
    .limit(Math.min(page.limit, 200));
  return rows.filter((row) => page.before === undefined || (row.published_at ?? new Date()) < page.before);
}}

export async function get(tenantId: string, id: string) {{
  const [row] = await db
    .select()
    .from({table})
    .where(and(eq({table}.tenant_id, tenantId), eq({table}.id, id)));
  if (row === undefined) throw new NotFound(id);
  return row;
}}

export async function rename(tenantId: string, id: string, name: string) {{
  const trimmed = name.trim();
  if (trimmed.length === 0 || trimmed.length > 255) {{
    throw new RangeError(`A name has 1 to 255 characters, not ${{trimmed.length}}`);
  }}
  const changed = await db
    .update({table})
    .set({{ name: trimmed, slug: trimmed.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-") }})
    .where(and(eq({table}.tenant_id, tenantId), eq({table}.id, id)))
    .returning();
  return changed[0] ?? null;
}}
"""

PYTHON_SERVICE = '''\
from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from fastapi import APIRouter, Depends, HTTPException
from pydantic import BaseModel

from .session import get_session
from .schema_{schema} import {name}

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.orm import Session

router = APIRouter(prefix="/{table}")


class Renaming(BaseModel):
    name: str


@dataclass
class Page:
    limit: int = 50
    before: datetime | None = None


@router.get("/")
def listing(tenant_id: UUID, page: Page = Depends(), session: Session = Depends(get_session)) -> list[{name}]:
    """List the newest rows of a tenant."""
    query = session.query({name}).filter_by(tenant_id=tenant_id, is_archived=False)
    if page.before is not None:
        query = query.filter({name}.published_at < page.before)
    return query.order_by({name}.published_at.desc()).limit(min(page.limit, 200)).all()


@router.get("/{{id}}")
def get(tenant_id: UUID, id: UUID, session: Session = Depends(get_session)) -> {name}:
    row = session.query({name}).filter_by(tenant_id=tenant_id, id=id).one_or_none()
    if row is None:
        raise HTTPException(404, f"There is no such row: {{id}}")
    return row


@router.patch("/{{id}}")
def rename(tenant_id: UUID, id: UUID, body: Renaming, session: Session = Depends(get_session)) -> {name}:
    name = body.name.strip()
    if not 0 < len(name) <= 255:
        raise HTTPException(422, f"A name has 1 to 255 characters, not {{len(name)}}")
    row = get(tenant_id, id, session)
    row.name, row.slug = name, "-".join(word for word in name.lower().split() if word.isalnum())
    session.commit()
    return row
'''

PRISMA_HEAD = """\
datasource db {
  provider = "postgresql"
}

generator client {
  provider = "prisma-client-js"
}

model tenants {
  id         String   @id @default(uuid())
  name       String
  created_at DateTime @default(now())
  updated_at DateTime @updatedAt
}
"""

PRISMA_MODEL = """
model {plural} {{
  id           String    @id @default(uuid())
  tenant_id    String
  name         String
  slug         String
  description  String?
  position     Int       @default(0)
  is_archived  Boolean   @default(false)
  settings     Json      @default("{{}}")
  published_at DateTime?
  parent_id    String?
  created_at   DateTime  @default(now())
  updated_at   DateTime  @updatedAt
  parent       {plural}? @relation("{plural}_parent", fields: [parent_id], references: [id])
  children     {plural}[] @relation("{plural}_parent")

  @@index([tenant_id])
  @@index([parent_id])
  @@unique([tenant_id, slug])
}}
"""


def typescript_file(number: int) -> str:
    """Return the text of one Drizzle schema file with TABLES_PER_FILE tables."""
    tables = (f"table_{number}_{index}" for index in range(TABLES_PER_FILE))
    return TYPESCRIPT_HEAD + "".join(TYPESCRIPT_TABLE.format(plural=table) for table in tables)


def python_file(number: int) -> str:
    """Return the text of one SQLModel file with TABLES_PER_FILE tables."""
    names = [(f"Table{number}Of{index}", f"table_{number}_{index}") for index in range(TABLES_PER_FILE)]
    return PYTHON_HEAD + "".join(PYTHON_TABLE.format(name=name, plural=plural) for name, plural in names)


def typescript_service(number: int, schema: int) -> str:
    """Return the text of a file that queries a table of the schema file of that number."""
    return TYPESCRIPT_SERVICE.format(schema=schema, table=f"table_{schema}_{number % TABLES_PER_FILE}")


def python_service(number: int, schema: int) -> str:
    """Return the text of a file that queries a table of the schema file of that number."""
    index = number % TABLES_PER_FILE
    return PYTHON_SERVICE.format(schema=schema, name=f"Table{schema}Of{index}", table=f"table_{schema}_{index}")


def write_typescript(root: Path, count: int, every: int = 1) -> list[Path]:
    """Write ``count`` TypeScript files, one in ``every`` of which declares tables; return those that do."""
    folder = root / "src" / "db"
    folder.mkdir(parents=True)
    (root / "package.json").write_text('{ "name": "bench", "type": "module" }\n')
    (folder / "shared.ts").write_text(TYPESCRIPT_SHARED)
    return _write(folder, "ts", count, every, (typescript_file, typescript_service))


def write_python(root: Path, count: int, every: int = 1) -> list[Path]:
    """Write ``count`` Python files, one in ``every`` of which declares tables; return those that do."""
    folder = root / "app" / "models"
    folder.mkdir(parents=True)
    for package in (root / "app", folder):
        (package / "__init__.py").write_text("")
    (root / "pyproject.toml").write_text('[project]\nname = "bench"\nversion = "1"\n')
    (folder / "shared.py").write_text(PYTHON_SHARED)
    return _write(folder, "py", count, every, (python_file, python_service))


def write_prisma(root: Path, tables: int) -> Path:
    """Write a Prisma schema with the tables that ``write_typescript`` writes to so many files."""
    root.mkdir(parents=True)
    names = (f"table_{number // TABLES_PER_FILE}_{number % TABLES_PER_FILE}" for number in range(tables))
    file = root / "schema.prisma"
    file.write_text(PRISMA_HEAD + "".join(PRISMA_MODEL.format(plural=name) for name in names))
    return file


def _write(
    folder: Path, suffix: str, count: int, every: int, texts: tuple[Callable[[int], str], Callable[[int, int], str]]
) -> list[Path]:
    schemas = []
    for number in range(count):
        schema, rest = divmod(number, every)
        file = folder / (f"schema_{schema}.{suffix}" if not rest else f"service_{number}.{suffix}")
        file.write_text(texts[1](number, schema) if rest else texts[0](schema))
        if not rest:
            schemas.append(file)
    return schemas
