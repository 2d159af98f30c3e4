"""What a dropped and added column is rewritten to, byte by byte, and where that is not certain."""

from __future__ import annotations

import pytest
from tests.lang.fixing import codes, context

from tenantlint.change import RenameInstead
from tenantlint.edit import apply
from tenantlint.lower import lower

HEAD = "import sqlalchemy as sa\nfrom alembic import op\n\nrevision = '{}'\ndown_revision = {}\n\n\n"
USERS = """op.create_table(
    'users',
    sa.Column('id', sa.Integer(), primary_key=True),
    sa.Column('email', sa.Text()),
    sa.Column('size', sa.Integer(), server_default='1'),
    {}
)"""
FIRST = "versions/a.py"
SECOND = "versions/b.py"


def revisions(upgrade: str, downgrade: str, more: str = "", newline: str = "\n") -> dict[str, bytes]:
    first = f"{HEAD.format('a', None)}def upgrade():\n    {USERS.format(more)}\n\n\n"
    first += "def downgrade():\n    op.drop_table('users')\n"
    second = f"{HEAD.format('b', repr('a'))}def upgrade():\n\t{upgrade}\n\n\ndef downgrade():\n\t{downgrade}\n"
    return {FIRST: first.encode(), SECOND: second.replace("\n", newline).encode()}


def rewritten(files: dict[str, bytes], history: str, name: str, path: str) -> tuple[str | None, bytes]:
    patch = lower(RenameInstead(history, name, "users", "email", "email_address"), context(files))
    return patch.refused, apply(files[path], patch.edits)


ADD = "op.add_column('users', sa.Column('email_address', sa.Text()))"
DROP = "op.drop_column('users', 'email')"
BACK = "op.add_column('users', sa.Column('email', sa.Text()))"
AWAY = "op.drop_column('users', 'email_address')"
RENAME = "op.alter_column('users', 'email', new_column_name='email_address')"
UNDO = "op.alter_column('users', 'email_address', new_column_name='email')"
WRITTEN = {
    "both ways": (f"{ADD}\n\t{DROP}", f"{BACK}\n\t{AWAY}", RENAME, UNDO),
    "between others": (
        f"# why\n\t{DROP}  # old\n\top.create_index('i', 'users', ['size'])\n\n\t{ADD}\n\t# more\n"
        "\top.execute('SELECT 1')",
        f"op.drop_index('i')\n\t{AWAY}\n\t{BACK}",
        f"# why\n\t{RENAME}  # old\n\top.create_index('i', 'users', ['size'])\n\n\t# more\n\top.execute('SELECT 1')",
        f"op.drop_index('i')\n\t{UNDO}",
    ),
    "no way back": (f"{ADD}\n\t{DROP}", "raise NotImplementedError", RENAME, "raise NotImplementedError"),
    "its index is dropped and made": (
        f"op.drop_index('ix')\n\t{DROP}\n\t{ADD}\n\top.create_index('ix', 'users', ['email_address'])",
        f"op.drop_index('ix')\n\t{AWAY}\n\t{BACK}\n\top.create_index('ix', 'users', ['email'])",
        f"op.drop_index('ix')\n\t{RENAME}\n\top.create_index('ix', 'users', ['email_address'])",
        f"op.drop_index('ix')\n\t{UNDO}\n\top.create_index('ix', 'users', ['email'])",
    ),
}


@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("name", WRITTEN)
def test_a_revision_renames(name: str, newline: str) -> None:
    upgrade, downgrade, up, down = WRITTEN[name]
    more = "sa.Index('ix', 'email')," if "index is" in name else ""
    files = revisions(upgrade, downgrade, more, newline)
    assert "MIG003" in codes(files)
    refused, data = rewritten(files, "versions", "b", SECOND)
    assert (refused, data) == (None, revisions(up, down, more, newline)[SECOND])
    assert {"MIG002", "MIG003"} & {*codes(files | {SECOND: data})} == set()


OTHER = "`email` and `email_address` are not the same but for their names: rename it by hand"
KEPT = "an index or a key over `email` went with it, and a rename keeps that: rename both by hand"
EDITED = "the column is dropped or added in a way that is not edited: rename it by hand"
REFUSED = {
    "a default": (f"{ADD.replace('sa.Text()', 'sa.Text(), server_default=str(1)')}\n\t{DROP}", "pass", "", OTHER),
    "unique": (
        f"{ADD.replace('sa.Text()', 'sa.Text(), unique=True')}\n\t{DROP}",
        "pass",
        "",
        "one statement does more than to drop or add the column: rename it by hand",
    ),
    "an index": (f"{ADD}\n\t{DROP}", "pass", "sa.Index('ix', 'email'),", KEPT),
    "a key": (f"{ADD}\n\t{DROP}", "pass", "sa.UniqueConstraint('email', name='u'),", KEPT),
    "a check": (
        f"{ADD}\n\t{DROP}",
        "pass",
        "sa.CheckConstraint('email > 1'),",
        "`users` has a check, a trigger or the like, which may be over the column: rename it by hand",
    ),
    "NOT NULL": (
        f"{ADD.replace('sa.Text()', 'sa.Text(), nullable=False')}\n\t{DROP}",
        "pass",
        "",
        "`email_address` is NOT NULL, and `email` was not: rename it by hand, and fill it",
    ),
    "altered": (
        f"{ADD}\n\top.alter_column('users', 'email_address', nullable=False)\n\t{DROP}",
        "pass",
        "",
        "the revision alters `email` or `email_address` too: rename it by hand",
    ),
    "a batch": (
        f"{ADD}\n\twith op.batch_alter_table('users') as batch:\n\t\tbatch.drop_column('email')",
        "pass",
        "",
        EDITED,
    ),
    "SQL": (f"{ADD}\n\top.execute('ALTER TABLE users DROP COLUMN email')", "pass", "", EDITED),
    "another way back": (
        f"{ADD}\n\t{DROP}",
        AWAY,
        "",
        "`email_address` is not plainly dropped and `email` added there: rename it by hand",
    ),
    "a comment": (
        f"{ADD}\n\t{DROP}  # it is empty",
        "pass",
        "",
        "a comment stands at what would be deleted: rename it by hand",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_may_be_something_else_is_refused(name: str) -> None:
    upgrade, downgrade, more, reason = REFUSED[name]
    files = revisions(upgrade, downgrade, more)
    assert rewritten(files, "versions", "b", SECOND) == (reason, files[SECOND])


def kit(text: str, newline: str = "\n", first: str = "id int, email text") -> dict[str, bytes]:
    entries = ", ".join(
        f'{{"idx": {idx}, "version": "7", "when": {idx}, "tag": "{tag}", "breakpoints": true}}'
        for idx, tag in enumerate(("0000_a", "0001_b"))
    )
    return {
        "drizzle/meta/_journal.json": f'{{"version": "7", "dialect": "postgresql", "entries": [{entries}]}}'.encode(),
        "drizzle/0000_a.sql": f"CREATE TABLE users ({first});".encode(),
        "drizzle/0001_b.sql": text.replace("\n", newline).encode(),
    }


BREAK = "--> statement-breakpoint\n"
SQL_ADD = 'ALTER TABLE "users" ADD COLUMN "email_address" text;'
SQL_DROP = 'ALTER TABLE "users" DROP COLUMN "email";'
SQL_RENAME = 'ALTER TABLE "users" RENAME COLUMN "email" TO "email_address";'
SQL_OTHER = 'CREATE INDEX "i" ON "users" ("id");'
SQL = {
    f"{SQL_ADD}{BREAK}{SQL_DROP}": SQL_RENAME,
    f"-- the new one\n{SQL_DROP}{BREAK}{SQL_ADD}\n": f"-- the new one\n{SQL_RENAME}\n",
    f"{SQL_ADD}{BREAK}{SQL_DROP}{BREAK}{SQL_OTHER}": f"{SQL_RENAME}{BREAK}{SQL_OTHER}",
    f"{SQL_OTHER}{BREAK}{SQL_DROP}{BREAK}{SQL_OTHER.replace('i', 'j', 1)}{BREAK}{SQL_ADD}\n": (
        f"{SQL_OTHER}{BREAK}{SQL_RENAME}{BREAK}{SQL_OTHER.replace('i', 'j', 1)}\n"
    ),
    f"{SQL_ADD}\n{SQL_DROP}\n": f"{SQL_RENAME}\n",
}


@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("text", SQL)
def test_a_migration_of_drizzle_kit_renames(text: str, newline: str) -> None:
    files = kit(text, newline)
    assert "MIG003" in codes(files)
    refused, data = rewritten(files, "drizzle", "0001_b", "drizzle/0001_b.sql")
    assert (refused, data) == (None, kit(SQL[text], newline)["drizzle/0001_b.sql"])
    assert "MIG003" not in codes(files | {"drizzle/0001_b.sql": data})


def test_a_comment_is_not_left_to_the_next_statement() -> None:
    files = kit(f"{SQL_DROP}{BREAK}-- the new one\n{SQL_ADD}")
    assert rewritten(files, "drizzle", "0001_b", "drizzle/0001_b.sql")[0] == (
        "a comment stands at what would be deleted: rename it by hand"
    )


def test_a_statement_that_does_both_is_left() -> None:
    files = kit('ALTER TABLE "users" ADD COLUMN "email_address" text, DROP COLUMN "email";')
    assert rewritten(files, "drizzle", "0001_b", "drizzle/0001_b.sql")[0] == (
        "one statement does more than to drop or add the column: rename it by hand"
    )
