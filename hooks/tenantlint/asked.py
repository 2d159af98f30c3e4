"""What a command line asks for: the project that its paths belong to, and the files whose findings are wanted."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tenantlint.discover import Lister, find_root, list_folder, walk
from tenantlint.project import Project
from tenantlint.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tenantlint.diagnostic import Diagnostic


class UsageError(Exception):
    """The command line asks for something that cannot be done; the message says what, for people."""


class Asked(Record):
    """Files and folders, relative to the project root; the folder '' is the root."""

    files: frozenset[str] = frozenset()
    folders: tuple[str, ...] = ()

    def __contains__(self, path: str) -> bool:
        return path in self.files or any(
            folder in ("", path) or path.startswith(f"{folder}/") for folder in self.folders
        )


class Opened(Record):
    """A project and what is asked for in it; ``problems`` tell of folders that cannot be listed."""

    project: Project
    asked: Asked
    problems: tuple[Diagnostic, ...]


class Opening:
    """A project that is being opened. Git lists its files from the start, while the caller does other things."""

    def __init__(self, arguments: Sequence[str], cwd: str, overlay: dict[str, bytes] | None = None) -> None:
        """Begin. ``overlay`` gives the content of files by their names, which need not exist.

        Raises UsageError where a path does not exist, or where the paths have no project in common.
        """
        names = [os.path.normpath(os.path.join(cwd, name)) for name in (*arguments, *(overlay or ()))]
        missing = [name for name in names[: len(arguments)] if not os.path.lexists(name)]
        if missing:
            raise UsageError(f"no such file or folder: {os.path.relpath(missing[0], cwd)}")
        folders = [name for name in names if os.path.isdir(name)] if names else [cwd]
        files = [name for name in names if not os.path.isdir(name)]
        self.root, marked = _common_root([*folders, *map(os.path.dirname, files)])
        self.asked = Asked(frozenset(map(self._relative, files)), tuple(map(self._relative, folders)))
        self._overlay = {self._relative(os.path.normpath(os.path.join(cwd, n))): d for n, d in (overlay or {}).items()}
        self._lister = Lister(self.root) if marked or folders else None

    def _relative(self, path: str) -> str:
        relative = os.path.relpath(path, self.root).replace(os.sep, "/")
        return "" if relative == "." else relative

    def finish(self) -> Opened:
        """Wait for the listing. Folders that it leaves out (ignored ones, submodules) are walked where asked for."""
        listing = self._lister.result() if self._lister else list_folder(self.root)
        files, problems = set(listing.files) | self.asked.files, list(listing.problems)
        for folder in self.asked.folders:
            if not _holds_any(folder, listing.files):
                extra = walk(self.root, folder)
                files |= extra.files
                problems += extra.problems
        return Opened(Project(self.root, frozenset(files), self._overlay), self.asked, tuple(problems))


def _holds_any(folder: str, files: Iterable[str]) -> bool:
    asked = Asked(folders=(folder,))
    return any(path in asked for path in files)


def _common_root(folders: list[str]) -> tuple[str, bool]:
    """Return the root of the project that all folders belong to, and whether anything marks it as one."""
    try:
        common = os.path.commonpath(folders)
    except ValueError as error:
        raise UsageError(f"the paths have no folder in common: {error}") from error
    root = find_root(common)
    if root is not None:
        return root, True
    first, *others = [find_root(folder) for folder in folders]
    if others and (common == os.path.dirname(common) or any(other != first for other in others)):
        raise UsageError("the paths belong to different projects: check them one by one")
    return common, False
