"""Migrations of drizzle-kit that give a time its zone: what is stored is read as UTC."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tenantlint.lang.drizzle.kit import key_of
from tenantlint.lang.drizzle.kit.journal import JournalSnapshot
from tenantlint.lang.drizzle.kit.text import quoted, written
from tenantlint.lang.histories import refuse_unless_there
from tenantlint.lang.lowering import RefusedError, sharing
from tenantlint.lang.times import is_naive, refuse_other_defaults
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from tenantlint.change import MakeAware
    from tenantlint.lang.drizzle.kit import Migrations
    from tenantlint.lang.drizzle.kit.chain import ChainSnapshot


def make_aware(change: MakeAware, migrations: Migrations) -> None:
    """Add the change of the type in all tables that have the column. Raises RefusedError."""
    for table, column in sharing(migrations.context, change):
        place = migrations.of(table)
        if place is None or not is_naive(column):
            continue
        if column.name is UNKNOWN:
            raise RefusedError("the name of the column in the database is not known")
        migration, twin = place
        refuse_unless_there(table, twin, column.name)
        made = twin.column(column.name)
        if made is not None:
            refuse_other_defaults(made)
        now = migrations.differences.new_name(table, column.name)
        statements = _statements(migration.snapshot, key_of(table), now)
        migration.add(f"time zone of {table.name} {now}", table, statements)


def _statements(snapshot: JournalSnapshot | ChainSnapshot, table: str, column: str) -> list[str]:
    entity = snapshot.column(table, column)
    kind = str(entity["type"])
    if not re.fullmatch(r"timestamp( ?\(\d\))?", kind):
        return []
    new = f"{kind} with time zone"
    sql = (
        f"ALTER TABLE {written(table)} ALTER COLUMN {quoted(column)} SET DATA TYPE {new}"
        f" USING {quoted(column)} AT TIME ZONE 'UTC';"
    )
    if isinstance(snapshot, JournalSnapshot):
        entity["type"] = new
    else:
        snapshot.alter_type(table, column, new, sql)
    return [sql]
