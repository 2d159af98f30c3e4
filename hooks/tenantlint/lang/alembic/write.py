"""Writes Alembic revisions: what a change of the schema does to the database, with its exact inverse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenantlint.change import Patch, WriteDowngrade
from tenantlint.lang.alembic.write_revision import code_of, head_of, new_revision
from tenantlint.lang.alembic.write_steps import planned
from tenantlint.lang.lowering import RefusedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tenantlint.change import Change
    from tenantlint.lang.alembic.write_code import Code
    from tenantlint.lang.alembic.write_steps import Planned
    from tenantlint.lang.lowering import Lowering
    from tenantlint.migration import History


def lower(change: Change, context: Lowering) -> Patch:
    """Return the revision that a change needs; an empty patch where it is no change of a migrated database."""
    if isinstance(change, WriteDowngrade):
        from tenantlint.lang.alembic import write_downgrade

        return write_downgrade.lower(change, context)
    return lower_all((change,), context)


def lower_all(changes: Sequence[Change], context: Lowering) -> Patch:
    """Return one revision, in each history that is concerned, for all of the changes together."""
    try:
        steps = planned(changes, context, lambda history: _code(history, context))
        files = tuple(_file(each, context) for each in _by_history(steps))
        return Patch(files=files, unresolved=tuple(use for each in steps for use in each.uses))
    except RefusedError as error:
        return Patch(refused=str(error))


def _code(history: History, context: Lowering) -> Code:
    return code_of(head_of(history, context.project, context.schema), context.project)


def _by_history(steps: Sequence[Planned]) -> list[list[Planned]]:
    found: dict[str, list[Planned]] = {}
    for each in steps:
        found.setdefault(each.history.path, []).append(each)
    return list(found.values())


def _file(steps: Sequence[Planned], context: Lowering) -> tuple[str, str]:
    history = steps[0].history
    titles = [each.title for each in steps if each.title]
    title = titles[0] if titles else "names"
    if len(titles) > 1:
        title += f" and {len(titles) - 1} more"
    head = head_of(history, context.project, context.schema)
    return new_revision(history, head, context.project, title, [each.step for each in steps])
