"""The file that keeps what is known of one project from run to run: named blocks of bytes.

It lies in the user's own cache folder, not in the project: there a repository could bring one along, and so have
findings left out that it does not want to be told of. A file that another user owns, or may write, is not read. Every
block has a checksum, and only blocks that pass it are decoded; ``marshal`` makes plain values of them and runs nothing.

A file is written beside its place and then put there, so that a reader sees the old one or the new one, whole; of
several writers the last one wins. Whatever is wrong with a file, it counts as absent. What cannot be written is not.
"""

from __future__ import annotations

import marshal
import os
import sys

try:
    from _blake2 import blake2b  # without OpenSSL, which hashlib loads
except ImportError:  # another Python than CPython
    from hashlib import blake2b

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Final

_MAGIC: Final = b"tenantlint cache 1\n"
_DIGEST: Final = 16
_HEAD: Final = len(_MAGIC) + 2 * _DIGEST + 8
_NAMES: Final = ".cache"
_FORGOTTEN_AFTER: Final = 60 * 24 * 3600
"""Seconds after which the file of a project that is not checked any more is removed."""
_READ: Final = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_TAG: Final = b"Signature: 8a477f597d28d172789f06886806bc55\n# This folder is a cache of tenantlint.\n"


def digest(data: bytes) -> bytes:
    """Return 16 bytes that tell this content from any other."""
    return blake2b(data, digest_size=_DIGEST).digest()


def cache_folder(chosen: str | None) -> str | None:
    """Return the absolute folder of the caches: the one chosen, or the environment's, or the user's; None without."""
    folder = chosen or os.environ.get("TENANTLINT_CACHE_DIR")
    if folder:
        return os.path.abspath(folder)
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA", "")
    elif sys.platform == "darwin":
        base = os.path.expanduser("~/Library/Caches")
    else:
        base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return os.path.join(base, "tenantlint") if os.path.isabs(base) else None


def code_stamp() -> bytes:
    """Return what changes when tenantlint, one of its parsers, or Python does."""
    parts = [sys.version]
    folders = [os.path.dirname(__file__)]
    while folders:
        with os.scandir(folders.pop()) as entries:
            for entry in entries:
                if entry.name.endswith(".py"):
                    status = entry.stat()
                    parts.append(f"{entry.path} {status.st_size} {status.st_mtime_ns}")
                elif entry.name != "__pycache__" and entry.is_dir():
                    folders.append(entry.path)
    for folder in sys.path:
        if folder.endswith("-packages"):  # installing anything changes the folder
            parts.append(f"{folder} {os.stat(folder).st_mtime_ns}")
    return digest("\n".join(sorted(parts)).encode("utf-8", "surrogateescape"))


class CacheFile:
    """The blocks of one project, by name."""

    def __init__(self, folder: str, root: str, stamp: bytes) -> None:
        """Open the file for the project at ``root``; there are no blocks where it cannot be used."""
        self.place = os.path.join(folder, digest(os.fsencode(root)).hex() + _NAMES)
        self._stamp = stamp
        self._directory: dict[str, tuple[int, int, bytes]] = {}
        self._start = 0
        self._handle = -1
        try:
            self._handle = os.open(self.place, _READ)
            if _is_own(self._handle):
                self._read_directory()
        except (OSError, ValueError, EOFError, TypeError):
            self._directory = {}

    def _read_directory(self) -> None:
        head = os.read(self._handle, _HEAD)
        start = len(_MAGIC)
        if len(head) < _HEAD or not head.startswith(_MAGIC + self._stamp):
            return
        checksum, size = head[start + _DIGEST : start + 2 * _DIGEST], int.from_bytes(head[-8:], "little")
        if size > os.fstat(self._handle).st_size:
            return
        data = os.read(self._handle, size)
        if digest(data) == checksum:
            self._directory = marshal.loads(data)
            self._start = _HEAD + size

    def names(self) -> list[str]:
        """Return the names of the blocks, in the order in which they were written."""
        return list(self._directory)

    def size(self, name: str) -> int:
        """Return the size of a block in bytes."""
        return self._directory[name][1]

    def block(self, name: str) -> bytes | None:
        """Return a block, None where there is none or it is damaged."""
        _, size, checksum = self._directory.get(name, (0, 0, b""))
        data = self.part(name, 0, size)
        return data if checksum and digest(data) == checksum else None

    def part(self, name: str, start: int, size: int) -> bytes:
        """Return a part of a block as it is there, fewer bytes where the file ends early. No checksum is tested."""
        if name not in self._directory:
            return b""
        try:
            os.lseek(self._handle, self._start + self._directory[name][0] + start, os.SEEK_SET)
            return os.read(self._handle, size)
        except OSError:
            return b""

    def replace(self, blocks: Mapping[str, Sequence[bytes]]) -> None:
        """Put a file with exactly these blocks, in this order, in the place of the old one, if that can be.

        A block is given in parts, so that a large one need not be in memory twice.
        """
        try:
            folder = os.path.dirname(self.place)
            if not os.path.exists(self.place):
                _prepare(folder)
            temporary = f"{self.place}.{os.getpid()}.{os.urandom(4).hex()}"
            try:
                handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                with open(handle, "wb") as file:
                    file.writelines(_written(blocks, self._stamp))
                os.replace(temporary, self.place)
            except BaseException:
                _remove(temporary)
                raise
        except OSError:
            return  # a cache that cannot be written makes the next run slow, not wrong

    def close(self) -> None:
        """Close the file."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1


def _written(blocks: Mapping[str, Sequence[bytes]], stamp: bytes) -> Iterable[bytes]:
    """Yield the parts of a file: its head, the directory, and the blocks, whose places count from the first one."""
    directory: dict[str, tuple[int, int, bytes]] = {}
    place = 0
    for name, parts in blocks.items():
        size, checksum = sum(map(len, parts)), blake2b(digest_size=_DIGEST)
        for part in parts:
            checksum.update(part)
        directory[name] = (place, size, checksum.digest())
        place += size
    listed = marshal.dumps(directory)
    yield b"".join((_MAGIC, stamp, digest(listed), len(listed).to_bytes(8, "little"), listed))
    for parts in blocks.values():
        yield from parts


def _is_own(handle: int) -> bool:
    status = os.fstat(handle)
    return not hasattr(os, "geteuid") or (status.st_uid == os.geteuid() and not status.st_mode & 0o022)


def _prepare(folder: str) -> None:
    """Make the folder of the caches, and remove the files of projects that have long not been checked."""
    import time

    if not os.path.isdir(folder):
        os.makedirs(folder, mode=0o700)
        for name, data in (("CACHEDIR.TAG", _TAG), (".gitignore", b"*\n")):
            with open(os.path.join(folder, name), "wb") as file:
                file.write(data)
    with os.scandir(folder) as entries:
        for entry in entries:
            if _NAMES in entry.name and entry.stat().st_mtime < time.time() - _FORGOTTEN_AFTER:
                _remove(entry.path)


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        return
