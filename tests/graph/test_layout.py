"""Where boxes stand: never on one another, the same each time, with few crossings."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from tenantlint.graph.clusters import clusters, hubs
from tenantlint.graph.layout import GAP_Y, Size, crossings, layout

GRAPHS = st.integers(0, 40).flatmap(
    lambda count: st.tuples(
        st.lists(st.builds(Size, st.integers(60, 500), st.integers(40, 1500)), min_size=count, max_size=count),
        st.lists(st.tuples(*[st.integers(0, max(count - 1, 0))] * 2), max_size=80 if count else 0),
    )
)


@settings(max_examples=150, deadline=None)
@given(GRAPHS)
def test_no_box_stands_on_another(graph):
    sizes, edges = graph
    placed = layout(sizes, edges)
    assert placed == layout(sizes, edges)
    boxes = [(x, y, x + size.width, y + size.height) for (x, y), size in zip(placed.corners, sizes, strict=True)]
    assert [
        (one, other)
        for one, other in combinations(boxes, 2)
        if one[0] < other[2] and other[0] < one[2] and one[1] < other[3] + GAP_Y and other[1] < one[3] + GAP_Y
    ] == []
    assert all(x >= 0 and y >= 0 and right <= placed.width and low <= placed.height for x, y, right, low in boxes)


@settings(max_examples=150, deadline=None)
@given(GRAPHS)
def test_each_table_is_in_one_cluster(graph):
    sizes, edges = graph
    found = clusters(len(sizes), edges)
    assert sorted(node for members in found for node in members) == list(range(len(sizes)))
    assert all(found)


def test_what_is_connected_is_a_cluster():
    rings = [(start + each, start + (each + 1) % 4) for start in (0, 4, 8) for each in range(4)]
    assert clusters(14, [*rings, (3, 4)]) == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11], [12, 13]]


def test_a_table_that_everything_references_is_a_hub():
    edges = [(each, 0) for each in range(1, 12)] + [(1, 2), (3, 4)]
    assert hubs(12, edges) == [0]
    assert clusters(12, edges) == [[0], [1, 2], [3, 4], [5, 6, 7, 8, 9, 10, 11]]


def test_what_is_referenced_stands_on_the_left_and_edges_do_not_cross_without_need():
    sizes = [Size(200, 100)] * 6
    placed = layout(sizes, [(3, 2), (4, 1), (5, 0), (5, 1), (4, 2)])
    left, right = placed.corners[:3], placed.corners[3:]
    assert {x for x, _ in left} == {0}
    assert {x for x, _ in right} == {290}
    rank = [sorted(range(3), key=lambda each: left[each][1]), sorted(range(3), key=lambda each: right[each][1])]
    assert crossings([rank[0], [each + 3 for each in rank[1]]], [(3, 2), (4, 1), (5, 0), (5, 1), (4, 2)]) == 0


def test_a_ring_of_references_is_cut():
    placed = layout([Size(100, 50)] * 3, [(0, 1), (1, 2), (2, 0), (1, 1)])
    assert len(set(placed.corners)) == 3
