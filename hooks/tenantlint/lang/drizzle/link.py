"""Linking of the Drizzle schemas of a project: files to ``Linked``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenantlint.diagnostic import Diagnostic, input_problem
from tenantlint.lang import Linked, ir
from tenantlint.lang.drizzle.assemble import Assembler
from tenantlint.lang.drizzle.language import JavaScript
from tenantlint.lang.drizzle.library import Library
from tenantlint.lang.drizzle.resolve import Resolver
from tenantlint.lang.drizzle.tables import TableValue
from tenantlint.lang.evaluate import Evaluator
from tenantlint.lang.values import Module
from tenantlint.schema import UNKNOWN, EnumType, Maybe
from tenantlint.source import Location

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tenantlint.project import Project


class Loader:
    """Reads and extracts the files of a project, once each."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.problems: list[Diagnostic] = []

    def fragment(self, path: str) -> ir.Fragment | None:
        """Return the Fragment of a project file, None where it cannot be read."""
        from tenantlint.lang.drizzle.extract import extract

        try:
            return extract(self.project.source(path))
        except OSError as error:
            self.problems.append(input_problem("ERR001", f"cannot be read: {error}", Location(path, 0, 0)))
            return None


def link(project: Project, paths: Iterable[str]) -> Linked:
    """Return what the candidate files ``paths``, and what they import, declare."""
    loader, library = Loader(project), Library()
    evaluator = Evaluator(loader, JavaScript(Resolver(project), library))
    for path in paths:
        module = evaluator.module(path)
        if module is not None:
            evaluator.run(module)
    assembler = Assembler(evaluator, library, _symbols(evaluator, library))
    tables = assembler.tables()
    enums = tuple(EnumType(enum.name, enum.schema, "drizzle", _labels(enum.labels), enum.at) for enum in library.enums)
    return Linked(tables, enums, (), tuple(evaluator.unresolved.values()), tuple(loader.problems))


def _labels(value: object) -> Maybe[tuple[Maybe[str], ...]]:
    from tenantlint.lang.values import ListValue

    if not isinstance(value, ListValue) or not value.complete:
        return UNKNOWN
    return tuple(item if isinstance(item, str) else UNKNOWN for item in value.items)


def _symbols(evaluator: Evaluator, library: Library) -> dict[int, tuple[str, str, Location]]:
    """Return the id, symbol and place of each table that a module binds at its top level, by ``id(table)``."""
    found: dict[int, tuple[str, str, Location]] = {}
    for path, module in sorted(evaluator.modules.items()):
        for name in module.binders if module is not None else ():
            assert module is not None
            value = module.scope.variables.get(name)
            if isinstance(value, TableValue) and value.at.path == path and id(value) not in found:
                found[id(value)] = (f"{path}#{name}", name, _place(module, name, value.at))
    return found


def _place(module: Module, name: str, default: Location) -> Location:
    for index in module.binders[name]:
        statement = module.body[index]
        if isinstance(statement, ir.Assign) and statement.value is not None:
            return module.place(statement.value)
    return default
