"""Runs the revisions of a real repository and compares, operation by operation, what is read of them (by hand).

    python -m oracle.alembic.corpus ROOT VERSIONS [--path FOLDER] [--mock MODULE] [--dry] [--show N]

``ROOT`` is the project, ``VERSIONS`` its folder of revisions. ``--path`` names a folder below the root that imports
start from. Packages that are not installed are mocked, and so is what ``--mock`` names. ``--dry`` is for projects that
make their first tables elsewhere: nothing is done to the database. A revision that fails all the same is left out, and
those after it run as if it had not failed.
"""

from __future__ import annotations

import argparse
import contextlib
import difflib
import io
import shutil
import sys
import tempfile
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, ClassVar, NamedTuple
from unittest.mock import MagicMock

from alembic import command

from oracle.alembic.capture import lines, recording, unknown_in
from oracle.alembic.environment import Environment, importable
from postgres import serve
from tenantlint.discover import walk
from tenantlint.lang.alembic.link import histories
from tenantlint.lang.alembic.scan import is_candidate
from tenantlint.migration import Unread
from tenantlint.project import Project

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from oracle.alembic.capture import Line
    from tenantlint.migration import History, Operation


class Missing(MetaPathFinder, Loader):
    """Finds every module that nobody else finds: its members are mocks."""

    def find_spec(self, fullname: str, path: object, target: object = None) -> ModuleSpec:
        return ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _Mocked(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        pass


class _Mocked(ModuleType):
    __path__: ClassVar[list[str]] = []

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(name)
        return MagicMock(name=name)


class Result(NamedTuple):
    """What one function of one revision gave: ``truth`` is None where it could not be run."""

    name: str
    read: list[Line]
    truth: list[Line] | None
    sure: bool

    def equal(self) -> int:
        """Return how many of the operations that ran were read, in order."""
        left, right = list(map(repr, self.read)), list(map(repr, self.truth or ()))
        matcher = difflib.SequenceMatcher(None, left, right, autojunk=False)
        return sum(block.size for block in matcher.get_matching_blocks())


def results(environment: Environment, history: History, dry: bool) -> Iterator[Result]:
    """Run all revisions, up and then down."""
    for revision in history.revisions:
        with environment.config() as config, recording(dry) as recorder:
            ran = _runs(lambda config=config, name=revision.id: command.upgrade(config, name))
            if not ran:
                command.stamp(config, revision.id, purge=True)
        yield _result(f"{revision.id} upgrade", revision.upgrade, recorder.lines if ran else None)
    for revision in reversed(history.revisions):
        with environment.config() as config, recording(dry) as recorder:
            command.stamp(config, revision.id, purge=True)
            target = f"{revision.id}@-1" if len(revision.parents) < 2 else revision.parents[0]
            ran = _runs(lambda config=config, name=target: command.downgrade(config, name))
        yield _result(f"{revision.id} downgrade", revision.downgrade.operations, recorder.lines if ran else None)


def _runs(action: object) -> bool:
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            action()  # type: ignore[operator]
    except Exception as error:
        print("   not run:", str(error).splitlines()[0][:150], file=sys.stderr)
        return False
    return True


def _result(name: str, operations: Iterable[Operation], truth: list[Line] | None) -> Result:
    listed = list(operations)
    sure = all(each.certain and not isinstance(each, Unread) for each in listed)
    read = lines(listed)
    return Result(name, read, truth, sure and not any(map(unknown_in, read)))


def _history(root: Path, versions: str) -> History:
    project = Project(str(root), walk(str(root)).files)
    paths = [path for path in sorted(project.files) if path.endswith(".py") and is_candidate(project.read(path))]
    linked = histories(project, paths)
    return next(history for history in linked.histories if history.path == versions)


def main() -> None:
    """Print the shares and the differences."""
    parser = argparse.ArgumentParser()
    parser.add_argument("root", type=Path)
    parser.add_argument("versions")
    parser.add_argument("--path", action="append", default=[])
    parser.add_argument("--mock", action="append", default=[])
    parser.add_argument("--dry", action="store_true")
    parser.add_argument("--show", type=int, default=10)
    options = parser.parse_args()
    sys.meta_path.append(Missing())
    sys.modules.update({name: _Mocked(name) for name in options.mock})
    history = _history(options.root, options.versions)
    with tempfile.TemporaryDirectory() as folder, serve() as server, server.database() as connection:
        connection.execute("CREATE TABLE alembic_version (version_num varchar(200) PRIMARY KEY)")  # some ids are long
        place = Path(folder) / "alembic"
        shutil.copytree(options.root / options.versions, place / "versions")
        environment = Environment(Path(folder), connection)
        with contextlib.ExitStack() as stack:
            for path in [*options.path, ""]:
                stack.enter_context(importable(options.root / path))
            _report(list(results(environment, history, options.dry)), options.show)


def _report(found: list[Result], show: int) -> None:
    ran = [result for result in found if result.truth is not None]
    for title, part in (("all that ran", ran), ("those read surely", [result for result in ran if result.sure])):
        total, equal = sum(len(result.truth or ()) for result in part), sum(result.equal() for result in part)
        more = sum(len(result.read) for result in part) - equal
        print(f"{title}: {len(part)} of {len(found)} functions, operations equal {equal} / {total}, more read {more}")
    for result in [result for result in ran if result.read != result.truth][:show]:
        print(result.name, "" if result.sure else "(not sure)")
        left, right = list(map(repr, result.truth or ())), list(map(repr, result.read))
        for line in difflib.unified_diff(left, right, "run", "read", n=0, lineterm=""):
            print("   ", line[:230])


if __name__ == "__main__":
    main()
