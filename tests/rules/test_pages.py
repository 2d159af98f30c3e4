"""Every rule's page is true: its example is found, and what it says to use instead is not."""

from __future__ import annotations

import re
from inspect import cleandoc

import pytest

from rules.support import check_files
from tenantlint.rule import options, page
from tenantlint.rules import RULES, load
from tenantlint.settings import Settings

PATHS = {"python": "models.py", "typescript": "schema.ts"}
REQUIRED = ["What it does", "Why is this bad", "Example", "Use instead", "Fix safety"]
OPTIONAL = ["Options", "Suppressing"]
DRIZZLE_ONLY = {"IDX003"}
EVERYTHING = Settings(rules=frozenset(RULES))

EXAMPLES = [
    pytest.param(code, language, id=f"{code}-{language}")
    for code in RULES
    for language in PATHS
    if not (code in DRIZZLE_ONLY and language == "python")
]


def sections(code: str) -> dict[str, str]:
    _, *parts = re.split(r"^## (.+)\n", cleandoc(load(code).__doc__), flags=re.MULTILINE)
    return dict(zip(parts[::2], parts[1::2], strict=True))


def block(code: str, section: str, language: str) -> str:
    (found,) = re.findall(rf"^```{language}\n(.*?)^```$", sections(code)[section], re.DOTALL | re.MULTILINE)
    return found


def codes(code: str, section: str, language: str) -> list[str]:
    return sorted(each.code for each in check_files({PATHS[language]: block(code, section, language)}, EVERYTHING))


@pytest.mark.parametrize(("code", "language"), EXAMPLES)
def test_the_example_differs_from_what_to_use_instead_by_one_finding_of_the_rule(code, language):
    instead = codes(code, "Use instead", language)
    assert code not in instead
    assert codes(code, "Example", language) == sorted([*instead, code])


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
        "Preset: recommended. Severity: warning.",
        "",
        "A column that is named after a table but does not reference it.",
    ]


def test_a_page_ends_in_one_newline():
    assert page(load("NAM001")).endswith("ignore\nthis rule there.\n")
