from __future__ import annotations

import pytest

from tenantlint.source import BOM, Position, Source


@pytest.mark.parametrize(
    ("data", "line_starts"),
    [
        (b"", [0]),
        (b"a", [0]),
        (b"a\n", [0, 2]),
        (b"a\nb", [0, 2]),
        (b"a\r\nb\rc\n", [0, 3, 5, 7]),
        (b"a\x0cb\x0bc\n", [0, 6]),
        (b"\n\n", [0, 1, 2]),
    ],
)
def test_line_starts(data: bytes, line_starts: list[int]) -> None:
    assert Source("f", data).line_starts == line_starts


def test_a_byte_order_mark_is_set_aside() -> None:
    source = Source("f", BOM + b"x = 1\n")
    assert source.bom
    assert source.data == b"x = 1\n"
    assert source.position(0) == Position(1, 1)


def test_columns_count_code_points() -> None:
    source = Source("f", "é = '🐘'; y\n".encode())
    assert source.position(source.data.index(b"y")) == Position(1, 10)


def test_undecodable_bytes_have_a_position_too() -> None:
    source = Source("f", b"\xff\xfe x\n")
    assert source.position(3) == Position(1, 4)


def test_line_text_drops_the_line_end() -> None:
    source = Source("f", b"one\r\ntwo\rthree")
    assert [source.line_text(line) for line in (1, 2, 3)] == ["one", "two", "three"]
    assert source.line_of(source.data.index(b"three")) == 3


def test_text_of_bad_utf_8_is_an_error() -> None:
    with pytest.raises(UnicodeDecodeError):
        Source("f", b"\xff").text()
