"""Writes drizzle-kit migrations: SQL that keeps the rows, and the snapshot from which drizzle-kit goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

from tenantlint import change as changes
from tenantlint.change import Patch, Use
from tenantlint.lang.backfill import Backfills, remark, update
from tenantlint.lang.differences import Differences
from tenantlint.lang.histories import history_of, refuse_unless_there, twin_of, uses_of
from tenantlint.lang.lowering import RefusedError, sharing
from tenantlint.lang.references import expanded, referring_columns
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tenantlint.change import Change
    from tenantlint.lang.backfill import Parent
    from tenantlint.lang.drizzle.kit.chain import ChainSnapshot
    from tenantlint.lang.drizzle.kit.chain_folder import ChainFolder
    from tenantlint.lang.drizzle.kit.files import JournalFolder, Written
    from tenantlint.lang.drizzle.kit.journal import JournalSnapshot
    from tenantlint.lang.lowering import Lowering
    from tenantlint.migration import History
    from tenantlint.schema import Table

    Snapshot: TypeAlias = JournalSnapshot | ChainSnapshot

_NO_TENANT: Final = (
    "-- Whose the rows are that are there, only you know: write the UPDATE that gives each its tenant here. Until\n"
    "-- then, and as long as there are rows, the next statement fails and nothing is changed.\n"
    "-- tenantlint: ignore[MIG004] -- it fails instead of guessing\n"
)
_FAILS: Final = "-- Fails, and changes nothing, as long as a row has none: give those rows their value first.\n"
_DANGLING: Final = "-- Fails, and changes nothing, as long as a row points at nothing: mend those rows first.\n"
_ADDITIONS: Final = (changes.AddTenant, changes.AddTimestamp, changes.AddIndex, changes.AddForeignKey)
_ADDING: Final = (*_ADDITIONS, changes.EnableSecurity)


class Migration:
    """A new migration of one history, while it is made."""

    def __init__(self, history: History, differences: Differences) -> None:
        self.history = history
        self.uses: list[Use] = []
        self.titles: list[str] = []
        self.statements: list[str] = []
        self.places: list[Table] = []
        self.folder: JournalFolder | ChainFolder
        self.snapshot: Snapshot
        self.folder, self.snapshot = _opened(history, differences)
        self._made: set[tuple[str, ...]] = set()

    def is_new(self, *thing: str) -> bool:
        """Return whether a thing (what it is, its table, its name) is not made yet: code may declare a table twice."""
        if thing in self._made:
            return False
        self._made.add(thing)
        return True

    def add(self, title: str, table: Table, statements: Sequence[str], remark: str = "") -> None:
        """Add the statements of a change."""
        if statements:
            self.titles += [title] if title else []
            self.statements += [remark + statements[0], *statements[1:]]
            self.places.append(table)

    def write(self) -> Written:
        """Return the files."""
        title = self.titles[0] if self.titles else "names"
        more = len(self.titles) - 1
        return self.folder.write(f"{title} and {more} more" if more else title, self.statements)


def _opened(history: History, differences: Differences) -> tuple[JournalFolder | ChainFolder, Snapshot]:
    """Return the folder of a history, and its last snapshot to make changes in."""
    from tenantlint.lang.drizzle.kit import chain_folder, files, journal

    project = differences.context.project
    listing = f"{history.path}/meta/_journal.json" if history.path else "meta/_journal.json"
    if listing in project:
        listed = files.JournalFolder(project, history)
        return listed, journal.JournalSnapshot(listed.content, _given_names(differences))
    chained = chain_folder.ChainFolder(project, history)
    return chained, chained.made


class Migrations:
    """The new migrations, one for each history that a change concerns."""

    def __init__(self, given: Sequence[Change], context: Lowering) -> None:
        self.context = context
        self.differences = Differences(given, context)
        self.made: dict[str, Migration] = {}

    def of(self, table: Table | None) -> tuple[Migration, Table] | None:
        """Return the migration that a change of ``table`` belongs into, and the table as the history has it."""
        history = None if table is None else history_of(table, self.context.schema, "drizzle-kit")
        if table is None or history is None:
            return None
        if history.path not in self.made:
            self.made[history.path] = Migration(history, self.differences)
        return self.made[history.path], twin_of(table, history)


def lower(change: Change, context: Lowering) -> Patch:
    """Return the migration that a change needs; an empty patch where it is no change of a migrated database."""
    return lower_all((change,), context)


def lower_all(given: Sequence[Change], context: Lowering) -> Patch:
    """Return one migration, in each folder that is concerned, for all of the changes together."""
    try:
        migrations = Migrations(given, context)
        _make(given, migrations)
        made = [each for each in migrations.made.values() if each.statements]
        written = [each.write() for each in made]
    except RefusedError as error:
        return Patch(refused=str(error))
    except (KeyError, TypeError, AttributeError):  # what people have written into a snapshot, nobody can foresee
        return Patch(refused="the last snapshot is not as drizzle-kit writes it")
    uses = [use for each in made for use in (*each.uses, *_told(each))]
    return Patch(
        tuple(edit for each in written for edit in each.edits),
        tuple(file for each in written for file in each.files),
        tuple(dict.fromkeys(uses)),
    )


def _told(migration: Migration) -> list[Use]:
    at = migration.places[0].at
    return [Use(f"{what} names the column in its text", at) for what in migration.snapshot.unresolved]


def _make(given: Sequence[Change], migrations: Migrations) -> None:
    """Make the changes in the order in which they run: columns are renamed first, and tables last."""
    given = expanded(given, migrations.context)
    tables = [change for change in given if isinstance(change, changes.RenameTable)]
    if tables and any(isinstance(change, _ADDING) for change in given):
        raise RefusedError("a table is renamed in a migration of its own, before anything is added")
    _rename_columns(migrations)
    backfills = Backfills(given, migrations.differences)
    added: set[str] = set()
    for change in backfills.order:
        make = _MAKERS.get(type(change))
        if isinstance(change, _ADDITIONS) and change.table_id not in added:
            added.add(change.table_id)
            own = [each for each in given if isinstance(each, _ADDITIONS) and each.table_id == change.table_id]
            _add(own, migrations, backfills)
        elif make is not None:
            make(change, migrations)
    for change in tables:
        _rename_table(change, migrations)


def key_of(table: Table) -> str:
    """Return the name of a table with its schema, ``public`` too."""
    if table.name is UNKNOWN or table.schema is UNKNOWN:
        raise RefusedError("the name of the table is not known")
    return f"{table.schema or 'public'}.{table.name}"


def _rename_columns(migrations: Migrations) -> None:
    for renamed in migrations.differences.columns:
        place = migrations.of(renamed.table)
        if place is not None:
            migration, twin = place
            if not migration.is_new("name", key_of(renamed.table), renamed.old):
                continue
            refuse_unless_there(renamed.table, twin, renamed.old, renamed.new)
            title = f"rename {renamed.table.name} {renamed.old} to {renamed.new}"
            statements = migration.snapshot.rename_column(key_of(renamed.table), renamed.old, renamed.new)
            migration.add(title, renamed.table, statements)
            migration.uses += uses_of(migration.history, renamed.table, renamed.old)


def _rename_table(change: changes.RenameTable, migrations: Migrations) -> None:
    table = migrations.context.table(change.table_id)
    place = migrations.of(table)
    if table is not None and place is not None:
        migration, _ = place
        statements = migration.snapshot.rename_table(key_of(table), change.new_name)
        migration.add(f"rename {table.name} to {change.new_name}", table, statements)


def _add(own: Sequence[Any], migrations: Migrations, backfills: Backfills) -> None:
    """Add what the code has now in a table, whichever change it comes from: columns, their foreign keys, indexes."""
    from tenantlint.lang.drizzle.kit.text import NewColumn

    table = migrations.context.table(own[0].table_id)
    place = migrations.of(table)
    if table is None or place is None:
        return
    (migration, twin), new, key = place, migrations.differences.additions(table.id), key_of(table)
    tenants = {change.name: backfills.parents(change) for change in own if isinstance(change, changes.AddTenant)}
    referring = referring_columns(own, table, migration.history, migrations.differences)
    titles = iter([f"add {_what(change)} to {table.name}" for change in own])
    for column in new.columns:
        is_there = column.name is not UNKNOWN and twin.column(column.name) is not None
        if not is_there and migration.is_new("column", key, str(column.name)):
            filled = column.name in tenants and column.nullable is False
            made = migration.snapshot.add_column(key, NewColumn(column, column.nullable is True, filled))
            migration.add(next(titles, ""), table, made)
            if filled:
                migration.add("", table, _filling(key, str(column.name), tenants[str(column.name)]))
    for foreign in new.foreign_keys:
        is_there = any(each.columns == foreign.columns for each in twin.foreign_keys)
        if not is_there and migration.is_new("key", key, str(foreign.columns)):
            remark = _DANGLING if foreign.columns in referring else ""
            migration.add(next(titles, ""), table, migration.snapshot.add_key(key, foreign), remark)
    for index in new.indexes:
        is_there = any(each.columns == index.columns and each.name == index.name for each in twin.indexes)
        if not is_there and migration.is_new("index", key, str(index.name), str(index.columns)):
            migration.add(next(titles, ""), table, migration.snapshot.add_index(key, index))


def _what(change: Change) -> str:
    return "foreign key" if isinstance(change, changes.AddForeignKey) else str(getattr(change, "name", "index"))


def _filling(table: str, column: str, parents: Sequence[Parent]) -> list[str]:
    """Return the statements that make a new tenant column NOT NULL when all rows have their tenant."""
    from tenantlint.lang.drizzle.kit.text import quoted, written

    required = f"ALTER TABLE {written(table)} ALTER COLUMN {quoted(column)} SET NOT NULL;"
    if not parents:
        return [_NO_TENANT + required]
    clauses = update(table, column, parents, quoted, written)
    return ["\n".join([f"-- {remark(parents)}", *clauses]) + ";", required]


def _require(change: changes.MakeRequired, migrations: Migrations) -> None:
    for table, column in sharing(migrations.context, change):
        place = migrations.of(table)
        if place is None:
            continue
        if column.name is UNKNOWN:
            raise RefusedError("the name of the column in the database is not known")
        migration, twin = place
        refuse_unless_there(table, twin, column.name)
        now = migrations.differences.new_name(table, column.name)
        statements = migration.snapshot.require(key_of(table), now)
        migration.add(f"require {table.name} {now}", table, statements, _FAILS)


def _secure(change: changes.EnableSecurity, migrations: Migrations) -> None:
    context = migrations.context
    table = context.table(change.table_id)
    after = None if context.after is None else context.after.by_id().get(change.table_id)
    place = migrations.of(table)
    if table is None or place is None:
        return
    if after is None:
        raise RefusedError("what the code declares afterwards is not known")
    migration, twin = place
    known = {policy.name for policy in (*table.policies, *twin.policies)}
    for policy in after.policies:
        if policy.name not in known and migration.is_new("policy", key_of(table), str(policy.name)):
            migration.add(f"secure {table.name}", table, migration.snapshot.add_policy(key_of(table), policy))


def _alter_security(change: Change, migrations: Migrations) -> None:
    from tenantlint.lang.drizzle.kit import security

    security.alter(change, migrations)


def _make_aware(change: changes.MakeAware, migrations: Migrations) -> None:
    from tenantlint.lang.drizzle.kit import times

    times.make_aware(change, migrations)


def _scope_unique(change: changes.ScopeUnique, migrations: Migrations) -> None:
    from tenantlint.lang.drizzle.kit import members

    members.scope_unique(change, migrations)


def _alter_index(change: changes.DropIndex | changes.RenameIndex, migrations: Migrations) -> None:
    from tenantlint.lang.drizzle.kit import members

    members.alter_index(change, migrations)


_MAKERS: Final[dict[type[Change], Callable[[Any, Migrations], None]]] = {
    changes.MakeRequired: _require,
    changes.MakeAware: _make_aware,
    changes.EnableSecurity: _secure,
    changes.DropIndex: _alter_index,
    changes.RenameIndex: _alter_index,
    changes.ScopeUnique: _scope_unique,
    changes.SecureTable: _alter_security,
    changes.CheckWrites: _alter_security,
    changes.WrapCalls: _alter_security,
    changes.SwitchOnSecurity: _alter_security,
    changes.ForceSecurity: _alter_security,
}


_PARTS: Final = {"index": "indexes", "unique": "uniqueConstraints", "foreign key": "foreignKeys"}
"""What a snapshot calls the members of a table."""


def _given_names(differences: Differences) -> Callable[[str, str, str], bool]:
    """Return a test whether a member of a table keeps its name though others change, because the code gives it."""
    members = differences.members()
    kept = {(each.table.name, _PARTS[each.kind], each.old) for each in members if each.old == each.new}

    def is_given(table: str, part: str, name: str) -> bool:
        return (table, part, name) in kept

    return is_given
