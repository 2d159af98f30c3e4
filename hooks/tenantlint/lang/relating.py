"""What new relations of a schema are called, and which key they follow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.lang.lowering import RefusedError
from tenantlint.names import camel_case, is_plural, plurals, snake_case
from tenantlint.record import Record
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from tenantlint.lang.lowering import Lowering
    from tenantlint.schema import ForeignKey, Maybe, Table

_LONG_PLURALS: Final = ("ches", "shes", "sses", "xes", "zzes")


class Way(Record):
    """A foreign key with both ends: the keys in code of its columns and of those that it references.

    ``alone`` is true where no other key or relation joins the two tables.
    """

    table: Table
    target: Table
    columns: tuple[str, ...]
    keys: tuple[str, ...]
    target_keys: tuple[str, ...]
    is_unique: bool
    is_nullable: bool
    alone: bool


def way(context: Lowering, table_id: str, columns: tuple[str, ...], target_id: str) -> Way:
    """Return the foreign key over ``columns`` from one table to another. Raises RefusedError where there is none."""
    table, target = context.table(table_id), context.table(target_id)
    found = (
        [key for key in table.foreign_keys if key.columns == columns and key.target_id == target_id] if table else []
    )
    if table is None or target is None or not found:
        raise RefusedError("the foreign key is not there any more")
    others = [key for key in table.foreign_keys if key.target_id == target_id and key.columns != columns]
    others += [key for key in target.foreign_keys if key.target_id == table_id and table is not target]
    return Way(
        table,
        target,
        columns,
        _keys(table, columns),
        _keys(target, found[0].target_columns),
        _is_unique(table, columns),
        any(column.nullable is not False for column in table.columns if column.name in columns),
        not others,
    )


def _keys(table: Table, columns: Maybe[tuple[Maybe[str], ...]]) -> tuple[str, ...]:
    found = (
        ()
        if columns is UNKNOWN
        else tuple(column for name in columns for column in table.columns if column.name == name)
    )
    if columns is UNKNOWN or len(found) != len(columns) or not found:
        raise RefusedError(f"the columns of `{table.symbol}` that the key joins are not known")
    return tuple(column.key for column in found)


def _is_unique(table: Table, columns: tuple[str, ...]) -> bool:
    wanted = frozenset(columns)
    unique = [index.columns for index in table.indexes if index.unique is True and index.partial is False]
    unique += [each.columns for each in table.unique_constraints if each.attached]
    unique += [table.primary_key]
    unique += [(column.name,) for column in table.columns if column.unique is True]
    return any(each is not UNKNOWN and frozenset(each) == wanted and each for each in unique)


def keys_to(table: Table, target: Table) -> list[ForeignKey]:
    """Return the foreign keys of a table to another one."""
    return [key for key in table.foreign_keys if key.target_id == target.id]


def forward_name(path: Way) -> str:
    """Return what the relation from the key's side is called: as its column without ``_id``, else as the target."""
    key = path.keys[0]
    for suffix in ("_id", "Id") if len(path.keys) == 1 else ():
        if key.endswith(suffix) and len(key) > len(suffix):
            return key.removesuffix(suffix)
    return styled(singular(path.target), key)


def backward_name(path: Way, forward: str) -> str:
    """Return what the relation from the other side is called: as the key's table; many of them where it may be."""
    noun = singular(path.table)
    noun = noun if path.is_unique else plurals(noun)[0]
    name = styled(noun, path.keys[0])
    if not path.alone or path.table is path.target or name in taken(path.target):
        name = styled(f"{snake_case(forward)}_{noun}", path.keys[0])
    return name


def styled(name: str, like: str) -> str:
    """Return a name in snake case, or in camel case where ``like`` shows that."""
    return camel_case(name) if like != snake_case(like) else snake_case(name)


def singular(table: Table) -> str:
    """Return the noun for a row of a table, in snake case."""
    name = snake_case(table.symbol)
    head, _, last = name.rpartition("_")
    if last in ("table", "model") and head:
        head, _, last = head.rpartition("_")
    for noun in (last[:-3] + "y", last[:-2], last[:-1]):
        is_long = last.endswith(_LONG_PLURALS)
        if is_plural(last) and noun and plurals(noun)[0] == last and (is_long or noun != last[:-2]):
            last = noun
            break
    return f"{head}_{last}" if head else last


def taken(table: Table) -> set[str]:
    """Return the names that the columns and relations of a table have."""
    return {name for column in table.columns for name in (column.key, column.name) if isinstance(name, str)} | {
        relation.name for relation in table.relations
    }


def refuse_taken(table: Table, name: str) -> None:
    """Raise RefusedError where a table has something called ``name``."""
    if name in taken(table):
        raise RefusedError(f"`{table.symbol}` has a `{name}` already")
