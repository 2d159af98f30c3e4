"""The diagram as Mermaid's ``erDiagram``, for Markdown that shows it: GitHub, GitLab, and many editors."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tenantlint.graph.model import UNKNOWN_TEXT
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenantlint.graph.model import Box, Edge, Field, Graph, Many

_LEFT: Final[dict[Many, str]] = {"zero-or-more": "}o", "zero-or-one": "|o", "one": "||", "unknown": "|o"}
_RIGHT: Final[dict[Many, str]] = {"zero-or-more": "o{", "zero-or-one": "o|", "one": "||", "unknown": "o|"}
_SPECIAL: Final = re.compile(r'["#%\\;\x00-\x1f\x7f]')
_CLASSES: Final = (("error", "#b3261e"), ("warning", "#b26a00"))


def render(graph: Graph) -> str:
    """Return the diagram as text that ends in a newline. The same graph gives the same bytes.

    The comment of a column tells what Mermaid has no sign for: that it may be NULL, a name or a type that Mermaid
    cannot spell, the column's part in tenancy, and the codes of the findings on it.
    """
    lines = ["erDiagram"]
    for box in graph.boxes:
        lines += _box(box, graph)
    lines += (_edge(edge, graph) for edge in graph.edges)
    used = {_severity(box, graph) for box in graph.boxes}
    lines += (f"    classDef {name} stroke:{color},stroke-width:3px" for name, color in _CLASSES if name in used)
    return "".join(f"{line}\n" for line in lines)


def quoted(text: str) -> str:
    """Return a text in quotes; characters that would end or change it are written as Mermaid's entity codes."""
    return '"' + _SPECIAL.sub(lambda found: f"#{ord(found[0])};", text) + '"'


def _box(box: Box, graph: Graph) -> Iterator[str]:
    severity = _severity(box, graph)
    codes = _codes(box.marks, graph)
    if codes:
        yield f"    %% {' '.join(quoted(box.label).split())}: {codes}"
    head = f"    {quoted(box.label)}{f':::{severity}' if severity else ''}"
    if not box.fields:
        yield head
        return
    yield f"{head} {{"
    for field in box.fields:
        yield f"        {_field(field, graph)}"
    yield "    }"


def _field(field: Field, graph: Graph) -> str:
    kind, name = _word(field.type), _word(field.name if field.name != UNKNOWN_TEXT else field.key)
    remarks = []
    if field.name == UNKNOWN_TEXT:
        remarks.append("name in the database unknown")
    elif name != field.name:
        remarks.append(f"is {field.name}")
    if kind != field.type:
        remarks.append(field.type)
    if field.nullable is not False:
        remarks.append("NULL unknown" if field.nullable is UNKNOWN else "NULL")
    remarks += ["tenant"] if field.is_tenant else []
    codes = _codes(field.marks, graph)
    remarks += [codes] if codes else []
    keys = f" {', '.join(field.keys)}" if field.keys else ""
    comment = f" {quoted(', '.join(remarks))}" if remarks else ""
    return f"{kind} {name}{keys}{comment}"


def _word(text: str) -> str:
    """Return a name or a type as Mermaid takes it: a letter, then letters, digits, ``-_[]()``."""
    kept = re.sub(r"[^\w\-\[\]()]+", "_", text, flags=re.ASCII) if re.search(r"\W", text) else text
    if kept != text:
        kept = re.sub(r"\(\d+_\d+\)", "", kept)  # numeric(10,2) is numeric, which the comment tells in full
    if not re.match(r"[A-Za-z_]", kept):
        kept = f"_{kept}"
    return kept if kept not in ("PK", "FK", "UK") else f"{kept}_"


def _edge(edge: Edge, graph: Graph) -> str:
    line = "--" if edge.kind == "foreign key" else ".."
    ends = f"{_LEFT[edge.many]}{line}{_RIGHT[edge.one]}"
    doubt = " (NULL unknown)" if edge.one == UNKNOWN_TEXT and edge.kind == "foreign key" else ""
    source, target = graph.boxes[edge.source], graph.boxes[edge.target]
    return f"    {quoted(source.label)} {ends} {quoted(target.label)} : {quoted(edge.label + doubt)}"


def _severity(box: Box, graph: Graph) -> str:
    found = {graph.findings[mark].severity for mark in box.all_marks()}
    return "error" if "error" in found else "warning" if found else ""


def _codes(numbers: tuple[int, ...], graph: Graph) -> str:
    return ", ".join(sorted({graph.findings[mark].code for mark in numbers}))
