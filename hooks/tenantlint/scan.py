"""Checks every project below some folders: each with its own configuration, and all told together.

A project is a folder that holds ``.git``; where there is none, the outermost one that holds a file of ROOT_MARKERS.
What lies in no project, is one project more.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tenantlint.arguments import UsageError
from tenantlint.config import ConfigError
from tenantlint.diagnostic import crash, input_problem
from tenantlint.discover import ROOT_MARKERS, SCHEMA_SUFFIXES, SKIPPED_DIRECTORIES, find_root
from tenantlint.record import Record, replace
from tenantlint.report.model import Entry, Report, placer
from tenantlint.source import Location

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from tenantlint.arguments import Arguments
    from tenantlint.executors import Plan
    from tenantlint.report.model import Place


class Found(Record):
    """A project: its root, the paths in it that are asked for, and the roots of the projects inside of it.

    All are absolute. ``size`` is about how many files it has that may declare a schema.
    """

    root: str
    paths: tuple[str, ...]
    inner: tuple[str, ...] = ()
    size: int = 0


class Task(Record):
    """A project to check, as it goes to another process. ``base`` is the folder that paths in the report start at."""

    project: Found
    arguments: Arguments
    base: str
    plan: Plan | None


class Checked(Record):
    """What came of a project. ``opened`` is false where its configuration cannot be used."""

    report: Report
    failed: bool
    opened: bool = True


# Which projects there are


def projects(paths: Iterable[str]) -> list[Found]:
    """Return the projects that the absolute folders and files lie in, and those below the folders, by their roots.

    Raises UsageError where a path does not exist.
    """
    found: dict[str, Found] = {}
    for path in paths:
        if not os.path.lexists(path):
            raise UsageError(f"no such file or folder: {path}")
        is_folder = os.path.isdir(path)
        root = find_root(path if is_folder else os.path.dirname(path))
        below = _below(path, root is not None) if is_folder else []
        if not is_folder or root is not None:
            _add(found, Found(root or os.path.dirname(path), (path,), size=1))
        for each in below:
            _add(found, each)
    roots = sorted(found)
    return [replace(found[root], inner=tuple(_inside(root, roots))) for root in roots]


def _add(found: dict[str, Found], project: Found) -> None:
    old = found.get(project.root)
    if old is not None:
        project = replace(project, paths=(*old.paths, *project.paths), size=old.size + project.size)
    found[project.root] = project


def _inside(root: str, roots: Iterable[str]) -> Iterator[str]:
    return (other for other in roots if other != root and _lies_in(other, root))


def _lies_in(path: str, folder: str) -> bool:
    return path.startswith(folder.rstrip(os.sep) + os.sep)


def _below(top: str, in_project: bool) -> list[Found]:
    """Return the projects below a folder: inside of one, only a repository of git is a project of its own."""
    sizes: dict[str, int] = {}
    pending = [(top, top, in_project)]
    while pending:
        folder, root, inside = pending.pop()
        folders, names = _listed(folder)
        is_marked = ".git" in names or (not inside and any(name in names for name in ROOT_MARKERS))
        if is_marked and folder != top:
            root, inside = folder, True
        sizes[root] = sizes.get(root, 0) + sum(name.endswith(SCHEMA_SUFFIXES) for name in names)
        pending += [(each, root, inside) for each in folders]
    return [Found(root, (root,), size=size) for root, size in sizes.items() if size and (root != top or not in_project)]


def _listed(folder: str) -> tuple[list[str], set[str]]:
    """Return the folders in a folder that are worth looking into, and the names of all that it holds."""
    folders: list[str] = []
    names: set[str] = set()
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                names.add(entry.name)
                if entry.name not in SKIPPED_DIRECTORIES and entry.is_dir(follow_symlinks=False):
                    folders.append(entry.path)
    except OSError:
        pass  # whoever lists the project's files tells
    return folders, names


# One project


def check_project(task: Task) -> Checked:
    """Check one project. It never raises: what goes wrong is told in the report."""
    project = task.project
    prefix = _prefix(project.root, task.base)
    try:
        return _moved(_check(project, task.arguments, task.plan), prefix)
    except (ConfigError, UsageError) as error:
        problem = input_problem("ERR005", f"the project was not checked: {error}", Location("", 0, 0))
        place = replace(placer_of_nothing(Location("", 0, 0)), path=prefix.rstrip("/") or ".")
        entry = Entry(problem.code, problem.name, problem.severity, problem.message, place)
        return Checked(Report((entry,)), failed=True, opened=False)
    except Exception as error:
        return Checked(Report((), crashes=(crash(f"checking {project.root}", error),)), failed=True)


def placer_of_nothing(at: Location) -> Place:
    """Return the place of something that stands in no file."""
    from tenantlint.project import Project

    return placer(Project("", frozenset(), {"": b""}))(at)


def _check(project: Found, arguments: Arguments, plan: Plan | None) -> Checked:
    from tenantlint import pipeline
    from tenantlint.asked import Opening
    from tenantlint.cache import open_cache
    from tenantlint.disk_store import DiskStore
    from tenantlint.report.model import report
    from tenantlint.running import configs

    opening = Opening(project.paths, project.root)
    cache = None if arguments.flag("--no-cache") else open_cache(project.root, arguments.one("--cache-dir"))
    tree = configs(project.root, arguments)
    inner = tuple(_prefix(each, project.root) for each in project.inner)
    opened = opening.finish(tree, arguments.flag("--force-exclude"), inner)
    opened.project.store = DiskStore(None, plan) if cache is None else cache.store(plan)
    outcome = pipeline.check(opened.project, opened.asked, tree, opened.problems)
    if cache is not None:
        cache.save(opened.project.files)
    unresolved = outcome.unresolved if arguments.flag("--explain-unknown") else None
    found = report(opened.project, outcome.diagnostics, unresolved, outcome.crashes, outcome.hidden)
    return Checked(found, outcome.failed)


def _prefix(root: str, base: str) -> str:
    relative = os.path.relpath(root, base).replace(os.sep, "/")
    return "" if relative == "." else f"{relative}/"


def _moved(checked: Checked, prefix: str) -> Checked:
    """Return what was found with paths that start at another folder."""
    if not prefix:
        return checked

    def moved(place: Place) -> Place:
        return replace(place, path=prefix + place.path)

    found = checked.report
    unread = found.unread
    return replace(
        checked,
        report=replace(
            found,
            findings=tuple(replace(each, place=moved(each.place)) for each in found.findings),
            unread=None if unread is None else tuple(replace(each, place=moved(each.place)) for each in unread),
        ),
    )


# All projects


def scan_all(
    found: Sequence[Found], arguments: Arguments, base: str, plan: Plan, step: Callable[[], None]
) -> list[Checked]:
    """Check projects wherever ``plan`` does it, the largest first, and return what came of each, in their order."""
    from tenantlint.executors import carried

    tasks = [Task(each, arguments, base, carried(plan)) for each in sorted(found, key=lambda each: -each.size)]
    done: dict[str, Checked] = {}
    for task, checked in plan.over(check_project, tasks):
        done[task.project.root] = checked
        step()
    return [done[each.root] for each in found]


def joined(checked: Sequence[Checked]) -> Report:
    """Return one report of all projects."""
    reports = [each.report for each in checked]
    unread = [each.unread for each in reports if each.unread is not None]
    return Report(
        tuple(entry for each in reports for entry in each.findings),
        tuple(item for items in unread for item in items) if unread else None,
        tuple(each for found in reports for each in found.crashes),
        sum(each.hidden for each in reports),
    )
