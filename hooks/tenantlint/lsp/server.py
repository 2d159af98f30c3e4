"""The language server: what the client says and asks, and when it gets diagnostics."""

from __future__ import annotations

import asyncio
import gc
import os
import traceback
from typing import TYPE_CHECKING, Any, Final

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.uris import to_fs_path

from tenantlint import __version__
from tenantlint.discover import find_root
from tenantlint.lsp.session import Session, View, lies_in

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterable

    from tenantlint.diagnostic import Crash
    from tenantlint.lsp.documents import Document

WHILE_TYPING: Final = 0.15
"""Seconds without a change after which a buffer that is not saved is checked."""
AFTER_EVENTS: Final = 0.05
_GARBAGE_EVERY: Final = 50
_GARBAGE_AT: Final = (50_000, 20, 1000)
"""A check makes objects by the ten thousand and drops most at its end: looking for garbage meanwhile is waste."""

Shown = dict[str, list[types.Diagnostic]]


class Server(LanguageServer):
    """Checks the projects of the open files, and tells the client what is found.

    A client that pulls diagnostics, and can be told to do so again, gets none that it has not asked for.
    """

    def __init__(self) -> None:
        gc.set_threshold(*_GARBAGE_AT)
        super().__init__("tenantlint", __version__, types.TextDocumentSyncKind.Full)
        self.session = Session()
        self.pulls = False
        self.watches = False
        self.scope: str | None = None
        self.folders: list[str] = []
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._running: set[str] = set()
        self._wanted: set[str] = set()
        self._unsure: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._shown: dict[str, Shown] = {}
        self._told: set[str] = set()
        self._checks = 0

    # Settings

    def configure(self, options: object) -> None:
        """Take the settings that the client gives: ``{"scope": "open" | "project"}``."""
        if isinstance(options, dict):
            options = options.get("tenantlint", options)
        scope = options.get("scope", self.scope) if isinstance(options, dict) else self.scope
        if scope not in (None, "open", "project"):
            self.tell(f"tenantlint: scope is {scope!r}, but can only be 'open' or 'project'", types.MessageType.Warning)
        else:
            self.scope = scope
        self.session.all_files = scope == "project" or (self.pulls and scope is None)

    def look_at_folders(self) -> None:
        """Check the projects of the folders that are open, where all of their files are to be shown."""
        if self.session.all_files:
            for folder in self.folders:
                self.check_soon(locate_folder(folder), 0)

    def all_roots(self) -> list[str]:
        """Return the roots of the projects whose files are shown: those of folders and of open files."""
        folders = [locate_folder(folder) for folder in self.folders] if self.session.all_files else []
        return sorted({*folders, *self.session.documents.roots()})

    # Checks

    def check_soon(self, root: str, delay: float, unsure: bool = False) -> None:
        """Check a project after ``delay`` seconds without another call. ``unsure`` compares the disk afterwards."""
        timer = self._timers.pop(root, None)
        if timer is not None:
            timer.cancel()
        if unsure and not self.watches:
            self._unsure.add(root)
        self._timers[root] = asyncio.get_running_loop().call_later(delay, self._start, root)

    def _start(self, root: str) -> None:
        self._timers.pop(root, None)
        self._wanted.add(root)
        if root not in self._running:
            self._running.add(root)
            self.start(self._check(root))

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Run something, and tell of the bug where it fails."""
        task = asyncio.get_running_loop().create_task(self._guarded(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Exception as error:
            self.tell_bug(error)

    async def _check(self, root: str) -> None:
        try:
            while root in self._wanted:
                self._wanted.discard(root)
                view = await self.session.view(root)
                if root not in self._wanted:
                    self.show(view)
                    await self._afterwards(root)
        finally:
            self._running.discard(root)

    async def _afterwards(self, root: str) -> None:
        """Do what takes time when the client has its answer: compare the disk, and collect garbage."""
        if root in self._unsure:
            self._unsure.discard(root)
            if await self.session.look_again(root):
                self._wanted.add(root)
        if self._checks % _GARBAGE_EVERY == 0:
            gc.collect()
            gc.freeze()
        self._checks += 1

    # What the client gets

    def show(self, view: View) -> None:
        """Give the client the diagnostics of a check: those of open files always, others where they changed."""
        self._tell_problems(view)
        opened, root = view.opened, view.opened.root
        before, shown = self._shown.get(root, {}), self.shown(view)
        self._shown[root] = shown
        if self.pulls:
            if shown != before:
                self.workspace_diagnostic_refresh(None)
            return
        changed = {path for path in before.keys() | shown.keys() if before.get(path) != shown.get(path)}
        for path in sorted(changed | opened.files.keys()):
            self.text_document_publish_diagnostics(
                types.PublishDiagnosticsParams(opened.uri(path), shown.get(path, []), opened.version(path))
            )

    def shown(self, view: View) -> Shown:
        """Return the diagnostics that the client is to have, by file: of others than open ones those in its folders."""
        return {
            path: found
            for path, found in view.found.items()
            if path in view.opened.files or view.error is not None or lies_in(view.opened.root, path, self.folders)
        }

    def note_pulled(self, view: View, path: str) -> None:
        """Take note that the client has the diagnostics of a file; it is told where those of others have changed."""
        self._tell_problems(view)
        root, shown = view.opened.root, self.shown(view)
        before = self._shown.get(root)
        self._shown[root] = shown
        if before is not None and {**shown, path: []} != {**before, path: []}:
            self.workspace_diagnostic_refresh(None)

    def clear(self, document: Document) -> None:
        """Take back the diagnostics of a file that is closed, where only open ones have any."""
        if self.pulls or self.session.all_files:
            return
        self._shown.get(document.root, {}).pop(document.path, None)
        self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(document.uri, []))

    def leave(self, root: str) -> None:
        """Take back all diagnostics of a project that is no longer of interest."""
        for path in self._shown.pop(root, {}):
            if not self.pulls:
                uri = self.session.documents.of(root).uri(path)
                self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, []))
        self.session.leave(root)

    def _tell_problems(self, view: View) -> None:
        if view.error is not None:
            self.tell_once(f"tenantlint: {view.error}")
            return
        self._told = {each for each in self._told if each.startswith(_BUG)}
        checked = view.checked
        for crash in () if checked is None else checked.outcome.crashes:
            self.tell_crash(crash)

    def tell(self, message: str, kind: types.MessageType = types.MessageType.Error) -> None:
        """Show a message."""
        self.window_show_message(types.ShowMessageParams(kind, message))

    def tell_once(self, message: str) -> None:
        """Show an error message, but not again until it has gone away."""
        if message not in self._told:
            self._told.add(message)
            self.tell(message)

    def tell_crash(self, crash: Crash) -> None:
        """Put a bug into the log, once."""
        message = f"{_BUG}{crash.what} failed: {crash.error}\n{crash.trace}"
        if message not in self._told:
            self._told.add(message)
            self.log(message)

    def tell_bug(self, error: BaseException) -> None:
        """Put an exception that nobody expected into the log."""
        trace = "".join(traceback.format_exception(error))
        self.log(f"{_BUG}{type(error).__name__}: {error}\n{trace}")

    def log(self, message: str) -> None:
        """Put an error into the client's log."""
        self.window_log_message(types.LogMessageParams(types.MessageType.Error, message))

    def report_server_error(self, error: Exception, source: object) -> None:
        """Put what goes wrong while messages are read into the log; the base class shows it as a message."""
        self.log(f"{_BUG}{error}")


_BUG: Final = "tenantlint: this is a bug: "


def locate_folder(folder: str) -> str:
    """Return the root of the project that a folder belongs to, the folder itself where nothing marks one."""
    return find_root(folder) or folder


def folder_places(folders: Iterable[types.WorkspaceFolder]) -> list[str]:
    """Return the folders of a workspace that are in the file system."""
    places = (to_fs_path(each.uri) for each in folders)
    return [os.path.normpath(place) for place in places if place]
