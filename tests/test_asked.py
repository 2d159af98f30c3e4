from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tenantlint.arguments import UsageError
from tenantlint.asked import Asked, Opened, Opening
from tenantlint.config import load
from tenantlint.config_tree import ConfigTree

if TYPE_CHECKING:
    from pathlib import Path


def write(root: Path, *paths: str) -> None:
    for path in paths:
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(path)


def finish(opening: Opening, force_exclude: bool = False) -> Opened:
    return opening.finish(ConfigTree(opening.root, load), force_exclude)


def test_nothing_given_asks_for_the_current_folder(tmp_path: Path) -> None:
    write(tmp_path, "package.json", "a.ts", "web/b.ts", "webs/c.ts")
    opened = finish(Opening([], str(tmp_path / "web")))
    assert opened.project.root == str(tmp_path)
    assert opened.project.files == {"package.json", "a.ts", "web/b.ts", "webs/c.ts"}
    assert opened.asked == Asked(folders=("web",))
    assert [path for path in sorted(opened.project.files) if path in opened.asked] == ["web/b.ts"]


def test_files_and_folders(tmp_path: Path) -> None:
    write(tmp_path, "package.json", "a.ts", "b.ts", "web/c.ts", "web/d/e.ts")
    opened = finish(Opening(["../b.ts", "./d/"], str(tmp_path / "web")))
    assert opened.asked == Asked(frozenset({"b.ts"}), ("web/d",))
    assert [path for path in sorted(opened.project.files) if path in opened.asked] == ["b.ts", "web/d/e.ts"]


def test_the_root_asks_for_everything(tmp_path: Path) -> None:
    write(tmp_path, "package.json", "web/c.ts")
    opened = finish(Opening([str(tmp_path)], "/"))
    assert opened.asked == Asked(folders=("",))
    assert "web/c.ts" in opened.asked


def test_what_is_named_belongs_even_where_a_listing_leaves_it_out(tmp_path: Path) -> None:
    write(tmp_path, "package.json", "a.ts", "dist/b.js", "build/c.js", "build/d/e.js")
    opened = finish(Opening(["dist/b.js", "build"], str(tmp_path)))
    assert opened.project.files == {"package.json", "a.ts", "dist/b.js", "build/c.js", "build/d/e.js"}


EXCLUDED = 'extend-exclude = ["gen", "*.test.ts"]\n'


def test_what_is_excluded_does_not_belong(tmp_path: Path) -> None:
    write(tmp_path, "a.ts", "a.test.ts", "gen/b.ts", "web/gen/c.ts", "web/d.ts")
    (tmp_path / "tenantlint.toml").write_text(EXCLUDED)
    assert finish(Opening([], str(tmp_path))).project.files == {"tenantlint.toml", "a.ts", "web/d.ts"}


def test_a_file_that_is_named_belongs_even_where_it_is_excluded_unless_forced(tmp_path: Path) -> None:
    write(tmp_path, "a.ts", "gen/b.ts", "gen/c.ts")
    (tmp_path / "tenantlint.toml").write_text(EXCLUDED)
    opening = Opening(["gen/b.ts"], str(tmp_path))
    assert finish(opening).project.files == {"tenantlint.toml", "a.ts", "gen/b.ts"}
    assert finish(opening, force_exclude=True).project.files == {"tenantlint.toml", "a.ts"}
    unsaved = Opening([], str(tmp_path), {"gen/d.ts": b""})
    assert "gen/d.ts" in finish(unsaved).project
    assert "gen/d.ts" not in finish(unsaved, force_exclude=True).project


def test_each_configuration_excludes_below_its_own_folder(tmp_path: Path) -> None:
    write(tmp_path, "package.json", "gen/a.ts", "web/gen/b.ts", "web/api/gen/c.ts")
    (tmp_path / "web/tenantlint.toml").write_text('exclude = ["/gen"]\n')
    assert finish(Opening([], str(tmp_path))).project.files == {
        "package.json",
        "gen/a.ts",
        "web/tenantlint.toml",
        "web/api/gen/c.ts",
    }


def test_exclude_replaces_the_folders_that_are_skipped_outside_git(tmp_path: Path) -> None:
    write(tmp_path, "dist/a.js", "gen/b.ts", "node_modules/c.js")
    (tmp_path / "tenantlint.toml").write_text('exclude = ["gen"]\n')
    assert finish(Opening([], str(tmp_path))).project.files == {"tenantlint.toml", "dist/a.js"}


def test_a_file_without_a_project_is_read_with_the_files_beside_it(tmp_path: Path) -> None:
    write(tmp_path, "a.ts", "b.ts", "deep/c.ts")
    assert finish(Opening(["a.ts"], str(tmp_path))).project.files == {"a.ts", "b.ts"}
    assert finish(Opening([], str(tmp_path))).project.files == {"a.ts", "b.ts", "deep/c.ts"}


def test_content_by_name_needs_no_file(tmp_path: Path) -> None:
    write(tmp_path, "package.json", "a.ts")
    opened = finish(Opening([], str(tmp_path), {"new/b.ts": b"content"}))
    assert opened.project.root == str(tmp_path)
    assert opened.asked == Asked(frozenset({"new/b.ts"}))
    assert opened.project.source("new/b.ts").data == b"content"
    assert opened.project.source("a.ts").data == b"a.ts"


def test_content_by_name_outranks_the_file(tmp_path: Path) -> None:
    write(tmp_path, "package.json", "a.ts")
    assert finish(Opening([], str(tmp_path), {"./a.ts": b"new"})).project.source("a.ts").data == b"new"


def test_content_of_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"^a folder has no content: \.$"):
        Opening([], str(tmp_path), {".": b""})


def test_missing_path(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"^no such file or folder: x/y\.ts$"):
        Opening(["x/y.ts"], str(tmp_path))


def test_a_dangling_link_is_there(tmp_path: Path) -> None:
    write(tmp_path, "package.json")
    os.symlink("nowhere", tmp_path / "a.ts")
    assert Opening(["a.ts"], str(tmp_path)).asked == Asked(frozenset({"a.ts"}))


def test_two_projects_at_once_are_refused(tmp_path: Path) -> None:
    write(tmp_path, "one/package.json", "two/package.json")
    with pytest.raises(
        UsageError,
        match=r"^the paths belong to different projects: give those of one; `tenantlint scan` checks several$",
    ):
        Opening(["one", "two"], str(tmp_path))


def test_packages_of_one_project(tmp_path: Path) -> None:
    write(tmp_path, "package.json", "one/package.json", "two/package.json")
    assert Opening(["one", "two"], str(tmp_path)).root == str(tmp_path)
