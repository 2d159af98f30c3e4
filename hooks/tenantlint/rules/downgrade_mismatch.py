"""MIG002 downgrade-mismatch."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tenantlint.migration import CreateEnum, DropType, RenameType
from tenantlint.rule import Finding, MigrationRule
from tenantlint.rules._fixes import complete_downgrade
from tenantlint.rules._migrations import is_exempt, starts, undoing_place
from tenantlint.rules._undone import left_behind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tenantlint.migration import History, Revision
    from tenantlint.settings import Preset
    from tenantlint.view import SchemaView


class DowngradeMismatch(MigrationRule):
    """A downgrade that does not undo its upgrade.

    ## What it does
    Plays the operations of each revision forth and back, and compares what is then there with what was there before:
    tables, columns with their types, defaults and NOT NULL, indexes, constraints, enums, triggers, policies and row
    level security. It reports at the operation of the upgrade what is left behind, lost, or under another name, and at
    the operation of the downgrade what it drops or creates that the upgrade never touched, or restores as something
    else. A dropped table takes its columns, keys, indexes and policies along, and a dropped column its keys, which
    have to come back with it. A constraint without a name cannot be dropped.

    Rows, enum values that are added, functions, comments and privileges are not compared. Nothing is said of what a
    statement under a condition, with IF EXISTS, or of unknown effect has touched, nor where the downgrade is missing:
    that is for irreversible-migration (MIG001).

    ## Why is this bad
    The downgrade passes, and leaves a schema that no release has ever run on. The next upgrade stops at a column that
    exists already, or the code of the release before misses what it needs, on the day that something else has gone
    wrong.

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
        op.add_column("users", sa.Column("nickname", sa.String()))
        op.create_index("users_nickname_idx", "users", ["nickname"])


    def downgrade():
        op.drop_index("users_nickname_idx", "users")
    ```
    ### SQL
    ```sql title="migrations/0001_users.up.sql"
    CREATE TABLE users (id uuid PRIMARY KEY, email text NOT NULL);
    CREATE TYPE role AS ENUM ('admin', 'member');
    ```
    ```sql title="migrations/0001_users.down.sql"
    DROP TABLE users;
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
        op.create_index("users_nickname_idx", "users", ["nickname"])


    def downgrade():
        op.drop_index("users_nickname_idx", "users")
        op.drop_column("users", "nickname")
    ```
    ### SQL
    ```sql title="migrations/0001_users.up.sql"
    CREATE TABLE users (id uuid PRIMARY KEY, email text NOT NULL);
    CREATE TYPE role AS ENUM ('admin', 'member');
    ```
    ```sql title="migrations/0001_users.down.sql"
    DROP TABLE users;
    DROP TYPE role;
    ```

    ## Options
    - `exempt-tables`: tables whose operations are not compared.

    ## Fix safety
    Unsafe: what is added to the downgrade drops rows when it runs. The downgrade of an Alembic revision gets what it
    lacks, in the order that undoes the upgrade from its end; calls that are right stay as they are written. It is
    withheld where the inverse is not known, as for rows or a column that was NOT NULL, where the downgrade does
    something that undoes nothing of the upgrade, and where it has other statements than calls of `op`, or a comment
    or a batch at what would be written anew. Down files of SQL migrations are left to their authors.
    """

    code: ClassVar[str] = "MIG002"
    name: ClassVar[str] = "downgrade-mismatch"
    preset: ClassVar[Preset] = "recommended"

    def check_history(self, history: History, view: SchemaView) -> Iterable[Finding]:
        """Play each revision forth and back, and report what is not as it was."""
        place = undoing_place(history)
        types: set[str] = set()
        for revision, before in starts(history):
            if revision.downgrade.state == "present":
                for left in left_behind(revision, before, types, place):
                    if not is_exempt(left.table, self, view):
                        fix = complete_downgrade(history, revision)
                        yield Finding(left.at, None, left.subject, left.text, fix)
            _follow(types, revision)


def _follow(types: set[str], revision: Revision) -> None:
    """Keep track of the enums that the revisions so far have made."""
    for operation in revision.upgrade:
        if isinstance(operation, CreateEnum | RenameType):
            name = operation.name if isinstance(operation, CreateEnum) else operation.new_name
            types.update({name} if isinstance(name, str) else ())
        elif isinstance(operation, DropType) and isinstance(operation.name, str):
            types.discard(operation.name)
