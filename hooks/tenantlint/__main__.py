"""``python -m tenantlint``."""

from tenantlint.cli import run

run()
