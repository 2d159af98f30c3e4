"""Which column is the tenant's, and which tables need none, where names alone do not tell."""

from textwrap import dedent

import pytest

from rules.support import link_files
from tenantlint.tenants import exemptions, tenant_columns

IMPORTS = 'import { pgSchema, pgTable, text } from "drizzle-orm/pg-core";\n'


def tables(text: str):
    return link_files({"s.ts": IMPORTS + dedent(text)}).tables


SHARED = {
    "what belongs to nothing": ('text("name")', ["shop_id"]),
    "what references itself": ('text("parent").references(() => shops.id)', ["shop_id"]),
    "what references its own parts": ('text("best").references(() => t1.id)', ["shop_id"]),
    "what is somebody's": ('text("owner").references(() => users.id)', []),
}


@pytest.mark.parametrize(("column", "expected"), SHARED.values(), ids=SHARED)
def test_what_most_tables_reference_is_the_tenant_where_it_belongs_to_nothing_else(column, expected):
    parts = [
        f'export const t{n} = pgTable("t{n}", {{ shop_id: text("shop_id").references(() => shops.id) }});'
        for n in range(1, 4)
    ]
    text = f"""
        export const users = pgTable("users", {{ id: text("id").primaryKey() }});
        export const shops = pgTable("shops", {{ id: text("id").primaryKey(), x: {column} }});
        {" ".join(parts)}
    """
    assert [name for name, _ in tenant_columns(tables(text))] == expected


def test_users_of_two_schemas_are_people_alike():
    found = tables("""
        export const auth = pgSchema("auth").table("users", { id: text("id").primaryKey() });
        export const users = pgTable("users", { id: text("id").primaryKey().references(() => auth.id) });
        export const team = pgTable("team", { id: text("id").primaryKey() });
        export const files = pgTable("files", {
          team_id: text("team_id").references(() => team.id),
          user_id: text("user_id").references(() => users.id),
        });
        export const notes = pgTable("notes", { team_id: text("team_id").references(() => team.id) });
        export const likes = pgTable("likes", { user_id: text("user_id").references(() => users.id) });
    """)
    entries = exemptions(found, tenant_columns(found))
    assert [(entry.section, entry.value) for entry in entries] == [
        ("", ["auth.*"]),
        ("rules.TEN001", ["likes", "users"]),
    ]


def test_users_of_two_files_are_people_alike():
    found = link_files(
        {
            path: f"{IMPORTS}export const {symbol} = pgTable('user', {{ id: text('id').primaryKey() }});\n{rest}"
            for path, symbol, rest in (
                ("a.ts", "one", "export const t = pgTable('t', { team_id: text('team_id') });"),
                ("b.ts", "two", "export const s = pgTable('s', { team_id: text('team_id') });"),
            )
        }
    ).tables
    entries = exemptions(found, tenant_columns(found))
    assert [(entry.section, entry.value) for entry in entries] == [("rules.TEN001", ["user"])]
