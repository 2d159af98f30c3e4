"""A file is replaced whole or not at all."""

import os
import signal
import stat
import subprocess
import sys
import time

import pytest

from tenantlint import files
from tenantlint.files import replace_file


def test_a_new_file_has_the_content_and_the_usual_permissions(tmp_path):
    path = tmp_path / "new.toml"
    (tmp_path / "other").touch()
    replace_file(str(path), b"a\r\n")
    assert path.read_bytes() == b"a\r\n"
    assert path.stat().st_mode == (tmp_path / "other").stat().st_mode


def test_an_existing_file_keeps_its_permissions_and_its_link(tmp_path):
    path = tmp_path / "target.py"
    path.write_bytes(b"old")
    path.chmod(0o751)
    link = tmp_path / "link.py"
    link.symlink_to(path)
    replace_file(str(link), b"new")
    assert (link.is_symlink(), path.read_bytes()) == (True, b"new")
    assert stat.S_IMODE(path.stat().st_mode) == 0o751


def test_nothing_changes_and_nothing_stays_behind_where_writing_fails(tmp_path, monkeypatch):
    path = tmp_path / "kept.py"
    path.write_bytes(b"old")

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(OSError, match="No space left on device"):
        replace_file(str(path), b"new")
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["kept.py"]


WRITER = """
import sys
from tenantlint.files import replace_files
paths = sys.argv[1:]
print("ready", flush=True)
while True:
    for letter in (b"a", b"b"):
        replace_files({path: letter * 300_000 for path in paths})
"""


@pytest.mark.parametrize("milliseconds", [1, 5, 10, 20, 40, 80])
def test_a_process_that_is_killed_leaves_each_file_old_or_new(tmp_path, milliseconds):
    paths = [tmp_path / name for name in ("one.py", "two.py", "three.py")]
    for path in paths:
        path.write_bytes(b"b" * 300_000)
    with subprocess.Popen([sys.executable, "-c", WRITER, *map(str, paths)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        time.sleep(milliseconds / 1000)
        process.kill()
    assert process.returncode == -signal.SIGKILL
    contents = {path.read_bytes() for path in paths}
    assert contents <= {b"a" * 300_000, b"b" * 300_000}
