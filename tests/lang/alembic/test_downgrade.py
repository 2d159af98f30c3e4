"""What undoes a revision."""

from __future__ import annotations

import pytest

from lang.alembic.support import HEAD, revision


@pytest.mark.parametrize(
    ("code", "state", "place"),
    [
        ("", "missing", 'revision = "one"'),
        ("def downgrade():\n    pass", "empty", "def"),
        ('def downgrade():\n    """Nothing to do."""', "empty", "def"),
        ("def downgrade() -> None:\n    ...", "empty", "def"),
        ("def downgrade():\n    return", "empty", "def"),
        ("def downgrade():\n    return None", "empty", "def"),
        ("def downgrade():\n    # later\n    pass", "empty", "def"),
        ("def downgrade():\n    raise NotImplementedError('no way back')", "raises", "def"),
        ("def downgrade():\n    '''No.'''\n    raise Exception", "raises", "def"),
        (
            "def no():\n    raise ValueError\n\ndef downgrade():\n    op.drop_table('a')\n    raise ValueError",
            "raises",
            "def",
        ),
        (
            "def downgrade():\n    if thing:\n        raise ValueError\n    else:\n        raise TypeError",
            "raises",
            "def",
        ),
        ("def downgrade():\n    if thing:\n        raise ValueError", "present", "def"),
        ("def downgrade():\n    op.drop_table('a')", "present", "def"),
        ("def downgrade():\n    print('x')", "present", "def"),
        ("def downgrade():\n    return thing()", "present", "def"),
        ("from third import undo as downgrade", "present", 'revision = "one"'),
        ("downgrade = lambda: op.drop_table('a')", "present", "downgrade"),
        ("async def downgrade():\n    pass", "present", "def"),
    ],
)
def test_state(code: str, state: str, place: str) -> None:
    text = f"{HEAD}\ndef upgrade():\n    pass\n\n{code}\n"
    found = revision(f"\ndef upgrade():\n    pass\n\n{code}\n").downgrade
    assert found.state == state
    assert text[found.at.start : found.at.end].removeprefix("async ").startswith(place)


def test_operations() -> None:
    found = revision("\ndef downgrade():\n    op.drop_column('a', 'x')\n    op.drop_table('b')\n").downgrade
    assert [type(each).__name__ for each in found.operations] == ["DropColumn", "DropTable"]
