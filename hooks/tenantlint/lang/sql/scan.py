"""Cheap tests of bytes, so that no parser is imported for files that say nothing of the database."""

from __future__ import annotations

from typing import Final

_OTHER_DIALECTS: Final = (
    rb"(?im)^\s*(?:create|alter|drop|insert|update|delete|rename)\b[^;'\n]*`"
    rb"|\bengine\s*=|\bauto_?increment\b|^\s*pragma\b|\bwithout\s+rowid\b|\[dbo\]|^\s*go\s*$|\bnvarchar\b"
)
_WRITTEN: Final = (
    rb"(?is)\balter\s+table\b(?!\s+(?:\xe2\x80\xa6|\.\.\.))[^;]{0,300}?\b(?:enable|disable|force)\s+row\s+level\s+security\b"
    rb"|\b(?:create|alter|drop)\s+policy\s+(?:if\s+exists\s+)?(?:\"[^\"]{1,130}\"|\S{1,130})\s+on\s"
)


def mentions_security(data: bytes) -> bool:
    """Return whether a file may speak of row level security or of policies."""
    return any(word in data for word in (b"LEVEL SECURITY", b"level security", b" POLICY ", b" policy "))


def is_other_dialect(data: bytes) -> bool:
    """Return whether SQL is surely not PostgreSQL's: backquoted names, ENGINE, AUTO_INCREMENT, PRAGMA."""
    import re

    return re.search(_OTHER_DIALECTS, data) is not None


def security_statements(data: bytes) -> list[int]:
    """Return where statements on row level security or policies begin in a program."""
    import re

    return [match.start() for match in re.finditer(_WRITTEN, data)]
