"""The generated pages are those of the rules as they are; ``python docs/generate.py`` writes them anew."""

from __future__ import annotations

import runpy
from pathlib import Path

GENERATE = Path(__file__).parents[1] / "docs/generate.py"


def test_the_rule_pages_are_current():
    wanted = runpy.run_path(str(GENERATE))["pages"]()
    assert {path.name: path.read_text() for path in (GENERATE.parent / "rules").iterdir()} == wanted


def test_generating_mends_wrong_pages_and_deletes_old_ones(tmp_path):
    scope = runpy.run_path(str(GENERATE))
    scope["main"].__globals__["FOLDER"] = tmp_path / "rules"
    scope["main"]()
    (tmp_path / "rules/TEN001.md").write_text("old")
    (tmp_path / "rules/OLD001.md").write_text("gone")
    scope["main"]()
    assert {path.name: path.read_text() for path in (tmp_path / "rules").iterdir()} == scope["pages"]()
