"""Extraction of one Python file: bytes to ``ir.Fragment``."""

from __future__ import annotations

import re
import warnings
from typing import TYPE_CHECKING, Final, cast

from tenantlint.lang import ir
from tenantlint.lang.sqlmodel import cst
from tenantlint.lang.sqlmodel.bodies import without_bodies
from tenantlint.lang.sqlmodel.statements import StatementLowering
from tenantlint.source import Source

if TYPE_CHECKING:
    import ast

    from tenantlint.lang.sqlmodel.lower import Span

MAX_BYTES: Final = 5_000_000
MAX_LINE: Final = 10_000
"""Characters of a line that is given to LibCST although Python's own parser has not been through it."""
MAX_CHAIN: Final = 1_000
"""Operands of one ``and`` or ``or``, which LibCST nests in one another."""
MAX_BRANCHES: Final = 2_000
"""Likewise, the ``elif`` of a file: each is nested in the one before."""

_COOKIE: Final = re.compile(rb"(?:[ \t\f]*(?:#[^\r\n]*)?(?:\r\n?|\n))?[ \t\f]*#[^\r\n]*?coding[:=][ \t]*([-\w.]+)")
"""The declaration of an encoding, in one of the first two lines (PEP 263)."""
_UTF_8: Final = (b"utf-8", b"utf8", b"utf_8", b"u8", b"utf-8-sig")

_ONLY_AST: Final = 0x400
"""``ast.PyCF_ONLY_AST``: what ``ast.parse`` passes to ``compile``, without the cost of importing ``ast``."""
_TOO_DEEP: Final = (
    "too many nested parentheses",
    "too many levels of indentation",
    "too many statically nested blocks",
)


def extract(source: Source, lowering: type[StatementLowering] = StatementLowering) -> ir.Fragment:
    """Return what a file declares. A file that cannot be read gives a Fragment with one problem and no body."""
    data = source.data
    if len(data) > MAX_BYTES:
        return _unread(source, 0, "ERR004", f"it is larger than {MAX_BYTES:,} bytes, so it was not read")
    if b"\0" in data:
        return _unread(source, data.index(b"\0"), "ERR003", "a null byte cannot stand in Python source")
    cookie = _COOKIE.match(data)
    if cookie is not None and not data.isascii() and cookie[1].lower() not in _UTF_8:
        name = cookie[1].decode()
        return _unread(source, cookie.start(1), "ERR002", f"it is in the encoding {name}, and only UTF-8 is read")
    try:
        return _extract(source, source.text(), lowering)
    except UnicodeDecodeError as error:
        return _unread(source, error.start, "ERR002", f"it is not UTF-8: {error.reason} at byte {error.start}")
    except (RecursionError, MemoryError):
        return _unread(source, 0, "ERR004", "it is nested too deeply to be read")


def _unread(source: Source, start: int, code: str, message: str) -> ir.Fragment:
    return ir.Fragment(source.path, (), (ir.SyntaxProblem(start, start, message, code),))


def _extract(source: Source, text: str, lowering: type[StatementLowering]) -> ir.Fragment:
    """Parse with both parsers. LibCST's has no limit of depth, so Python's, which has one, goes first."""
    try:
        tree = _parse(text, source.path)
    except SyntaxError as error:
        return _extract_newer(source, text, error, lowering)
    if _has_long_chain(tree, source.data):
        return _unread(source, 0, "ERR004", "it is nested too deeply to be read")
    try:
        module = cst.parse(without_bodies(source, tree, lowering.needed))
    except cst.CstSyntaxError as error:
        return _unread(source, 0, "ERR004", f"it is Python, but LibCST cannot parse it: {error.message}")
    return ir.Fragment(source.path, lowering(source, {}).block(module.body, tree.body))


def _has_long_chain(tree: ast.Module, data: bytes) -> bool:
    """Tell whether LibCST's parser would nest too deeply what Python keeps flat: ``a and b and ...``."""
    if data.count(b" and ") + data.count(b" or ") < MAX_CHAIN:
        return False
    import ast

    return any(isinstance(node, ast.BoolOp) and len(node.values) > MAX_CHAIN for node in ast.walk(tree))


def _parse(text: str, path: str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what Python thinks of the user's escapes is not asked here
        return cast("ast.Module", compile(text, path, "exec", _ONLY_AST, dont_inherit=True))


def _extract_newer(source: Source, text: str, error: SyntaxError, lowering: type[StatementLowering]) -> ir.Fragment:
    """Read what this Python rejects: LibCST knows the syntax of later versions, and then gives the places too."""
    message = error.msg or "it is no Python"
    if message.startswith(_TOO_DEEP):
        return _unread(source, 0, "ERR004", f"it is nested too deeply to be read: {message}")
    problem = _unread(source, _offset(source, error), "ERR003", message)
    if text.count("elif") > MAX_BRANCHES or max(map(len, text.splitlines())) > MAX_LINE:
        return problem
    from tenantlint.lang.sqlmodel.positions import parse_with_spans

    try:
        module, spans = parse_with_spans(text)
    except cst.CstSyntaxError:
        return problem
    return ir.Fragment(source.path, lowering(source, spans).block(module.body, None))


def _offset(source: Source, error: SyntaxError) -> int:
    """Return the byte at which Python sees the error; it counts characters from 1."""
    line = min(error.lineno or 1, len(source.line_starts))
    before = source.line_text(line)[: max((error.offset or 1) - 1, 0)]
    return source.line_starts[line - 1] + len(before.encode())


def parse_expression(text: str, span: Span) -> ir.Expr | None:
    """Return an expression that stands in a string, with everything in it at ``span``; None where it does not parse."""
    lowering = StatementLowering(Source("", b""), {})
    lowered = lowering.text(text, span)
    return None if isinstance(lowered, ir.Opaque) else lowered
