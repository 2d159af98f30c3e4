"""MIG006 broken-history."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from tenantlint.rule import Finding, MigrationRule

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tenantlint.migration import History, ProblemKind
    from tenantlint.settings import Preset
    from tenantlint.view import SchemaView

_REMEDIES: Final[dict[ProblemKind, str]] = {
    "heads": "join them with `alembic merge heads`, or let one of them follow the other",
    "missing parent": "Alembic finds no order, and runs nothing; bring the file back, or name the revision that it "
    "really follows",
    "cycle": "none of them can be the first, and nothing runs; name for one of them the revision that it follows",
    "duplicate": "which of them runs is left to chance; give one of them an id of its own",
    "snapshots": "drizzle-kit generates the next migration from the last snapshot alone, so that it repeats or drops "
    "what the others have; delete one of the two migrations, and generate it again on top of the other",
    "journal": "drizzle-kit goes by the journal, so that databases miss a migration or stop at it; let `drizzle-kit "
    "generate` write both and commit them together, or delete the journal where another tool runs the files",
}


class BrokenHistory(MigrationRule):
    """A migration history whose order cannot be told.

    ## What it does
    Looks for what keeps a tool from putting the migrations in one order: two heads (revisions that nothing follows;
    branches with labels of their own may have one each), a parent that is missing, a cycle, two revisions with one id,
    and a drizzle-kit journal that does not match the files beside it.

    ## Why is this bad
    Alembic refuses to upgrade where it finds two heads, mostly just after a merge of two branches that both passed
    their tests. drizzle-kit goes by its journal, so that a file which is not listed never runs, and nobody is told.

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


    def downgrade():
        op.drop_column("users", "nickname")
    ```
    ```python title="alembic/versions/0003_phone_number.py"
    import sqlalchemy as sa
    from alembic import op

    revision = "0003"
    down_revision = "0001"


    def upgrade():
        op.add_column("users", sa.Column("phone_number", sa.String()))


    def downgrade():
        op.drop_column("users", "phone_number")
    ```
    ### drizzle-kit
    ```json title="drizzle/meta/_journal.json"
    {
      "version": "7",
      "dialect": "postgresql",
      "entries": [
        { "idx": 0, "version": "7", "when": 1700000000000, "tag": "0000_users", "breakpoints": true }
      ]
    }
    ```
    ```sql title="drizzle/0000_users.sql"
    CREATE TABLE "users" (
      "id" uuid PRIMARY KEY NOT NULL
    );
    ```
    ```sql title="drizzle/0001_nickname.sql"
    ALTER TABLE "users" ADD COLUMN "nickname" text;
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


    def downgrade():
        op.drop_column("users", "nickname")
    ```
    ```python title="alembic/versions/0003_phone_number.py"
    import sqlalchemy as sa
    from alembic import op

    revision = "0003"
    down_revision = "0002"


    def upgrade():
        op.add_column("users", sa.Column("phone_number", sa.String()))


    def downgrade():
        op.drop_column("users", "phone_number")
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
      "id" uuid PRIMARY KEY NOT NULL
    );
    ```
    ```sql title="drizzle/0001_nickname.sql"
    ALTER TABLE "users" ADD COLUMN "nickname" text;
    ```

    ## Fix safety
    There is no fix: which revision comes first is for their authors to say.
    """

    code: ClassVar[str] = "MIG006"
    name: ClassVar[str] = "broken-history"
    preset: ClassVar[Preset] = "recommended"

    def check_history(self, history: History, view: SchemaView) -> Iterable[Finding]:
        """Report each problem that reading the history met."""
        for problem in history.problems:
            yield Finding(problem.at, None, history.path or ".", f"{problem.text}: {_REMEDIES[problem.kind]}")
