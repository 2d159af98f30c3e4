"""Snippets of migrations, in each kind of history."""

from __future__ import annotations

import json
from textwrap import dedent, indent
from typing import TYPE_CHECKING

from rules.support import project

if TYPE_CHECKING:
    from rules.support import Snippet

MISSING = "(no downgrade)"
"""What stands for the downgrade of a revision that has none."""


def alembic(*revisions: tuple[str, str], **settings: object) -> Snippet:
    """Return a chain of revisions ``versions/0001.py``, ``versions/0002.py``, ..., each of an upgrade and a downgrade.

    The body of ``upgrade`` begins on line 7 with four spaces, and ``def downgrade`` follows after two empty lines.
    """
    texts = {}
    for number, (upgrade, downgrade) in enumerate(revisions, start=1):
        parent = f'"000{number - 1}"' if number > 1 else "None"
        texts[f"versions/000{number}.py"] = revision(f"000{number}", parent, upgrade, downgrade)
    return project(texts, **settings)


def revision(name: str, parent: str, upgrade: str = "pass", downgrade: str = "pass") -> str:
    """Return the text of a revision; ``parent`` is the source of ``down_revision``."""
    head = f'import sqlalchemy as sa; from alembic import op\nrevision = "{name}"\ndown_revision = {parent}\n'
    text = f"{head}\n\ndef upgrade():\n{_body(upgrade)}\n"
    return text if downgrade == MISSING else f"{text}\n\ndef downgrade():\n{_body(downgrade)}\n"


def _body(text: str) -> str:
    return indent(dedent(text).strip(), "    ")


def sql(*texts: str, **settings: object) -> Snippet:
    """Return SQL migrations ``migrations/0001_m.sql``, ``migrations/0002_m.sql``, ..."""
    return project({f"migrations/000{number}_m.sql": text for number, text in enumerate(texts, start=1)}, **settings)


def updown(*pairs: tuple[str, str], **settings: object) -> Snippet:
    """Return SQL migrations in pairs of files, ``migrations/0001_m.up.sql`` and ``migrations/0001_m.down.sql``."""
    texts = {}
    for number, (up, down) in enumerate(pairs, start=1):
        texts[f"migrations/000{number}_m.up.sql"] = up
        if down != MISSING:
            texts[f"migrations/000{number}_m.down.sql"] = down
    return project(texts, **settings)


def kit(*texts: str, listed: int | None = None, **settings: object) -> Snippet:
    """Return a folder of drizzle-kit, whose journal lists the first ``listed`` migrations, by default all of them."""
    tags = [f"000{number}_m" for number in range(len(texts))]
    files = {f"drizzle/{tag}.sql": text for tag, text in zip(tags, texts, strict=True)}
    return project({"drizzle/meta/_journal.json": journal(*tags[:listed])} | files, **settings)


def journal(*tags: str) -> str:
    """Return the text of a journal, on one line."""
    entries = [{"idx": index, "version": "7", "when": 1000 + index, "tag": tag} for index, tag in enumerate(tags)]
    return json.dumps({"version": "7", "dialect": "postgresql", "entries": entries})
