"""The rules: one a module, named as the rule is. A module is imported when its rule is selected."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

from tenantlint.record import Record
from tenantlint.rule import Rule, diagnose

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tenantlint.diagnostic import Diagnostic
    from tenantlint.settings import Preset
    from tenantlint.view import SchemaView


class Entry(Record):
    """What selecting a rule needs to know of it; ``needs_uses`` where it asks for the uses of tables in all code."""

    name: str
    preset: Preset
    needs_uses: bool = False


RULES: Final = {
    "COR001": Entry("reserved-attribute", "recommended"),
    "COR002": Entry("call-in-default", "recommended"),
    "COR003": Entry("sa-column-conflict", "recommended"),
    "COR004": Entry("shared-sa-column", "recommended"),
    "COR005": Entry("duplicate-name", "recommended"),
    "IDX001": Entry("unindexed-tenant-id", "recommended"),
    "IDX002": Entry("unindexed-foreign-key", "recommended"),
    "IDX003": Entry("detached-index", "recommended"),
    "IDX004": Entry("redundant-index", "strict"),
    "IDX005": Entry("index-without-tenant", "off"),
    "MIG001": Entry("irreversible-migration", "recommended"),
    "MIG002": Entry("downgrade-mismatch", "recommended"),
    "MIG003": Entry("rename-as-drop", "recommended"),
    "MIG004": Entry("not-null-without-default", "recommended"),
    "MIG005": Entry("table-without-rls", "recommended"),
    "MIG006": Entry("broken-history", "recommended"),
    "MIG007": Entry("data-loss", "strict"),
    "NAM001": Entry("camel-case-column", "recommended"),
    "NAM002": Entry("camel-case-attribute", "recommended"),
    "NAM003": Entry("camel-case-table", "recommended"),
    "NAM004": Entry("boolean-without-prefix", "recommended"),
    "NAM005": Entry("email-without-suffix", "recommended"),
    "NAM006": Entry("phone-without-suffix", "recommended"),
    "NAM007": Entry("timestamp-without-suffix", "strict"),
    "NAM008": Entry("foreign-key-without-suffix", "strict"),
    "NAM009": Entry("index-name", "off"),
    "REL001": Entry("undeclared-foreign-key", "strict"),
    "REL002": Entry("missing-relation", "recommended"),
    "REL003": Entry("one-sided-relation", "recommended"),
    "REL004": Entry("mismatched-relation", "recommended"),
    "REL005": Entry("foreign-key-type", "recommended"),
    "REL006": Entry("dangling-foreign-key", "recommended"),
    "REL007": Entry("join-table", "recommended"),
    "REL008": Entry("no-on-delete", "off"),
    "RLS001": Entry("rls-not-enabled", "recommended"),
    "RLS002": Entry("rls-without-policy", "recommended"),
    "RLS003": Entry("policy-without-tenant", "recommended"),
    "RLS004": Entry("open-policy", "recommended"),
    "RLS005": Entry("unchecked-write", "recommended"),
    "RLS006": Entry("setting-per-row", "strict"),
    "RLS007": Entry("rls-not-forced", "strict"),
    "RLS008": Entry("detached-policy", "recommended"),
    "RLS009": Entry("policy-without-rls", "recommended"),
    "STD001": Entry("missing-id", "recommended"),
    "STD002": Entry("missing-created-at", "recommended"),
    "STD003": Entry("missing-updated-at", "recommended"),
    "STD004": Entry("updated-at-not-updated", "strict"),
    "STD005": Entry("missing-deleted-at", "off"),
    "STD006": Entry("naive-timestamp", "strict"),
    "STD007": Entry("hard-delete", "strict", needs_uses=True),
    "TEN001": Entry("missing-tenant-id", "recommended"),
    "TEN002": Entry("nullable-tenant-id", "recommended"),
    "TEN003": Entry("tenant-id-without-foreign-key", "recommended"),
    "TEN004": Entry("tenant-id-type", "recommended"),
    "TEN005": Entry("global-unique", "strict"),
    "TEN006": Entry("cross-tenant-foreign-key", "strict"),
    "UNU001": Entry("unused-suppression", "recommended"),
}


def find(code_or_name: str) -> str | None:
    """Return the code of the rule with this code (in any case) or name, None where there is none."""
    code = code_or_name.upper()
    if code in RULES:
        return code
    return next((code for code, entry in RULES.items() if entry.name == code_or_name), None)


def need_uses(codes: Iterable[str]) -> bool:
    """Return whether one of the rules asks for the uses of tables in all code of a project."""
    return any(RULES[code].needs_uses for code in codes)


def load(code: str) -> type[Rule]:
    """Import and return the rule ``code``. Raises KeyError where there is none."""
    name = RULES[code].name
    module = import_module(f"tenantlint.rules.{name.replace('-', '_')}")
    rule: type[Rule] = getattr(module, name.title().replace("-", ""))
    return rule


def run(code: str, view: SchemaView) -> list[Diagnostic]:
    """Return what one rule finds. An exception in the rule comes through, with a note on where it happened."""
    rule = load(code)(view.settings.options.get(code))
    return list(diagnose(rule, rule.check(view)))
