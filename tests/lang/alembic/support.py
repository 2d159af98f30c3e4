"""Reads revisions that stand in the tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenantlint.lang.alembic.link import histories
from tenantlint.lang.alembic.scan import is_candidate
from tenantlint.project import Project

if TYPE_CHECKING:
    from tenantlint.lang import LinkedHistories
    from tenantlint.migration import History, Operation, Revision

HEAD = """\
import sqlalchemy as sa
from alembic import context, op
from third import thing

revision = "one"
down_revision = None
"""
PATH = "alembic/versions/one.py"


def linked(files: dict[str, str]) -> LinkedHistories:
    """Return what is read of a project of these files."""
    overlay = {path: text.encode() for path, text in files.items()}
    paths = [path for path in sorted(files) if path.endswith(".py") and is_candidate(overlay[path])]
    return histories(Project("/nowhere", frozenset(), overlay), paths)


def history(files: dict[str, str]) -> History:
    """Return the only history of a project."""
    (found,) = linked(files).histories
    return found


def revision(code: str, more: dict[str, str] | None = None) -> Revision:
    """Return the revision that HEAD and ``code`` make, in a project that has ``more`` files too."""
    (found,) = history({PATH: HEAD + code, **(more or {})}).revisions
    return found


def upgrade(body: str, before: str = "", more: dict[str, str] | None = None) -> tuple[Operation, ...]:
    """Return what an upgrade of these lines does."""
    lines = "\n".join(f"    {line}" for line in body.strip("\n").split("\n"))
    return revision(f"{before}\ndef upgrade():\n{lines}\n\ndef downgrade():\n    pass\n", more).upgrade


def text_at(operation: Operation, code: str) -> str:
    """Return the text that an operation stands at."""
    return code.encode()[operation.at.start : operation.at.end].decode()


def script(name: str, parent: str, more: str = "") -> str:
    """Return a revision that does nothing."""
    functions = "def upgrade():\n    pass\n\ndef downgrade():\n    pass\n"
    return f'revision = "{name}"\ndown_revision = {parent}\n{more}\n{functions}'
