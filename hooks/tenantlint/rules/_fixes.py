"""The changes that end findings. What a change is made of is imported only where a rule has found something."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.names import camel_case, snake_case
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tenantlint.change import Applicability, Fix
    from tenantlint.migration import History, Revision
    from tenantlint.rules._renames import Rename
    from tenantlint.schema import Column, Index, Policy, Relation, Table
    from tenantlint.security import Clauses
    from tenantlint.source import Location
    from tenantlint.view import SchemaView


def rename_column(table: Table, column: Column, new_name: str, view: SchemaView) -> Fix:
    """Return the fix that renames a column in the database, and in code in the style that it has there."""
    from tenantlint.change import Fix, RenameColumn

    change = RenameColumn(table.id, column.key, _new_key(table, column, new_name, view), new_name)
    old = column.key if column.name is UNKNOWN else column.name
    return Fix(f"Rename `{old}` to `{new_name}`", "unsafe", change)


def _new_key(table: Table, column: Column, new_name: str, view: SchemaView) -> str:
    """Return what code calls a column that gets another name; a name of its own, which is not the column's, stays."""
    name = column.key if column.name is UNKNOWN else column.name
    if snake_case(column.key) != snake_case(name):
        return column.key
    is_camel = column.key != name and column.key == camel_case(name) != snake_case(name)
    if column.key == name and table.orm == "drizzle":
        is_camel = any(each.key != each.name and each.key == camel_case(each.key) for each in _columns(table, view))
    return camel_case(new_name) if is_camel else new_name


def _columns(table: Table, view: SchemaView) -> Iterable[Column]:
    """Yield the columns of all tables of an ORM whose keys are those of the database in some style."""
    for each in view.schema.tables:
        for column in each.columns if each.orm == table.orm else ():
            if column.name is not UNKNOWN and snake_case(column.key) == snake_case(column.name):
                yield column


def rename_key(table: Table, column: Column, new_key: str, applicability: Applicability = "safe") -> Fix:
    """Return the fix that renames what code calls a column, whose name in the database stays."""
    from tenantlint.change import Fix, RenameColumn

    return Fix(
        f"Rename `{column.key}` to `{new_key}`", applicability, RenameColumn(table.id, column.key, new_key, None)
    )


def rename_table(table: Table, new_name: str) -> Fix:
    """Return the fix that renames a table in the database."""
    from tenantlint.change import Fix, RenameTable

    old = table.symbol if table.name is UNKNOWN else table.name
    return Fix(f"Rename `{old}` to `{new_name}`", "unsafe", RenameTable(table.id, new_name))


def add_tenant(table: Table, view: SchemaView) -> Fix | None:
    """Return the fix that adds the tenant column that most tables have; None where none has one, nor a target."""
    from collections import Counter

    from tenantlint.change import AddTenant, Fix

    names: Counter[str] = Counter()
    targets: Counter[str] = Counter()
    for other in view.tables:
        columns = view.tenant_columns(other) if other.orm == table.orm else ()
        if columns and columns[0].name is not UNKNOWN:
            names[columns[0].name] += 1
            targets.update(
                key.target_id
                for key in other.foreign_keys
                if key.columns == (columns[0].name,) and isinstance(key.target_id, str)
            )
    if not targets:
        targets.update(each.id for each in view.schema if each.id in view.tenant_roots and each.orm == table.orm)
    if not targets or (not names and len(targets) > 1):
        return None
    name = names.most_common(1)[0][0] if names else snake_case(view.settings.tenant_columns[0])
    return Fix(f"Add `{name}`", "unsafe", AddTenant(table.id, name, targets.most_common(1)[0][0]))


def make_required(table: Table, column: Column) -> Fix:
    """Return the fix that makes a column NOT NULL."""
    from tenantlint.change import Fix, MakeRequired

    return Fix(f"Make `{column.key}` NOT NULL", "unsafe", MakeRequired(table.id, column.key))


def merge_column(table: Table, column: Column, view: SchemaView) -> Fix:
    """Return the fix that lets a ``Column`` say all of its column; it is safe where no migration has the column yet.

    SQLModel raises, so that no database has come of the code.
    """
    from tenantlint.change import Fix, MergeColumn

    is_made = any(twin.column(str(column.name)) is not None for twin in view.database.twins(table))
    title = f"Say all of `{column.key}` in its `Column`"
    return Fix(title, "unsafe" if is_made else "safe", MergeColumn(table.id, column.key))


def give_own_column(table: Table, column: Column) -> Fix:
    """Return the fix that makes a column for each table that shares a field."""
    from tenantlint.change import Fix, GiveOwnColumn

    return Fix(f"Make a column `{column.key}` for each table", "unsafe", GiveOwnColumn(table.id, column.key))


def make_aware(table: Table, column: Column) -> Fix:
    """Return the fix that gives a time its zone."""
    from tenantlint.change import Fix, MakeAware

    return Fix(f"Give `{column.key}` a time zone", "unsafe", MakeAware(table.id, column.key))


def add_timestamp(table: Table, name: str, on_update: bool = False, nullable: bool = False) -> Fix:
    """Return the fix that adds a time; ``on_update`` lets every update set it, ``nullable`` lets it be NULL."""
    from tenantlint.change import AddTimestamp, Fix

    return Fix(f"Add `{name}`", "unsafe", AddTimestamp(table.id, name, on_update, nullable))


def update_on_write(table: Table, column: Column) -> Fix:
    """Return the fix that lets every update set a time."""
    from tenantlint.change import Fix, UpdateOnWrite

    return Fix(f"Set `{column.key}` on every update", "safe", UpdateOnWrite(table.id, column.key))


def use_factory(table: Table, column: Column) -> Fix:
    """Return the fix that makes a default for each row; Drizzle's is the database's DEFAULT, which changes too."""
    from tenantlint.change import Fix, UseFactory

    title = f"Compute `{column.key}` for each row"
    return Fix(title, "unsafe" if table.orm == "drizzle" else "safe", UseFactory(table.id, column.key))


def add_index(table: Table, columns: tuple[str, ...]) -> Fix:
    """Return the fix that adds an index over columns (database names)."""
    from tenantlint.change import AddIndex, Fix

    return Fix(f"Add an index over {', '.join(f'`{name}`' for name in columns)}", "unsafe", AddIndex(table.id, columns))


def drop_index(table: Table, index: Index) -> Fix:
    """Return the fix that drops an index."""
    from tenantlint.change import DropIndex, Fix

    shown = f"`{index.name}`" if isinstance(index.name, str) else "the index"
    return Fix(f"Drop {shown}", "unsafe", DropIndex(table.id, index.at))


def rename_index(table: Table, index: Index, new_name: str) -> Fix:
    """Return the fix that renames an index in the database."""
    from tenantlint.change import Fix, RenameIndex

    return Fix(f"Rename `{index.name}` to `{new_name}`", "unsafe", RenameIndex(table.id, index.at, new_name))


def scope_unique(table: Table, at: Location, columns: tuple[str, ...], view: SchemaView) -> Fix | None:
    """Return the fix that lets what is unique be unique for each tenant, None where several columns are tenants'."""
    from tenantlint.change import Fix, ScopeUnique

    tenants = view.tenant_columns(table)
    if len(tenants) != 1 or tenants[0].name is UNKNOWN:
        return None
    shown = ", ".join(f"`{name}`" for name in (tenants[0].name, *columns))
    return Fix(f"Make {shown} unique together", "unsafe", ScopeUnique(table.id, at, columns, tenants[0].name))


def attach(table: Table, at: Location) -> Fix:
    """Return the fix that moves what stands outside of a table into its third argument."""
    from tenantlint.change import AttachIndex, Fix

    return Fix(f"Move it into `{table.symbol}`", "unsafe", AttachIndex(table.id, at))


def attach_policy(policy: Policy, view: SchemaView) -> Fix | None:
    """Return the fix that moves a policy into its table: the one in its file that it mentions, or that it is named by.

    None where that is not one table.
    """
    near = [table for table in view.tables if table.at.path == policy.at.path and table.name is not UNKNOWN]
    text = " ".join(each for each in (policy.using, policy.with_check) if isinstance(each, str))
    found = [table for table in near if f'"{table.name}".' in text]
    if not found and isinstance(policy.name, str):
        found = [table for table in near if policy.name.startswith(f"{table.name}_")]
    found = found or near
    return attach(found[0], policy.at) if len(found) == 1 else None


def add_foreign_key(
    table: Table, column: Column, target: Table | None, view: SchemaView, exempt: tuple[str, ...]
) -> Fix | None:
    """Return the fix that lets a column reference a table, which is None where it is not certain.

    None where a table that is exempt has the column by the same declaration, as a mixin's.
    """
    sharing = [each for each in view.schema if any(other.at == column.at for other in each.columns)]
    if any(each not in view.tables or view.matches(each, exempt) for each in sharing):
        return None
    from tenantlint.change import AddForeignKey, Fix

    shown = "the tenants" if target is None else f"`{target.symbol}`"
    change = AddForeignKey(table.id, column.key, None if target is None else target.id)
    return Fix(f"Declare the foreign key to {shown}", "unsafe", change)


def add_relation(table: Table, columns: tuple[str, ...], target: Table) -> Fix:
    """Return the fix that declares the relation which follows a foreign key."""
    from tenantlint.change import AddRelation, Fix

    return Fix(f"Add a relation to `{target.symbol}`", "unsafe", AddRelation(table.id, columns, target.id))


def add_inverse(table: Table, relation: Relation, target: Table) -> Fix:
    """Return the fix that declares the other side of a relation."""
    from tenantlint.change import AddInverse, Fix

    return Fix(f"Add the other side to `{target.symbol}`", "unsafe", AddInverse(table.id, relation.name))


def enable_security(table: Table, view: SchemaView, title: str = "Enable row level security on `{}`") -> Fix | None:
    """Return the fix that enables row level security, by the setting that the project's policies ask.

    What is there of it already stays. ``title`` has the place for the tenant column.

    None where it would be no code's: a SQLModel project without Alembic.
    """
    from tenantlint.change import EnableSecurity, Fix

    column = view.tenant_columns(table)[0]
    name = column.name
    has_migrations = any(history.kind == "alembic" for history in view.schema.histories)
    if name is UNKNOWN or table.dialect != "postgresql" or (table.orm != "drizzle" and not has_migrations):
        return None
    security = view.security
    setting = security.session_setting or f"app.{snake_case(name)}"
    change = EnableSecurity(table.id, name, setting, security.session_value(column.type))
    return Fix(title.format(name), "unsafe", change)


def secure_table(table: Table, history: History, database: SchemaView, view: SchemaView) -> Fix | None:
    """Return the fix that puts a table of migrations under row level security, None where it has a model, whose it is.

    ``database`` is the view of the tables that the migrations make. None, too, for plain SQL migrations.
    """
    from tenantlint.change import Fix, SecureTable

    column = database.tenant_columns(table)[0]
    if history.kind not in ("alembic", "drizzle-kit") or view.database.models(table):
        return None
    if column.name is UNKNOWN or table.qualified_name is UNKNOWN:
        return None
    setting = view.security.session_setting or f"app.{snake_case(column.name)}"
    value = view.security.session_value(column.type)
    change = SecureTable(history.path, table.qualified_name, column.name, setting, value)
    return Fix(f"Enable row level security on `{column.name}`", "unsafe", change)


def force_security(table: Table, view: SchemaView) -> Fix | None:
    """Return the fix that forces row level security on a table's owner, in a migration: no model can say it."""
    from tenantlint.change import Fix, ForceSecurity

    title = "Force row level security"
    if table.orm == "drizzle":
        return Fix(title, "unsafe", ForceSecurity(table.id))
    return enable_security(table, view, title) if view.tenant_columns(table) else None


def switch_on_security(table: Table, view: SchemaView) -> Fix | None:
    """Return the fix that enables row level security for the policies that are there.

    None for a table of SQLModel without a tenant column.
    """
    from tenantlint.change import Fix, SwitchOnSecurity

    title = "Enable row level security"
    if table.orm == "drizzle":
        return Fix(title, "unsafe", SwitchOnSecurity(table.id))
    return enable_security(table, view, title) if view.tenant_columns(table) else None


def check_writes(each: Clauses, table: Table, view: SchemaView) -> Fix | None:
    """Return the fix that lets a policy compare the tenant of rows that are written, None where it has no code."""
    from tenantlint.change import CheckWrites, Fix

    policy, column = each.policy, view.tenant_columns(table)[0]
    if policy.name is UNKNOWN or column.name is UNKNOWN or not _is_migrated(table, view):
        return None
    is_open = policy.with_check is not None and each.check == "open"
    value = view.security.agreed_session_value(column.type)
    change = CheckWrites(table.id, policy.name, column.name, each.using == "isolates", is_open, value)
    return Fix(f"Compare `{column.name}` of the rows that are written", "unsafe", change)


_OF_SESSION: Final = frozenset({"current_setting", "auth.uid", "auth.jwt", "auth.role", "auth.email", "auth.user_id"})
"""Functions that surely give one value all through a query."""


def wrap_calls(policy: Policy, calls: Iterable[str], table: Table, view: SchemaView) -> Fix | None:
    """Return the fix that calls once a query what a policy calls once a row, None where the policy has no code.

    It is safe where a migration that is not generated yet is to make the policy, and its functions are stable.
    """
    from tenantlint.change import Fix, WrapCalls

    if policy.name is UNKNOWN or not _is_migrated(table, view):
        return None
    made = any(each.name == policy.name for twin in view.database.twins(table) for each in twin.policies)
    generated = any(history.kind == "drizzle-kit" for history in view.schema.histories)
    safe = generated and not made and _OF_SESSION.issuperset(calls)
    return Fix("Call it once a query", "safe" if safe else "unsafe", WrapCalls(table.id, policy.name))


def _is_migrated(table: Table, view: SchemaView) -> bool:
    """Return whether changes of a table's policies have a place: its code, or Alembic's revisions."""
    alembic = any(history.kind == "alembic" for history in view.schema.histories)
    return table.dialect == "postgresql" and (table.orm == "drizzle" or alembic)


def rename_instead(each: Rename, history: History, revision: Revision) -> Fix | None:
    """Return the fix that renames a column in the revision that drops and adds it, None for plain SQL migrations."""
    from tenantlint.change import Fix, RenameInstead

    if history.kind not in ("alembic", "drizzle-kit"):
        return None
    change = RenameInstead(history.path, revision.id, each.table, each.old, each.new)
    return Fix(f"Rename `{each.old}` to `{each.new}`", "unsafe", change)


def complete_downgrade(history: History, revision: Revision) -> Fix | None:
    """Return the fix that lets a downgrade undo its upgrade, None where it is no code of the revision."""
    from tenantlint.change import Fix, WriteDowngrade

    if history.kind != "alembic":
        return None
    return Fix("Complete the downgrade", "unsafe", WriteDowngrade(history.path, revision.id))


def write_downgrade(history: History, revision: Revision) -> Fix | None:
    """Return the fix that writes the inverse of an upgrade, None where a downgrade is no code of the revision."""
    from tenantlint.change import Fix, WriteDowngrade

    if history.kind != "alembic" or revision.downgrade.state == "present" or revision.downgrade.explained:
        return None
    return Fix("Write the inverse of the upgrade", "unsafe", WriteDowngrade(history.path, revision.id))
