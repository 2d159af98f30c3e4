"""Extraction of one TypeScript or JavaScript file: bytes to ``ir.Fragment``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.lang import ir
from tenantlint.lang.drizzle import functions, grammar, lower, modules, statements

if TYPE_CHECKING:
    from tenantlint.source import Source

_EXPRESSIONS: Final = {**lower.EXPRESSIONS, **functions.EXPRESSIONS}
_STATEMENTS: Final = {**statements.STATEMENTS, **modules.STATEMENTS}


def extract(source: Source) -> ir.Fragment:
    """Return what a file declares."""
    tree = grammar.parser(source.path).parse(source.data)
    low = lower.Lowering(source.data, _EXPRESSIONS, _STATEMENTS)
    return ir.Fragment(source.path, low.block(tree.root_node))
