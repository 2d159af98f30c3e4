"""STD007 hard-delete."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from tenantlint.names import snake_case
from tenantlint.rule import Finding, Rule, label
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tenantlint.diagnostic import Severity
    from tenantlint.schema import Column, Deletion, Table
    from tenantlint.settings import Preset
    from tenantlint.view import SchemaView


class HardDelete(Rule):
    """A row that is deleted for good though its table has `deleted_at`.

    ## What it does
    Looks in all code of the project for `session.delete(row)`, `delete(Table)` and `session.query(Table).delete()` of
    SQLAlchemy, and `db.delete(table)` of Drizzle, on a table that has a column for soft deletes.

    Which table a row is of is inferred within one function: from annotations, constructors, `session.get()`, selects
    and loops over their results. Where that does not tell, nothing is reported. Tests and seeds are left out, and so
    are files and functions that say by their names that they delete for good (`purge`, `cleanup`, `hard_delete`).

    ## Why is this bad
    `deleted_at` promises that a deleted row can be brought back and that history stays. One place that deletes for
    good breaks the promise for its rows, and through `ON DELETE CASCADE` for the rows of other tables.

    ## Example
    ```python
    from datetime import datetime

    from sqlmodel import Field, Session, SQLModel


    class Invoice(SQLModel, table=True):
        id: int = Field(primary_key=True)
        deleted_at: datetime | None = None


    def remove(session: Session, invoice: Invoice) -> None:
        session.delete(invoice)
    ```
    ```typescript
    import { eq } from "drizzle-orm";
    import { drizzle } from "drizzle-orm/node-postgres";
    import { pgTable, timestamp, uuid } from "drizzle-orm/pg-core";

    export const invoices = pgTable("invoices", {
      id: uuid("id").primaryKey(),
      deleted_at: timestamp("deleted_at", { withTimezone: true }),
    });

    const db = drizzle(process.env.DATABASE_URL!);

    export async function remove(id: string) {
      await db.delete(invoices).where(eq(invoices.id, id));
    }
    ```

    ## Use instead
    ```python
    from datetime import UTC, datetime

    from sqlmodel import Field, Session, SQLModel


    class Invoice(SQLModel, table=True):
        id: int = Field(primary_key=True)
        deleted_at: datetime | None = None


    def remove(session: Session, invoice: Invoice) -> None:
        invoice.deleted_at = datetime.now(UTC)
        session.add(invoice)
    ```
    ```typescript
    import { eq } from "drizzle-orm";
    import { drizzle } from "drizzle-orm/node-postgres";
    import { pgTable, timestamp, uuid } from "drizzle-orm/pg-core";

    export const invoices = pgTable("invoices", {
      id: uuid("id").primaryKey(),
      deleted_at: timestamp("deleted_at", { withTimezone: true }),
    });

    const db = drizzle(process.env.DATABASE_URL!);

    export async function remove(id: string) {
      await db.update(invoices).set({ deleted_at: new Date() }).where(eq(invoices.id, id));
    }
    ```

    ## Options
    - `columns`: the names of the column for soft deletes, `["deleted_at"]` by default.

    ## Suppressing
    A purge that deletes for good on purpose says so at the call: `# tenantlint: ignore[STD007] -- purge after 90 days`.

    ## Fix safety
    There is none: queries have to leave the deleted rows out.
    """

    code: ClassVar[str] = "STD007"
    name: ClassVar[str] = "hard-delete"
    preset: ClassVar[Preset] = "strict"
    severity: ClassVar[Severity] = "warning"

    columns: tuple[str, ...] = ("deleted_at",)

    def check(self, view: SchemaView) -> Iterator[Finding]:
        """Return what is wrong with the tables that the rule looks at."""
        self._deletions: dict[str, list[Deletion]] = {}
        for deletion in view.schema.deletions:
            self._deletions.setdefault(deletion.table_id, []).append(deletion)
        return super().check(view)

    def check_table(self, table: Table, view: SchemaView) -> Iterable[Finding]:
        """Report every deletion of rows of a table that has a column for soft deletes."""
        soft = next((column for column in table.columns if self._is_called(column)), None)
        if soft is None:
            return
        for deletion in self._deletions.get(table.id, ()):
            if _is_purge(deletion):
                continue
            text = (
                f"has `{soft.name}`, and here its rows are deleted for good; set the column instead, or say in a "
                "comment why they must go"
            )
            yield Finding(deletion.at, table, label(table), text)

    def _is_called(self, column: Column) -> bool:
        wanted = set(map(snake_case, self.columns))
        return column.name is not UNKNOWN and not wanted.isdisjoint(map(snake_case, (column.name, column.key)))


def _is_purge(deletion: Deletion) -> bool:
    """Return whether a file or function says by its name that it deletes for good."""
    import re

    name = deletion.at.path.rpartition("/")[2].rpartition(".")[0]
    folders = {*deletion.at.path.split("/")[:-1]}
    said = {word for text in (name, deletion.function) for word in re.split(r"[^a-z0-9]+", snake_case(text))}
    return not _PURGES.isdisjoint(said) or not _PURGE_FOLDERS.isdisjoint(folders)


_PURGES: Final = frozenset(
    "clean cleanup dedupe e2e erase expire expired forever gdpr hard permanent permanently prune purge rollback seed "
    "seeds teardown testing trash truncate wipe".split()
)
_PURGE_FOLDERS: Final = frozenset({"seed", "seeds", "seeders", "fixtures"})
