import pytest

from rules.migrations import MISSING, alembic, kit, project, revision, sql, updown
from rules.support import Found, run

CODE = "MIG001"
WHY = (
    "when the release that it came with fails, nothing takes the schema back to what the release before expects; write "
    "the inverse of the upgrade, or say in a suppression comment why there is none"
)
USERS = 'op.create_table("users", sa.Column("id", sa.Integer(), primary_key=True))'
FIRST = (USERS, 'op.drop_table("users")')
RAISE = 'raise NotImplementedError("no way back")'
REQUIRE = {"options": {CODE: {"drizzle_down": "require"}}}

NOOP = {
    "alembic a downgrade": alembic(FIRST),
    "alembic an empty revision": alembic(FIRST, ("pass", "pass")),
    "alembic a merge": project(
        {
            "versions/1.py": revision("1", "None", *FIRST),
            "versions/2.py": revision("2", '"1"', 'op.create_table("a")', 'op.drop_table("a")'),
            "versions/3.py": revision("3", '"1"', 'op.create_table("b")', 'op.drop_table("b")'),
            "versions/4.py": revision("4", '("2", "3")'),
        }
    ),
    "alembic rows only": alembic(FIRST, ('op.execute("UPDATE users SET id = -id")', "pass")),
    "alembic rows only, and no downgrade": alembic(FIRST, ('op.execute("DELETE FROM users")', MISSING)),
    "alembic an enum value": alembic(FIRST, ("op.execute(\"ALTER TYPE role ADD VALUE 'guest'\")", "pass")),
    "alembic an extension": alembic(FIRST, ('op.execute("CREATE EXTENSION IF NOT EXISTS vector")', "pass")),
    "alembic a privilege": alembic(FIRST, ('op.execute("GRANT SELECT ON users TO reader")', "pass")),
    "alembic nothing that is known": alembic(FIRST, ("op.execute(load('a.sql'))", "pass")),
    "alembic raises with a reason": alembic((USERS, RAISE)),
    "alembic raises without a reason, and the option allows it": alembic(
        (USERS, "raise NotImplementedError"), options={CODE: {"raising": "allow"}}
    ),
    "alembic raises, and the option outranks the preset": alembic(
        (USERS, RAISE), strict=True, options={CODE: {"raising": "allow"}}
    ),
    "alembic a repair": alembic(
        FIRST, ('op.execute("DROP TABLE IF EXISTS old; CREATE INDEX IF NOT EXISTS i ON users (id)")', "pass")
    ),
    "alembic a downgrade that may raise": alembic(
        FIRST,
        (
            'op.add_column("users", sa.Column("nick", sa.Text()))',
            """
            if op.get_context().opts.get("safe"):
                raise NotImplementedError
            op.drop_column("users", "nick")
            """,
        ),
    ),
    "sql no down files anywhere": sql("CREATE TABLE a (id int);", "DROP TABLE a;"),
    "sql every one has a down file": updown(("CREATE TABLE a (id int);", "DROP TABLE a;")),
    "sql only rows without a down file": updown(
        ("CREATE TABLE a (id int);", "DROP TABLE a;"), ("UPDATE a SET id = 1;", MISSING)
    ),
    "drizzle-kit": kit('CREATE TABLE "a" ("id" int);'),
    "drizzle-kit rows only, where it is required": kit('UPDATE "a" SET "id" = 1;', **REQUIRE),
}

FINDING = {
    "alembic missing": (
        alembic((USERS, MISSING)),
        [Found(2, 1, f"`revision 0001` has no `downgrade`: {WHY}")],
    ),
    "alembic empty": (
        alembic(FIRST, ('op.drop_table("users")', "pass")),
        [Found(10, 1, f"`revision 0002` has an empty `downgrade`: {WHY}", "versions/0002.py")],
    ),
    "alembic a docstring and a comment": (
        alembic((USERS, '"""It is gone."""\n# for good')),
        [Found(10, 1, f"`revision 0001` has an empty `downgrade`: {WHY}")],
    ),
    "alembic raises without a reason": (
        alembic((USERS, "raise NotImplementedError")),
        [Found(10, 1, f"`revision 0001` has a `downgrade` that always raises: {WHY}")],
    ),
    "alembic raises without a reason, and with parentheses": (
        alembic((USERS, "raise NotImplementedError()")),
        [Found(10, 1, f"`revision 0001` has a `downgrade` that always raises: {WHY}")],
    ),
    "alembic raises, under the strict preset": (
        alembic((USERS, RAISE), strict=True),
        [Found(10, 1, f"`revision 0001` has a `downgrade` that always raises: {WHY}")],
    ),
    "alembic raises, where that is to be reported": (
        alembic((USERS, RAISE), options={CODE: {"raising": "report"}}),
        [Found(10, 1, f"`revision 0001` has a `downgrade` that always raises: {WHY}")],
    ),
    "alembic rows and a column": (
        alembic(
            FIRST,
            ('op.execute("UPDATE users SET id = -id")\nop.add_column("users", sa.Column("nick", sa.Text()))', "pass"),
        ),
        [Found(11, 1, f"`revision 0002` has an empty `downgrade`: {WHY}", "versions/0002.py")],
    ),
    "alembic row level security": (
        alembic(FIRST, ('op.execute("ALTER TABLE users ENABLE ROW LEVEL SECURITY")', "pass")),
        [Found(10, 1, f"`revision 0002` has an empty `downgrade`: {WHY}", "versions/0002.py")],
    ),
    "sql one without a down file": (
        updown(("CREATE TABLE a (id int);", "DROP TABLE a;"), ("CREATE TABLE b (id int);", MISSING)),
        [Found(1, 1, f"`revision 0002_m` has no down migration: {WHY}", "migrations/0002_m.up.sql")],
    ),
    "sql an empty down file": (
        updown(("CREATE TABLE a (id int);", "-- nothing")),
        [Found(1, 1, f"`revision 0001_m` has an empty down migration: {WHY}", "migrations/0001_m.down.sql")],
    ),
    "sql no down files, where they are required": (
        sql("CREATE TABLE a (id int);", **REQUIRE),
        [Found(1, 1, f"`revision 0001_m` has no down migration: {WHY}")],
    ),
    "drizzle-kit where it is required": (
        kit('CREATE TABLE "a" ("id" int);', **REQUIRE),
        [Found(1, 1, f"`revision 0000_m` has no down migration: {WHY}", "drizzle/0000_m.sql")],
    ),
}


@pytest.mark.parametrize("snippet", NOOP.values(), ids=NOOP)
def test_noop(snippet):
    assert run(CODE, snippet) == []


@pytest.mark.parametrize(("snippet", "expected"), FINDING.values(), ids=FINDING)
def test_finding(snippet, expected):
    assert run(CODE, snippet) == expected
