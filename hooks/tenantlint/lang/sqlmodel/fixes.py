"""Turns a change of a SQLModel schema into edits of the code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint import change as changes
from tenantlint.change import Patch
from tenantlint.lang.lowering import lower_by

if TYPE_CHECKING:
    from tenantlint.change import Change
    from tenantlint.lang.lowering import Lowering

_MODULES: Final[dict[type[Change], str]] = {
    changes.RenameColumn: "rename",
    changes.RenameTable: "rename",
    changes.AddTenant: "add_columns",
    changes.AddTimestamp: "add_columns",
    changes.DropIndex: "indexes",
    changes.RenameIndex: "indexes",
    changes.ScopeUnique: "scope_unique",
    changes.AddIndex: "add_index",
    changes.AddForeignKey: "add_reference",
    changes.AddRelation: "add_relations",
    changes.AddInverse: "add_relations",
    changes.UseFactory: "defaults",
    changes.UpdateOnWrite: "defaults",
    changes.MakeRequired: "required",
    changes.MakeAware: "aware_times",
    changes.MergeColumn: "column_options",
    changes.GiveOwnColumn: "column_options",
}
"""The module beside this one that makes each change."""


def lower(change: Change, context: Lowering) -> Patch:
    """Return the edits for a change. Where it cannot be made for certain, the patch says why and has none."""
    if isinstance(change, changes.EnableSecurity | changes.CheckWrites | changes.WrapCalls):
        return Patch()  # it is the database's alone
    return lower_by(_MODULES, __name__.rpartition(".")[0], change, context)
