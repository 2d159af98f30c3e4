"""COR004 shared-sa-column."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tenantlint.rule import Finding, Rule, label
from tenantlint.rules._fixes import give_own_column

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tenantlint.schema import Table
    from tenantlint.settings import Preset
    from tenantlint.view import SchemaView


class SharedSaColumn(Rule):
    """One `Column` object that several tables are given.

    ## What it does
    Reports a field with `sa_column` in a base class, a mixin or an `Annotated` alias that more than one table uses, and
    likewise a `ForeignKey` object in `sa_column_args`. One table alone may use it, and a table may override the field.

    It is silent where a base class has `__init_subclass__`, which may give each table its own.

    ## Why is this bad
    A `Column` belongs to one table. SQLModel copies the field for each class but not the `Column` in it, so SQLAlchemy
    raises an ArgumentError for the second table: "Column object 'created_at' already assigned to Table". It strikes
    whoever adds that second table, far from the base class.

    ## Example
    ```python
    from datetime import datetime

    from sqlmodel import Column, DateTime, Field, SQLModel


    class Timed(SQLModel):
        sent_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))


    class Letter(Timed, table=True):
        id: int = Field(primary_key=True)


    class Parcel(Timed, table=True):
        id: int = Field(primary_key=True)
    ```

    ## Use instead
    ```python
    from datetime import datetime

    from sqlmodel import DateTime, Field, SQLModel


    class Timed(SQLModel):
        sent_at: datetime = Field(sa_type=DateTime(timezone=True), nullable=False)


    class Letter(Timed, table=True):
        id: int = Field(primary_key=True)


    class Parcel(Timed, table=True):
        id: int = Field(primary_key=True)
    ```

    ## Fix safety
    Unsafe: the fix says in `sa_type`, `nullable`, `foreign_key`, `sa_column_kwargs` and the like all that the `Column`
    said, so that the database stays the same; but a default of the field becomes one of the column, too, which inserts
    that pass the model by then take.

    No fix is made of a `Column` that names no type, or that is given what `Field` cannot say: a foreign key with more
    than `ondelete`, `Identity`, `Computed`, a constraint; nor of a field that is no `Field()` in the base class.
    """

    code: ClassVar[str] = "COR004"
    name: ClassVar[str] = "shared-sa-column"
    preset: ClassVar[Preset] = "recommended"

    def check_table(self, table: Table, view: SchemaView) -> Iterable[Finding]:
        """Report the columns that are one object with another table's."""
        text = (
            "has one `Column` or `ForeignKey` object for several tables: SQLAlchemy raises an ArgumentError for the "
            "second of them; use `sa_type`, `foreign_key` and `sa_column_kwargs`, which make one for each table"
        )
        for column in table.columns:
            if column.shared is True:
                yield Finding(column.at, table, label(table, column), text, give_own_column(table, column))
