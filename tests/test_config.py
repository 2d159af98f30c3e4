import os
import sys

import pytest

from conftest import FEW
from tenantlint.config import ConfigError, Overrides, defaults, load
from tenantlint.rules import RULES
from tenantlint.settings import FileIgnore, Settings

pytestmark = pytest.mark.usefixtures("few_rules")

RECOMMENDED = FEW & {code for code, entry in RULES.items() if entry.preset == "recommended"}
NAM, TEN = (frozenset(code for code in FEW if code.startswith(family)) for family in ("NAM", "TEN"))
PYPROJECT = "[tool.tenantlint]\n"


@pytest.fixture
def project(tmp_path):
    (tmp_path / ".git").mkdir()

    def write(**texts: str) -> str:
        for name, text in texts.items():
            path = tmp_path / name.replace("__", "/").replace("_", ".")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return str(tmp_path)

    return write


def test_without_a_file_the_defaults_hold(project):
    assert load(project()) == Settings(rules=RECOMMENDED)


def test_every_key_is_parsed(project):
    root = project(
        tenantlint_toml="""
            preset = "strict"
            extend-select = ["TEN001"]
            ignore = ["NAM"]
            tenant-column = ["organization_id", "workspace_id"]
            tenant-tables = ["organizations"]
            exempt-tables = ["auth_*"]
            exclude = ["build"]
            extend-exclude = ["legacy/**"]
            fail-on = "warning"

            [per-file-ignores]
            "legacy/*.py" = ["TEN", "unindexed-tenant-id"]
            "*.test.ts" = "ALL"

            [rules.REL002]
            require = "always"
            tenant-relations = true

            [rules.missing-tenant-id]
            exempt-tables = "countries"
        """
    )
    path = os.path.join(root, "tenantlint.toml")
    assert load(root) == Settings(
        rules=FEW - NAM,
        tenant_columns=("organization_id", "workspace_id"),
        tenant_tables=("organizations",),
        exempt_tables=("auth_*",),
        exclude=("build",),
        extend_exclude=("legacy/**",),
        fail_on="warning",
        per_file_ignores=(
            FileIgnore("legacy/*.py", TEN | {"IDX001"}),
            FileIgnore("*.test.ts", FEW),
        ),
        options={
            "REL002": {"require": "always", "tenant_relations": True},
            "TEN001": {"exempt_tables": ("countries",)},
        },
        path=path,
        root=root,
        strict=True,
    )


def test_a_list_of_an_option_may_be_empty_unless_the_rule_says_not(project, monkeypatch):
    root = project(tenantlint_toml="[rules.TEN001]\nexempt-tables = []")
    assert load(root).options == {"TEN001": {"exempt_tables": ()}}
    monkeypatch.setattr("tenantlint.rules.missing_tenant_id.MissingTenantId.never_empty", ("exempt_tables",))
    with pytest.raises(ConfigError, match=r"rules\.TEN001\.exempt-tables: expected at least one string$"):
        load(root)


def test_a_list_may_be_one_string(project):
    assert load(project(tenantlint_toml='tenant-column = "team_id"')).tenant_columns == ("team_id",)


# Where the configuration is found


def test_pyproject_is_read_below_tool(project):
    assert load(project(pyproject_toml=f'{PYPROJECT}select = ["TEN"]')).rules == TEN


@pytest.mark.parametrize(
    "text",
    [
        '[tool]\ntenantlint.select = ["TEN"]',
        '[ "tool" . tenantlint ]\nselect = ["TEN"]',
        'tool = { tenantlint.select = "TEN" }',
    ],
)
def test_pyproject_is_read_however_the_table_is_written(project, text):
    assert load(project(pyproject_toml=text)).rules == TEN


def test_the_own_file_comes_before_pyproject(project):
    root = project(pyproject_toml=f'{PYPROJECT}select = ["TEN"]', tenantlint_toml='select = ["NAM"]')
    assert load(root).rules == NAM


def test_the_nearest_file_counts_and_none_above_it(project):
    root = project(tenantlint_toml='fail-on = "warning"', api__tenantlint_toml='select = ["TEN"]')
    settings = load(os.path.join(root, "api", "models"))
    assert (settings.rules, settings.fail_on) == (TEN, "error")
    assert settings.root == os.path.join(root, "api")


def test_a_pyproject_without_the_table_is_passed_over(project):
    root = project(tenantlint_toml='select = ["TEN"]', api__pyproject_toml='[project]\nname = "tenantlint-tool"')
    assert load(os.path.join(root, "api")).rules == TEN


def test_a_pyproject_that_only_mentions_the_tool_is_passed_over(project):
    root = project(
        tenantlint_toml='select = ["TEN"]', api__pyproject_toml='[project]\nname = "tenantlint"\n[tool]\nx = 1'
    )
    assert load(os.path.join(root, "api")).rules == TEN


def test_the_search_ends_where_git_begins(project, tmp_path):
    project(tenantlint_toml='select = ["TEN"]')
    (tmp_path / "vendored" / ".git").mkdir(parents=True)
    assert load(str(tmp_path / "vendored")).rules == RECOMMENDED


def test_a_named_file_is_read_in_place_of_others(project, tmp_path):
    root = project(tenantlint_toml='select = ["NAM"]', other_toml='select = ["TEN"]')
    settings = load(root, explicit=str(tmp_path / "other.toml"))
    assert (settings.rules, settings.root) == (TEN, root)


def test_a_named_pyproject_may_have_no_table(project, tmp_path):
    root = project(tenantlint_toml='select = ["NAM"]', pyproject_toml="")
    assert load(root, explicit=str(tmp_path / "pyproject.toml")).rules == RECOMMENDED


def test_no_toml_parser_is_imported_where_nothing_is_configured(project, monkeypatch):
    root = project(pyproject_toml='[project]\nname = "x"\ndependencies = ["tenantlint"]')
    monkeypatch.delitem(sys.modules, "tomllib", raising=False)
    load(root)
    assert "tomllib" not in sys.modules


# Which rules run

SELECTIONS = {
    "preset": ({"preset": "all"}, Overrides(), FEW),
    "select a family": ({"select": ["TEN"]}, Overrides(), TEN),
    "select a code in lower case": ({"select": ["ten001"]}, Overrides(), frozenset({"TEN001"})),
    "select a name": ({"select": ["missing-tenant-id"]}, Overrides(), frozenset({"TEN001"})),
    "select ALL": ({"select": ["ALL"]}, Overrides(), FEW),
    "select nothing": ({"select": []}, Overrides(), frozenset()),
    "select nothing but": ({"select": [], "extend-select": ["TEN"]}, Overrides(), TEN),
    "ignore a family": ({"ignore": ["TEN"]}, Overrides(), RECOMMENDED - TEN),
    "a code over a family": ({"select": ["TEN001"], "ignore": ["TEN"]}, Overrides(), frozenset({"TEN001"})),
    "a family over ALL": ({"select": ["TEN"], "ignore": ["ALL"]}, Overrides(), TEN),
    "ignore among equals": ({"select": ["TEN"], "ignore": ["TEN"]}, Overrides(), frozenset()),
    "ignore a code of a family": ({"select": ["TEN"], "ignore": ["TEN001"]}, Overrides(), frozenset({"TEN002"})),
    "the command line selects anew": (
        {"select": ["NAM"], "ignore": ["TEN001"]},
        Overrides(select=("TEN",)),
        TEN,
    ),
    "the command line adds": ({"select": ["NAM"]}, Overrides(extend_select=("TEN",)), NAM | TEN),
    "the command line ignores": ({"select": ["TEN"]}, Overrides(ignore=("TEN002",)), frozenset({"TEN001"})),
    "the command line's preset": ({"preset": "all"}, Overrides(preset="recommended"), RECOMMENDED),
    "only narrows": ({"ignore": ["TEN001"]}, Overrides(only=("TEN",)), frozenset({"TEN002"})),
    "only adds nothing": ({"select": ["NAM"]}, Overrides(only=("TEN",)), frozenset()),
    "only several": ({}, Overrides(only=("TEN", "NAM001")), TEN | {"NAM001"}),
}


@pytest.mark.parametrize(("file", "overrides", "rules"), SELECTIONS.values(), ids=SELECTIONS)
def test_selection(project, file, overrides, rules):
    text = "\n".join(f"{key} = {value!r}" for key, value in file.items())
    assert load(project(tenantlint_toml=text), overrides).rules == rules


def test_the_command_line_goes_over_the_file(project):
    root = project(tenantlint_toml='fail-on = "warning"\ntenant-column = "team_id"')
    settings = load(root, Overrides(fail_on="error", tenant_columns=("account_id",)))
    assert (settings.fail_on, settings.tenant_columns) == ("error", ("account_id",))


# Errors

ERRORS = {
    "unknown key": ('selct = ["TEN"]', "selct: unknown key; did you mean select?"),
    "unknown key without a likely one": ("zzz = 1", "zzz: unknown key"),
    "type of a list": ("select = 1", "select: expected a list of strings, not a number"),
    "type in a list": ("select = [1]", "select: expected a list of strings, not a list"),
    "type of a choice": ('fail-on = "never"', 'fail-on: expected "error" or "warning", not "never"'),
    "choice of three": ('preset = "off"', 'preset: expected "recommended", "strict" or "all", not "off"'),
    "empty tenant column": ("tenant-column = []", "tenant-column: expected at least one column name"),
    "unknown code": ('ignore = ["TEN01"]', 'ignore: unknown rule or family "TEN01"; did you mean TEN001?'),
    "unknown family in lower case": (
        'ignore = ["tenn"]',
        'ignore: unknown rule or family "tenn"; did you mean TEN?',
    ),
    "key that must be quoted": ('"größe" = 1', '"größe": unknown key'),
    "unknown name": (
        'extend-select = ["missing-tenant"]',
        'extend-select: unknown rule or family "missing-tenant"; did you mean missing-tenant-id?',
    ),
    "not a table": ("rules = 1", "rules: expected a table"),
    "rule is no table": ("rules.TEN001 = 1", "rules.TEN001: expected a table"),
    "unknown rule": ("[rules.TEN1]\nx = 1", "rules.TEN1: unknown rule; did you mean TEN001?"),
    "family in place of a rule": ("[rules.TEN]\nx = 1", "rules.TEN: unknown rule; did you mean TEN002?"),
    "unknown option": (
        '[rules.NAM002]\nkey = "snake"',
        "rules.NAM002.key: unknown option of camel-case-attribute; did you mean keys?",
    ),
    "value of an option": (
        '[rules.camel-case-attribute]\nkeys = "kebab"',
        'rules.camel-case-attribute.keys: expected "snake", "camel" or "any", not "kebab"',
    ),
    "value of an optional option": (
        "[rules.NAM002]\ndrizzle-keys = true",
        'rules.NAM002.drizzle-keys: expected "snake", "camel" or "any", not true or false',
    ),
    "type of an option": (
        '[rules.REL002]\ntenant-relations = "yes"',
        'rules.REL002.tenant-relations: expected true or false, not "yes"',
    ),
    "file pattern": (
        '[per-file-ignores]\n"a/*.py" = ["TENN"]',
        'per-file-ignores."a/*.py": unknown rule or family "TENN"; did you mean TEN?',
    ),
}


@pytest.mark.parametrize(("text", "message"), ERRORS.values(), ids=ERRORS)
def test_errors_name_file_and_key(project, text, message):
    root = project(tenantlint_toml=text)
    with pytest.raises(ConfigError) as caught:
        load(root)
    assert str(caught.value) == f"{os.path.join(root, 'tenantlint.toml')}: {message}"


def test_errors_in_pyproject_have_the_whole_key(project):
    root = project(pyproject_toml=f"{PYPROJECT}rules.TEN001.x = 1")
    with pytest.raises(ConfigError) as caught:
        load(root)
    assert str(caught.value) == (
        f"{os.path.join(root, 'pyproject.toml')}: tool.tenantlint.rules.TEN001.x: unknown option of missing-tenant-id"
    )


@pytest.mark.parametrize("data", [b"select = [", b"select = \xff"])
def test_invalid_toml(project, tmp_path, data):
    root = project()
    (tmp_path / "tenantlint.toml").write_bytes(data)
    with pytest.raises(ConfigError, match=r"tenantlint\.toml: not valid TOML: "):
        load(root)


def test_a_named_file_must_exist(project, tmp_path):
    with pytest.raises(ConfigError) as caught:
        load(project(), explicit=str(tmp_path / "no.toml"))
    assert str(caught.value) == f"{tmp_path / 'no.toml'}: no such file"


def test_a_folder_in_place_of_the_file(project, tmp_path):
    root = project()
    (tmp_path / "tenantlint.toml").mkdir()
    with pytest.raises(ConfigError, match=r"tenantlint\.toml: cannot be read: "):
        load(root)


@pytest.mark.parametrize("option", ["select", "extend_select", "ignore", "only"])
def test_errors_on_the_command_line(project, option):
    with pytest.raises(ConfigError) as caught:
        load(project(), Overrides(**{option: ("TENN",)}))
    flag = option.replace("_", "-")
    assert str(caught.value) == f'--{flag}: unknown rule or family "TENN"; did you mean TEN?'


# Files that rules are silent in

IGNORED = {
    "in the folder": ("legacy/a.py", "TEN001", True),
    "below the folder": ("legacy/deep/a.py", "TEN001", False),
    "another rule": ("legacy/a.py", "NAM001", False),
    "by name at any depth": ("src/deep/a.test.ts", "NAM001", True),
    "another name": ("src/deep/a.ts", "NAM001", False),
}


@pytest.mark.parametrize(("path", "code", "expected"), IGNORED.values(), ids=IGNORED)
def test_per_file_ignores(path, code, expected):
    settings = Settings(
        rules=RECOMMENDED,
        per_file_ignores=(FileIgnore("legacy/*.py", TEN), FileIgnore("*.test.ts", FEW)),
    )
    assert settings.ignores(path, code) is expected


def test_nothing_is_ignored_by_default():
    assert Settings(rules=RECOMMENDED).ignores("a.py", "TEN001") is False


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        (Overrides(), (False, False)),
        (Overrides(preset="strict"), (True, False)),
        (Overrides(extend_select=("NAM",)), (False, False)),
        (Overrides(preset="all", only=("NAM",)), (True, True)),
        (Overrides(select=("NAM",)), (False, True)),
        (Overrides(ignore=("NAM",)), (False, True)),
    ],
)
def test_settings_tell_of_a_strict_preset_and_of_rules_that_the_command_line_keeps_from_running(overrides, expected):
    settings = defaults(overrides)
    assert (settings.strict, settings.narrowed) == expected
