"""What a revision does for changes of indexes: it drops them, or renames them, and makes them again as they were."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenantlint import change as changes
from tenantlint.lang.alembic.write_code import identifier, qualified
from tenantlint.lang.alembic.write_steps import Planned, Step, index_step
from tenantlint.lang.indexes import stored

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tenantlint.lang.alembic.write_code import Code
    from tenantlint.lang.differences import Differences
    from tenantlint.migration import History


def index_steps(
    change: changes.DropIndex | changes.RenameIndex, differences: Differences, code: Callable[[History], Code]
) -> Iterator[Planned]:
    """Yield the steps of a change of an index. Raises RefusedError where the database's index is not known."""
    for table, history, index in stored(change, differences.context, "alembic"):
        name, own, write = str(table.qualified_name), str(index.name), code(history)
        if isinstance(change, changes.RenameIndex):
            pairs = ((own, change.new_name), (change.new_name, own))
            up, down = (
                write.execute(f"ALTER INDEX {qualified(name, old)} RENAME TO {identifier(new)}") for old, new in pairs
            )
            yield Planned(history, Step(up, down), f"rename the index {own} to {change.new_name}")
        else:
            made = index_step(write, name, index)
            yield Planned(history, Step(made.down, made.up), f"drop the index {own}")
