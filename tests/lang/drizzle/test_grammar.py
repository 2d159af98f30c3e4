"""The parsers, however tree-sitter's grammar is found."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from tenantlint.lang.drizzle import grammar

if TYPE_CHECKING:
    import pytest

SCRIPT = """
import sys
from tenantlint.lang.drizzle import grammar
roots = [grammar.parser(path).parse(b"let a = <T>b;").root_node for path in ("a.ts", "a.tsx", "a.mts", "a.js")]
print([root.has_error for root in roots], "tree_sitter_typescript" in sys.modules)
"""


class Nowhere:
    """A finder that finds nothing."""

    @staticmethod
    def find_spec(name: str) -> None:
        return None


def test_the_extension_is_loaded_without_its_package() -> None:
    done = subprocess.run((sys.executable, "-c", SCRIPT), capture_output=True, text=True, check=True)
    assert done.stdout == "[False, True, False, True] False\n"


def test_the_ordinary_import_is_the_fallback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grammar, "PathFinder", Nowhere)
    monkeypatch.setattr(grammar, "_parsers", {})
    assert not grammar.parser("a.ts").parse(b"let a = 1;").root_node.has_error
    assert "tree_sitter_typescript" in sys.modules
