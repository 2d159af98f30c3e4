"""Places from LibCST's own provider, for files whose syntax is newer than the running Python.

It costs several times the parse, and it needs LibCST's real node classes: see ``lower.py`` for the usual way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenantlint.lang.sqlmodel import cst

if TYPE_CHECKING:
    from tenantlint.lang.sqlmodel.lower import Cst, Span


def parse_with_spans(text: str) -> tuple[Cst, dict[Cst, Span]]:
    """Return a module and the byte offsets of its nodes. Raises CstSyntaxError where the text does not parse."""
    from libcst.metadata import ByteSpanPositionProvider, MetadataWrapper

    wrapper = MetadataWrapper(cst.parse(text), unsafe_skip_copy=True)
    spans = wrapper.resolve(ByteSpanPositionProvider)
    return wrapper.module, {node: (span.start, span.start + span.length) for node, span in spans.items()}
