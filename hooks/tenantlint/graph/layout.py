"""Where the boxes of a diagram stand: clusters of tables, each in columns, what is referenced on the left.

Sugiyama's method for each cluster: cycles are cut, tables get layers along their references, and sweeps put each beside
what it is connected with, so that few edges cross. A schema has wide layers (everything references a few tables), which
a library for directed graphs would draw as one row a hundred tables wide; here a layer that is too high goes on in
another column. The same input gives the same places.
"""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING, Final

from tenantlint.graph.clusters import clusters
from tenantlint.record import Record

if TYPE_CHECKING:
    from collections.abc import Sequence

GAP_X: Final = 90
GAP_Y: Final = 28
CLUSTER_GAP: Final = 120
_ASPECT: Final = 1.6
_SWEEPS: Final = 8


class Size(Record):
    """The size of a box, in pixels."""

    width: int
    height: int


class Placed(Record):
    """The upper left corner of each box, and the size of the whole."""

    corners: tuple[tuple[int, int], ...]
    width: int
    height: int


class _Block(Record):
    """A cluster that has been laid out: the corners of its members, from its own upper left corner."""

    corners: dict[int, tuple[int, int]]
    width: int
    height: int


def layout(sizes: Sequence[Size], edges: Sequence[tuple[int, int]]) -> Placed:
    """Return where boxes stand. An edge is a pair of indexes: what references, and what is referenced."""
    if not sizes:
        return Placed((), 0, 0)
    blocks = [_block(members, sizes, edges) for members in clusters(len(sizes), edges)]
    corners: dict[int, tuple[int, int]] = {}
    width = height = 0
    for block, (left, top) in zip(blocks, _packed(blocks), strict=True):
        corners.update({node: (left + x, top + y) for node, (x, y) in block.corners.items()})
        width, height = max(width, left + block.width), max(height, top + block.height)
    return Placed(tuple(corners[node] for node in range(len(sizes))), width, height)


def _packed(blocks: Sequence[_Block]) -> list[tuple[int, int]]:
    """Return the corners of blocks on shelves, the first one first and then the higher ones before the lower."""
    area = sum((block.width + CLUSTER_GAP) * (block.height + CLUSTER_GAP) for block in blocks)
    limit = max(max(block.width for block in blocks), int(sqrt(area * _ASPECT)))
    order = [0, *sorted(range(1, len(blocks)), key=lambda index: (-blocks[index].height, index))]
    found = [(0, 0)] * len(blocks)
    left = top = shelf = 0
    for index in order:
        block = blocks[index]
        if left and left + block.width > limit:
            left, top, shelf = 0, top + shelf + CLUSTER_GAP, 0
        found[index] = (left, top)
        left += block.width + CLUSTER_GAP
        shelf = max(shelf, block.height)
    return found


def _block(members: Sequence[int], sizes: Sequence[Size], edges: Sequence[tuple[int, int]]) -> _Block:
    inside = set(members)
    own = sorted({(source, target) for source, target in edges if {source, target} <= inside and source != target})
    layers = _ordered(_layers(members, own), own)
    area = sum((sizes[node].width + GAP_X) * (sizes[node].height + GAP_Y) for node in members)
    limit = max(*(sizes[node].height for node in members), int(sqrt(area / _ASPECT)))
    columns = [column for layer in layers for column in _columns(layer, sizes, limit)]
    heights = [sum(sizes[node].height + GAP_Y for node in column) - GAP_Y for column in columns]
    corners: dict[int, tuple[int, int]] = {}
    left = 0
    for column, height in zip(columns, heights, strict=True):
        top = (max(heights) - height) // 2
        for node in column:
            corners[node] = (left, top)
            top += sizes[node].height + GAP_Y
        left += max(sizes[node].width for node in column) + GAP_X
    return _Block(corners, left - GAP_X, max(heights))


def _columns(layer: Sequence[int], sizes: Sequence[Size], limit: int) -> list[list[int]]:
    """Return a layer in as many columns as it takes for none to be higher than ``limit``, of about equal heights."""
    total = sum(sizes[node].height + GAP_Y for node in layer)
    share = max(1, total // -(-total // (limit + GAP_Y)))
    columns: list[list[int]] = [[]]
    filled = 0
    for node in layer:
        height = sizes[node].height + GAP_Y
        if columns[-1] and filled + height // 2 > share:
            columns.append([])
            filled = 0
        columns[-1].append(node)
        filled += height
    return columns


def _layers(members: Sequence[int], edges: Sequence[tuple[int, int]]) -> list[list[int]]:
    """Return the members in layers: each lies behind all that it references, where that is possible."""
    targets: dict[int, list[int]] = {node: [] for node in members}
    for source, target in edges:
        targets[source].append(target)
    depth: dict[int, int] = {}
    for root in members:
        _visit(root, targets, depth)
    layers: list[list[int]] = [[] for _ in range(max(depth.values()) + 1)]
    for node in members:
        layers[depth[node]].append(node)
    return [layer for layer in layers if layer]


def _visit(root: int, targets: dict[int, list[int]], depth: dict[int, int]) -> None:
    """Give ``root`` and all that it references their depths; a reference back to where the search is, is cut."""
    stack = [(root, iter(targets[root]))] if root not in depth else []
    open_ = {root}
    while stack:
        node, rest = stack[-1]
        following = next((each for each in rest if each not in depth and each not in open_), None)
        if following is not None:
            stack.append((following, iter(targets[following])))
            open_.add(following)
            continue
        depth[node] = 1 + max((depth[each] for each in targets[node] if each in depth), default=-1)
        open_.discard(node)
        stack.pop()


def _ordered(layers: list[list[int]], edges: Sequence[tuple[int, int]]) -> list[list[int]]:
    """Return the layers with their members in the order that lets the fewest edges cross, of those that sweeps find."""
    near: dict[int, list[int]] = {}
    for source, target in edges:
        near.setdefault(source, []).append(target)
        near.setdefault(target, []).append(source)
    best, fewest = layers, crossings(layers, edges)
    for sweep in range(_SWEEPS if fewest else 0):
        rank = _ranks(layers)
        swept = list(layers)
        for index in range(len(layers)) if sweep % 2 == 0 else reversed(range(len(layers))):
            swept[index] = sorted(layers[index], key=lambda node: (_middle(node, near, rank), rank[node]))
            rank |= _ranks([swept[index]])
        layers = swept
        count = crossings(layers, edges)
        if count < fewest:
            best, fewest = layers, count
    return best


def _ranks(layers: Sequence[Sequence[int]]) -> dict[int, float]:
    """Return how far down in its layer each member stands, from 0 to 1."""
    return {node: (place + 0.5) / len(layer) for layer in layers for place, node in enumerate(layer)}


def _middle(node: int, near: dict[int, list[int]], rank: dict[int, float]) -> float:
    around = near.get(node)
    return rank[node] if not around else sum(rank[each] for each in around) / len(around)


def crossings(layers: Sequence[Sequence[int]], edges: Sequence[tuple[int, int]]) -> int:
    """Return how many pairs of edges cross that join the same two layers."""
    layer_of = {node: index for index, layer in enumerate(layers) for node in layer}
    rank = _ranks(layers)
    between: dict[tuple[int, int], list[tuple[float, float]]] = {}
    for one, other in edges:
        left, right = sorted((one, other), key=lambda node: layer_of[node])
        between.setdefault((layer_of[left], layer_of[right]), []).append((rank[left], rank[right]))
    return sum(
        (first[0] - second[0]) * (first[1] - second[1]) < 0
        for pairs in between.values()
        for index, first in enumerate(pairs)
        for second in pairs[index + 1 :]
    )
