"""Which tables of a diagram belong together: Louvain's method, without chance.

Nodes are numbers from 0. The tables that very many others reference, such as the tenants and the users, would pull
everything into one heap; they are hubs, and their edges do not count.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_HUB: Final = 8
_HUB_SHARE: Final = 8
_ROUNDS: Final = 20

Weights = list[dict[int, float]]
"""For each node the weight of its edges by the node at the other end; an edge to itself counts twice."""


def hubs(count: int, edges: Iterable[tuple[int, int]]) -> list[int]:
    """Return the nodes that so many others point to that no cluster could hold them."""
    pointing: list[set[int]] = [set() for _ in range(count)]
    for source, target in edges:
        if source != target:
            pointing[target].add(source)
    return [node for node in range(count) if len(pointing[node]) >= max(_HUB, count // _HUB_SHARE)]


def clusters(count: int, edges: Sequence[tuple[int, int]]) -> list[list[int]]:
    """Return the nodes in clusters: the hubs, then those with edges among them, largest first, then all that are alone.

    The members of a cluster are in order, and so are clusters of one size.
    """
    central = hubs(count, edges)
    weights: Weights = [{} for _ in range(count)]
    for source, target in edges:
        if source != target and source not in central and target not in central:
            weights[source][target] = weights[source].get(target, 0) + 1
            weights[target][source] = weights[target].get(source, 0) + 1
    found = [members for members in _communities(weights) if len(members) > 1]
    grouped = {node for members in found for node in members}.union(central)
    alone = [node for node in range(count) if node not in grouped]
    found.sort(key=lambda members: (-len(members), members))
    return [members for members in (central, *found, alone) if members]


def _communities(weights: Weights) -> list[list[int]]:
    """Return groups of nodes that have more edges among them than chance would give, by Louvain's two steps."""
    members = [[node] for node in range(len(weights))]
    while True:
        community = _moved(weights)
        names = sorted(set(community))
        if len(names) == len(weights):
            return [sorted(group) for group in members]
        number = {name: index for index, name in enumerate(names)}
        merged: list[list[int]] = [[] for _ in names]
        joined: Weights = [{} for _ in names]
        for node, name in enumerate(community):
            own = number[name]
            merged[own] += members[node]
            for other, weight in weights[node].items():
                to = number[community[other]]
                joined[own][to] = joined[own].get(to, 0) + weight
        members, weights = merged, joined


def _moved(weights: Weights) -> list[int]:
    """Return the community of each node after moving single nodes to where modularity grows most, until none moves."""
    degrees = [sum(own.values()) for own in weights]
    total = sum(degrees)
    community = list(range(len(weights)))
    sums = list(degrees)
    for _ in range(_ROUNDS if total else 0):
        moved = False
        for node, own in enumerate(weights):
            links: dict[int, float] = {}
            for other, weight in own.items():
                if other != node:
                    links[community[other]] = links.get(community[other], 0) + weight
            here = community[node]
            sums[here] -= degrees[node]
            gains = {name: links.get(name, 0) - sums[name] * degrees[node] / total for name in (*links, here)}
            best = max(gains.values())
            if gains[here] < best - 1e-9:
                here = min(name for name, gain in gains.items() if gain >= best - 1e-9)
                moved = True
            community[node] = here
            sums[here] += degrees[node]
        if not moved:
            break
    return community
