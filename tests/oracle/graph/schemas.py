"""Schemas whose diagrams the tests look at."""

from __future__ import annotations

from typing import Final

SHOP: Final = {
    "tenantlint.toml": 'exempt-tables = ["countries"]\n',
    "schema.ts": """\
import { relations } from "drizzle-orm";
import { boolean, index, numeric, pgSchema, pgTable, text, timestamp, uuid } from "drizzle-orm/pg-core";
import { unread } from "./unread";

const audit = pgSchema("audit");

export const tenants = pgTable("tenants", { id: uuid("id").primaryKey(), name: text("name").notNull() });

export const countries = pgTable("countries", { code: text("code").primaryKey() });

export const users = pgTable(
  "users",
  {
    id: uuid("id").primaryKey(),
    tenant_id: uuid("tenant_id").notNull().references(() => tenants.id),
    displayName: text("displayName"),
    email: text("email").notNull().unique(),
    country: text("country").references(() => countries.code),
    balance: numeric("balance", { precision: 10, scale: 2 }).notNull(),
    what: unread("what"),
  },
  (t) => [index("users_tenant_id_idx").on(t.tenant_id)],
).enableRLS();

export const profiles = pgTable("profiles", {
  user_id: uuid("user_id").primaryKey().references(() => users.id),
  tenant_id: uuid("tenant_id"),
  manager_id: uuid("manager_id").references((): any => profiles.user_id),
});

export const events = audit.table("events", { id: uuid("id").primaryKey(), user_ref: uuid("user_ref").notNull() });

export const eventsRelations = relations(events, ({ one }) => ({
  actor: one(users, { fields: [events.user_ref], references: [users.id] }),
}));
export const usersRelations = relations(users, ({ one, many }) => ({
  tenant: one(tenants, { fields: [users.tenant_id], references: [tenants.id] }),
  events: many(events),
}));
""",
}

EVIL_NAME: Final = '</script><img src=x onerror=alert(1)>"%\\; #{}--'
EVIL: Final = {
    "schema.ts": f"""\
import {{ pgTable, text, uuid }} from "drizzle-orm/pg-core";

export const evil = pgTable({EVIL_NAME!r}, {{
  id: uuid("id").primaryKey(),
  "<b onclick='alert(2)'>": text("<!--<script>alert(3)</script>"),
  PK: text("PK"),
  '" }} x {{': text('" }} x {{'),
  größe: text("größe 表 \\u2028"),
}});
export const next = pgTable("<svg/onload=alert(4)>", {{
  id: uuid("id").primaryKey(),
  ref: uuid("ref").references(() => evil.id),
}});
export const one = pgTable("one", {{ id: uuid("id").primaryKey(), to: uuid("to").references(() => one.id) }});
export const only = pgTable("%%{{init: {{}}}}%%", {{}});
""",
}


def large(count: int) -> dict[str, str]:
    """Return a schema of many tables: everything has a tenant, every tenth table is a parent, and some link across."""
    lines = ['import { index, pgTable, text, uuid } from "drizzle-orm/pg-core";']
    lines.append('export const tenants = pgTable("tenants", { id: uuid("id").primaryKey() });')
    for number in range(count - 1):
        parent = number - number % 10
        targets = [each for each in ({parent, number * 7 % max(number, 1)} if number % 10 else set()) if each < number]
        keys = "".join(
            f't{target}_id: uuid("t{target}_id").references(() => t{target}.id), ' for target in sorted(targets)
        )
        texts = "".join(f'c{each}: text("c{each}"), ' for each in range(number % 9))
        lines.append(
            f'export const t{number} = pgTable("t{number}", {{ id: uuid("id").primaryKey(), tenant_id: '
            f'uuid("tenant_id").notNull().references(() => tenants.id), {keys}{texts}}});'
        )
    return {"schema.ts": "\n".join(lines) + "\n"}
