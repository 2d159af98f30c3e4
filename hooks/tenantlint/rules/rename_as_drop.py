"""MIG003 rename-as-drop."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tenantlint.rule import Finding, MigrationRule
from tenantlint.rules._fixes import rename_instead
from tenantlint.rules._migrations import is_exempt, starts
from tenantlint.rules._renames import renames

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tenantlint.migration import History
    from tenantlint.rules._renames import Rename
    from tenantlint.settings import Preset
    from tenantlint.view import SchemaView


class RenameAsDrop(MigrationRule):
    """A column that is dropped and added again under another name, so that its values are lost.

    ## What it does
    Looks in each revision for a column that is dropped and one that is added, of one table and one type, with names
    that mean one thing: in another style or number (`emailAddress`, `email_address`), with a word more or less
    (`name`, `full_name`), or one mistyped. Where the one is a foreign key and the other references another table, or
    none, they are two things. An UPDATE that fills a column which the revision adds, or a statement that may, is taken
    for a copy.

    ## Why is this bad
    Tools that compare schemas cannot tell a rename from a drop and an add: Alembic's autogenerate writes the latter,
    and drizzle-kit does unless its question is answered. The migration runs without an error, and the values are gone.

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
    ```python title="alembic/versions/0002_email_address.py"
    import sqlalchemy as sa
    from alembic import op

    revision = "0002"
    down_revision = "0001"


    def upgrade():
        op.add_column("users", sa.Column("email_address", sa.String()))
        op.drop_column("users", "email")


    def downgrade():
        op.add_column("users", sa.Column("email", sa.String()))
        op.drop_column("users", "email_address")
    ```
    ### drizzle-kit
    ```json title="drizzle/meta/_journal.json"
    {
      "version": "7",
      "dialect": "postgresql",
      "entries": [
        { "idx": 0, "version": "7", "when": 1700000000000, "tag": "0000_users", "breakpoints": true },
        { "idx": 1, "version": "7", "when": 1700000000001, "tag": "0001_email_address", "breakpoints": true }
      ]
    }
    ```
    ```sql title="drizzle/0000_users.sql"
    CREATE TABLE "users" (
      "id" uuid PRIMARY KEY NOT NULL,
      "email" text NOT NULL
    );
    ```
    ```sql title="drizzle/0001_email_address.sql"
    ALTER TABLE "users" ADD COLUMN "email_address" text;--> statement-breakpoint
    ALTER TABLE "users" DROP COLUMN "email";
    ```
    ### SQL
    ```sql title="migrations/0001_users.sql"
    CREATE TABLE users (id uuid PRIMARY KEY, email text NOT NULL);
    ```
    ```sql title="migrations/0002_email_address.sql"
    ALTER TABLE users ADD COLUMN email_address text, DROP COLUMN email;
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
    ```python title="alembic/versions/0002_email_address.py"
    import sqlalchemy as sa
    from alembic import op

    revision = "0002"
    down_revision = "0001"


    def upgrade():
        op.alter_column("users", "email", new_column_name="email_address")


    def downgrade():
        op.alter_column("users", "email_address", new_column_name="email")
    ```
    ### drizzle-kit
    ```json title="drizzle/meta/_journal.json"
    {
      "version": "7",
      "dialect": "postgresql",
      "entries": [
        { "idx": 0, "version": "7", "when": 1700000000000, "tag": "0000_users", "breakpoints": true },
        { "idx": 1, "version": "7", "when": 1700000000001, "tag": "0001_email_address", "breakpoints": true }
      ]
    }
    ```
    ```sql title="drizzle/0000_users.sql"
    CREATE TABLE "users" (
      "id" uuid PRIMARY KEY NOT NULL,
      "email" text NOT NULL
    );
    ```
    ```sql title="drizzle/0001_email_address.sql"
    ALTER TABLE "users" RENAME COLUMN "email" TO "email_address";
    ```
    ### SQL
    ```sql title="migrations/0001_users.sql"
    CREATE TABLE users (id uuid PRIMARY KEY, email text NOT NULL);
    ```
    ```sql title="migrations/0002_email_address.sql"
    ALTER TABLE users RENAME COLUMN email TO email_address;
    ```

    ## Options
    - `exempt-tables`: tables whose columns are not compared.

    ## Fix safety
    Unsafe: only its author knows whether it is a rename. A migration that has run already has to stay as it is: in a
    database where it did, the values are gone, and the fix only helps those to come. It rewrites the revision itself:
    `op.alter_column(…, new_column_name=…)` in upgrade and downgrade of Alembic, `RENAME COLUMN` in the SQL file of
    drizzle-kit, whose snapshot stays. A column that was NOT NULL and no longer is gives that up besides. It is withheld
    where the two columns differ otherwise, where an index or a key goes with the old one, which a rename would keep,
    where the statements do more, and for plain SQL migrations.
    """

    code: ClassVar[str] = "MIG003"
    name: ClassVar[str] = "rename-as-drop"
    preset: ClassVar[Preset] = "recommended"

    def check_history(self, history: History, view: SchemaView) -> Iterable[Finding]:
        """Report each pair at the column that is dropped."""
        for revision, before in starts(history):
            for each in renames(revision, before):
                if not is_exempt(each.table, self, view):
                    text = (
                        f"is dropped and `{each.new}` is added with the same type: if this is a rename, its values are "
                        f"lost; write `{_rename(each, history)}` instead, or copy them with an UPDATE in between"
                    )
                    fix = rename_instead(each, history, revision)
                    yield Finding(each.dropped.at, None, f"{each.table}.{each.old}", text, fix)


def _rename(each: Rename, history: History) -> str:
    if history.kind == "alembic":
        schema, _, table = each.table.rpartition(".")
        extra = f', schema="{schema}"' if schema else ""
        return f'op.alter_column("{table}", "{each.old}", new_column_name="{each.new}"{extra})'
    table, old, new = (".".join(map(_quoted, name.split("."))) for name in (each.table, each.old, each.new))
    return f"ALTER TABLE {table} RENAME COLUMN {old} TO {new}"


def _quoted(name: str) -> str:
    return name if name.isidentifier() and name == name.lower() else f'"{name}"'
