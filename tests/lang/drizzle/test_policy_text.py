"""What changes of policies and of row level security come to in Drizzle code, byte by byte."""

from __future__ import annotations

import pytest
from tests.lang.fixing import changed, codes, context, refusal

from tenantlint.change import CheckWrites, SwitchOnSecurity, WrapCalls
from tenantlint.lang.drizzle import fixes, kit
from tenantlint.rules import run
from tenantlint.settings import Settings
from tenantlint.view import SchemaView

HEAD = """import { sql } from 'drizzle-orm';
import { integer, pgPolicy, pgTable, uuid } from 'drizzle-orm/pg-core';

"""
NOTES = "s.ts#notes"
VALUE = "(select app.tenant())"
OWN = CheckWrites(NOTES, "own", "tenant_id", True, False, VALUE)
OPEN = CheckWrites(NOTES, "own", "tenant_id", True, True, VALUE)
BUILT = CheckWrites(NOTES, "own", "tenant_id", False, False, VALUE)
UNTOLD = CheckWrites(NOTES, "own", "tenant_id", False, False, None)
WRAP = WrapCalls(NOTES, "own")


def notes(policy: str, extra: str = "(t)", before: str = "", end: str = "") -> str:
    columns = "{\n\tid: uuid('id').primaryKey(),\n\ttenantId: uuid('tenant_id').notNull(),\n\tsize: integer('size'),\n}"
    listed = f", {extra} => [\n\t{policy},\n]" if policy else ""
    return f"{HEAD}{before}export const notes = pgTable('notes', {columns}{listed}){end};\n"


EDITED = [
    (
        OPEN,
        "pgPolicy('own', { to: 'app', using: sql`${t.tenantId} = app.tenant()`, withCheck: sql`true` })",
        "pgPolicy('own', { to: 'app', using: sql`${t.tenantId} = app.tenant()`, "
        "withCheck: sql`${t.tenantId} = app.tenant()` })",
    ),
    (
        OWN,
        "pgPolicy('own', {\n\t\tusing: sql`${t.tenantId} = app.tenant()`,\n"
        "\t\twithCheck: sql`\n\t\t\t${t.size} > 0\n\t\t`,\n\t})",
        "pgPolicy('own', {\n\t\tusing: sql`${t.tenantId} = app.tenant()`,\n"
        "\t\twithCheck: sql`(${t.size} > 0) and (${t.tenantId} = app.tenant())`,\n\t})",
    ),
    (
        BUILT,
        "pgPolicy('own', {\n\t\tusing: sql`${t.size} > 0`, // why\n\t})",
        "pgPolicy('own', {\n\t\tusing: sql`${t.size} > 0`, // why\n"
        "\t\twithCheck: sql`(${t.size} > 0) and (${t.tenantId} = (select app.tenant()))`,\n\t})",
    ),
    (
        BUILT,
        "pgPolicy('own', { using: sql`(${t.size} > 0)` })",
        "pgPolicy('own', { using: sql`(${t.size} > 0)`, "
        "withCheck: sql`(${t.size} > 0) and (${t.tenantId} = (select app.tenant()))` })",
    ),
    (
        BUILT,
        "pgPolicy('own', { using: sql`(${t.size} > 0) or ('(' = ')')` })",
        "pgPolicy('own', { using: sql`(${t.size} > 0) or ('(' = ')')`, "
        "withCheck: sql`((${t.size} > 0) or ('(' = ')')) and (${t.tenantId} = (select app.tenant()))` })",
    ),
    (
        BUILT,
        "pgPolicy('own', { for: 'insert', withCheck: sql<boolean>`${t.size} > 0` })",
        "pgPolicy('own', { for: 'insert', withCheck: sql`(${t.size} > 0) "
        "and (${t.tenantId} = (select app.tenant()))` })",
    ),
    (
        WRAP,
        "pgPolicy('own', { using: sql`'ü' <> '(' and ${t.tenantId} = current_setting('a.b', true)::uuid` })",
        "pgPolicy('own', { using: sql`'ü' <> '(' and ${t.tenantId} = (select current_setting('a.b', true))::uuid` })",
    ),
    (
        WRAP,
        "pgPolicy('own', { using: sql`(auth.jwt() ->> 'org')::uuid = ${t.tenantId} and auth.uid() is not null` })",
        "pgPolicy('own', { using: sql`((select auth.jwt()) ->> 'org')::uuid = ${t.tenantId} "
        "and (select auth.uid()) is not null` })",
    ),
]


@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize(("change", "before", "after"), EDITED)
def test_a_policy_is_changed_in_its_text(change: object, before: str, after: str, newline: str) -> None:
    files = {"s.ts": notes(before).replace("\n", newline).encode()}
    patch = fixes.lower(change, context(files))
    assert patch.refused is None
    found = _applied(files["s.ts"], patch.edits)
    assert found.decode() == notes(after).replace("\n", newline)
    code = "RLS006" if change is WRAP else "RLS005"
    assert (code in codes(files, "strict")) is (change is not BUILT)
    assert code not in codes({"s.ts": found}, "strict")


def _applied(data: bytes, edits: object) -> bytes:
    from tenantlint.edit import apply

    return apply(data, edits)


def test_a_constant_that_policies_share_is_changed_once() -> None:
    before = "const mine = sql`tenant_id = current_setting('a.b')::uuid`;\n"
    policy = "pgPolicy('own', { using: mine, withCheck: mine })"
    found = changed_once({"s.ts": notes(policy, before=before).encode()}, WRAP)
    assert found == notes(policy, before=before.replace("current_setting('a.b')", "(select current_setting('a.b'))"))


def changed_once(files: dict[str, bytes], change: object) -> str:
    patch = fixes.lower(change, context(files))
    assert patch.refused is None, patch.refused
    return _applied(files["s.ts"], patch.edits).decode()


def test_security_is_switched_on_at_the_end_of_a_declaration() -> None:
    files = {"s.ts": notes("").encode()}
    assert changed(fixes, files, SwitchOnSecurity(NOTES))["s.ts"].decode() == notes("", end=".enableRLS()")


UNEDITED = "the policy `own` is declared in a way that is not edited: change it by hand"
REFUSED = {
    "a function's text": (
        WRAP,
        notes("pgPolicy('own', { using: mine(t) })", before="declare function mine(t: any);\n"),
    ),
    "a spread": (OWN, notes("pgPolicy('own', { ...rest })", before="const rest = { using: sql`true` };\n")),
    "an escape": (WRAP, notes("pgPolicy('own', { using: sql`size > 0 \\n and f() = 1` })")),
}


@pytest.mark.parametrize("name", REFUSED)
def test_other_declarations_are_refused(name: str) -> None:
    change, text = REFUSED[name]
    assert refusal(fixes, {"s.ts": text.encode()}, change) == UNEDITED


def test_an_array_is_not_wrapped() -> None:
    text = notes("pgPolicy('own', { using: sql`${t.tenantId} = any (app.tenants())` })")
    assert refusal(fixes, {"s.ts": text.encode()}, WRAP) == (
        "`app.tenants()` may give an array, whose type has to be told with `(select …)`: wrap it by hand"
    )


def test_a_call_outside_of_the_text_is_not_wrapped() -> None:
    text = notes("pgPolicy('own', { using: sql`${t.tenantId} = ${sql.raw('app.tenant()')}` })")
    assert refusal(fixes, {"s.ts": text.encode()}, WRAP) == (
        "what the policy calls does not all stand in its text: wrap it in `(select …)` by hand"
    )


def test_how_to_ask_for_the_tenant_is_not_guessed() -> None:
    text = notes("pgPolicy('own', { using: sql`${t.size} > 0` })")
    assert refusal(fixes, {"s.ts": text.encode()}, UNTOLD) == (
        "how the project's policies ask for the session's tenant is not plain: add the comparison of `tenant_id` to "
        "the policy `own` by hand, in WITH CHECK"
    )


def test_a_comment_may_end_late() -> None:
    text = notes("pgPolicy('own', { using: sql`${t.tenantId} = f()`, withCheck: sql`${t.size} > 0 -- more` })")
    assert refusal(fixes, {"s.ts": text.encode()}, OWN) == (
        "the policy has a comment in its text: add the comparison by hand"
    )


def test_a_third_argument_that_takes_the_table_apart_is_left() -> None:
    text = notes("pgPolicy('own', { using: sql`${size} > 0` })", "({ size })")
    assert refusal(fixes, {"s.ts": text.encode()}, BUILT) == (
        "the policy `own` does not stand in the table's third argument: add to `withCheck` the comparison of "
        "`tenant_id` by hand"
    )


JOURNAL = (
    '{"version": "7", "dialect": "postgresql", "entries": [{"idx": 0, "version": "7", "when": 1, "tag": "0000_a", '
    '"breakpoints": true}]}'
)
SNAPSHOT = (
    '{"id": "a", "prevId": "b", "version": "7", "dialect": "postgresql", "tables": {"public.notes": '
    '{"name": "notes", "schema": "", "columns": {}}}}'
)
TABLE = 'CREATE TABLE "notes" (id uuid PRIMARY KEY, tenant_id uuid NOT NULL, size integer);'
MADE = (
    f"{TABLE} ALTER TABLE notes ENABLE ROW LEVEL SECURITY; "
    "CREATE POLICY own ON notes USING (tenant_id = current_setting('a.b')::uuid);"
)


@pytest.mark.parametrize(
    ("sql", "call", "expected"),
    [
        (TABLE, "current_setting('a.b')::uuid", "safe"),
        (TABLE, "app.tenant()", "unsafe"),
        (MADE, "current_setting('a.b')::uuid", "unsafe"),
        (None, "current_setting('a.b')::uuid", "unsafe"),
    ],
    ids=["only text", "may be volatile", "in the database", "pushed"],
)
def test_a_call_is_wrapped_safely_where_only_text_changes(sql: str | None, call: str, expected: str) -> None:
    files = {"s.ts": notes(f"pgPolicy('own', {{ using: sql`${{t.tenantId}} = {call}` }})").encode()}
    if sql is not None:
        files |= {"drizzle/meta/_journal.json": JOURNAL.encode(), "drizzle/0000_a.sql": sql.encode()}
        files |= {"drizzle/meta/0000_snapshot.json": SNAPSHOT.encode()}
    given = context(files)
    (found,) = run("RLS006", SchemaView(given.schema, Settings(rules=frozenset({"RLS006"}))))
    assert found.fix is not None
    assert found.fix.applicability == expected
    if expected == "safe":
        assert kit.lower(found.fix.change, given).files == ()


MEMBERS = "${t.tenantId} in (select tenant_id from members where user_id = auth.uid())"


@pytest.mark.parametrize(("others", "expected"), [(0, "(select app.tenant())"), (1, None)])
def test_what_one_policy_compares_with_is_no_rule_for_others(others: int, expected: str | None) -> None:
    more = "".join(f"\n\tpgPolicy('m{each}', {{ using: sql`{MEMBERS}` }})," for each in range(others))
    own = "pgPolicy('own', { for: 'insert', withCheck: sql`${t.size} > 0` }),"
    text = notes(
        f"{own}\n\tpgPolicy('p', {{ for: 'select', using: sql`${{t.tenantId}} = (select app.tenant())` }}),{more}"
    )
    view = SchemaView(context({"s.ts": text.encode()}).schema, Settings(rules=frozenset({"RLS005"})))
    (found,) = run("RLS005", view)
    assert found.fix is not None
    assert found.fix.change == CheckWrites("s.ts#notes", "own", "tenant_id", False, False, expected)
