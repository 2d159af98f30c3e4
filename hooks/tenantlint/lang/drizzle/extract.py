"""Extraction of one TypeScript or JavaScript file: bytes to ``ir.Fragment``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.lang import ir
from tenantlint.lang.drizzle import functions, grammar, lower, modules, statements

if TYPE_CHECKING:
    from tree_sitter import Node

    from tenantlint.source import Source

MAX_BYTES: Final = 5_000_000

_EXPRESSIONS: Final = {**lower.EXPRESSIONS, **functions.EXPRESSIONS}
_STATEMENTS: Final = {**statements.STATEMENTS, **modules.STATEMENTS}


def extract(source: Source) -> ir.Fragment:
    """Return what a file declares.

    A file that cannot be read gives a Fragment with one problem and no body. One that parses in part gives its
    readable statements, and a problem where the rest is no TypeScript.
    """
    data = source.data
    if len(data) > MAX_BYTES:
        return _unread(source, 0, "ERR004", f"it is larger than {MAX_BYTES:,} bytes, so it was not read")
    try:
        data.decode()
    except UnicodeDecodeError as error:
        return _unread(source, error.start, "ERR002", f"it is not UTF-8: {error.reason} at byte {error.start}")
    root = parse(source)
    try:
        return _read(source, root)
    except RecursionError:
        return _unread(source, 0, "ERR004", "it is nested too deeply to be read")


def parse(source: Source) -> Node:
    """Return the syntax tree of a file; its offsets are those of the source."""
    parser = grammar.parser(source.path)
    data = source.data
    if b"sql<" in data:
        from tenantlint.lang.drizzle.blanking import without_sql_types

        data = without_sql_types(data)
    root = parser.parse(data).root_node
    if root.has_error:
        from tenantlint.lang.drizzle.blanking import without_unknown_types

        root = parser.parse(without_unknown_types(data)).root_node
    return root


def _unread(source: Source, start: int, code: str, message: str) -> ir.Fragment:
    return ir.Fragment(source.path, (), (ir.SyntaxProblem(start, start, message, code),))


def _read(source: Source, root: Node) -> ir.Fragment:
    expressions, kinds = _EXPRESSIONS, _STATEMENTS
    if b"exports" in source.data:
        from tenantlint.lang.drizzle import commonjs

        expressions, kinds = _EXPRESSIONS | commonjs.expressions(_EXPRESSIONS), {**_STATEMENTS, **commonjs.STATEMENTS}
    low = lower.Lowering(source.data, expressions, kinds, root.has_error)
    body = low.block(root)
    if b"casing" in source.data:
        from tenantlint.lang.drizzle.configuration import lifted

        body += tuple(lifted(low, root))
    return ir.Fragment(source.path, low.settled(body), _problems(root))


def _problems(root: Node) -> tuple[ir.SyntaxProblem, ...]:
    if not root.has_error:
        return ()
    from tenantlint.lang.drizzle.errors import first_error

    problem = first_error(root)
    return () if problem is None else (problem,)
