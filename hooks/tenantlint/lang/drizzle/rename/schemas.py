"""Schemas that Valibot and TypeBox derive others from: functions that get a schema first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.lang.drizzle.rename.shapes import OTHER, Joined, Many, Shape, Validator

if TYPE_CHECKING:
    from tenantlint.lang.drizzle.rename.shapes import External

MODULES: Final = ("valibot", "@sinclair/typebox", "typebox", "elysia")
_PARSES: Final = frozenset("parse parseAsync Parse Decode Cast Create Clean Convert".split())
_SAME: Final = frozenset(
    "pick omit partial required strictObject nullable nullish optional pipe Pick Omit Partial Required Composite "
    "Intersect Optional intersect".split()
)


def derived(function: External, first: Shape | None) -> Shape | None:
    """Return what a function of Valibot or TypeBox makes of a schema; None where that is not known."""
    name = function.name.rpartition(".")[2]
    if not isinstance(first, Validator):
        return None
    if name in _PARSES:
        return first.value
    if name in ("safeParse", "safeParseAsync"):
        return Joined((("output", first.value), ("issues", OTHER), ("success", OTHER)))
    if name.lower() == "array":
        return Validator(Many(first.value))
    return first if name in _SAME else None
