"""The Store of a run of the command line: encoded, in the project's cache file, and filled by several processes."""

from __future__ import annotations

import marshal
import os
import zlib
from typing import TYPE_CHECKING, Final

from tenantlint.cache_file import digest
from tenantlint.codec import CodecError, decode, encode, pack, unpack
from tenantlint.inputs import identity_of
from tenantlint.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tenantlint.cache_file import CacheFile
    from tenantlint.inputs import Inputs
    from tenantlint.source import Source
    from tenantlint.store import Kind

MAX_BYTES: Final = 256 * 1024 * 1024
"""No more is kept than this, which some 100,000 files take."""

_NEAR: Final = 8
"""A file that so many others come before is not waited for."""

_INDEX: Final = "index"
_CONTENT: Final = "content"
_LOOKS: Final = "looks"

Key = tuple[str, str]
Entry = tuple[bytes, int, int, bytes]
"""What a kept thing was made of, where it stands in the content, its size, and its checksum."""


Look = tuple[tuple[int, int, int, int], object]
"""The identity of a file that was looked at, and what that has shown, packed."""


class DiskStore(Store):
    """Keeps what is in a cache file, and what is added to it; ``file`` is None where nothing outlasts the run.

    ``expected`` makes the encoded form of many files at once: see ``tenantlint.pool``. ``inputs`` are needed to know
    whether a file is the one that was looked at.
    """

    def __init__(
        self,
        file: CacheFile | None,
        expected: Callable[[Kind, list[Source]], Iterable[bytes | None]] | None = None,
        inputs: Inputs | None = None,
    ) -> None:
        self.keeps = file is not None
        self._file = file
        self._expected = expected
        self._index: dict[Key, Entry] = {}
        self._added: dict[Key, tuple[bytes, bytes]] = {}
        self._looks: dict[str, dict[str, Look]] = {}
        self._new_looks = False
        self._inputs = inputs
        self._coming: Iterable[tuple[Key, Source, bytes | None]] = iter(())
        self._due: dict[Key, int] = {}
        self._taken = 0
        index, looks = (None if file is None else file.block(name) for name in (_INDEX, _LOOKS))
        if index is not None:
            self._index = marshal.loads(index)
        if looks is not None and inputs is not None:
            self._looks = marshal.loads(looks)

    def seen(self, root: str, path: str, name: str) -> object | None:
        """Return what the look has shown of a file, None where it was never looked at or has changed."""
        identity, packed = self._looks.get(name, {}).get(path, (None, None))
        if identity is None or self._inputs is None:
            return None
        place = os.path.join(root, path)
        try:
            status = os.stat(place)
        except OSError:
            return None
        if identity_of(status) != identity:
            return None
        self._inputs.note(place, status, None)
        return unpack(packed)

    def keep_seen(self, root: str, path: str, name: str, found: object) -> None:
        """Keep what a look has shown of a file, if its identity is known for sure."""
        identity = None if self._inputs is None else self._inputs.seen.get(os.path.join(root, path))
        if isinstance(identity, tuple):
            try:
                self._looks.setdefault(name, {})[path] = identity, pack(found)
            except CodecError:
                return
            self._new_looks = True

    def recall(self, name: str, source: Source, context: bytes = b"") -> object | None:
        """Return what was kept for a file of this path and content, None where there is nothing or it is damaged."""
        data = self._data((name, source.path), _made_of(source, context))
        if data is None:
            return None
        try:
            return decode(zlib.decompress(data))
        except (CodecError, zlib.error):
            return None

    def _data(self, key: Key, made_of: bytes) -> bytes | None:
        if self._due.pop(key, self._taken + _NEAR) < self._taken + _NEAR:
            self._take_all(key)
        if key in self._added:
            other, data = self._added[key]
            return data if other == made_of else None
        kept, start, size, checksum = self._index.get(key, (b"", 0, 0, b""))
        if kept != made_of or self._file is None:
            return None
        data = self._file.part(_CONTENT, start, size)
        return data if digest(data) == checksum else None

    def keep(self, name: str, source: Source, found: object, context: bytes = b"") -> None:
        """Keep ``found``, where it can be encoded, in the place of what was kept under this name for this path."""
        if self._file is not None:
            try:
                self._added[name, source.path] = _made_of(source, context), encoded(found)
            except CodecError:
                self._added.pop((name, source.path), None)

    def expect(self, kind: Kind, sources: Iterable[Source]) -> None:
        """Have those of the files read that nothing is kept of, several at once where that is quicker.

        They are taken when they are asked for, so that other work is done while they are read. One that is asked for
        long before its turn, as what many files import, is read here and now instead of waiting for all before it.
        """
        if self._expected is None:
            return
        self._take_all()
        unread = [each for each in sources if not self._knows(kind.name, each)]
        if self.progress is not None:
            self.progress.begin("Reading %s files", len(unread))
        coming = zip(unread, self._expected(kind, unread), strict=False)
        self._coming = (((kind.name, source.path), source, data) for source, data in coming)
        self._due = {(kind.name, source.path): number for number, source in enumerate(unread)}
        self._taken = 0

    def _take_all(self, until: Key | None = None) -> None:
        """Take what has been expected, as far as the file ``until``, where that is given."""
        for key, source, data in self._coming:
            self._due.pop(key, None)
            self._taken += 1
            if data is not None:
                if self.progress is not None:
                    self.progress.step()
                self._added[key] = _made_of(source, b""), data
            if key == until:
                return
        self._due.clear()

    def _knows(self, name: str, source: Source) -> bool:
        key = (name, source.path)
        kept = self._added[key][0] if key in self._added else self._index.get(key, (b"",))[0]
        return kept == _made_of(source, b"")

    def blocks(self, files: frozenset[str]) -> dict[str, list[bytes]] | None:
        """Return the blocks to write, without what belongs to none of ``files``; None where the old ones are right."""
        self._take_all()
        gone = [key for key in self._index if key[1] not in files]
        if self._file is None or not (self._added or gone or self._new_looks):
            return None
        content: list[bytes] = []
        index: dict[Key, Entry] = {}
        place = 0
        for key, made_of, data in (*self._new(files), *self._old(files)):
            if place + len(data) <= MAX_BYTES:
                index[key] = (made_of, place, len(data), digest(data))
                content.append(data)
                place += len(data)
        looks = {name: {path: seen[path] for path in seen if path in files} for name, seen in self._looks.items()}
        return {_INDEX: [marshal.dumps(index)], _CONTENT: content, _LOOKS: [marshal.dumps(looks)]}

    def _new(self, files: frozenset[str]) -> Iterable[tuple[Key, bytes, bytes]]:
        return ((key, made_of, data) for key, (made_of, data) in self._added.items() if key[1] in files)

    def _old(self, files: frozenset[str]) -> Iterable[tuple[Key, bytes, bytes]]:
        for key, (made_of, _, _, _) in self._index.items():
            if key not in self._added and key[1] in files and (data := self._data(key, made_of)) is not None:
                yield key, made_of, data


def old_blocks(file: CacheFile) -> dict[str, list[bytes]]:
    """Return the blocks of a file as they are."""
    found = {name: file.block(name) for name in (_INDEX, _CONTENT, _LOOKS)}
    return {name: [data] for name, data in found.items() if data is not None} if None not in found.values() else {}


def encoded(found: object) -> bytes:
    """Return what a Store keeps as bytes: a Fragment is four times its file, and compressed less than half of it."""
    return zlib.compress(encode(found), 1)


def _made_of(source: Source, context: bytes) -> bytes:
    return digest(b"%d %b%b%b" % (len(context), context, b"\xef" if source.bom else b".", source.data))
