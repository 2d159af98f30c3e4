import pytest

from rules.migrations import alembic, updown
from rules.support import Found, run

CODE = "MIG002"


def kept(place: str = "`downgrade`") -> str:
    return f"is not undone: {place} leaves it there, so that the next upgrade fails; drop it in {place}"


def lost(place: str = "`downgrade`") -> str:
    return (
        f"is not undone: {place} does not bring it back, and the code of the revision before expects it; create it "
        f"again in {place}"
    )


def moved(place: str = "`downgrade`") -> str:
    return f"is not undone: {place} leaves the new name, and the next upgrade fails; rename it back in {place}"


EXTRA_DROP = (
    "undoes nothing: the upgrade does not create it, so that `downgrade` drops what an earlier revision made; drop "
    "only what this upgrade creates"
)
EXTRA_MAKE = (
    "undoes nothing: the upgrade does not drop it, so that `downgrade` fails where it is there already; create only "
    "what this upgrade drops"
)
EXTRA_MOVE = "undoes nothing: the upgrade does not rename it; rename back only what this upgrade renames"
NAMELESS = (
    "undoes nothing: it has no name, so that `downgrade` fails; name the constraint where the upgrade creates it, and "
    "drop it by that name"
)
DOWN = "the down migration"

USERS = """
op.create_table(
    "users",
    sa.Column("id", sa.Integer(), primary_key=True),
    sa.Column("age", sa.Integer(), nullable=False),
    sa.Column("nick", sa.String(80)),
    sa.Column("org_id", sa.Integer()),
)
op.create_index("users_age_idx", "users", ["age"])
op.create_unique_constraint("users_nick_key", "users", ["nick"])
"""
FIRST = (USERS, 'op.drop_table("users")')
"""A revision whose table the second one changes."""

SQL_FIRST = ("CREATE TABLE users (id int PRIMARY KEY, age int NOT NULL, nick varchar(80));", "DROP TABLE users;")


def second(upgrade: str, downgrade: str, **settings: object):
    """Return two revisions of Alembic; the upgrade of the second begins on line 7."""
    return alembic(FIRST, (upgrade, downgrade), **settings)


def at(line: int, column: int, message: str) -> Found:
    return Found(line, column, message, "versions/0002.py")


ADD = 'op.add_column("users", sa.Column("mail", sa.Text()))'
DROP = 'op.drop_column("users", "mail")'

NOOP = {
    "a column": second(ADD, DROP),
    "a table goes with all that is in it": second(
        """
        op.create_table("posts", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("a", sa.Integer()))
        op.create_index("posts_a_idx", "posts", ["a"])
        op.create_check_constraint("posts_a_check", "posts", "a > 0")
        op.execute("ALTER TABLE posts ENABLE ROW LEVEL SECURITY")
        op.execute("CREATE POLICY p ON posts USING (true)")
        """,
        'op.drop_table("posts")',
    ),
    "a column goes with its keys": second(
        f"""
        {ADD}
        op.create_index("users_mail_idx", "users", ["mail"])
        op.create_unique_constraint("users_mail_key", "users", ["age", "mail"])
        """,
        DROP,
    ),
    "a column may go with an index on an expression, and a check": second(
        f"""
        {ADD}
        op.execute("CREATE INDEX users_lower_idx ON users (lower(mail))")
        op.create_check_constraint("users_mail_check", "users", "mail <> ''")
        """,
        DROP,
    ),
    "a column that is renamed goes with its keys": second(
        f"""
        {ADD}
        op.create_index("users_mail_idx", "users", ["mail"])
        op.alter_column("users", "mail", new_column_name="email")
        """,
        'op.drop_column("users", "email")',
    ),
    "an index that is made and dropped": second(
        'op.create_index("i", "users", ["age"])\nop.drop_index("i", "users")', "op.execute('SELECT 1')"
    ),
    "an index that is dropped and made otherwise, and back": second(
        'op.drop_index("users_age_idx", "users")\nop.create_index("users_age_idx", "users", ["age", "nick"])',
        'op.drop_index("users_age_idx", "users")\nop.create_index("users_age_idx", "users", ["age"])',
    ),
    "a rename of a column": second(
        'op.alter_column("users", "age", new_column_name="years")',
        'op.alter_column("users", "years", new_column_name="age")',
    ),
    "a rename of a table": second('op.rename_table("users", "people")', 'op.rename_table("people", "users")'),
    "a column of a renamed table": second(
        f'{ADD}\nop.rename_table("users", "people")',
        'op.drop_column("people", "mail")\nop.rename_table("people", "users")',
    ),
    "a column that is dropped and comes back": second(
        'op.drop_column("users", "org_id")', 'op.add_column("users", sa.Column("org_id", sa.Integer()))'
    ),
    "a column that comes back with a key of no name": second(
        'op.drop_column("users", "nick")',
        """
        op.add_column("users", sa.Column("nick", sa.String(80)))
        op.create_unique_constraint(None, "users", ["nick"])
        """,
    ),
    "a column that comes back with its own index": second(
        'op.drop_column("users", "age")',
        """
        op.add_column("users", sa.Column("age", sa.Integer()))
        op.create_index("users_age_idx", "users", ["age"])
        """,
    ),
    "a table that comes back": second(
        'op.drop_index("users_age_idx", "users")\nop.drop_table("users")',
        USERS,
    ),
    "a constraint by its name": second(
        'op.create_check_constraint("users_age_check", "users", "age > 0")',
        'op.drop_constraint("users_age_check", "users")',
    ),
    "a constraint by the name that a naming convention gives": second(
        'op.create_foreign_key(None, "users", "orgs", ["org_id"], ["id"])',
        'op.drop_constraint("users_org_id_fkey", "users", type_="foreignkey")',
    ),
    "a column altered and altered back": second(
        'op.alter_column("users", "age", nullable=True, type_=sa.BigInteger())',
        'op.alter_column("users", "age", nullable=False, type_=sa.Integer())',
    ),
    "a column altered to what it was": second('op.alter_column("users", "age", nullable=False)', "op.execute('')"),
    "a text without a limit, by either name": alembic(
        ('op.create_table("users", sa.Column("nick", sa.String()))', 'op.drop_table("users")'),
        ('op.alter_column("users", "nick", type_=sa.String(9))', 'op.alter_column("users", "nick", type_=sa.Text())'),
    ),
    "a trigger that may have been there": second(
        'op.execute("DROP TRIGGER IF EXISTS t ON users")', 'op.execute("DROP TRIGGER IF EXISTS u ON users")'
    ),
    "what fails is passed over": second(
        """
        try:
            op.drop_index("users_age_idx", "users")
            op.drop_constraint("users_nick_key", "users")
        except Exception:
            pass
        """,
        "op.execute('SELECT 1')",
    ),
    "a column of a table that other code has made": second(
        'op.alter_column("orgs", "name", nullable=False)', 'op.execute("SELECT 1")'
    ),
    "row level security and a policy": second(
        """
        op.execute("ALTER TABLE users ENABLE ROW LEVEL SECURITY")
        op.execute("ALTER TABLE users FORCE ROW LEVEL SECURITY")
        op.execute("CREATE POLICY p ON users USING (true)")
        """,
        """
        op.execute("DROP POLICY p ON users")
        op.execute("ALTER TABLE users DISABLE ROW LEVEL SECURITY")
        """,
    ),
    "a trigger goes with its function": second(
        """
        op.execute("CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$")
        op.execute("CREATE TRIGGER t BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION f()")
        """,
        'op.execute("DROP FUNCTION f() CASCADE")',
    ),
    "an enum that is made anew": second(
        """
        op.execute("ALTER TYPE role RENAME TO role_old")
        op.execute("CREATE TYPE role AS ENUM ('admin', 'member')")
        op.execute("DROP TYPE role_old")
        """,
        """
        op.execute("ALTER TYPE role RENAME TO role_old")
        op.execute("CREATE TYPE role AS ENUM ('admin')")
        op.execute("DROP TYPE role_old")
        """,
    ),
    "an enum of two tables": second(
        """
        op.create_table("a", sa.Column("role", sa.Enum("admin", name="role")))
        op.create_table("b", sa.Column("role", sa.Enum("admin", name="role")))
        """,
        """
        op.drop_table("b")
        op.drop_table("a")
        sa.Enum(name="role").drop(op.get_bind(), checkfirst=True)
        """,
    ),
    "rows, enum values, extensions and functions": second(
        """
        op.execute("UPDATE users SET age = 1")
        op.execute("ALTER TYPE role ADD VALUE 'guest'")
        op.execute("CREATE EXTENSION vector")
        op.execute("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$")
        """,
        'op.execute("SELECT 1")',
    ),
    "no downgrade, which MIG001 tells": second(ADD, "pass"),
    "a downgrade that may do anything": second(ADD, "op.execute(load('down.sql'))"),
    "a downgrade that may do anything to the table": second(ADD, "op.add_column('users', load('column'))"),
    "an upgrade that may do anything": second("op.execute(load('up.sql'))", DROP),
    "under a condition": second(ADD, f"if op.get_context().opts.get('x'):\n    {DROP}"),
    "a column whose name is not known": second(
        "import os\n" + ADD, 'import os\nop.drop_column("users", os.environ["COLUMN"])'
    ),
    "a table whose name is not known": second(
        "import os\n" + ADD, 'import os\nop.drop_column(os.environ["TABLE"], "mail")'
    ),
    "if it exists": second('op.execute("DROP INDEX IF EXISTS users_age_idx")', "op.execute('SELECT 1')"),
    "if it does not exist": second('op.execute("CREATE TABLE IF NOT EXISTS posts (id int)")', "op.execute('SELECT 1')"),
    "a table that is exempt": second(ADD, "op.execute('SELECT 1')", exempt_tables=("users",)),
    "a table that is exempt from the rule": second(
        ADD, "op.execute('SELECT 1')", options={CODE: {"exempt_tables": ("users",)}}
    ),
    "sql up and down": updown(SQL_FIRST, ("ALTER TABLE users ADD mail text;", "ALTER TABLE users DROP mail;")),
    "sql a unique column": updown(
        SQL_FIRST, ("ALTER TABLE users ADD mail text UNIQUE;", "ALTER TABLE users DROP COLUMN mail;")
    ),
    "sql a table with references, cascading": updown(
        SQL_FIRST,
        (
            "CREATE TABLE posts (id int PRIMARY KEY); ALTER TABLE users ADD FOREIGN KEY (age) REFERENCES posts (id);",
            "DROP TABLE posts CASCADE;",
        ),
    ),
}

FINDING = {
    "a column is kept": (
        second(f'{ADD}\nop.create_index("i", "users", ["age"])', 'op.drop_index("i", "users")'),
        [at(7, 5, f"`add column users.mail` {kept()}")],
    ),
    "a table is kept": (
        second(
            'op.create_table("a", sa.Column("id", sa.Integer()))\nop.create_index("i", "a", ["id"])', "op.execute('')"
        ),
        [at(7, 5, f"`create table a` {kept()}")],
    ),
    "what fails is raised": (
        second(
            'try:\n    op.drop_index("users_age_idx", "users")\nexcept Exception as error:\n    raise error',
            "op.execute('SELECT 1')",
        ),
        [at(8, 9, f"`drop index users_age_idx` {lost()}")],
    ),
    "an index is kept": (
        second(f'{ADD}\nop.create_index("i", "users", ["age"])', DROP),
        [at(8, 5, f"`create index i` {kept()}")],
    ),
    "constraints are kept": (
        second(
            """
            op.create_unique_constraint("u", "users", ["age"])
            op.create_foreign_key(None, "users", "orgs", ["org_id"], ["id"])
            op.create_check_constraint("c", "users", "age > 0")
            """,
            "op.execute('')",
        ),
        [
            at(7, 5, f"`add unique constraint users.u` {kept()}"),
            at(8, 5, f"`add foreign key users (org_id)` {kept()}"),
            at(9, 5, f"`add check constraint users.c` {kept()}"),
        ],
    ),
    "a policy, row level security and a trigger are kept": (
        second(
            """
            op.execute("ALTER TABLE users ENABLE ROW LEVEL SECURITY")
            op.execute("ALTER TABLE users FORCE ROW LEVEL SECURITY")
            op.execute("CREATE POLICY p ON users USING (true)")
            op.execute("CREATE TRIGGER t BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION f()")
            """,
            "op.execute('SELECT 1')",
        ),
        [
            at(
                7,
                5,
                "`row level security of users` is not undone: after `downgrade` it is enabled, and it was disabled "
                "before; set it back there",
            ),
            at(
                8,
                5,
                "`row level security of users` is not undone: after `downgrade` it is forced, and it was not forced "
                "before; set it back there",
            ),
            at(9, 5, f"`create policy users.p` {kept()}"),
            at(10, 5, f"`create trigger users.t` {kept()}"),
        ],
    ),
    "an enum of an earlier revision does not come back": (
        alembic(
            (
                f"{USERS}op.execute('CREATE TYPE role AS ENUM ()')",
                'op.drop_table("users")\nop.execute("DROP TYPE role")',
            ),
            ("op.execute('DROP TYPE role')", "op.execute('SELECT 1')"),
        ),
        [at(7, 5, f"`drop type role` {lost()}")],
    ),
    "an enum is kept": (
        second(
            'op.create_table("a", sa.Column("role", sa.Enum("admin", "member", name="role")))', 'op.drop_table("a")'
        ),
        [at(7, 5, f"`create type role` {kept()}")],
    ),
    "an enum of two tables is kept": (
        second(
            """
            op.create_table("a", sa.Column("role", sa.Enum("admin", name="role")))
            op.create_table("b", sa.Column("role", sa.Enum("admin", name="role")))
            """,
            """
            op.drop_table("b")
            op.drop_table("a")
            """,
        ),
        [at(7, 5, f"`create type role` {kept()}")],
    ),
    "what is dropped does not come back": (
        second(
            """
            op.drop_index("users_age_idx", "users")
            op.drop_constraint("users_nick_key", "users")
            op.drop_column("users", "nick")
            """,
            'op.execute("SELECT 1")',
        ),
        [
            at(7, 5, f"`drop index users_age_idx` {lost()}"),
            at(8, 5, f"`drop constraint users.users_nick_key` {lost()}"),
            at(9, 5, f"`drop column users.nick` {lost()}"),
        ],
    ),
    "a table does not come back": (
        second('op.drop_table("users")', 'op.execute("SELECT 1")'),
        [at(7, 5, f"`drop table users` {lost()}")],
    ),
    "a table comes back without a column": (
        second(
            'op.drop_table("users")',
            """
            op.create_table("users", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("age", sa.Integer()))
            op.add_column("users", sa.Column("nick", sa.String(80)))
            """,
        ),
        [
            at(
                11,
                5,
                "`create table users` does not undo the upgrade: the table had `org_id` too; create it as it was",
            )
        ],
    ),
    "an index does not come back with its table": (
        second(
            'op.drop_index("users_age_idx", "users")\nop.drop_table("users")', USERS.replace("op.create_index", "#")
        ),
        [at(7, 5, f"`drop index users_age_idx` {lost()}")],
    ),
    "names are kept": (
        second(
            'op.alter_column("users", "age", new_column_name="years")\nop.rename_table("users", "people")',
            "op.execute('SELECT 1')",
        ),
        [
            at(7, 5, f"`rename column users.age to years` {moved()}"),
            at(8, 5, f"`rename table users to people` {moved()}"),
        ],
    ),
    "another name comes back": (
        second(
            'op.alter_column("users", "age", new_column_name="years")',
            'op.alter_column("users", "years", new_column_name="aged")',
        ),
        [at(7, 5, f"`rename column users.age to aged` {moved()}")],
    ),
    "the downgrade drops what it may not": (
        second(ADD, f'{DROP}\nop.drop_column("users", "age")\nop.drop_table("orgs")'),
        [at(12, 5, f"`drop column users.age` {EXTRA_DROP}"), at(13, 5, f"`drop table orgs` {EXTRA_DROP}")],
    ),
    "the downgrade makes what is there": (
        second(
            ADD, f'{DROP}\nop.create_index("i", "users", ["nick"])\nop.create_table("a", sa.Column("id", sa.Integer()))'
        ),
        [at(12, 5, f"`create index i` {EXTRA_MAKE}"), at(13, 5, f"`create table a` {EXTRA_MAKE}")],
    ),
    "the downgrade renames what it may not": (
        second(ADD, f'{DROP}\nop.alter_column("users", "nick", new_column_name="name")'),
        [at(12, 5, f"`rename column users.nick to name` {EXTRA_MOVE}")],
    ),
    "the downgrade drops another index than the one that was made": (
        second('op.create_index("i", "users", ["nick"])', 'op.drop_index("j", "users")'),
        [at(7, 5, f"`create index i` {kept()}")],
    ),
    "a constraint of another name comes back": (
        second(
            'op.drop_constraint("users_nick_key", "users", type_="unique")',
            'op.create_unique_constraint("users_nick_uq", "users", ["nick"])',
        ),
        [at(7, 5, f"`drop unique constraint users.users_nick_key` {lost()}")],
    ),
    "a constraint comes back for an index of its name": (
        second(
            'op.drop_index("users_nick_key", "users")',
            'op.create_unique_constraint("users_nick_key", "users", ["nick"])',
        ),
        [at(7, 5, f"`drop index users_nick_key` {lost()}")],
    ),
    "a constraint without a name": (
        second(
            'op.create_foreign_key(None, "users", "orgs", ["org_id"], ["id"])',
            'op.drop_constraint(None, "users", type_="foreignkey")',
        ),
        [at(11, 5, f"`drop foreign key of users` {NAMELESS}")],
    ),
    "a column stays altered": (
        second(
            """
            op.alter_column("users", "age", nullable=True, server_default="0")
            op.alter_column("users", "nick", type_=sa.Text())
            """,
            'op.alter_column("users", "nick", type_=sa.String(40))',
        ),
        [
            at(
                7,
                5,
                "`alter column users.age` is not undone: after `downgrade` it is nullable, and it was NOT NULL before; "
                "set it back there",
            ),
            at(
                7,
                5,
                "`alter column users.age` is not undone: after `downgrade` it is with a default, and it was without a "
                "default before; set it back there",
            ),
            at(
                12,
                5,
                "`alter column users.nick` does not undo the upgrade: after `downgrade` it is varchar(40), and it was "
                "varchar(80) before; set it back there",
            ),
        ],
    ),
    "a column comes back with another type": (
        second('op.drop_column("users", "org_id")', 'op.add_column("users", sa.Column("org_id", sa.Text()))'),
        [
            at(
                11,
                5,
                "`add column users.org_id` does not undo the upgrade: after `downgrade` it is text, and it was integer "
                "before; set it back there",
            )
        ],
    ),
    "a column comes back without its keys": (
        second(
            'op.drop_column("users", "nick")\nop.drop_column("users", "age")',
            """
            op.add_column("users", sa.Column("nick", sa.String(80)))
            op.add_column("users", sa.Column("age", sa.Integer(), nullable=False))
            """,
        ),
        [
            at(
                12,
                5,
                "`add column users.nick` does not undo the upgrade: the column had the unique constraint "
                "`users_nick_key` too; create it again",
            ),
            at(
                13,
                5,
                "`add column users.age` does not undo the upgrade: the column had the index `users_age_idx` too; "
                "create it again",
            ),
        ],
    ),
    "an index comes back otherwise": (
        second(
            'op.drop_index("users_age_idx", "users")',
            'op.create_index("users_age_idx", "users", ["age", "id"], unique=True)',
        ),
        [
            at(
                11,
                5,
                "`create index users_age_idx` does not undo the upgrade: after `downgrade` it is unique on (age, id), "
                "and it was on (age) before; set it back there",
            )
        ],
    ),
    "a policy comes back otherwise": (
        alembic(
            (f"{USERS}op.execute('CREATE POLICY p ON users USING (id = 1)')", 'op.drop_table("users")'),
            ("op.execute('DROP POLICY p ON users')", "op.execute('CREATE POLICY p ON users USING (true)')"),
        ),
        [
            at(
                11,
                5,
                "`create policy users.p` does not undo the upgrade: the policy was another one before; create it again "
                "as it was",
            )
        ],
    ),
    "one of two is unread": (
        second(
            f"""
            op.add_column("orgs", load("column"))
            {ADD}
            op.create_index("i", "orgs", ["id"])
            """,
            "op.execute('SELECT 1')",
        ),
        [at(8, 5, f"`add column users.mail` {kept()}")],
    ),
    "sql": (
        updown(
            SQL_FIRST,
            (
                "ALTER TABLE users ADD mail text, ADD phone text;\nCREATE INDEX ON users (nick);\nDROP TYPE role;",
                "ALTER TABLE users DROP mail;",
            ),
        ),
        [
            Found(1, 1, f"`add column users.phone` {kept(DOWN)}", "migrations/0002_m.up.sql"),
            Found(2, 1, f"`create index users_nick_idx` {kept(DOWN)}", "migrations/0002_m.up.sql"),
            Found(3, 1, f"`drop type role` {lost(DOWN)}", "migrations/0002_m.up.sql"),
        ],
    ),
}


@pytest.mark.parametrize("snippet", NOOP.values(), ids=NOOP)
def test_noop(snippet):
    assert run(CODE, snippet) == []


@pytest.mark.parametrize(("snippet", "expected"), FINDING.values(), ids=FINDING)
def test_finding(snippet, expected):
    assert run(CODE, snippet) == expected


def test_an_enum_that_an_earlier_revision_has_made_is_not_for_this_one_to_drop():
    first = (
        f"{USERS}op.execute(\"CREATE TYPE role AS ENUM ('admin')\")",
        'op.drop_table("users")\nop.execute("DROP TYPE role")',
    )
    again = ('op.create_table("a", sa.Column("role", sa.Enum("admin", name="role")))', 'op.drop_table("a")')
    assert run(CODE, alembic(first, again)) == []
