"""What a relationship joins on, as SQLAlchemy works it out from foreign keys, conditions and marks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenantlint.lang.sqlmodel.expressions import ColumnExpression, SqlExpression, SqlValue, columns_in
from tenantlint.lang.values import ListValue
from tenantlint.schema import UNKNOWN, Maybe

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tenantlint.lang.sqlmodel.models import TableModel
    from tenantlint.lang.sqlmodel.registry import Registry
    from tenantlint.lang.sqlmodel.schema_items import ColumnValue
    from tenantlint.lang.values import Value

_COMPARISONS = frozenset({"==", "!=", "<", "<=", ">", ">=", "in", "is", "call"})


class Side:
    """One side of a comparison of two columns."""

    def __init__(self, column: ColumnValue, foreign: bool = False, remote: bool = False) -> None:
        self.column = column
        self.foreign = foreign
        self.remote = remote


class Pair:
    """A comparison of two columns in a join condition."""

    def __init__(self, left: Side, right: Side, equal: bool = True) -> None:
        self.left = left
        self.right = right
        self.equal = equal

    @property
    def sides(self) -> tuple[Side, Side]:
        """Both sides."""
        return self.left, self.right


class Join:
    """What a relationship joins on: the columns of the parent and those of the target, pairwise.

    ``to_one`` is true where the foreign key is on the parent's side, so that a row has at most one target.
    """

    def __init__(self, local: list[ColumnValue], remote: list[ColumnValue], to_one: Maybe[bool]) -> None:
        self.local = local
        self.remote = remote
        self.to_one = to_one


def condition(value: Value) -> list[Pair] | None:
    """Return the comparisons of columns in a join condition, None where it cannot be read."""
    if not isinstance(value, SqlValue):
        return None
    pairs: list[Pair] = []
    return pairs if _collect(value.expression(), pairs) else None


def _collect(value: Value, pairs: list[Pair]) -> bool:
    if value is UNKNOWN:
        return False
    if not isinstance(value, SqlExpression):
        return True
    if value.op in ("and", "or", "not"):
        return all(_collect(part, pairs) for part in value.parts)
    if len(value.parts) != 2:
        return True
    if UNKNOWN in value.parts and not any(True for part in value.parts for _column in columns_in(part)):
        return False
    left, right = (list(columns_in(part)) for part in value.parts)
    plain = all(isinstance(_expression(part), ColumnExpression) for part in value.parts)
    pairs.extend(Pair(_side(one), _side(other), plain and value.op == "==") for one in left for other in right)
    return True


def _expression(value: Value) -> Value:
    return value.expression() if isinstance(value, SqlValue) else value


def _side(found: ColumnExpression) -> Side:
    return Side(found.column, found.foreign, found.remote)


def columns_of(value: Value) -> list[ColumnValue] | None:
    """Return the columns of a list or of one expression, None where they are not all known."""
    items = value.items if isinstance(value, ListValue) else [value]
    if isinstance(value, ListValue) and not value.complete:
        return None
    found = [next(columns_in(item), None) for item in items]
    known = [expression.column for expression in found if expression is not None]
    return known if len(known) == len(found) else None


def by_keys(registry: Registry, left: TableModel, right: TableModel, foreign: list[ColumnValue]) -> list[Pair] | None:
    """Return the condition that the foreign keys between two tables give, None where there is no single one.

    ``foreign`` are the columns that ``foreign_keys=`` names, () where it is not given.
    """
    found: list[list[tuple[ColumnValue, ColumnValue]]] = []
    for user, target in ((right, left), (left, right)) if left is not right else ((right, left),):
        for key in registry.keys_of(user):
            if key.target.table is target:
                pairs = key.pairs()
                if pairs is None:
                    return None
                own = [column for column, _other in pairs]
                if not foreign or any(column in foreign for column in own):
                    found.append(sorted(pairs, key=lambda pair: _position(pair[0])))
    if len(found) > 1 and foreign:
        found = [pairs for pairs in found if {id(own) for own, _ in pairs} == {id(column) for column in foreign}]
    if not found or any(pairs != found[0] for pairs in found[1:]):
        return None
    return [Pair(Side(target), Side(own)) for own, target in found[0]]


def _position(column: ColumnValue) -> int:
    columns = list(column.owner.columns.values()) if column.owner is not None else []
    return next((index for index, other in enumerate(columns) if other is column), len(columns))


def mark_foreign(
    registry: Registry, pairs: Iterable[Pair], foreign: list[ColumnValue], through: TableModel | None
) -> None:
    """Mark the foreign side of every comparison: as told, or by the foreign keys of the columns."""
    pairs = list(pairs)
    if any(side.foreign for pair in pairs for side in pair.sides):
        return
    for pair in pairs:
        if foreign:
            for side in pair.sides:
                side.foreign = side.column in foreign
        else:
            _mark_by_keys(registry, pair, through)


def _mark_by_keys(registry: Registry, pair: Pair, through: TableModel | None) -> None:
    left, right = pair.sides
    for side, other in ((left, right), (right, left)):
        if _references(registry, side.column, other.column):
            side.foreign = True
            return
    for side, other in ((left, right), (right, left)):
        if through is not None and side.column.owner is through and other.column.owner is not through:
            side.foreign = True
            return


def _references(registry: Registry, column: ColumnValue, other: ColumnValue) -> bool:
    if column.owner is None:
        return False
    return any(
        own is column and target.column is other
        for key in registry.keys_of(column.owner)
        for own, target in zip(key.columns, key.targets, strict=False)
    )


def mark_remote(pairs: list[Pair], parent: TableModel, target: TableModel, remote: list[ColumnValue]) -> None:
    """Mark the side of every comparison that belongs to the target: as told, or by its table or its foreign key."""
    if any(side.remote for pair in pairs for side in pair.sides):
        return
    own_join = parent is target and any(all(side.column.owner is parent for side in pair.sides) for pair in pairs)
    for pair in pairs:
        for side in pair.sides:
            if remote:
                side.remote = side.column in remote
            elif own_join:
                side.remote = side.foreign
            else:
                side.remote = side.column.owner is target


def direct(pairs: list[Pair], parent: TableModel, target: TableModel) -> Join | None:
    """Return the join of a relationship without a join table, None where it has no sense."""
    local: list[ColumnValue] = []
    remote: list[ColumnValue] = []
    for pair in pairs:
        left, right = pair.sides if pair.right.remote else (pair.right, pair.left)
        if right.remote and not left.remote and not _has(local, remote, left.column, right.column):
            local.append(left.column)
            remote.append(right.column)
    foreign = [side for pair in pairs for side in pair.sides if side.foreign]
    to_many = [side for side in foreign if (side.remote if parent is target else side.column.owner is target)]
    to_one = [side for side in foreign if (not side.remote if parent is target else side.column.owner is parent)]
    if not local or not foreign or (bool(to_many) and bool(to_one)):
        return None
    return Join(local, remote, bool(to_one))


def _has(local: list[ColumnValue], remote: list[ColumnValue], left: ColumnValue, right: ColumnValue) -> bool:
    return any(one is left and other is right for one, other in zip(local, remote, strict=True))


def through_join(primary: list[Pair], secondary: list[Pair]) -> Join | None:
    """Return the join of a relationship with a join table: the columns at both ends."""
    local, remote = _ends(primary), _ends(secondary)
    return Join(local, remote, False) if local and remote else None


def _ends(pairs: list[Pair]) -> list[ColumnValue]:
    ends = []
    for pair in pairs:
        left, right = pair.sides if pair.right.foreign else (pair.right, pair.left)
        if pair.equal and right.foreign:
            ends.append(left.column)
    return ends


def swapped(join: Join) -> Join:
    """Return the same join seen from the target."""
    to_one = UNKNOWN if join.to_one is UNKNOWN else not join.to_one
    return Join(join.remote, join.local, to_one)
