"""Which rules run: presets, selectors, and what the command line says over the configuration file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from tenantlint.record import Record
from tenantlint.rules import RULES, find

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tenantlint.settings import Preset

PresetName: TypeAlias = Literal["recommended", "strict", "all"]

PRESETS: Final[dict[str, tuple[Preset, ...]]] = {
    "recommended": ("recommended",),
    "strict": ("recommended", "strict"),
    "all": ("recommended", "strict", "off"),
}
ALL: Final = "ALL"
_FAMILY: Final = 1


class Layer(Record):
    """What one source (the file, the command line) says. ``select`` is None where it does not say."""

    select: tuple[str, ...] | None = None
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()


def members(selector: str) -> frozenset[str]:
    """Return the codes that a selector covers: a code, a rule name, a family (``TEN``), or ALL. Empty if unknown."""
    code = find(selector)
    if code is not None:
        return frozenset({code})
    family = selector.upper()
    return frozenset(code for code in RULES if selector == ALL or family_of(code) == family)


def _selected(selector: str) -> frozenset[str]:
    """Return what selecting turns on: of a family not the rules that only the preset ``all`` has."""
    codes = members(selector)
    if _specificity(selector) != _FAMILY:
        return codes
    return frozenset(code for code in codes if RULES[code].preset != "off")


def family_of(code: str) -> str:
    """Return the letters of a code, which name its family."""
    return code.rstrip("0123456789")


def families() -> list[str]:
    """Return the names of all families, sorted."""
    return sorted({family_of(code) for code in RULES})


def resolve(preset: str, layers: Iterable[Layer]) -> frozenset[str]:
    """Return the codes of the rules that run; later layers go over earlier ones.

    As in Ruff: ``select`` starts anew, ``extend_select`` adds and ``ignore`` removes; within one layer the more
    specific selector wins (a code or name over a family, a family over ALL), and ``ignore`` among equals. Selecting a
    family leaves out its rules that only the preset ``all`` has.
    """
    chosen = {code for code, entry in RULES.items() if entry.preset in PRESETS[preset]}
    for layer in layers:
        if layer.select is not None:
            chosen = set()
        added = (*(layer.select or ()), *layer.extend_select)
        for specificity in range(3):
            chosen.update(*(_selected(each) for each in added if _specificity(each) == specificity))
            chosen.difference_update(*(members(each) for each in layer.ignore if _specificity(each) == specificity))
    return frozenset(chosen)


def _specificity(selector: str) -> int:
    if selector == ALL:
        return 0
    return _FAMILY if find(selector) is None else 2
