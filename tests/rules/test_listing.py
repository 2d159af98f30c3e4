"""Rules are imported when they are selected, so that a long list of rules costs a run nothing."""

import subprocess
import sys
from importlib import import_module

import pytest

from rules.support import link_files
from tenantlint.rules import RULES, applies, find, load

SCRIPT = """
import sys
from importlib import import_module
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
    assert imported("from tenantlint.rules import load\nload('TEN001')") == (
        "['tenantlint.rules._fixes', 'tenantlint.rules.missing_tenant_id']"
    )


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


@pytest.mark.parametrize("code", [code for code in RULES if RULES[code].needs not in ("", "uses")])
def test_a_rule_applies_wherever_it_finds_anything(code):
    tests = import_module(f"rules.test_{RULES[code].name.replace('-', '_')}")
    assert all(applies(code, link_files(snippet.files)) for snippet, _ in tests.FINDING.values())


def test_a_rule_is_not_imported_where_it_cannot_find_anything():
    code = (
        "from tenantlint import pipeline, rules\nfrom tenantlint.config import defaults\n"
        "from tenantlint.schema import Schema\n"
        "print([each for each in ('MIG001', 'RLS002', 'IDX003', 'COR003', 'TEN001') "
        "if rules.applies(each, Schema((), (), (), ()))])"
    )
    assert imported(code).split("\n") == ["['TEN001']", "[]"]
