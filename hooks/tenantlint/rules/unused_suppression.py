"""UNU001 unused-suppression."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tenantlint.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenantlint.diagnostic import Severity
    from tenantlint.rule import Finding
    from tenantlint.settings import Preset
    from tenantlint.view import SchemaView


class UnusedSuppression(Rule):
    """A comment that silences a rule where the rule finds nothing.

    ## What it does
    Reports the codes and names in `tenantlint: ignore[…]`, `tenantlint: ignore-file[…]` and `noqa: …` that silence
    nothing, and those in the first two that are no rules. Only the rules that run on the file are judged: a code that
    is not selected, or that `per-file-ignores` lists for the file, is left alone, as are other tools' codes after
    `noqa`. A comment without codes is judged where all rules of the configuration run, and `noqa` without codes is
    never.

    ## Why is this bad
    The comment outlives the defect that it was written for, and hides the next one of its kind. A misspelt code
    hides nothing, and its author thinks that it does.

    ## Example
    ```python
    from uuid import UUID

    from sqlmodel import Field, SQLModel


    class Invoice(SQLModel, table=True):  # tenantlint: ignore[TEN001] -- shared by all
        id: UUID = Field(primary_key=True)
        tenant_id: UUID = Field(index=True)
    ```
    ```typescript
    import { index, pgTable, uuid } from "drizzle-orm/pg-core";

    // tenantlint: ignore[TEN001] -- shared by all
    export const invoices = pgTable(
      "invoices",
      {
        id: uuid("id").primaryKey(),
        tenant_id: uuid("tenant_id").notNull(),
      },
      (t) => [index("invoices_tenant_id_idx").on(t.tenant_id)],
    );
    ```

    ## Use instead
    ```python
    from uuid import UUID

    from sqlmodel import Field, SQLModel


    class Invoice(SQLModel, table=True):
        id: UUID = Field(primary_key=True)
        tenant_id: UUID = Field(index=True)
    ```
    ```typescript
    import { index, pgTable, uuid } from "drizzle-orm/pg-core";

    export const invoices = pgTable(
      "invoices",
      {
        id: uuid("id").primaryKey(),
        tenant_id: uuid("tenant_id").notNull(),
      },
      (t) => [index("invoices_tenant_id_idx").on(t.tenant_id)],
    );
    ```

    ## Suppressing
    A comment that names `UNU001` beside other codes is kept on purpose, whatever it silences.

    ## Fix safety
    Safe: the code is removed from the comment, and the comment with its last code. No finding comes back by it.
    """

    code: ClassVar[str] = "UNU001"
    name: ClassVar[str] = "unused-suppression"
    preset: ClassVar[Preset] = "recommended"
    severity: ClassVar[Severity] = "warning"

    def check(self, view: SchemaView) -> Iterator[Finding]:
        """Return nothing: comments are no part of a schema, and ``tenantlint.unused`` judges them after all rules."""
        return iter(())
