"""Turns a change of a SQLModel schema into edits of the code."""

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
    changes.AddIndex: "add_index",
    changes.AddRelation: "add_relations",
    changes.AddInverse: "add_relations",
    changes.UseFactory: "defaults",
    changes.UpdateOnWrite: "defaults",
    changes.MakeRequired: "required",
}
"""The module beside this one that makes each change."""


class _Module(Protocol):
    def lower(self, change: Change, context: Lowering) -> Patch: ...


def lower(change: Change, context: Lowering) -> Patch:
    """Return the edits for a change. Where it cannot be made for certain, the patch says why and has none."""
    if isinstance(change, changes.EnableSecurity):
        return Patch()  # it is the database's alone
    name = _MODULES.get(type(change))
    if name is None:
        return Patch(refused="this change of the code has to be made by hand")
    try:
        return cast("_Module", import_module(f"{__package__}.{name}")).lower(change, context)
    except RefusedError as error:
        return Patch(refused=str(error))
