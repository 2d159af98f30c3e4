"""Linking of the SQLModel tables of a project: files to ``Linked``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.diagnostic import input_problem
from tenantlint.lang import Linked, ir
from tenantlint.lang.evaluate import Evaluator
from tenantlint.lang.sqlmodel.assemble import Assembler
from tenantlint.lang.sqlmodel.gaps import gaps
from tenantlint.lang.sqlmodel.imports import Imports
from tenantlint.lang.sqlmodel.language import Python
from tenantlint.lang.sqlmodel.library import Library
from tenantlint.lang.sqlmodel.models import Models
from tenantlint.lang.sqlmodel.registry import Registry
from tenantlint.lang.sqlmodel.relations import Relations
from tenantlint.lang.sqlmodel.resolve import Resolver
from tenantlint.lang.sqlmodel.unread import UnreadTables
from tenantlint.lang.sqlmodel.versions import Versions
from tenantlint.project import unreadable
from tenantlint.source import Location
from tenantlint.store import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tenantlint.diagnostic import Diagnostic
    from tenantlint.project import Project
    from tenantlint.schema import Deletion, Table, Unresolved


SCHEMA: Final = Kind("sqlmodel", "tenantlint.lang.sqlmodel.extract", "extract")


class Loader:
    """Reads the Fragments of a project's files, once each; ``kind`` is how, where not as a schema is read."""

    def __init__(self, project: Project, kind: Kind = SCHEMA) -> None:
        self.project = project
        self.problems: list[Diagnostic] = []
        self._kind = kind

    def expect(self, paths: Iterable[str]) -> None:
        """Be told which files will be asked for; those that cannot be read are found out later."""
        self.project.store.expect(self._kind, self.project.readable(paths))

    def fragment(self, path: str) -> ir.Fragment | None:
        """Return the Fragment of a project file, None where it cannot be read."""
        if path not in self.project:
            return ir.Fragment(path, ())
        try:
            source = self.project.source(path)
        except OSError as error:
            self.problems.append(unreadable(path, error))
            return None
        fragment = self.project.store.derive(self._kind, source)
        assert isinstance(fragment, ir.Fragment)
        for problem in fragment.problems:
            at = Location(path, problem.start, problem.end)
            self.problems.append(input_problem(problem.code, problem.message, at))
        return None if fragment.problems else fragment


def link(project: Project, paths: Iterable[str]) -> Linked:
    """Return what the candidate files ``paths``, and what they import, declare."""
    paths = list(paths)
    loader, models, resolver = Loader(project), Models(Versions(project)), Resolver(project)
    evaluator = Evaluator(loader, Python(resolver, Library(models), models))
    loader.expect(paths)
    for path in paths:
        module = evaluator.module(path)
        if module is not None:
            evaluator.run(module)
            module.body = ()  # what classes and functions still need of it, they hold themselves
    unread = UnreadTables(project, frozenset(paths), broken=bool(loader.problems))
    registry = Registry(models, Imports(project, resolver), unread)
    assembler = Assembler(registry, evaluator, models.events)
    relations = Relations(evaluator, registry, models.versions)
    tables = tuple(assembler.table(table, relations.of(table)) for table in registry.tables)
    unresolved = (*models.undecided, *_unresolved(tables, evaluator.unresolved.values()))
    problems = tuple(loader.problems)
    return Linked(tables, assembler.enums(), (), unresolved, problems, lambda: _deletions(project, evaluator, registry))


def _deletions(project: Project, evaluator: Evaluator, registry: Registry) -> tuple[Deletion, ...]:
    from tenantlint.lang.sqlmodel.uses import deletions

    return deletions(project, evaluator, registry)


def _unresolved(tables: Iterable[Table], noted: Iterable[Unresolved]) -> tuple[Unresolved, ...]:
    """Return what is unknown of the tables, and what the evaluator noted in the same files, which may be the cause."""
    found = [gap for table in tables for gap in gaps(table)]
    paths = {gap.at.path for gap in found}
    return (*found, *(note for note in noted if note.at.path in paths))
