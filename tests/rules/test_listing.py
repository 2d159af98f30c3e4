"""Rules are imported when they are selected, so that a long list of rules costs a run nothing."""

import subprocess
import sys

import pytest

from tenantlint.rules import RULES, find, load

SCRIPT = """
import sys
{code}
print(sorted(name for name in sys.modules if name.startswith("tenantlint.rules.")))
"""


def imported(code: str) -> str:
    result = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(code=code)], capture_output=True, text=True, check=True
    )
    return result.stdout.strip()


def test_selecting_imports_no_rule():
    code = "from tenantlint.config import Overrides, defaults\ndefaults(Overrides(select=('TEN', 'detached-index')))"
    assert imported(code) == "[]"


def test_loading_a_rule_imports_no_other():
    assert imported("from tenantlint.rules import load\nload('TEN001')") == "['tenantlint.rules.missing_tenant_id']"


@pytest.mark.parametrize("name", ["TEN001", "ten001", "missing-tenant-id"])
def test_a_rule_is_found_by_code_and_by_name(name):
    assert find(name) == "TEN001"


@pytest.mark.parametrize("name", ["TEN", "TEN009", "Missing-Tenant-Id", ""])
def test_nothing_else_is_found(name):
    assert find(name) is None


def test_an_unknown_rule_cannot_be_loaded():
    with pytest.raises(KeyError):
        load("TEN009")


def test_the_list_is_sorted_and_names_are_unique():
    assert list(RULES) == sorted(RULES)
    assert len({entry.name for entry in RULES.values()}) == len(RULES)
