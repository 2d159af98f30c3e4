"""Type changes that some values do not survive."""

from __future__ import annotations

from typing import Final

_INTEGERS: Final = {"smallint": 2, "integer": 4, "bigint": 8}
_FRACTIONS: Final = ("numeric", "real", "double precision")
_TEXTS: Final = ("varchar", "char", "text", "citext")
_MOMENTS: Final = ("timestamp", "timestamptz")
_UNLIMITED: Final = 10**9
_MICROSECONDS: Final = 6


def narrows(old: str, new: str) -> bool:
    """Return whether values of the type ``old`` may be cut, rounded or refused in ``new``, both in short form.

    Types that are not converted into each other by themselves (text into a number) are not compared.
    """
    before, before_sizes = _split(old)
    after, after_sizes = _split(new)
    if before in _INTEGERS and after in _INTEGERS:
        return _INTEGERS[after] < _INTEGERS[before]
    if before in _FRACTIONS and after in _INTEGERS:
        return before != "numeric" or not before_sizes or _scale(before_sizes) > 0
    if before == after == "numeric":
        return _numeric_narrows(before_sizes, after_sizes)
    if before in _TEXTS and after in _TEXTS:
        return _length(after, after_sizes) < _length(before, before_sizes)
    if before in _MOMENTS and after in _MOMENTS:
        return _precision(after_sizes) < _precision(before_sizes)
    return (before == "double precision" and after == "real") or (before in _MOMENTS and after == "date")


def _split(sql_type: str) -> tuple[str, tuple[int, ...]]:
    base, _, rest = sql_type.partition("(")
    sizes = rest.removesuffix(")").split(",") if rest.endswith(")") else []
    if not all(size.strip().lstrip("-").isdigit() for size in sizes):
        return sql_type, ()
    return base, tuple(int(size) for size in sizes)


def _scale(sizes: tuple[int, ...]) -> int:
    return sizes[1] if len(sizes) > 1 else 0


def _numeric_narrows(before: tuple[int, ...], after: tuple[int, ...]) -> bool:
    if not after:
        return False
    if not before:
        return True
    return _scale(after) < _scale(before) or after[0] - _scale(after) < before[0] - _scale(before)


def _length(base: str, sizes: tuple[int, ...]) -> int:
    if sizes:
        return sizes[0]
    return 1 if base == "char" else _UNLIMITED


def _precision(sizes: tuple[int, ...]) -> int:
    return sizes[0] if sizes else _MICROSECONDS
