"""Which files make up a project.

The root is the nearest folder upward that holds ``.git``, and without one the nearest that holds a file of
``ROOT_MARKERS``. In a git repository git says which files belong to it, so that every ignore rule counts; elsewhere
the folder is walked without ``SKIPPED_DIRECTORIES``. A submodule or a nested repository is a project of its own.
"""

from __future__ import annotations

import os

from tenantlint.project import unreadable
from tenantlint.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Final

    from tenantlint.diagnostic import Diagnostic

ROOT_MARKERS: Final = ("tenantlint.toml", "pyproject.toml", "package.json")

SCHEMA_SUFFIXES: Final = (
    ".py", ".pyi", ".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".sql", "/_journal.json",
    "/snapshot.json",
)  # fmt: skip
"""The files that can declare a schema, or change one."""

_SETTINGS_NAMES: Final = frozenset({"package.json", "jsconfig.json", "pyproject.toml", "tenantlint.toml"})

SKIPPED_DIRECTORIES: Final = frozenset(
    {
        ".direnv", ".eggs", ".git", ".hg", ".mypy_cache", ".next", ".nox", ".nuxt", ".output", ".pytest_cache",
        ".ruff_cache", ".svelte-kit", ".svn", ".tox", ".turbo", ".venv", ".vercel", ".yarn", "__pycache__",
        "__pypackages__", "bower_components", "build", "dist", "node_modules", "site-packages", "venv",
    }
)  # fmt: skip
"""Folders that a walk outside git leaves out."""

_NEVER_WALKED: Final = frozenset({".git", "node_modules"})

_NEVER_OWN: Final = ("node_modules/", "site-packages/", ".venv/", "__pycache__/")
_REPOSITORY_VARIABLES: Final = frozenset(
    {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY"}
)


class Listing(Record):
    """The files of a project, relative to its root; ``problems`` tell of folders that cannot be listed."""

    files: frozenset[str]
    problems: tuple[Diagnostic, ...] = ()


def find_root(start: str) -> str | None:
    """Return the root of the project that the absolute folder ``start`` belongs to, None where nothing marks one."""
    folders = list(_upward(start))
    for markers in ((".git",), ROOT_MARKERS):
        for folder in folders:
            if any(os.path.exists(os.path.join(folder, name)) for name in markers):
                return folder
    return None


def _upward(folder: str) -> Iterator[str]:
    while True:
        yield folder
        parent = os.path.dirname(folder)
        if parent == folder:
            return
        folder = parent


def belongs(path: str) -> bool:
    """Tell by its name whether a file can declare a schema, or is one of the settings that reading one needs."""
    if path.endswith(SCHEMA_SUFFIXES):
        return True
    name = path[path.rfind("/") + 1 :]
    return name in _SETTINGS_NAMES or (name.startswith("tsconfig") and name.endswith(".json"))


class Lister:
    """Lists a project's files. Git starts when the Lister is made, and works while the caller does other things."""

    def __init__(self, root: str) -> None:
        self.root = root
        self._git = _start_git(root) if os.path.exists(os.path.join(root, ".git")) else None
        self._listings: dict[bool, Listing] = {}

    def result(self, skip: bool = True) -> Listing:
        """Wait for git and return the listing. ``skip`` is for ``walk``, where there is no git."""
        if skip not in self._listings:
            self._list(skip)
        return self._listings[skip]

    def _list(self, skip: bool) -> None:
        output = None if self._git is None else self._git.output()
        self._git = None
        if output is None:
            self._listings[skip] = walk(self.root, skip=skip)
        else:
            self._listings = dict.fromkeys((True, False), Listing(frozenset(_own_files(output))))


def _own_files(output: bytes) -> Iterator[str]:
    for path in os.fsdecode(output).split("\0"):
        if belongs(path) and not (path.startswith(_NEVER_OWN) or any(f"/{part}" in path for part in _NEVER_OWN)):
            yield path


def walk(root: str, below: str = "", skip: bool = True) -> Listing:
    """List the files under ``root/below``. Links to folders are not followed.

    Without ``skip`` the folders of SKIPPED_DIRECTORIES are listed too, but for those of _NEVER_WALKED.
    """
    skipped = SKIPPED_DIRECTORIES if skip else _NEVER_WALKED
    files: list[str] = []
    problems: list[Diagnostic] = []
    pending = [below]
    while pending:
        folder = pending.pop()
        try:
            with os.scandir(os.path.join(root, folder)) as entries:
                for entry in entries:
                    path = f"{folder}/{entry.name}" if folder else entry.name
                    if not entry.is_dir(follow_symlinks=False):
                        files.append(path)
                    elif entry.name not in skipped:
                        pending.append(path)
        except OSError as error:
            problems.append(unreadable(folder or ".", error))
    return Listing(frozenset(filter(belongs, files)), tuple(problems))


def list_folder(root: str) -> Listing:
    """List the files of one folder, and not of those below: for a file that belongs to no project."""
    try:
        return Listing(frozenset(filter(belongs, os.listdir(root))))
    except OSError:
        return Listing(frozenset())


class _Process:
    """A child whose output is read when it is wanted."""

    def __init__(self, pid: int, stdout: int) -> None:
        self._pid = pid
        self._stdout = stdout

    def output(self) -> bytes | None:
        """Return everything that the child writes, None where it fails."""
        with open(self._stdout, "rb") as pipe:
            output = pipe.read()
        _, status = os.waitpid(self._pid, 0)
        return output if status == 0 else None


def _start_git(root: str) -> _Process | None:
    """Start ``git ls-files``, None where that is not possible (there is no git, or no ``posix_spawn`` as on Windows).

    ``os.posix_spawn`` does it without the 6 ms that importing ``subprocess`` takes.
    """
    if not hasattr(os, "posix_spawnp"):
        return None
    read_end, write_end = os.pipe()
    command = ["git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    actions = [
        (os.POSIX_SPAWN_DUP2, write_end, 1),
        (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
    ]
    try:
        pid = os.posix_spawnp("git", command, _environment(), file_actions=actions)
    except OSError:
        os.close(read_end)
        return None
    finally:
        os.close(write_end)
    return _Process(pid, read_end)


def _environment() -> dict[str, str]:
    """Return the environment without what git sets for its own hooks, which may name another repository."""
    return {name: value for name, value in os.environ.items() if name not in _REPOSITORY_VARIABLES}
