"""Knowing less never finds more: erase each fact of many schemas in turn, and no rule reports anything new."""

from __future__ import annotations

from collections import Counter
from importlib import import_module
from typing import TYPE_CHECKING

import pytest

from rules.support import link_files
from tenantlint.record import Record, replace
from tenantlint.rules import RULES, load
from tenantlint.schema import UNKNOWN, Column, ForeignKey, Index, Relation, Schema, Table, UniqueConstraint
from tenantlint.settings import Settings
from tenantlint.view import SchemaView

if TYPE_CHECKING:
    from collections.abc import Iterator

    from _pytest.mark import ParameterSet

CERTAIN = {
    Table: {"id", "dialect", "orm", "symbol", "at", "policies", "rls", "incomplete", "mapped", "has_update_listener"},
    Column: {"key", "at"},
    Index: {"attached", "at"},
    UniqueConstraint: {"attached", "at"},
    ForeignKey: {"at"},
    Relation: {"name", "at", "group"},
}
"""The fields of each record that are never UNKNOWN."""

MEMBERS = ("columns", "indexes", "unique_constraints", "foreign_keys", "relations")
PARTS = (*MEMBERS, "primary_key", "policies")

ALWAYS = {"REL002": {"require": "always", "tenant_relations": True}, "REL003": {"tenant_relations": True}}


def erased(record: Record) -> Iterator[Record]:
    """Yield the record with each fact, and each member of a list of names, made UNKNOWN."""
    for field in record.__fields__:
        value = getattr(record, field)
        if field in CERTAIN[type(record)] or (type(record) is Table and field in MEMBERS):
            continue
        yield replace(record, **{field: UNKNOWN})
        if isinstance(value, tuple):
            for index in range(len(value)):
                yield replace(record, **{field: (*value[:index], UNKNOWN, *value[index + 1 :])})


def erased_tables(table: Table) -> Iterator[Table]:
    yield from erased(table)
    for part in PARTS:
        yield replace(table, incomplete=table.incomplete | {part})
    for field in MEMBERS:
        members = getattr(table, field)
        for index, member in enumerate(members):
            for changed in erased(member):
                yield replace(table, **{field: (*members[:index], changed, *members[index + 1 :])})


def decides_by_name(schema: Schema, table: Table, changed: Table, settings: Settings) -> bool:
    """Return whether the change is one that rules do not stay silent on: the user's settings decide there.

    A table whose name is not known is exempt by its symbol only, and where no tenant column is known to reference the
    tenants' table, it is the one that is called so.
    """
    view = SchemaView(schema, settings)
    tenant = [key for key in table.foreign_keys if view.is_tenant_key(table, key.columns)]
    renamed = (changed.name, changed.schema) != (table.name, table.schema)
    return renamed or any(key not in changed.foreign_keys for key in tenant)


def samples() -> Iterator[ParameterSet]:
    """Yield the snippets of all rule tests."""
    for code, entry in RULES.items():
        tests = import_module(f"rules.test_{entry.name.replace('-', '_')}")
        for name, snippet in (*tests.NOOP.items(), *((name, found[0]) for name, found in tests.FINDING.items())):
            yield pytest.param(snippet, id=f"{code} {name}")


def count(schema: Schema, settings: Settings) -> Counter[tuple[str, str]]:
    """Return how many findings each rule has on each table."""
    view = SchemaView(schema, settings)
    rules = [load(code)(settings.options.get(code)) for code in RULES]
    found = ((rule.code, each) for rule in rules for each in rule.check(view))
    return Counter((code, each.table.id if each.table else each.subject) for code, each in found)


@pytest.mark.parametrize("snippet", list(samples()))
def test_knowing_less_never_finds_more(snippet):
    schema = link_files(snippet.files)
    settings = Settings(**{"rules": frozenset(RULES), "options": ALWAYS} | snippet.settings)
    known = count(schema, settings)
    for index, table in enumerate(schema.tables):
        for changed in erased_tables(table):
            if decides_by_name(schema, table, changed, settings):
                continue
            tables = (*schema.tables[:index], changed, *schema.tables[index + 1 :])
            more = count(replace(schema, tables=tables), settings) - known
            assert not more, (more, changed)
