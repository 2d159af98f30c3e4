"""One Schema out of what all languages declare in a project."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.diagnostic import Crash, crash
from tenantlint.project import unreadable
from tenantlint.record import Record
from tenantlint.schema import Schema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tenantlint.diagnostic import Diagnostic
    from tenantlint.lang import Linked
    from tenantlint.project import Project


class LinkResult(Record):
    """The Schema of a project, the problems of the files that could not be read, and the bugs met on the way."""

    schema: Schema
    problems: tuple[Diagnostic, ...]
    crashes: tuple[Crash, ...] = ()


class Frontend(Record):
    """How a language joins in: its files, a cheap test of their bytes, and its linker.

    ``scan`` and ``link`` import the language's modules only when they are called, so that no parser is loaded for a
    language that a project does not use.
    """

    name: str
    suffixes: tuple[str, ...]
    scan: Callable[[], Callable[[bytes], bool]]
    link: Callable[[Project, Iterable[str]], Linked]


def _scan_sqlmodel() -> Callable[[bytes], bool]:
    from tenantlint.lang.sqlmodel.scan import is_candidate

    return is_candidate


def _link_sqlmodel(project: Project, paths: Iterable[str]) -> Linked:
    from tenantlint.lang.sqlmodel.link import link

    return link(project, paths)


def _scan_drizzle() -> Callable[[bytes], bool]:
    from tenantlint.lang.drizzle.scan import is_candidate

    return is_candidate


def _link_drizzle(project: Project, paths: Iterable[str]) -> Linked:
    from tenantlint.lang.drizzle.link import link

    return link(project, paths)


FRONTENDS: Final = (
    Frontend("SQLModel", (".py", ".pyi"), _scan_sqlmodel, _link_sqlmodel),
    Frontend("Drizzle", (".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs"), _scan_drizzle, _link_drizzle),
)


def link(project: Project) -> LinkResult:
    """Read every file of the project that may declare schema and link them into one Schema.

    A language whose linker fails declares nothing; the other ones go on.
    """
    problems: list[Diagnostic] = []
    crashes: list[Crash] = []
    parts: list[Linked] = []
    for frontend in FRONTENDS:
        paths = _candidates(project, frontend, problems)
        if paths:
            try:
                parts.append(frontend.link(project, paths))
            except Exception as error:
                crashes.append(crash(f"reading {frontend.name}", error))
    problems += [problem for part in parts for problem in part.problems]
    return LinkResult(_merge(parts), tuple(problems), tuple(crashes))


def _candidates(project: Project, frontend: Frontend, problems: list[Diagnostic]) -> list[str]:
    """Return the files that the language's byte scan lets through, in order, and keep their bytes."""
    paths = sorted(path for path in project.files if path.endswith(frontend.suffixes))
    if not paths:
        return []
    is_candidate = frontend.scan()
    candidates = []
    for path in paths:
        try:
            data = project.read(path)
        except OSError as error:
            if not project.is_absent(path):
                problems.append(unreadable(path, error))
            continue
        if is_candidate(data):
            project.keep(path, data)
            candidates.append(path)
    return candidates


def _merge(parts: list[Linked]) -> Schema:
    return Schema(
        tables=tuple(table for part in parts for table in part.tables),
        enums=tuple(enum for part in parts for enum in part.enums),
        detached_policies=tuple(policy for part in parts for policy in part.detached_policies),
        unresolved=tuple(item for part in parts for item in part.unresolved),
    )
