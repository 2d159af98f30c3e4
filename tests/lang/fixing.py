"""Makes changes on projects in memory, and looks at what they come to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenantlint.edit import apply, by_path
from tenantlint.lang.lowering import Lowering
from tenantlint.link import link
from tenantlint.project import Project
from tenantlint.rules import RULES, applies, run
from tenantlint.settings import Settings
from tenantlint.source import BOM, Source
from tenantlint.view import SchemaView

if TYPE_CHECKING:
    from types import ModuleType

    from tenantlint.change import Change
    from tenantlint.schema import Schema, Table


def context(files: dict[str, bytes]) -> Lowering:
    project = Project("/nonexistent", frozenset(), files)
    result = link(project)
    assert (result.crashes, result.problems) == ((), ())
    return Lowering(project, result.schema)


def schema(files: dict[str, bytes]) -> Schema:
    return context(files).schema


def table(files: dict[str, bytes], name: str) -> Table:
    return next(each for each in schema(files) if each.name == name or each.symbol == name)


def refusal(module: ModuleType, files: dict[str, bytes], change: Change) -> str:
    """Return why a change is refused, which has no edits."""
    patch = module.lower(change, context(files))
    assert patch.refused is not None, patch
    assert (patch.edits, patch.files, patch.unresolved) == ((), (), ())
    return patch.refused


def changed(module: ModuleType, files: dict[str, bytes], change: Change) -> dict[str, bytes]:
    """Return the files after a change, which parse, and on which the change is refused."""
    patch = module.lower(change, context(files))
    assert patch.refused is None, patch.refused
    assert (patch.files, patch.unresolved) == ((), ())
    after = dict(files)
    for path, edits in by_path(patch.edits).items():
        source = Source(path, files[path])
        after[path] = (BOM if source.bom else b"") + apply(source.data, edits)
    assert module.lower(change, context(after)).edits == ()
    return after


def codes(files: dict[str, bytes], preset: str = "recommended") -> list[str]:
    """Return the codes of all that the rules find."""
    found = context(files).schema
    view = SchemaView(found, Settings(rules=frozenset(RULES)))
    names = [code for code, entry in RULES.items() if entry.preset in ("recommended", preset) and applies(code, found)]
    return sorted(each.code for code in names for each in run(code, view))
