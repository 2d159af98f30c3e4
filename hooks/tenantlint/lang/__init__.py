"""The languages: only packages below import a parser."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenantlint.record import Record

if TYPE_CHECKING:
    from collections.abc import Callable

    from tenantlint.diagnostic import Diagnostic
    from tenantlint.migration import History
    from tenantlint.schema import Deletion, EnumType, Policy, Table, Unresolved


class Linked(Record):
    """What one language declares in a project; ``problems`` tell of files that could not be read.

    ``deletions`` reads the uses of the tables in all code of the project, which takes longer than the declarations.
    """

    tables: tuple[Table, ...] = ()
    enums: tuple[EnumType, ...] = ()
    detached_policies: tuple[Policy, ...] = ()
    unresolved: tuple[Unresolved, ...] = ()
    problems: tuple[Diagnostic, ...] = ()
    deletions: Callable[[], tuple[Deletion, ...]] | None = None


class LinkedHistories(Record):
    """The migration histories of one kind in a project, what of them could not be read, and the unreadable files."""

    histories: tuple[History, ...] = ()
    unresolved: tuple[Unresolved, ...] = ()
    problems: tuple[Diagnostic, ...] = ()
