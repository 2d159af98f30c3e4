"""One statement and more of every kind that is read, for the comparisons with libpg_query: one a line."""

from pathlib import Path

STATEMENTS = Path(__file__).with_name("statements.txt").read_text(encoding="utf-8").splitlines()
