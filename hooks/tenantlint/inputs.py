"""What a run has read of the disk, so that a later one can tell without reading that all of it is the same."""

from __future__ import annotations

import os
import stat
from time import time_ns

from tenantlint.cache_file import digest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Final, TypeAlias

    Identity: TypeAlias = tuple[int, int, int, int] | bytes | None

_TICK: Final = 2_000_000_000
"""Nanoseconds: no file system counts time in larger steps."""


class Inputs:
    """The identity of each file at the moment when it was read.

    That is its size, the times of its content and its inode, and their changes, in nanoseconds, and its inode number;
    for a file that was changed at most a moment before the run began, whose next change may bear the same time, the
    digest of its content; and None for a file that is not there. ``complete`` is false where something was read
    whose identity is not known: nothing may then be concluded.
    """

    def __init__(self) -> None:
        self.seen: dict[str, Identity] = {}
        self.complete = True
        self._settled = time_ns() - _TICK

    def read(self, place: str) -> bytes:
        """Return the content of a file at an absolute path, and take note of it. Raises OSError."""
        try:
            with open(place, "rb") as file:
                status, data = os.fstat(file.fileno()), file.read()
        except OSError:
            self.note_failure(place)
            raise
        self.note(place, status, data)
        return data

    def note(self, place: str, status: os.stat_result, data: bytes | None) -> None:
        """Take note of a file at an absolute path, and of its content where all of it was read."""
        identity: Identity = identity_of(status)
        if max(status.st_mtime_ns, status.st_ctime_ns) >= self._settled:
            identity = None if data is None else digest(data)
            self.complete = self.complete and data is not None
        self._add(place, identity)

    def note_failure(self, place: str) -> None:
        """Take note of a file that could not be read, most often because it is not there."""
        self._add(place, None)
        self.complete = self.complete and not os.path.lexists(place)

    def _add(self, place: str, identity: Identity) -> None:
        if self.seen.setdefault(place, identity) != identity:
            self.complete = False


def identity_of(status: os.stat_result) -> tuple[int, int, int, int]:
    """Return what stays the same as long as a file does."""
    return (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)


def unchanged(seen: Mapping[str, Identity]) -> bool:
    """Return whether every file is what it was."""
    lstat, missing = os.stat, (FileNotFoundError, NotADirectoryError)
    for place, identity in seen.items():
        try:
            status = lstat(place)
        except missing:
            if identity is not None or os.path.lexists(place):
                return False
            continue
        except (OSError, ValueError):
            return False
        if type(identity) is bytes:
            if not _has_content(place, identity):
                return False
        elif identity != (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino):
            return False
    return True


def _has_content(place: str, expected: bytes) -> bool:
    try:
        with open(place, "rb") as file:
            return stat.S_ISREG(os.fstat(file.fileno()).st_mode) and digest(file.read()) == expected
    except OSError:
        return False


def settled(seen: Mapping[str, Identity]) -> dict[str, Identity] | None:
    """Return the identities with times in the place of digests, None where there are none or it is too early for that.

    The digests are tested once more: after the times were taken.
    """
    late = {place: os.stat(place) for place, identity in seen.items() if type(identity) is bytes}
    if not late or any(max(each.st_mtime_ns, each.st_ctime_ns) >= time_ns() - _TICK for each in late.values()):
        return None
    return {**seen, **{p: identity_of(s) for p, s in late.items()}} if _all_have(seen, late) else None


def _all_have(seen: Mapping[str, Identity], places: Iterable[str]) -> bool:
    return all(isinstance(digest_of := seen[place], bytes) and _has_content(place, digest_of) for place in places)
