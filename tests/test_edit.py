"""Edits change the bytes that they name, and no others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenantlint.edit import Edit, apply, by_path, moved, overlap


def edit(start: int, end: int, text: str = "x", path: str = "a.py") -> Edit:
    return Edit(path, start, end, text)


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        ([], b"abcdef"),
        ([edit(0, 1, "X"), edit(5, 6, "")], b"Xbcde"),
        ([edit(3, 3, "--")], b"abc--def"),
        ([edit(2, 4, "é")], "abéef".encode()),
        ([edit(1, 3, "1"), edit(3, 5, "2")], b"a12f"),
        ([edit(1, 3, "1"), edit(1, 3, "1")], b"a1def"),
        ([edit(6, 6, "!")], b"abcdef!"),
    ],
)
def test_edits_are_made_wherever_the_others_are(edits, expected):
    assert apply(b"abcdef", edits) == apply(b"abcdef", reversed(edits)) == expected


@pytest.mark.parametrize(
    "edits",
    [[edit(0, 3), edit(2, 4)], [edit(1, 1, "a"), edit(1, 1, "b")], [edit(0, 5), edit(1, 2)], [edit(1, 1), edit(1, 2)]],
)
def test_edits_that_overlap_are_refused(edits):
    assert overlap(edits)
    with pytest.raises(ValueError, match="edits overlap"):
        apply(b"abcdef", edits)


@pytest.mark.parametrize("outside", [edit(-1, 2), edit(4, 7), edit(3, 2)])
def test_an_edit_outside_of_the_file_is_refused(outside):
    with pytest.raises(ValueError, match="outside"):
        apply(b"abcdef", [outside])


def test_edits_of_different_files_do_not_overlap():
    edits = [edit(0, 3), edit(1, 2, path="b.py")]
    assert not overlap(edits)
    assert by_path(edits) == {"a.py": [edits[0]], "b.py": [edits[1]]}


@given(st.binary(max_size=30), st.data())
def test_bytes_outside_of_an_edit_stay(data, draw):
    start = draw.draw(st.integers(0, len(data)))
    end = draw.draw(st.integers(start, len(data)))
    result = apply(data, [Edit("a", start, end, "new")])
    assert (result[:start], result[start + 3 :]) == (data[:start], data[end:])


@pytest.mark.parametrize(("offset", "expected"), [(0, 0), (1, 1), (2, 2), (4, 6), (5, 7), (6, 7)])
def test_what_stands_after_an_edit_moves(offset, expected):
    edits = [edit(2, 4, "long"), edit(5, 6, ""), edit(2, 4, "long"), edit(0, 1, "other", "b.py")]
    assert moved("a.py", offset, edits) == expected
