"""Which configuration governs which file of a project: the nearest one upward."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tenantlint.config import OWN_FILE, SHARED_FILE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tenantlint.settings import Settings


class ConfigTree:
    """The settings of every file of a project: the same object for all files that one configuration governs.

    ``load`` returns the settings that hold in an absolute folder; it is asked once for each folder that may hold a
    configuration file. With ``single`` only the root is asked, and its settings hold for all files.
    """

    def __init__(self, root: str, load: Callable[[str], Settings], single: bool = False) -> None:
        self.root = root
        self._load = load
        self._single = single
        self._folders: dict[str, str] = {}
        self._settings: dict[str, Settings] = {}
        self._by_path: dict[str | None, Settings] = {}
        self._matchers: dict[tuple[str, ...], Callable[[str], bool]] = {}

    def of_root(self) -> Settings:
        """Return the settings of the root folder."""
        return self._of_folder("")

    def loaded(self) -> list[Settings]:
        """Return the settings that were asked for so far, those of the root among them."""
        self.of_root()
        return list(self._by_path.values())

    def add(self, files: Iterable[str]) -> None:
        """Take note of the configuration files among ``files`` (relative to the root)."""
        if not self._single:
            for path in files:
                if path.endswith((OWN_FILE, SHARED_FILE)):
                    folder = os.path.dirname(path)
                    self._folders[folder] = folder

    def of(self, path: str) -> Settings:
        """Return the settings that govern the file ``path`` (relative to the root)."""
        return self._of_folder(self._governing(os.path.dirname(path)))

    def _governing(self, folder: str) -> str:
        found = self._folders.get(folder)
        if found is None:
            found = self._folders[folder] = self._governing(os.path.dirname(folder)) if folder else ""
        return found

    def _of_folder(self, folder: str) -> Settings:
        settings = self._settings.get(folder)
        if settings is None:
            loaded = self._load(os.path.join(self.root, folder) if folder else self.root)
            settings = self._settings[folder] = self._by_path.setdefault(loaded.path, loaded)
        return settings

    def relative(self, path: str, settings: Settings) -> str:
        """Return ``path`` relative to the folder of the configuration, as its patterns want it."""
        if settings.root is None or settings.root == self.root:
            return path
        return os.path.relpath(os.path.join(self.root, path), settings.root).replace(os.sep, "/")

    def kept(self, files: Iterable[str]) -> frozenset[str]:
        """Return the files that no configuration excludes."""
        return frozenset(path for path in files if not self._is_excluded(path))

    def _is_excluded(self, path: str) -> bool:
        settings = self.of(path)
        patterns = (*(settings.exclude or ()), *settings.extend_exclude)
        return bool(patterns) and self._matcher(patterns)(self.relative(path, settings))

    def _matcher(self, patterns: tuple[str, ...]) -> Callable[[str], bool]:
        match = self._matchers.get(patterns)
        if match is None:
            from tenantlint.globs import matcher

            match = self._matchers[patterns] = matcher(patterns)
        return match
