"""Renames of columns where the uses are of derived types, schemas, forms, maps and views; and what is listed there."""

from __future__ import annotations

import pytest
from tests.lang.drizzle.renaming import SCHEMA, edited, lowered, places, project

from tenantlint.change import RenameColumn
from tenantlint.lang.drizzle import rename
from tenantlint.lang.lowering import Lowering
from tenantlint.link import link

CHANGE = RenameColumn("schema.ts#users", "createdAt", "created_at", "created_at")
HEAD = (
    'import { eq, getTableColumns, sql } from "drizzle-orm"; import { z } from "zod";\n'
    'import { useForm, useFormContext, Controller } from "react-hook-form"; import { useMemo, useRef, useState } '
    'from "react";\n'
    'import * as v from "valibot"; import { type Static, Type as t } from "@sinclair/typebox";\n'
    'import { pgMaterializedView, pgView, timestamp } from "drizzle-orm/pg-core";\n'
    'import { users, posts, type User } from "./schema";\n'
)
# «at» stands for the column's key, before and after.
FOLLOWED: dict[str, str] = {
    "the name of a key": 'const by: keyof User = "«at»"; const all: (keyof User)[] = ["id", "«at»"];',
    "the name of a table's key": 'type K = keyof typeof users; const f = (k: K) => users[k]; f("«at»");',
    "a parameter that extends keyof": 'const f = <K extends keyof User>(k: K) => k; f("«at»");',
    "a comparison with a key": 'const f = (k: keyof User) => k === "«at»" || "«at»" !== k;',
    "a switch over keys": 'const f = (k: keyof User) => { switch (k) { case "«at»": return 1; } };',
    "names that satisfy": 'const a = ["«at»"] as const satisfies readonly (keyof User)[]; const b = ["«at»"] satisfies '
    "(keyof typeof users.$inferSelect)[];",
    "a set of keys": 'const s = new Set<keyof User>(["«at»"]); s.has("«at»"); s.add("«at»");',
    "a key that is extracted": 'type A = Extract<keyof User, "«at»">; type B = Exclude<keyof User, "«at»">;',
    "a record over keys": 'const r: Record<keyof User, string> = { id: "", «at»: "" }; r.«at»;',
    "some of a record over keys": "const r: Partial<Record<keyof User, 1>> = { «at»: 1 };",
    "a mapped type": "type M = { [K in keyof User]: User[K] | null }; const f = (m: M) => m.«at»;",
    "rows by table": "const tables = { users, posts }; type Rows = { [K in keyof typeof tables]?: (typeof tables)[K]"
    '["$inferInsert"][] }; const f = (r: Rows) => r; f({ users: [{ «at»: 1 }], posts: [{ createdAt: 1 }] });',
    "other things by table": "const tables = { users, posts }; type Names = { [K in keyof typeof tables]: { createdAt: "
    "1 } };"
    "\ntype More = Record<keyof typeof tables, { createdAt: 1 }>;\n"
    "const f = (n: Names, m: More) => [n.users.createdAt, m.users.createdAt];",
    "rows by table that are inferred": "const tables = { users, posts }; type Rows = { [K in keyof typeof tables]?: "
    "(typeof tables)[K] extends { $inferInsert: infer T } ? T[] : never };\n"
    "async function seed({ db, ...rows }: { db: Db } & Rows) {}\n"
    'const f = (o: Omit<Parameters<typeof seed>[0], "db"> = {}) => o; f({ users: [{ «at»: 1 }], posts: '
    "[{ createdAt: 1 }] });",
    "items that are inferred": "type Item<T> = T extends (infer E)[] ? E : T; type Got<T> = T extends "
    "Promise<infer U> ? U : T;\n"
    "const f = (a: Item<User[]>, b: Got<Promise<User>>) => [a.«at», b.«at»];",
    "a row that may be missing": "const get = async () => { const [user] = await db.select().from(users); if (!user) { "
    "return { user: undefined }; } return { user }; };\nconst { user } = await get(); user.«at»; let u = null; "
    "u = await db.query.users.findFirst(); u.«at»; let r = []; r = await db.select().from(users); r[0].«at»;",
    "an alias of the project's own": "type Expand<T> = T extends infer O ? { [K in keyof O]: O[K] } : never;\n"
    "type U = Expand<typeof users.$inferSelect>; const f = (u: U) => u.«at»;",
    "an alias that keeps and adds": "type With<T, E> = T & E; const f = (u: With<User, { n: 1 }>) => [u.«at», u.n];",
    "a parameter that extends a row": "const f = <T extends User>(u: T) => u.«at»; f({ id: x, «at»: 1, more: 2 });",
    "what a function gives": "async function f() { return db.query.users.findMany(); }\n"
    'type A = Awaited<ReturnType<typeof f>>; type B = A[number]; type C = NonNullable<A[0]>; type D = B["«at»"];\n'
    "const a = (x: A, b: B, c: C) => [x.map((u) => u.«at»), b.«at», c.«at»];",
    "what a method gives": "class R { async f() { return db.query.users.findFirst(); } }\n"
    'type A = Awaited<ReturnType<R["f"]>>; type B = Awaited<ReturnType<InstanceType<typeof R>["f"]>>;\n'
    "const f = (a: A, b: B) => [a?.«at», b?.«at»];",
    "what a function takes": "const f = (u: User) => u; type P = Parameters<typeof f>[0]; const g = (p: P) => p.«at»;",
    "a view": 'const w = pgView("w").as((qb) => qb.select().from(users)); w.«at»; (await db.select().from(w))[0].«at»;',
    "a view of columns": 'const w = pgMaterializedView("w").as((qb) => qb.select({ ...getTableColumns(users) })'
    ".from(users)); type W = typeof w.$inferSelect; const f = (x: W) => x.«at»;",
    "a view of a join": 'const w = pgView("w").as((qb) => qb.select().from(users).leftJoin(posts, c)); '
    "w.users.«at»; w.posts.createdAt;",
    "extras": "const r = await db.query.users.findMany({ columns: { «at»: true }, extras: (u, { sql }) => ({ low: "
    'sql`${u.«at»}`.as("low") }) }); r[0].low;',
    "a prepared query": 'const q = db.select().from(users).where(eq(users.«at», sql.placeholder("createdAt")))'
    '.prepare("q"); const r = await q.execute({ createdAt: 1 }); r[0].«at»;',
    "a prepared insert": 'const q = db.insert(users).values({ «at»: sql.placeholder("createdAt") }).prepare("q"); '
    "await q.execute({ createdAt: 1 });",
    "a schema of TypeBox": 'import { createInsertSchema } from "drizzle-typebox";\n'
    "const s = createInsertSchema(users, { «at»: t.Number() }); type S = Static<typeof s>; type Q = typeof s.static;\n"
    'const f = (a: S, b: Q) => [a.«at», b.«at»]; t.Omit(s, ["«at»"]); s.properties.«at»;',
    "a schema of Valibot": 'import { createInsertSchema } from "drizzle-valibot";\n'
    "const s = createInsertSchema(users); v.parse(s, x).«at»; type S = v.InferOutput<typeof s>;\n"
    'const f = (a: S) => a.«at»; v.safeParse(s, x).output.«at»; v.parse(v.pick(s, ["«at»"]), x).«at»; s.entries.«at»;',
    "a schema of ArkType": 'import { createInsertSchema } from "drizzle-arktype";\n'
    'const s = createInsertSchema(users); type S = typeof s.infer; const f = (a: S) => a.«at»; s.pick("«at»");',
    "a schema of zod": 'import { createSelectSchema } from "drizzle-zod";\n'
    "const s = createSelectSchema(users).pick({ «at»: true }).partial(); z.object({ u: s }).parse(1).u.«at»; "
    "z.array(s).parse(1)[0].«at»; s.refine((u) => u.«at»); const own = z.object({ createdAt: s.shape.«at» });",
    "a form": 'const form = useForm<User>({ defaultValues: { «at»: 1 } }); form.register("«at»"); '
    'form.setValue("«at»", 1); form.watch().«at»; form.handleSubmit((d) => d.«at»); form.formState.errors.«at»; '
    'form.trigger(["«at»"]); form.reset({ «at»: 1 });',
    "a form that is taken apart": 'const { register, control } = useFormContext<User>(); register("«at»");\n'
    '<Controller name="«at»" control={control} />;',
    "a form by its resolver": 'import { createInsertSchema } from "drizzle-zod"; import { zodResolver } from "x";\n'
    'const form = useForm({ resolver: zodResolver(createInsertSchema(users)) }); form.getValues("«at»");',
    "a form of its own": "const s = z.object({ createdAt: z.date() }); const form = useForm<z.infer<typeof s>>();\n"
    'form.register("createdAt"); form.watch().createdAt;',
    "fields of a class": "class R { rows: User[] = []; by = new Map<string, User>(); constructor(private one: User) {} "
    'f() { return [this.rows[0].«at», this.one.«at», this.by.get("")?.«at»]; } }\n'
    "class S extends R { g() { return this.one.«at»; } }\nnew R(u).rows[0].«at»;",
    "maps": "const m = new Map<string, User>(); m.set(k, { id: k, «at»: 1 }); for (const [, u] of m) u.«at»; "
    "for (const u of m.values()) u.«at»; const n = new Map((await db.select().from(users)).map((u) => [u.id, u])); "
    "n.get(k)?.«at»;",
    "records": "const r: Record<string, User> = {}; r.a.«at»; r[k].«at»; Object.values(r).map((u) => u.«at»); "
    "Object.entries(r).map(([k, u]) => u.«at»);",
    "state of React": "const [u, setU] = useState<User | null>(null); u?.«at»; setU({ id: k, «at»: 1 }); "
    "setU((u) => ({ ...u, «at»: 2 })); const r = useRef<User>(null); r.current?.«at»; "
    "const m = useMemo(() => users, []); m.«at»;",
    "a table in another call": "Object.freeze(users).«at»;",
    "other things": 'type K = keyof typeof posts; const k: K = "createdAt"; const m = new Map<string, typeof '
    'posts.$inferSelect>(); m.get(k)!.createdAt; const s: "createdAt" | "x" = "createdAt"; s === "createdAt";',
}


@pytest.mark.parametrize("name", FOLLOWED)
def test_uses(name: str) -> None:
    before, after = (FOLLOWED[name].replace("«at»", key) for key in ("createdAt", "created_at"))
    files = {"schema.ts": SCHEMA.encode(), "use.tsx": (HEAD + before + "\n").encode()}
    patch = lowered(files, CHANGE)
    assert (patch.refused, places(files, patch)) == (None, [])
    assert edited(files, patch)["use.tsx"].decode() == HEAD + after + "\n"


LISTED: dict[str, tuple[str, list[str]]] = {
    "a member by one of some names": (
        'type By = "createdAt" | "id"; const f = (u: User, by: By) => [u[by], users[by]];',
        ["6 member of a table by a name that may be `createdAt`"] * 2,
    ),
    "a column by any name": (
        "const f = (by: any) => users[by]; const g = (by: string) => users[by as keyof typeof users];\n"
        "const h = (by: keyof User, i: any, list: User[]) => [users[by], list[i]];",
        ["6 member of a table by a name that may be `createdAt`"] * 2,
    ),
    "procedures": (
        "const r = router({ a: publicProcedure.input(z.object({})).query(async ({ ctx }) => "
        "ctx.db.query.users.findMany()),\n"
        "b: protectedProcedure.mutation(async () => { const u = await db.query.users.findFirst(); return { u }; }),\n"
        "c: publicProcedure.query(() => db.query.posts.findMany()), d: client.query(() => 1) });",
        ["6 procedure that gives `createdAt`", "7 procedure that gives `createdAt`"],
    ),
    "a row in short": (
        "declare function f(o: { user: { createdAt: Date } }): void;\n"
        "const user = (await db.select().from(users))[0];\nf({ user });",
        ["8 row for a type with `createdAt`"],
    ),
    "rows in what an unknown function gets": (
        "const user = (await db.select().from(users))[0]; const own = () => 1;\n"
        "lost({ user }); lost({ a: [{ ...user }] }); own({ user }); console.log({ user }); lost(user);",
        ["7 row with `createdAt` for a function that is not known"] * 2,
    ),
    "rows in an array": (
        "declare function f(list: { createdAt: Date }[]): void;\n"
        "const user = (await db.select().from(users))[0];\nf([user]);",
        ["8 row for a type with `createdAt`"],
    ),
    "keys of what is not known": (
        'type P = Pick<Lost, "createdAt" | "id">; pick(lost, ["id", "createdAt"]); pick(lost, ["color", "createdAt"]);',
        ["6 text `createdAt`"] * 2,
    ),
    "keys that a mapped type gives other names": (
        "type M = { [K in keyof User as `x_${K}`]: User[K] }; const f = (m: M) => m.createdAt;",
        ["6 member `createdAt`"],
    ),
    "a table in a call that is not known": (
        "const own = audited(users); own.createdAt;",
        ["6 member `createdAt`"],
    ),
    "an alias of what is not known": (
        "type Page<T> = Lost<T>; const f = (p: Page<User>) => p.createdAt;",
        ["6 member `createdAt`"],
    ),
    "parameters of other aliases": (
        "type A<T> = T; type B<T> = Lost; const f = (b: B<User>) => b.createdAt; type C<T> = A<T>;\n"
        "const g = (c: C<number>) => c.createdAt;",
        ["6 member `createdAt`"],
    ),
}


@pytest.mark.parametrize("name", LISTED)
def test_listed(name: str) -> None:
    code, expected = LISTED[name]
    files = {"schema.ts": SCHEMA.encode(), "use.tsx": (HEAD + code + "\n").encode()}
    patch = lowered(files, CHANGE)
    assert edited(files, patch)["use.tsx"] == files["use.tsx"]
    assert [place.removeprefix("use.tsx:") for place in places(files, patch)] == expected


def test_what_only_looks_like_other_things_is_said_once() -> None:
    code = 'import { users } from "./schema";\nconst f = (x: any) => [x.createdAt, x.color, x.size];\n'
    one = {"schema.ts": SCHEMA.encode(), "use.ts": code.encode()}
    said = "of `createdAt` in files that can reach the table, with nothing of the table beside"
    assert places(one, lowered(one, CHANGE)) == [f"schema.ts:3 1 more use {said}"]
    two = one | {"more.ts": code.encode()}
    assert places(two, lowered(two, CHANGE)) == [f"schema.ts:3 2 more uses {said}"]
    known = two | {"x.ts": b'import { users } from "./schema";\nconst f = (x: any) => x.createdAt;\n'}
    assert places(known, lowered(known, CHANGE)) == ["x.ts:2 member `createdAt`", f"schema.ts:3 2 more uses {said}"]
    far = {"schema.ts": SCHEMA.encode(), "use.ts": code.partition("\n")[2].encode()}
    assert places(far, lowered(far, CHANGE)) == []


def test_a_long_list_has_only_what_something_speaks_for() -> None:
    bare = 'import { users } from "./schema";\n' + "use((x: any) => x.createdAt);\n" * 200
    told = "const f = (x: any) => [x.createdAt, x.id];\n"
    files = {"schema.ts": SCHEMA.encode(), "use.ts": (bare + told).encode()}
    said = "200 more uses of `createdAt` in files that can reach the table, with nothing of the table beside"
    assert places(files, lowered(files, CHANGE)) == ["use.ts:202 member `createdAt`", f"schema.ts:3 {said}"]
    fewer = {"schema.ts": SCHEMA.encode(), "use.ts": bare.encode()}
    assert len(places(fewer, lowered(fewer, CHANGE))) == 200


def test_texts_about_imports_are_no_imports() -> None:
    code = 'const f = (x: any, n: string) => [x.createdAt, `from "${n}"`, \'a from "# b"\'];\n'
    files = {"schema.ts": SCHEMA.encode(), "use.ts": code.encode()}
    assert places(files, lowered(files, CHANGE)) == []


def test_renames_of_one_schema_share_what_is_known() -> None:
    whole = project({"schema.ts": SCHEMA.encode(), "use.ts": (HEAD + "users.createdAt; users.id;\n").encode()})
    context = Lowering(whole, link(whole).schema)
    first = rename.lower(CHANGE, context)
    kept = whole.analysis
    assert rename.lower(CHANGE, context) == first
    assert kept is not None
    assert whole.analysis is kept
    again = Lowering(whole, link(whole).schema)
    assert rename.lower(CHANGE, again) == first
    assert whole.analysis is not kept


def test_flows_are_looked_for_where_the_key_is_a_part_of_other_words() -> None:
    """``port`` is a part of ``import`` and ``export``, which must not count as uses of it."""
    schema = (
        'import { pgTable, text } from "drizzle-orm/pg-core"; import { z } from "zod";\n'
        'import { createInsertSchema } from "drizzle-zod";\n'
        "const own = z.object({ port: z.string() });\n"
        'export const hosts = pgTable("hosts", { id: text("id"), port: text("port") });\n'
        "export const insert = createInsertSchema(hosts, { ...own.shape });\n"
    )
    files = {"schema.ts": schema.encode()}
    files |= {f"f{i}.ts": b'import { hosts } from "./schema";\nexport const f = 1;\n' for i in range(401)}
    patch = lowered(files, RenameColumn("schema.ts#hosts", "port", "number", "number"))
    assert places(files, patch) == ["schema.ts:5 value with `port` for a row"]
