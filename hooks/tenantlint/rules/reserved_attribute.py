"""COR001 reserved-attribute."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from tenantlint.rule import Finding, Rule, label
from tenantlint.rules._fixes import rename_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tenantlint.schema import Table
    from tenantlint.settings import Preset
    from tenantlint.source import Location
    from tenantlint.view import SchemaView


class ReservedAttribute(Rule):
    """An attribute that has the name of something which the ORM keeps there itself.

    ## What it does
    Reports the fields and relations of a SQLModel table that are called `metadata` or `registry`, which SQLAlchemy
    reserves, and the fields that are called like a member of SQLModel or Pydantic: `json`, `dict`, `copy`, `schema`,
    `validate`, `model_dump`, …

    For Drizzle it reports the keys `$inferSelect` and `$inferInsert`, and in PostgreSQL tables `enableRLS`.

    The name in the database is free; only the attribute in code is reserved.

    ## Why is this bad
    With `metadata` SQLAlchemy 1.4 and 2.0 refuse the class, and with 2.1 an object cannot be made. `model_dump` and its
    like make Pydantic refuse it. Others are lost in silence: `order.json()` calls a string, and every import warns.

    A Drizzle table with a column `enableRLS` still has the function there: `eq(t.enableRLS, true)` compares two
    parameters, and is always false. `$inferSelect` makes the types of every query wrong.

    ## Example
    ```python
    from sqlmodel import JSON, Field, SQLModel


    class Invoice(SQLModel, table=True):
        id: int = Field(primary_key=True)
        metadata: dict = Field(sa_type=JSON)
    ```
    ```typescript
    import { boolean, pgTable, uuid } from "drizzle-orm/pg-core";

    export const projects = pgTable("projects", {
      id: uuid("id").primaryKey(),
      enableRLS: boolean("enable_rls").notNull(),
    });
    ```

    ## Use instead
    ```python
    from sqlmodel import JSON, Field, SQLModel


    class Invoice(SQLModel, table=True):
        id: int = Field(primary_key=True)
        details: dict = Field(sa_type=JSON, sa_column_kwargs={"name": "metadata"})
    ```
    ```typescript
    import { boolean, pgTable, uuid } from "drizzle-orm/pg-core";

    export const projects = pgTable("projects", {
      id: uuid("id").primaryKey(),
      is_secured: boolean("enable_rls").notNull(),
    });
    ```

    ## Fix safety
    Unsafe: everything that uses the attribute has to be renamed too. The column keeps its name in the database.
    """

    code: ClassVar[str] = "COR001"
    name: ClassVar[str] = "reserved-attribute"
    preset: ClassVar[Preset] = "recommended"

    def check_table(self, table: Table, view: SchemaView) -> Iterable[Finding]:
        """Report the attributes of a table whose names are reserved."""
        for name, at, text in _reserved(table):
            column = next((each for each in table.columns if each.at == at), None)
            fix = rename_key(table, column, f"{name}_", "unsafe") if column and table.orm == "sqlmodel" else None
            yield Finding(at, table, f"{label(table)}.{name}", text, fix)


def _reserved(table: Table) -> Iterator[tuple[str, Location, str]]:
    if table.orm == "drizzle":
        for column in table.columns:
            if column.key in _INFERRED:
                yield column.key, column.at, _INFERRED_TEXT
            elif column.key == "enableRLS" and table.dialect == "postgresql":
                yield column.key, column.at, _ENABLE_RLS_TEXT
    elif table.orm == "sqlmodel" and table.mapped:
        for column in table.columns:
            text = _MEMBERS.get(column.key)
            if text is not None:
                yield column.key, column.at, text
        for relation in table.relations:
            if relation.name in _SQLALCHEMY:
                yield relation.name, relation.at, _MEMBERS[relation.name]


_RENAME: Final = 'rename the attribute and keep the column with `sa_column_kwargs={"name": …}`'
_SQLALCHEMY: Final = frozenset({"metadata", "registry"})
_REFUSED: Final = "model_config model_dump model_dump_json model_validate model_validate_json model_validate_strings"
_BROKEN: Final = "cls model_fields"
_SHADOWING: Final = (
    "construct copy dict from_orm json model_computed_fields model_construct model_copy model_extra model_fields_set "
    "model_json_schema model_parametrized_name model_post_init model_rebuild parse_file parse_obj parse_raw schema "
    "schema_json sqlmodel_update update_forward_refs validate"
)
_MEMBERS: Final = {
    "metadata": (
        "has the name that SQLAlchemy keeps for the tables' MetaData: it refuses the class, or an object of it cannot "
        f"be made; {_RENAME}"
    ),
    "registry": f"has the name that SQLAlchemy keeps for the registry of classes; {_RENAME}",
    **dict.fromkeys(
        _REFUSED.split(), f"has the name of a method that Pydantic protects: it refuses the class; {_RENAME}"
    ),
    **dict.fromkeys(
        _BROKEN.split(), f"has a name that SQLModel uses itself: an object of the class cannot be made; {_RENAME}"
    ),
    **dict.fromkeys(
        _SHADOWING.split(),
        "hides the member of SQLModel with that name, and Pydantic warns of it on every import (before version 2 it "
        f"refuses the class); {_RENAME}",
    ),
}
"""What is wrong with each name, as SQLModel 0.0.8, 0.0.22 and 0.0.50 have shown."""

_INFERRED: Final = frozenset({"$inferSelect", "$inferInsert"})
_INFERRED_TEXT: Final = (
    "has the name of the type that Drizzle infers for the rows: the types of all queries on the table go wrong; rename "
    "the key, which leaves the column as it is"
)
_ENABLE_RLS_TEXT: Final = (
    "has the name of a method of the table, which hides the column: conditions on it compare a constant; rename the "
    "key, which leaves the column as it is"
)
