"""Migrations as data: what each revision does to the database, whatever it is written in.

SQL files, drizzle-kit folders and Alembic revisions all become these operations. ``replay`` plays them into the tables
that the database then has. Table names are qualified as ``schema.name``; the schema ``public`` is left out, so that
they equal ``Table.qualified_name`` of a model. As everywhere, UNKNOWN is what cannot be known without running the code.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from tenantlint.record import Record

if TYPE_CHECKING:
    from tenantlint.schema import Column, ForeignKey, Index, Maybe, Policy, Table, UniqueConstraint
    from tenantlint.source import Location

HistoryKind: TypeAlias = Literal["alembic", "drizzle-kit", "sql", "script"]
ConstraintKind: TypeAlias = Literal["primary key", "unique", "foreign key", "check", "exclude"]
ProblemKind: TypeAlias = Literal["heads", "missing parent", "cycle", "duplicate", "journal", "snapshots"]


class Operation(Record):
    """What all operations have: where it stands, and whether it surely runs.

    ``certain`` is false below a condition that cannot be decided. ``at`` is the statement in a SQL file, and in Python
    the call (of ``op.execute`` too).
    """

    at: Location
    certain: bool


class CreateTable(Operation):
    """``CREATE TABLE``, with all that it says inside its parentheses.

    ``primary_key_name`` is None where PostgreSQL makes it up (``users_pkey``).
    ``complete`` is false where it may hold more than is listed (LIKE, INHERITS, an argument that cannot be read).
    """

    table: Maybe[str]
    columns: tuple[Column, ...]
    primary_key: Maybe[tuple[Maybe[str], ...]]
    unique_constraints: tuple[UniqueConstraint, ...]
    foreign_keys: tuple[ForeignKey, ...]
    complete: bool = True
    if_not_exists: bool = False
    indexes: tuple[Index, ...] = ()
    primary_key_name: Maybe[str | None] = None


class DropTable(Operation):
    """``DROP TABLE``."""

    table: Maybe[str]
    if_exists: bool = False
    cascade: bool = False


class RenameTable(Operation):
    """``ALTER TABLE … RENAME TO``, or SET SCHEMA: ``new_name`` is qualified too."""

    table: Maybe[str]
    new_name: Maybe[str]


class AddColumn(Operation):
    """``ADD COLUMN``. Constraints that it names inline follow as operations of their own at the same place."""

    table: Maybe[str]
    column: Column
    if_not_exists: bool = False


class DropColumn(Operation):
    """``DROP COLUMN``; ``cascade`` is set where it drops what depends on the column, too (policies, foreign keys)."""

    table: Maybe[str]
    column: Maybe[str]
    if_exists: bool = False
    cascade: bool = False


class RenameColumn(Operation):
    """``RENAME COLUMN``."""

    table: Maybe[str]
    column: Maybe[str]
    new_name: Maybe[str]


class AlterColumn(Operation):
    """``ALTER COLUMN``. A part that it leaves alone is None; ``server_default`` is whether there is one afterwards.

    ``default_sql`` is the expression of the new default.
    """

    table: Maybe[str]
    column: Maybe[str]
    type: Maybe[str | None] = None
    nullable: Maybe[bool | None] = None
    server_default: Maybe[bool | None] = None
    default_sql: str | None = None


class AddPrimaryKey(Operation):
    """``ADD PRIMARY KEY``."""

    table: Maybe[str]
    name: Maybe[str | None]
    columns: Maybe[tuple[Maybe[str], ...]]


class AddUnique(Operation):
    """``ADD UNIQUE``."""

    table: Maybe[str]
    constraint: UniqueConstraint


class AddForeignKey(Operation):
    """``ADD FOREIGN KEY``. Without ``target_columns`` the key references the primary key of its target."""

    table: Maybe[str]
    key: ForeignKey
    not_valid: bool = False


class AddCheck(Operation):
    """``ADD CHECK``, or an exclusion constraint."""

    table: Maybe[str]
    name: Maybe[str | None]
    not_valid: bool = False


class DropConstraint(Operation):
    """``DROP CONSTRAINT``; ``kind`` is None where the statement does not say what it was."""

    table: Maybe[str]
    name: Maybe[str | None]
    kind: ConstraintKind | None = None
    if_exists: bool = False
    cascade: bool = False


class RenameConstraint(Operation):
    """``RENAME CONSTRAINT``."""

    table: Maybe[str]
    name: Maybe[str]
    new_name: Maybe[str]


class CreateIndex(Operation):
    """``CREATE INDEX``."""

    table: Maybe[str]
    index: Index
    concurrently: Maybe[bool] = False
    if_not_exists: bool = False


class DropIndex(Operation):
    """``DROP INDEX``; ``table`` is None in SQL, which does not name it. ``name`` has no schema."""

    table: Maybe[str | None]
    name: Maybe[str | None]
    concurrently: Maybe[bool] = False
    if_exists: bool = False


class RenameIndex(Operation):
    """``ALTER INDEX … RENAME TO``."""

    name: Maybe[str]
    new_name: Maybe[str]


class SetRowSecurity(Operation):
    """``ENABLE``, ``DISABLE``, ``FORCE`` or ``NO FORCE ROW LEVEL SECURITY``; what it leaves alone is None."""

    table: Maybe[str]
    enabled: bool | None = None
    forced: bool | None = None


class CreatePolicy(Operation):
    """``CREATE POLICY``."""

    table: Maybe[str]
    policy: Policy


class DropPolicy(Operation):
    """``DROP POLICY``."""

    table: Maybe[str]
    name: Maybe[str]
    if_exists: bool = False


class AlterPolicy(Operation):
    """``ALTER POLICY``. What it leaves alone is None; ``tenant_columns`` are those of the predicates it sets."""

    table: Maybe[str]
    name: Maybe[str]
    new_name: Maybe[str | None] = None
    roles: Maybe[tuple[Maybe[str], ...] | None] = None
    using: Maybe[str | None] = None
    with_check: Maybe[str | None] = None
    tenant_columns: Maybe[tuple[Maybe[str], ...]] = ()


class CreateEnum(Operation):
    """``CREATE TYPE … AS ENUM``."""

    name: Maybe[str]
    values: Maybe[tuple[Maybe[str], ...]]


class AddEnumValue(Operation):
    """``ALTER TYPE … ADD VALUE``."""

    name: Maybe[str]
    value: Maybe[str]


class DropType(Operation):
    """``DROP TYPE``; with ``cascade`` the columns of the type go too."""

    name: Maybe[str]
    if_exists: bool = False
    cascade: bool = False


class RenameType(Operation):
    """``ALTER TYPE … RENAME TO``."""

    name: Maybe[str]
    new_name: Maybe[str]


class WriteRows(Operation):
    """``INSERT``, ``UPDATE``, ``DELETE`` or ``TRUNCATE``; ``columns`` are those that it sets."""

    table: Maybe[str]
    command: Literal["insert", "update", "delete", "truncate"]
    columns: Maybe[tuple[Maybe[str], ...]] = ()


class CreateFunction(Operation):
    """``CREATE FUNCTION``. ``assigns`` are the columns of NEW that a trigger function sets."""

    name: Maybe[str]
    assigns: Maybe[tuple[Maybe[str], ...]] = ()


class DropFunction(Operation):
    """``DROP FUNCTION``; with ``cascade`` the triggers that call it go too."""

    name: Maybe[str]
    cascade: bool = False


class CreateTrigger(Operation):
    """``CREATE TRIGGER``. ``events`` are of insert, update, delete, truncate; ``before`` and ``each_row`` as in SQL.

    ``arguments`` are what it gives its function (``moddatetime(updated_at)``), as text.
    """

    table: Maybe[str]
    name: Maybe[str]
    function: Maybe[str]
    events: tuple[str, ...]
    before: bool
    each_row: bool
    arguments: tuple[Maybe[str], ...] = ()


class DropTrigger(Operation):
    """``DROP TRIGGER``."""

    table: Maybe[str]
    name: Maybe[str]


class Other(Operation):
    """A statement that is understood and has no part in the schema model: GRANT, COMMENT, CREATE EXTENSION, SET.

    ``what`` is its kind in upper case (``GRANT``), and ``text`` tells two of a kind apart where that is needed.
    """

    what: str
    text: str = ""


class Unread(Operation):
    """A statement whose effect is not known, because it is dynamic, or not understood.

    ``tables`` are those that it may change, UNKNOWN where that may be any. ``security`` is true where it may concern
    row level security or policies, ``structure`` where it may concern tables, columns, keys or indexes.
    """

    why: str
    tables: Maybe[tuple[str, ...]]
    security: bool
    structure: bool


class Downgrade(Record):
    """What undoes a revision.

    ``state``: ``missing`` (there is no such function or file), ``empty`` (only ``pass``, a docstring, comments),
    ``raises`` (it always raises), ``present``. ``at`` is where it stands, or should stand. ``explained`` tells whether
    one that raises, or is empty, says why.
    """

    state: Literal["missing", "empty", "raises", "present"]
    operations: tuple[Operation, ...]
    at: Location
    explained: bool = False


class Revision(Record):
    """One step of a history.

    ``id`` is Alembic's revision, drizzle-kit's tag, or the file's name without its suffix. ``parents`` are the ids that
    it follows: none for the first, two or more for a merge. ``at`` is where it is declared: the ``revision``
    assignment, or the start of the SQL file.
    """

    id: str
    parents: tuple[str, ...]
    path: str
    at: Location
    upgrade: tuple[Operation, ...]
    downgrade: Downgrade

    @property
    def empty(self) -> bool:
        """Whether the upgrade does nothing, as that of a merge."""
        return not self.upgrade


class HistoryProblem(Record):
    """Why a history is broken: ``text`` goes on from "the migration history of `path`"."""

    kind: ProblemKind
    text: str
    at: Location


class History(Record):
    """A chain of migrations of one database.

    ``path`` is the folder (or the file of a ``script``: SQL that stands outside any migration folder). ``revisions``
    are in the order in which they are applied. ``problems`` are set where that order is broken, and then ``tables``
    hold what is known all the same. ``tables`` (orm ``sql``) are the database after the last revision: a table that
    only altered ones tell of is listed with every part ``incomplete``. ``unread`` are the statements of the upgrades
    whose effect is not known.
    """

    kind: HistoryKind
    path: str
    revisions: tuple[Revision, ...]
    problems: tuple[HistoryProblem, ...]
    tables: tuple[Table, ...]
    unread: tuple[Unread, ...]
