"""The checklist of a schema before its review: for each table what the rules ask, and what is known of it.

An item is ticked only by facts that were read. What is not known is asked, of a person.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from tenantlint.checklist import facts
from tenantlint.checklist.facts import Fact, column_text
from tenantlint.marks import marks
from tenantlint.record import Record
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from tenantlint.diagnostic import Diagnostic
    from tenantlint.schema import Schema, Table
    from tenantlint.view import SchemaView

State: TypeAlias = Literal["yes", "no", "ask", "not applicable"]
"""``yes``: shown true. ``no``: shown false. ``ask``: a person has to say. ``not applicable``: the text says why."""


class Item(Record):
    """One line of the checklist: its title, its state, the fact in words (Markdown), and the findings behind a no."""

    title: str
    state: State
    text: str
    findings: tuple[Diagnostic, ...] = ()


class Checked(Record):
    """A table and its items. ``exempt`` is why no rule looks at it, None where rules do."""

    table: Table
    items: tuple[Item, ...]
    exempt: str | None = None


class _Question(Record):
    """What is asked of every table, by which rules, and what tells the fact; a ``rare`` one only shows findings."""

    title: str
    codes: tuple[str, ...]
    fact: Callable[[Table, SchemaView], Fact]
    rare: bool = False


QUESTIONS: Final = (
    _Question("Tenant column", ("TEN001", "TEN002"), facts.tenant_column),
    _Question("Tenant foreign key", ("TEN003", "TEN004"), facts.tenant_key),
    _Question("Tenant index", ("IDX001",), facts.tenant_index),
    _Question("Unique within the tenant", ("TEN005",), facts.uniques),
    _Question("Foreign keys stay within the tenant", ("TEN006",), facts.keys),
    _Question("Foreign keys indexed", ("IDX002",), facts.key_indexes),
    _Question("Foreign keys have their targets, with their types", ("REL005", "REL006"), facts.keys),
    _Question("References are declared as foreign keys", ("REL001",), facts.keys, rare=True),
    _Question("What deletes do is said", ("REL008",), facts.deletes),
    _Question("Relations on both sides", ("REL002", "REL003", "REL004"), facts.relations),
    _Question("Join table", ("REL007",), facts.keys, rare=True),
    _Question("Indexes", ("IDX003", "IDX004", "IDX005", "NAM009"), facts.indexes),
    _Question("Row level security enabled", ("RLS001", "RLS009"), facts.security),
    _Question("Row level security forced", ("RLS007",), facts.forced),
    _Question("Policies", ("RLS002", "RLS003", "RLS004", "RLS005", "RLS006"), facts.policies),
    _Question("Key of the row", ("STD001",), facts.primary_key),
    _Question("Creation time", ("STD002",), facts.time("STD002", "created_at")),
    _Question("Change time", ("STD003", "STD004"), facts.time("STD003", "updated_at")),
    _Question("Soft delete", ("STD005",), facts.time("STD005", "deleted_at")),
    _Question("Times with their zone", ("STD006",), facts.zones),
    _Question("Names", ("NAM001", "NAM002", "NAM003", "NAM004", "NAM005", "NAM006", "NAM007", "NAM008"), facts.names),
    _Question("Sound code", ("COR001", "COR002", "COR003", "COR004", "COR005"), facts.columns),
)
_MIGRATION_CODES: Final = ("MIG001", "MIG002", "MIG003", "MIG004", "MIG006", "MIG007")


def checklist(
    schema: Schema,
    tables: Iterable[Table],
    view_of: Callable[[Table], SchemaView],
    diagnostics: Sequence[Diagnostic],
) -> list[Checked]:
    """Return the items of each table. ``diagnostics`` are what the selected rules find in the whole project."""
    found = marks(schema, diagnostics)
    result = []
    for table in tables:
        view = view_of(table)
        if table.id not in view.checked:
            result.append(Checked(table, (), "it is in `exempt-tables`, or a tool keeps it for itself"))
            continue
        own = [mark.diagnostic for mark in found.by_table.get(table.id, ())]
        asked = (question for question in QUESTIONS if _is_asked(question.codes, view))
        items = [
            item for question in asked if (item := _item(question, table, view, own)).findings or not question.rare
        ]
        items += _migrations(table, view, [*own, *found.elsewhere])
        items += _questions(table, view)
        result.append(Checked(table, tuple(items)))
    return result


def besides(checked: Iterable[Checked], diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Return those of ``diagnostics`` that stand below no item."""
    told = {finding for each in checked for item in each.items for finding in item.findings}
    return [each for each in diagnostics if each not in told]


def _is_asked(codes: Iterable[str], view: SchemaView) -> bool:
    return not view.settings.rules.isdisjoint(codes)


def _item(question: _Question, table: Table, view: SchemaView, own: Iterable[Diagnostic]) -> Item:
    found = tuple(each for each in own if each.code in question.codes)
    fact = question.fact(table, view)
    if found:
        return Item(question.title, "no", fact.text, found)
    if fact.holds is UNKNOWN:
        return Item(question.title, "ask", fact.text)
    if fact.holds is False:  # the rule has its reasons, or a comment silences it
        return Item(
            question.title, "not applicable", f"{fact.text}; no rule asks for it here, or a comment silences it"
        )
    return Item(question.title, "yes" if fact.holds else "not applicable", fact.text)


def _migrations(table: Table, view: SchemaView, found: Sequence[Diagnostic]) -> list[Item]:
    """Return whether a migration makes the table, and whether those that change it are sound and can be undone."""
    fact = facts.migrated(table, view)
    state: State = "ask" if fact.holds is UNKNOWN else "not applicable" if fact.holds is None else "no"
    items = [Item("Migration", "yes" if fact.holds is True else state, fact.text)]
    paths = facts.paths(table, view)
    if paths and _is_asked(_MIGRATION_CODES, view):
        unsound = tuple(each for each in found if each.code in _MIGRATION_CODES and each.at.path in paths)
        text = facts.reversal(table, view)
        items.append(
            Item("Migrations are sound and can be undone", "no" if unsound else text.state, text.words, unsound)
        )
    return items


def _questions(table: Table, view: SchemaView) -> list[Item]:
    """Return what no schema tells."""
    items = []
    if view.is_tenant_table(table) and view.security.is_enabled(table) is True:
        setting = view.security.session_setting
        what = f"`{setting}`" if setting else "the session's tenant"
        items.append(Item("Session", "ask", f"the application sets {what} in every transaction that uses the table"))
    if view.is_tenant_table(table):
        columns = ", ".join(column_text(column) for column in view.tenant_columns(table))
        items.append(Item("Rows that are there", "ask", f"all have the right tenant ({columns})"))
    return items
