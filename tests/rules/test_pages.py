"""Every rule's page is true: its example is found, and what it says to use instead is not."""

from __future__ import annotations

import re
from collections import Counter
from inspect import cleandoc

import pytest

from rules.support import check_files
from tenantlint.rule import options, page
from tenantlint.rules import RULES, load
from tenantlint.settings import Settings

PATHS = {"python": "models.py", "typescript": "schema.ts", "sql": "migrations/0001_first.sql"}
REQUIRED = ["What it does", "Why is this bad", "Example", "Use instead", "Fix safety"]
OPTIONAL = ["Options", "Suppressing"]
ONE_LANGUAGE = {"COR003", "COR004", "IDX003", "RLS008"}
"""Rules on what only one of the languages has."""
NEXT = {"TEN001": {"RLS001"}}
"""Rules whose remedy is a first step, after which another one asks for the second."""
BLOCK = re.compile(r'^```(\w+)(?: title="([^"\n]+)")?\n(.*?)^```$', re.DOTALL | re.MULTILINE)


def sections(code: str) -> dict[str, str]:
    _, *parts = re.split(r"^## (.+)\n", cleandoc(load(code).__doc__), flags=re.MULTILINE)
    return dict(zip(parts[::2], parts[1::2], strict=True))


def cases(code: str, section: str) -> dict[str, dict[str, str]]:
    """Return the files of each case of a section: of each sub-heading, or of each language where there is none."""
    text = sections(code)[section]
    _, *parts = re.split(r"^### (.+)\n", text, flags=re.MULTILINE)
    if not parts:
        return {language: {PATHS[language]: block} for language, _, block in BLOCK.findall(text)}
    return {
        title: {path or PATHS[language]: block for language, path, block in BLOCK.findall(part)}
        for title, part in zip(parts[::2], parts[1::2], strict=True)
    }


def codes(code: str, files: dict[str, str]) -> Counter[str]:
    """Return what the rule and the recommended ones find in the files."""
    recommended = {each for each, entry in RULES.items() if entry.preset == "recommended"}
    return Counter(each.code for each in check_files(files, Settings(rules=frozenset({code, *recommended}))))


EXAMPLES = [pytest.param(code, case, id=f"{code}-{case}") for code in RULES for case in cases(code, "Example")]


@pytest.mark.parametrize(("code", "case"), EXAMPLES)
def test_the_example_has_one_finding_of_the_rule_and_what_to_use_instead_has_it_no_more(code, case):
    example = codes(code, cases(code, "Example")[case])
    instead = codes(code, cases(code, "Use instead")[case])
    assert (example[code], instead[code]) == (1, 0)
    assert {each for each in instead if instead[each] > example[each]} <= NEXT.get(code, set())


@pytest.mark.parametrize("code", RULES)
def test_every_example_has_its_counterpart(code):
    assert list(cases(code, "Example")) == list(cases(code, "Use instead"))
    assert code in ONE_LANGUAGE or len(cases(code, "Example")) > 1


@pytest.mark.parametrize("code", RULES)
def test_a_page_has_its_sections_in_order(code):
    titles = list(sections(code))
    assert [title for title in titles if title not in OPTIONAL] == REQUIRED
    assert titles == [title for title in (*REQUIRED[:4], *OPTIONAL, REQUIRED[4]) if title in titles]


@pytest.mark.parametrize("code", RULES)
def test_a_page_names_every_option_of_its_rule(code):
    own = set(options(load(code))) - {"exempt-tables"}
    assert {key for key in own if f"- `{key}`:" not in sections(code).get("Options", "")} == set()


@pytest.mark.parametrize(("code", "entry"), RULES.items())
def test_the_list_agrees_with_the_rule(code, entry):
    rule = load(code)
    assert (rule.code, rule.name, rule.preset) == (code, entry.name, entry.preset)


def test_every_rule_module_is_listed():
    import pkgutil

    import tenantlint.rules

    modules = {module.name for module in pkgutil.iter_modules(tenantlint.rules.__path__) if module.name[0] != "_"}
    assert modules == {entry.name.replace("-", "_") for entry in RULES.values()}


def test_a_page_begins_with_name_code_preset_and_severity():
    assert page(load("REL001")).split("\n")[:5] == [
        "# undeclared-foreign-key (REL001)",
        "",
        "Preset: strict. Severity: warning.",
        "",
        "A column that is named after a table but does not reference it.",
    ]


def test_a_page_ends_in_one_newline():
    assert page(load("NAM001")).endswith("ignore\nthis rule there.\n")
