"""Where SQLModel, Drizzle and migrations describe one database, and what they say differently."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from tenantlint.drift.compare import compare
from tenantlint.drift.filters import filtered
from tenantlint.drift.pairing import Groups, chosen, paired
from tenantlint.drift.sides import sides
from tenantlint.record import Record, replace
from tenantlint.testing import is_aside

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tenantlint.drift.model import Difference, Drift, Side
    from tenantlint.project import Project
    from tenantlint.schema import Schema
    from tenantlint.settings import DriftSettings

__all__ = ["ChoiceError", "Found", "Request", "find"]


class ChoiceError(Exception):
    """A side that is asked for is not there; the message says which."""


class Request(Record):
    """What is asked for. ``left`` and ``right`` are paths from the root, or tools; both are None, or none is.

    ``folders`` are the folders asked for: one that lies among tests is asked for in spite of that.
    """

    left: str | None = None
    right: str | None = None
    all_tables: bool = False
    names: bool = False
    folders: tuple[str, ...] = ()


class Found(Record):
    """The comparison of each group of sides, and the sides that another was preferred to."""

    drifts: tuple[Drift, ...]
    passed_over: tuple[tuple[Side, Side], ...] = ()


def find(schema: Schema, project: Project, request: Request, settings: DriftSettings) -> Found:
    """Compare what describes one database. Raises ChoiceError where there is no such side as is asked for."""
    groups = _groups(schema, project, request, settings)
    every_table = request.all_tables or request.left is not None
    found = (compare(group, every_table, request.names) for group in groups.groups)
    return Found(tuple(_without_ignored(drift, settings.ignore) for drift in found), groups.passed_over)


def _groups(schema: Schema, project: Project, request: Request, settings: DriftSettings) -> Groups:
    asked: list[Sequence[str]] = list(settings.groups)
    if request.left is not None and request.right is not None:
        asked = [(request.left, request.right)]
    wanted = _among([*asked, [folder for folder in request.folders if is_aside(f"{folder}/file")]])
    found = filtered(sides(schema, project.files, wanted), project.files, _reader(project))
    if not asked:
        return paired(found)
    return Groups(tuple(_group(found, specs) for specs in asked), ())


def _group(found: Sequence[Side], specs: Sequence[str]) -> tuple[Side, ...]:
    group: list[Side] = []
    for spec in specs:
        meant = chosen(found, spec)
        if not meant:
            raise ChoiceError(f"no tables and no migrations of PostgreSQL are in {spec}")
        group += [side for side in meant if (side.maker, side.path) not in {(each.maker, each.path) for each in group}]
    if len(group) < 2:
        raise ChoiceError(f"{' and '.join(specs)} are one side only")
    return tuple(group)


def _among(asked: Sequence[Sequence[str]]) -> Callable[[str], bool]:
    """Return whether a path lies in what is asked for."""
    from tenantlint.drift.sides import lies_in

    wanted = [spec.rstrip("/") for specs in asked for spec in specs]
    return lambda path: any(spec not in ("", ".") and lies_in(path, spec) for spec in wanted)


def _reader(project: Project) -> Callable[[str], str]:
    def read(path: str) -> str:
        try:
            return project.read(path).decode("utf-8", "replace")
        except OSError:
            return ""

    return read


def _without_ignored(drift: Drift, patterns: tuple[str, ...]) -> Drift:
    if not patterns:
        return drift
    return replace(drift, differences=tuple(each for each in drift.differences if not _is_ignored(each, patterns)))


def _is_ignored(difference: Difference, patterns: tuple[str, ...]) -> bool:
    """Return whether a pattern means a difference: its table, its subject, with ``:kind`` behind it or not."""
    for pattern in patterns:
        subject, _, kind = pattern.partition(":")
        if kind in ("", difference.kind) and any(
            fnmatchcase(name, subject) for name in (difference.table, difference.subject)
        ):
            return True
    return False
