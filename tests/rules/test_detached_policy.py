import pytest

from rules.rls import ENABLE_PY, notes_py, notes_ts
from rules.support import Found, files, run

CODE = "RLS008"
WHY = (
    "is a policy that belongs to no table, so that it is never created; return it from the third argument of its "
    "table, or link it (`.link(table)`) and export it"
)
POLICY = 'pgPolicy("p", { using: sql`tenant_id = app.tenant()` })'

NOOP = {
    "py has none": notes_py(f"{ENABLE_PY} CREATE POLICY p ON note USING (true);"),
    "ts in the table": notes_ts(POLICY),
    "ts made elsewhere and in the table": notes_ts("mine", after=f"const mine = {POLICY};"),
    "ts made by a function": notes_ts("mine()", after=f"function mine() {{ return {POLICY}; }}"),
    "ts linked and exported": notes_ts(after=f"export const mine = {POLICY}.link(notes);"),
    "ts linked to what cannot be read": notes_ts(after=f"export const mine = {POLICY}.link(tableOf(notes));"),
    "ts given to what cannot be read": notes_ts("...policiesOf(mine)", after=f"export const mine = {POLICY};"),
    "ts used in another module": files(
        policies__ts=f"""
            import {{ sql }} from "drizzle-orm"; import {{ pgPolicy }} from "drizzle-orm/pg-core";
            export const mine = {POLICY};
        """,
        schema__ts="""
            import { pgTable, uuid } from "drizzle-orm/pg-core";
            import { mine } from "./policies";
            export const notes = pgTable("notes", { tenantId: uuid("tenant_id") }, () => [mine]);
        """,
    ),
}

FINDING = {
    "ts in no table": (notes_ts(after=f"export const mine = {POLICY};"), [Found(8, 21, f"`p` {WHY}")]),
    "ts linked but not exported": (notes_ts(after=f"const mine = {POLICY}.link(notes);"), [Found(8, 14, f"`p` {WHY}")]),
    "ts a statement of its own": (notes_ts(after=f"{POLICY};"), [Found(8, 1, f"`p` {WHY}")]),
    "ts a name that cannot be read": (
        notes_ts(after="export const mine = pgPolicy(name, { using: sql`true` });"),
        [Found(8, 21, f"`pgPolicy` {WHY}")],
    ),
}


@pytest.mark.parametrize("snippet", NOOP.values(), ids=NOOP)
def test_noop(snippet):
    assert run(CODE, snippet) == []


@pytest.mark.parametrize(("snippet", "expected"), FINDING.values(), ids=FINDING)
def test_finding(snippet, expected):
    assert run(CODE, snippet) == expected
