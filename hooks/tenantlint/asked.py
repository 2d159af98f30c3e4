"""What a command line asks for: the project that its paths belong to, and the files whose findings are wanted."""

from __future__ import annotations

import os
from types import MappingProxyType

from tenantlint.arguments import UsageError
from tenantlint.discover import Lister, find_root, list_folder, walk
from tenantlint.project import Project
from tenantlint.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Final

    from tenantlint.config_tree import ConfigTree
    from tenantlint.diagnostic import Diagnostic


NO_OVERLAY: Final[Mapping[str, bytes]] = MappingProxyType({})


class Asked(Record):
    """Files and folders, relative to the project root; the folder '' is the root."""

    files: frozenset[str] = frozenset()
    folders: tuple[str, ...] = ()

    def __contains__(self, path: object) -> bool:
        return isinstance(path, str) and (path in self.files or any(_lies_in(path, each) for each in self.folders))


class Opened(Record):
    """A project and what is asked for in it; ``problems`` tell of folders that cannot be listed."""

    project: Project
    asked: Asked
    problems: tuple[Diagnostic, ...]


class Opening:
    """A project that is being opened. Git lists its files from the start, while the caller does other things."""

    def __init__(self, arguments: Sequence[str], cwd: str, overlay: Mapping[str, bytes] = NO_OVERLAY) -> None:
        """Begin. ``overlay`` gives the content of files by their names, which need not exist.

        Raises UsageError where a path does not exist, or where the paths have no project in common.
        """
        places = {name: os.path.normpath(os.path.join(cwd, name)) for name in (*arguments, *overlay)}
        folders = [place for place in places.values() if os.path.isdir(place)] if places else [cwd]
        files = [place for place in places.values() if place not in folders]
        for name in arguments:
            if not os.path.lexists(places[name]):
                raise UsageError(f"no such file or folder: {name}")
        for name in overlay:
            if places[name] in folders:
                raise UsageError(f"a folder has no content: {name}")
        self.root, marked = _common_root([*folders, *map(os.path.dirname, files)])
        self.asked = Asked(frozenset(map(self._relative, files)), tuple(map(self._relative, folders)))
        self._overlay = {self._relative(places[name]): data for name, data in overlay.items()}
        self._lister = Lister(self.root) if marked or folders else None
        self.lists = self._lister is not None
        self._walked = False
        self.skips = True

    def _relative(self, path: str) -> str:
        relative = os.path.relpath(path, self.root).replace(os.sep, "/")
        return "" if relative == "." else relative

    def finish(self, configs: ConfigTree, force_exclude: bool = False, inner: tuple[str, ...] = ()) -> Opened:
        """Wait for the listing and return the project without what ``configs`` excludes.

        A named folder that the listing leaves out (an ignored one, a submodule) is walked. A named file belongs even
        where it is ignored or excluded, but with ``force_exclude`` not where it is excluded. ``inner`` are folders
        (each with a slash at its end) that are no part of the project. Raises ConfigError.
        """
        skip = self.skips = configs.of_root().exclude is None
        listing = self._lister.result(skip) if self._lister else list_folder(self.root)
        files, problems = set(listing.files), list(listing.problems)
        for folder in self.asked.folders:
            if not any(_lies_in(path, folder) for path in listing.files):
                extra = walk(self.root, folder, skip)
                files |= extra.files
                problems += extra.problems
                self._walked = True
        files |= self.asked.files
        files = {path for path in files if not path.startswith(inner)} if inner else files
        configs.add(files)
        kept = configs.kept(files) | (frozenset() if force_exclude else self.asked.files)
        overlay = {path: data for path, data in self._overlay.items() if path in kept}
        return Opened(Project(self.root, kept, overlay), self.asked, tuple(problems))

    def listing(self, skip: bool) -> bytes | None:
        """Return the digest of the names of the project's files; None where some of them are not in the listing.

        ``skip`` is what ``finish`` set ``skips`` to.
        """
        if self._lister is None or self._walked:
            return None
        from tenantlint.cache_file import digest

        listing = self._lister.result(skip)
        return None if listing.problems else digest("\0".join(sorted(listing.files)).encode("utf-8", "surrogateescape"))


def _lies_in(path: str, folder: str) -> bool:
    return folder in ("", path) or path.startswith(f"{folder}/")


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
        raise UsageError("the paths belong to different projects: give those of one; `tenantlint scan` checks several")
    return common, False
