"""NAM005 email-without-suffix."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tenantlint.rules._column_names import ShortName

if TYPE_CHECKING:
    from tenantlint.diagnostic import Severity
    from tenantlint.settings import Preset


class EmailWithoutSuffix(ShortName):
    """An email address that is called an email.

    ## What it does
    Reports text columns that are named `email`, or end in `_email`, instead of `email_address` and
    `…_email_address`. It looks at the name in the database: code that needs `email` can keep it as the attribute or
    key. The tables that Auth.js and Better Auth prescribe are left alone.

    ## Why is this bad
    An email is a message. A product that also stores messages, templates or whether one was sent has `email` columns
    of several kinds; and one name for one kind of personal data is what exports, masking and erasure rely on.

    ## Example
    ```python
    from sqlmodel import Field, SQLModel


    class Contact(SQLModel, table=True):
        id: int = Field(primary_key=True)
        email: str
    ```
    ```typescript
    import { pgTable, text, uuid } from "drizzle-orm/pg-core";

    export const contacts = pgTable("contacts", {
      id: uuid("id").primaryKey(),
      email: text("email").notNull(),
    });
    ```

    ## Use instead
    ```python
    from sqlmodel import Field, SQLModel


    class Contact(SQLModel, table=True):
        id: int = Field(primary_key=True)
        email_address: str
    ```
    ```typescript
    import { pgTable, text, uuid } from "drizzle-orm/pg-core";

    export const contacts = pgTable("contacts", {
      id: uuid("id").primaryKey(),
      email: text("email_address").notNull(),
    });
    ```

    ## Options
    - `allow`: names that may stay, such as `["email"]` where a login library writes the table by itself.

    ## Fix safety
    Unsafe: the column must be renamed in the database too, and with it every query that is not built from the model.
    """

    code: ClassVar[str] = "NAM005"
    name: ClassVar[str] = "email-without-suffix"
    preset: ClassVar[Preset] = "recommended"
    severity: ClassVar[Severity] = "warning"

    word: ClassVar[str] = "email"
    full: ClassVar[str] = "email_address"
    types: ClassVar[frozenset[str]] = frozenset({"text", "citext"})
    why: ClassVar[str] = "is an address, but an email is a message: exports and masking look for one name"
