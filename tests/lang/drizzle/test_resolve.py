"""Which file of a project an import means."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tenantlint.lang.drizzle.packages import Packages
from tenantlint.lang.drizzle.resolve import Resolver
from tenantlint.project import Project

if TYPE_CHECKING:
    from pathlib import Path

FILES = {
    "src/a.ts": "",
    "src/b.tsx": "",
    "src/c.js": "",
    "src/d.mts": "",
    "src/folder/index.ts": "",
    "src/both.ts": "",
    "src/both/index.ts": "",
    "src/types.d.ts": "",
    "src/data.json": "{}",
    "index.ts": "",
}
RELATIVE = {
    "./a": "src/a.ts",
    "./a.ts": "src/a.ts",
    "./a.js": "src/a.ts",
    "./b": "src/b.tsx",
    "./b.js": "src/b.tsx",
    "./c.js": "src/c.js",
    "./d.mjs": "src/d.mts",
    "./folder": "src/folder/index.ts",
    "./folder/": "src/folder/index.ts",
    "./folder/index.js": "src/folder/index.ts",
    "./both": "src/both.ts",
    ".": None,
    "..": "index.ts",
    "./types": None,
    "./data.json": None,
    "./missing": None,
    "../../outside": None,
    "zod": None,
    "node:fs": None,
    "drizzle-orm/pg-core": None,
    "": None,
}


def resolver(root: Path, files: dict[str, object]) -> Resolver:
    """Write the files (objects as JSON) and return a resolver for them."""
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content if isinstance(content, str) else json.dumps(content))
    project = Project(str(root), frozenset(files))
    return Resolver(project, Packages(project))


@pytest.mark.parametrize("module", sorted(RELATIVE))
def test_relative_import(module: str, tmp_path: Path) -> None:
    assert resolver(tmp_path, dict(FILES)).resolve(module, "src/main.ts") == RELATIVE[module]


def test_paths_of_the_nearest_tsconfig(tmp_path: Path) -> None:
    found = resolver(
        tmp_path,
        {
            "tsconfig.json": """{
                // comments, and "strings // with" them
                "compilerOptions": { "paths": { "@/*": ["./src/*"], "~": ["./src/root.ts"], "url": ["http://x"], }, },
            }""",
            "src/db.ts": "",
            "src/root.ts": "",
            "app/tsconfig.json": {"compilerOptions": {"baseUrl": "./lib", "paths": {"@/*": ["gone/*", "own/*"]}}},
            "app/lib/own/db.ts": "",
            "app/lib/plain.ts": "",
        },
    )
    assert found.resolve("@/db", "src/x.ts") == "src/db.ts"
    assert found.resolve("~", "src/x.ts") == "src/root.ts"
    assert found.resolve("~/db", "src/x.ts") is None
    assert found.resolve("@/db", "app/pages/x.ts") == "app/lib/own/db.ts"
    assert found.resolve("plain", "app/x.ts") == "app/lib/plain.ts"
    assert found.resolve("plain", "src/x.ts") is None


def test_the_longest_pattern_wins(tmp_path: Path) -> None:
    paths = {"*": ["src/any/*"], "@db/*": ["src/db/*"], "@db/schema/*": ["src/schema/*"]}
    files = {"tsconfig.json": {"compilerOptions": {"paths": paths}}}
    found = resolver(tmp_path, {**files, "src/any/x.ts": "", "src/db/x.ts": "", "src/schema/x.ts": ""})
    assert found.resolve("@db/schema/x", "a.ts") == "src/schema/x.ts"
    assert found.resolve("@db/x", "a.ts") == "src/db/x.ts"
    assert found.resolve("x", "a.ts") == "src/any/x.ts"


def test_tsconfig_extends_and_references(tmp_path: Path) -> None:
    found = resolver(
        tmp_path,
        {
            "base.json": {"compilerOptions": {"paths": {"@base/*": ["./shared/*"]}}},
            "shared/x.ts": "",
            "one/tsconfig.json": {"extends": "../base"},
            "two/tsconfig.json": {"extends": ["./gone.json", "../base.json"]},
            "three/tsconfig.json": {"files": [], "references": [{"path": "./tsconfig.app.json"}, {"path": "./sub"}]},
            "three/tsconfig.app.json": {"compilerOptions": {"paths": {"@app/*": ["./*"]}}},
            "three/app.ts": "",
            "three/sub/tsconfig.json": {"compilerOptions": {"paths": {"@sub/*": ["./*"]}}},
            "three/sub/y.ts": "",
            "four/tsconfig.json": {"extends": "@acme/config/base.json"},
            "config/package.json": {"name": "@acme/config"},
            "config/base.json": {"compilerOptions": {"paths": {"@c/*": ["${configDir}/*"]}}},
            "five/tsconfig.json": {"extends": "./tsconfig.json"},
        },
    )
    assert found.resolve("@base/x", "one/a.ts") == "shared/x.ts"
    assert found.resolve("@base/x", "two/a.ts") == "shared/x.ts"
    assert found.resolve("@app/app", "three/a.ts") == "three/app.ts"
    assert found.resolve("@sub/y", "three/a.ts") == "three/sub/y.ts"
    assert found.resolve("@base/x", "five/a.ts") is None


def test_config_dir_is_the_folder_of_the_config_that_extends(tmp_path: Path) -> None:
    found = resolver(
        tmp_path,
        {
            "shared/base.json": {"compilerOptions": {"paths": {"@c/*": ["${configDir}/src/*"]}}},
            "app/tsconfig.json": {"extends": "../shared/base.json"},
            "app/src/x.ts": "",
        },
    )
    assert found.resolve("@c/x", "app/a.ts") == "app/src/x.ts"


def test_packages_of_a_workspace(tmp_path: Path) -> None:
    found = resolver(
        tmp_path,
        {
            "package.json": {"name": "root", "workspaces": ["packages/*"]},
            "packages/db/package.json": {
                "name": "@acme/db",
                "exports": {
                    ".": {"types": "./dist/index.d.ts", "import": "./dist/index.js"},
                    "./schema": ["./gone.js", "./src/schema.ts"],
                    "./tables/*": "./src/tables/*.ts",
                },
                "imports": {"#internal/*": {"default": "./src/internal/*.js"}},
            },
            "packages/db/src/index.ts": "",
            "packages/db/src/schema.ts": "",
            "packages/db/src/tables/users.ts": "",
            "packages/db/src/internal/x.ts": "",
            "packages/plain/package.json": {"name": "plain", "main": "lib/main.js"},
            "packages/plain/src/main.ts": "",
            "packages/bare/package.json": {"name": "bare"},
            "packages/bare/src/index.ts": "",
            "packages/bare/src/deep.ts": "",
            "packages/one/package.json": {"name": "one", "exports": "./one.ts"},
            "packages/one/one.ts": "",
            "node_modules/other/package.json": {"name": "other"},
            "node_modules/other/index.js": "",
        },
    )
    app = "packages/app/src/x.ts"
    assert found.resolve("@acme/db", app) == "packages/db/src/index.ts"
    assert found.resolve("@acme/db/schema", app) == "packages/db/src/schema.ts"
    assert found.resolve("@acme/db/tables/users", app) == "packages/db/src/tables/users.ts"
    assert found.resolve("@acme/db/tables/posts", app) is None
    assert found.resolve("#internal/x", "packages/db/src/a.ts") == "packages/db/src/internal/x.ts"
    assert found.resolve("#internal/x", app) is None
    assert found.resolve("plain", app) == "packages/plain/src/main.ts"
    assert found.resolve("bare", app) == "packages/bare/src/index.ts"
    assert found.resolve("bare/deep", app) == "packages/bare/src/deep.ts"
    assert found.resolve("one", app) == "packages/one/one.ts"
    assert found.resolve("other", app) is None


VERSIONS = {
    "0.45.4": 0,
    "^0.30.0": 0,
    "~1.0.0-rc.5": 1,
    ">=1.2": 1,
    "npm:drizzle-orm@1.0.0-beta.1": 1,
    "npm:@fork/orm@0.44.1": 0,
    "latest": None,
    "workspace:*": None,
    "catalog:": None,
}


@pytest.mark.parametrize("version", sorted(VERSIONS))
def test_major_version_of_drizzle(version: str, tmp_path: Path) -> None:
    found = resolver(tmp_path, {"package.json": {"dependencies": {"drizzle-orm": version}}, "src/a.ts": ""})
    assert found.packages.drizzle_major("src/a.ts") == VERSIONS[version]


def test_version_in_a_catalog_or_above(tmp_path: Path) -> None:
    found = resolver(
        tmp_path,
        {
            "pnpm-workspace.yaml": "packages:\n  - packages/*\ncatalog:\n  drizzle-orm: 1.0.0-beta.11\n",
            "packages/a/package.json": {"devDependencies": {"drizzle-orm": "catalog:"}},
            "packages/b/package.json": {"peerDependencies": {"drizzle-orm": ">=0.44"}},
            "bun/package.json": {"workspaces": {"catalog": {"drizzle-orm": "^0.45.1"}}},
            "bun/a/package.json": {"dependencies": {"drizzle-orm": "catalog:"}},
        },
    )
    majors = [found.packages.drizzle_major(path) for path in ("packages/a/x.ts", "packages/b/x.ts", "bun/a/x.ts")]
    assert majors == [1, 0, 0]


BROKEN = ["", "{", "[]", "null", '{"compilerOptions": 1, "extends": 2, "references": [3]}', "\xff", "[" * 100_000]


@pytest.mark.parametrize("text", BROKEN, ids=range(len(BROKEN)))
def test_a_broken_config_says_nothing(text: str, tmp_path: Path) -> None:
    found = resolver(tmp_path, {"tsconfig.json": text, "package.json": text, "src/a.ts": ""})
    assert found.resolve("@/a", "src/b.ts") is None
    assert found.packages.drizzle_major("src/b.ts") is None
