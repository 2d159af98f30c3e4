"""Which columns the predicates of a policy compare with the session, where the table's columns are not at hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tenantlint.schema import Maybe

_NO_COLUMNS: Final = frozenset(
    "true false null default current_user session_user current_role user current_catalog current_schema".split()
    + "current_date current_time current_timestamp localtime localtimestamp".split()
)


class _AnyColumn:
    """The columns of a table of which nothing is known: a name that is no keyword may be one."""

    def __contains__(self, name: object) -> bool:
        return name not in _NO_COLUMNS

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def tenant_columns(table: Maybe[str], predicates: Iterable[str | None]) -> tuple[str, ...]:
    """Return the columns of ``table`` that the predicates compare with a value of the session, in order."""
    from tenantlint.predicates import compared_columns  # few files have a policy

    name = None if table is UNKNOWN else table.rpartition(".")[2]
    found = [
        column
        for predicate in predicates
        if predicate is not None
        for column in compared_columns(predicate, name, _AnyColumn())
    ]
    return tuple(dict.fromkeys(found))
