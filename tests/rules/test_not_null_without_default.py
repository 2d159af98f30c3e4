import pytest

from rules.migrations import alembic, kit, sql
from rules.support import Found, run

CODE = "MIG004"
ADDED = (
    "is added NOT NULL without a default: PostgreSQL refuses that where the table has rows; give it a server default, "
    "or add it nullable, fill it with an UPDATE, and set NOT NULL then"
)
SET = (
    "is added and then made NOT NULL with no value in between: PostgreSQL refuses that where the table has rows; fill "
    "it with an UPDATE first, or add it with a server default"
)

FIRST = ('op.create_table("users", sa.Column("id", sa.Integer(), primary_key=True))', 'op.drop_table("users")')
SQL_USERS = "CREATE TABLE users (id int PRIMARY KEY);"


def second(upgrade: str, **settings: object):
    """Return two revisions of Alembic; the upgrade of the second begins on line 7."""
    return alembic(FIRST, (upgrade, "pass"), **settings)


ADD = 'op.add_column("users", sa.Column("nick", sa.Text(), nullable=False))'
ADD_NULLABLE = 'op.add_column("users", sa.Column("nick", sa.Text()))'
FORBID_NULL = 'op.alter_column("users", "nick", nullable=False)'

NOOP = {
    "alembic nullable": second(ADD_NULLABLE),
    "alembic a server default": second(
        'op.add_column("users", sa.Column("nick", sa.Text(), nullable=False, server_default=""))'
    ),
    "alembic filled": second(f'{ADD_NULLABLE}\nop.execute("UPDATE users SET nick = id")\n{FORBID_NULL}'),
    "alembic filled under another name": second(
        f'{ADD_NULLABLE}\nop.execute("UPDATE users SET nick = id")\n'
        'op.alter_column("users", "nick", new_column_name="name")\nop.alter_column("users", "name", nullable=False)'
    ),
    "alembic may be filled": second(f"{ADD_NULLABLE}\nop.execute(load('fill.sql'))\n{FORBID_NULL}"),
    "alembic added with a default, then set": second(
        'op.add_column("users", sa.Column("a", sa.Text(), server_default=""))\n'
        'op.alter_column("users", "a", nullable=False)'
    ),
    "alembic a table of the same revision": alembic((f"{FIRST[0]}\n{ADD}", "pass")),
    "alembic a table of the same revision, renamed": alembic(
        (f'op.create_table("people", sa.Column("id", sa.Integer()))\nop.rename_table("people", "users")\n{ADD}', "pass")
    ),
    "alembic emptied": second(f'op.execute("DELETE FROM users")\n{ADD}'),
    "alembic may be emptied": second(f"op.execute(load('empty.sql'))\n{ADD}"),
    "alembic a column of an earlier revision": alembic(FIRST, (ADD_NULLABLE, "pass"), (FORBID_NULL, "pass")),
    "alembic under a condition": second(f"if op.get_context().opts.get('x'):\n    {ADD}"),
    "alembic nullable is not known": second('op.add_column("users", sa.Column("nick", sa.Text(), nullable=load("x")))'),
    "alembic the default is not known": second(
        'op.add_column("users", sa.Column("nick", sa.Text(), nullable=False, server_default=load("x")))'
    ),
    "alembic the table is not known": second('op.add_column(load("x"), sa.Column("nick", sa.Text(), nullable=False))'),
    "alembic the column is not known": second(
        'op.add_column("users", sa.Column(load("x"), sa.Text(), nullable=False))'
    ),
    "alembic a table that is exempt": second(ADD, exempt_tables=("users",)),
    "alembic a table that is exempt from the rule": second(ADD, options={CODE: {"exempt_tables": ("users",)}}),
    "alembic only the downgrade": alembic(FIRST, ('op.drop_column("users", "id")', ADD)),
    "sql a default that goes": sql(
        SQL_USERS, "ALTER TABLE users ADD nick text NOT NULL DEFAULT ''; ALTER TABLE users ALTER nick DROP DEFAULT;"
    ),
    "sql generated, identity and serial": sql(
        SQL_USERS,
        """
        ALTER TABLE users ADD a int NOT NULL GENERATED ALWAYS AS (id + 1) STORED;
        ALTER TABLE users ADD b int NOT NULL GENERATED ALWAYS AS IDENTITY;
        ALTER TABLE users ADD c serial NOT NULL;
        """,
    ),
    "sql truncated": sql(SQL_USERS, "TRUNCATE users; ALTER TABLE users ADD nick text NOT NULL;"),
    "drizzle-kit a default": kit(SQL_USERS, 'ALTER TABLE "users" ADD COLUMN "nick" text DEFAULT \'\' NOT NULL;'),
}

FINDING = {
    "alembic": (second(ADD), [Found(7, 5, f"`users.nick` {ADDED}", "versions/0002.py")]),
    "alembic a default of Python's": (
        second('op.add_column("users", sa.Column("nick", sa.Text(), nullable=False, default=""))'),
        [Found(7, 5, f"`users.nick` {ADDED}", "versions/0002.py")],
    ),
    "alembic in a batch": (
        second(
            """
            with op.batch_alter_table("users") as batch:
                batch.add_column(sa.Column("a", sa.Text(), nullable=False))
            """
        ),
        [Found(8, 9, f"`users.a` {ADDED}", "versions/0002.py")],
    ),
    "alembic a table that other code has made": (
        alembic((ADD, "pass")),
        [Found(7, 5, f"`users.nick` {ADDED}")],
    ),
    "alembic a primary key": (
        second('op.add_column("users", sa.Column("uid", sa.Uuid(), primary_key=True))'),
        [Found(7, 5, f"`users.uid` {ADDED}", "versions/0002.py")],
    ),
    "alembic added and set": (
        second(f"{ADD_NULLABLE}\n{FORBID_NULL}"),
        [Found(8, 5, f"`users.nick` {SET}", "versions/0002.py")],
    ),
    "alembic a default is no value for the rows that there are": (
        second(f'{ADD_NULLABLE}\nop.alter_column("users", "nick", server_default="", nullable=False)'),
        [Found(8, 5, f"`users.nick` {SET}", "versions/0002.py")],
    ),
    "alembic another column is filled": (
        second(f'{ADD_NULLABLE}\nop.execute("UPDATE users SET id = 1")\n{FORBID_NULL}'),
        [Found(9, 5, f"`users.nick` {SET}", "versions/0002.py")],
    ),
    "alembic rows are only added": (
        second(f'op.execute("INSERT INTO users (id) VALUES (1)")\n{ADD}'),
        [Found(8, 5, f"`users.nick` {ADDED}", "versions/0002.py")],
    ),
    "sql": (
        sql(SQL_USERS, "ALTER TABLE users ADD nick text,\n  ADD phone text NOT NULL;"),
        [Found(1, 1, f"`users.phone` {ADDED}", "migrations/0002_m.sql")],
    ),
    "drizzle-kit": (
        kit(SQL_USERS, 'SELECT 1;--> statement-breakpoint\nALTER TABLE "users" ADD COLUMN "nick" text NOT NULL;'),
        [Found(2, 1, f"`users.nick` {ADDED}", "drizzle/0001_m.sql")],
    ),
}


@pytest.mark.parametrize("snippet", NOOP.values(), ids=NOOP)
def test_noop(snippet):
    assert run(CODE, snippet) == []


@pytest.mark.parametrize(("snippet", "expected"), FINDING.values(), ids=FINDING)
def test_finding(snippet, expected):
    assert run(CODE, snippet) == expected
