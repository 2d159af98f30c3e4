"""One Schema out of what all languages declare in a project."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.diagnostic import Crash, crash
from tenantlint.project import unreadable
from tenantlint.record import Record, replace
from tenantlint.schema import Schema, Unresolved

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tenantlint.diagnostic import Diagnostic
    from tenantlint.lang import Linked, LinkedHistories
    from tenantlint.migration import Unread
    from tenantlint.project import Project
    from tenantlint.schema import Deletion


class LinkResult(Record):
    """The Schema of a project, the problems of the files that could not be read, and the bugs met on the way.

    ``deletions`` read the uses of tables: see ``with_uses``.
    """

    schema: Schema
    problems: tuple[Diagnostic, ...]
    crashes: tuple[Crash, ...] = ()
    deletions: tuple[Callable[[], tuple[Deletion, ...]], ...] = ()


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


_SECURITY_WORDS: Final = (b"LEVEL SECURITY", b"level security", b"CREATE POLICY", b"create policy")
SQL_SUFFIXES: Final = (".sql", "/_journal.json", "/snapshot.json")


def link(project: Project) -> LinkResult:
    """Read every file of the project that may declare schema and link them into one Schema.

    A language whose linker fails declares nothing; the other ones go on.
    """
    problems: list[Diagnostic] = []
    crashes: list[Crash] = []
    parts: list[Linked] = []
    hints = Hints()
    for frontend in FRONTENDS:
        paths = _candidates(project, frontend, problems, hints)
        if paths:
            try:
                parts.append(project.part(frontend.name, paths, frontend.link))
            except Exception as error:
                crashes.append(crash(f"reading {frontend.name}", error))
    migrations = _histories(project, hints, crashes)
    problems += [problem for part in parts for problem in part.problems]
    problems += [problem for part in migrations for problem in part.problems]
    deletions = tuple(part.deletions for part in parts if part.deletions is not None)
    return LinkResult(_merge(parts, migrations), tuple(problems), tuple(crashes), deletions)


def with_uses(result: LinkResult) -> LinkResult:
    """Return ``result`` with the uses of tables in its Schema."""
    found: list[Deletion] = []
    crashes = list(result.crashes)
    for read in result.deletions:
        try:
            found += read()
        except Exception as error:
            crashes.append(crash("reading the uses of tables", error))
    return LinkResult(replace(result.schema, deletions=tuple(found)), result.problems, tuple(crashes))


class Hints:
    """Programs that may matter to the database besides the schema: those of Alembic, and those that hold SQL."""

    def __init__(self) -> None:
        self.revisions: list[str] = []
        self.security: list[str] = []

    def note(self, path: str, seen: Seen) -> None:
        """Take note of a program by what its bytes show."""
        if seen.revision:
            self.revisions.append(path)
        if seen.security:
            self.security.append(path)


class Seen(Record):
    """What the bytes of a program show: whether it may declare schema, be a revision of Alembic, or hold SQL."""

    candidate: bool
    revision: bool
    security: bool


_NOTHING_SEEN: Final = Seen(False, False, False)


def _see(path: str, data: bytes, is_candidate: Callable[[bytes], bool]) -> Seen:
    revision = False
    if b"down_revision" in data and path.endswith(".py"):
        from tenantlint.lang.alembic.scan import is_candidate as is_revision

        revision = is_revision(data)
    seen = Seen(is_candidate(data), revision, any(word in data for word in _SECURITY_WORDS))
    return seen if seen.candidate or revision or seen.security else _NOTHING_SEEN


def _candidates(project: Project, frontend: Frontend, problems: list[Diagnostic], hints: Hints) -> list[str]:
    """Return the files that the language's byte scan lets through, in order, and keep their bytes."""
    paths = project.paths(frontend.suffixes)
    if not paths:
        return []
    is_candidate = frontend.scan()

    def see(path: str, data: bytes) -> Seen:
        seen = _see(path, data, is_candidate)
        if seen.candidate:
            project.keep(path, data)
        return seen

    candidates = []
    progress = project.store.progress
    if progress is not None:
        progress.begin(f"Looking for {frontend.name} in %s files", len(paths))
    for path in paths:
        if progress is not None:
            progress.step()
        try:
            seen = project.look(path, frontend.name, see)
        except OSError as error:
            if not project.is_absent(path):
                problems.append(unreadable(path, error))
            continue
        hints.note(path, seen)
        if seen.candidate:
            project.source(path)  # it counts as one of the sources also where another check has looked at it
            candidates.append(path)
    return candidates


# Migrations


def _histories(project: Project, hints: Hints, crashes: list[Crash]) -> list[LinkedHistories]:
    """Return what the migrations of the project, in SQL and for Alembic, and other programs do to the database."""
    before = {source.path for source in project.sources()}
    found: list[LinkedHistories] = []
    for name, read in (("SQL", _sql), ("Alembic", _alembic), ("SQL in programs", _in_programs)):
        try:
            found += read(project, hints, before)
        except Exception as error:
            crashes.append(crash(f"reading {name}", error))
    return found


def _sql(project: Project, hints: Hints, before: set[str]) -> list[LinkedHistories]:
    paths = project.paths(SQL_SUFFIXES)
    if not any(path.endswith(".sql") for path in paths):
        return []
    from tenantlint.lang.sql.link import histories

    return [project.part("SQL", paths, histories)]


def _alembic(project: Project, hints: Hints, before: set[str]) -> list[LinkedHistories]:
    if not hints.revisions:
        return []
    from tenantlint.lang.alembic.link import histories

    return [project.part("Alembic", hints.revisions, histories)]


def _in_programs(project: Project, hints: Hints, before: set[str]) -> list[LinkedHistories]:
    """Read the programs that hold SQL and that reading Alembic's revisions has not read."""
    if not hints.security:
        return []
    from tenantlint.lang import LinkedHistories
    from tenantlint.lang.sql.programs import written_in_code
    from tenantlint.testing import is_test

    read = {source.path for source in project.sources()} - before
    paths = [path for path in hints.security if path not in read and not is_test(path)]
    return [LinkedHistories(project.part("SQL in programs", paths, written_in_code))]


def _merge(parts: list[Linked], migrations: list[LinkedHistories]) -> Schema:
    histories = tuple(history for part in migrations for history in part.histories)
    return Schema(
        tables=tuple(table for part in parts for table in part.tables),
        enums=tuple(enum for part in parts for enum in part.enums),
        detached_policies=tuple(policy for part in parts for policy in part.detached_policies),
        unresolved=(
            *(item for part in parts for item in part.unresolved),
            *(item for part in migrations for item in part.unresolved),
            *(_unresolved(item) for history in histories for item in history.unread),
        ),
        histories=histories,
    )


def _unresolved(item: Unread) -> Unresolved:
    return Unresolved("effect of a statement on the database", item.why, item.at)
