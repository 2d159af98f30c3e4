"""Which SQL in programs of other languages may run."""

from __future__ import annotations

import pytest

from rules.support import link_files
from tenantlint.schema import UNKNOWN

ENABLE = "ALTER TABLE t ENABLE ROW LEVEL SECURITY"
PYTHON = {
    "a call": (f'run("{ENABLE}")', 5),
    "a constant after a docstring": (f'"""{ENABLE}"""\nSQL = "{ENABLE}"', 53),
    "a file that does not parse": (f'"""{ENABLE}"""\ndef (', 3),
    "a docstring of a module": (f'"""Run {ENABLE}."""', None),
    "a docstring of a class, after é and a carriage return": (
        f'# é\r\nclass C:\r\n    """Run.\r\n\r\n    {ENABLE}\r\n    """\r\n',
        None,
    ),
    "a comment": (f"# {ENABLE}", None),
}


@pytest.mark.parametrize(("text", "start"), PYTHON.values(), ids=PYTHON)
def test_python(text, start):
    found = [item for history in link_files({"app.py": text}).histories for item in history.unread]
    told = [(item.tables, item.security, item.at.start) for item in found]
    assert told == ([] if start is None else [(UNKNOWN, True, start)])
