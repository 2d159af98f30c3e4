"""COR003 sa-column-conflict."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tenantlint.rule import Finding, Rule, label
from tenantlint.rules._fixes import merge_column
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tenantlint.schema import Table
    from tenantlint.settings import Preset
    from tenantlint.view import SchemaView


class SaColumnConflict(Rule):
    """A field that has `sa_column` and says of the column in other options too.

    ## What it does
    Reports `sa_column` together with `primary_key`, `foreign_key`, `ondelete`, `unique`, `nullable`, `index`,
    `sa_type`, `sa_column_args` or `sa_column_kwargs`, in one `Field()` or in two of one field (`Annotated`). Options
    that are the model's and not the column's (`default`, `max_length`, `alias`) may stand beside `sa_column`.

    ## Why is this bad
    SQLModel takes the column as it is given. Since version 0.0.11 it raises a RuntimeError when the module is imported;
    older versions raise for `sa_column_args` and `sa_column_kwargs` and drop the rest in silence: the index that the
    code shows is not in the database. Of two `Field()` of one field every version drops one in silence.

    ## Example
    ```python
    from sqlmodel import Column, Field, SQLModel, String


    class User(SQLModel, table=True):
        id: int = Field(primary_key=True)
        email_address: str = Field(index=True, sa_column=Column(String(320), nullable=False))
    ```

    ## Use instead
    ```python
    from sqlmodel import Column, Field, SQLModel, String


    class User(SQLModel, table=True):
        id: int = Field(primary_key=True)
        email_address: str = Field(sa_column=Column(String(320), nullable=False, index=True))
    ```

    ## Fix safety
    The fix moves the options into the `Column`, where they mean the same, and `foreign_key` becomes a `ForeignKey`. It
    is safe, because the module raises today, so that no database has come of it; where a migration has the column
    already it is unsafe, and the next one that Alembic generates brings about what the column did not say.

    No fix is made where the `Column` says something else of the same option, where either is made elsewhere, and of
    options that SQLModel drops: which of the two is meant only you know.
    """

    code: ClassVar[str] = "COR003"
    name: ClassVar[str] = "sa-column-conflict"
    preset: ClassVar[Preset] = "recommended"

    def check_table(self, table: Table, view: SchemaView) -> Iterable[Finding]:
        """Report the columns whose field has options beside ``sa_column``."""
        for column in table.columns:
            if column.rejected_options is not UNKNOWN and column.rejected_options:
                text = (
                    f"has `sa_column` together with {_listed(column.rejected_options)}: SQLModel, from 0.0.11 on, "
                    "raises a RuntimeError when the module is imported; say it in the `Column` instead"
                )
                yield Finding(column.at, table, label(table, column), text, merge_column(table, column, view))
            if column.ignored_options is not UNKNOWN and column.ignored_options:
                text = (
                    f"has `sa_column` and other options, of which SQLModel drops {_listed(column.ignored_options)} in "
                    "silence; say all of it in one `Column`"
                )
                yield Finding(column.at, table, label(table, column), text)


def _listed(names: tuple[str, ...]) -> str:
    *most, last = (f"`{name}`" for name in names)
    return f"{', '.join(most)} and {last}" if most else last
