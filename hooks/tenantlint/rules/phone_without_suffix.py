"""NAM006 phone-without-suffix."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tenantlint.rules._column_names import ShortName

if TYPE_CHECKING:
    from tenantlint.diagnostic import Severity
    from tenantlint.settings import Preset


class PhoneWithoutSuffix(ShortName):
    """A phone number that is called a phone.

    ## What it does
    Reports columns of text or numbers that are named `phone`, or end in `_phone`, instead of `phone_number` and
    `…_phone_number`. It looks at the name in the database: the attribute or key in code may be shorter.

    ## Why is this bad
    A phone is a device. A product that also stores devices, extensions or whether one was called has `phone` columns
    of several kinds; and one name for one kind of personal data is what exports, masking and erasure rely on.

    ## Example
    ```python
    from sqlmodel import Field, SQLModel


    class Contact(SQLModel, table=True):
        id: int = Field(primary_key=True)
        phone: str
    ```
    ```typescript
    import { pgTable, text, uuid } from "drizzle-orm/pg-core";

    export const contacts = pgTable("contacts", {
      id: uuid("id").primaryKey(),
      phone: text("phone").notNull(),
    });
    ```

    ## Use instead
    ```python
    from sqlmodel import Field, SQLModel


    class Contact(SQLModel, table=True):
        id: int = Field(primary_key=True)
        phone_number: str
    ```
    ```typescript
    import { pgTable, text, uuid } from "drizzle-orm/pg-core";

    export const contacts = pgTable("contacts", {
      id: uuid("id").primaryKey(),
      phone: text("phone_number").notNull(),
    });
    ```

    ## Options
    - `allow`: names that may stay, such as `["phone"]`.

    ## Fix safety
    Unsafe: the column must be renamed in the database too, and with it every query that is not built from the model.
    """

    code: ClassVar[str] = "NAM006"
    name: ClassVar[str] = "phone-without-suffix"
    preset: ClassVar[Preset] = "recommended"
    severity: ClassVar[Severity] = "warning"

    word: ClassVar[str] = "phone"
    full: ClassVar[str] = "phone_number"
    types: ClassVar[frozenset[str]] = frozenset({"text", "citext", "integer", "numeric"})
    why: ClassVar[str] = "is a number, but a phone is a device: exports and masking look for one name"
