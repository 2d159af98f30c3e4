"""The schema that a code base declares, in one model for SQLModel, Drizzle and SQL.

A fact that cannot be known without running the code is ``UNKNOWN``. ``None`` means that the thing is absent, which is
a known fact. Rules must stay silent on UNKNOWN.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, TypeVar

from tenantlint.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenantlint.migration import History
    from tenantlint.source import Location


class Unknown(Enum):
    """The type of UNKNOWN."""

    UNKNOWN = "<unknown>"

    def __repr__(self) -> str:
        return "UNKNOWN"

    def __bool__(self) -> bool:
        raise TypeError("UNKNOWN is neither true nor false: compare it with 'is UNKNOWN'")


UNKNOWN: Final = Unknown.UNKNOWN

T = TypeVar("T")
Maybe: TypeAlias = T | Unknown
Orm: TypeAlias = Literal["sqlmodel", "drizzle", "sql"]
Dialect: TypeAlias = Literal["postgresql", "mysql", "sqlite"]
Part: TypeAlias = Literal[
    "columns", "indexes", "unique_constraints", "foreign_keys", "relations", "policies", "primary_key"
]


class Column(Record):
    """One column.

    ``name`` is the name in the database, ``key`` the attribute in code. ``type`` is the PostgreSQL type in the short
    lower-case form of ``tenantlint.types`` (``varchar(255)``, ``timestamptz``, ``numeric(10,2)``, ``text[]``, or the
    name of an enum). ``unique`` tells of a unique constraint or index on this column alone that is declared on the
    column. ``has_default`` is true where an insert that omits the column gets a value, from the ORM or the database;
    ``has_server_default`` only where the database supplies it (a DEFAULT, an identity, a serial, a generated column).
    ``on_update`` is true where the ORM or the database sets the column on every update.
    ``at`` is where the column is declared, which may be in a mixin or a shared object in another file.

    ``default_call`` and ``update_call`` are the function that gave the default, or what an update sets, when the code
    was loaded, so that all rows get one value (``datetime.datetime.now``, ``crypto.randomUUID``); None where there is
    no such call. ``default_function`` is the library's function that gives the default anew for each row (SQLModel's).
    ``rejected_options`` are the options of the field with which the ORM refuses the column (SQLModel raises where they
    stand beside ``sa_column``), ``ignored_options`` those that it drops in silence. ``shared`` is true where the code
    gives one object as the column of several tables though the ORM lets only one have it. ``default_sql`` is the
    expression of its DEFAULT in the database, None where there is none and where that is not known.
    """

    name: Maybe[str]
    key: str
    type: Maybe[str]
    nullable: Maybe[bool]
    primary_key: Maybe[bool]
    unique: Maybe[bool]
    has_default: Maybe[bool]
    has_server_default: Maybe[bool]
    on_update: Maybe[bool]
    at: Location
    default_call: Maybe[str | None] = None
    update_call: Maybe[str | None] = None
    default_function: Maybe[str | None] = None
    rejected_options: Maybe[tuple[str, ...]] = ()
    ignored_options: Maybe[tuple[str, ...]] = ()
    shared: Maybe[bool] = False
    default_sql: str | None = None


class Index(Record):
    """An index.

    ``columns`` holds database names in order, None for an expression. ``name`` is None where the ORM is not told one
    and gives none. ``partial`` is true where a WHERE clause limits the rows. ``attached`` is false where the index is
    declared where the ORM never sees it, so that it is never created. ``method`` is the access method (``gin``), and
    ``plain`` is false where a column has a sort order, an operator class or a collation of its own, or where the index
    INCLUDEs more columns. ``mentions`` are the columns in its expressions, its condition and its INCLUDE, None where
    those have not been read.
    """

    name: Maybe[str | None]
    columns: Maybe[tuple[Maybe[str | None], ...]]
    unique: Maybe[bool]
    partial: Maybe[bool]
    attached: bool
    at: Location
    method: Maybe[str] = "btree"
    plain: Maybe[bool] = True
    mentions: tuple[str, ...] | None = None


class UniqueConstraint(Record):
    """A unique constraint over ``columns`` (database names, in order)."""

    name: Maybe[str | None]
    columns: Maybe[tuple[Maybe[str], ...]]
    attached: bool
    at: Location


class ForeignKey(Record):
    """A foreign key.

    ``target_table`` is the name as the database has it, with ``schema.`` before it where the target has a schema.
    ``target_id`` is the ``Table.id`` of the target, None where the project declares no such table.
    ``on_delete`` and ``on_update`` are in lower case (``cascade``, ``set null``), None where nothing is said.
    """

    name: Maybe[str | None]
    columns: Maybe[tuple[Maybe[str], ...]]
    target_table: Maybe[str]
    target_id: Maybe[str | None]
    target_columns: Maybe[tuple[Maybe[str], ...]]
    on_delete: Maybe[str | None]
    on_update: Maybe[str | None]
    at: Location


class Relation(Record):
    """A relation that the ORM can load.

    ``columns`` are the columns on the side of this table's row that the relation joins on and ``target_columns``
    those of the target, pairwise; both are () where they are left to the other side. A column that does not exist
    stands there by the name it was asked for. ``columns_of`` and ``target_columns_of`` are the ``Table.id`` that
    ``columns`` and ``target_columns`` belong to, which are other tables than they should be where the code is wrong.
    ``declared_inverse`` is what the code names as the other side (``back_populates``; for Drizzle a ``relationName``
    or ``alias``); ``inverse`` is the name of the relation on the target that really is the other side, or None.
    ``through`` is the join table of a many-to-many relation (with ``schema.`` where it has one). ``view_only`` is
    true where the relation is never written through, so that it needs no other side. Only relations of one ``group``
    can be each other's sides: Drizzle's ``relations()`` are one, and each ``defineRelations()`` is another.
    """

    name: str
    kind: Maybe[Literal["one", "many"]]
    target_table: Maybe[str]
    target_id: Maybe[str | None]
    columns: Maybe[tuple[Maybe[str], ...]]
    columns_of: Maybe[str | None]
    target_columns: Maybe[tuple[Maybe[str], ...]]
    declared_inverse: Maybe[str | None]
    inverse: Maybe[str | None]
    through: Maybe[str | None]
    at: Location
    view_only: Maybe[bool] = False
    target_columns_of: Maybe[str | None] = UNKNOWN
    group: int = 0


class Policy(Record):
    """A row level security policy.

    ``command`` is one of all, select, insert, update, delete; ``roles`` are in order, ``("public",)`` by default.
    ``using`` and ``with_check`` are the SQL text, None where absent. ``tenant_columns`` are the database names of the
    columns that the predicates compare with a value of the session (a setting or a function), in order.
    """

    name: Maybe[str]
    command: Maybe[str]
    roles: Maybe[tuple[Maybe[str], ...]]
    permissive: Maybe[bool]
    using: Maybe[str | None]
    with_check: Maybe[str | None]
    tenant_columns: Maybe[tuple[Maybe[str], ...]]
    attached: bool
    at: Location


class RowLevelSecurity(Record):
    """Whether row level security is enabled on a table, and forced on its owner too."""

    enabled: Maybe[bool]
    forced: Maybe[bool]


class Table(Record):
    """One table.

    ``id`` is unique in the project and stable between runs. ``name`` and ``schema`` are as in the database.
    ``symbol`` is the class or variable in code. ``incomplete`` names the parts that may hold more than is listed,
    because something could not be read: a rule must not conclude from the absence of a member of such a part.
    ``mapped`` is false where no class of the code stands for the rows (SQLAlchemy's ``Table()``).
    ``has_update_listener`` is true where code of the project runs before the ORM updates a row, and may set columns.
    """

    id: str
    name: Maybe[str]
    schema: Maybe[str | None]
    dialect: Dialect
    orm: Orm
    symbol: str
    at: Location
    columns: tuple[Column, ...]
    primary_key: Maybe[tuple[Maybe[str], ...]]
    indexes: tuple[Index, ...]
    unique_constraints: tuple[UniqueConstraint, ...]
    foreign_keys: tuple[ForeignKey, ...]
    relations: tuple[Relation, ...]
    policies: tuple[Policy, ...]
    rls: RowLevelSecurity
    incomplete: frozenset[Part]
    mapped: bool = True
    has_update_listener: bool = False

    def column(self, name: str) -> Column | None:
        """Return the column with the database name ``name``."""
        return next((column for column in self.columns if column.name == name), None)

    @property
    def qualified_name(self) -> Maybe[str]:
        """The name with ``schema.`` before it where the table has one."""
        return qualified(self.schema, self.name)


class EnumType(Record):
    """A database enum and its labels in order."""

    name: Maybe[str]
    schema: Maybe[str | None]
    orm: Orm
    values: Maybe[tuple[Maybe[str], ...]]
    at: Location


class Unresolved(Record):
    """Something that could not be read statically: what, and why."""

    what: str
    why: str
    at: Location


class Deletion(Record):
    """A place in the code where rows of a table (``Table.id``) are deleted: a call, from its start to its end.

    ``function`` is the name of the function that the call stands in, '' where it has none.
    """

    table_id: str
    at: Location
    function: str = ""


class Schema(Record):
    """All that a project declares.

    ``tables`` are those of the ORMs; what the migrations make of the database is in ``histories``.
    ``detached_policies`` are policies that belong to no table and are never created. ``deletions`` are where the code
    deletes rows; they are read only for rules that need the uses of tables.
    """

    tables: tuple[Table, ...]
    enums: tuple[EnumType, ...]
    detached_policies: tuple[Policy, ...]
    unresolved: tuple[Unresolved, ...]
    histories: tuple[History, ...] = ()
    deletions: tuple[Deletion, ...] = ()

    def by_id(self) -> dict[str, Table]:
        """Return the tables by ``Table.id``."""
        return {table.id: table for table in self.tables}

    def __iter__(self) -> Iterator[Table]:
        return iter(self.tables)


def qualified(schema: Maybe[str | None], name: Maybe[str]) -> Maybe[str]:
    """Return ``schema.name``, or ``name`` where there is no schema."""
    if schema is UNKNOWN or name is UNKNOWN:
        return UNKNOWN
    return f"{schema}.{name}" if schema else name
