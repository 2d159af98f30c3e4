"""The files that the client has open, and how the places of a project look to it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from pygls.uris import from_fs_path, to_fs_path

from tenantlint.discover import find_root
from tenantlint.lsp.positions import Positions
from tenantlint.record import Record
from tenantlint.source import BOM, Source

if TYPE_CHECKING:
    from lsprotocol.types import Range

    from tenantlint.project import Project
    from tenantlint.source import Location


class Document(Record):
    """A file that the client has open: as it names it, and as it is in its buffer. ``root`` is its project's."""

    uri: str
    root: str
    path: str
    version: int | None
    data: bytes


class Documents:
    """The open files by their URI."""

    def __init__(self) -> None:
        self._open: dict[str, Document] = {}

    def put(self, uri: str, version: int | None, text: str) -> Document | None:
        """Take note of the content of an open file, and return it; None where it is no file of the file system."""
        place = locate(uri)
        if place is None:
            return None
        root, path = place
        document = Document(uri, root, path, version, text.encode("utf-8", "surrogatepass"))
        self._open[uri] = document
        return document

    def remove(self, uri: str) -> Document | None:
        """Take note that a file is closed, and return what it was."""
        return self._open.pop(uri, None)

    def get(self, uri: str) -> Document | None:
        """Return an open file."""
        return self._open.get(uri)

    def uris(self) -> list[str]:
        """Return the URIs of the open files."""
        return list(self._open)

    def relocate(self) -> set[str]:
        """Look again which projects the open files belong to; return the roots of those that have come or gone."""
        before = self.roots()
        for uri, each in list(self._open.items()):
            place = locate(uri)
            if place is not None and place != (each.root, each.path):
                self._open[uri] = Document(uri, *place, each.version, each.data)
        return before ^ self.roots()

    def of(self, root: str) -> Opened:
        """Return the open files of a project, as they are now."""
        return Opened(root, {each.path: each for each in self._open.values() if each.root == root})

    def roots(self) -> set[str]:
        """Return the roots of the projects that have open files."""
        return {each.root for each in self._open.values()}


class Opened(Record):
    """The open files of a project at one time, by path relative to its root."""

    root: str
    files: dict[str, Document]

    def overlay(self) -> dict[str, bytes]:
        """Return the content of the buffers."""
        return {path: document.data for path, document in self.files.items()}

    def uri(self, path: str) -> str:
        """Return the URI of a file of the project: the client's own for an open one."""
        document = self.files.get(path)
        return uri_of(self.root, path) if document is None else document.uri

    def version(self, path: str) -> int | None:
        """Return the version of an open file, None for another."""
        document = self.files.get(path)
        return None if document is None else document.version


class Places:
    """The places in the files of a project as the client counts them."""

    def __init__(self, project: Project, opened: Opened, encoding: str) -> None:
        self.project = project
        self.opened = opened
        self._encoding = encoding
        self._positions: dict[str, Positions] = {}

    def of(self, path: str) -> Positions:
        """Return the positions of a file; everything stands at the start of one that cannot be read."""
        found = self._positions.get(path)
        if found is None:
            document = self.opened.files.get(path)
            try:
                source = self.project.source(path)
            except OSError:
                source = Source(path, b"")
            bom = document is not None and document.data.startswith(BOM)
            found = self._positions[path] = Positions(source, self._encoding, bom)
        return found

    def range(self, at: Location) -> Range:
        """Return the range of a place."""
        return self.of(at.path).range(at.start, at.end)


def locate(uri: str) -> tuple[str, str] | None:
    """Return the root of the project of a file and its path there, None for what is no file of the file system."""
    place = to_fs_path(uri)
    if not place or not os.path.isabs(place):
        return None
    place = os.path.normpath(place)
    folder = os.path.dirname(place)
    while not os.path.isdir(folder) and folder != os.path.dirname(folder):
        folder = os.path.dirname(folder)
    root = find_root(folder) or folder
    return root, os.path.relpath(place, root).replace(os.sep, "/")


def uri_of(root: str, path: str) -> str:
    """Return the URI of a file of a project."""
    return str(from_fs_path(os.path.join(root, path)))
