"""What drift is made of: the sides that describe one database, and what they say differently."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, TypeAlias

from tenantlint.record import Record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tenantlint.schema import EnumType, Maybe, Table
    from tenantlint.source import Location

Kind: TypeAlias = Literal[
    "table",
    "column",
    "type",
    "nullable",
    "default",
    "primary-key",
    "unique",
    "index",
    "foreign-key",
    "enum",
    "row-level-security",
    "policy",
    "name",
]
Maker: TypeAlias = Literal["SQLModel", "Drizzle", "alembic", "drizzle-kit", "sql"]


class Side(Record):
    """One description of a database: the models of an ORM, or what a history of migrations makes.

    ``path`` is the file or folder that holds it. ``tables`` are by qualified name, without the schema ``public``, and
    so are ``enums``. ``doubtful`` are names that stand for several tables here, so that none is compared. ``closed``
    tells that there is no table which is not listed; ``has_security`` and ``has_policies`` that row level security and
    policies are declared here. ``hidden`` are patterns of tables that the project tells its tools to leave alone, and
    ``only`` of those that they shall not. ``origins`` are where migrations last changed a fact of a column, by table,
    column and kind.
    """

    maker: Maker
    path: str
    tables: dict[str, Table]
    enums: dict[str, EnumType]
    doubtful: frozenset[str] = frozenset()
    closed: bool = True
    has_security: bool = False
    has_policies: bool = False
    hidden: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    origins: Mapping[tuple[str, str, str], Location] = MappingProxyType({})

    @property
    def is_history(self) -> bool:
        """Whether migrations make it."""
        return self.maker not in ("SQLModel", "Drizzle")


class Statement(Record):
    """What one side says: ``value`` in words that go on from "it", UNKNOWN where that cannot be known.

    ``at`` is where it says so; for something that is missing, the table (or nothing, where that is missing itself).
    """

    side: Side
    value: Maybe[str]
    at: Location | None


class Difference(Record):
    """A fact on which sides differ. ``subject`` is ``table``, ``table.column`` or ``table (columns)``.

    ``statements`` are of the sides that know the fact, models first.
    """

    kind: Kind
    subject: str
    table: str
    statements: tuple[Statement, ...]


class Doubt(Record):
    """A fact that could not be compared, because one side leaves it open."""

    kind: Kind
    subject: str
    side: Side
    at: Location | None


class Drift(Record):
    """What the comparison of one group of sides gives."""

    sides: tuple[Side, ...]
    differences: tuple[Difference, ...]
    doubts: tuple[Doubt, ...]
