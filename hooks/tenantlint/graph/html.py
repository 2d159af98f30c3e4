"""The diagram as one page of HTML that needs nothing else: no network, no other file, and it allows none.

Its policy of content allows the page's own script and style by their hashes, so that text of the project could run
nothing even where it were not escaped.
"""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from html import escape
from importlib.resources import files
from json import dumps
from typing import TYPE_CHECKING

from tenantlint import rules
from tenantlint.graph import svg
from tenantlint.names import counted
from tenantlint.rule import page
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tenantlint.graph.model import Box, Graph


def render(graph: Graph, title: str) -> str:
    """Return the page for the project called ``title``. The same graph gives the same bytes."""
    style, script = _own("page.css"), _own("page.js")
    policy = (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; base-uri 'none'; form-action 'none'"
    )
    name = escape(title)
    return f"""\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="tenantlint">
<title>{name}: database schema</title>
<style>{style}</style>
</head>
<body>
<header>
<h1>{name}</h1>
<p id="summary">{_summary(graph)}</p>
<form id="filters" role="search">
<label>Search <input id="search" type="search" autocomplete="off" spellcheck="false"></label>
{_select("severity", "Findings", [("", "all"), *_severities(graph)])}
{_select("rule", "Rule", [("", "all"), *_same(_codes(graph))])}
{_select("schema", "Schema", [("", "all"), *_same(sorted({box.schema for box in graph.boxes}))])}
{_select("tenancy", "Tenant", [("", "all"), *_TENANCIES])}
<button type="button" id="clear">Clear</button>
</form>
<div id="view" role="group" aria-label="View">
<button type="button" id="zoom-in" aria-label="Zoom in" title="Zoom in (+)">+</button>
<button type="button" id="zoom-out" aria-label="Zoom out" title="Zoom out (-)">&minus;</button>
<button type="button" id="fit" title="Show all (0)">Fit</button>
<button type="button" id="theme" title="Dark or light">Theme</button>
</div>
</header>
<main>
<div id="canvas">
{svg.render(graph)}
</div>
<aside aria-label="Tables and details">
<p id="status" role="status"></p>
<section id="details" tabindex="-1" aria-label="Details" hidden></section>
<nav id="tables" aria-label="Tables"><ul></ul></nav>
<section id="elsewhere" aria-label="Other findings" hidden></section>
</aside>
</main>
<script type="application/json" id="data">{_data(graph)}</script>
<script>{script}</script>
</body>
</html>
"""


_TENANCIES = (
    ("root", "the tenants"),
    ("tenant", "has a tenant"),
    ("none", "no tenant"),
    ("exempt", "exempt"),
)


def _own(name: str) -> str:
    return files("tenantlint.graph").joinpath(name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def _summary(graph: Graph) -> str:
    keys = sum(edge.kind == "foreign key" for edge in graph.edges)
    parts = [(len(graph.boxes), "table"), (keys, "foreign key")]
    relations = len(graph.edges) - keys
    parts += [(relations, "relation")] if relations else []
    for severity in ("error", "warning"):
        count = sum(each.severity == severity for each in graph.findings)
        parts += [(count, severity)] if count else []
    return ", ".join(counted(count, noun) for count, noun in parts)


def _select(name: str, label: str, options: Iterable[tuple[str, str]]) -> str:
    listed = "".join(f'<option value="{escape(value)}">{escape(text)}</option>' for value, text in options)
    return f'<label>{label} <select id="{name}">{listed}</select></label>'


def _same(values: Iterable[str]) -> list[tuple[str, str]]:
    return [(value, value) for value in values]


def _severities(graph: Graph) -> list[tuple[str, str]]:
    found = {each.severity for each in graph.findings}
    return [("any", "any"), *((each, f"{each}s") for each in ("error", "warning") if each in found)] if found else []


def _codes(graph: Graph) -> list[str]:
    return sorted({each.code for each in graph.findings})


def _data(graph: Graph) -> str:
    """Return the facts for the script, as JSON that ends no element and begins no comment."""
    document = {
        "boxes": [_box(box) for box in graph.boxes],
        "edges": [
            {"kind": edge.kind, "source": edge.source, "target": edge.target, "label": edge.label}
            for edge in graph.edges
        ],
        "findings": [{field: getattr(each, field) for field in each.__fields__} for each in graph.findings],
        "elsewhere": graph.elsewhere,
        "rules": {code: page(rules.load(code)) for code in _codes(graph) if code in rules.RULES},
    }
    text = dumps(document, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _box(box: Box) -> dict[str, object]:
    plain = {field: getattr(box, field) for field in box.__fields__ if field not in ("id", "fields")}
    fields = [
        {
            **{name: getattr(field, name) for name in field.__fields__ if name not in ("nullable", "is_tenant")},
            "nullable": None if field.nullable is UNKNOWN else field.nullable,
            "tenant": field.is_tenant,
        }
        for field in box.fields
    ]
    return {**plain, "fields": fields}
