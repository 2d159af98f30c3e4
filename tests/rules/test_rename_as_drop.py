import pytest

from rules.migrations import alembic, kit, sql
from rules.support import Found, run

CODE = "MIG003"

USERS = """
op.create_table(
    "users",
    sa.Column("id", sa.Integer(), primary_key=True),
    sa.Column("email", sa.Text()),
    sa.Column("fullName", sa.Text()),
    sa.Column("recieved", sa.Text()),
)
"""
FIRST = (USERS, 'op.drop_table("users")')
SQL_USERS = 'CREATE TABLE users (id int, email text, "fullName" text, recieved_at timestamptz, created timestamptz);'


def second(upgrade: str, downgrade: str = "pass", **settings: object):
    """Return two revisions of Alembic; the upgrade of the second begins on line 7."""
    return alembic(FIRST, (upgrade, downgrade), **settings)


def swap(old: str, new: str, kind: str = "sa.Text()") -> str:
    return f'op.add_column("users", sa.Column("{new}", {kind}))\nop.drop_column("users", "{old}")'


def text(new: str, remedy: str) -> str:
    return (
        f"is dropped and `{new}` is added with the same type: if this is a rename, its values are lost; write "
        f"`{remedy}` instead, or copy them with an UPDATE in between"
    )


def renamed(old: str, new: str) -> str:
    return text(new, f'op.alter_column("users", "{old}", new_column_name="{new}")')


NOOP = {
    "alembic a rename": second('op.alter_column("users", "email", new_column_name="email_address")'),
    "alembic names that mean two things": second(swap("email", "phone_number")),
    "alembic names that share one of their words": second(swap("fullName", "nick_name")),
    "alembic another type": second(swap("email", "email_address", "sa.Integer()")),
    "alembic another table": second(
        'op.add_column("people", sa.Column("email_address", sa.Text()))\nop.drop_column("users", "email")'
    ),
    "alembic another revision": alembic(
        FIRST,
        ('op.add_column("users", sa.Column("email_address", sa.Text()))', "pass"),
        ('op.drop_column("users", "email")', "pass"),
    ),
    "alembic the values are copied": second(
        """
        op.add_column("users", sa.Column("email_address", sa.Text()))
        op.execute("UPDATE users SET email_address = email")
        op.drop_column("users", "email")
        """
    ),
    "alembic the values may be copied": second(
        """
        op.add_column("users", sa.Column("email_address", sa.Text()))
        op.execute(load("copy.sql"))
        op.drop_column("users", "email")
        """
    ),
    "alembic the values are copied into another column": second(
        f"""
        op.add_column("users", sa.Column("name", sa.Text()))
        op.execute("UPDATE users SET name = email")
        {swap("email", "email_address").splitlines()[0]}
        {swap("email", "email_address").splitlines()[1]}
        """
    ),
    "sql the new column references another table": sql(
        f"{SQL_USERS} CREATE TABLE keys (id text PRIMARY KEY);",
        "ALTER TABLE users ADD email_id text REFERENCES keys (id), DROP email;",
    ),
    "sql the old column references another table": sql(
        "CREATE TABLE keys (id int PRIMARY KEY); CREATE TABLE users (id int, owner_id int REFERENCES keys (id));",
        "ALTER TABLE users DROP owner_id, ADD owner int;",
    ),
    "alembic the same name": second(
        'op.drop_column("users", "email")\nop.add_column("users", sa.Column("email", sa.Text()))'
    ),
    "alembic the type is not known": alembic((swap("email", "email_address"), "pass")),
    "alembic under a condition": second(
        f"if op.get_context().opts.get('x'):\n    {swap('email', 'email_address').splitlines()[1]}\n"
        f"{swap('email', 'email_address').splitlines()[0]}"
    ),
    "alembic a table that is exempt": second(swap("email", "email_address"), exempt_tables=("users",)),
    "sql a rename": sql(SQL_USERS, 'ALTER TABLE users RENAME COLUMN "fullName" TO full_name;'),
    "drizzle-kit a rename": kit(SQL_USERS, 'ALTER TABLE "users" RENAME COLUMN "fullName" TO "full_name";'),
}

FINDING = {
    "alembic a word more": (
        second(swap("email", "email_address")),
        [Found(8, 5, f"`users.email` {renamed('email', 'email_address')}", "versions/0002.py")],
    ),
    "alembic another style": (
        second(swap("fullName", "full_name")),
        [Found(8, 5, f"`users.fullName` {renamed('fullName', 'full_name')}", "versions/0002.py")],
    ),
    "alembic a typing error": (
        second(swap("recieved", "received")),
        [Found(8, 5, f"`users.recieved` {renamed('recieved', 'received')}", "versions/0002.py")],
    ),
    "alembic the type is in the downgrade": (
        alembic((swap("email", "email_address"), 'op.add_column("users", sa.Column("email", sa.Text()))')),
        [Found(8, 5, f"`users.email` {renamed('email', 'email_address')}")],
    ),
    "alembic another column is filled": (
        second(f'op.execute("UPDATE users SET id = 1")\n{swap("email", "email_address")}'),
        [Found(9, 5, f"`users.email` {renamed('email', 'email_address')}", "versions/0002.py")],
    ),
    "alembic a table of a schema": (
        alembic(
            ('op.create_table("users", sa.Column("name", sa.Text()), schema="app")', "pass"),
            (
                'op.drop_column("users", "name", schema="app")\n'
                'op.add_column("users", sa.Column("names", sa.Text()), schema="app")',
                "pass",
            ),
        ),
        [
            Found(
                7,
                5,
                "`app.users.name` "
                + text("names", 'op.alter_column("users", "name", new_column_name="names", schema="app")'),
                "versions/0002.py",
            )
        ],
    ),
    "alembic two at once": (
        second(f"{swap('email', 'email_address')}\n{swap('fullName', 'full_name')}"),
        [
            Found(8, 5, f"`users.email` {renamed('email', 'email_address')}", "versions/0002.py"),
            Found(10, 5, f"`users.fullName` {renamed('fullName', 'full_name')}", "versions/0002.py"),
        ],
    ),
    "sql both reference one table": (
        sql(
            'CREATE TABLE orgs (id int PRIMARY KEY); CREATE TABLE users (id int, "orgId" int REFERENCES orgs (id));',
            'ALTER TABLE users DROP "orgId", ADD org_id int;\n'
            "ALTER TABLE users ADD FOREIGN KEY (org_id) REFERENCES orgs;",
        ),
        [
            Found(
                1,
                1,
                "`users.orgId` " + text("org_id", 'ALTER TABLE users RENAME COLUMN "orgId" TO org_id'),
                "migrations/0002_m.sql",
            )
        ],
    ),
    "sql one statement": (
        sql(SQL_USERS, 'ALTER TABLE users ADD full_name text, DROP "fullName";'),
        [
            Found(
                1,
                1,
                "`users.fullName` " + text("full_name", 'ALTER TABLE users RENAME COLUMN "fullName" TO full_name'),
                "migrations/0002_m.sql",
            )
        ],
    ),
    "drizzle-kit": (
        kit(
            SQL_USERS,
            'ALTER TABLE "users" ADD COLUMN "created_at" timestamp with time zone;--> statement-breakpoint\n'
            'ALTER TABLE "users" DROP COLUMN "created";',
        ),
        [
            Found(
                2,
                1,
                "`users.created` " + text("created_at", "ALTER TABLE users RENAME COLUMN created TO created_at"),
                "drizzle/0001_m.sql",
            )
        ],
    ),
}


@pytest.mark.parametrize("snippet", NOOP.values(), ids=NOOP)
def test_noop(snippet):
    assert run(CODE, snippet) == []


@pytest.mark.parametrize(("snippet", "expected"), FINDING.values(), ids=FINDING)
def test_finding(snippet, expected):
    assert run(CODE, snippet) == expected
