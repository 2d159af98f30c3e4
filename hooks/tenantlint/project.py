"""The files of one project, read on demand."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tenantlint.source import Source

if TYPE_CHECKING:
    from collections.abc import Mapping


class Project:
    """A root folder and the files that belong to it.

    ``root`` is absolute. ``files`` are paths relative to it, with forward slashes. ``overlay`` gives the content of
    files that an editor has open, and outranks the disk.
    """

    def __init__(self, root: str, files: frozenset[str], overlay: Mapping[str, bytes] | None = None) -> None:
        self.root = root
        self.files = files | frozenset(overlay or ())
        self.overlay = dict(overlay or {})

    def __contains__(self, path: str) -> bool:
        return path in self.files

    def source(self, path: str) -> Source:
        """Return the content of a file of the project. Raises OSError where it cannot be read."""
        if path in self.overlay:
            return Source(path, self.overlay[path])
        with open(os.path.join(self.root, path), "rb") as file:
            return Source(path, file.read())
