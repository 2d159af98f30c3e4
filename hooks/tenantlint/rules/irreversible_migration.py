"""MIG001 irreversible-migration."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from tenantlint.migration import AddEnumValue, Other, Unread, WriteRows
from tenantlint.rule import Finding, MigrationRule
from tenantlint.rules._fixes import write_downgrade

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tenantlint.migration import Downgrade, History, Revision
    from tenantlint.settings import Preset
    from tenantlint.view import SchemaView

_NOTHING_TO_UNDO = (WriteRows, AddEnumValue, Other, Unread)
_WHAT = {
    "missing": "has no {place}",
    "empty": "has an empty {place}",
    "raises": "has a {place} that always raises",
    "empty on purpose": "has an empty {place}",
    "raises on purpose": "has a {place} that always raises",
}


class IrreversibleMigration(MigrationRule):
    """A migration that changes the schema and that nothing undoes.

    ## What it does
    Asks every Alembic revision for a `downgrade` that is there, is not empty and does not always raise. One that
    raises with a reason (`raise NotImplementedError("the old numbers are gone")`), or is empty but for a comment that
    gives one, says on purpose that there is no way back, and is reported under the preset `strict` only, or with
    `raising`. In a folder of SQL migrations it asks for
    down files (or down sections) where other migrations of the folder have theirs. drizzle-kit and plain SQL folders
    have none, and are asked only where `drizzle-down` says so.

    Only a change of the schema needs to be undone: a merge, a revision that writes rows, adds a value to an enum,
    creates an extension or grants a privilege may have an empty downgrade, and so may a repair that does all with IF
    EXISTS or IF NOT EXISTS.

    ## Why is this bad
    When a release fails, the code goes back to the one before, and the schema has to go with it. A downgrade that is
    missing is found out at that moment, and the inverse is then written by hand on the production database.

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
        pass
    ```
    ### SQL
    ```sql title="migrations/0001_users.up.sql"
    CREATE TABLE users (id uuid PRIMARY KEY, email text NOT NULL);
    ```
    ```sql title="migrations/0001_users.down.sql"
    DROP TABLE users;
    ```
    ```sql title="migrations/0002_nickname.up.sql"
    ALTER TABLE users ADD COLUMN nickname text;
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
    ### SQL
    ```sql title="migrations/0001_users.up.sql"
    CREATE TABLE users (id uuid PRIMARY KEY, email text NOT NULL);
    ```
    ```sql title="migrations/0001_users.down.sql"
    DROP TABLE users;
    ```
    ```sql title="migrations/0002_nickname.up.sql"
    ALTER TABLE users ADD COLUMN nickname text;
    ```
    ```sql title="migrations/0002_nickname.down.sql"
    ALTER TABLE users DROP COLUMN nickname;
    ```

    ## Options
    - `drizzle-down`: `"ignore"` (the default) asks a history in which no migration has a down file for none;
      `"require"` asks every migration of drizzle-kit and of SQL folders for one.
    - `raising`: whether to `"report"` every downgrade that always raises, or that is empty and says why, or to
      `"allow"` it; by default one that gives a reason is reported where the preset is `strict` or `all`, and one
      without always.

    ## Suppressing
    Where there is no way back, say so: `# tenantlint: ignore[MIG001] -- the old numbers are gone` on the line of `def
    downgrade` or above it.

    ## Fix safety
    Unsafe: the inverse can be written, but what it drops holds rows by the time it runs. What the upgrade drops or
    alters is made again as the migrations before it had made it; where they do not tell that (a check, a function, the
    rows themselves), the fix is withheld and says why.
    """

    code: ClassVar[str] = "MIG001"
    name: ClassVar[str] = "irreversible-migration"
    preset: ClassVar[Preset] = "recommended"

    drizzle_down: Literal["ignore", "require"] = "ignore"
    raising: Literal["allow", "report"] | None = None

    def check_history(self, history: History, view: SchemaView) -> Iterable[Finding]:
        """Report each revision that changes the schema and that nothing undoes."""
        place = "`downgrade`" if history.kind == "alembic" else "down migration"
        reported = self._reported(history, view)
        for revision in history.revisions:
            state = _state(revision.downgrade)
            if state in reported and _changes_schema(revision):
                text = (
                    f"{_WHAT[state].format(place=place)}: when the release that it came with fails, nothing takes the "
                    "schema back to what the release before expects; write the inverse of the upgrade, or say in a "
                    "suppression comment why there is none"
                )
                fix = write_downgrade(history, revision)
                yield Finding(revision.downgrade.at, None, f"revision {revision.id}", text, fix)

    def _reported(self, history: History, view: SchemaView) -> set[str]:
        """Return the states of a downgrade that are wrong here."""
        reported = {"empty", "raises"} if self.raising != "allow" else {"empty"}
        if self.raising == "report" or (self.raising is None and view.settings.strict):
            reported |= {"empty on purpose", "raises on purpose"}
        others = any(revision.downgrade.state != "missing" for revision in history.revisions)
        if history.kind == "alembic" or self.drizzle_down == "require" or others:
            reported.add("missing")
        return reported


def _state(downgrade: Downgrade) -> str:
    return f"{downgrade.state} on purpose" if downgrade.explained else downgrade.state


def _changes_schema(revision: Revision) -> bool:
    """Return whether the upgrade surely does more than write rows, and does what can be undone."""
    return any(
        operation.certain
        and not isinstance(operation, _NOTHING_TO_UNDO)
        and not getattr(operation, "if_exists", False)
        and not getattr(operation, "if_not_exists", False)
        for operation in revision.upgrade
    )
