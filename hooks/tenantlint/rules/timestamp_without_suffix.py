"""NAM007 timestamp-without-suffix."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from tenantlint.names import snake_case
from tenantlint.rule import Finding, Rule, label
from tenantlint.rules._column_names import alternatives, is_allowed
from tenantlint.rules._fixes import rename_column
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tenantlint.schema import Table
    from tenantlint.settings import Preset
    from tenantlint.view import SchemaView

_TYPES: Final = ("timestamp", "datetime")
_ENDINGS: Final = ("_timestamp", "_datetime", "_date", "_time", "_on", "_ts", "_dt")
_VERBS: Final = {"create": "created", "delete": "deleted", "end": "ended", "start": "started", "update": "updated"}
_BARE: Final = frozenset({"timestamp", "datetime", "date", "time", "ts"})


class TimestampWithoutSuffix(Rule):
    """A timestamp column whose name does not end in `_at`.

    ## What it does
    Asks the name of every timestamp column, with or without time zone, for the suffix `_at`. Dates, times of day and
    intervals are not timestamps. Names that a login library prescribes may stay.

    ## Why is this bad
    `published` may be a flag, `published_on` a day and `publish_time` a duration. `published_at` is a point in time,
    and a reader need not look up the type to compare it with one.

    ## Example
    ```python
    from datetime import datetime

    from sqlmodel import Field, SQLModel


    class Article(SQLModel, table=True):
        id: int = Field(primary_key=True)
        published: datetime
    ```
    ```typescript
    import { pgTable, timestamp, uuid } from "drizzle-orm/pg-core";

    export const articles = pgTable("articles", {
      id: uuid("id").primaryKey(),
      published: timestamp("published", { withTimezone: true }),
    });
    ```

    ## Use instead
    ```python
    from datetime import datetime

    from sqlmodel import Field, SQLModel


    class Article(SQLModel, table=True):
        id: int = Field(primary_key=True)
        published_at: datetime
    ```
    ```typescript
    import { pgTable, timestamp, uuid } from "drizzle-orm/pg-core";

    export const articles = pgTable("articles", {
      id: uuid("id").primaryKey(),
      published_at: timestamp("published_at", { withTimezone: true }),
    });
    ```

    ## Options
    - `suffixes`: what the name must end in, `["_at"]` by default; `["_at", "_until"]` takes `banned_until` too.
    - `allow`: names that may stay, such as `["expires"]` where a login library writes the table by itself.

    ## Fix safety
    Unsafe: the column must be renamed in the database too, and with it every query that is not built from the model.
    """

    code: ClassVar[str] = "NAM007"
    name: ClassVar[str] = "timestamp-without-suffix"
    preset: ClassVar[Preset] = "strict"

    never_empty: ClassVar[tuple[str, ...]] = ("suffixes",)

    suffixes: tuple[str, ...] = ("_at",)
    allow: tuple[str, ...] = ()

    def check_table(self, table: Table, view: SchemaView) -> Iterable[Finding]:
        """Report each column by itself."""
        for column in table.columns:
            if column.name is UNKNOWN or column.type is UNKNOWN or not _is_timestamp(column.type):
                continue
            name = snake_case(column.name)
            allowed = is_allowed(column, self.allow) or view.is_prescribed(table, column)
            if not f"_{name}".endswith(self.suffixes) and not allowed:
                better = self._better(name)
                day = ", or make it a date" if name.endswith(("_date", "_on")) else ""
                text = (
                    "is a timestamp, but its name may as well be that of a day or a flag; end the name in "
                    f"{alternatives(self.suffixes)}{better and f', as in `{better}`{day}'}"
                )
                fix = rename_column(table, column, better, view) if better else None
                yield Finding(column.at, table, label(table, column), text, fix)

    def _better(self, name: str) -> str:
        """Return the name that the column can have, '' where it takes a person to find one."""
        if name in _BARE or "_at" not in self.suffixes:
            return ""
        stem = next((name.removesuffix(ending) for ending in _ENDINGS if name.endswith(ending)), name)
        return f"{_VERBS.get(stem, stem)}_at"


def _is_timestamp(type_: str) -> bool:
    return type_.startswith(_TYPES) and not type_.endswith("]")
