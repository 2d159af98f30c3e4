"""Writes docs/rules/: one page a rule from its docstring, and the list. A test holds the pages to the rules."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tenantlint.report.pages import index
from tenantlint.rule import page
from tenantlint.rules import RULES, load

FOLDER: Final = Path(__file__).parent / "rules"


def pages() -> dict[str, str]:
    """Return the text of each page by its file's name."""
    rules = [load(code) for code in RULES]
    return {"README.md": index(rules)} | {f"{rule.code}.md": page(rule) for rule in rules}


def main() -> None:
    """Write the pages, and delete those of rules that are no more."""
    FOLDER.mkdir(exist_ok=True)
    wanted = pages()
    for path in FOLDER.glob("*.md"):
        if path.name not in wanted:
            path.unlink()
    for name, text in wanted.items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
