"""Writing files so that nothing is ever lost: a file has its old content or the whole new one."""

from __future__ import annotations

import os


def replace_file(path: str, data: bytes) -> None:
    """Give the file at ``path`` the content ``data``, at once. An existing file keeps its permissions.

    The content is written to another file in the same folder, which then takes the place of the first; a link stays
    and its target is replaced. Raises OSError, and then the file is as it was.
    """
    from tempfile import mkstemp

    place = os.path.realpath(path)
    handle, temporary = mkstemp(prefix=f".{os.path.basename(place)}.", dir=os.path.dirname(place))
    try:
        with open(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, _mode(place))
        os.replace(temporary, place)
    except BaseException:
        os.unlink(temporary)
        raise


def _mode(path: str) -> int:
    """Return the permissions of a file, or those that a new one has."""
    try:
        return os.stat(path).st_mode & 0o7777
    except FileNotFoundError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask
