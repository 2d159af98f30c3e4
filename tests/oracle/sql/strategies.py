"""Statements that hypothesis makes up."""

from __future__ import annotations

from hypothesis import strategies as st

PLAIN = st.sampled_from(
    ["users", "Tenant_ID", "x$1", "größe", "_a", "t" * 70, "é" * 40, "name", "type", "value", "role"]
)
QUOTED = st.sampled_from(['"Users"', '"a b"', '"a""b"', '"select"', '"é"', f'"{"Q" * 64}"', '"1"', '"a;b"', '"it\'s"'])
NAMES = PLAIN | QUOTED
TABLES = NAMES | st.builds("{}.{}".format, st.sampled_from(["public", "app", '"App"', "PUBLIC"]), NAMES)
TYPES = st.sampled_from(
    [
        *["int", "INTEGER", "bigint", "text", "uuid", "varchar(20)", "character varying", "char(2)", "numeric(8,2)"],
        *["timestamp", "timestamp(3) with time zone", "timestamptz", "time without time zone", "bit varying(3)"],
        *["double precision", "float(10)", "jsonb", "app.kind", '"Kind"', "int[]", "text[][]", "boolean", "serial"],
    ]
)
EXPRESSIONS = st.sampled_from(
    ["a = 1", "true", "tenant_id = current_setting('x', true)::uuid", "(b) OR c IS NULL", "x IN (SELECT y FROM z)"]
)
ACTIONS = st.sampled_from(["", " ON DELETE CASCADE", " ON UPDATE SET NULL ON DELETE RESTRICT", " ON DELETE NO ACTION"])
COMMENTS = st.sampled_from([" ", "\n", " /* x; */ ", " -- it's\n", "\t\r\n"])


def lists(names: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.lists(names, min_size=1, max_size=3, unique=True).map(", ".join)


@st.composite
def references(draw: st.DrawFn) -> str:
    columns = draw(st.just("") | lists(NAMES).map(lambda each: f" ({each})"))
    return f"REFERENCES {draw(TABLES)}{columns if ',' not in columns else ''}{draw(ACTIONS)}"


INLINE = st.sampled_from(["NOT NULL", "UNIQUE", "DEFAULT 1", "DEFAULT NULL", "CHECK (true)"]) | references()


@st.composite
def columns(draw: st.DrawFn) -> str:
    parts = draw(st.lists(INLINE, max_size=3, unique=True))
    return " ".join([draw(NAMES), draw(TYPES), *parts])


@st.composite
def constraints(draw: st.DrawFn) -> str:
    name = draw(st.just("") | NAMES.map("CONSTRAINT {} ".format))
    kind = draw(st.sampled_from(["UNIQUE ({})", "CHECK (a > 1)", "FOREIGN KEY ({}) {}", "PRIMARY KEY ({})"]))
    return name + kind.format(draw(lists(NAMES)), draw(references()))


@st.composite
def tables(draw: st.DrawFn) -> str:
    members = draw(st.lists(columns(), min_size=1, max_size=4))
    keys = draw(st.lists(constraints(), max_size=2))
    if sum("PRIMARY KEY" in each for each in keys) > 1:
        keys = keys[:1]
    middle = f",{draw(COMMENTS)}".join([*members, *keys])
    return f"CREATE{draw(COMMENTS)}TABLE {draw(st.sampled_from(['', 'IF NOT EXISTS ']))}{draw(TABLES)} ({middle})"


@st.composite
def alterations(draw: st.DrawFn) -> str:
    name = draw(NAMES)
    commands = [
        f"ADD COLUMN {draw(columns())}",
        f"ADD {draw(constraints())}",
        f"DROP COLUMN IF EXISTS {name} CASCADE",
        f"ALTER COLUMN {name} TYPE {draw(TYPES.filter(lambda each: each != 'serial'))}",
        f"ALTER {name} SET NOT NULL",
        f"ALTER {name} DROP DEFAULT",
        f"DROP CONSTRAINT {name}",
        "ENABLE ROW LEVEL SECURITY",
        "NO FORCE ROW LEVEL SECURITY",
    ]
    chosen = draw(st.lists(st.sampled_from(commands), min_size=1, max_size=4))
    return f"ALTER TABLE {draw(st.sampled_from(['', 'ONLY ', 'IF EXISTS ']))}{draw(TABLES)} {', '.join(chosen)}"


@st.composite
def policies(draw: st.DrawFn) -> str:
    command = draw(st.sampled_from(["", " FOR ALL", " FOR SELECT", " FOR UPDATE"]))
    mode = draw(st.sampled_from(["", " AS RESTRICTIVE", " AS permissive"]))
    roles = draw(st.just("") | lists(QUOTED | st.just("public")).map(" TO {}".format))
    using = f" USING ({draw(EXPRESSIONS)})"
    check = draw(st.just("") | EXPRESSIONS.map(" WITH CHECK ({})".format)) if "SELECT" not in command else ""
    return f"CREATE POLICY {draw(NAMES)} ON {draw(TABLES)}{mode}{command}{roles}{using}{check}"


@st.composite
def indexes(draw: st.DrawFn) -> str:
    members = draw(st.lists(NAMES | st.sampled_from(["lower(a)", "(b + 1)", "c DESC"]), min_size=1, max_size=3))
    unique = draw(st.sampled_from(["", "UNIQUE "]))
    name = draw(st.just("") | NAMES.map("{} ".format))
    where = draw(st.just("") | EXPRESSIONS.map(" WHERE {}".format))
    return f"CREATE {unique}INDEX {name}ON {draw(TABLES)} ({', '.join(members)}){where}"


@st.composite
def writes(draw: st.DrawFn) -> str:
    listed = draw(lists(NAMES))
    return draw(
        st.sampled_from(
            [
                f"INSERT INTO {draw(TABLES)} ({listed}) VALUES (1, 'a;b', $x$ ; $x$)",
                f"INSERT INTO {draw(TABLES)} ({listed}) SELECT 1 ON CONFLICT DO NOTHING",
                f"UPDATE {draw(TABLES)} SET {draw(NAMES)} = 1, {draw(NAMES)} = DEFAULT WHERE a = 1",
                f"DELETE FROM {draw(TABLES)} WHERE {draw(EXPRESSIONS)}",
                f"TRUNCATE {draw(lists(TABLES))}",
                f"DROP TABLE IF EXISTS {draw(lists(TABLES))} CASCADE",
                f"ALTER TABLE {draw(TABLES)} RENAME COLUMN {draw(NAMES)} TO {draw(NAMES)}",
                f"ALTER TABLE {draw(TABLES)} RENAME TO {draw(NAMES)}",
            ]
        )
    )


def statements() -> st.SearchStrategy[str]:
    return tables() | alterations() | policies() | indexes() | writes()
