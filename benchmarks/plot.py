"""Draws how time grows with the number of files, on logarithmic axes, as SVG: a panel for each language."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

PANEL, HEIGHT = 330, 460
LEFT, GAP, TOP, BOTTOM = 70, 130, 60, 50
COLORS = {"cold": "#1f6feb", "one changed": "#8250df", "warm": "#1a7f37", "eslint, cold": "#bc4c00"}
BELOW = ("one changed",)
"""The lines whose numbers stand below them, where there is more room."""
FONT = 'font-family="sans-serif" font-size="12"'

Point = tuple[float, float]


def draw(title: str, panels: Mapping[str, Mapping[str, Sequence[Point]]]) -> str:
    """Return a plot of lines of (files, milliseconds), in one panel for each of ``panels``."""
    width = LEFT + len(panels) * (PANEL + GAP)
    points = [point for lines in panels.values() for line in lines.values() for point in line]
    vertical = _scale([y for _, y in points], HEIGHT - BOTTOM, TOP)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {HEIGHT}" {FONT}>',
        f'<rect width="{width}" height="{HEIGHT}" fill="#ffffff"/>',
        f'<text x="{LEFT}" y="24" font-size="15" font-weight="bold">{title}</text>',
    ]
    for index, (name, lines) in enumerate(panels.items()):
        left = LEFT + index * (PANEL + GAP)
        horizontal = _scale([x for x, _ in points], left, left + PANEL)
        parts.append(f'<text x="{left}" y="{TOP - 12}" font-weight="bold">{name}</text>')
        parts += _grid(points, horizontal, vertical, (left, left + PANEL))
        for label, line in lines.items():
            parts += _line(label, [(horizontal(x), vertical(y), y) for x, y in line])
    return "\n".join([*parts, "</svg>", ""])


def _line(label: str, places: Sequence[tuple[float, float, float]]) -> Iterable[str]:
    color, shift = COLORS[label], 18 if label in BELOW else -9
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y, _ in places)
    yield f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="2"/>'
    for x, y, value in places:
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{color}"/>'
        yield f'<text x="{x:.1f}" y="{y + shift:.1f}" fill="{color}" text-anchor="middle">{_time(value)}</text>'
    x, y, _ = places[-1]
    yield f'<text x="{x + 28:.1f}" y="{y + 4:.1f}" fill="{color}">{label}</text>'


def _scale(values: Iterable[float], start: float, end: float) -> Callable[[float], float]:
    values = list(values)
    low, high = math.log10(min(values)), math.log10(max(values))
    return lambda value: start + (math.log10(value) - low) / (high - low or 1) * (end - start)


def _grid(
    points: Sequence[Point],
    horizontal: Callable[[float], float],
    vertical: Callable[[float], float],
    sides: tuple[int, int],
) -> Iterable[str]:
    for x in sorted({files for files, _ in points}):
        place = horizontal(x)
        yield f'<line x1="{place:.1f}" x2="{place:.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}" stroke="#d0d7de"/>'
        yield f'<text x="{place:.1f}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle">{x:,.0f} files</text>'
    low, high = (math.log10(each(y for _, y in points)) for each in (min, max))
    for power in range(math.ceil(low), math.floor(high) + 1):
        place = vertical(10**power)
        yield f'<line x1="{sides[0]}" x2="{sides[1]}" y1="{place:.1f}" y2="{place:.1f}" stroke="#d0d7de"/>'
        if sides[0] == LEFT:
            yield f'<text x="{LEFT - 22}" y="{place + 4:.1f}" text-anchor="end">{_time(10**power)}</text>'


def _time(milliseconds: float) -> str:
    return f"{milliseconds / 1000:.3g} s" if milliseconds >= 1000 else f"{milliseconds:.3g} ms"
