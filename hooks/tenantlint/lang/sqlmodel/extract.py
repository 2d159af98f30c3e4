"""Parses one Python file into a Fragment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.lang import ir
from tenantlint.lang.sqlmodel import cst
from tenantlint.lang.sqlmodel.statements import StatementLowering
from tenantlint.source import Source

if TYPE_CHECKING:
    from tenantlint.lang.sqlmodel.lower import Span

MAX_BYTES: Final = 5_000_000
_ONLY_AST: Final = 0x400
"""``ast.PyCF_ONLY_AST``: what ``ast.parse`` passes to ``compile``, without the cost of importing ``ast``."""


def extract(source: Source) -> ir.Fragment:
    """Return what a file declares. Bad input gives a Fragment with one problem and no body."""
    text = source.text()
    tree = compile(text, source.path, "exec", _ONLY_AST, dont_inherit=True)
    module = cst.parse(text)
    return ir.Fragment(source.path, StatementLowering(source, {}).block(module.body, tree.body))


def parse_expression(text: str, span: Span) -> ir.Expr | None:
    """Return an expression that stands in a string, with everything in it at ``span``; None where it does not parse."""
    lowering = StatementLowering(Source("", b""), {})
    lowered = lowering.text(text, span)
    return None if isinstance(lowered, ir.Opaque) else lowered
