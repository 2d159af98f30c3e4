"""From the revisions of a project to histories, one for each environment of Alembic."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.lang import LinkedHistories
from tenantlint.lang.alembic.evaluator import MigrationEvaluator
from tenantlint.lang.alembic.graph import Graph
from tenantlint.lang.alembic.language import MigrationPython
from tenantlint.lang.alembic.library import MigrationLibrary
from tenantlint.lang.alembic.revisions import gives_reason, read_revision, read_script
from tenantlint.lang.sqlmodel.link import Loader
from tenantlint.lang.sqlmodel.models import Models
from tenantlint.lang.sqlmodel.resolve import Resolver
from tenantlint.lang.sqlmodel.schema_items import DEFAULT_CONVENTION, MetaDataValue
from tenantlint.lang.sqlmodel.versions import Versions
from tenantlint.lang.values import MapValue
from tenantlint.migration import History
from tenantlint.record import replace
from tenantlint.replay import replay
from tenantlint.schema import UNKNOWN, Unresolved
from tenantlint.store import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tenantlint.lang.alembic.revisions import Script
    from tenantlint.lang.values import Value
    from tenantlint.migration import Revision
    from tenantlint.project import Project

REVISION: Final = Kind("alembic", "tenantlint.lang.alembic.lowering", "extract_migration")


class Environment:
    """The revisions of one environment: the scripts of its folders, and whether all of their files could be read."""

    def __init__(self, folders: list[str]) -> None:
        self.folders = folders
        self.scripts: list[Script] = []
        self.whole = True

    @property
    def path(self) -> str:
        """The folder that stands for the environment."""
        return self.folders[0]


def histories(project: Project, paths: Iterable[str]) -> LinkedHistories:
    """Return the histories that the candidate files ``paths`` make."""
    return _Linker(project).link(sorted(paths))


class _Linker:
    def __init__(self, project: Project) -> None:
        self.project = project
        models = Models(Versions(project))
        self.loader = Loader(project, REVISION)
        language = MigrationPython(Resolver(project), MigrationLibrary(models), models)
        self.evaluator = MigrationEvaluator(self.loader, language)
        self.evaluator.conventions = self.convention
        self.unresolved: list[Unresolved] = []
        self._conventions: dict[str, Value] = {}
        self._named: bool | None = None

    def link(self, paths: list[str]) -> LinkedHistories:
        """Return the histories of the files, which are sorted."""
        found = tuple(self._history(environment) for environment in self._environments(paths))
        return LinkedHistories(found, tuple(self.unresolved), tuple(self.loader.problems))

    def _environments(self, paths: list[str]) -> list[Environment]:
        """Group the files by folder, and folders by what they follow."""
        groups: dict[str, Environment] = {}
        self.loader.expect(paths)
        for path in paths:
            folder = path.rpartition("/")[0]
            environment = groups.setdefault(folder, Environment([folder]))
            module = self.evaluator.module(path)
            script = None if module is None else read_script(self.evaluator, module)
            if module is None:
                environment.whole = False
            elif script is not None:
                environment.scripts.append(script)
        return [each for each in _joined(list(groups.values())) if each.scripts]

    def _history(self, environment: Environment) -> History:
        graph = Graph(environment.scripts, environment.whole)
        for script in environment.scripts:
            if not script.named or script.parents is UNKNOWN:
                what = f"down_revision of `{script.id}`" if script.named else "revision"
                self.unresolved.append(Unresolved(what, "it is decided by code that is not read", script.at))
        revisions = tuple(self._revision(graph, script) for script in graph.order())
        replayed = replay(revisions, "alembic", environment.path)
        problems = tuple(graph.problems())
        return History("alembic", environment.path, revisions, problems, replayed.tables, replayed.unread)

    def _revision(self, graph: Graph, script: Script) -> Revision:
        module = self.evaluator.module(script.path)
        assert module is not None
        revision = read_revision(self.evaluator, module, script, graph.parents(script.id))
        downgrade = revision.downgrade
        if downgrade.state == "empty" and gives_reason(self._bytes(script.path)[downgrade.at.start : downgrade.at.end]):
            return replace(revision, downgrade=replace(downgrade, explained=True))
        return revision

    def convention(self, path: str) -> Value:
        """Return the naming convention of the metadata that the environment of a revision is configured with."""
        if not self._has_conventions():
            return MapValue(dict(DEFAULT_CONVENTION))
        environment = self._environment_file(path)
        if environment not in self._conventions:
            self._conventions[environment] = self._configured(environment)
        return self._conventions[environment]

    def _has_conventions(self) -> bool:
        if self._named is None:
            self._named = self.project.mentions(b"naming_convention", ".py")
        return self._named

    def _bytes(self, path: str) -> bytes:
        try:
            return self.project.read(path)
        except OSError:
            return b""

    def _environment_file(self, path: str) -> str:
        folder = path
        while folder:
            folder = folder.rpartition("/")[0]
            found = f"{folder}/env.py" if folder else "env.py"
            if found in self.project:
                return found
        return ""

    def _configured(self, environment: str) -> Value:
        module = self.evaluator.module(environment) if environment else None
        metadata = UNKNOWN if module is None else self.evaluator.lookup(module, "target_metadata")
        if not isinstance(metadata, MetaDataValue):
            return UNKNOWN
        convention = metadata.later[-1][1] if metadata.later else metadata.convention
        is_default = isinstance(convention, MapValue) and convention.entries == DEFAULT_CONVENTION
        return UNKNOWN if is_default else convention


def _joined(environments: list[Environment]) -> list[Environment]:
    """Put together the folders of one environment: where a revision follows one that only another folder has."""
    owner: dict[str, set[int]] = {}
    for number, environment in enumerate(environments):
        for script in environment.scripts:
            owner.setdefault(script.id, set()).add(number)
    joined = list(range(len(environments)))
    for number, environment in enumerate(environments):
        for script in environment.scripts:
            for parent in () if script.parents is UNKNOWN else script.parents:
                owners = owner.get(parent, set())
                if len(owners) == 1 and number not in owners:
                    old, new = joined[number], joined[next(iter(owners))]
                    joined = [new if each == old else each for each in joined]
    groups: dict[int, Environment] = {}
    for number, environment in enumerate(environments):
        if joined[number] not in groups:
            groups[joined[number]] = environment
            continue
        group = groups[joined[number]]
        group.folders += environment.folders
        group.scripts += environment.scripts
        group.whole = group.whole and environment.whole
    return list(groups.values())
