"""Changes to a schema, as rules propose them: what is to be different, not how a language writes it.

A column is named by its key in code, a table by its ``Table.id``. The language of the table turns a change into a
Patch. Where the database changes too, the patch holds the migration.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from tenantlint.record import Record

if TYPE_CHECKING:
    from tenantlint.edit import Edit
    from tenantlint.source import Location

Applicability: TypeAlias = Literal["safe", "unsafe"]
"""``safe``: same behaviour and same database. ``unsafe``: needs a migration, or a reader's eye."""


class Change(Record):
    """The base of every change."""


class RemoveText(Change):
    """Delete a stretch of text.

    With ``tidy``, as for a comment, the blanks before it go too, and the line where nothing else stands on it.
    """

    at: Location
    tidy: bool = True


class RenameColumn(Change):
    """Rename the attribute or key ``key`` of a table to ``new_key``, with every use.

    ``new_name`` is the column's name in the database afterwards, None where that stays: then the declaration says the
    old name if it did not before.
    """

    table_id: str
    key: str
    new_key: str
    new_name: str | None


class RenameTable(Change):
    """Rename a table in the database; its class or variable stays."""

    table_id: str
    new_name: str


class AddTenant(Change):
    """Add the tenant column ``name``, NOT NULL, with its foreign key to ``target_id`` (a table's) and its index."""

    table_id: str
    name: str
    target_id: str | None


class AddTimestamp(Change):
    """Add a column for a time, NOT NULL, with a default; ``on_update`` sets it on every update.

    With ``nullable``, as for the time of deletion, it may be NULL, and is so by default.
    """

    table_id: str
    name: str
    on_update: bool
    nullable: bool = False


class AddIndex(Change):
    """Add an index over ``columns`` (database names)."""

    table_id: str
    columns: tuple[str, ...]


class DropIndex(Change):
    """Take away the index that is declared at ``at``: from each table that has it by that declaration."""

    table_id: str
    at: Location


class RenameIndex(Change):
    """Give the index that is declared at ``at`` another name in the database; where it had none in code, it has one."""

    table_id: str
    at: Location
    new_name: str


class ScopeUnique(Change):
    """Let what ``at`` declares unique over ``columns`` be unique for each ``tenant`` (all of them database names)."""

    table_id: str
    at: Location
    columns: tuple[str, ...]
    tenant: str


class AttachIndex(Change):
    """Move a Drizzle index, unique constraint or policy that stands outside its table into the third argument."""

    table_id: str
    at: Location


class AddForeignKey(Change):
    """Let the column ``key`` reference the primary key of ``target_id`` (a table's).

    ``target_id`` is None where which table it references is not certain.
    """

    table_id: str
    key: str
    target_id: str | None


class AddRelation(Change):
    """Declare the relation that follows the foreign key over ``columns`` (database names) to ``target_id``."""

    table_id: str
    columns: tuple[str, ...]
    target_id: str


class AddInverse(Change):
    """Declare the other side of the relation ``relation`` (its name) of a table on the relation's target."""

    table_id: str
    relation: str


class EnableSecurity(Change):
    """Enable row level security with a policy that compares ``tenant`` (a database name) with the session's tenant.

    ``setting`` is the run-time setting that holds the session's tenant. ``value`` is the SQL by which the project's
    own policies ask for it, of the type that the column has; None where they have no such form.
    """

    table_id: str
    tenant: str
    setting: str
    value: str | None = None


class SecureTable(Change):
    """Put a table under row level security that only migrations make, as EnableSecurity does with one of the code.

    ``history`` is the path of the history that has it, and ``table`` its qualified name.
    """

    history: str
    table: str
    tenant: str
    setting: str
    value: str | None


class SwitchOnSecurity(Change):
    """Enable row level security, for the policies that a table has already."""

    table_id: str


class ForceSecurity(Change):
    """Let row level security hold for the owner of a table, too."""

    table_id: str


class CheckWrites(Change):
    """Let a policy compare ``tenant`` (a database name) with the session's tenant in the rows that are written.

    ``own`` is true where the policy's USING does so already, and ``open`` where its WITH CHECK lets every row pass.
    ``value`` is as for EnableSecurity.
    """

    table_id: str
    policy: str
    tenant: str
    own: bool
    open: bool
    value: str | None


class WrapCalls(Change):
    """Wrap what the USING of a policy calls once a row in ``(select …)``, so that it is called once a query."""

    table_id: str
    policy: str


class UseFactory(Change):
    """Give the column ``key`` a default that is computed for each row instead of once."""

    table_id: str
    key: str


class UpdateOnWrite(Change):
    """Let the ORM set the timestamp ``key`` on every update."""

    table_id: str
    key: str


class MakeRequired(Change):
    """Make the column ``key`` NOT NULL."""

    table_id: str
    key: str


class MakeAware(Change):
    """Let the column ``key`` hold points in time: its type has a time zone, and so have the times that fill it."""

    table_id: str
    key: str


class MergeColumn(Change):
    """Let the ``Column`` of the field ``key`` say all that the field says of the column beside it."""

    table_id: str
    key: str


class GiveOwnColumn(Change):
    """Let the field ``key``, which several tables share, make a ``Column`` for each of them."""

    table_id: str
    key: str


class WriteDowngrade(Change):
    """Write the inverse of what the upgrade of a revision does into its downgrade, which may have a part of it."""

    history: str
    revision: str


class RenameInstead(Change):
    """Let a revision rename the column ``old`` of a table to ``new``, which it drops and adds.

    ``history`` is the path of its history, and ``table`` the qualified name.
    """

    history: str
    revision: str
    table: str
    old: str
    new: str


class Fix(Record):
    """A change that ends a finding. ``title`` says what it does, as a button would."""

    title: str
    applicability: Applicability
    change: Change


class Use(Record):
    """A use of a name that could not be resolved: whether it is the one that changes is for a reader to say."""

    what: str
    at: Location


class Patch(Record):
    """What a change comes to in files.

    ``files`` are new files by path (relative to the project), with their whole content. ``unresolved`` uses make the
    patch unsafe. ``refused`` is why the change cannot be made at all, and then there is nothing else.
    """

    edits: tuple[Edit, ...] = ()
    files: tuple[tuple[str, str], ...] = ()
    unresolved: tuple[Use, ...] = ()
    refused: str | None = None
