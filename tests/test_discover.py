from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from tenantlint import discover
from tenantlint.discover import Lister, Listing, find_root, list_folder, walk

if TYPE_CHECKING:
    from pathlib import Path


def write(root: Path, *paths: str) -> None:
    for path in paths:
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("")


def git(root: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", str(root), *arguments], check=True, capture_output=True)


def files(root: Path) -> list[str]:
    return sorted(Lister(str(root)).result().files)


@pytest.mark.parametrize(
    ("markers", "start", "root"),
    [
        ((".git/config",), "a/b", ""),
        ((".git/config", "a/package.json"), "a/b", ""),
        (("a/.git", "package.json"), "a/b", "a"),
        (("package.json", "a/pyproject.toml"), "a/b", "a"),
        (("tenantlint.toml",), "a/b", ""),
    ],
)
def test_root(tmp_path: Path, markers: tuple[str, ...], start: str, root: str) -> None:
    write(tmp_path, *markers, "a/b/x.py")
    assert find_root(str(tmp_path / start)) == str(tmp_path / root)


def test_no_root(tmp_path: Path) -> None:
    assert find_root(str(tmp_path)) is None


def test_walk_takes_what_can_declare_a_schema_and_the_settings_for_it(tmp_path: Path) -> None:
    wanted = [
        *(f"src/a{suffix}" for suffix in (".py", ".pyi", ".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs")),
        *("a.sql", "drizzle/meta/_journal.json", "drizzle/1_a/snapshot.json"),
        *("package.json", "tsconfig.json", "web/tsconfig.base.json", "jsconfig.json", "drizzle.config.ts"),
        *("pyproject.toml", "tenantlint.toml"),
    ]
    write(tmp_path, *wanted, "README.md", "a.json", "mytsconfig.json", "node_modules/x/a.ts", "a/.venv/b.py")
    write(tmp_path, "dist/a.js", "__pycache__/a.py", "lib/site-packages/m.py")
    assert walk(str(tmp_path)) == Listing(frozenset(wanted))
    assert files(tmp_path) == sorted(wanted)
    assert walk(str(tmp_path), "web") == Listing(frozenset({"web/tsconfig.base.json"}))


def test_walk_follows_links_to_files_and_not_to_folders(tmp_path: Path) -> None:
    write(tmp_path, "a/x.py")
    (tmp_path / "a/loop").symlink_to(tmp_path)
    (tmp_path / "link.py").symlink_to(tmp_path / "a/x.py")
    (tmp_path / "gone.py").symlink_to(tmp_path / "nowhere.py")
    (tmp_path / "self.py").symlink_to(tmp_path / "self.py")
    assert files(tmp_path) == ["a/x.py", "gone.py", "link.py", "self.py"]


def test_a_folder_that_cannot_be_listed_is_one_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "a/x.py", "b/y.py")
    scandir = os.scandir

    def refuse(path: str) -> object:
        if path.endswith("/b"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(discover.os, "scandir", refuse)
    listing = walk(str(tmp_path))
    assert listing.files == {"a/x.py"}
    assert [(item.code, item.at.path, item.message) for item in listing.problems] == [
        ("ERR001", "b", "it cannot be read: Permission denied")
    ]


def test_git_says_what_belongs_to_a_repository(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    (tmp_path / ".gitignore").write_text("/ignored/\n*.gen.ts\n")
    write(tmp_path, "tracked.py", "new.ts", "ignored/x.py", "a.gen.ts", "build/kept.py", "name with\nnewline é.py")
    write(tmp_path, "node_modules/m/index.js", "web/node_modules/m/index.js", "web/src/a.ts")
    git(tmp_path, "add", "tracked.py")
    expected = ["build/kept.py", "name with\nnewline é.py", "new.ts", "tracked.py", "web/src/a.ts"]
    assert files(tmp_path) == expected


def test_a_repository_inside_is_a_project_of_its_own(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    write(tmp_path, "a.py", "inner/b.py")
    git(tmp_path / "inner", "init", "-q")
    assert files(tmp_path) == ["a.py"]
    assert files(tmp_path / "inner") == ["b.py"]


def test_a_linked_worktree_is_a_project(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "main")
    write(tmp_path, "main/a.py")
    git(tmp_path / "main", "add", ".")
    git(tmp_path / "main", "-c", "user.name=n", "-c", "user.email=e", "commit", "-qm", "m")
    git(tmp_path / "main", "worktree", "add", "-q", "../tree")
    write(tmp_path, "tree/b.py")
    assert find_root(str(tmp_path / "tree")) == str(tmp_path / "tree")
    assert files(tmp_path / "tree") == ["a.py", "b.py"]


def test_the_repository_that_git_names_to_its_hooks_does_not_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("one", "two"):
        git(tmp_path, "init", "-q", name)
        write(tmp_path, f"{name}/{name}.py")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "one/.git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(tmp_path / "one"))
    assert files(tmp_path / "two") == ["two.py"]


def test_where_git_fails_the_folder_is_walked(tmp_path: Path) -> None:
    write(tmp_path, ".git/config", "a.py")
    assert files(tmp_path) == ["a.py"]


def test_where_there_is_no_git_the_folder_is_walked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git(tmp_path, "init", "-q")
    write(tmp_path, "a.py")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert files(tmp_path) == ["a.py"]


def test_where_processes_start_otherwise_the_folder_is_walked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git(tmp_path, "init", "-q")
    write(tmp_path, "a.py")
    monkeypatch.delattr(os, "posix_spawnp")
    assert files(tmp_path) == ["a.py"]


def test_a_large_listing_does_not_block(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    names = [f"{'x' * 200}{number:04}.py" for number in range(1000)]
    write(tmp_path, *names)
    lister = Lister(str(tmp_path))
    assert sorted(lister.result().files) == names


def test_list_folder_does_not_go_down(tmp_path: Path) -> None:
    write(tmp_path, "a.py", "b.md", "c/d.py")
    assert list_folder(str(tmp_path)).files == {"a.py"}
