"""What a revision does for a time without a zone that becomes a point in time: it reads what is stored as UTC."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenantlint.lang.alembic.write_code import identifier, qualified
from tenantlint.lang.alembic.write_steps import Planned, Step
from tenantlint.lang.histories import history_of, refuse_unless_there, twin_of
from tenantlint.lang.lowering import RefusedError, sharing
from tenantlint.lang.times import is_naive, refuse_other_defaults
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tenantlint.change import MakeAware
    from tenantlint.lang.alembic.write_code import Code
    from tenantlint.lang.differences import Differences
    from tenantlint.migration import History
    from tenantlint.schema import Column


def aware_steps(change: MakeAware, differences: Differences, code: Callable[[History], Code]) -> Iterator[Planned]:
    """Yield the steps for all tables that have the column. Raises RefusedError."""
    for table, column in sharing(differences.context, change):
        history = history_of(table, differences.context.schema, "alembic") if is_naive(column) else None
        if history is None:
            continue
        twin = twin_of(table, history)
        if column.name is UNKNOWN or table.qualified_name is UNKNOWN:
            raise RefusedError("the name of the column in the database is not known")
        refuse_unless_there(table, twin, column.name)
        made, now = twin.column(column.name), differences.new_name(table, column.name)
        if made is None or not is_naive(made):
            continue
        refuse_other_defaults(made)
        write = code(history)
        yield Planned(
            history, _step(write, table.qualified_name, now, made), f"time zone of {table.qualified_name}.{now}"
        )


def _step(code: Code, table: str, name: str, column: Column) -> Step:
    """Return the change of the type: SQL says it with a precision, too."""
    precision, own = str(column.type).removeprefix("timestamp"), identifier(name)
    alter = f"ALTER TABLE {qualified(table)} ALTER COLUMN {own}"
    up, down = (
        code.execute(alter, f"TYPE timestamp{precision} {zone} time zone USING {own} AT TIME ZONE 'UTC'")
        for zone in ("with", "without")
    )
    return Step(up, down)
