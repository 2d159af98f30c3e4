from __future__ import annotations

from tenantlint.config_tree import ConfigTree
from tenantlint.settings import Settings


class Loader:
    """Loads settings as ``config.load`` does: the nearest folder upward that has a file decides."""

    def __init__(self, *folders: str) -> None:
        self.folders = folders
        self.asked: list[str] = []

    def __call__(self, folder: str) -> Settings:
        self.asked.append(folder)
        while folder not in self.folders and folder != "/":
            folder = folder.rsplit("/", 1)[0] or "/"
        path = f"{folder}/tenantlint.toml" if folder in self.folders else None
        return Settings(frozenset(), path=path, root=None if path is None else folder)


FILES = [
    "pyproject.toml",
    "web/tenantlint.toml",
    "web/src/db/a.ts",
    "api/pyproject.toml",
    "api/b.py",
    "my-pyproject.toml/c.py",
]


def test_the_nearest_configuration_governs() -> None:
    load = Loader("/p", "/p/web")
    tree = ConfigTree("/p", load)
    tree.add(FILES)
    governing = {path: tree.of(path).root for path in ("web/src/db/a.ts", "web/x.ts", "api/b.py", "a.py", "c/d/e.py")}
    assert governing == {
        "web/src/db/a.ts": "/p/web",
        "web/x.ts": "/p/web",
        "api/b.py": "/p",
        "a.py": "/p",
        "c/d/e.py": "/p",
    }


def test_one_configuration_is_one_object_and_is_loaded_once_for_each_folder_that_may_hold_one() -> None:
    load = Loader("/p", "/p/web")
    tree = ConfigTree("/p", load)
    tree.add(FILES)
    assert tree.of("api/b.py") is tree.of_root()
    assert tree.of("api/deep/c.py") is tree.of("x.py")
    assert tree.of("web/a.ts") is tree.of("web/src/b.ts")
    assert sorted(load.asked) == ["/p", "/p/api", "/p/web"]


def test_a_single_configuration_governs_all() -> None:
    load = Loader("/p", "/p/web")
    tree = ConfigTree("/p", load, single=True)
    tree.add(FILES)
    assert tree.of("web/src/db/a.ts") is tree.of_root()
    assert load.asked == ["/p"]


def test_paths_are_relative_to_the_configuration() -> None:
    tree = ConfigTree("/p", Loader())
    assert tree.relative("web/a.ts", Settings(frozenset())) == "web/a.ts"
    assert tree.relative("web/a.ts", Settings(frozenset(), root="/p")) == "web/a.ts"
    assert tree.relative("web/a.ts", Settings(frozenset(), root="/p/web")) == "a.ts"
    assert tree.relative("web/a.ts", Settings(frozenset(), root="/")) == "p/web/a.ts"
