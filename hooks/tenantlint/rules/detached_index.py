"""IDX003 detached-index."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tenantlint.rule import Finding, Rule, label
from tenantlint.rules._fixes import attach
from tenantlint.schema import Index

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tenantlint.schema import Table, UniqueConstraint
    from tenantlint.settings import Preset
    from tenantlint.view import SchemaView


class DetachedIndex(Rule):
    """A Drizzle index or unique constraint that is declared outside its table.

    ## What it does
    Finds `index()`, `uniqueIndex()` and `unique()` over the columns of a table that are not part of what the third
    argument of the table returns.

    ## Why is this bad
    Drizzle reads indexes from the table and from nowhere else. `drizzle-kit` writes no migration for this one, so that
    it never exists in the database: queries stay slow, and what should be unique is not.

    ## Example
    ```typescript
    import { index, pgTable, text, uuid } from "drizzle-orm/pg-core";

    export const invoices = pgTable("invoices", {
      id: uuid("id").primaryKey(),
      number: text("number").notNull(),
    });

    export const invoicesNumberIdx = index("invoices_number_idx").on(invoices.number);
    ```

    ## Use instead
    ```typescript
    import { index, pgTable, text, uuid } from "drizzle-orm/pg-core";

    export const invoices = pgTable(
      "invoices",
      {
        id: uuid("id").primaryKey(),
        number: text("number").notNull(),
      },
      (t) => [index("invoices_number_idx").on(t.number)],
    );
    ```

    ## Fix safety
    Unsafe: the next migration creates the index, which fails where rows break a constraint that was never there.
    """

    code: ClassVar[str] = "IDX003"
    name: ClassVar[str] = "detached-index"
    preset: ClassVar[Preset] = "recommended"

    def check_table(self, table: Table, view: SchemaView) -> Iterable[Finding]:
        """Report each index and unique constraint that the table does not hold."""
        indexes: tuple[Index | UniqueConstraint, ...] = (*table.indexes, *table.unique_constraints)
        for index in indexes:
            if index.attached:
                continue
            kind, a = ("index", "an") if isinstance(index, Index) else ("unique constraint", "a")
            named = isinstance(index.name, str)
            is_ = "is" if named else f"has {a} {kind}"
            text = (
                f"{is_} declared outside the table, where Drizzle never sees it, so that it is never created; return "
                f"the {kind} from the third argument of `{table.symbol}`"
            )
            subject = str(index.name) if named else label(table)
            yield Finding(index.at, table, subject, text, attach(table, index.at))
