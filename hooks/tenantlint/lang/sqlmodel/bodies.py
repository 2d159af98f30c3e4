"""Which function bodies can decide a schema. The others are cut out before LibCST parses a file.

Python's own parser is some twenty times as fast as LibCST's, and a tree of LibCST takes some 300 bytes for each byte
of source. So in a file that is mostly functions, most of the time and the memory goes without saying anything of
tables. Places are not lost, as they come from the tree of the whole file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import TypeAlias

    from tenantlint.lang.sqlmodel.lower import Span
    from tenantlint.source import Source

    Decides: TypeAlias = Callable[[bytes, Span, str, list[str], str], bool]

MAX_LINES: Final = 120
"""A longer function than this does not build a column or a name."""

MAX_INIT_LINES: Final = 20
"""Likewise for the ``__init__`` of a column type."""

MAX_PROPERTY_LINES: Final = 4
"""Likewise for a property, which an enumeration may have."""

MAX_TEXT: Final = 300
"""Bytes of a string literal that is worth cutting out."""
MAX_VALUE: Final = 50_000
"""Bytes of another value than a call that is data and no schema."""
UNREAD: Final = "__unread__"
"""The name that stands in the text for a value that is cut out."""

_READ_METHODS: Final = frozenset({"load_dialect_impl", "get_col_spec"})
_IRRELEVANT: Final = frozenset(
    "abstractmethod asynccontextmanager cached_property command comparator computed_field contextmanager delete "
    "expression field_serializer field_validator fixture get getter head hybrid_method hybrid_property inplace "
    "listens listens_for model_serializer model_validator overload patch post property put reconstructor "
    "root_validator setter task update_expression validates validator".split()
)
"""Decorators of functions that check, serialise, compute or serve, but declare nothing."""

_FUNCTIONS: Final = ("FunctionDef", "AsyncFunctionDef")
_BLOCKS: Final = ("body", "orelse", "finalbody", "handlers", "cases")


def decides(data: bytes, span: Span, name: str, decorators: list[str], first: str) -> bool:
    """Tell whether a function that is not asynchronous may build something that a schema is made of.

    ``span`` is the place of the function in ``data``, ``decorators`` are the last names of its decorators, and
    ``first`` is the name of its first parameter, or ''.
    """
    lines = data.count(b"\n", *span)
    if decorators == ["property"] and lines < MAX_PROPERTY_LINES:
        return True
    limit = MAX_INIT_LINES if name == "__init__" else MAX_LINES
    if lines > limit or not _IRRELEVANT.isdisjoint(decorators):
        return False
    if name == "__init__":
        return True
    wanted = bool(decorators) or first != "self" or name in _READ_METHODS
    return wanted and data.find(b"return", *span) >= 0


def without_bodies(source: Source, tree: Any, needed: Decides = decides) -> str:
    """Return the text of a file without what LibCST need not parse. ``tree`` is its ``ast.Module``.

    That is the bodies of functions that decide nothing, data that is too long to be a schema, and long string
    literals: their values are in ``tree``, and thousands of literals side by side are more than LibCST can nest.
    """
    data, parts, end = source.data, [], 0
    for start, stop, instead in _undecided(source, tree.body, needed):
        parts += [data[end:start], instead]
        end = stop
    return b"".join([*parts, data[end:]]).decode()


def _undecided(source: Source, body: Iterable[Any], needed: Decides) -> Iterator[tuple[int, int, bytes]]:
    for node in body:
        if type(node).__name__ in _FUNCTIONS:
            if not _decides(source, node, needed):
                yield *_body_span(source, node.body), b"0"
            continue
        value = getattr(node, "value", None)
        if value is not None:
            yield from _long_value(source, value)
        for block in _BLOCKS:
            inner = getattr(node, block, None)
            if isinstance(inner, list):
                yield from _undecided(source, inner, needed)


def _long_value(source: Source, value: Any) -> Iterator[tuple[int, int, bytes]]:
    start, end = _start(source, value), _end(source, value)
    text = getattr(value, "value", None)
    if isinstance(text, (str, bytes)) and end - start > MAX_TEXT:
        yield start, end, b'""' if isinstance(text, str) else b'b""'
    elif end - start > MAX_VALUE and type(value).__name__ != "Call":
        yield start, end, UNREAD.encode()


def _decides(source: Source, node: Any, needed: Decides) -> bool:
    if type(node).__name__ == "AsyncFunctionDef":
        return False
    params = [*node.args.posonlyargs, *node.args.args]
    first = params[0].arg if params else ""
    span = _start(source, node), _end(source, node)
    return needed(source.data, span, node.name, [_last_name(item) for item in node.decorator_list], first)


def _last_name(decorator: Any) -> str:
    if type(decorator).__name__ == "Call":
        return _last_name(decorator.func)
    return str(getattr(decorator, "attr", None) or getattr(decorator, "id", ""))


def _body_span(source: Source, body: list[Any]) -> Span:
    decorators = getattr(body[0], "decorator_list", None)
    start = _start(source, body[0])
    if decorators:
        start = source.data.rindex(b"@", 0, _start(source, decorators[0]))
    return start, _end(source, body[-1])


def _start(source: Source, node: Any) -> int:
    return source.line_starts[int(node.lineno) - 1] + int(node.col_offset)


def _end(source: Source, node: Any) -> int:
    return source.line_starts[int(node.end_lineno) - 1] + int(node.end_col_offset)
