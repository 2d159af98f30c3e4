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


def index(rules: Iterable[type[Rule]]) -> str:
    """Return a Markdown table of the rules, with links to their pages beside it."""
    from inspect import cleandoc

    head = (
        "# The rules\n\n`R` is in the recommended preset, which is the default, `S` in the strict one too, and `O` is "
        "off unless it is\nselected. `w` is a warning: it gives exit status 1 only with `--fail-on warning`.\n\n"
        "| code | name | finds | preset |\n|---|---|---|---|\n"
    )
    rows = []
    for rule in rules:
        first = " ".join(cleandoc(rule.__doc__ or "").split("\n\n")[0].split()).rstrip(".")
        mark = rule.preset[0].upper() + (" w" if rule.severity == "warning" else "")
        rows.append(f"| [{rule.code}]({rule.code}.md) | {rule.name} | {first[0].lower()}{first[1:]} | {mark} |\n")
    return head + "".join(rows)


def json(rules: Iterable[type[Rule]]) -> str:
    """Return a list with code, name, preset, severity and page of each rule."""
    fields = [
        {"code": rule.code, "name": rule.name, "preset": rule.preset, "severity": rule.severity, "page": page(rule)}
        for rule in rules
    ]
    return dumps(fields, indent=2, ensure_ascii=False) + "\n"
