"""Knowing less of policies and migrations never finds more: the rules on row level security, with each fact erased."""

from __future__ import annotations

from collections import Counter
from importlib import import_module
from typing import TYPE_CHECKING

import pytest

from rules.support import link_files
from tenantlint.record import replace
from tenantlint.rules import RULES, load
from tenantlint.schema import UNKNOWN, Policy, RowLevelSecurity, Schema, Table
from tenantlint.settings import Settings
from tenantlint.view import SchemaView

if TYPE_CHECKING:
    from collections.abc import Iterator

    from _pytest.mark import ParameterSet

    from tenantlint.rule import Rule

CODES = [code for code in RULES if code.startswith("RLS")]


def samples() -> Iterator[ParameterSet]:
    """Yield the snippets of the tests of these rules."""
    for code in CODES:
        tests = import_module(f"rules.test_{RULES[code].name.replace('-', '_')}")
        for name, snippet in (*tests.NOOP.items(), *((name, found[0]) for name, found in tests.FINDING.items())):
            yield pytest.param(snippet, id=f"{code} {name}")


def erased_policies(policy: Policy) -> Iterator[Policy]:
    for fact in ("name", "command", "roles", "permissive", "using", "with_check", "tenant_columns"):
        yield replace(policy, **{fact: UNKNOWN})
    if policy.roles is not UNKNOWN:
        yield replace(policy, roles=(UNKNOWN, *policy.roles[1:]))


def erased_tables(table: Table) -> Iterator[Table]:
    """Yield a table with each fact of its security, and each of its column names, made UNKNOWN."""
    yield replace(table, rls=RowLevelSecurity(UNKNOWN, table.rls.forced))
    yield replace(table, rls=RowLevelSecurity(table.rls.enabled, UNKNOWN))
    yield replace(table, incomplete=table.incomplete | {"policies"})
    yield replace(table, incomplete=table.incomplete | {"columns"})
    for index, policy in enumerate(table.policies):
        for changed in erased_policies(policy):
            yield replace(table, policies=(*table.policies[:index], changed, *table.policies[index + 1 :]))
    for index, column in enumerate(table.columns):
        columns = (*table.columns[:index], replace(column, name=UNKNOWN), *table.columns[index + 1 :])
        yield replace(table, columns=columns)


def made_here(table: Table) -> Table:
    """Return a table of migrations that only alter it as if they made it too, so that all of it is known."""
    rls = RowLevelSecurity(table.rls.enabled is True, table.rls.forced is True)
    return replace(table, rls=rls, incomplete=frozenset()) if "columns" in table.incomplete else table


def all_known(schema: Schema) -> Schema:
    histories = [replace(each, tables=tuple(map(made_here, each.tables)), revisions=()) for each in schema.histories]
    return replace(schema, histories=tuple(histories))


def erased(schema: Schema) -> Iterator[Schema]:
    for index, table in enumerate(schema.tables):
        for changed in erased_tables(table):
            yield replace(schema, tables=(*schema.tables[:index], changed, *schema.tables[index + 1 :]))
    for place, history in enumerate(schema.histories):
        for index, table in enumerate(history.tables):
            for changed in erased_tables(table):
                tables = (*history.tables[:index], changed, *history.tables[index + 1 :])
                histories = (replace(history, tables=tables), *schema.histories[:place])
                yield replace(schema, histories=(*histories, *schema.histories[place + 1 :]))


def count(schema: Schema, rules: list[Rule], settings: Settings) -> Counter[str]:
    """Return how many findings each rule has."""
    view = SchemaView(schema, settings)
    return Counter(rule.code for rule in rules for _ in rule.check(view))


@pytest.mark.parametrize("snippet", list(samples()))
def test_knowing_less_of_security_never_finds_more(snippet):
    schema = all_known(link_files(snippet.files))
    settings = Settings(**{"rules": frozenset(RULES)} | snippet.settings)
    rules = [load(code)(settings.options.get(code)) for code in CODES]
    known = count(schema, rules, settings)
    for changed in erased(schema):
        more = count(changed, rules, settings) - known
        assert not more, changed
