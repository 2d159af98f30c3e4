"""The diagram as SVG: a box for each table, a path for each edge, crow's feet at their ends."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final
from unicodedata import east_asian_width

from tenantlint.graph.clusters import hubs
from tenantlint.graph.layout import Placed, Size, layout
from tenantlint.names import counted
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tenantlint.graph.model import Box, Edge, Field, Graph

MARGIN: Final = 60
HEAD: Final = 46
ROW: Final = 20
_CHARACTER: Final = 7.3
_LONGEST_NAME: Final = 38
_LONGEST_TYPE: Final = 24
_KEYS: Final = 62
_TENANCIES: Final = {"root": "tenants", "tenant": "tenant table", "none": "no tenant", "exempt": "exempt"}


def render(graph: Graph) -> str:
    """Return the ``svg`` element. All text of the project is escaped; styles are classes, of the page's style sheet."""
    sizes = [Size(_width(box), HEAD + ROW * len(box.fields) + 6) for box in graph.boxes]
    placed = layout(sizes, [(edge.source, edge.target) for edge in graph.edges])
    bounds = f"{-MARGIN} {-MARGIN} {placed.width + 2 * MARGIN} {placed.height + 2 * MARGIN}"
    central = frozenset(hubs(len(sizes), [(edge.source, edge.target) for edge in graph.edges]))
    paths = (_path(edge, graph, sizes, placed, central) for edge in graph.edges)
    boxes = (
        _box(number, box, graph, size, corner)
        for number, (box, size, corner) in enumerate(zip(graph.boxes, sizes, placed.corners, strict=True))
    )
    return (
        f'<svg id="diagram" viewBox="{bounds}" role="group" aria-label="Entity-relationship diagram">\n{_MARKERS}\n'
        f'<g id="edges">\n{"".join(paths)}</g>\n<g id="boxes">\n{"".join(boxes)}</g>\n</svg>'
    )


def _marker(name: str, shape: str) -> str:
    return (
        f'<marker id="{name}" viewBox="0 0 24 20" refX="24" refY="10" markerWidth="24" markerHeight="20" '
        f'markerUnits="userSpaceOnUse" orient="auto-start-reverse">{shape}</marker>'
    )


_ZERO: Final = '<circle cx="{x}" cy="10" r="4"/>'
_MARKERS: Final = "<defs>{}</defs>".format(
    "".join(
        (
            _marker("one", '<path d="M14 4V16M19 4V16"/>'),
            _marker("zero-or-one", f'{_ZERO.format(x=10)}<path d="M19 4V16"/>'),
            _marker("zero-or-more", f'{_ZERO.format(x=7)}<path d="M12 10L24 3M12 10L24 17"/>'),
            _marker("unknown", '<path d="M19 4V16M12 10l-4 -4l-4 4l4 4z"/>'),
        )
    )
)


def _cells(text: str) -> int:
    """Return how many columns a text takes in a font of one width."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def _cut(text: str, most: int) -> str:
    """Return a text that takes no more than ``most`` columns; an ellipsis stands for what is left out."""
    if _cells(text) <= most:
        return text
    kept = ""
    for character in text:
        if _cells(kept + character) > most - 1:
            break
        kept += character
    return f"{kept}…"


def _type(field: Field) -> str:
    null = " NULL?" if field.nullable is UNKNOWN else "" if field.nullable is False else " NULL"
    return f"{_cut(field.type, _LONGEST_TYPE)}{null}"


def _sub(box: Box) -> str:
    return " · ".join(part for part in (_TENANCIES[box.tenancy], box.security, box.orm) if part)


def _width(box: Box) -> int:
    rows = (_cells(_cut(field.name, _LONGEST_NAME)) + _cells(_type(field)) + 3 for field in box.fields)
    head = max(_cells(_cut(box.label, _LONGEST_NAME)) + 10, _cells(_sub(box)) + 2)
    return int(max(max(rows, default=0) * _CHARACTER + _KEYS, head * _CHARACTER + 20)) + 12


def severity(marks: Iterable[int], graph: Graph) -> str:
    """Return the worst severity of findings, '' where there are none."""
    found = {graph.findings[mark].severity for mark in marks}
    return "error" if "error" in found else "warning" if found else ""


def _box(number: int, box: Box, graph: Graph, size: Size, corner: tuple[int, int]) -> str:
    marks = box.all_marks()
    worst = severity(marks, graph)
    count = counted(len(marks), "finding")
    label = f"{box.label}, {len(box.fields)} columns, {_sub(box)}, {count}"
    lines = [
        f'<g class="box {box.tenancy} {worst}" id="box-{number}" data-box="{number}" tabindex="0" role="button" '
        f'aria-label="{escape(label)}" transform="translate({corner[0]} {corner[1]})">',
        f'<rect class="frame" width="{size.width}" height="{size.height}" rx="6"/>',
        f'<path class="head" d="M1 {HEAD - 4}V6a5 5 0 0 1 5 -5H{size.width - 6}a5 5 0 0 1 5 5V{HEAD - 4}z"/>',
        f'<text class="title" x="10" y="18">{escape(_cut(box.label, _LONGEST_NAME))}</text>',
        f'<text class="sub" x="10" y="34">{escape(_sub(box))}</text>',
    ]
    if marks:
        own = severity(box.marks, graph)
        lines.append(
            f'<text class="count {worst}" x="{size.width - 10}" y="18" data-own="{own}">{_SIGNS[worst]} {len(marks)}'
            f"<title>{count}</title></text>"
        )
    lines += (line for index, field in enumerate(box.fields) for line in _row(index, field, graph, size.width))
    return "\n".join([*lines, "</g>\n"])


_SIGNS: Final = {"error": "●", "warning": "▲"}


def _row(index: int, field: Field, graph: Graph, width: int) -> Iterator[str]:
    top = HEAD + ROW * index
    worst = severity(field.marks, graph)
    classes = " ".join(["field", *(["tenant"] if field.is_tenant else []), *([worst] if worst else [])])
    codes = ", ".join(sorted({graph.findings[mark].code for mark in field.marks}))
    title = f"{field.name}{f' ({field.key})' if field.key != field.name else ''}: {field.type}"
    yield f'<g class="{classes}" data-field="{index}"><title>{escape(f"{title} {codes}".strip())}</title>'
    yield f'<rect class="row" x="1" y="{top}" width="{width - 2}" height="{ROW}"/>'
    if worst:
        yield f'<text class="mark {worst}" x="5" y="{top + 14}">{_SIGNS[worst]}</text>'
    if field.keys:
        yield f'<text class="keys" x="18" y="{top + 14}">{",".join(field.keys)}</text>'
    yield f'<text class="name" x="{_KEYS}" y="{top + 14}">{escape(_cut(field.name, _LONGEST_NAME))}</text>'
    yield f'<text class="type" x="{width - 8}" y="{top + 14}">{escape(_type(field))}</text></g>'


# Edges


def _path(edge: Edge, graph: Graph, sizes: list[Size], placed: Placed, central: frozenset[int]) -> str:
    source, target = graph.boxes[edge.source], graph.boxes[edge.target]
    (left, _), (other, _) = placed.corners[edge.source], placed.corners[edge.target]
    width, other_width = sizes[edge.source].width, sizes[edge.target].width
    start_y = _height(edge.columns, placed.corners[edge.source][1])
    end_y = _height(edge.target_columns, placed.corners[edge.target][1])
    if other + other_width <= left:
        start_x, end_x, bends = left, other + other_width, (-1, 1)
    elif left + width <= other:
        start_x, end_x, bends = left + width, other, (1, -1)
    else:
        start_x, end_x, bends = left + width, other + other_width, (1, 1)
    bend = max(50, min(abs(end_x - start_x) // 2, 220))
    curve = (
        f"M{start_x} {start_y}C{start_x + bends[0] * bend} {start_y} {end_x + bends[1] * bend} {end_y} {end_x} {end_y}"
    )
    what = f"{source.label} ({edge.label}) references {target.label}: {edge.many} to {edge.one}"
    if edge.kind == "relation":
        what = f"{edge.label}: {source.label} to {target.label}, a relation without a foreign key"
    kind = edge.kind.replace(" ", "-")
    faint = " faint" if edge.target in central else ""
    return (
        f'<path class="edge {kind}{faint}" data-source="{edge.source}" data-target="{edge.target}" '
        f'd="{curve}" marker-start="url(#{edge.many})" marker-end="url(#{edge.one})"><title>{escape(what)}</title>'
        "</path>\n"
    )


def _height(fields: tuple[int, ...], top: int) -> int:
    return top + (HEAD + ROW * fields[0] + ROW // 2 if fields else HEAD // 2)
