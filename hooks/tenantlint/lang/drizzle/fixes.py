"""Turns a change of a Drizzle schema into edits of the code."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final, Protocol, cast

from tenantlint import change as changes
from tenantlint.change import Patch
from tenantlint.lang.lowering import RefusedError

if TYPE_CHECKING:
    from tenantlint.change import Change
    from tenantlint.lang.lowering import Lowering

_MODULES: Final[dict[type[Change], str]] = {
    changes.RenameColumn: "rename",
    changes.RenameTable: "rename",
    changes.AddTenant: "add_columns",
    changes.AddTimestamp: "add_columns",
    changes.AddIndex: "table_extras",
    changes.AttachIndex: "attach_extras",
    changes.EnableSecurity: "table_extras",
    changes.AddRelation: "add_relations",
    changes.AddInverse: "add_relations",
    changes.UseFactory: "column_chains",
    changes.UpdateOnWrite: "column_chains",
    changes.MakeRequired: "column_chains",
}
"""The module beside this one that makes each change."""


class _Module(Protocol):
    def lower(self, change: Change, context: Lowering) -> Patch: ...


def lower(change: Change, context: Lowering) -> Patch:
    """Return the edits for a change. Where it cannot be made for certain, the patch says why and has none."""
    name = _MODULES.get(type(change))
    if name is None:
        return Patch(refused="this change of the code has to be made by hand")
    try:
        return cast("_Module", import_module(f"{__package__}.{name}")).lower(change, context)
    except RefusedError as error:
        return Patch(refused=str(error))
