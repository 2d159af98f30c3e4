"""The rules: one a module, named as the rule is. A module is imported when its rule is selected."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final, Literal

from tenantlint.record import Record
from tenantlint.rule import Rule, diagnose

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tenantlint.diagnostic import Diagnostic
    from tenantlint.schema import Schema, Table
    from tenantlint.settings import Preset
    from tenantlint.view import SchemaView


class Entry(Record):
    """What selecting a rule needs to know of it.

    ``needs`` is what a schema must have for the rule to find anything, so that it need not even be imported without:
    ``uses`` (of tables in all code, which are read for such rules alone), ``histories`` (migrations), ``security``
    (row level security that is enabled, or a policy), ``sqlmodel`` or ``drizzle`` (tables of that ORM).
    """

    name: str
    preset: Preset
    needs: Literal["", "uses", "histories", "security", "sqlmodel", "drizzle"] = ""


RULES: Final = {
    "COR001": Entry("reserved-attribute", "recommended"),
    "COR002": Entry("call-in-default", "recommended"),
    "COR003": Entry("sa-column-conflict", "recommended", "sqlmodel"),
    "COR004": Entry("shared-sa-column", "recommended", "sqlmodel"),
    "COR005": Entry("duplicate-name", "recommended"),
    "IDX001": Entry("unindexed-tenant-id", "recommended"),
    "IDX002": Entry("unindexed-foreign-key", "recommended"),
    "IDX003": Entry("detached-index", "recommended", "drizzle"),
    "IDX004": Entry("redundant-index", "strict"),
    "IDX005": Entry("index-without-tenant", "off"),
    "MIG001": Entry("irreversible-migration", "recommended", "histories"),
    "MIG002": Entry("downgrade-mismatch", "recommended", "histories"),
    "MIG003": Entry("rename-as-drop", "recommended", "histories"),
    "MIG004": Entry("not-null-without-default", "recommended", "histories"),
    "MIG005": Entry("table-without-rls", "recommended", "histories"),
    "MIG006": Entry("broken-history", "recommended", "histories"),
    "MIG007": Entry("data-loss", "strict", "histories"),
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
    "REL002": Entry("missing-relation", "strict"),
    "REL003": Entry("one-sided-relation", "recommended"),
    "REL004": Entry("mismatched-relation", "recommended"),
    "REL005": Entry("foreign-key-type", "recommended"),
    "REL006": Entry("dangling-foreign-key", "recommended"),
    "REL007": Entry("join-table", "recommended"),
    "REL008": Entry("no-on-delete", "off"),
    "RLS001": Entry("rls-not-enabled", "recommended"),
    "RLS002": Entry("rls-without-policy", "recommended", "security"),
    "RLS003": Entry("policy-without-tenant", "recommended", "security"),
    "RLS004": Entry("open-policy", "recommended", "security"),
    "RLS005": Entry("unchecked-write", "recommended", "security"),
    "RLS006": Entry("setting-per-row", "strict", "security"),
    "RLS007": Entry("rls-not-forced", "strict", "security"),
    "RLS008": Entry("detached-policy", "recommended", "security"),
    "RLS009": Entry("policy-without-rls", "recommended", "security"),
    "STD001": Entry("missing-id", "recommended"),
    "STD002": Entry("missing-created-at", "recommended"),
    "STD003": Entry("missing-updated-at", "recommended"),
    "STD004": Entry("updated-at-not-updated", "strict"),
    "STD005": Entry("missing-deleted-at", "off"),
    "STD006": Entry("naive-timestamp", "strict"),
    "STD007": Entry("hard-delete", "strict", "uses"),
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
    return any(RULES[code].needs == "uses" for code in codes)


def applies(code: str, schema: Schema) -> bool:
    """Return whether the schema has what the rule needs to find anything."""
    needs = RULES[code].needs
    if needs in ("sqlmodel", "drizzle"):
        return any(table.orm == needs for table in schema.tables)
    if needs == "security":
        return bool(schema.histories or schema.detached_policies) or any(map(_is_secured, schema.tables))
    return needs != "histories" or bool(schema.histories)


def _is_secured(table: Table) -> bool:
    return bool(table.policies) or table.rls.enabled is not False


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
