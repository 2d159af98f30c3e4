"""Linking: what is known, what is UNKNOWN, and what is never guessed."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenantlint.lang.drizzle.link import link
from tenantlint.lang.drizzle.scan import is_candidate
from tenantlint.project import Project
from tenantlint.schema import UNKNOWN, Column, Table

if TYPE_CHECKING:
    from tenantlint.lang import Linked

IMPORTS = """\
import { relations, sql } from "drizzle-orm";
import { customType, foreignKey, index, integer, pgEnum, pgPolicy, pgSchema, pgTable } from "drizzle-orm/pg-core";
import { pgTableCreator, primaryKey, text, timestamp, unique, uniqueIndex, uuid, varchar } from "drizzle-orm/pg-core";
import { anything } from "outside";
"""


def linked(*sources: str, **files: str) -> Linked:
    """Link a project of ``a.ts`` (the source, with the usual imports) and ``files`` (``b_ts`` for ``b.ts``)."""
    overlay = {f"{name.replace('__', '/').replace('_', '.')}": text.encode() for name, text in files.items()}
    for text in sources:
        overlay["a.ts"] = (IMPORTS + text).encode()
    project = Project("/nowhere", frozenset(), overlay)
    return link(project, sorted(path for path, data in overlay.items() if is_candidate(data)))


def table(source: str, **files: str) -> Table:
    (found,) = linked(source, **files).tables
    return found


def column(builder: str) -> Column:
    (found,) = table(f"export const t = pgTable('t', {{ c: {builder} }});").columns
    return found


def facts(found: Column) -> str:
    """Write the facts of a column: upper case where true, lower where false, ``?`` where unknown."""
    letters = {
        "n": found.nullable,
        "p": found.primary_key,
        "u": found.unique,
        "d": found.has_default,
        "s": found.has_server_default,
        "o": found.on_update,
    }
    return "".join("?" if value is UNKNOWN else name.upper() if value else name for name, value in letters.items())


COLUMNS = {
    "text('x')": ("x", "text", "Npudso"),
    "text()": ("c", "text", "Npudso"),
    "text('x').notNull()": ("x", "text", "npudso"),
    "anything()": (UNKNOWN, UNKNOWN, "??????"),
    "text('x').anything()": (UNKNOWN, UNKNOWN, "??????"),
    "text(anything)": (UNKNOWN, "text", "Npudso"),
    "text(process.env.NAME)": (UNKNOWN, "text", "Npudso"),
    "text(process.env.NAME ?? 'x')": (UNKNOWN, "text", "Npudso"),
    "varchar('x', { length: anything })": ("x", UNKNOWN, "Npudso"),
    "varchar('x', { ...anything })": ("x", UNKNOWN, "Npudso"),
    "varchar('x', anything())": ("x", UNKNOWN, "Npudso"),
    "text('x').default(anything)": ("x", "text", "NpuDSo"),
    "anything.flag ? text('x') : text('y')": (UNKNOWN, UNKNOWN, "??????"),
    "(anything.flag && text('x')) || text('y')": (UNKNOWN, UNKNOWN, "??????"),
    "customType({ dataType: () => anything() })('x')": ("x", UNKNOWN, "Npudso"),
    "customType(anything)('x')": ("x", UNKNOWN, "Npudso"),
    "pgEnum(anything, ['a'])('x')": ("x", UNKNOWN, "Npudso"),
    "((c) => c.notNull())(text('x'))": ("x", "text", "npudso"),
    "((c) => anything.flag ? c.notNull() : c)(text('x'))": ("x", "text", "?pudso"),
    "((c) => { if (anything.flag) c.unique(); return c })(text('x'))": ("x", "text", "Np?dso"),
    "((c) => { for (const x of anything.list) c.notNull(); return c })(text('x'))": ("x", "text", "?pudso"),
    "((c) => { if (anything.flag) { return c } return c.notNull() })(text('x'))": ("x", "text", "npudso"),
    "text('x').notNull().array()": ("x", "text[]", "?pudso"),
    "text('x').array().notNull()": ("x", "text[]", "npudso"),
    "text('x').primaryKey().array()": ("x", "text[]", "??udso"),
}


@pytest.mark.parametrize("builder", sorted(COLUMNS))
def test_column(builder: str) -> None:
    found = column(builder)
    assert (found.name, found.type, facts(found)) == COLUMNS[builder]


INCOMPLETE = {
    "pgTable('t', anything)": {"columns", "primary_key", "foreign_keys"},
    "pgTable('t', { a: text(), ...anything })": {"columns", "primary_key", "foreign_keys"},
    "pgTable('t', { a: text(), ...anything() })": {"columns", "primary_key", "foreign_keys"},
    "pgTable('t', { a: text(), [anything]: text() })": {"columns", "primary_key", "foreign_keys"},
    "pgTable('t', () => anything())": {"columns", "primary_key", "foreign_keys"},
    "pgTable('t', { a: anything() })": {"foreign_keys"},
    "pgTable('t', { a: ((c) => anything.x ? c.references(() => t.a) : c)(text()) })": {"foreign_keys"},
    "pgTable('t', { a: text() }, anything)": {
        "indexes",
        "unique_constraints",
        "foreign_keys",
        "primary_key",
        "policies",
    },
    "pgTable('t', { a: text() }, (t) => [index().on(t.a), ...anything])": {
        "indexes",
        "unique_constraints",
        "foreign_keys",
        "primary_key",
        "policies",
    },
    "pgTable('t', { a: text() }, (t) => [index().on(t.a)])": set(),
    "pgTable('t', { a: text() }, (t) => [anything.x ? index().on(t.a) : unique().on(t.a)])": {
        "indexes",
        "unique_constraints",
        "foreign_keys",
        "primary_key",
        "policies",
    },
    "pgTable('t', { a: text() }, ...anything)": {
        "indexes",
        "unique_constraints",
        "foreign_keys",
        "primary_key",
        "policies",
    },
}


@pytest.mark.parametrize("declaration", sorted(INCOMPLETE))
def test_what_may_have_more_is_told(declaration: str) -> None:
    assert table(f"export const t = {declaration};").incomplete == INCOMPLETE[declaration]


def test_an_unknown_name_or_schema() -> None:
    made = linked(
        "const create = pgTableCreator((name) => anything.prefix + name);"
        "export const one = create('one', {});"
        "export const two = pgSchema(anything()).table('two', {});"
        "export const three = pgTable(anything, {});"
    )
    assert [(item.symbol, item.name, item.schema) for item in made.tables] == [
        ("one", UNKNOWN, None),
        ("two", "two", UNKNOWN),
        ("three", UNKNOWN, None),
    ]
    assert [item.id for item in made.tables] == ["a.ts#one", "a.ts#two", "a.ts#three"]


def test_a_table_of_an_undecided_branch_is_no_fact() -> None:
    made = linked(
        "export const a = anything.x ? pgTable('a', {}) : pgTable('b', {});"
        "if (anything.x) { pgTable('c', {}); }"
        "export const d = pgTable('d', {});"
    )
    assert [item.name for item in made.tables] == ["d"]
    assert [item.what for item in made.unresolved] == ["table", "table", "table"]


def test_an_unknown_target_of_a_foreign_key() -> None:
    (key,) = table("export const t = pgTable('t', { a: uuid().references(() => anything.id) });").foreign_keys
    assert (key.columns, key.target_table, key.target_id, key.target_columns) == (("a",), UNKNOWN, UNKNOWN, (UNKNOWN,))


def test_a_column_that_is_not_there_stands_by_the_name_it_was_asked_for() -> None:
    made = linked(
        "export const u = pgTable('u', { id: uuid() });"
        "export const t = pgTable('t', { a: uuid() }, (t) => ["
        "  index('i').on(t.gone), foreignKey({ columns: [t.a], foreignColumns: [u.lost] })]);"
        "export const r = relations(t, ({ one }) => ({ u: one(u, { fields: [t.no], references: [u.id] }) }));"
    )
    found = made.tables[1]
    assert found.indexes[0].columns == ("gone",)
    assert found.foreign_keys[0].target_columns == ("lost",)
    assert (found.foreign_keys[0].target_table, found.foreign_keys[0].target_id) == ("u", "a.ts#u")
    assert (found.relations[0].columns, found.relations[0].columns_of) == (("no",), "a.ts#t")


def test_relations_of_wrong_tables_tell_whose_columns_they_join() -> None:
    made = linked(
        "export const u = pgTable('u', { id: uuid(), other: uuid() }); export const t = pgTable('t', { a: uuid() });"
        "export const r = relations(t, ({ one }) => ({ u: one(u, { fields: [u.other], references: [t.a] }) }));"
    )
    (relation,) = made.tables[1].relations
    assert (relation.columns, relation.columns_of) == (("other",), "a.ts#u")
    assert (relation.target_columns, relation.target_columns_of) == (("a",), "a.ts#t")


RELATIONS = {
    "({ one }) => ({ u: one(u), ...anything })": True,
    "({ one }) => anything({ u: one(u) })": True,
    "anything": True,
    "({ one }) => ({ u: anything(u) })": True,
    "({ one }) => ({ u: one(u) })": False,
}


@pytest.mark.parametrize("function", sorted(RELATIONS))
def test_relations_that_are_not_all_known(function: str) -> None:
    made = linked(
        "export const u = pgTable('u', {}); export const t = pgTable('t', {});"
        f"export const r = relations(t, {function});"
    )
    assert ("relations" in made.tables[1].incomplete) is RELATIONS[function]


def test_new_relations_through_an_unknown_schema() -> None:
    made = linked(
        "import { defineRelations } from 'drizzle-orm'; export const t = pgTable('t', { id: uuid(), up: uuid() });"
        "export const r = defineRelations({ t, ...anything }, (r) => ({ t: {"
        "  up: r.one.t({ from: r.t.up, to: r.t.id }), other: r.one.others() } }));"
    )
    (found,) = made.tables
    assert [(relation.name, relation.columns) for relation in found.relations] == [("up", ("up",))]
    assert found.incomplete == {"relations"}


POLICIES = {
    "sql`tenant_id = current_setting('app.tenant')::uuid`": ("tenant_id",),
    "sql`${t.tenant} = (select auth.uid())`": ("tenant_id",),
    "sql`${t.tenant} in (select o from m where m.u = auth.uid()) and ${t.owner} = app.me()`": ("tenant_id", "owner"),
    "sql`exists (select 1 from m where m.o = ${t.tenant} and m.u = (select auth.uid()))`": ("tenant_id",),
    "sql`exists (select 1 from m where owner = auth.uid())`": (),
    "sql`true`": (),
    "sql`${t.tenant} = ${t.owner}`": (),
    "sql`${t.tenant} = ${anything}`": UNKNOWN,
    "anything(t.tenant)": UNKNOWN,
    "undefined": (),
}


@pytest.mark.parametrize("using", sorted(POLICIES))
def test_tenant_columns_of_a_policy(using: str) -> None:
    found = table(
        "export const t = pgTable('t', { tenant: uuid('tenant_id'), owner: uuid() },"
        f" (t) => [pgPolicy('p', {{ using: {using} }})]);"
    )
    assert found.policies[0].tenant_columns == POLICIES[using]
    assert found.rls.enabled is True


def test_an_unknown_policy() -> None:
    source = "pgPolicy(anything, { for: anything, as: anything, to: [anything, 'app'], using: anything })"
    (policy,) = table(f"export const t = pgTable('t', {{}}, () => [{source}]);").policies
    assert (policy.name, policy.command, policy.permissive, policy.using) == (UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN)
    assert policy.roles == (UNKNOWN, "app")


def test_row_level_security_is_unknown_where_policies_may_be() -> None:
    made = linked(
        "export const a = pgTable('a', {}, () => anything()); export const b = pgTable('b', {});"
        "if (anything.x) b.enableRLS();"
    )
    assert [found.rls.enabled for found in made.tables] == [UNKNOWN, UNKNOWN]


def test_what_is_handed_to_unknown_code_is_not_detached() -> None:
    made = linked(
        "export const t = pgTable('t', { a: text() }, (t) => anything(index('used').on(t.a)));"
        "anything([unique('given').on(t.a), pgPolicy('given')]);"
        "export const kept = pgTable('kept', { a: text() }, (t) => { index('loose').on(t.a); return []; });"
    )
    assert [(found.name, [item.name for item in found.indexes]) for found in made.tables] == [
        ("t", []),
        ("kept", ["loose"]),
    ]
    assert made.detached_policies == ()


def test_what_an_undecided_branch_makes_is_not_detached() -> None:
    made = linked("export const t = pgTable('t', { a: text() }, (t) => [anything.x && index('i').on(t.a)]);")
    assert made.tables[0].indexes == ()


CASINGS = {
    "drizzle(c, { casing: 'snake_case' })": ("is_ok", "kept"),
    "drizzle({ client: c, casing: 'camelCase' })": ("isOK", "kept"),
    "drizzle(c)": ("is_OK", "kept"),
    "drizzle(c, { casing: anything })": (UNKNOWN, "kept"),
    "drizzle(c, anything)": ("is_OK", "kept"),
    "drizzle(c); drizzle(c, { casing: 'snake_case' })": ("is_ok", "kept"),
    "drizzle(c, { casing: 'camelCase' }); drizzle(c, { casing: 'snake_case' })": (UNKNOWN, "kept"),
}


@pytest.mark.parametrize("call", sorted(CASINGS))
def test_casing(call: str) -> None:
    found = table(
        "export const t = pgTable('t', { is_OK: text(), other: text('kept') });",
        db_ts=f"import {{ drizzle }} from 'drizzle-orm/d1'; import {{ anything }} from 'x'; {call};",
    )
    assert tuple(item.name for item in found.columns) == CASINGS[call]


def test_casing_is_that_of_the_nearest_package() -> None:
    schema = IMPORTS + "export const t = pgTable('t', { aB: text() });"
    made = linked(
        one__package_json="{}",
        one__drizzle_config_ts="import 'drizzle-kit'; export default { casing: 'snake_case' } satisfies Config;",
        one__schema_ts=schema,
        two__package_json="{}",
        two__db_ts="import { drizzle } from 'drizzle-orm/d1'; export const db = drizzle(c);",
        two__schema_ts=schema,
        three__package_json="{}",
        three__schema_ts=schema,
    )
    assert {found.at.path: found.columns[0].name for found in made.tables} == {
        "one/schema.ts": "a_b",
        "two/schema.ts": "aB",
        "three/schema.ts": "a_b",
    }


def test_tables_of_files_without_the_magic_word() -> None:
    made = linked(
        db__create_ts=IMPORTS + "export const createTable = pgTableCreator((name) => `app_${name}`);",
        db__post_ts='import { createTable } from "./create"; export const post = createTable("post", (d) => ({}));',
        db__deep_ts='import { tenantTable } from "./tenant"; export const deep = tenantTable("deep");',
        db__tenant_ts='import { createTable } from "./create"; export const tenantTable = (n) => createTable(n, {});',
        db__other_ts='import { createTable } from "somewhere"; export const other = createTable("other", {});',
    )
    assert [(found.id, found.name) for found in made.tables] == [
        ("db/post.ts#post", "app_post"),
        ("db/deep.ts#deep", "app_deep"),
    ]


def test_cyclic_imports() -> None:
    made = linked(
        "import { b } from './b'; export const a = pgTable('a', { id: uuid(), b: uuid().references(() => b.id) });",
        b_ts=IMPORTS
        + "import { a } from './a'; export const b = pgTable('b', { id: uuid(), a: uuid().references(() => a.id) });"
        + "export * from './a'; export * from './b';",
    )
    assert {found.name: found.foreign_keys[0].target_id for found in made.tables} == {"a": "b.ts#b", "b": "a.ts#a"}


def test_reexports_make_no_second_table() -> None:
    made = linked(
        "export const t = pgTable('t', {}); export { t as again }; export default t; export const alias = t;",
        index_ts="export * from './a'; export { t as third } from './a'; import 'drizzle-orm/pg-core';",
    )
    assert [(found.id, found.symbol) for found in made.tables] == [("a.ts#t", "t")]


def test_places() -> None:
    source = (
        "const shared = { id: uuid() };\nexport const t = pgTable('t', {\n  ...shared,\n  a: text() }, (t) => [\n"
        "  index().on(t.a)]);"
    )
    found = table(source)

    def text(at: object) -> str:
        whole = IMPORTS + source
        return whole[at.start : at.end]  # type: ignore[attr-defined]

    assert text(found.at).startswith("pgTable('t', {")
    assert [text(item.at) for item in found.columns] == ["id: uuid()", "a: text()"]
    assert [text(item.at) for item in found.indexes] == ["index().on(t.a)"]


def test_bad_files_are_told_and_the_rest_is_read() -> None:
    made = linked(
        "export const t = pgTable('t', {});",
        broken_ts=IMPORTS + "export const broken = pgTable('broken', { a: text() b: text() });",
        deep_ts=IMPORTS + "f(" * 10_000 + ")" * 10_000,
        helper_ts="export const x = (;",
        user_ts=IMPORTS + "import { x } from './helper'; export const u = pgTable('u', { a: x, b: text() });",
    )
    assert [(problem.code, problem.at.path) for problem in made.problems] == [
        ("ERR003", "broken.ts"),
        ("ERR004", "deep.ts"),
    ]
    assert {found.name: sorted(found.incomplete) for found in made.tables} == {
        "t": [],
        "broken": ["columns", "foreign_keys", "primary_key"],
        "u": ["foreign_keys"],
    }


def test_a_file_that_cannot_be_read_is_told() -> None:
    project = Project("/nowhere", frozenset({"gone.ts"}))
    assert [(problem.code, problem.at.path) for problem in link(project, ["gone.ts"]).problems] == [
        ("ERR001", "gone.ts")
    ]


def test_endless_code_ends() -> None:
    made = linked(
        "function f(n) { return f(n + 1) } export const a = f(0);"
        "const many = [1, 2, 3, 4, 5, 6, 7, 8]; export const b = many.map((a) => many.map((b) => many.map((c) =>"
        " many.map((d) => many.map((e) => many.map((f) => many.map((g) => a)))))));"
        "export const t = pgTable('t', { a: text() });"
    )
    assert [found.name for found in made.tables] == ["t"]
    assert [(item.what, item.why) for item in made.unresolved] == [("statement", "it takes too many steps")]


SCHEMA = """\
const base = { id: uuid().primaryKey(), at: timestamp("at").defaultNow() };
export const tenants = pgTable("tenants", { ...base, name: text().notNull() });
const make = (name, cols) => pgTable(name, { ...base, tenant: uuid().references(() => tenants.id), ...cols }, (t) => [
  index(`${name}_i`).on(t.tenant), primaryKey({ columns: [t.id, t.tenant] }),
  pgPolicy("p", { using: sql`${t.tenant} = f()` })]);
export const posts = make("posts", { title: varchar({ length: 10 }) });
export const r = relations(posts, ({ one }) => ({
  tenant: one(tenants, { fields: [posts.tenant], references: [tenants.id] }) }));
for (const n of ["x", "y"].filter((n) => n !== "z").concat(["w"])) {
  make(n.toUpperCase(), Object.fromEntries([[n, text()]])); }
"""


@settings(max_examples=120, deadline=None)
@given(st.integers(0, 2**32))
def test_any_damage_to_a_schema_can_be_linked(seed: int) -> None:
    chance = random.Random(seed)
    words = [
        "anything",
        "undefined",
        "null",
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        ",",
        "...",
        "=>",
        "?",
        ":",
        "t",
        "1",
        "'x'",
        ".",
    ]
    text = SCHEMA
    for _ in range(chance.randrange(1, 6)):
        place = chance.randrange(len(text))
        text = text[:place] + chance.choice(words) + text[place + chance.randrange(6) :]
    assert {problem.code for problem in linked(text).problems} <= {"ERR003"}
