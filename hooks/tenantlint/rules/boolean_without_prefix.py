"""NAM004 boolean-without-prefix."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from tenantlint.names import snake_case
from tenantlint.rule import Finding, Rule, label
from tenantlint.rules._column_names import alternatives, is_allowed
from tenantlint.rules._fixes import rename_column
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tenantlint.diagnostic import Severity
    from tenantlint.schema import Table
    from tenantlint.settings import Preset
    from tenantlint.view import SchemaView

_VERBS: Final = frozenset(
    "accept accepts allow allows auto completed created disable disables do does enable enables hide hides include "
    "includes may must need needs notify receive require requires send sends should show shows skip support supports "
    "use uses was will won".split()
)
"""First words that ``is_`` does not go before."""


def _says_so(name: str) -> bool:
    """Return whether the name can only be a boolean's: it begins with a verb, or ends in the type or ``opt_in``."""
    words = name.strip("_").split("_")
    if len(words) > 1 and (words[0] in _VERBS or words[-2:] in (["opt", "in"], ["opt", "out"])):
        return True
    return words[-1] in ("bool", "boolean", "flag")


class BooleanWithoutPrefix(Rule):
    """A boolean column that is not named as a yes-or-no question.

    ## What it does
    Asks the name of every boolean column for one of the `prefixes` `is_`, `has_` and `can_`. Names that begin with a
    verb, such as `show_totals` or `allow_reversal`, or end in `_flag`, `_bool` or `_opt_in`, are reported under the
    preset `strict` only; the columns that Auth.js and Better Auth prescribe are not reported.

    ## Why is this bad
    `archive`, `public` or `verified` may as well be a time, a label or a link. `is_archived` can only be true or
    false, in SQL, in JSON and in every client that is generated from the schema.

    ## Example
    ```python
    from sqlmodel import Field, SQLModel


    class Project(SQLModel, table=True):
        id: int = Field(primary_key=True)
        archived: bool
    ```
    ```typescript
    import { boolean, pgTable, uuid } from "drizzle-orm/pg-core";

    export const projects = pgTable("projects", {
      id: uuid("id").primaryKey(),
      archived: boolean("archived").notNull(),
    });
    ```

    ## Use instead
    ```python
    from sqlmodel import Field, SQLModel


    class Project(SQLModel, table=True):
        id: int = Field(primary_key=True)
        is_archived: bool
    ```
    ```typescript
    import { boolean, pgTable, uuid } from "drizzle-orm/pg-core";

    export const projects = pgTable("projects", {
      id: uuid("id").primaryKey(),
      is_archived: boolean("is_archived").notNull(),
    });
    ```

    ## Options
    - `prefixes`: what the name must begin with. Teams that read more verbs as questions add `"should_"` or `"was_"`.
    - `allow`: names that need no prefix. By default those that OpenID Connect and Better Auth prescribe:
      `email_verified`, `phone_number_verified`, `two_factor_enabled` and `banned`.

    ## Fix safety
    Unsafe: the column must be renamed in the database too, and with it every query that is not built from the model.
    """

    code: ClassVar[str] = "NAM004"
    name: ClassVar[str] = "boolean-without-prefix"
    preset: ClassVar[Preset] = "recommended"
    severity: ClassVar[Severity] = "warning"

    never_empty: ClassVar[tuple[str, ...]] = ("prefixes",)

    prefixes: tuple[str, ...] = ("is_", "has_", "can_")
    allow: tuple[str, ...] = ("email_verified", "phone_number_verified", "two_factor_enabled", "banned")

    def check_table(self, table: Table, view: SchemaView) -> Iterable[Finding]:
        """Report each column by itself."""
        for column in table.columns:
            if column.name is UNKNOWN or column.type != "boolean" or view.is_prescribed(table, column):
                continue
            if is_allowed(column, self.allow) or (not view.settings.strict and _says_so(snake_case(column.name))):
                continue
            if not self._fits(column.name.lstrip("_")):
                better = self._better(snake_case(column.name).lstrip("_"))
                text = (
                    "is a boolean whose name asks no question, so that it reads as a time, a label or a link; begin "
                    f"the name with {alternatives(self.prefixes)}{better and f', as in `{better}`'}"
                )
                fix = rename_column(table, column, better, view) if better else None
                yield Finding(column.at, table, label(table, column), text, fix)

    def _fits(self, name: str) -> bool:
        """Return whether the name has a prefix: ``is_2fa_enabled``, or ``is2FAEnabled``, which is for NAM001."""
        if snake_case(name).startswith(self.prefixes):
            return True
        stems = [prefix.rstrip("_") for prefix in self.prefixes]
        return any(name.startswith(stem) and name[len(stem) : len(stem) + 1].isdigit() for stem in stems)

    def _better(self, name: str) -> str:
        """Return the name that the column can have, '' where it takes a person to find one."""
        first, *rest = name.split("_")
        if "is_" not in self.prefixes or first in _VERBS or (rest and not rest[-1].endswith(("ed", "able", "ible"))):
            return ""
        return f"is_{name}"
