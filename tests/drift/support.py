"""Reads a project of texts and tells its drift."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tenantlint.drift import Request, find
from tenantlint.drift.words import sentence
from tenantlint.link import link
from tenantlint.project import Project
from tenantlint.settings import DriftSettings

if TYPE_CHECKING:
    from tenantlint.drift import Found
    from tenantlint.source import Location

FIXTURE = Path(__file__).parents[2] / "fixtures" / "drift"


def fixture() -> dict[str, str]:
    """Return the files of fixtures/drift by path: two ORMs and two histories that agree."""
    paths = sorted(path for path in FIXTURE.rglob("*") if path.is_file())
    return {str(path.relative_to(FIXTURE)): path.read_text() for path in paths}


def found(files: dict[str, str], request: Request | None = None, settings: DriftSettings | None = None) -> Found:
    project = _project(files)
    return find(link(project).schema, project, request or Request(), settings or DriftSettings())


def _project(files: dict[str, str]) -> Project:
    overlay = {path: text.encode() for path, text in files.items()}
    return Project("/nowhere", frozenset(files), overlay)


def told(files: dict[str, str], request: Request | None = None, settings: DriftSettings | None = None) -> list[str]:
    """Return the differences as ``kind: sentence``."""
    project = _project(files)

    def where(at: Location) -> str:
        return f"{at.path}:{project.source(at.path).line_of(at.start)}"

    result = found(files, request, settings)
    return [f"{each.kind}: {sentence(each, where, str)}" for drift in result.drifts for each in drift.differences]
