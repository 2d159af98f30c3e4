"""``tenantlint rule``: what the rules say of themselves."""

from __future__ import annotations

from json import dumps
from typing import TYPE_CHECKING

from tenantlint.rule import page

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tenantlint.rule import Rule


def table(rules: Iterable[type[Rule]]) -> str:
    """Return one line a rule: code, name, preset, severity."""
    return "".join(f"{rule.code}  {rule.name:24}  {rule.preset:11}  {rule.severity}\n" for rule in rules)


def markdown(rules: Iterable[type[Rule]]) -> str:
    """Return the pages of the rules, one after the other."""
    return "\n".join(page(rule) for rule in rules)


def json(rules: Iterable[type[Rule]]) -> str:
    """Return a list with code, name, preset, severity and page of each rule."""
    fields = [
        {"code": rule.code, "name": rule.name, "preset": rule.preset, "severity": rule.severity, "page": page(rule)}
        for rule in rules
    ]
    return dumps(fields, indent=2, ensure_ascii=False) + "\n"
