"""Writes schema projects of any size: multi-tenant tables, a fixed number a file, the same bytes each time."""

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


def typescript_file(number: int) -> str:
    """Return the text of one Drizzle schema file with TABLES_PER_FILE tables."""
    tables = (f"table_{number}_{index}" for index in range(TABLES_PER_FILE))
    return TYPESCRIPT_HEAD + "".join(TYPESCRIPT_TABLE.format(plural=table) for table in tables)


def python_file(number: int) -> str:
    """Return the text of one SQLModel file with TABLES_PER_FILE tables."""
    names = [(f"Table{number}Of{index}", f"table_{number}_{index}") for index in range(TABLES_PER_FILE)]
    return PYTHON_HEAD + "".join(PYTHON_TABLE.format(name=name, plural=plural) for name, plural in names)


def write_typescript(root: Path, count: int) -> list[Path]:
    """Write ``count`` Drizzle files and what they share below ``root``; return the files."""
    folder = root / "src" / "db"
    folder.mkdir(parents=True)
    (root / "package.json").write_text('{ "name": "bench", "type": "module" }\n')
    (folder / "shared.ts").write_text(TYPESCRIPT_SHARED)
    return _write(folder, "ts", count, typescript_file)


def write_python(root: Path, count: int) -> list[Path]:
    """Write ``count`` SQLModel files and what they share below ``root``; return the files."""
    folder = root / "app" / "models"
    folder.mkdir(parents=True)
    for package in (root / "app", folder):
        (package / "__init__.py").write_text("")
    (folder / "shared.py").write_text(PYTHON_SHARED)
    return _write(folder, "py", count, python_file)


def _write(folder: Path, suffix: str, count: int, text_of: Callable[[int], str]) -> list[Path]:
    files = []
    for number in range(count):
        file = folder / f"schema_{number}.{suffix}"
        file.write_text(text_of(number))
        files.append(file)
    return files
