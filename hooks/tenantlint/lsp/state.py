"""One project in an editor: its listing, its settings, and the outcome of its last check."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tenantlint import pipeline, rules
from tenantlint.asked import Asked
from tenantlint.config import OWN_FILE, SHARED_FILE, ConfigError, load
from tenantlint.config_tree import ConfigTree
from tenantlint.discover import Lister, Listing, belongs, find_root, list_folder
from tenantlint.lsp.live import Kept, LiveProject, signature
from tenantlint.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tenantlint.diagnostic import Diagnostic
    from tenantlint.lsp.live import Signature
    from tenantlint.pipeline import Outcome
    from tenantlint.settings import Settings

EVERYTHING = Asked(folders=("",))
_NEVER_OWN = frozenset({".git", ".venv", "__pycache__", "node_modules", "site-packages"})


class Checked(Record):
    """What a check came to. ``overlay`` are the open files of the project as it saw them."""

    project: LiveProject
    outcome: Outcome
    configs: ConfigTree
    problems: tuple[Diagnostic, ...]


class State:
    """A project: the same answers as ``tenantlint check`` gives, without asking for what has not changed.

    ``root`` is absolute. Its methods are called from one thread.
    """

    def __init__(self, root: str) -> None:
        self.root = root
        self._kept = Kept(root)
        self._listing: Listing | None = None
        self._configs: ConfigTree | None = None
        self._folders: dict[str, Signature | None] = {}
        self._configured: dict[str, Signature | None] = {}
        self._files: tuple[frozenset[str], frozenset[str]] | None = None
        self._last: tuple[dict[str, bytes], Checked] | None = None

    # What changes

    def touch(self, path: str) -> None:
        """Take note that a file (relative to the root) has been written, made or deleted."""
        self._kept.disk.forget(path)
        if self._last is not None and path not in self._last[0]:  # what is open counts as it is in the editor
            self._last = None
        if path.endswith((OWN_FILE, SHARED_FILE)):
            self._configs = self._last = None
        listed = self._listing is not None and path in self._listing.files
        if listed != os.path.lexists(os.path.join(self.root, path)):
            self._listing = self._last = None

    def forget(self) -> None:
        """Read everything again when it is asked for next."""
        self._kept = Kept(self.root)
        self._listing = self._configs = self._last = None

    def look_again(self) -> bool:
        """Compare the disk with what was read, take note of what changed, and return whether anything did."""
        changed = self._kept.disk.changed()
        for path in changed:
            self.touch(path)
        if self._configs is not None and any(signature(place) != known for place, known in self._configured.items()):
            self._configs = None
            changed = changed or ["."]
        if any(signature(os.path.join(self.root, folder)) != known for folder, known in self._folders.items()):
            before, self._listing = self._listing, None
            changed = changed or ["."] if self._list() != before else changed
        if changed:
            self._last = None
        return bool(changed)

    # What there is

    def check(self, overlay: Mapping[str, bytes]) -> Checked:
        """Check the project with ``overlay`` (by path relative to the root) over the disk. Raises ConfigError."""
        own = {path: data for path, data in overlay.items() if self._is_own(path)}
        if self._last is not None and self._last[0] == own:
            return self._last[1]
        configs = self._tree()
        listing = self._list()
        files = self._kept_files(configs, listing.files | own.keys())
        uses = any(rules.need_uses(settings.rules) for settings in configs.loaded())
        overlay = {path: data for path, data in own.items() if path in files}
        project = LiveProject(self._kept, files, overlay, uses)
        outcome = pipeline.check(project, EVERYTHING, configs, listing.problems)
        checked = Checked(project, outcome, configs, listing.problems)
        if not outcome.crashes:
            self._last = (own, checked)
        return checked

    def _is_own(self, path: str) -> bool:
        """Return whether an open file is the project's: a listed one, or a new one; not one that git ignores."""
        if not belongs(path) or not _NEVER_OWN.isdisjoint(path.split("/")):
            return False
        return path in self._list().files or not os.path.lexists(os.path.join(self.root, path))

    def _tree(self) -> ConfigTree:
        if self._configs is None:
            configs = ConfigTree(self.root, load)
            configs.add(self._list(configs.of_root()).files)
            places = {os.path.join(self.root, path) for path in self.configuration_files()}
            places |= {settings.path for settings in configs.loaded() if settings.path is not None}
            self._configured = {place: signature(place) for place in places}
            self._configs = configs
            self._files = None
        return self._configs

    def _list(self, settings: Settings | None = None) -> Listing:
        if self._listing is None:
            self._listing = self._listed(settings)
            folders = {folder for path in self._listing.files for folder in _above(path)}
            self._folders = {folder: signature(os.path.join(self.root, folder)) for folder in ("", *folders)}
            self._configs = None if settings is None else self._configs
            self._files = None
        return self._listing

    def _listed(self, settings: Settings | None) -> Listing:
        if find_root(self.root) is None:
            return list_folder(self.root)
        lister = Lister(self.root)
        try:
            settings = settings or load(self.root)
        except ConfigError:
            return lister.result()
        return lister.result(settings.exclude is None)

    def _kept_files(self, configs: ConfigTree, files: frozenset[str]) -> frozenset[str]:
        if self._files is None or self._files[0] != files:
            self._files = (files, configs.kept(files))
        return self._files[1]

    def configuration_files(self) -> Iterable[str]:
        """Return the configuration files of the project, relative to the root."""
        return [path for path in self._list().files if path.endswith((OWN_FILE, SHARED_FILE))]


def _above(path: str) -> Iterable[str]:
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path
