from itertools import pairwise

import pytest

from rules.migrations import alembic, kit, sql
from rules.support import Found, run
from tenantlint.rules._narrowing import narrows

CODE = "MIG007"
ALLOW = "or say in a suppression comment that they may go"
ROWS = f"is dropped with all its rows, and no downgrade brings them back; keep them elsewhere first, {ALLOW}"
VALUES = f"is dropped with its values, and no downgrade brings them back; keep them elsewhere first, {ALLOW}"


def narrowed(old: str, new: str) -> str:
    return (
        f"is narrowed from {old} to {new}: values that do not fit are cut or rounded, or stop the migration; look for "
        f"them first, {ALLOW}"
    )


USERS = "CREATE TABLE users (id bigint, nick varchar(80), bio text, score numeric(10,2));"
FIRST = (
    'op.create_table("users", sa.Column("id", sa.BigInteger()), sa.Column("nick", sa.String(80)))',
    'op.drop_table("users")',
)


def second(upgrade: str, downgrade: str = "pass", **settings: object):
    """Return two revisions of Alembic; the upgrade of the second begins on line 7."""
    return alembic(FIRST, (upgrade, downgrade), **settings)


NOOP = {
    "alembic wider": second('op.alter_column("users", "nick", type_=sa.String(200))'),
    "alembic the same revision makes the column": second(
        'op.add_column("users", sa.Column("a", sa.Text()))\nop.drop_column("users", "a")'
    ),
    "alembic the same revision makes the table": second(
        'op.create_table("t", sa.Column("a", sa.Text()))\nop.drop_column("t", "a")\n'
        'op.alter_column("t", "a", type_=sa.String(9))\nop.drop_table("t")'
    ),
    "alembic the same revision narrows what it adds": second(
        'op.add_column("users", sa.Column("a", sa.Text()))\nop.alter_column("users", "a", type_=sa.String(9))'
    ),
    "alembic only the downgrade": second("pass", 'op.drop_table("users")'),
    "alembic a rename, which MIG003 reports": second(
        'op.add_column("users", sa.Column("nick_name", sa.String(80)))\nop.drop_column("users", "nick")'
    ),
    "alembic the old type is not known": second('op.alter_column("people", "nick", type_=sa.String(9))'),
    "alembic the new type is not known": second('op.alter_column("users", "nick", type_=load())'),
    "alembic under a condition": second("if op.get_context().opts.get('x'):\n    op.drop_table('users')"),
    "alembic names that are not known": second('op.drop_table(load())\nop.drop_column("users", load())'),
    "alembic a table that is exempt": second('op.drop_table("users")', exempt_tables=("users",)),
    "alembic a table that is exempt from the rule": second(
        'op.drop_column("users", "nick")', options={CODE: {"exempt_tables": ("users",)}}
    ),
    "sql the values are moved to a new column": sql(
        USERS, "ALTER TABLE users ADD info jsonb; UPDATE users SET info = to_jsonb(bio); ALTER TABLE users DROP bio;"
    ),
    "sql the values are moved to a new table": sql(
        USERS,
        """
        CREATE TABLE people (id bigint, nick text);
        INSERT INTO people SELECT id, nick FROM users;
        ALTER TABLE users DROP nick;
        DROP TABLE users;
        """,
    ),
    "sql an index and a default": sql(USERS, "DROP INDEX i; ALTER TABLE users ALTER nick DROP DEFAULT;"),
    "sql a text without a limit": sql(USERS, "ALTER TABLE users ALTER nick TYPE text;"),
    "drizzle-kit another column": kit(USERS, 'ALTER TABLE "users" ADD COLUMN "a" text;'),
}

FINDING = {
    "alembic": (
        second(
            """
            op.drop_column("users", "id")
            op.alter_column("users", "nick", type_=sa.String(40))
            op.drop_table("users")
            """
        ),
        [
            Found(7, 5, f"`users.id` {VALUES}", "versions/0002.py"),
            Found(8, 5, f"`users.nick` {narrowed('varchar(80)', 'varchar(40)')}", "versions/0002.py"),
            Found(9, 5, f"`users` {ROWS}", "versions/0002.py"),
        ],
    ),
    "alembic a table that other code has made": (
        second('op.drop_column("people", "id")'),
        [Found(7, 5, f"`people.id` {VALUES}", "versions/0002.py")],
    ),
    "sql": (
        sql(
            USERS, "ALTER TABLE users ALTER bio TYPE varchar(9), ALTER score TYPE int,\n  DROP nick;\nDROP TABLE app.t;"
        ),
        [
            Found(1, 1, f"`users.bio` {narrowed('text', 'varchar(9)')}", "migrations/0002_m.sql"),
            Found(1, 1, f"`users.nick` {VALUES}", "migrations/0002_m.sql"),
            Found(1, 1, f"`users.score` {narrowed('numeric(10,2)', 'integer')}", "migrations/0002_m.sql"),
            Found(3, 1, f"`app.t` {ROWS}", "migrations/0002_m.sql"),
        ],
    ),
    "sql other rows are written": (
        sql(USERS, "ALTER TABLE users ADD info jsonb; UPDATE users SET bio = ''; DROP TABLE users;"),
        [Found(1, 62, f"`users` {ROWS}", "migrations/0002_m.sql")],
    ),
    "drizzle-kit": (
        kit(USERS, 'DROP TABLE "users" CASCADE;'),
        [Found(1, 1, f"`users` {ROWS}", "drizzle/0001_m.sql")],
    ),
}


@pytest.mark.parametrize("snippet", NOOP.values(), ids=NOOP)
def test_noop(snippet):
    assert run(CODE, snippet) == []


@pytest.mark.parametrize(("snippet", "expected"), FINDING.values(), ids=FINDING)
def test_finding(snippet, expected):
    assert run(CODE, snippet) == expected


NARROWER = """
bigint > integer > smallint
text > varchar(80) > varchar(40) > varchar
text > char(9) > char
varchar > varchar(1)
numeric > numeric(10,4) > numeric(10,2) > numeric(8,2) > integer
numeric(10,4) > numeric(12,2)
double precision > real > integer
timestamptz > timestamptz(3) > timestamptz(0) > date
timestamp > timestamptz(0)
"""


def steps(chain: str) -> list[tuple[str, str]]:
    types = chain.split(" > ")
    return list(pairwise(types))


WIDER = [
    "smallint > bigint",
    "varchar(80) > text",
    "char > text",
    "numeric(8,2) > numeric(10,2)",
    "numeric(5) > numeric",
]
UNRELATED = [
    "text > integer",
    "uuid > text",
    "timestamptz > timestamp",
    "json > jsonb",
    "role > varchar(9)",
    "a(b) > a(c)",
]


@pytest.mark.parametrize(
    ("old", "new"), [pair for chain in NARROWER.strip().splitlines() for pair in steps(chain) if pair[1] != "varchar"]
)
def test_a_narrower_type(old, new):
    assert narrows(old, new) is True
    assert narrows(new, new) is False


@pytest.mark.parametrize(
    "chain", [*WIDER, *UNRELATED, "integer > numeric", "numeric(5) > integer", "date > timestamptz"]
)
def test_a_type_that_is_not_narrower(chain):
    [(old, new)] = steps(chain)
    assert narrows(old, new) is False
