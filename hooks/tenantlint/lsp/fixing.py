"""What the fixes of findings come to in files, computed when they are asked for, once for each check."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenantlint.asked import Asked
from tenantlint.fix import Fixer, patched
from tenantlint.lang.lowering import Lowering
from tenantlint.lower import lower
from tenantlint.record import Record

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tenantlint.change import Patch, Use
    from tenantlint.diagnostic import Diagnostic
    from tenantlint.lsp.state import Checked


class Made(Record):
    """The new contents of files that a fix gives, or why it is not made. ``unresolved`` uses are left as they are."""

    contents: Mapping[str, bytes]
    reason: str | None = None
    unresolved: Sequence[Use] = ()


class Fixes:
    """The fixes of one check."""

    def __init__(self, checked: Checked) -> None:
        self.checked = checked
        self._made: dict[Diagnostic, Made] = {}
        self._all: dict[str, Mapping[str, bytes]] = {}

    def of(self, diagnostic: Diagnostic) -> Made:
        """Return what the fix of one finding comes to, with its migration."""
        made = self._made.get(diagnostic)
        if made is None:
            made = self._made[diagnostic] = self._make(diagnostic)
        return made

    def _make(self, diagnostic: Diagnostic) -> Made:
        if diagnostic.fix is None:
            return Made({}, "it has no fix")
        project, schema = self.checked.project, self.checked.outcome.schema
        try:
            patch = lower(diagnostic.fix.change, Lowering(project, schema))
            return made_of(patch, self.checked)
        except Exception as error:
            error.add_note(f"the fix of {diagnostic.code} in {diagnostic.at.path}")
            raise

    def all_safe(self, path: str) -> Mapping[str, bytes]:
        """Return the contents that all safe fixes of a file give, after as many rounds as they need."""
        if path not in self._all:
            self._all[path] = self._fix_all(path)
        return self._all[path]

    def _fix_all(self, path: str) -> Mapping[str, bytes]:
        outcome = self.checked.outcome
        if not any(
            each.at.path == path and each.fix is not None and each.fix.applicability == "safe"
            for each in outcome.diagnostics
        ):
            return {}
        fixer = Fixer(Asked(frozenset((path,))), self.checked.configs)
        return fixer.fix(self.checked.project, self.checked.problems).contents


def made_of(patch: Patch, checked: Checked) -> Made:
    """Return the contents that a patch gives; nothing where it is refused, or where a file would not parse any more."""
    if patch.refused is not None:
        return Made({}, patch.refused)
    contents, broken = patched(checked.project, patch)
    if broken is not None:
        return Made({}, f"{broken} would not parse any more")
    return Made(contents, None, patch.unresolved)
