"""Which Python files are revisions."""

from __future__ import annotations

import pytest

from tenantlint.lang.alembic.scan import is_candidate


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"revision = 'a'\ndown_revision = None\n", True),
        (b'revision: str = "a"\ndown_revision: Union[str, None] = "b"\n', True),
        (b"down_revision=None\nrevision='a'", True),
        (b"revision = 'a'\n", False),
        (b"down_revision = None\n", False),
        (b"class A:\n    revision = 'a'\n    down_revision = None\n", False),
        (b"# revision = 'a'\n# down_revision = None\n", False),
        (b"from alembic import context\ncontext.run_migrations()\n", False),
        (b"revisions = 1\ndown_revisions = 2\n", False),
        (b"", False),
    ],
)
def test_candidates(data: bytes, expected: bool) -> None:
    assert is_candidate(data) is expected
