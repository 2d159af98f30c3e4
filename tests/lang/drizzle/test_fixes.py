"""What changes of columns and of the third argument come to in Drizzle code, byte by byte."""

from __future__ import annotations

import pytest
from tests.lang.fixing import changed, codes, refusal, schema, table

from tenantlint.change import (
    AddIndex,
    AddTenant,
    AddTimestamp,
    AttachIndex,
    EnableSecurity,
    MakeRequired,
    UpdateOnWrite,
    UseFactory,
)
from tenantlint.lang.drizzle import fixes
from tenantlint.source import Location

IMPORT = 'import { index, pgTable, text, timestamp, uuid } from "drizzle-orm/pg-core";\n'
HEAD = IMPORT + '\nexport const tenants = pgTable("tenants", { id: uuid("id").primaryKey() });\n\n'
USERS, TENANTS_ID = "s.ts#users", "s.ts#tenants"


def users(column: str, extra: str = "") -> str:
    columns = f'  id: uuid("id").primaryKey(),\n  {column},\n'
    return f'{HEAD}export const users = pgTable("users", {{\n{columns}}}{extra});\n'


FACTORY = [
    ('timestamp("a").default(new Date()).notNull()', 'timestamp("a").$defaultFn(() => new Date()).notNull()'),
    ('text("a")\n    .notNull()\n    .default(nanoid())', 'text("a")\n    .notNull()\n    .$defaultFn(() => nanoid())'),
    ('uuid("a").default(crypto.randomUUID())', 'uuid("a").$defaultFn(() => crypto.randomUUID())'),
]


@pytest.mark.parametrize(("before", "after"), FACTORY)
def test_a_default_is_made_for_each_row(before: str, after: str) -> None:
    found = changed(fixes, {"s.ts": users(f"a: {before}").encode()}, UseFactory(USERS, "a"))
    assert found["s.ts"].decode() == users(f"a: {after}")
    assert "COR002" not in codes(found)


def test_a_shared_object_gives_all_its_tables_the_default() -> None:
    source = users("...times").replace("export const users", "const times = { a: %s };\nexport const users")
    files = {"s.ts": source.replace("%s", 'timestamp("a").default(new Date())').encode()}
    assert "COR002" in codes(files)
    found = changed(fixes, files, UseFactory(USERS, "a"))
    assert found["s.ts"].decode() == source.replace("%s", 'timestamp("a").$defaultFn(() => new Date())')


UPDATE = [
    ('timestamp("a").defaultNow()', 'timestamp("a").defaultNow().$onUpdate(() => new Date())'),
    (
        'text("a")\n    .notNull()\n    .$defaultFn(now)',
        'text("a")\n    .notNull()\n    .$defaultFn(now)\n    .$onUpdate(now)',
    ),
    (
        'timestamp("a", { mode: "string" }).defaultNow()',
        'timestamp("a", { mode: "string" }).defaultNow().$onUpdate(() => new Date().toISOString())',
    ),
    ('timestamp("a").notNull()', 'timestamp("a").notNull().$onUpdate(() => new Date())'),
    ('timestamp("a").default(sql`now()`)', 'timestamp("a").default(sql`now()`).$onUpdate(() => new Date())'),
]


@pytest.mark.parametrize(("before", "after"), UPDATE)
def test_a_time_is_set_on_every_update(before: str, after: str) -> None:
    found = changed(fixes, {"s.ts": users(f"a: {before}").encode()}, UpdateOnWrite(USERS, "a"))
    assert found["s.ts"].decode() == users(f"a: {after}")
    column = next(each for each in table(found, "users").columns if each.key == "a")
    assert column.on_update is True


REQUIRED = [
    ('timestamp("a").defaultNow()', 'timestamp("a").notNull().defaultNow()'),
    ('text("a")\n    .array()\n    .unique()', 'text("a")\n    .array()\n    .notNull()\n    .unique()'),
    ('uuid("a").references(() => tenants.id)', 'uuid("a").notNull().references(() => tenants.id)'),
    ('text("a").$type<"x" | "y">()', 'text("a").$type<"x" | "y">().notNull()'),
]


@pytest.mark.parametrize(("before", "after"), REQUIRED)
def test_a_column_is_made_not_null(before: str, after: str) -> None:
    found = changed(fixes, {"s.ts": users(f"a: {before}").encode()}, MakeRequired(USERS, "a"))
    assert found["s.ts"].decode() == users(f"a: {after}")
    column = table(found, "users").column("a")
    assert column is not None
    assert column.nullable is False


NEW = 'index("users_a_idx").on({})'
EXTRA = [
    ("", f", (t) => [{NEW.format('t.a')}]"),
    (", (t) => [index().on(t.id)]", f", (t) => [index().on(t.id), {NEW.format('t.a')}]"),
    (", (t) => [\n  index().on(t.id),\n]", f", (t) => [\n  index().on(t.id),\n  {NEW.format('t.a')},\n]"),
    (", (t) => [\n  index().on(t.id)\n]", f", (t) => [\n  index().on(t.id),\n  {NEW.format('t.a')}\n]"),
    (", (t) => [\n  index().on(t.id) // id\n]", f", (t) => [\n  index().on(t.id), // id\n  {NEW.format('t.a')}\n]"),
    (", table => [index().on(table.id),]", f", table => [index().on(table.id), {NEW.format('table.a')},]"),
    (", ({ id }) => ({ x: index().on(id) })", f", ({{ id, a }}) => ({{ x: index().on(id), aIdx: {NEW.format('a')} }})"),
    (
        ", (t) => ({\n  x: index().on(t.id),\n})",
        f", (t) => ({{\n  x: index().on(t.id),\n  aIdx: {NEW.format('t.a')},\n}})",
    ),
    (
        ", (t) => {\n  return {\n    x: index().on(t.id), // id\n  };\n}",
        f", (t) => {{\n  return {{\n    x: index().on(t.id), // id\n    aIdx: {NEW.format('t.a')},\n  }};\n}}",
    ),
    (", () => []", f", (t) => [{NEW.format('t.a')}]"),
    (", (t) => ({})", f", (t) => ({{ aIdx: {NEW.format('t.a')} }})"),
    (
        ", function (t) { return [index().on(t.id)]; }",
        f", function (t) {{ return [index().on(t.id), {NEW.format('t.a')}]; }}",
    ),
]


@pytest.mark.parametrize(("before", "after"), EXTRA)
def test_an_index_is_in_the_third_argument(before: str, after: str) -> None:
    found = changed(fixes, {"s.ts": users('a: text("a")', before).encode()}, AddIndex(USERS, ("a",)))
    assert found["s.ts"].decode() == users('a: text("a")', after)
    indexes = [(each.name, each.columns, each.attached) for each in table(found, "users").indexes]
    assert ("users_a_idx", ("a",), True) in indexes


def test_arguments_on_lines_of_their_own_stay_so() -> None:
    columns = '  {\n    a: text("a"),\n    bC: text("b_c"),\n  },\n'
    text = HEAD + 'export const users = pgTable(\n  "users",\n' + columns + "%s);\n"
    found = changed(fixes, {"s.ts": (text % "").encode()}, AddIndex(USERS, ("a", "b_c")))
    assert found["s.ts"].decode() == text % '  (t) => [index("users_a_b_c_idx").on(t.a, t.bC)],\n'


def test_what_enables_security_behind_the_table_stays() -> None:
    source = users('a: text("a")').replace("});\n", "}).enableRLS();\n")
    source = source.replace("() }).enableRLS()", "() })")
    found = changed(fixes, {"s.ts": source.encode()}, AddIndex(USERS, ("a",)))
    assert found["s.ts"].decode() == source.replace("}).enable", f"}}, (t) => [{NEW.format('t.a')}]).enable")


def test_a_library_taken_as_a_whole_is_known() -> None:
    source = (
        'import * as d from "drizzle-orm/pg-core";\nexport const users = d.pgTable("users", { a: d.text("a") }%s);\n'
    )
    found = changed(fixes, {"s.ts": (source % "").encode()}, AddIndex(USERS, ("a",)))
    assert found["s.ts"].decode() == source % f", (t) => [d.{NEW.format('t.a')}]"


def test_the_other_tables_show_what_the_third_argument_is_like() -> None:
    other = 'export const posts = pgTable("posts", { id: uuid("id") }, (table) => ({ i: index("i").on(table.id) }));\n'
    found = changed(fixes, {"s.ts": (users('a: text("a")') + other).encode()}, AddIndex(USERS, ("a",)))
    extra = ', (table) => ({ aIdx: index("users_a_idx").on(table.a) })'
    assert found["s.ts"].decode() == users('a: text("a")', extra) + other


POLICY = """pgPolicy("users_tenant_isolation", {
    using: sql`${t.tenant_id} = (select nullif(current_setting('app.tenant_id', true), '')::uuid)`,
    withCheck: sql`${t.tenant_id} = (select nullif(current_setting('app.tenant_id', true), '')::uuid)`,
  }),
]"""


def test_a_policy_compares_the_tenant() -> None:
    column = 'tenant_id: uuid("tenant_id").notNull().references(() => tenants.id)'
    index = ', (t) => [\n  index("users_tenant_id_idx").on(t.tenant_id),\n{}]'
    source = users(column, index.format(""))
    assert codes({"s.ts": source.encode()}) == ["RLS001", "STD002", "STD003"]
    found = changed(fixes, {"s.ts": source.encode()}, EnableSecurity(USERS, "tenant_id", "app.tenant_id"))
    after = users(column, index.format(f"  {POLICY}")[:-1])
    after = after.replace("index, pgTable", "index, pgPolicy, pgTable")
    assert found["s.ts"].decode() == after.replace('core";\n', 'core";\nimport { sql } from "drizzle-orm";\n', 1)
    assert codes(found) == ["STD002", "STD003"]


def test_a_policy_in_a_new_third_argument_stands_on_lines_of_its_own() -> None:
    source = f"import {{ sql }} from 'drizzle-orm';\n{users('tenant_id: uuid()')}"
    found = changed(fixes, {"s.ts": source.encode()}, EnableSecurity(USERS, "tenant_id", "app.tenant_id"))
    after = f"import {{ sql }} from 'drizzle-orm';\n{users('tenant_id: uuid()', f', (t) => [{chr(10)}  {POLICY}')}"
    assert found["s.ts"].decode() == after.replace("index, pgTable", "index, pgPolicy, pgTable")


ATTACHED = [
    ('export const a = index("users_a").on(users.a);', 'index("users_a").on(t.a)'),
    ('const a = uniqueIndex("users_a")\n  .on(users.a, users.id)\n  .where(sql`${users.a} > 1`);', None),
    ('index("users_a").on(users.a);', 'index("users_a").on(t.a)'),
    ('export const a = unique("users_a").on(users.a);', 'unique("users_a").on(t.a)'),
]


@pytest.mark.parametrize(("statement", "item"), ATTACHED)
def test_an_index_is_moved_into_its_table(statement: str, item: str | None) -> None:
    imports = HEAD.replace("index, ", "index, unique, uniqueIndex, ", 1)
    rest = "\nexport const z = 1;\n"
    source = users('a: text("a")').replace(HEAD, imports) + f"\n{statement}\n{rest}"
    found = {"s.ts": source.encode()}
    loose = [*table(found, "users").indexes, *table(found, "users").unique_constraints]
    assert [each.attached for each in loose] == [False]
    after = changed(fixes, found, AttachIndex(USERS, loose[0].at))
    item = item or 'uniqueIndex("users_a")\n  .on(t.a, t.id)\n  .where(sql`${t.a} > 1`)'
    extra = f", (t) => [{item}]" if "\n" not in item else ", (t) => [\n  " + item.replace("\n", "\n  ") + ",\n]"
    assert after["s.ts"].decode() == users('a: text("a")', extra).replace(HEAD, imports) + rest
    held = [*table(after, "users").indexes, *table(after, "users").unique_constraints]
    assert [(each.name, each.attached) for each in held] == [("users_a", True)]


def test_a_policy_is_moved_into_its_table() -> None:
    imports = HEAD.replace("index, ", "index, pgPolicy, ", 1)
    source = users('a: text("a")').replace(HEAD, imports)
    policy = 'pgPolicy("p", { using: sql`${%s.a} = 1` })'
    files = {"s.ts": f"{source}\nexport const p = {policy % 'users'};\n".encode()}
    at = schema(files).detached_policies[0].at
    found = changed(fixes, files, AttachIndex(USERS, at))
    assert found["s.ts"].decode() == users('a: text("a")', f", (t) => [{policy % 't'}]").replace(HEAD, imports)
    assert schema(found).detached_policies == ()


TENANT = 'tenant_id: uuid("tenant_id").notNull().references(() => tenants.id)'
NEW_INDEX = ', (t) => [index("users_tenant_id_idx").on(t.{})]'


def test_a_tenant_column_stands_behind_the_keys_with_its_index() -> None:
    source = users('name: text("name")')
    assert "TEN001" in codes({"s.ts": source.encode()})
    found = changed(fixes, {"s.ts": source.encode()}, AddTenant(USERS, "tenant_id", "s.ts#tenants"))
    assert found["s.ts"].decode() == users(f'{TENANT},\n  name: text("name")', NEW_INDEX.format("tenant_id"))
    assert not {"TEN001", "TEN002", "TEN003", "TEN004", "IDX001", "IDX002", "NAM002"} & {*codes(found)}


def test_a_tenant_column_is_written_as_other_tables_have_it() -> None:
    own = 'tenantId: uuid("tenant_id")\n    .notNull()\n    .references(() => tenants.id, { onDelete: "cascade" })'
    other = f'\nexport const posts = pgTable("posts", {{\n  {own},\n}});\n'
    found = changed(
        fixes, {"s.ts": (users('name: text("name")') + other).encode()}, AddTenant(USERS, "tenant_id", "s.ts#tenants")
    )
    assert found["s.ts"].decode() == users(f'{own},\n  name: text("name")', NEW_INDEX.format("tenantId")) + other


def test_a_tenant_that_refers_back_has_its_type_written_out() -> None:
    tenants = HEAD.replace(".primaryKey() }", '.primaryKey(), ownerId: uuid("owner_id").references(() => users.id) }')
    source = users('name: text("name")').replace(HEAD, tenants)
    found = changed(fixes, {"s.ts": source.encode()}, AddTenant(USERS, "tenant_id", "s.ts#tenants"))
    column = TENANT.replace("() =>", "(): AnyPgColumn =>").replace("tenant_id: ", "tenantId: ")
    after = users(f'{column},\n  name: text("name")', NEW_INDEX.format("tenantId")).replace(HEAD, tenants)
    assert found["s.ts"].decode() == after.replace("{ index,", "{ AnyPgColumn, index,")


TIMES = [
    (
        AddTimestamp(USERS, "created_at", on_update=False),
        'created_at: timestamp("created_at", { withTimezone: true }).notNull().defaultNow()',
    ),
    (
        AddTimestamp(USERS, "updated_at", on_update=True),
        'updated_at: timestamp("updated_at", { withTimezone: true }).notNull().defaultNow()'
        ".$onUpdate(() => new Date())",
    ),
]


@pytest.mark.parametrize(("change", "text"), TIMES)
def test_a_timestamp_stands_behind_all_columns(change: AddTimestamp, text: str) -> None:
    found = changed(fixes, {"s.ts": users('name: text("name")').encode()}, change)
    assert found["s.ts"].decode() == users(f'name: text("name"),\n  {text}')
    column = table(found, "users").column(change.name)
    assert column is not None
    assert (column.type, column.nullable, column.has_default, column.on_update) == (
        "timestamptz",
        False,
        True,
        change.on_update,
    )


def test_an_object_that_has_just_the_column_is_spread() -> None:
    times = 'const created = { created_at: timestamp("created_at").defaultNow().notNull() };\n'
    other = 'export const posts = pgTable("posts", { id: uuid("id"), ...created });\n'
    source = users('name: text("name")').replace(HEAD, HEAD + times + other)
    found = changed(fixes, {"s.ts": source.encode()}, AddTimestamp(USERS, "created_at", on_update=False))
    assert found["s.ts"].decode() == users('name: text("name"),\n  ...created').replace(HEAD, HEAD + times + other)
    found = changed(fixes, {"s.ts": source.encode()}, AddTimestamp(USERS, "updated_at", on_update=True))
    text = 'updated_at: timestamp("updated_at").defaultNow().notNull().$onUpdate(() => new Date())'
    assert found["s.ts"].decode() == users(f'name: text("name"),\n  {text}').replace(HEAD, HEAD + times + other)


TENANTS_FILE = (
    "import { pgTable, timestamp, uuid } from 'drizzle-orm/pg-core'\n\n"
    "export const created = { createdAt: timestamp('created_at').notNull().defaultNow() }\n"
    "export const tenants = pgTable('tenants', { id: uuid('id').primaryKey(), ...created })\n"
)
POSTS_FILE = (
    "import {{ pgTable, serial }} from 'drizzle-orm/pg-core'\n{more}\n"
    "export const posts = pgTable('posts', {{\n\tid: serial('id').primaryKey(),\n{column}}}{extra})\n"
)
POSTS = "db/posts/posts.ts#posts"


def posts(column: str = "", more: str = "", extra: str = "") -> str:
    return POSTS_FILE.format(column=column, more=more, extra=extra)


ELSEWHERE = [
    (
        AddTenant(POSTS, "tenant_id", "db/t.ts#tenants"),
        posts(
            "\ttenantId: uuid('tenant_id').notNull().references(() => tenants.id),\n",
            "import { tenants } from '../t'\n",
            ", (t) => [index('posts_tenant_id_idx').on(t.tenantId)]",
        ).replace("{ pgTable, serial }", "{ index, pgTable, serial, uuid }"),
    ),
    (
        AddTimestamp(POSTS, "created_at", on_update=False),
        posts("\t...created,\n", "import { created } from '../t'\n"),
    ),
    (
        AddTimestamp(POSTS, "updated_at", on_update=True),
        posts(
            "\tupdatedAt: timestamp('updated_at').notNull().defaultNow().$onUpdate(() => new Date()),\n",
        ).replace("serial }", "serial, timestamp }"),
    ),
]


@pytest.mark.parametrize(("change", "after"), ELSEWHERE)
@pytest.mark.parametrize(("newline", "bom"), [("\n", b""), ("\r\n", b"\xef\xbb\xbf")])
def test_what_other_files_declare_is_imported(
    change: AddTimestamp | AddTenant, after: str, newline: str, bom: bytes
) -> None:
    def written(text: str) -> bytes:
        return bom + text.replace("\n", newline).encode()

    files = {"db/t.ts": TENANTS_FILE.encode(), "db/posts/posts.ts": written(posts())}
    found = changed(fixes, files, change)
    assert found == {**files, "db/posts/posts.ts": written(after)}
    assert table(found, "posts").column(change.name) is not None


def test_columns_that_a_function_makes_are_made_by_it() -> None:
    source = IMPORT + 'export const users = pgTable("users", (d) => ({ id: d.uuid("id").primaryKey()%s })%s);\n'
    tenants = 'export const tenants = pgTable("tenants", { id: uuid("id").primaryKey() });\n'
    files = {"s.ts": (source % ("", "") + tenants).encode()}
    found = changed(fixes, files, AddTenant(USERS, "tenant_id", "s.ts#tenants"))
    column = ', tenant_id: d.uuid("tenant_id").notNull().references(() => tenants.id)'
    assert found["s.ts"].decode() == source % (column, NEW_INDEX.format("tenant_id")) + tenants


OTHER = {"use.ts": b'import { a } from "./s";\nconsole.log(a);\n'}
LOOSE = 'export const a = index("users_a").on(users.a);\n'
REFUSED = [
    (
        users('a: text("a")') + LOOSE,
        AddIndex(USERS, ("a",)),
        "the index is there already, in the table or outside of it",
    ),
    (
        users('a: text("a")') + 'export const p = pgPolicy("p", { using: sql`true` });\n',
        EnableSecurity(USERS, "a", "app.t"),
        "the table has a policy already, or one outside of it that may be meant for it",
    ),
    (
        users('a: timestamp("a").default(NOW)'),
        UseFactory(USERS, "a"),
        "its default is no call that stands in the declaration",
    ),
    (users("a: made()"), UseFactory(USERS, "a"), "its default does not stand in the declaration"),
    (users('a: timestamp("a")'), UpdateOnWrite(USERS, "a"), "its default does not say how a time is made"),
    (users('a: text("a").default(sql`x`)'), UpdateOnWrite(USERS, "a"), "its default does not say how a time is made"),
    (users('a: text("a").notNull()'), MakeRequired(USERS, "a"), "the column is NOT NULL already"),
    (
        users('a: text("a")', ", extras"),
        AddIndex(USERS, ("a",)),
        "the third argument of `users` is no function that stands there",
    ),
    (
        users('a: text("a")', ", (t) => make(t)"),
        AddIndex(USERS, ("a",)),
        "the third argument of the table returns something that is not edited",
    ),
    (
        users('a: text("a")', ', (t) => [index("x").on(t.a)]'),
        AddIndex(USERS, ("a",)),
        "the index is there already, in the table or outside of it",
    ),
    (users('tenantId: text("x")'), AddTenant(USERS, "tenant_id", "s.ts#tenants"), "`users` has a `tenantId` already"),
    (
        users('a: text("a")'),
        AddTenant(USERS, "tenant_id", None),
        "which type the tenant column has cannot be told: the project declares no table of tenants",
    ),
    (
        users('a: text("a")', ', () => [pgPolicy("p")]'),
        EnableSecurity(USERS, "a", "app.t"),
        "the table has a policy already, or one outside of it that may be meant for it",
    ),
]


@pytest.mark.parametrize(("source", "change", "reason"), REFUSED)
def test_what_is_not_surely_understood_is_refused(source: str, change: AddTenant, reason: str) -> None:
    source = source.replace("{ index,", "{ index, pgPolicy,")
    assert refusal(fixes, {"s.ts": source.encode()}, change) == reason


USED = [
    (LOOSE + "export type A = typeof a;\n", {}, "`a` is used elsewhere in `s.ts`"),
    (LOOSE, OTHER, "`a` is used in `use.ts`"),
    (LOOSE.replace("users.a)", "users.a, f(users))"), {}, "it uses `users` in a way that is not edited"),
    (LOOSE.replace(";", ', b = "x";'), {}, "it is declared together with others"),
]


@pytest.mark.parametrize(("statement", "more", "reason"), USED)
def test_an_index_that_something_uses_is_not_moved(statement: str, more: dict[str, bytes], reason: str) -> None:
    source = users('a: text("a")') + statement
    start = source.index('index("users_a")')
    change = AttachIndex(USERS, Location("s.ts", start, start + len('index("users_a")')))
    assert refusal(fixes, {"s.ts": source.encode(), **more}, change) == reason


def test_what_several_tables_share_is_required_of_all() -> None:
    shared = 'const shared = { a: text("a") };\nexport const posts = pgTable("posts", { ...shared });\n'
    source = users("...shared").replace(HEAD, HEAD + shared)
    found = changed(fixes, {"s.ts": source.encode()}, MakeRequired(USERS, "a"))
    assert found["s.ts"].decode() == source.replace('a: text("a")', 'a: text("a").notNull()')


def test_a_column_that_its_key_names_is_no_model_for_another_key() -> None:
    other = 'export const posts = pgTable("posts", { created_at: timestamp().notNull().defaultNow() });\n'
    camel = users('firstName: text("first_name"), lastName: text("last_name")')
    found = changed(fixes, {"s.ts": (camel + other).encode()}, AddTimestamp(USERS, "created_at", on_update=False))
    text = ', createdAt: timestamp("created_at", { withTimezone: true }).notNull().defaultNow()'
    names = 'firstName: text("first_name"), lastName: text("last_name")'
    assert found["s.ts"].decode() == users(names + text) + other


OTHERS = [
    ("mysql", "mysqlTable", "timestamp", 'timestamp("created_at").notNull().defaultNow()'),
    (
        "sqlite",
        "sqliteTable",
        "integer",
        'integer("created_at", { mode: "timestamp" }).notNull().$defaultFn(() => new Date())',
    ),
]


@pytest.mark.parametrize(("core", "function", "kind", "declaration"), OTHERS)
def test_other_databases_have_functions_of_their_own(core: str, function: str, kind: str, declaration: str) -> None:
    text = f'import {{ %s }} from "drizzle-orm/{core}-core";\n'
    text += f'export const users = {function}("users", {{ a: text("a")%s }}%s);\n'
    names = (function, "text")
    files = {"s.ts": (text % (", ".join(names), "", "")).encode()}
    found = changed(fixes, files, AddTimestamp(USERS, "created_at", on_update=False))
    wanted = ", ".join(sorted((*names, kind)))
    assert found["s.ts"].decode() == text % (wanted, f", created_at: {declaration}", "")
    found = changed(fixes, files, AddIndex(USERS, ("a",)))
    wanted = ", ".join(sorted((*names, "index")))
    assert found["s.ts"].decode() == text % (wanted, "", ', (t) => [index("users_a_idx").on(t.a)]')


KEYS = [
    ('serial("id").primaryKey()', 'integer("tenant_id")', "integer"),
    ('bigserial("id", { mode: "number" }).primaryKey()', 'bigint("tenant_id", { mode: "number" })', "bigint"),
    ('varchar("id", { length: 24 }).primaryKey()', 'varchar("tenant_id", { length: 24 })', ""),
    ("uuid().primaryKey().defaultRandom()", 'uuid("tenant_id")', ""),
    ('integer("id").primaryKey().generatedAlwaysAsIdentity()', 'integer("tenant_id")', ""),
]


@pytest.mark.parametrize(("key", "column", "kind"), KEYS)
def test_a_tenant_column_has_the_type_of_the_key_that_it_references(key: str, column: str, kind: str) -> None:
    text = (
        'import { %s } from "drizzle-orm/pg-core";\nexport const tenants = pgTable("tenants", { id: %s });\n'
        'export const users = pgTable("users", { id: text("id").primaryKey()%s }%s);\n'
    )
    names = ["index", "pgTable", "text", key.partition("(")[0]]
    files = {"s.ts": (text % (", ".join(sorted(names)), key, "", "")).encode()}
    found = changed(fixes, files, AddTenant(USERS, "tenant_id", TENANTS_ID))
    wanted = ", ".join(sorted([*names, kind] if kind else names))
    added = f", tenant_id: {column}.notNull().references(() => tenants.id)"
    assert found["s.ts"].decode() == text % (wanted, key, added, NEW_INDEX.format("tenant_id"))
    assert not {"TEN004", "REL005"} & {*codes(found)}
