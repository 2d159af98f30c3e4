"""Knowing less of the migrations never finds more: erase each fact of each operation in turn."""

from __future__ import annotations

from collections import Counter
from importlib import import_module
from typing import TYPE_CHECKING

import pytest

from rules.support import link_files
from tenantlint import migration
from tenantlint.record import Record, replace
from tenantlint.replay import replay
from tenantlint.rules import RULES, load
from tenantlint.schema import UNKNOWN, Column, ForeignKey, Index, Policy, UniqueConstraint
from tenantlint.settings import Settings
from tenantlint.view import SchemaView

if TYPE_CHECKING:
    from collections.abc import Iterator

    from _pytest.mark import ParameterSet

    from tenantlint.migration import History, Operation, Revision
    from tenantlint.schema import Schema

CODES = [code for code in RULES if code.startswith("MIG")]

ERASABLE = {
    Column: ("name", "type", "nullable", "has_server_default"),
    Index: ("name", "columns", "unique"),
    UniqueConstraint: ("name", "columns"),
    ForeignKey: ("name", "columns", "target_table"),
    Policy: ("name", "using", "with_check"),
    migration.AlterColumn: ("table", "column", "type", "nullable", "server_default"),
    migration.WriteRows: ("table", "columns"),
}
"""The facts of records that may be UNKNOWN; of other operations, the names that they give."""

SAME = {"MIG003": "MIG007"}
"""A column that may have been renamed is reported by the one rule, and else by the other."""

NAMES = ("table", "name", "new_name", "column")


def erased(record: Record) -> Iterator[Record]:
    """Yield the record with each fact made UNKNOWN, that of the records in it too."""
    fields = ERASABLE.get(type(record), NAMES)
    for field in record.__fields__:
        value = getattr(record, field)
        if type(value) in ERASABLE:
            yield from (replace(record, **{field: changed}) for changed in erased(value))
        elif field in fields and value is not None:
            yield replace(record, **{field: UNKNOWN})


def doubtful(operation: Operation) -> Iterator[Operation]:
    yield from erased(operation)
    yield replace(operation, certain=False)
    yield migration.Unread(operation.at, True, "it is erased", UNKNOWN, True, True)


def erased_revisions(revision: Revision) -> Iterator[Revision]:
    for index, operation in enumerate(revision.upgrade):
        for changed in doubtful(operation):
            yield replace(revision, upgrade=(*revision.upgrade[:index], changed, *revision.upgrade[index + 1 :]))
    down = revision.downgrade
    for index, operation in enumerate(down.operations):
        for changed in doubtful(operation):
            operations = (*down.operations[:index], changed, *down.operations[index + 1 :])
            yield replace(revision, downgrade=replace(down, operations=operations))


def erased_histories(history: History) -> Iterator[History]:
    for index, revision in enumerate(history.revisions):
        for changed in erased_revisions(revision):
            revisions = (*history.revisions[:index], changed, *history.revisions[index + 1 :])
            played = replay(revisions, history.kind, history.path)
            yield replace(history, revisions=revisions, tables=played.tables, unread=played.unread)


def samples() -> Iterator[ParameterSet]:
    """Yield the snippets of the tests of the rules on migrations."""
    for code in CODES:
        tests = import_module(f"rules.test_{RULES[code].name.replace('-', '_')}")
        for name, snippet in (*tests.NOOP.items(), *((name, found[0]) for name, found in tests.FINDING.items())):
            yield pytest.param(snippet, id=f"{code} {name}")


def count(schema: Schema, settings: Settings) -> Counter[tuple[str, object]]:
    """Return how often each rule finds something at each place."""
    view = SchemaView(schema, settings)
    rules = [load(code)(settings.options.get(code)) for code in CODES]
    return Counter((SAME.get(rule.code, rule.code), each.at) for rule in rules for each in rule.check(view))


@pytest.mark.parametrize("snippet", list(samples()))
def test_knowing_less_never_finds_more(snippet):
    schema = link_files(snippet.files)
    settings = Settings(**{"rules": frozenset(CODES)} | snippet.settings)
    known = count(schema, settings)
    for index, history in enumerate(schema.histories):
        for changed in erased_histories(history):
            histories = (*schema.histories[:index], changed, *schema.histories[index + 1 :])
            more = count(replace(schema, histories=histories), settings) - known
            assert not more, (more, changed.revisions)
