"""Revisions that changes come to: the style of the project, and what is refused with which reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tenantlint.change import (
    AddIndex,
    AddTenant,
    AddTimestamp,
    Change,
    EnableSecurity,
    MakeRequired,
    Patch,
    RenameColumn,
    RenameTable,
    WriteDowngrade,
)
from tenantlint.edit import apply
from tenantlint.lang.alembic import write
from tenantlint.lang.lowering import Lowering
from tenantlint.link import link
from tenantlint.project import Project

if TYPE_CHECKING:
    from pathlib import Path

    from tenantlint.schema import Schema

MODELS = """\
from uuid import UUID

from sqlmodel import Field, SQLModel


class Tenant(SQLModel, table=True):
    __tablename__ = "tenants"
    id: UUID = Field(primary_key=True)


class User(SQLModel, table=True):
    __tablename__ = "users"
    id: UUID = Field(primary_key=True)
    eMail: str
"""
FIRST = """\
import sqlalchemy as sa
from alembic import op

revision = "a1"
down_revision = None


def upgrade():
    op.create_table("tenants", sa.Column("id", sa.Uuid(), primary_key=True))
    op.create_table(
        "users", sa.Column("id", sa.Uuid(), primary_key=True), sa.Column("eMail", sa.String(), nullable=False)
    )


def downgrade():
    op.drop_table("users")
    op.drop_table("tenants")
"""
PATH = "migrations/versions/a1_first.py"
FILES = {"models.py": MODELS, PATH: FIRST}


def project(files: dict[str, str]) -> Project:
    return Project("/nonexistent", frozenset(), {path: text.encode() for path, text in files.items()})


def schema(files: dict[str, str]) -> Schema:
    return link(project(files)).schema


def lowered(change: Change, files: dict[str, str], models: str | None = None) -> Patch:
    after = None if models is None else schema(files | {"models.py": models})
    return write.lower(change, Lowering(project(files), schema(files), after=after))


def user(files: dict[str, str]) -> str:
    (table,) = (each for each in schema(files).tables if each.name == "users")
    return table.id


def renamed(files: dict[str, str]) -> Patch:
    change = RenameColumn(user(files), "eMail", "email", "email")
    return lowered(change, files, files["models.py"].replace("eMail", "email"))


# Style


def test_a_revision_in_the_style_of_the_last_one() -> None:
    ((path, text),) = renamed(FILES).files
    revision = path.removeprefix("migrations/versions/").partition("_")[0]
    assert len(revision) == 12
    assert path == f"migrations/versions/{revision}_rename_users_email_to_email.py"
    assert text == (
        f'"""Rename users.eMail to email\n\nRevision ID: {revision}\nRevises: a1\n\n"""\n\n'
        "from alembic import op\n\n"
        "# revision identifiers, used by Alembic.\n"
        f'revision = "{revision}"\ndown_revision = "a1"\nbranch_labels = None\ndepends_on = None\n\n\n'
        'def upgrade():\n    op.alter_column("users", "eMail", new_column_name="email")\n\n\n'
        'def downgrade():\n    op.alter_column("users", "email", new_column_name="eMail")\n'
    )


def test_line_ends_quotes_annotations_and_indentation_are_those_of_the_last_revision() -> None:
    first = FIRST.replace('"', "'").replace("    ", "\t").replace("revision = 'a1'", "revision: str = 'a1'")
    first = first.replace("def upgrade():", "def upgrade() -> None:").replace("\n", "\r\n")
    ((_, text),) = renamed({**FILES, PATH: "from typing import Union\r\n" + first}).files
    assert text.count("\r\n") == text.count("\n")
    lines = text.split("\r\n")
    assert "from typing import Union" in lines
    assert "down_revision = 'a1'" in lines
    assert lines[lines.index("def upgrade() -> None:") + 1] == (
        "\top.alter_column('users', 'eMail', new_column_name='email')"
    )


def test_the_template_says_how_ids_are_annotated() -> None:
    mako = (
        "revision: str = ${repr(up_revision)}\ndown_revision: str | None = None\n\ndef upgrade() -> None:\n    pass\n"
    )
    ((_, text),) = renamed({**FILES, "migrations/script.py.mako": mako}).files
    assert "\nrevision: str = " in text
    assert '\ndown_revision: str | None = "a1"\n' in text
    assert "\ndef downgrade() -> None:\n" in text


@pytest.mark.parametrize(
    ("name", "own", "expected"),
    [
        ("0007_first.py", "0007", "0008_rename_users_email_to_email.py"),
        ("0007-first.py", "0007", "0008-rename_users_email_to_email.py"),
        ("0007.py", "0007", "0008.py"),
        ("first.py", "009", "010_rename_users_email_to_email.py"),
    ],
)
def test_numbered_revisions_are_numbered_on(name: str, own: str, expected: str) -> None:
    first = FIRST.replace('"a1"', f'"{own}"')
    ((path, text),) = renamed({"models.py": MODELS, f"migrations/versions/{name}": first}).files
    assert path == f"migrations/versions/{expected}"
    assert f'down_revision = "{own}"' in text


def test_names_are_quoted_where_sql_needs_it() -> None:
    models = MODELS.replace('"users"', '"order"').replace("eMail: str", "eMail: str = Field(index=True)")
    index = '\n    op.create_index("ix_order_eMail", "order", ["eMail"])\n\n\ndef downgrade'
    files = {"models.py": models, PATH: FIRST.replace('"users"', '"order"').replace("\n\n\ndef downgrade", index)}
    (table,) = (each for each in schema(files).tables if each.name == "order")
    change = RenameColumn(table.id, "eMail", "email", "email")
    ((_, text),) = lowered(change, files, models.replace("eMail", "email")).files
    assert "    op.execute('ALTER INDEX \"ix_order_eMail\" RENAME TO ix_order_email')\n" in text


def test_a_table_in_a_schema() -> None:
    models = MODELS.replace('"users"', '"users"\n    __table_args__ = {"schema": "auth"}')
    created = FIRST.replace(
        '"eMail", sa.String(), nullable=False)\n', '"eMail", sa.String()),\n        schema="auth",\n'
    )
    files = {"models.py": models, PATH: created}
    ((_, text),) = renamed(files).files
    assert 'op.alter_column("users", "eMail", new_column_name="email", schema="auth")' in text
    ((_, text),) = lowered(RenameTable(user(files), "people"), files, models.replace('"users"', '"people"')).files
    assert 'op.rename_table("users", "people", schema="auth")' in text
    assert 'op.rename_table("people", "users", schema="auth")' in text


def test_a_function_of_the_database_that_sets_the_column_is_told() -> None:
    function = (
        "CREATE FUNCTION touch() RETURNS trigger AS $$ BEGIN NEW.\"eMail\" := 'x'; RETURN NEW; END $$ LANGUAGE plpgsql"
    )
    trigger = "CREATE TRIGGER t BEFORE UPDATE ON {} FOR EACH ROW EXECUTE FUNCTION touch()"
    lines = [function, trigger.format("users"), trigger.format("tenants")]
    body = "".join(f"\n    op.execute({line!r})" for line in lines)
    files = {**FILES, PATH: FIRST.replace("\n\n\ndef downgrade", f"{body}\n\n\ndef downgrade")}
    patch = renamed(files)
    start = files[PATH].index("op.execute")
    assert [(use.what, use.at.path, use.at.start) for use in patch.unresolved] == [
        ("the function `touch`, which sets `eMail`", PATH, start)
    ]
    dropped = f'{body}\n    op.execute("DROP TRIGGER t ON users")\n\n\ndef downgrade'
    assert renamed({**files, PATH: FIRST.replace("\n\n\ndef downgrade", dropped)}).unresolved == ()


# What needs none


@pytest.mark.parametrize(
    "change",
    [
        RenameColumn("users", "eMail", "email", None),
        RenameColumn("users", "eMail", "email", "eMail"),
    ],
)
def test_a_name_that_stays_in_the_database_needs_no_revision(change: RenameColumn) -> None:
    given = RenameColumn(user(FILES), change.key, change.new_key, change.new_name)
    assert lowered(given, FILES) == Patch()


def test_a_project_without_migrations_needs_no_revision() -> None:
    assert renamed({"models.py": MODELS}) == Patch()


def test_a_table_that_no_migration_makes_yet_needs_no_revision() -> None:
    first = "\n".join(line for line in FIRST.split("\n") if "users" not in line).replace(
        "    op.create_table(\n    )\n", ""
    )
    assert renamed({"models.py": MODELS, PATH: first}) == Patch()


# What is refused

SECOND = FIRST.replace('"a1"', '"b2"').replace("down_revision = None", 'down_revision = "a1"')
EMPTY = SECOND[: SECOND.index("def upgrade")] + "def upgrade():\n    pass\n\n\ndef downgrade():\n    pass\n"


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        (
            {"migrations/versions/b2.py": EMPTY, "migrations/versions/c3.py": EMPTY.replace('"b2"', '"c3"')},
            "the migration history of `migrations/versions` has 2 heads, `b2` and `c3`, so that `alembic upgrade head` "
            "fails",
        ),
        (
            {"other/versions/a1_first.py": FIRST.replace('"a1"', '"x9"')},
            "the migrations of `migrations/versions` and `other/versions` have this table: which database is meant is "
            "not known",
        ),
        (
            {"migrations/versions/b2.py": "import os\n" + EMPTY.replace('"a1"', 'os.environ["PARENT"]')},
            "the migration history of `migrations/versions` has several heads: which one to follow is open",
        ),
        (
            {PATH: FIRST.replace("eMail", "mail")},
            "no migration gives `users` the column `eMail` yet: generate that migration first",
        ),
        (
            {PATH: FIRST.replace('sa.Column("eMail"', 'sa.Column("email", sa.String()), sa.Column("eMail"')},
            "the database has a column `email` in `users` already",
        ),
    ],
)
def test_a_rename_is_refused(files: dict[str, str], reason: str) -> None:
    assert renamed({**FILES, **files}) == Patch(refused=reason)


def test_a_file_that_cannot_be_read_may_be_the_last_revision(tmp_path: Path) -> None:
    for path, text in FILES.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    (tmp_path / "migrations/versions/b2.py").symlink_to(tmp_path / "b2.py")
    change = RenameColumn(user(FILES), "eMail", "email", "email")
    names = frozenset((*FILES, "migrations/versions/b2.py"))
    refused = write.lower(change, Lowering(Project(str(tmp_path), names), schema(FILES))).refused
    assert refused == "the revisions of `migrations/versions` cannot all be read, and so not which one is the last"
    gone = frozenset((*FILES, "migrations/versions/c3.py"))
    assert write.lower(change, Lowering(Project(str(tmp_path), gone), schema(FILES))).refused is None


def test_a_table_that_sql_migrations_make_is_refused() -> None:
    sql = 'CREATE TABLE users (id uuid PRIMARY KEY, "eMail" text NOT NULL);'
    assert renamed({"models.py": MODELS, "db/migrations/0001_users.sql": sql}) == Patch(
        refused="the table is made by the SQL migrations of `db/migrations`: write that migration first"
    )


def test_a_new_name_that_a_table_has_is_refused() -> None:
    change = RenameTable(user(FILES), "tenants")
    assert lowered(change, FILES, MODELS).refused == "the database has a table `tenants` already"


@pytest.mark.parametrize(
    ("column", "change", "reason"),
    [
        (
            "tenant_id: Special = Field(sa_type=Special)",
            AddTenant("", "tenant_id", None),
            "the migration has to be written by hand, because its type of the column is not a common one",
        ),
        (
            "size: int",
            AddTimestamp("", "size", False),
            "`size` is NOT NULL and has no default that the rows which are there could take",
        ),
    ],
)
def test_a_column_that_rows_could_not_have_is_refused(column: str, change: Change, reason: str) -> None:
    object.__setattr__(change, "table_id", user(FILES))
    assert lowered(change, FILES, f"{MODELS}    {column}\n").refused == reason


def test_without_the_code_afterwards_additions_are_refused() -> None:
    change = AddIndex(user(FILES), ("eMail",))
    assert lowered(change, FILES).refused == "what the code declares afterwards is not known"


def test_row_level_security_without_alembic_is_refused() -> None:
    files = {"models.py": MODELS}
    assert lowered(EnableSecurity(user(files), "id", "app.tenant_id"), files).refused == (
        "no Alembic revision makes this table yet, which row level security needs: generate that one first"
    )


def test_a_column_that_is_required_in_the_database_needs_no_revision() -> None:
    assert lowered(MakeRequired(user(FILES), "eMail"), FILES) == Patch()


# Downgrades

HEAD = 'import sqlalchemy as sa\nfrom alembic import op\n\nrevision = "a1"\ndown_revision = None\n\n\n'


def downgraded(upgrade: str, downgrade: str, newline: str = "\n") -> tuple[str | None, str]:
    """Return why the downgrade of a revision is refused, and its text from there on with the edit made."""
    text = f"{HEAD}def upgrade():\n    {upgrade}\n\n\n".replace("\n", newline) + downgrade
    files = {"migrations/versions/a1.py": text}
    patch = lowered(WriteDowngrade("migrations/versions", "a1"), files)
    data = apply(text.encode(), patch.edits).decode()
    return patch.refused, data.partition(newline * 3)[2].partition(newline * 3)[2]


@pytest.mark.parametrize(
    ("downgrade", "expected"),
    [
        ("def downgrade():\n    pass\n", 'def downgrade():\n    op.drop_column("t", "a")\n'),
        ("def downgrade() -> None: pass", 'def downgrade() -> None:\n    op.drop_column("t", "a")'),
        (
            'def downgrade():\n\t"""Undo."""\n\t# nothing\n\tpass  # yet\n',
            'def downgrade():\n\t"""Undo."""\n\t# nothing\n\top.drop_column("t", "a")  # yet\n',
        ),
        ('def downgrade():\n  """Undo."""\n', 'def downgrade():\n  """Undo."""\n  op.drop_column("t", "a")\n'),
        ("def downgrade():\n    ...\n", 'def downgrade():\n    op.drop_column("t", "a")\n'),
        ("def downgrade():\n    return None\n", 'def downgrade():\n    op.drop_column("t", "a")\n'),
        ("", 'def downgrade():\n    op.drop_column("t", "a")\n'),
    ],
)
def test_where_a_downgrade_goes(downgrade: str, expected: str) -> None:
    assert downgraded('op.add_column("t", sa.Column("a", sa.Text()))', downgrade) == (None, expected)


@pytest.mark.parametrize(
    ("upgrade", "expected"),
    [
        ('op.create_table("t", sa.Column("a", sa.Text(), index=True))', ['op.drop_table("t")']),
        ('op.create_table("t", sa.Column("a", sa.Text()), schema="s")', ['op.drop_table("t", schema="s")']),
        (
            'op.create_foreign_key(None, "t", "u", ["u_id"], ["id"])',
            ['op.drop_constraint(op.f("t_u_id_fkey"), "t", type_="foreignkey")'],
        ),
        (
            'op.create_primary_key("pk_t", "t", ["a"])',
            ['op.drop_constraint(op.f("pk_t"), "t", type_="primary")'],
        ),
        (
            'op.create_check_constraint("positive", "t", "a > 0")',
            ['op.drop_constraint(op.f("positive"), "t", type_="check")'],
        ),
        (
            'op.execute("ALTER TABLE t ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")',
            [
                'op.execute("ALTER TABLE t NO FORCE ROW LEVEL SECURITY")',
                'op.execute("ALTER TABLE t DISABLE ROW LEVEL SECURITY")',
            ],
        ),
        ("op.execute(\"CREATE TYPE mood AS ENUM ('ok')\")", ['op.execute("DROP TYPE mood")']),
        ('op.execute("ALTER TYPE mood RENAME TO moods")', ['op.execute("ALTER TYPE moods RENAME TO mood")']),
        (
            'op.execute("ALTER TABLE t RENAME CONSTRAINT a TO b")',
            ['op.execute("ALTER TABLE t RENAME CONSTRAINT b TO a")'],
        ),
        (
            'op.create_table("t", sa.Column("a", sa.Text()))\n    op.execute("INSERT INTO t VALUES (1)")',
            ['op.drop_table("t")'],
        ),
    ],
)
def test_what_undoes_an_operation(upgrade: str, expected: list[str]) -> None:
    refused, text = downgraded(upgrade, "def downgrade():\n    pass\n")
    assert (refused, text.splitlines()[1:]) == (None, [f"    {line}" for line in expected])


@pytest.mark.parametrize(
    ("upgrade", "reason"),
    [
        ('op.drop_table("t")', "what the table `t` was before is not all known: write the downgrade by hand"),
        ('op.drop_column("t", "a")', "what the table `t` was before is not all known: write the downgrade by hand"),
        (
            'op.execute("UPDATE t SET a = 1")',
            "`update t` cannot be undone here, because what the rows held before is not known: write the downgrade by "
            "hand",
        ),
        ('op.execute("GRANT SELECT ON t TO app")', "what undoes `GRANT` is not known: write the downgrade by hand"),
        (
            "op.execute(\"ALTER TYPE mood ADD VALUE 'sad'\")",
            "`add enum value mood` cannot be undone here, because PostgreSQL takes no value out of an enum again: "
            "write the downgrade by hand",
        ),
        (
            'op.alter_column("t", "a", type_=sa.Text())',
            "what the column `t.a` was before is not known: write the downgrade by hand",
        ),
        (
            'op.create_table("t", sa.Column("a", sa.Text()), if_not_exists=True)',
            "`create table t` does not happen in every case, so undoing it may drop what was there",
        ),
        ("pass", "the upgrade does nothing that a downgrade could undo"),
    ],
)
def test_a_downgrade_that_is_not_known_is_refused(upgrade: str, reason: str) -> None:
    before = "def downgrade():\n    pass\n"
    assert downgraded(upgrade, before) == (reason, before)


BOTH = 'op.add_column("t", sa.Column("a", sa.Text()))\n    op.create_index("i", "t", ["a"])'
THREE = BOTH + '\n    op.add_column("t", sa.Column("b", sa.Text()))'
BATCH = '    with op.batch_alter_table("t") as batch:\n        batch.drop_index("i")\n        batch.drop_column("a")\n'


@pytest.mark.parametrize(
    ("downgrade", "expected"),
    [
        (
            '# ### commands auto generated by Alembic ###\n    op.drop_index("i")  # first\n    # ### end ###',
            '# ### commands auto generated by Alembic ###\n    op.drop_index("i")  # first\n'
            '    op.drop_column("t", "a")\n    # ### end ###',
        ),
        (
            '"""Undo."""\n\n    # the column\n    op.drop_column(\n        "t",\n        "a",\n    )',
            '"""Undo."""\n    op.drop_index(op.f("i"), table_name="t")\n\n    # the column\n    op.drop_column(\n'
            '        "t",\n        "a",\n    )',
        ),
        (
            'op.drop_column("t", "a")\n\n    op.execute("DROP INDEX IF EXISTS i")',
            '\n    op.execute("DROP INDEX IF EXISTS i")\n    op.drop_column("t", "a")',
        ),
        (
            'op.add_column("t", sa.Column("a", sa.Text()))\n    op.drop_index("i")',
            'op.drop_index("i")\n    op.drop_column("t", "a")',
        ),
        (
            'with op.batch_alter_table("t") as batch:\n        # why\n        batch.drop_column("a")',
            'op.drop_index(op.f("i"), table_name="t")\n    with op.batch_alter_table("t") as batch:\n        # why\n'
            '        batch.drop_column("a")',
        ),
    ],
    ids=["last is missing", "first is missing", "wrong order", "wrong call", "a batch"],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_a_downgrade_is_completed(downgrade: str, expected: str, newline: str) -> None:
    text, wanted = (f"def downgrade():\n    {body}\n".replace("\n    \n", "\n\n") for body in (downgrade, expected))
    text, wanted = (each.replace("\n", newline) for each in (text, wanted))
    assert downgraded(BOTH, text, newline) == (None, wanted)


def test_a_batch_is_kept_as_a_whole() -> None:
    refused, text = downgraded(THREE, f"def downgrade():\n{BATCH}")
    assert (refused, text) == (None, f'def downgrade():\n    op.drop_column("t", "b")\n{BATCH}')


MORE = {
    'op.drop_column("t", "b")': "the downgrade has `drop column t.b`, which undoes nothing of the upgrade: whether "
    "that is meant is for you to say",
    'op.execute("DELETE FROM t")': "the downgrade has `delete t`, which undoes nothing of the upgrade: whether that is "
    "meant is for you to say",
    'if True:\n        op.drop_index("i")': "the downgrade has other statements than calls: complete it by hand",
    "print(1)": "the downgrade has a statement whose effect is not known: complete it by hand",
    '# why\n    op.add_column("t", sa.Column("a", sa.Text()))': "the downgrade has a comment or a batch that would be "
    "written anew: complete it by hand",
    'with op.batch_alter_table("t") as batch:\n        batch.add_column(sa.Column("a", sa.Text()))': "the downgrade "
    "has a comment or a batch that would be written anew: complete it by hand",
}


@pytest.mark.parametrize("body", MORE)
def test_a_downgrade_that_does_more_is_left_alone(body: str) -> None:
    before = f'def downgrade():\n    {body}\n    op.drop_column("t", "a")\n'
    assert downgraded(BOTH, before) == (MORE[body], before)
