"""What SQL files do, read in the order in which they run, or recalled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenantlint.record import Record

if TYPE_CHECKING:
    from tenantlint.diagnostic import Diagnostic
    from tenantlint.lang.sql.context import Session
    from tenantlint.lang.sql.dialect import SqlDialect
    from tenantlint.migration import Operation
    from tenantlint.source import Source
    from tenantlint.store import Store


class Script(Record):
    """What a SQL file does.

    ``problems`` tell of the first statement that is no SQL at all. A file of another ``dialect`` has no operations and
    no problems.
    """

    operations: tuple[Operation, ...]
    problems: tuple[Diagnostic, ...]
    dialect: SqlDialect = "postgresql"


class Scripts:
    """Files that run one after another, so that what one does depends on those before it.

    Where a store keeps what a file did after the same files before, that file is not parsed: only a later one that is
    not kept makes up for it, as it needs what they all leave behind.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._session: Session | None = None
        self._recalled: list[tuple[Source, int, int | None]] = []
        self._before = b""

    def read(self, source: Source, start: int = 0, end: int | None = None) -> Script:
        """Return what the SQL between two offsets of a file does."""
        if not self._store.keeps:
            return self._parse(source, start, end)
        name, context = f"sql {start}", b"%d %s" % (-1 if end is None else end, self._before)
        self._before = _digest(context + source.data)
        script = self._store.recall(name, source, context)
        if isinstance(script, Script):
            self._recalled.append((source, start, end))
            return script
        for earlier in self._recalled:
            self._parse(*earlier)
        self._recalled.clear()
        script = self._parse(source, start, end)
        self._store.keep(name, source, script, context)
        return script

    def _parse(self, source: Source, start: int, end: int | None) -> Script:
        from tenantlint.lang.sql.context import Session
        from tenantlint.lang.sql.parse import operations

        if self._session is None:
            self._session = Session()
        return operations(source, start, end, self._session)


def _digest(data: bytes) -> bytes:
    from hashlib import blake2b

    return blake2b(data, digest_size=16).digest()
