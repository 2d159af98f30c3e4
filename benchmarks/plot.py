"""Draws how time grows with the number of files, on two logarithmic axes, as SVG."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

WIDTH, HEIGHT = 760, 440
LEFT, RIGHT, TOP, BOTTOM = 70, 210, 40, 60
FONT = 'font-family="sans-serif" font-size="12"'
COLORS = ("#1f6feb", "#58a6ff", "#a5d6ff", "#8250df", "#bf8700", "#d1242f", "#57606a")

Point = tuple[float, float]


def draw(title: str, lines: Mapping[str, Sequence[Point]]) -> str:
    """Return a plot of lines of (files, milliseconds)."""
    points = [point for line in lines.values() for point in line]
    horizontal = _scale([x for x, _ in points], LEFT, WIDTH - RIGHT)
    vertical = _scale([y for _, y in points], HEIGHT - BOTTOM, TOP)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" {FONT}>',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        f'<text x="{LEFT}" y="22" font-size="15" font-weight="bold">{title}</text>',
        *_grid(points, horizontal, vertical),
    ]
    ends: list[float] = []
    for index, (label, line) in enumerate(lines.items()):
        color = COLORS[index % len(COLORS)]
        places = [(horizontal(x), vertical(y)) for x, y in line]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="2"/>')
        for (x, y), (_, value) in zip(places, line, strict=True):
            parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{color}"/>')
            parts.append(f'<text x="{x:.1f}" y="{y - 8:.1f}" fill="{color}" text-anchor="middle">{_time(value)}</text>')
        ends.append(_free(places[-1][1] + 4, ends))
        parts.append(f'<text x="{WIDTH - RIGHT + 24}" y="{ends[-1]:.1f}" fill="{color}">{label}</text>')
    return "\n".join([*parts, "</svg>", ""])


def _scale(values: Iterable[float], start: float, end: float) -> Callable[[float], float]:
    values = list(values)
    low, high = math.log10(min(values)), math.log10(max(values))
    return lambda value: start + (math.log10(value) - low) / (high - low or 1) * (end - start)


def _grid(
    points: Sequence[Point], horizontal: Callable[[float], float], vertical: Callable[[float], float]
) -> Iterable[str]:
    for x in sorted({files for files, _ in points}):
        place = horizontal(x)
        yield f'<line x1="{place:.1f}" x2="{place:.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}" stroke="#d0d7de"/>'
        yield f'<text x="{place:.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{x:,.0f} files</text>'
    low, high = (math.log10(each(y for _, y in points)) for each in (min, max))
    for power in range(math.ceil(low), math.floor(high) + 1):
        place = vertical(10**power)
        yield f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{place:.1f}" y2="{place:.1f}" stroke="#d0d7de"/>'
        yield f'<text x="{LEFT - 8}" y="{place + 4:.1f}" text-anchor="end">{_time(10**power)}</text>'


def _free(place: float, taken: Sequence[float]) -> float:
    """Return the place, or the next one below where no label stands yet."""
    while any(abs(place - other) < 14 for other in taken):
        place += 2
    return place


def _time(milliseconds: float) -> str:
    return f"{milliseconds / 1000:.3g} s" if milliseconds >= 1000 else f"{milliseconds:.3g} ms"
