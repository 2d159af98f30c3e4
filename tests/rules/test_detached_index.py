import pytest

from rules.support import Found, files, run, ts

CODE = "IDX003"
RETURN = "from the third argument of `invoices`"
WHERE = "declared outside the table, where Drizzle never sees it, so that it is never created; return"

TABLE = """
        export const invoices = pgTable("invoices", {
          id: uuid("id").primaryKey(),
          number: text("number"),
        });
"""

NOOP = {
    "ts in the table": ts("""
        export const invoices = pgTable("invoices", {
          id: uuid("id").primaryKey(),
          number: text("number"),
        }, (t) => [index("i").on(t.number), uniqueIndex("u").on(t.number), unique("c").on(t.number)]);
    """),
    "ts in the table as an object": ts("""
        export const invoices = pgTable("invoices", {
          id: uuid("id").primaryKey(),
          number: text("number"),
        }, (t) => ({ number: index("i").on(t.number) }));
    """),
    "ts a helper that a table calls": ts("""
        const byNumber = (t) => index("i").on(t.number);
        export const invoices = pgTable("invoices", {
          id: uuid("id").primaryKey(),
          number: text("number"),
        }, (t) => [byNumber(t)]);
    """),
}

FINDING = {
    "ts index": (
        ts(f'{TABLE}        export const i = index("invoices_number_idx").on(invoices.number);'),
        [Found(6, 18, f"`invoices_number_idx` is {WHERE} the index {RETURN}")],
    ),
    "ts unique index": (
        ts(f'{TABLE}        uniqueIndex("invoices_number_key").on(invoices.number);'),
        [Found(6, 1, f"`invoices_number_key` is {WHERE} the index {RETURN}")],
    ),
    "ts unique constraint": (
        ts(f'{TABLE}        unique("invoices_number_key").on(invoices.number);'),
        [Found(6, 1, f"`invoices_number_key` is {WHERE} the unique constraint {RETURN}")],
    ),
    "ts without a name": (
        ts(f"{TABLE}        index().on(invoices.number);\n        unique().on(invoices.number);"),
        [
            Found(6, 1, f"`invoices` has an index {WHERE} the index {RETURN}"),
            Found(7, 1, f"`invoices` has a unique constraint {WHERE} the unique constraint {RETURN}"),
        ],
    ),
    "ts in another file": (
        files(
            schema__ts="""
                import { pgTable, text } from "drizzle-orm/pg-core";
                export const invoices = pgTable("invoices", { number: text("number") });
            """,
            indexes__ts="""
                import { index } from "drizzle-orm/pg-core";
                import { invoices } from "./schema";
                export const byNumber = index("i").on(invoices.number);
            """,
        ),
        [Found(3, 25, f"`i` is {WHERE} the index {RETURN}", "indexes.ts")],
    ),
}


@pytest.mark.parametrize("snippet", NOOP.values(), ids=NOOP)
def test_noop(snippet):
    assert run(CODE, snippet) == []


@pytest.mark.parametrize(("snippet", "expected"), FINDING.values(), ids=FINDING)
def test_finding(snippet, expected):
    assert run(CODE, snippet) == expected
