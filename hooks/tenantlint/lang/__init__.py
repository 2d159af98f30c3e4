"""The languages: only packages below import a parser."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenantlint.record import Record

if TYPE_CHECKING:
    from tenantlint.diagnostic import Diagnostic
    from tenantlint.migration import History
    from tenantlint.schema import EnumType, Policy, Table, Unresolved


class Linked(Record):
    """What one language declares in a project; ``problems`` tell of files that could not be read."""

    tables: tuple[Table, ...] = ()
    enums: tuple[EnumType, ...] = ()
    detached_policies: tuple[Policy, ...] = ()
    unresolved: tuple[Unresolved, ...] = ()
    problems: tuple[Diagnostic, ...] = ()


class LinkedHistories(Record):
    """The migration histories of one kind in a project, what of them could not be read, and the unreadable files."""

    histories: tuple[History, ...] = ()
    unresolved: tuple[Unresolved, ...] = ()
    problems: tuple[Diagnostic, ...] = ()
