"""The commands of the tools that people run today, and what each is asked to look for."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path

NODE_FOLDER = Path(__file__).parent / "node"

AST_GREP_TYPESCRIPT = """\
id: missing-tenant-id
language: typescript
rule:
  pattern: pgTable($NAME, $COLUMNS, $$$)
  not: { has: { stopBy: end, kind: property_identifier, regex: "^tenant_id$" } }
---
id: camel-case-column
language: typescript
rule:
  kind: property_identifier
  regex: "[A-Z]"
  inside: { kind: pair, inside: { kind: object, inside: { stopBy: end, pattern: "pgTable($$$)" } } }
"""
AST_GREP_PYTHON = """\
id: missing-tenant-id
language: python
rule:
  kind: class_definition
  has: { stopBy: end, pattern: table=True }
  not: { has: { stopBy: end, kind: identifier, regex: "^tenant_id$" } }
---
id: naive-timestamp
language: python
rule:
  pattern: DateTime()
"""
STANDARD_FIELDS = ["id", "tenant_id", "created_at", "updated_at"]
PRISMA_RULES = {
    "require-field": ["error", {"require": STANDARD_FIELDS, "ignoreModels": ["tenants"]}],
    "require-field-index": ["error", {"forAllRelations": True, "forNames": ["tenant_id"]}],
    "ban-unbounded-string-type": ["error", {"allowNativeTextType": True}],
}


def tenantlint(*words: str) -> list[str]:
    return [_beside_python("tenantlint"), "check", "--output-format", "concise", *words]


def eslint(*words: str) -> list[str]:
    return [_node(), "node_modules/eslint/bin/eslint.js", *words]


def fixit(*words: str) -> list[str]:
    return [sys.executable, "-m", "fixit", "--quiet", "lint", *words]


def ruff(*words: str) -> list[str]:
    return [_beside_python("ruff"), "check", "--no-cache", "--quiet", "--select", "E,F,N,DTZ,B", *words]


def ast_grep() -> list[str]:
    return [_beside_python("ast-grep"), "scan", "--rule", "rules.yml", "--report-style", "short", "."]


def prisma_lint() -> list[str]:
    return [_node(), "node_modules/prisma-lint/dist/cli.js", "schema.prisma"]


def prepare_node(root: Path) -> None:
    """Give a project what ESLint and prisma-lint need to run in it."""
    (root / "node_modules").symlink_to((NODE_FOLDER / "node_modules").resolve())
    shutil.copy(NODE_FOLDER / "eslint.config.mjs", root)
    (root / ".prismalintrc.json").write_text(json.dumps({"rules": PRISMA_RULES}))


def versions() -> list[str]:
    """Return the tools and their versions."""
    from importlib.metadata import version

    found = [f"tenantlint {version('tenantlint')}", f"Python {sys.version.split()[0]}"]
    found.append(f"Node {os.popen(f'{_node()} --version').read().strip().lstrip('v')}")
    for name in ("eslint", "@typescript-eslint/parser", "prisma-lint"):
        package = json.loads((NODE_FOLDER / "node_modules" / name / "package.json").read_text())
        found.append(f"{name} {package['version']}")
    return [*found, *(f"{name} {version(name)}" for name in ("fixit", "ruff")), f"ast-grep {version('ast-grep-cli')}"]


def _beside_python(name: str) -> str:
    found = shutil.which(name, path=os.path.dirname(sys.executable))
    if found is None:
        raise SystemExit(f"{name} is not installed: pip install -e '.[bench]'")
    return found


def _node() -> str:
    found = shutil.which("node")
    if found is None or not (NODE_FOLDER / "node_modules").is_dir():
        raise SystemExit("node is not installed, or: npm install --prefix benchmarks/node")
    return found
