"""The projects of one client: their states, what is open in them, and what the client can do.

All checks are made in one thread of their own, in the order in which they are asked for, so that messages are read
while a check runs.
"""

from __future__ import annotations

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from tenantlint.config import ConfigError
from tenantlint.lsp.diagnostics import Found, of, of_configuration
from tenantlint.lsp.documents import Documents, Opened, Places, locate
from tenantlint.lsp.fixing import Fixes
from tenantlint.lsp.state import State
from tenantlint.record import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Container

    from tenantlint.lsp.state import Checked

T = TypeVar("T")


class View(Record):
    """A project after a check, as the client is to see it. ``fixes`` is None where the configuration is wrong.

    ``found`` has the diagnostics of the files that were asked for, and ``error`` what is wrong with the configuration.
    """

    opened: Opened
    found: Found
    fixes: Fixes | None
    places: Places | None
    error: str | None

    @property
    def checked(self) -> Checked | None:
        """The check, None where the configuration is wrong."""
        return None if self.fixes is None else self.fixes.checked


class Everything:
    """Contains every path."""

    def __contains__(self, path: object) -> bool:
        return True


class Session:
    """The projects of a client, by their roots."""

    def __init__(self) -> None:
        self.documents = Documents()
        self.encoding = "utf-16"
        self.all_files = False
        self._states: dict[str, State] = {}
        self._fixes: dict[str, Fixes] = {}
        self._worker = ThreadPoolExecutor(1, "check")

    def close(self) -> None:
        """Stop the thread when it is done with what it does."""
        self._worker.shutdown(wait=False, cancel_futures=True)

    def roots(self) -> list[str]:
        """Return the roots of the projects that have been looked at."""
        return list(self._states)

    # In the thread of the messages

    async def run(self, root: str, do: Callable[[View], T]) -> T:
        """Check a project as it is now, and return what ``do``, in the thread of the checks, makes of it."""
        opened = self.documents.of(root)
        return await self._in_worker(lambda: do(self._view(opened)))

    async def view(self, root: str) -> View:
        """Check a project as it is now."""
        return await self.run(root, lambda view: view)

    async def look_again(self, root: str) -> bool:
        """Compare the disk with what was read of a project, and return whether anything has changed."""
        return await self._in_worker(lambda: self._state(root).look_again())

    async def _in_worker(self, do: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._worker, do)

    def touch(self, uri: str) -> str | None:
        """Take note that a file has changed on the disk. Return the root of its project where that was looked at."""
        place = locate(uri)
        if place is None or place[0] not in self._states:
            return None
        root, path = place
        self._worker.submit(self._states[root].touch, path)
        return root

    def forget(self, root: str) -> None:
        """Take note that everything of a project may have changed."""
        if root in self._states:
            self._worker.submit(self._states[root].forget)

    def leave(self, root: str) -> None:
        """Forget a project."""
        self._states.pop(root, None)
        self._fixes.pop(root, None)

    # In the thread of the checks

    def _state(self, root: str) -> State:
        state = self._states.get(root)
        if state is None:
            state = self._states[root] = State(root)
        return state

    def _view(self, opened: Opened) -> View:
        state = self._state(opened.root)
        try:
            checked = state.check(opened.overlay())
        except ConfigError as error:
            return View(opened, of_configuration(error, state), None, None, str(error))
        fixes = self._fixes.get(opened.root)
        if fixes is None or fixes.checked is not checked:
            fixes = self._fixes[opened.root] = Fixes(checked)
        places = Places(checked.project, opened, self.encoding)
        wanted: Container[str] = Everything() if self.all_files else opened.files
        return View(opened, of(checked, places, wanted), fixes, places, None)


def lies_in(root: str, path: str, folders: list[str]) -> bool:
    """Return whether a file of a project lies in one of ``folders`` (absolute), or there are none."""
    place = os.path.join(root, path)
    return not folders or any(place == each or place.startswith(f"{each.rstrip(os.sep)}{os.sep}") for each in folders)
