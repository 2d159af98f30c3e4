"""Writing files so that nothing is ever lost: a file has its old content or the whole new one."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def told(error: OSError) -> str:
    """Return in words which file could not be written, as seen from the current folder, and why."""
    path = os.path.relpath(error.filename) if isinstance(error.filename, str) else "a file"
    return f"{path} cannot be written: {error.strerror}"


def replace_file(path: str, data: bytes) -> None:
    """Give the file at ``path`` the content ``data``, at once. An existing file keeps its permissions.

    The content is written to another file in the same folder, which then takes the place of the first; a link stays
    and its target is replaced. Raises OSError, and then the file is as it was.
    """
    replace_files({path: data})


def replace_files(contents: Mapping[str, bytes]) -> None:
    """Give each file its content. All are written beside their places before the first one takes its place.

    So a full disk or a folder that is not writable changes nothing, and a process that dies leaves each file old or
    new. Folders that are missing are made. Raises OSError, which names the file.
    """
    written: list[tuple[str, str]] = []
    place = ""
    try:
        for path, data in contents.items():
            place = os.path.realpath(path)
            written.append((_write_beside(place, data), place))
        while written:
            temporary, place = written[0]
            os.replace(temporary, place)
            del written[0]
    except OSError as error:
        raise OSError(error.errno, error.strerror, place) from error
    finally:
        for temporary, _ in written:
            os.unlink(temporary)


def _write_beside(place: str, data: bytes) -> str:
    """Write the content to a new file in the folder of ``place``, with the permissions of that, and return its path."""
    from tempfile import mkstemp

    os.makedirs(os.path.dirname(place), exist_ok=True)
    handle, temporary = mkstemp(prefix=f".{os.path.basename(place)}.", dir=os.path.dirname(place))
    try:
        with open(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, _mode(place))
    except BaseException:
        os.unlink(temporary)
        raise
    return temporary


def _mode(path: str) -> int:
    """Return the permissions of a file, or those that a new one has."""
    try:
        return os.stat(path).st_mode & 0o7777
    except FileNotFoundError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask
