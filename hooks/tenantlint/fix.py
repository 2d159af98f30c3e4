"""Fixing: check, turn the findings' changes into patches, apply those that go together, and check again.

All of it happens in memory, on the project with the new contents laid over it. ``write`` then puts whole files in
place.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from tenantlint import edit, pipeline
from tenantlint.change import Patch, RenameColumn, RenameTable
from tenantlint.files import replace_files
from tenantlint.lang.lowering import Lowering
from tenantlint.lower import is_of_database, lower, migrations, problems
from tenantlint.record import Record, replace
from tenantlint.source import BOM, Source

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence

    from tenantlint.change import Change, Fix, Use
    from tenantlint.config_tree import ConfigTree
    from tenantlint.diagnostic import Diagnostic
    from tenantlint.pipeline import Outcome
    from tenantlint.project import Project

MAX_PASSES: Final = 10
"""A fix can make room for another, as one that waited for the same lines; more passes than this are a loop."""


class Withheld(Record):
    """A fix that was not made: the finding, why, and the uses that nobody could resolve."""

    diagnostic: Diagnostic
    patch: Patch
    reason: str


class Fixed(Record):
    """What fixing comes to.

    ``contents`` are the new bytes of each file that changes, byte order mark included. ``applied`` are the findings
    whose fixes were made, in order. ``outcome`` is what a check finds afterwards. ``left`` are the uses that nobody
    could resolve and that the fixes leave as they were. Places are those of the new contents.
    """

    contents: Mapping[str, bytes]
    applied: tuple[Diagnostic, ...]
    withheld: tuple[Withheld, ...]
    outcome: Outcome
    left: tuple[Use, ...] = ()


class Made(Record):
    """The findings that are fixed together, with the edits and the new files of the code, and the uses left to it."""

    chosen: list[Diagnostic]
    edits: list[edit.Edit]
    files: list[tuple[str, str]]
    uses: list[Use]


class Fixer:
    """Fixes a project.

    ``unsafe`` allows unsafe fixes, and those that leave uses unresolved unless ``resolved`` forbids it. ``pin`` keeps
    the names that the database has.
    """

    def __init__(
        self,
        asked: Container[str],
        configs: ConfigTree,
        unsafe: bool = False,
        pin: bool = False,
        resolved: bool = False,
    ) -> None:
        self._asked = asked
        self._configs = configs
        self._unsafe = unsafe
        self._despite_uses = unsafe and not resolved
        self._pin = pin
        self._done: set[tuple[str, Change]] = set()
        self._withheld: dict[tuple[str, Change], Withheld] = {}
        self._unmigrated: set[tuple[str, Change]] = set()
        self._left: list[Use] = []

    def fix(self, project: Project, found: Iterable[Diagnostic]) -> Fixed:
        """Fix what can be fixed. ``found`` are the problems of discovery. Raises ConfigError as a check does."""
        problems_of_discovery = tuple(found)
        contents: dict[str, bytes] = {}
        applied: list[Diagnostic] = []
        for _ in range(MAX_PASSES):
            outcome = pipeline.check(project, self._asked, self._configs, problems_of_discovery)
            chosen, changed = self._round(project, outcome)
            if not chosen:
                break
            applied += chosen
            contents |= changed
            project = laid_over(project, changed)
        else:
            outcome = pipeline.check(project, self._asked, self._configs, problems_of_discovery)
        return Fixed(
            contents, tuple(applied), tuple(self._still_withheld(outcome)), outcome, tuple(dict.fromkeys(self._left))
        )

    def _still_withheld(self, outcome: Outcome) -> Iterator[Withheld]:
        """Yield what was withheld of the findings that are there in the end, in their order."""
        for each in outcome.diagnostics:
            key = (each.code, each.fix.change) if each.fix else None
            if key in self._withheld and key not in self._done:
                yield replace(self._withheld[key], diagnostic=each)

    def _round(self, project: Project, outcome: Outcome) -> tuple[list[Diagnostic], dict[str, bytes]]:
        """Return the findings that one pass fixes, and the contents that this gives, with one migration for them all.

        A finding whose migration cannot be written is withheld; where those of others do not go together, they wait.
        """
        context = Lowering(project, outcome.schema, self._pin, migrate=False)
        closed = self._done | self._unmigrated
        open_ = [each for each in outcome.diagnostics if each.fix and (each.code, each.fix.change) not in closed]
        for group in _groups(open_):
            chosen, contents = self._together(group, context)
            if chosen:
                return chosen, contents
        return [], {}

    def _together(
        self, diagnostics: Iterable[Diagnostic], context: Lowering
    ) -> tuple[list[Diagnostic], dict[str, bytes]]:
        """Return which findings are fixed together, and the contents that this gives."""
        made = self._made(diagnostics, context)
        stored = self._migrations(made, context)
        if _why_not(stored, self._despite_uses) is not None:
            made, stored = self._migrated(made, context)
        self._done |= {(each.code, each.fix.change) for each in made.chosen if each.fix}
        edits = [*made.edits, *stored.edits]
        by_path = edit.by_path(edits)
        uses = dict.fromkeys((*self._left, *made.uses, *stored.unresolved))
        self._left = [_moved(use, by_path.get(use.at.path, ())) for use in uses]
        files = (*made.files, *stored.files)
        return made.chosen, _contents(context.project, edits, Patch(files=files))

    def _made(self, diagnostics: Iterable[Diagnostic], context: Lowering) -> Made:
        """Return the fixes of the code that go together."""
        made = Made([], [], [], [])
        changed: set[str] = set()
        for diagnostic in diagnostics:
            patch = None if diagnostic.fix is None else self._patch(diagnostic, diagnostic.fix, context)
            touched = set() if patch is None else {each.path for each in patch.edits}
            beside = [each for each in made.edits if each.path in touched]
            if patch is None or edit.overlap([*beside, *patch.edits]) or {path for path, _ in patch.files} & changed:
                continue
            trial = _contents(context.project, [*beside, *patch.edits], patch)
            broken = _broken(context.project, trial)
            if broken is not None:
                self._hold(diagnostic, patch, f"{broken} would not parse any more")
                continue
            made.chosen.append(diagnostic)
            made.edits.extend(patch.edits)
            made.files.extend(patch.files)
            made.uses.extend(patch.unresolved)
            changed |= {*trial}
        return made

    def _migrations(self, made: Made, context: Lowering) -> Patch:
        return migrations([each.fix.change for each in made.chosen if each.fix], made.edits, context)

    def _migrated(self, made: Made, context: Lowering) -> tuple[Made, Patch]:
        """Return the fixes whose migration can be written; the others are withheld, or wait."""
        able = [diagnostic for diagnostic in made.chosen if self._is_migrated(diagnostic, context)]
        for chosen in (able, able[:1]):
            made = self._made(chosen, context)
            stored = self._migrations(made, context)
            if _why_not(stored, self._despite_uses) is None:
                return made, stored
        return Made([], [], [], []), Patch()

    def _is_migrated(self, diagnostic: Diagnostic, context: Lowering) -> bool:
        stored = self._migrations(self._made((diagnostic,), context), context)
        reason = _why_not(stored, self._despite_uses)
        if reason is not None and diagnostic.fix:
            self._hold(diagnostic, stored, reason)
            self._unmigrated.add((diagnostic.code, diagnostic.fix.change))
        return reason is None

    def _patch(self, diagnostic: Diagnostic, fix: Fix, context: Lowering) -> Patch | None:
        """Return the patch of a fix that may be made, None where it is withheld."""
        if (fix.applicability == "unsafe" and not self._unsafe) or (self._pin and is_of_database(fix.change)):
            return None
        patch = lower(fix.change, context)
        reason = _why_not(patch, self._despite_uses)
        if reason is None:
            return patch
        self._hold(diagnostic, patch, reason)
        return None

    def _hold(self, diagnostic: Diagnostic, patch: Patch, reason: str) -> None:
        if diagnostic.fix is not None:
            self._withheld[diagnostic.code, diagnostic.fix.change] = Withheld(diagnostic, patch, reason)


def _groups(diagnostics: Iterable[Diagnostic]) -> tuple[list[Diagnostic], list[Diagnostic]]:
    """Return the findings whose fixes rename, and the others: what these write has the new names in it."""
    groups: tuple[list[Diagnostic], list[Diagnostic]] = ([], [])
    for each in diagnostics:
        renames = each.fix is not None and isinstance(each.fix.change, (RenameColumn, RenameTable))
        groups[0 if renames else 1].append(each)
    return groups


def _moved(use: Use, edits: Sequence[edit.Edit]) -> Use:
    at = use.at
    start, end = (edit.moved(at.path, offset, edits) for offset in (at.start, at.end))
    return replace(use, at=replace(at, start=start, end=end))


def _why_not(patch: Patch, despite_uses: bool) -> str | None:
    """Return why a patch is not to be made, None where it is."""
    if patch.refused is None and (despite_uses or not patch.unresolved):
        return None
    return patch.refused or "some uses cannot be resolved"


def laid_over(project: Project, contents: Mapping[str, bytes]) -> Project:
    """Return the project as it is with new contents of some files."""
    return project.laid_over(contents)


def patched(project: Project, patch: Patch) -> tuple[dict[str, bytes], str | None]:
    """Return the contents that one patch gives, and the path of a file that would not parse any more."""
    contents = _contents(project, patch.edits, patch)
    return contents, _broken(project, contents)


def _contents(project: Project, edits: Iterable[edit.Edit], patch: Patch) -> dict[str, bytes]:
    contents = {}
    for path, members in edit.by_path(edits).items():
        source = project.source(path)
        contents[path] = BOM * source.bom + edit.apply(source.data, members)
    return contents | {path: text.encode() for path, text in patch.files}


def _broken(project: Project, contents: Mapping[str, bytes]) -> str | None:
    for path, data in contents.items():
        after = len(problems(Source(path, data)))
        if after and after > (len(problems(project.source(path))) if path in project else 0):
            return path
    return None


def write(project: Project, contents: Mapping[str, bytes]) -> str | None:
    """Write the new contents of files. Returns the path of a file that has changed meanwhile; then nothing is written.

    Each file is replaced whole. Raises OSError where a file cannot be written, and then none has been.
    """
    for path in contents:
        place = os.path.join(project.root, path)
        if path in project:
            source = project.source(path)
            with open(place, "rb") as file:
                if file.read() != BOM * source.bom + source.data:
                    return path
        elif os.path.lexists(place):
            return path
    replace_files({os.path.join(project.root, path): data for path, data in contents.items()})
    return None


def diff(project: Project, contents: Mapping[str, bytes], show_path: Callable[[str], str]) -> str:
    """Return the changes as a unified diff. Lines end as in the files; a missing last line end is told."""
    from difflib import unified_diff

    parts: list[str] = []
    for path in sorted(contents):
        old = project.source(path).data if path in project else b""
        new = contents[path].removeprefix(BOM)
        name = show_path(path)
        lines = unified_diff(_lines(old), _lines(new), name if path in project else "/dev/null", name)
        for line in lines:
            parts.append(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n")
    return "".join(parts)


def _lines(data: bytes) -> list[str]:
    return data.decode("utf-8", "replace").splitlines(keepends=True) if data else []
