"""From TypeScript to the IR: what each syntax becomes, where it stands, and what bad input gives."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenantlint.lang import ir
from tenantlint.lang.drizzle.extract import MAX_BYTES, extract
from tenantlint.lang.drizzle.scan import is_candidate, is_source
from tenantlint.source import Source


def fragment(text: str | bytes, path: str = "a.ts") -> ir.Fragment:
    return extract(Source(path, text.encode() if isinstance(text, str) else text))


def show(node: Any) -> str:
    """Write a node as a short expression: its type's name is left out where its shape tells it."""
    if isinstance(node, tuple):
        return " ".join(show(item) for item in node)
    writer = WRITERS.get(type(node))
    return writer(node) if writer else repr(node)


def _optional(prefix: str, node: Any) -> str:
    return "" if node is None else f"{prefix}{show(node)}"


WRITERS: dict[type, Any] = {
    ir.Const: lambda n: repr(n.value),
    ir.Name: lambda n: n.id,
    ir.Attr: lambda n: f"{show(n.value)}.{n.name}",
    ir.Item: lambda n: f"{show(n.value)}[{show(n.key)}]",
    ir.Arg: lambda n: ("..." if n.name == "*" else "") + show(n.value),
    ir.Call: lambda n: f"{show(n.func)}({', '.join(show(arg) for arg in n.args)})",
    ir.Spread: lambda n: f"...{show(n.value)}",
    ir.Seq: lambda n: f"[{', '.join(show(item) for item in n.items)}]",
    ir.Entry: lambda n: f"...{show(n.value)}" if n.key is None else f"{show(n.key)}: {show(n.value)}",
    ir.Mapping: lambda n: f"{{{', '.join(show(entry) for entry in n.entries)}}}",
    ir.Template: lambda n: f"{_optional('', n.tag)}`{'|'.join(show(part) for part in n.parts)}`",
    ir.Unary: lambda n: f"({n.op} {show(n.value)})",
    ir.Binary: lambda n: f"({show(n.left)} {n.op} {show(n.right)})",
    ir.Cond: lambda n: f"({show(n.test)} ? {show(n.then)} : {show(n.other)})",
    ir.Param: lambda n: n.rest + show(n.target) + _optional(" = ", n.default),
    ir.Func: lambda n: f"({', '.join(show(param) for param in n.params)}) => {{{show(n.body)}}}",
    ir.Opaque: lambda n: f"<{n.what}>",
    ir.SeqPattern: lambda n: (
        f"[{', '.join('' if item is None else show(item) for item in n.items)}{_optional(' ...', n.rest)}]"
    ),
    ir.PatternEntry: lambda n: f"{n.key}: {show(n.target)}{_optional(' = ', n.default)}",
    ir.MapPattern: lambda n: f"{{{', '.join(show(entry) for entry in n.entries)}{_optional(' ...', n.rest)}}}",
    ir.Default: lambda n: f"{show(n.target)} = {show(n.default)}",
    ir.Assign: lambda n: f"{show(n.targets)} := {show(n.value)};",
    ir.ExprStmt: lambda n: f"{show(n.value)};",
    ir.If: lambda n: f"if {show(n.test)} {{{show(n.body)}}} else {{{show(n.orelse)}}}",
    ir.For: lambda n: f"for {show(n.target)} of {show(n.iterable)} {{{show(n.body)}}}",
    ir.Block: lambda n: f"{{{show(n.body)}}}",
    ir.Try: lambda n: f"try {{{show(n.body)}}} {' '.join(f'catch {{{show(h)}}}' for h in n.handlers)} {show(n.after)}",
    ir.Return: lambda n: f"return{_optional(' ', n.value)};",
    ir.Raise: lambda n: "throw;",
    ir.FuncDef: lambda n: f"def {n.name.id}{show(n.func)};",
    ir.ImportedName: lambda n: f"{n.name} as {n.alias}",
    ir.ImportModule: lambda n: f"import * as {n.alias} from {n.module};",
    ir.ImportFrom: lambda n: f"import {{{show(n.names)}}} from {n.module};",
    ir.Export: lambda n: (
        f"export {'*' if n.star else ''}{n.star_as or ''}{{{show(n.names)}}}{_optional(' from ', n.module)};"
    ),
}

EXPRESSIONS = {
    "1_000": "1000",
    "0x1F": "31",
    "0b11": "3",
    "1.5e3": "1500",
    ".5": "0.5",
    "10n": "10",
    "'a\\n\\u0041\\x42\\u{1F600}\\'\\\n'": repr("a\nAB\U0001f600'"),
    "null": "None",
    "undefined": "undefined",
    "true ? 1 : !x": "(True ? 1 : (! x))",
    "a as const": "a",
    "(a satisfies B)!": "a",
    "<T>a": "a",
    "(a, b)": "b",
    "a?.b?.[c]?.(d)": "a.b[c](d)",
    "new A(1)": "A(1)",
    "new A": "A()",
    "f<T>(x, ...y)": "f(x, ...y)",
    "a + b * c": "(a + (b * c))",
    "(a ?? b) || c": "((a ?? b) || c)",
    "-1": "(- 1)",
    "await x": "(await x)",
    "[1, ...a, b]": "[1, ...a, b]",
    "{ a, 'b-c': 1, [d]: 2, ...e, 5: f, 4: g }": "{'a': a, 'b-c': 1, d: 2, ...e, '5': f, '4': g}",
    "{ b: 1, 10: x, 9: y }": "{'9': y, '10': x, 'b': 1}",
    "{ m(x) { return x }, get g() { return 1 }, async s() {} }": (
        "{'m': (x) => {return x;}, 'g': <method_definition>, 's': <method_definition>}"
    ),
    "`a${b}c\\n`": "`'a'|b|'c\\n'`",
    "sql`x = ${1}`": "sql`'x = '|(() 1)`",
    "sql<string>`a`": "sql`'a'`",
    "sql<Array<{ a: 1 }> | null>`a`": "sql`'a'`",
    "tag<T[]>`a`": "tag`'a'`",
    "a.b`c`": "a.b`'c'`",
    "x => x.y": "(x) => {return x.y;}",
    "({ a, b: c = 1, ...d }, [e, , f = 2, ...g], h = 3, ...i) => a": (
        "({a: a, b: c = 1 ...d}, [e, , f = 2 ...g], h = 3, *i) => {return a;}"
    ),
    "function (this: X, a?: string) { return }": "(a) => {return;}",
    "async () => 1": "<arrow_function>",
    "function* () { yield 1 }": "<generator_function>",
    "text().$type<import('./x').Y>()": "text().$type()",
    "/x/g": "<regex>",
    "class {}": "<class>",
    "import('./x')": "import('./x')",
    "{ a: b.#c }": "{'a': <member_expression>}",
}

STATEMENTS = {
    "const a = 1, b = 2": "a := 1; b := 2;",
    "let a": "a := undefined;",
    "const { a, b: c } = d": "{a: a, b: c} := d;",
    "a.b = c": "a.b := c;",
    "a['b'] = c": "a['b'] := c;",
    "a += 1": "a := (a + 1);",
    "f(); a": "f();",
    "a && f(); b ? g() : h(); void k(); new L()": "(a && f()); (b ? g() : h()); (void k()); L();",
    "export const a = f()": "a := f(); export {a as a};",
    "export default f()": "default := f(); export {default as default};",
    "export default a": "export {a as default};",
    "export default function f() {}": "def f() => {}; export {f as default};",
    "export { a, b as c }": "export {a as a b as c};",
    "export { a as default } from 'm'": "export {a as default} from 'm';",
    "export * from 'm'": "export *{} from 'm';",
    "export * as n from 'm'": "export *n{} from 'm';",
    "export type { A } from 'm'": "",
    "export type * from 'm'": "",
    "export type A<in out T> = T": "",
    "import a, { b as c, type D } from 'm'": "import {default as a b as c} from m;",
    "import * as n from 'm'": "import * as n from m;",
    "import type { A } from 'm'": "",
    "import a = require('m')": "import * as a from m;",
    "import 'm'": "",
    "const { a } = require('m')": "{a: a} := require('m');",
    "enum E { A = 'a', B = 1, C }": "E := {'1': 'B', '2': 'C', 'A': 'a', 'B': 1, 'C': 2};",
    "function f(a = 1) { return a }": "def f(a = 1) => {return a;};",
    "async function f() {}": "f := <function_declaration>;",
    "g(); function g() {}": "def g() => {}; g();",
    "class A { static b = 1; static c() { return 2 } d = 3 }": (
        "A := {'b': 1, 'c': () => {return 2;}, ...<class_declaration>};"
    ),
    "if (a) b(); else if (c) { d() } else e()": "if a {b();} else {if c {d();} else {e();}}",
    "for (const x of y) f(x)": "for x of y {f(x);}",
    "for (const x of y) { if (x) break; f(x) }": "for x of <for_in_statement> {if x {} else {} f(x);}",
    "for (const k in o) f(k)": "for k of <for_in_statement> {f(k);}",
    "for (let i = 0; i < 3; i++) f(i)": "i := 0; for  of <for_statement> {f(i);}",
    "while (a) { f() }": "for  of <while_statement> {f();}",
    "try { a() } catch (e) { b() } finally { c() }": "try {a();} catch {b();} c();",
    "function f() { throw new E() }": "def f() => {throw;};",
    "switch (a) { case 1: f(); break; default: g() }": "if (a === 1) {f();} else {g();}",
    "switch (a) { case 1: f(); case 2: g() }": "if <switch_case> {f();} else {if <switch_case> {g();} else {}}",
    "let a = 1; const f = () => { a = 2 }": "a := <reassigned>; f := () => {a := <reassigned>;};",
    "let a = 1; f(a = 2)": "a := <reassigned>; f(<assignment_expression>);",
    "const f = () => { let n = 0; return () => n++ }": (
        "f := () => {n := <reassigned>; return () => {return <update_expression>;};};"
    ),
    "declare const a: string; interface B {} type C = 1; declare namespace D { const x: 1 }": "",
    "namespace N { export const a = 1; const b = 2 }": "N := () => {a := 1; b := 2; return {'a': a};}();",
    "export namespace N { export function f() {} }": (
        "N := () => {def f() => {}; return {'f': f};}(); export {N as N};"
    ),
    "function db() { return drizzle(c, { casing: 'camelCase' }) }": (
        "def db() => {return drizzle(c, {'casing': 'camelCase'});}; drizzle({'casing': 'camelCase'});"
    ),
}


@pytest.mark.parametrize("source", sorted(EXPRESSIONS))
def test_expression(source: str) -> None:
    (statement,) = fragment(f"x = ({source})").body if source.startswith("{") else fragment(f"x = {source}").body
    assert isinstance(statement, ir.Assign)
    assert show(statement.value) == EXPRESSIONS[source]


@pytest.mark.parametrize("source", sorted(STATEMENTS))
def test_statement(source: str) -> None:
    found = fragment(source)
    assert found.problems == ()
    assert show(found.body) == STATEMENTS[source]


SPANS = """\
const base = { id: uuid("id") };
export const users = pgTable("users", { ...base, name: text() }, (t) => [index("i").on(t.name)]);
"""


def spans(node: object, kind: type) -> list[str]:
    """Return the source text of every node of a kind, outermost first."""
    found: list[str] = []
    if isinstance(node, kind) and isinstance(node, ir.Node):
        found.append(SPANS[node.start : node.end])
    if isinstance(node, tuple):
        children: list[object] = list(node)
    else:
        children = [getattr(node, field) for field in getattr(node, "__fields__", ())]
    return found + [text for child in children for text in spans(child, kind)]


def test_spans_are_those_of_the_source() -> None:
    body = fragment(SPANS).body
    assert spans(body, ir.Assign) == [
        'base = { id: uuid("id") }',
        'users = pgTable("users", { ...base, name: text() }, (t) => [index("i").on(t.name)])',
    ]
    assert spans(body, ir.Entry) == ['id: uuid("id")', "...base", "name: text()"]
    assert spans(body, ir.Call) == [
        'uuid("id")',
        'pgTable("users", { ...base, name: text() }, (t) => [index("i").on(t.name)])',
        "text()",
        'index("i").on(t.name)',
        'index("i")',
    ]
    assert spans(body, ir.Attr) == ['index("i").on', "t.name"]
    assert spans(body, ir.Const) == ["id", '"id"', '"users"', "name", '"i"']


def test_offsets_are_bytes_of_the_text_without_its_mark() -> None:
    (statement,) = fragment("\ufeffconst é = f('ü');\r\n").body
    assert isinstance(statement, ir.Assign)
    assert (statement.start, statement.end) == (6, 18)


def test_blanked_types_leave_every_offset_as_it_is() -> None:
    text = "const q = sql<\n{ a: 1 }[]>`x`;\nconst after = 1;"
    after = fragment(text).body[1]
    assert text[after.start : after.end] == "after = 1"


BAD_INPUT = {
    "a missing bracket": (b'const a = pgTable("a", { id: text("id" });', "ERR003", 38, "`)` is missing"),
    "no program at all": (b"%%% {", "ERR003", 0, "this is no TypeScript"),
    "bad UTF-8": (b"const a = '\xff';", "ERR002", 11, "it is not UTF-8: invalid start byte at byte 11"),
    "too large": (b" " * (MAX_BYTES + 1), "ERR004", 0, "it is larger than 5,000,000 bytes, so it was not read"),
    "nested calls": (b"a(" * 10_000 + b")" * 10_000, "ERR004", 0, "it is nested too deeply to be read"),
    "nested arrays": (b"x = " + b"[" * 10_000 + b"]" * 10_000, "ERR004", 0, "it is nested too deeply to be read"),
}


@pytest.mark.parametrize("name", sorted(BAD_INPUT))
def test_bad_input_gives_one_problem(name: str) -> None:
    data, code, start, message = BAD_INPUT[name]
    found = fragment(data)
    assert [(problem.code, problem.start, problem.message) for problem in found.problems] == [(code, start, message)]


VALID = {
    "empty": "",
    "only a mark": "\ufeff",
    "only a comment": "// nothing",
    "variance": "type A<in out T> = T; interface B<out T> { a: T }",
    "deferred import": 'import defer * as x from "y";',
    "JSX text": "const a = <p>Terms & conditions</p>;",
    "import types": 'let a: import("x").Y; interface B { c: import("x").Y<Z> }',
    "a NUL in a template": "const a = `x\0y`;",
    "a name that TypeScript reserves": "function f() { return new as.default(1) }",
    "an unclosed signature": "interface A { <T>(a: T): B<T>\n <U>(a: U): B<U> }",
}


@pytest.mark.parametrize("name", sorted(VALID))
def test_valid_code_that_the_grammar_rejects_is_no_problem(name: str) -> None:
    assert fragment(VALID[name], "a.tsx").problems == ()


def test_what_is_whole_beside_an_error_is_read() -> None:
    found = fragment('const a = pgTable("a", { x: 1 y: 2 });\nconst b = 1;\n')
    assert [problem.code for problem in found.problems] == ["ERR003"]
    assert show(found.body[-1]) == "b := 1;"
    assert "<object>" in show(found.body[0])


def test_a_chain_of_many_operators_is_read() -> None:
    (statement,) = fragment("x = " + " + ".join(["1"] * 5_000)).body
    assert isinstance(statement, ir.Assign)
    assert isinstance(statement.value, ir.Binary)


SCHEMA = """\
import { sql } from "drizzle-orm";
import { index, pgPolicy, pgTable, text } from "drizzle-orm/pg-core";
enum Kind { A = "a", B = `b` }
export const users = pgTable("users", { id: text("id").primaryKey(), ...{ kind: text() } }, (t) => [
  index("i").on(t.id), pgPolicy("p", { using: sql<boolean>`${t.id} = ${1}` }),
]);
for (const [k, v] of Object.entries({ a: 1 })) { switch (k) { case "a": f(v); break; default: g`x${v}` } }
export default async function* z({ a = 1, ...b }: X, [c, , d]: Y) { try { await a } finally { b } }
"""


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_give_a_fragment(data: bytes) -> None:
    assert fragment(data).path == "a.ts"


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from(["a.ts", "a.tsx", "a.js"]))
def test_any_damage_to_a_schema_gives_a_fragment(seed: int, path: str) -> None:
    chance = random.Random(seed)
    text = list(SCHEMA)
    for _ in range(chance.randrange(1, 8)):
        place = chance.randrange(len(text))
        text[place : place + chance.randrange(3)] = chance.choice(
            ["", "{", ")", "`", "<", "=>", "...", "\0", "é", "/*"]
        )
    assert fragment("".join(text), path).path == path


CANDIDATES = {
    b'import { pgTable } from "drizzle-orm/pg-core"': True,
    b'import { pgTable } from "@payloadcms/db-postgres/drizzle/pg-core"': True,
    b'import { relations } from "drizzle-orm"': True,
    b'import { defineRelations } from "drizzle-orm"': True,
    b'import { drizzle } from "drizzle-orm/d1"; drizzle(c)': True,
    b'import { defineConfig } from "drizzle-kit"; export default { casing }': True,
    b'import { crudPolicy } from "drizzle-orm/neon"': True,
    b'import { eq, and } from "drizzle-orm"; db.select()': False,
    b'import { relations } from "other"': False,
    b"": False,
}


@pytest.mark.parametrize("data", sorted(CANDIDATES))
def test_byte_scan(data: bytes) -> None:
    assert is_candidate(data) is CANDIDATES[data]


def test_declaration_files_hold_no_code() -> None:
    assert [is_source(path) for path in ("a.ts", "a.d.ts", "a.d.mts", "d.ts")] == [True, False, False, True]
