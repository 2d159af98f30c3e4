"""What a revision does for changes of indexes and unique constraints, which its downgrade makes again as they were."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint import change as changes
from tenantlint.lang.alembic.write_code import identifier, qualified, split
from tenantlint.lang.alembic.write_steps import Planned, Step, index_step
from tenantlint.lang.indexes import stored
from tenantlint.lang.lowering import RefusedError
from tenantlint.lang.made_names import made_name
from tenantlint.lang.uniques import replaced
from tenantlint.schema import Index

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tenantlint.lang.alembic.write_code import Code
    from tenantlint.lang.differences import Differences
    from tenantlint.migration import History
    from tenantlint.schema import UniqueConstraint

_DOUBLES: Final = "# Fails, and changes nothing, as long as two tenants have the same: mend those rows first."


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


def unique_steps(
    change: changes.ScopeUnique, differences: Differences, code: Callable[[History], Code]
) -> Iterator[Planned]:
    """Yield the steps of a change of what is unique. Raises RefusedError where the database's is not known."""
    found = replaced(change, differences, "alembic")
    if found is None:
        return
    write, name = code(found.history), str(found.table.qualified_name)
    old, new = (_made(write, name, each) for each in (found.old, found.new))
    title = f"make {' and '.join(change.columns)} of {name} unique for each tenant"
    yield Planned(found.history, Step(old.down, f"{_DOUBLES}\n{old.up}"), title)
    if found.plain is not None:
        yield Planned(found.history, index_step(write, name, found.plain))
    yield Planned(found.history, new)


def _made(code: Code, table: str, unique: UniqueConstraint | Index) -> Step:
    """Return the step that makes a unique constraint or index. Raises RefusedError where it is not all known."""
    if isinstance(unique, Index):
        return index_step(code, table, unique)
    columns = [str(each) for each in unique.columns] if isinstance(unique.columns, tuple) else []
    own = split(table)[1]
    if unique.name is not None and not isinstance(unique.name, str):
        raise RefusedError("the name of the unique constraint is not known")
    name = code.final(unique.name or made_name(own, columns, "key"))
    up = code.call("create_unique_constraint", name, code.text(own), code.texts(columns), **code.schema(table))
    kind = code.text("unique")
    return Step(up, code.call("drop_constraint", name, code.text(own), type_=kind, **code.schema(table)))
