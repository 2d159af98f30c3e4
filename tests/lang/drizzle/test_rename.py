"""Renames of columns in TypeScript: what changes, byte for byte, and what cannot be told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.lang.drizzle.renaming import HEAD, SCHEMA, edited, lowered, places, project, renamed

from tenantlint.change import RenameColumn
from tenantlint.lang.drizzle.extract import parse
from tenantlint.link import link
from tenantlint.source import Source

if TYPE_CHECKING:
    from tenantlint.schema import Table

THERE = RenameColumn("schema.ts#users", "createdAt", "created_at", "created_at")
USES = (
    'import { eq, alias, getTableColumns } from "drizzle-orm";\nimport { users, posts, type User } from "./schema";\n'
)

CHANGED: dict[str, tuple[str, str]] = {
    "a member of the table": ("users.createdAt;", "users.created_at;"),
    "a condition": (
        "db.delete(users).where(eq(users.createdAt, createdAt));",
        "db.delete(users).where(eq(users.created_at, createdAt));",
    ),
    "an alias in SQL": ('const a = alias(users, "a"); a.createdAt;', 'const a = alias(users, "a"); a.created_at;'),
    "a table of another name": ("const t = users; t.createdAt;", "const t = users; t.created_at;"),
    "a destructured table": ("const { createdAt } = users;", "const { created_at: createdAt } = users;"),
    "a destructured table with a name": ("const { createdAt: at } = users;", "const { created_at: at } = users;"),
    "a computed member": ("users['createdAt'];", "users['created_at'];"),
    "a template of SQL": ("sql`${users.createdAt} > 1`;", "sql`${users.created_at} > 1`;"),
    "columns of a table": ("getTableColumns(users).createdAt;", "getTableColumns(users).created_at;"),
    "columns that are left out": (
        "const { createdAt, ...rest } = getTableColumns(users);",
        "const { created_at: createdAt, ...rest } = getTableColumns(users);",
    ),
    "values": ("db.insert(users).values({ createdAt: now });", "db.insert(users).values({ created_at: now });"),
    "values in short": (
        "db.insert(users).values({ createdAt });",
        "db.insert(users).values({ created_at: createdAt });",
    ),
    "values whose variable has the new name": (
        "db.insert(users).values({ createdAt: created_at });",
        "db.insert(users).values({ created_at });",
    ),
    "several values": (
        "db.insert(users).values([{ id, createdAt: 1 }, { id, 'createdAt': 2 }]);",
        "db.insert(users).values([{ id, created_at: 1 }, { id, 'created_at': 2 }]);",
    ),
    "mapped values": (
        "db.insert(users).values(list.map((x) => ({ createdAt: x })));",
        "db.insert(users).values(list.map((x) => ({ createdAt: x })));",
    ),
    "mapped values of an array": (
        "db.insert(users).values([1].map((x) => ({ createdAt: x })));",
        "db.insert(users).values([1].map((x) => ({ created_at: x })));",
    ),
    "values in a variable": (
        "const v = { createdAt }; v.createdAt = 1; db.insert(users).values(v);",
        "const v = { created_at: createdAt }; v.created_at = 1; db.insert(users).values(v);",
    ),
    "a part that may be there": (
        "db.insert(users).values({ id, ...(x && { createdAt: x }) });",
        "db.insert(users).values({ id, ...(x && { created_at: x }) });",
    ),
    "a conflict": (
        "db.insert(users).values(v).onConflictDoUpdate({ target: users.createdAt, set: { createdAt: 1 } });",
        "db.insert(users).values(v).onConflictDoUpdate({ target: users.created_at, set: { created_at: 1 } });",
    ),
    "an update": ("db.update(users).set({ createdAt: 1 });", "db.update(users).set({ created_at: 1 });"),
    "what is returned": (
        "const [r] = await db.update(users).set(v).returning(); r.createdAt;",
        "const [r] = await db.update(users).set(v).returning(); r.created_at;",
    ),
    "what is returned by name": (
        "const [r] = await db.insert(users).values(v).returning({ createdAt: users.createdAt }); r.createdAt;",
        "const [r] = await db.insert(users).values(v).returning({ createdAt: users.created_at }); r.createdAt;",
    ),
    "selected fields": (
        "const r = await db.select({ createdAt: users.createdAt, users }).from(users); r[0].createdAt; "
        "r[0].users.createdAt;",
        "const r = await db.select({ createdAt: users.created_at, users }).from(users); r[0].createdAt; "
        "r[0].users.created_at;",
    ),
    "rows": (
        "const rows = await db.select().from(users); for (const r of rows) r.createdAt; rows.map((r) => "
        "r?.createdAt!);",
        "const rows = await db.select().from(users); for (const r of rows) r.created_at; rows.map((r) => "
        "r?.created_at!);",
    ),
    "rows of a join": (
        "const j = await db.select().from(users).leftJoin(posts, c); j.map((r) => [r.users.createdAt, "
        "r.posts.createdAt]);",
        "const j = await db.select().from(users).leftJoin(posts, c); j.map((r) => [r.users.created_at, "
        "r.posts.createdAt]);",
    ),
    "a subquery": (
        'const sq = db.select().from(users).as("sq"); db.select().from(sq).where(eq(sq.createdAt, 1));',
        'const sq = db.select().from(users).as("sq"); db.select().from(sq).where(eq(sq.created_at, 1));',
    ),
    "a relational query": (
        "db.query.users.findMany({ columns: { createdAt: true }, with: { posts: { columns: { createdAt: true } } } });",
        "db.query.users.findMany({ columns: { created_at: true }, with: { posts: { columns: { createdAt: "
        "true } } } });",
    ),
    "callbacks of a relational query": (
        "db.query.users.findFirst({ where: (u, { eq }) => eq(u.createdAt, 1), orderBy: ({ createdAt }) => "
        "createdAt });",
        "db.query.users.findFirst({ where: (u, { eq }) => eq(u.created_at, 1), orderBy: ({ created_at: "
        "createdAt }) => createdAt });",
    ),
    "filters of 1.0": (
        "db.query.posts.findMany({ where: { createdAt: 1, OR: [{ user: { createdAt: { gt: 1 } } }] } });",
        "db.query.posts.findMany({ where: { createdAt: 1, OR: [{ user: { created_at: { gt: 1 } } }] } });",
    ),
    "what a relation loads": (
        "const p = await db.query.posts.findFirst({ with: { user: true } }); p?.user.createdAt; p!.createdAt;",
        "const p = await db.query.posts.findFirst({ with: { user: true } }); p?.user.created_at; p!.createdAt;",
    ),
    "a row that is taken apart": (
        "const u = await db.query.users.findFirst(); const { createdAt = 1, ...rest } = u!; rest.createdAt;",
        "const u = await db.query.users.findFirst(); const { created_at: createdAt = 1, ...rest } = u!; "
        "rest.created_at;",
    ),
    "a parameter": (
        "function f(u: typeof users.$inferSelect, n: typeof users.$inferInsert) { return u.createdAt ?? n.createdAt; }",
        "function f(u: typeof users.$inferSelect, n: typeof users.$inferInsert) { return u.created_at ?? "
        "n.created_at; }",
    ),
    "a parameter of an alias": (
        "const f = ({ createdAt }: User, list: User[]) => list.filter((u) => u.createdAt < createdAt);",
        "const f = ({ created_at: createdAt }: User, list: User[]) => list.filter((u) => u.created_at < createdAt);",
    ),
    "models": (
        "type A = InferSelectModel<typeof users>; const f = (a: A & { x: 1 }) => a.createdAt;",
        "type A = InferSelectModel<typeof users>; const f = (a: A & { x: 1 }) => a.created_at;",
    ),
    "types of members": (
        'type A = User["createdAt"]; type B = Pick<User, "id" | "createdAt">; type C = Omit<User, "createdAt">;',
        'type A = User["created_at"]; type B = Pick<User, "id" | "created_at">; type C = Omit<User, "created_at">;',
    ),
    "what a function returns": (
        "async function get() { const [u] = await db.select().from(users); return u ?? null; }\n(await "
        "get())?.createdAt;",
        "async function get() { const [u] = await db.select().from(users); return u ?? null; }\n(await "
        "get())?.created_at;",
    ),
    "what a function says it returns": (
        "const make = (): User => ({ id, createdAt: 1 });",
        "const make = (): User => ({ id, created_at: 1 });",
    ),
    "what a function passes on": (
        "async function retry<T>(run: () => Promise<T>, n: number): Promise<T> { return run(); }\n"
        "const u = await retry(() => db.query.users.findFirst(), 1); u?.createdAt;",
        "async function retry<T>(run: () => Promise<T>, n: number): Promise<T> { return run(); }\n"
        "const u = await retry(() => db.query.users.findFirst(), 1); u?.created_at;",
    ),
    "an item that a function picks": (
        "const first = <T>(list: T[]): T | null => list[0] ?? null;\nfirst(await db.select().from(users))?.createdAt;",
        "const first = <T>(list: T[]): T | null => list[0] ?? null;\nfirst(await db.select().from(users))?.created_at;",
    ),
    "functions that a package passes on": (
        'import { injectArguments } from "@corentinth/chisels";\nimport { cache } from "react";\n'
        "const makeRepo = (db: any) => injectArguments({ find: async () => db.query.users.findFirst() }, { db });\n"
        "const load = cache(async (repo: ReturnType<typeof makeRepo>) => repo.find());\n"
        "(await load(r))?.createdAt;",
        'import { injectArguments } from "@corentinth/chisels";\nimport { cache } from "react";\n'
        "const makeRepo = (db: any) => injectArguments({ find: async () => db.query.users.findFirst() }, { db });\n"
        "const load = cache(async (repo: ReturnType<typeof makeRepo>) => repo.find());\n"
        "(await load(r))?.created_at;",
    ),
    "what a procedure gets": (
        'import { createInsertSchema } from "drizzle-zod";\n'
        "const make = procedure.use(x).input(createInsertSchema(users)).mutation(({ input }) => input.createdAt);\n"
        "const ok = createInsertSchema(users).safeParse(x); ok.data.createdAt;",
        'import { createInsertSchema } from "drizzle-zod";\n'
        "const make = procedure.use(x).input(createInsertSchema(users)).mutation(({ input }) => input.created_at);\n"
        "const ok = createInsertSchema(users).safeParse(x); ok.data.created_at;",
    ),
    "several at once": (
        "const [us, p] = await Promise.all([db.query.users.findMany(), db.query.posts.findFirst()]); "
        "us[0].createdAt; p.createdAt;",
        "const [us, p] = await Promise.all([db.query.users.findMany(), db.query.posts.findFirst()]); "
        "us[0].created_at; p.createdAt;",
    ),
    "a transaction": (
        "await db.transaction(async (tx) => { await tx.update(users).set({ createdAt: 1 }); });",
        "await db.transaction(async (tx) => { await tx.update(users).set({ created_at: 1 }); });",
    ),
    "a validator": (
        'import { createInsertSchema } from "drizzle-zod"; import { z } from "zod";\n'
        "const s = createInsertSchema(users, { createdAt: (c) => c }).omit({ createdAt: true });\n"
        "const f = (x: z.infer<typeof s>) => x.createdAt;",
        'import { createInsertSchema } from "drizzle-zod"; import { z } from "zod";\n'
        "const s = createInsertSchema(users, { created_at: (c) => c }).omit({ created_at: true });\n"
        "const f = (x: z.infer<typeof s>) => x.created_at;",
    ),
    "a class": (
        "class Repo { find() { return db.query.users.findFirst(); } async f() { return (await "
        "this.find())?.createdAt; } }",
        "class Repo { find() { return db.query.users.findFirst(); } async f() { return (await "
        "this.find())?.created_at; } }",
    ),
    "what a test compares a row with": (
        "const u = await db.query.users.findFirst(); expect(u).toEqual({ id, createdAt: 1 });\n"
        "expect(await db.select().from(users)).to.eql([{ createdAt: 1 }]); expect(x.id).toEqual(y);",
        "const u = await db.query.users.findFirst(); expect(u).toEqual({ id, created_at: 1 });\n"
        "expect(await db.select().from(users)).to.eql([{ created_at: 1 }]); expect(x.id).toEqual(y);",
    ),
    "options in a variable": (
        "const c = { columns: { createdAt: true } } as const; db.query.posts.findMany({ with: { user: c } });",
        "const c = { columns: { created_at: true } } as const; db.query.posts.findMany({ with: { user: c } });",
    ),
    "options of a package": (
        'import { log, make } from "pino";\nconst l = make({ n: 1 }); l.info("", { createdAt }); log({ createdAt });',
        'import { log, make } from "pino";\nconst l = make({ n: 1 }); l.info("", { createdAt }); log({ createdAt });',
    ),
    "a generic type": (
        "interface P<T> { a: T; createdAt: number }\nconst f = (p: P<string>) => p.createdAt;",
        "interface P<T> { a: T; createdAt: number }\nconst f = (p: P<string>) => p.createdAt;",
    ),
    "what surely is another thing": (
        "const createdAt = 1; posts.createdAt; db.insert(posts).values({ createdAt }); Math.createdAt;\n"
        "function f({ createdAt }: { createdAt: number }) { return createdAt; }\nf({ createdAt });",
        "const createdAt = 1; posts.createdAt; db.insert(posts).values({ createdAt }); Math.createdAt;\n"
        "function f({ createdAt }: { createdAt: number }) { return createdAt; }\nf({ createdAt });",
    ),
}


@pytest.mark.parametrize("name", CHANGED)
def test_uses(name: str) -> None:
    before, after = CHANGED[name]
    files = {"schema.ts": SCHEMA.encode(), "use.ts": (USES + before + "\n").encode()}
    patch = lowered(files, THERE)
    assert patch.refused is None
    assert edited(files, patch)["use.ts"].decode() == USES + after + "\n"
    unresolved = ["use.ts:3 key `createdAt`"] if name == "mapped values" else []
    assert places(files, patch) == unresolved


IMPORTS: dict[str, tuple[dict[str, str], str, str]] = {
    "an alias": ({}, 'import { users as u } from "./schema";\nu.createdAt;', "u.created_at;"),
    "a namespace": ({}, 'import * as s from "./schema";\ns.users.createdAt;', "s.users.created_at;"),
    "a re-export": (
        {"i.ts": 'export * from "./schema";'},
        'import { users } from "./i";\nusers.createdAt;',
        "users.created_at;",
    ),
    "a renamed re-export": (
        {"i.ts": 'export { users as people } from "./schema";'},
        'import { people } from "./i";\npeople.createdAt;',
        "people.created_at;",
    ),
    "a namespace that is exported": (
        {"i.ts": 'export * as schema from "./schema";'},
        'import { schema } from "./i";\nschema.users.createdAt;',
        "schema.users.created_at;",
    ),
    "a default": (
        {"i.ts": 'import { users } from "./schema";\nexport default users;'},
        'import t from "./i";\nt.createdAt;',
        "t.created_at;",
    ),
    "an object": (
        {"i.ts": 'import * as schema from "./schema";\nexport const tables = { ...schema, people: schema.users };'},
        'import { tables } from "./i";\ntables.users.createdAt; tables.people.createdAt;',
        "tables.users.created_at; tables.people.created_at;",
    ),
    "a row's type": (
        {},
        'import type { User } from "./schema";\nexport const f = (u: User) => u.createdAt;',
        "export const f = (u: User) => u.created_at;",
    ),
    "a type's namespace": (
        {},
        'import * as s from "./schema";\nexport const f = (u: s.User) => u.createdAt;',
        "export const f = (u: s.User) => u.created_at;",
    ),
    "a function of another file": (
        {"i.ts": 'import { users } from "./schema";\nexport const get = async () => db.query.users.findFirst();'},
        'import { get } from "./i";\nconst u = await get(); u.createdAt;',
        "const u = await get(); u.created_at;",
    ),
    "an import when it runs": (
        {},
        '\nconst { users } = await import("./schema"); users.createdAt;',
        'const { users } = await import("./schema"); users.created_at;',
    ),
}


@pytest.mark.parametrize("name", IMPORTS)
def test_imports(name: str) -> None:
    more, before, after = IMPORTS[name]
    files = {"schema.ts": SCHEMA.encode(), "use.ts": before.encode()}
    files |= {path: content.encode() for path, content in more.items()}
    patch = lowered(files, THERE)
    assert (patch.refused, places(files, patch)) == (None, [])
    assert edited(files, patch)["use.ts"].decode() == before.partition("\n")[0] + "\n" + after


def test_attributes_of_a_component() -> None:
    use = 'import type { User } from "./schema";\nconst Card = ({ createdAt }: User) => 1;\n<Card createdAt={1} />;\n'
    files = {"schema.ts": SCHEMA.encode(), "use.tsx": use.encode()}
    expected = use.replace("{ createdAt }", "{ created_at: createdAt }").replace("Card createdAt", "Card created_at")
    assert renamed(files, THERE)["use.tsx"].decode() == expected


def test_options_that_several_tables_share_are_listed() -> None:
    use = (
        USES + "const c = { columns: { createdAt: true } };\ndb.query.users.findMany(c); db.query.posts.findMany(c);\n"
    )
    files = {"schema.ts": SCHEMA.encode(), "use.ts": use.encode()}
    assert places(files, lowered(files, THERE)) == ["use.ts:3 key `createdAt`"]


def test_files_that_cannot_know_of_the_table_are_left_out() -> None:
    files = {
        "schema.ts": SCHEMA.encode(),
        "apart.ts": b"export const f = (x: any) => x.createdAt;\n",
        "near.ts": b'import { lost } from "./gone";\nexport const f = (x: any) => x.createdAt;\n',
        "through.ts": b'export type { U } from "./type";\nexport const f = (x: any) => x.createdAt;\n',
        "type.ts": b'import type { User } from "./schema";\nexport type U = User;\n',
    }
    assert places(files, lowered(files, THERE)) == ["near.ts:2 member `createdAt`", "through.ts:2 member `createdAt`"]


DECLARATIONS: dict[str, tuple[str, str, str | None]] = {
    "both names": (
        'createdAt: timestamp("createdAt", { mode: "date" }).notNull(),',
        'created_at: timestamp("created_at", { mode: "date" }).notNull(),',
        "created_at",
    ),
    "single quotes": ("'createdAt': timestamp('createdAt'),", "'created_at': timestamp('created_at'),", "created_at"),
    "a computed key": (
        '["createdAt"]: timestamp("createdAt"),',
        '["created_at"]: timestamp("created_at"),',
        "created_at",
    ),
    "the name stays": ('createdAt: timestamp("createdAt"),', 'created_at: timestamp("createdAt"),', None),
    "the name stays and is added": ("createdAt: timestamp(),", 'created_at: timestamp("createdAt"),', None),
    "the name is added before options": (
        "createdAt: timestamp({ mode: 'date' }).notNull(),",
        "created_at: timestamp(\"createdAt\", { mode: 'date' }).notNull(),",
        None,
    ),
    "the key gives the name": ("createdAt: timestamp(),", "created_at: timestamp(),", "created_at"),
    "another name": ("createdAt: timestamp(),", 'created_at: timestamp("made"),', "made"),
    "a chain over lines": (
        "createdAt:\n\t\ttimestamp(\n\t\t\t'createdAt' /* é */,\n\t\t)\n\t\t.notNull(),",
        "created_at:\n\t\ttimestamp(\n\t\t\t'created_at' /* é */,\n\t\t)\n\t\t.notNull(),",
        "created_at",
    ),
}


@pytest.mark.parametrize("name", DECLARATIONS)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_declarations(name: str, end: str, mark: bytes) -> None:
    before, after, database = DECLARATIONS[name]
    change = RenameColumn("schema.tsx#users", "createdAt", "created_at", database)

    def content(entry: str) -> bytes:
        lines = HEAD + 'export const users = pgTable("ü", {\n\t' + entry + "\n\tid: text(),\n});\n"
        return mark + lines.replace("\n", end).encode()

    assert renamed({"schema.tsx": content(before)}, change) == {"schema.tsx": content(after)}


def test_casing_names_the_column() -> None:
    config = b'import { defineConfig } from "drizzle-kit";\nexport default defineConfig({ casing: "snake_case" });\n'
    schema = HEAD + 'export const users = pgTable("users", { createdAt: timestamp(), id: text() });\n'
    files = {"drizzle.config.ts": config, "schema.ts": schema.encode()}
    assert renamed(files, THERE)["schema.ts"].decode() == schema.replace("createdAt", "created_at")
    pinned = renamed(files, RenameColumn("schema.ts#users", "createdAt", "madeAt", "made_at"), pin=True)["schema.ts"]
    assert pinned.decode() == schema.replace("createdAt: timestamp()", 'madeAt: timestamp("created_at")')


def test_only_the_name_changes() -> None:
    change = RenameColumn("schema.ts#users", "createdAt", "createdAt", "created_at")
    files = {
        "schema.ts": SCHEMA.encode(),
        "use.ts": (USES + "users.createdAt; sql`select created from users`;\n").encode(),
    }
    patch = lowered(files, change)
    after = edited(files, patch)
    assert after == files | {"schema.ts": SCHEMA.replace('"created"', '"created_at"').encode()}
    assert places(files, patch) == ["use.ts:3 raw SQL with `created`"]


def test_columns_that_tables_share() -> None:
    times = HEAD + 'export const times = { createdAt: timestamp("createdAt") };\n'
    schema = HEAD + (
        'import { times } from "./times";\n'
        'export const users = pgTable("users", { id: text(), ...times }, (t) => '
        '[index("createdAt").on(t.createdAt)]);\n'
        'export const logs = pgTable("logs", { id: text(), ...times }, ({ createdAt }) => [unique().on(createdAt)]);\n'
        'export const others = pgTable("others", { createdAt: timestamp("createdAt") }, (t) => '
        "[index().on(t.createdAt)]);\n"
    )
    files = {
        "times.ts": times.encode(),
        "schema.ts": schema.encode(),
        "use.ts": b'import { logs } from "./schema";\nlogs.createdAt;\n',
    }
    after = renamed(files, THERE)
    assert after["times.ts"].decode() == times.replace("createdAt", "created_at")
    assert after["schema.ts"].decode() == schema.replace("on(t.createdAt)", "on(t.created_at)", 1).replace(
        "({ createdAt })", "({ created_at: createdAt })"
    )
    assert after["use.ts"] == b'import { logs } from "./schema";\nlogs.created_at;\n'


def test_what_a_table_spreads_beside_its_own_column() -> None:
    schema = HEAD + (
        "const own = () => ({ id: text() });\n"
        'export const users = pgTable("users", { ...own(), createdAt: timestamp("created_at") });\n'
    )
    after = renamed({"schema.ts": schema.encode()}, THERE)
    assert after["schema.ts"].decode() == schema.replace("createdAt", "created_at")


def test_relations_of_both_versions() -> None:
    relations = (
        'import { defineRelations } from "drizzle-orm";\nimport * as schema from "./schema";\n'
        "export const all = defineRelations(schema, (r) => ({\n"
        "  posts: { user: r.one.users({ from: r.posts.createdAt, to: r.users.createdAt, where: { createdAt: "
        "1 } }) },\n}));\n"
    )
    schema = SCHEMA.replace("references: [users.id]", "references: [users.createdAt]")
    after = renamed({"schema.ts": schema.encode(), "relations.ts": relations.encode()}, THERE)
    assert after["relations.ts"].decode() == relations.replace("r.users.createdAt", "r.users.created_at").replace(
        "{ createdAt: 1 }", "{ created_at: 1 }"
    )
    assert b"references: [users.created_at]" in after["schema.ts"]


UNRESOLVED: dict[str, tuple[str, list[str]]] = {
    "attributes": ("<Card createdAt={1} />; <p createdAt={1} />;", ["attribute `createdAt`"]),
    "payloads": ("res.json({ createdAt: 1 });", ["key `createdAt`"]),
    "what is not known": ("const f = (x: any) => x.createdAt;", ["member `createdAt`"]),
    "destructured": ("const f = ({ createdAt }) => createdAt;", ["destructured `createdAt`"]),
    "types of their own": (
        "interface P { createdAt?: Date }\ndeclare function show(p: P, n: number): void;\n"
        "const u = await db.query.users.findFirst(); show(u!, 1); show({ createdAt: 1 }, 2);\n"
        "const p: P = u!; const f = (p: P) => p.createdAt;",
        ["row for a type with `createdAt`"] * 2,
    ),
    "values of a type of their own": (
        "interface P { createdAt: Date }\nconst f = (p: P) => db.insert(users).values(p);\n"
        "const g = (p: P) => db.update(users).set({ ...p, id });\nconst h = (p: P) => db.insert(posts).values(p);",
        ["value with `createdAt` for a row"] * 2,
    ),
    "rows as JSON": (
        "const u = await db.query.users.findFirst(); c.json({ u }); Response.json([u]); "
        "JSON.stringify({ a: { ...u } });\n"
        "c.json(await db.select().from(users)); c.json({ id: u!.id }); c.json(await db.select().from(posts));",
        ["JSON with `createdAt`"] * 4,
    ),
    "components": (
        "const Card = ({ user }: { user: { createdAt: Date } }) => user.createdAt;\n"
        "const f = (u: User) => <Card user={u} />;",
        ["row for a type with `createdAt`"],
    ),
    "texts": (
        'const k = "createdAt"; const p = "user.createdAt"; const q = "page.createdAt"; const t = "of createdAt";\n'
        'const f = (u: User) => pick(u, ["createdAt"]); group(1, "createdAt");\n'
        'const c: Column<User>[] = [{ accessorKey: "createdAt" }];',
        ["text `user.createdAt`", "text `createdAt`", "text `createdAt`"],
    ),
    "fields": ("class C { createdAt = 1; f() { return this.createdAt; } }", []),
    "what has other names": (
        "const f = (x: any) => [x.createdAt, x.color, x.size, x.id];\nconst g = ({ createdAt, color, size }) => 1;\n"
        "send({ createdAt: 1, color: 2 });",
        ["2 more uses of `createdAt` in files that can reach the table, with nothing of the table beside"],
    ),
    "raw SQL": (
        "sql`created > 1`; sql`select created from others`; db.execute('select created from users');",
        ["raw SQL with `created`"] * 2,
    ),
    "what zod lets through": (
        'import { z } from "zod";\nconst s = z.object({ createdAt: z.date() });\n'
        "const f = (x: z.infer<typeof s>) => x.createdAt; s.parse(1).createdAt;\n"
        "p.input(s).query(({ input }) => db.insert(users).values(input));",
        ["value with `createdAt` for a row"],
    ),
    "comments": ("// createdAt\n/* users.createdAt */", []),
    "what passes through": ("const u = pass(await db.query.users.findFirst()); u.createdAt;", ["member `createdAt`"]),
    "own members": (
        "const f = (p: User & { createdAt: string }) => p.createdAt;",
        ["member `createdAt`"],
    ),
}


@pytest.mark.parametrize("name", UNRESOLVED)
def test_unresolved(name: str) -> None:
    before, expected = UNRESOLVED[name]
    files = {"schema.ts": SCHEMA.encode(), "use.tsx": (USES + before + "\n").encode()}
    patch = lowered(files, THERE)
    assert patch.refused is None
    assert edited(files, patch)["use.tsx"] == files["use.tsx"]
    assert [place.partition(" ")[2] for place in places(files, patch)] == expected


def test_programs_that_are_not_parsed() -> None:
    files = {"schema.ts": SCHEMA.encode(), "a.vue": "<p>é</p>\n{{ user.createdAt }} createdAtX\n".encode()}
    assert places(files, lowered(files, THERE)) == ["a.vue:2 `createdAt`"]


def test_programs_that_do_not_parse() -> None:
    files = {"schema.ts": SCHEMA.encode(), "use.ts": (USES + "users.createdAt;\nconst x = = 1;\n").encode()}
    patch = lowered(files, THERE)
    assert (places(files, patch), edited(files, patch)["use.ts"]) == (["use.ts:3 `createdAt`"], files["use.ts"])
    broken = {"schema.ts": (SCHEMA + "const x = = 1;\n").encode()}
    assert lowered(broken, THERE).refused == "schema.ts does not parse"


def test_programs_that_are_nested_too_deeply() -> None:
    deep = "f({ a: " * 2000 + "users.createdAt" + " })" * 2000
    files = {"schema.ts": SCHEMA.encode(), "use.ts": (USES + deep + ";\n").encode()}
    assert edited(files, lowered(files, THERE))["use.ts"] == files["use.ts"].replace(b"createdAt", b"created_at")
    files["use.ts"] = (USES + "f(" + "{ a: " * 2000 + "{ createdAt: 1 }" + " }" * 2000 + ");\n").encode()
    assert places(files, lowered(files, THERE)) == ["use.ts:3 `createdAt`"]


TABLE = 'export const users = pgTable("users", {{ {} }});\n'
REFUSED: dict[str, tuple[str, str]] = {
    "the key": (
        TABLE.format('createdAt: timestamp("a"), created_at: timestamp("b")'),
        "`users` already has a column `created_at`",
    ),
    "the database name": (
        TABLE.format('createdAt: timestamp("a"), b: timestamp("created_at")'),
        "`users` already has the database column `created_at`",
    ),
    "a table that shares it": (
        "const s = { createdAt: timestamp('a') };\nexport const users = pgTable('users', s);\n"
        "export const logs = pgTable('logs', { ...s, created_at: timestamp('b') });\n",
        "`logs` already has a column `created_at`",
    ),
    "a table that has its own": (
        "const s = { createdAt: timestamp('a') };\nexport const users = pgTable('users', s);\n"
        "export const logs = pgTable('logs', { ...s, createdAt: timestamp('b') });\n",
        "schema.ts:4 declares its own `createdAt` over the one that it spreads",
    ),
    "an unknown spread": (
        TABLE.format("createdAt: timestamp('a'), ...unknown()"),
        "not all columns of `users` are known, so that `created_at` may exist already",
    ),
    "an unknown name": (
        TABLE.format("createdAt: timestamp(process.env.X)"),
        "its name in the database is not known, or differs between the tables that share it",
    ),
    "a name in a variable": (
        "const N = 'made';\n" + TABLE.format("createdAt: timestamp(N)"),
        "its database name does not stand in its declaration as a text, so that it cannot be set there",
    ),
    "a builder in a variable": (
        "const b = timestamp('made');\n" + TABLE.format("createdAt: b"),
        "its database name stands in a variable that other columns may use",
    ),
    "an object that has both": (
        TABLE.format("createdAt: timestamp('a')") + "db.insert(users).values({ createdAt: 1, created_at: 2 });\n",
        "schema.ts:3 already has `created_at` in the same object",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    code, reason = REFUSED[name]
    patch = lowered({"schema.ts": (HEAD + code).encode()}, THERE)
    assert (patch.refused, patch.edits, patch.unresolved) == (reason, (), ())


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ("posts", "`users` has a relation `posts`"),
        ("enableRLS", "`enableRLS` is a member that Drizzle gives every table"),
        ("created-at", "`created-at` is no name that code can use"),
    ],
)
def test_refused_keys(key: str, reason: str) -> None:
    change = RenameColumn("schema.ts#users", "createdAt", key, None)
    assert lowered({"schema.ts": SCHEMA.encode()}, change).refused == reason


def test_a_column_that_is_not_there() -> None:
    patch = lowered({"schema.ts": SCHEMA.encode()}, RenameColumn("schema.ts#users", "made", "created_at", None))
    assert patch.refused == "the table has no column `made`"


# Properties

_PARTS = sorted(before for name, (before, _) in CHANGED.items() if "new name" not in name and "import" not in before)
_ENDS = st.sampled_from(["\n", "\r\n"])


def files_of(parts: list[str], end: str, marked: bool) -> dict[str, bytes]:
    """Return a project whose one file uses the table in some ways, each in a block of its own."""
    blocks = "".join(f"{{\n\t// ünï\n\t{part}\n}}\n" for part in parts)
    code = (USES + blocks).replace("\n", end).encode()
    return {"schema.ts": SCHEMA.encode(), "use.tsx": (b"\xef\xbb\xbf" if marked else b"") + code}


@settings(deadline=None)
@given(st.lists(st.sampled_from(_PARTS), max_size=6), _ENDS, st.booleans())
def test_there_and_back_gives_the_same_bytes(parts: list[str], end: str, marked: bool) -> None:
    files = files_of(parts, end, marked)
    there = renamed(files, THERE)
    back = RenameColumn("schema.ts#users", "created_at", "createdAt", "created")
    assert renamed(there, back) == files


@settings(deadline=None)
@given(st.lists(st.sampled_from(_PARTS), max_size=6), _ENDS, st.booleans())
def test_the_result_parses_and_only_the_names_differ(parts: list[str], end: str, marked: bool) -> None:
    files = files_of(parts, end, marked)
    there = renamed(files, THERE)
    assert all(not parse(Source(path, data)).has_error for path, data in there.items())
    before, after = (facts(link(project(each)).schema.tables) for each in (files, there))
    assert after == [
        (
            table,
            [
                ("created_at", "created_at") if key == "createdAt" and table == "users" else (key, name)
                for key, name in columns
            ],
        )
        for table, columns in before
    ]


@settings(deadline=None)
@given(st.lists(st.sampled_from(_PARTS), max_size=6), _ENDS, st.booleans())
def test_a_second_time_changes_nothing(parts: list[str], end: str, marked: bool) -> None:
    there = renamed(files_of(parts, end, marked), THERE)
    again = lowered(there, THERE)
    assert (again.refused, again.edits) == ("the table has no column `createdAt`", ())


def facts(tables: tuple[Table, ...]) -> list[tuple[object, list[tuple[str, object]]]]:
    """Return the name and the columns of each table: key and database name."""
    return [(table.name, [(column.key, column.name) for column in table.columns]) for table in tables]
