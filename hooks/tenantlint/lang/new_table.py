"""What a new table is to be, before a language writes it."""

from __future__ import annotations

from tenantlint.record import Record


class NewColumn(Record):
    """A column: its key in code and its name, its type (text, varchar, integer, …), and the sizes of that.

    ``reference`` is the ``Table.id`` that it references; its type is then that of the key there.
    """

    key: str
    name: str
    type: str
    nullable: bool
    sizes: tuple[int, ...] = ()
    reference: str | None = None


class NewTable(Record):
    """A table: its name in the database and in code. ``tenant`` is its tenant column, where no table shows how."""

    name: str
    symbol: str
    columns: tuple[NewColumn, ...]
    tenant: str | None = None
