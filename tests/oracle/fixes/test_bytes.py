"""Fixes keep line ends, byte order marks, tabs, form feeds and text that is not ASCII: in both shops, by every fix."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING, Final

import pytest
from tests.oracle.fixes import shop

if TYPE_CHECKING:
    from pathlib import Path

SHOPS: Final = {"sqlmodel_shop": ("shop", "checks"), "drizzle_shop": ("src", "test")}
COMMANDS: Final = {
    "fix": ("check", "--fix", "--unsafe-fixes"),
    "rename-all": ("rename", "--all", "--unsafe-fixes"),
    "pin": ("rename", "--all", "--unsafe-fixes", "--pin-column-name"),
}


def other(path: str, data: bytes) -> bytes:
    """Return a file with a byte order mark, tabs, CRLF, and a first line with a form feed and an umlaut."""
    head, width = ("# ä\x0cß\n", 4) if path.endswith(".py") else ("// ä\x0cß\n", 2)
    text = re.sub(f"(?m)^(?: {{{width}}})+", lambda found: "\t" * (len(found[0]) // width), head + data.decode())
    return b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()


def fixed(root: Path, name: str, command: str, is_other: bool) -> dict[str, bytes]:
    shutil.copytree(shop.SHOPS / name, root, ignore=shutil.ignore_patterns("node_modules", "__pycache__"))
    for path, data in shop.content(root, *SHOPS[name]).items() if is_other else ():
        (root / path).write_bytes(other(path, data))
    assert shop.tenantlint(root, *COMMANDS[command]).status == (1 if command == "pin" else 0)
    return shop.content(root, *SHOPS[name])


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("name", SHOPS)
def test_bytes_outside_of_edits_stay(tmp_path: Path, name: str, command: str) -> None:
    plain = fixed(tmp_path / "plain", name, command, is_other=False)
    assert fixed(tmp_path / "other", name, command, is_other=True) == {
        path: other(path, data) for path, data in plain.items()
    }
