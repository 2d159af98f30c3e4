"""What turning a time without a zone into a point in time asks of a column, whatever declares it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tenantlint.lang.lowering import RefusedError
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from tenantlint.schema import Column

_NOW = r"(?:\w+\.)?(?:now|current_timestamp|transaction_timestamp|statement_timestamp|clock_timestamp)(?:\(\))?"


def is_naive(column: Column) -> bool:
    """Return whether a column is a ``timestamp``, with or without a precision; an array of them is none."""
    return column.type is not UNKNOWN and re.fullmatch(r"timestamp(\(\d\))?", column.type) is not None


def refuse_other_defaults(*columns: Column) -> None:
    """Raise RefusedError where a DEFAULT in the database is not the current time: it would mean another one then."""
    for column in columns:
        written = re.sub(r"\s", "", column.default_sql or "").lower()
        has_other = not re.fullmatch(_NOW, written)
        if column.has_server_default is not False and has_other:
            raise RefusedError(
                f"the default of `{column.key}` in the database is not the current time: make it `now()` first"
            )
