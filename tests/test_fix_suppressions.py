"""What UNU001's fix leaves of a comment."""

import pytest

from tenantlint.asked import Asked
from tenantlint.config_tree import ConfigTree
from tenantlint.fix import Fixer
from tenantlint.project import Project
from tenantlint.settings import Settings

HEAD = "from sqlmodel import Field, SQLModel\n\n\n"
CLASS = "class Country(SQLModel, table=True):\n    id: int = Field(primary_key=True)\n"
CODES = frozenset({"TEN001", "NAM001", "NAM004", "UNU001"})


def fixed(text: str) -> str:
    project = Project("/nonexistent", frozenset(), {"m.py": text.encode()})
    configs = ConfigTree("/nonexistent", lambda folder: Settings(CODES), single=True)
    contents = Fixer(Asked(folders=("",)), configs).fix(project, ()).contents
    return contents.get("m.py", text.encode()).decode()


COMMENTS = {
    "one of two codes": ("# tenantlint: ignore[TEN001, NAM001] -- shared", "# tenantlint: ignore[TEN001] -- shared"),
    "the other one": ("# tenantlint: ignore[NAM001, TEN001] -- shared", "# tenantlint: ignore[TEN001] -- shared"),
    "without a blank": ("# tenantlint: ignore[NAM001,TEN001]", "# tenantlint: ignore[TEN001]"),
    "two of three": ("# tenantlint: ignore[NAM001, TEN001, NAM004]", "# tenantlint: ignore[TEN001]"),
    "one that is used": ("# tenantlint: ignore[TEN001]", "# tenantlint: ignore[TEN001]"),
    "a rule that did not run": ("# tenantlint: ignore[TEN001, REL002]", "# tenantlint: ignore[TEN001, REL002]"),
    "no rule at all": ("# tenantlint: ignore[TEN001, NAME]", "# tenantlint: ignore[TEN001, NAME]"),
}


@pytest.mark.parametrize(("before", "after"), COMMENTS.values(), ids=COMMENTS)
def test_above_a_table(before, after):
    assert fixed(f"{HEAD}{before}\n{CLASS}") == f"{HEAD}{after}\n{CLASS}"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("    code: str  # tenantlint: ignore[NAM004] -- once a flag\n", "    code: str\n"),
        ("    # tenantlint: ignore[NAM001, NAM004]\n    code: str\n", "    code: str\n"),
        ("    code: str  # tenantlint: ignore\n", "    code: str\n"),
        ("    code: str  # noqa: NAM001\n", "    code: str\n"),
        ("    code: str  # noqa: E501, NAM001\n", "    code: str  # noqa: E501\n"),
        ("    code: str  # noqa: NAM001, E501\n", "    code: str  # noqa: E501\n"),
        ("    code: str  # noqa: E501\n", "    code: str  # noqa: E501\n"),
        (
            "    code: str  # of ISO 3166 # tenantlint: ignore[NAM001]\n",
            "    code: str  # of ISO 3166 # tenantlint: ignore[NAM001]\n",
        ),
    ],
)
def test_of_a_column(before, after):
    head = f"{HEAD}{CLASS}    tenant_id: int\n"
    assert fixed(head + before) == head + after
