"""MIG007 data-loss."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from tenantlint.migration import DropColumn, DropTable
from tenantlint.replay import states
from tenantlint.rule import Finding, MigrationRule
from tenantlint.rules._losses import loss_of
from tenantlint.rules._migrations import is_exempt, may_move_values
from tenantlint.rules._renames import renames

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tenantlint.diagnostic import Severity
    from tenantlint.migration import History, Revision
    from tenantlint.replay import State
    from tenantlint.settings import Preset
    from tenantlint.view import SchemaView

_ALLOW: Final = "or say in a suppression comment that they may go"


class DataLoss(MigrationRule):
    """A migration that throws values away.

    ## What it does
    Looks in upgrades for tables and columns that are dropped, and for types that are narrowed: a shorter varchar, a
    smaller integer, fewer digits, less precision, a timestamp that becomes a date. What the same revision made itself
    is no loss, nor is a type that is not known. Where the revision also fills a table or a column that it makes, what
    it drops may have been moved there. A column that looks renamed is for rename-as-drop (MIG003).

    ## Why is this bad
    It is the one kind of change that a downgrade cannot undo. A suppression comment says that somebody has thought of
    it: that the code which uses the column is gone, and that the values are kept elsewhere, or are not needed.

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
    ```python title="alembic/versions/0002_no_email.py"
    import sqlalchemy as sa
    from alembic import op

    revision = "0002"
    down_revision = "0001"


    def upgrade():
        op.drop_column("users", "email")


    def downgrade():
        op.add_column("users", sa.Column("email", sa.String()))
    ```
    ### drizzle-kit
    ```json title="drizzle/meta/_journal.json"
    {
      "version": "7",
      "dialect": "postgresql",
      "entries": [
        { "idx": 0, "version": "7", "when": 1700000000000, "tag": "0000_users", "breakpoints": true },
        { "idx": 1, "version": "7", "when": 1700000000001, "tag": "0001_no_email", "breakpoints": true }
      ]
    }
    ```
    ```sql title="drizzle/0000_users.sql"
    CREATE TABLE "users" (
      "id" uuid PRIMARY KEY NOT NULL,
      "email" text NOT NULL
    );
    ```
    ```sql title="drizzle/0001_no_email.sql"
    ALTER TABLE "users" DROP COLUMN "email";
    ```
    ### SQL
    ```sql title="migrations/0001_users.sql"
    CREATE TABLE users (id uuid PRIMARY KEY, email text NOT NULL);
    ```
    ```sql title="migrations/0002_short_email.sql"
    ALTER TABLE users ALTER COLUMN email TYPE varchar(64);
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
    ```python title="alembic/versions/0002_no_email.py"
    import sqlalchemy as sa
    from alembic import op

    revision = "0002"
    down_revision = "0001"


    def upgrade():
        # the addresses are in the identity service since 2024
        op.alter_column("users", "email", nullable=True)


    def downgrade():
        op.alter_column("users", "email", nullable=False)
    ```
    ### drizzle-kit
    ```json title="drizzle/meta/_journal.json"
    {
      "version": "7",
      "dialect": "postgresql",
      "entries": [
        { "idx": 0, "version": "7", "when": 1700000000000, "tag": "0000_users", "breakpoints": true },
        { "idx": 1, "version": "7", "when": 1700000000001, "tag": "0001_no_email", "breakpoints": true }
      ]
    }
    ```
    ```sql title="drizzle/0000_users.sql"
    CREATE TABLE "users" (
      "id" uuid PRIMARY KEY NOT NULL,
      "email" text NOT NULL
    );
    ```
    ```sql title="drizzle/0001_no_email.sql"
    ALTER TABLE "users" ALTER COLUMN "email" DROP NOT NULL;
    ```
    ### SQL
    ```sql title="migrations/0001_users.sql"
    CREATE TABLE users (id uuid PRIMARY KEY, email text NOT NULL);
    ```
    ```sql title="migrations/0002_short_email.sql"
    ALTER TABLE users ADD CHECK (length(email) <= 254) NOT VALID;
    ```

    ## Options
    - `exempt-tables`: tables whose rows may be lost, such as caches.

    ## Suppressing
    `# tenantlint: ignore[MIG007] -- empty since 2.3` (in SQL `-- tenantlint: ignore[MIG007]`) on the line of the
    statement or above it.

    ## Fix safety
    There is no fix: whether the values may go is for their owner to say.
    """

    code: ClassVar[str] = "MIG007"
    name: ClassVar[str] = "data-loss"
    preset: ClassVar[Preset] = "strict"
    severity: ClassVar[Severity] = "warning"

    def check_history(self, history: History, view: SchemaView) -> Iterable[Finding]:
        """Report each such operation of the upgrades, but for what the same revision has made itself."""
        last, kept = None, frozenset[int]()
        for revision, operation, before in states(history):
            if revision is not last:
                last, kept = revision, _kept(revision, before)
            loss = None if id(operation) in kept else loss_of(operation, revision, before)
            if loss is not None and not is_exempt(loss.table, self, view):
                yield Finding(operation.at, None, loss.subject, f"{loss.text}, {_ALLOW}")


def _kept(revision: Revision, before: State) -> frozenset[int]:
    """Return the ids of the drops whose values may be elsewhere: in what the revision makes and fills itself."""
    if may_move_values(revision):
        return frozenset(
            id(operation) for operation in revision.upgrade if isinstance(operation, DropTable | DropColumn)
        )
    return frozenset(id(each.dropped) for each in renames(revision, before))
