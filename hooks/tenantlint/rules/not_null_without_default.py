"""MIG004 not-null-without-default."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from tenantlint.migration import AddColumn, AlterColumn, Unread, WriteRows
from tenantlint.replay import states
from tenantlint.rule import Finding, MigrationRule
from tenantlint.rules._migrations import earlier, is_exempt, is_older, writes
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tenantlint.migration import History, Operation, Revision
    from tenantlint.replay import State
    from tenantlint.settings import Preset
    from tenantlint.view import SchemaView

_ADDED: Final = (
    "is added NOT NULL without a default: PostgreSQL refuses that where the table has rows; give it a server default, "
    "or add it nullable, fill it with an UPDATE, and set NOT NULL then"
)
_SET: Final = (
    "is added and then made NOT NULL with no value in between: PostgreSQL refuses that where the table has rows; fill "
    "it with an UPDATE first, or add it with a server default"
)


class NotNullWithoutDefault(MigrationRule):
    """A NOT NULL column that is added to an existing table with no value for the rows that it has.

    ## What it does
    Looks for ADD COLUMN with NOT NULL and no DEFAULT (in Alembic: `nullable=False` and no `server_default`; a
    `default` is Python's alone) on a table that the same revision does not create, and for a column that one revision
    adds nullable and then sets NOT NULL with no UPDATE in between. Identity, serial and generated columns have values
    of their own. A revision that empties the table first is left alone.

    ## Why is this bad
    PostgreSQL has to give every row that exists a value, has none, and refuses: `column "nickname" contains null
    values`. On the developer's empty database the same migration passes.

    ## Example
    ### Alembic
    ```python title="alembic/versions/0001_users.py"
    import sqlalchemy as sa
    from alembic import op

    revision = "0001"
    down_revision = None


    def upgrade():
        op.create_table(
            "users",
            sa.Column("id", sa.Uuid(), primary_key=True),
            sa.Column("email", sa.String(), nullable=False),
        )


    def downgrade():
        op.drop_table("users")
    ```
    ```python title="alembic/versions/0002_nickname.py"
    import sqlalchemy as sa
    from alembic import op

    revision = "0002"
    down_revision = "0001"


    def upgrade():
        op.add_column("users", sa.Column("nickname", sa.String(), nullable=False))


    def downgrade():
        op.drop_column("users", "nickname")
    ```
    ### drizzle-kit
    ```json title="drizzle/meta/_journal.json"
    {
      "version": "7",
      "dialect": "postgresql",
      "entries": [
        { "idx": 0, "version": "7", "when": 1700000000000, "tag": "0000_users", "breakpoints": true },
        { "idx": 1, "version": "7", "when": 1700000000001, "tag": "0001_nickname", "breakpoints": true }
      ]
    }
    ```
    ```sql title="drizzle/0000_users.sql"
    CREATE TABLE "users" (
      "id" uuid PRIMARY KEY NOT NULL,
      "email" text NOT NULL
    );
    ```
    ```sql title="drizzle/0001_nickname.sql"
    ALTER TABLE "users" ADD COLUMN "nickname" text NOT NULL;
    ```
    ### SQL
    ```sql title="migrations/0001_users.sql"
    CREATE TABLE users (id uuid PRIMARY KEY, email text NOT NULL);
    ```
    ```sql title="migrations/0002_nickname.sql"
    ALTER TABLE users ADD COLUMN nickname text NOT NULL;
    ```

    ## Use instead
    ### Alembic
    ```python title="alembic/versions/0001_users.py"
    import sqlalchemy as sa
    from alembic import op

    revision = "0001"
    down_revision = None


    def upgrade():
        op.create_table(
            "users",
            sa.Column("id", sa.Uuid(), primary_key=True),
            sa.Column("email", sa.String(), nullable=False),
        )


    def downgrade():
        op.drop_table("users")
    ```
    ```python title="alembic/versions/0002_nickname.py"
    import sqlalchemy as sa
    from alembic import op

    revision = "0002"
    down_revision = "0001"


    def upgrade():
        op.add_column("users", sa.Column("nickname", sa.String()))
        op.execute("UPDATE users SET nickname = split_part(email, '@', 1)")
        op.alter_column("users", "nickname", nullable=False)


    def downgrade():
        op.drop_column("users", "nickname")
    ```
    ### drizzle-kit
    ```json title="drizzle/meta/_journal.json"
    {
      "version": "7",
      "dialect": "postgresql",
      "entries": [
        { "idx": 0, "version": "7", "when": 1700000000000, "tag": "0000_users", "breakpoints": true },
        { "idx": 1, "version": "7", "when": 1700000000001, "tag": "0001_nickname", "breakpoints": true }
      ]
    }
    ```
    ```sql title="drizzle/0000_users.sql"
    CREATE TABLE "users" (
      "id" uuid PRIMARY KEY NOT NULL,
      "email" text NOT NULL
    );
    ```
    ```sql title="drizzle/0001_nickname.sql"
    ALTER TABLE "users" ADD COLUMN "nickname" text DEFAULT '' NOT NULL;
    ```
    ### SQL
    ```sql title="migrations/0001_users.sql"
    CREATE TABLE users (id uuid PRIMARY KEY, email text NOT NULL);
    ```
    ```sql title="migrations/0002_nickname.sql"
    ALTER TABLE users ADD COLUMN nickname text NOT NULL DEFAULT '';
    ALTER TABLE users ALTER COLUMN nickname DROP DEFAULT;
    ```

    ## Options
    - `exempt-tables`: tables that are known to be empty.

    ## Fix safety
    There is no fix: the value that the rows need is not known here.
    """

    code: ClassVar[str] = "MIG004"
    name: ClassVar[str] = "not-null-without-default"
    preset: ClassVar[Preset] = "recommended"

    def check_history(self, history: History, view: SchemaView) -> Iterable[Finding]:
        """Report each such column of a table that the revision does not make itself."""
        for revision, operation, before in states(history):
            if operation.certain and isinstance(operation, AddColumn | AlterColumn):
                table = operation.table
                if table is not UNKNOWN and not is_exempt(table, self, view):
                    yield from _check(revision, operation, table, before)


def _check(revision: Revision, operation: AddColumn | AlterColumn, table: str, before: State) -> Iterator[Finding]:
    if isinstance(operation, AddColumn):
        column, text = operation.column.name, _ADDED
        refused = operation.column.nullable is False and operation.column.has_server_default is False
    else:
        column, text = operation.column, _SET
        refused = operation.nullable is False and _is_added_empty(operation, before)
    if not refused or column is UNKNOWN or not is_older(before, revision, operation, table):
        return
    if not any(_prepares(each, table, column) for each in earlier(revision, operation)):
        yield Finding(operation.at, None, f"{table}.{column}", text)


def _is_added_empty(operation: AlterColumn, before: State) -> bool:
    column = before.column(operation.table, operation.column)
    return (
        column is not None
        and before.is_added(operation.table, operation.column)
        and column.nullable is True
        and column.has_server_default is False
        and before.is_written(operation.table, operation.column) is False
    )


def _prepares(operation: Operation, table: str, column: str) -> bool:
    """Return whether a statement may have emptied the table, or filled the column."""
    if isinstance(operation, Unread):
        return operation.tables is UNKNOWN or table in operation.tables
    if not isinstance(operation, WriteRows) or operation.table not in (table, UNKNOWN):
        return False
    return operation.command in ("delete", "truncate") or (operation.command == "update" and writes(operation, column))
