"""What changes make different in the tables that the code declares: its columns, keys and names before and after."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, TypeAlias, TypeVar

from tenantlint.change import RenameColumn
from tenantlint.lang.lowering import RefusedError
from tenantlint.record import Record
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from tenantlint.change import Change
    from tenantlint.lang.lowering import Lowering
    from tenantlint.schema import Column, ForeignKey, Index, Table, UniqueConstraint

    Member: TypeAlias = Index | UniqueConstraint | ForeignKey
    M = TypeVar("M", Index, UniqueConstraint, ForeignKey)

NamedKind: TypeAlias = Literal["index", "unique", "foreign key"]
_UNNAMED: Final = "the name of the column in the database is not known"
_NOT_KNOWN: Final = "what the code declares afterwards is not known"


class ColumnName(Record):
    """A column of ``table`` (as it was) that has another name in the database afterwards."""

    table: Table
    old: str
    new: str


class MemberName(Record):
    """An index or a constraint of ``table`` (as it was) and its name before and after, which may be the same."""

    table: Table
    kind: NamedKind
    old: str
    new: str


class Additions(Record):
    """What a table has that it had not before."""

    columns: tuple[Column, ...]
    foreign_keys: tuple[ForeignKey, ...]
    indexes: tuple[Index, ...]


class Differences:
    """What is different once changes have been made. Raises RefusedError where that is not known."""

    def __init__(self, changes: Sequence[Change], context: Lowering) -> None:
        self.context = context
        self._after = {} if context.after is None else context.after.by_id()
        renames = [change for change in changes if isinstance(change, RenameColumn) and change.new_name is not None]
        found = [column for change in renames for column in self._renamed(change)]
        self.columns = list(dict.fromkeys(found))
        self._names: dict[str, dict[str, str]] = {}
        for each in self.columns:
            self._names.setdefault(each.table.id, {})[each.old] = each.new

    def _renamed(self, change: RenameColumn) -> Iterator[ColumnName]:
        """Yield the columns that a rename gives another name: of other tables too, where they share or inherit it.

        A table that declares an inherited column again has it by its new key afterwards, and by the old one no more.
        """
        own = self.context.column(change.table_id, change.key)
        for table in self.context.schema.tables if own is not None else ():
            for column in table.columns:
                shares = table.id == change.table_id or (own is not None and column.at == own.at)
                if column.key == change.key and (shares or self._follows(table, change)):
                    yield from self._new_name(table, column, change)

    def _follows(self, table: Table, change: RenameColumn) -> bool:
        after = self._after.get(table.id)
        keys = {column.key for column in after.columns} if after is not None else set()
        return change.new_key in keys and change.key not in keys

    def _new_name(self, table: Table, column: Column, change: RenameColumn) -> Iterator[ColumnName]:
        new = change.new_name
        if table.id in self._after:
            after = next((each for each in self._after[table.id].columns if each.key == change.new_key), None)
            if after is None or after.name is UNKNOWN:
                raise RefusedError(_NOT_KNOWN)
            new = after.name
        if column.name is UNKNOWN:
            raise RefusedError(_UNNAMED)
        if new is not None and column.name != new:
            yield ColumnName(table, column.name, new)

    def members(self) -> Iterator[MemberName]:
        """Yield the indexes and constraints that are there before and after and have names both times."""
        for table in self.context.schema.tables:
            after = self._after.get(table.id)
            if after is None or table.dialect != "postgresql":
                continue
            for kind, pairs in (
                ("index", self._paired(table, table.indexes, after.indexes, _index_sign)),
                ("unique", self._paired(table, table.unique_constraints, after.unique_constraints, _sign)),
                ("foreign key", self._paired(table, table.foreign_keys, after.foreign_keys, _sign)),
            ):
                yield from _names(table, kind, pairs)  # type: ignore[arg-type]

    def _paired(
        self,
        table: Table,
        olds: Sequence[M],
        news: Sequence[M],
        sign: Callable[[M, Mapping[str, str]], object],
    ) -> list[tuple[M | None, M]]:
        """Return what is there afterwards with what it was: of the same columns, and the same name if possible."""
        renamed, left = self._names.get(table.id, {}), list(olds)
        pairs: dict[int, M] = {}
        for same_name in (True, False):
            for number, new in enumerate(news):
                alike = (old for old in left if sign(old, renamed) == sign(new, {}))
                found = next((old for old in alike if not same_name or old.name == new.name), None)
                if number not in pairs and found is not None:
                    pairs[number] = found
                    left.remove(found)
        return [(pairs.get(number), new) for number, new in enumerate(news)]

    def new_name(self, table: Table, column: str) -> str:
        """Return what a column is called in the database afterwards."""
        return self._names.get(table.id, {}).get(column, column)

    def additions(self, table_id: str) -> Additions:
        """Return what the code gives a table."""
        before, after = self.context.table(table_id), self._after.get(table_id)
        if before is None or after is None:
            raise RefusedError(_NOT_KNOWN)
        names = {*(column.name for column in before.columns), *self._names.get(table_id, {}).values()}
        keys = self._paired(before, before.foreign_keys, after.foreign_keys, _sign)
        indexes = self._paired(before, before.indexes, after.indexes, _index_sign)
        return Additions(
            tuple(column for column in after.columns if column.name not in names),
            tuple(new for old, new in keys if old is None),
            tuple(new for old, new in indexes if old is None),
        )


def _names(table: Table, kind: NamedKind, pairs: Iterable[tuple[Member | None, Member]]) -> Iterator[MemberName]:
    for old, new in pairs:
        if old is not None and isinstance(old.name, str) and isinstance(new.name, str):
            yield MemberName(table, kind, old.name, new.name)


def _sign(member: Member, renamed: Mapping[str, str]) -> object:
    """Return what tells a constraint from others whatever its name: its columns, as they are called afterwards."""
    if not isinstance(member.columns, tuple):
        return member.name
    return tuple(renamed.get(column, column) if isinstance(column, str) else column for column in member.columns)


def _index_sign(index: Index, renamed: Mapping[str, str]) -> object:
    plain = isinstance(index.columns, tuple) and None not in index.columns
    return (_sign(index, renamed) if plain else index.name, index.unique, index.partial, index.method)
