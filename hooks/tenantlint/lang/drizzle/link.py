"""Linking of the Drizzle schemas of a project: files to ``Linked``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.diagnostic import input_problem
from tenantlint.lang import Linked, ir
from tenantlint.lang.drizzle.assemble import Assembler
from tenantlint.lang.drizzle.assemble_policies import Policies
from tenantlint.lang.drizzle.assemble_relations import Relations
from tenantlint.lang.drizzle.context import Context
from tenantlint.lang.drizzle.creators import creators, users_of
from tenantlint.lang.drizzle.language import JavaScript, JavaScriptEvaluator
from tenantlint.lang.drizzle.library import Library
from tenantlint.lang.drizzle.names import Names
from tenantlint.lang.drizzle.packages import Packages
from tenantlint.lang.drizzle.resolve import Resolver
from tenantlint.lang.drizzle.scan import is_source
from tenantlint.lang.drizzle.symbols import exported_ids, symbols
from tenantlint.lang.drizzle.values import list_of, member
from tenantlint.lang.values import MapValue
from tenantlint.project import unreadable
from tenantlint.schema import UNKNOWN, EnumType, Maybe
from tenantlint.source import Location
from tenantlint.store import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tenantlint.diagnostic import Diagnostic
    from tenantlint.lang.values import Module, Value
    from tenantlint.project import Project
    from tenantlint.schema import Deletion

SCHEMA: Final = Kind("drizzle", "tenantlint.lang.drizzle.extract", "extract")
_MAX_ROUNDS: Final = 4


class Loader:
    """Reads and extracts the files of a project, once each.

    That a file does not parse is a problem of the ``candidates`` only: in other code it only leaves names unknown.
    """

    def __init__(self, project: Project, candidates: frozenset[str]) -> None:
        self.project = project
        self.candidates = candidates
        self.problems: list[Diagnostic] = []

    def fragment(self, path: str) -> ir.Fragment | None:
        """Return the Fragment of a project file, None where it cannot be read."""
        try:
            source = self.project.source(path)
        except OSError as error:
            self.problems.append(unreadable(path, error))
            return None
        fragment = self.project.store.derive(SCHEMA, source)
        assert isinstance(fragment, ir.Fragment)
        for problem in fragment.problems:
            if problem.code != "ERR003" or path in self.candidates:
                at = Location(path, problem.start, problem.end)
                self.problems.append(input_problem(problem.code, problem.message, at))
        return fragment


def link(project: Project, paths: Iterable[str]) -> Linked:
    """Return what the candidate files ``paths``, and what they import, declare."""
    sources = [path for path in paths if is_source(path)]
    project.store.expect(SCHEMA, project.readable(sources))
    loader, packages = Loader(project, frozenset(sources)), Packages(project)
    library = Library(packages)
    evaluator = JavaScriptEvaluator(loader, JavaScript(Resolver(project, packages), library))
    _run(evaluator, sources)
    _run_users_of_creators(project, evaluator)
    modules = [module for module in evaluator.modules.values() if module is not None]
    _read_configurations(evaluator, modules, library)
    context = Context(evaluator, library, Names(library), exported_ids(modules), symbols(modules, library.tables))
    assembler = Assembler(context, Relations(context), Policies(context))
    tables = assembler.tables()
    return Linked(
        tables,
        tuple(EnumType(enum.name, enum.schema, "drizzle", _labels(enum.labels), at) for enum, at in library.enums),
        assembler.detached_policies(),
        tuple(evaluator.unresolved.values()),
        tuple(loader.problems),
        lambda: _deletions(project, context),
    )


def _deletions(project: Project, context: Context) -> tuple[Deletion, ...]:
    from tenantlint.lang.drizzle.uses import deletions

    return deletions(project, context)


def _run(evaluator: JavaScriptEvaluator, paths: Iterable[str]) -> None:
    for path in paths:
        module = evaluator.module(path)
        if module is not None:
            evaluator.run(module)
            module.body = tuple(_slimmed(statement) for statement in module.body)


def _slimmed(statement: ir.Stmt) -> ir.Stmt:
    """Return what is still asked of a statement that has run: what it binds, and where."""
    if not isinstance(statement, ir.Assign) or statement.value is None:
        return statement
    value = ir.Opaque(statement.value.start, statement.value.end, "done")
    return ir.Assign(statement.start, statement.end, statement.targets, value)


def _run_users_of_creators(project: Project, evaluator: JavaScriptEvaluator) -> None:
    """Run the files that use the project's own functions that make tables, until no more are found."""
    known: set[str] = set()
    for _ in range(_MAX_ROUNDS):
        names = creators(evaluator)
        if names <= known:
            return
        known |= names
        _run(evaluator, users_of(project, known, set(evaluator.modules)))


def _read_configurations(evaluator: JavaScriptEvaluator, modules: list[Module], library: Library) -> None:
    """Take note of the ``casing`` of drizzle-kit's configuration files."""
    for module in modules:
        if module.path.rpartition("/")[2].startswith("drizzle") and "config" in module.path.rpartition("/")[2]:
            value = evaluator.member(module, "default")
            if isinstance(value, MapValue):
                library.casings.append((module.path, member(value, "casing")))


def _labels(value: Value) -> Maybe[tuple[Maybe[str], ...]]:
    items = list_of(value)
    return UNKNOWN if items is None else tuple(item if isinstance(item, str) else UNKNOWN for item in items)
