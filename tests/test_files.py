"""A file is replaced whole or not at all."""

import os
import stat

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
