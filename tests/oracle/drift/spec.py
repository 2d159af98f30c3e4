"""Random databases as data, random changes of them, and how they are written in each language."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random


@dataclass(frozen=True)
class Kind:
    """A type: in SQLAlchemy, in Drizzle, in SQL, and defaults that it can have (None: none)."""

    alchemy: str
    drizzle: str
    sql: str
    defaults: tuple[str | None, ...] = (None,)


KINDS: Final = (
    Kind("sa.Integer()", "integer({})", "integer", (None, "0", "7")),
    Kind("sa.BigInteger()", "bigint({}, {{ mode: 'number' }})", "bigint", (None, "0", "9")),
    Kind("sa.SmallInteger()", "smallint({})", "smallint", (None, "1")),
    Kind("sa.Text()", "text({})", "text", (None, "a", "b c")),
    Kind("sa.String()", "varchar({})", "varchar", (None, "a")),
    Kind("sa.String(50)", "varchar({}, {{ length: 50 }})", "varchar(50)", (None, "a", "b")),
    Kind("sa.String(80)", "varchar({}, {{ length: 80 }})", "varchar(80)", (None, "a")),
    Kind("sa.Boolean()", "boolean({})", "boolean", (None, "true", "false")),
    Kind("sa.DateTime()", "timestamp({})", "timestamp"),
    Kind("sa.DateTime(timezone=True)", "timestamp({}, {{ withTimezone: true }})", "timestamptz"),
    Kind("sa.Date()", "date({})", "date"),
    Kind("sa.Numeric(10, 2)", "numeric({}, {{ precision: 10, scale: 2 }})", "numeric(10, 2)", (None, "0", "1.50")),
    Kind("sa.Numeric(12, 4)", "numeric({}, {{ precision: 12, scale: 4 }})", "numeric(12, 4)", (None, "0")),
    Kind("sa.Double()", "doublePrecision({})", "double precision", (None, "2")),
    Kind("sa.JSON()", "json({})", "json"),
    Kind("JSONB()", "jsonb({})", "jsonb"),
    Kind("sa.Uuid()", "uuid({})", "uuid"),
)
NUMBERS: Final = ("integer", "bigint", "smallint", "numeric(10, 2)", "numeric(12, 4)", "double precision")


@dataclass(frozen=True)
class Column:
    name: str
    kind: Kind
    nullable: bool
    default: str | None = None


@dataclass(frozen=True)
class Index:
    columns: tuple[str, ...]
    unique: bool = False
    partial: bool = False


@dataclass(frozen=True)
class Key:
    column: str
    target: str
    on_delete: str | None = None


@dataclass(frozen=True)
class Table:
    """A table with a serial ``id``, which is its primary key, alone or with another column."""

    name: str
    columns: tuple[Column, ...]
    uniques: tuple[tuple[str, ...], ...] = ()
    indexes: tuple[Index, ...] = ()
    keys: tuple[Key, ...] = ()
    primary: tuple[str, ...] = field(default=("id",))


Spec = tuple[Table, ...]


def random_spec(random: Random) -> Spec:
    """Return three tables; a table may reference those before it."""
    tables: list[Table] = []
    for name in ("alpha", "beta", "gamma"):
        columns = tuple(_column(random, f"c{number}") for number in range(random.randint(3, 5)))
        names = [column.name for column in columns if column.kind.sql not in ("json", "jsonb")]
        keys = tuple(_key(random, table.name) for table in tables if random.random() < 0.7)
        columns += tuple(Column(key.column, KINDS[0], True) for key in keys)
        uniques = tuple(dict.fromkeys(_some(random, names) for _ in range(2) if names))
        free = [each for each in (_some(random, names) for _ in range(3) if names) if each not in uniques]
        indexes = tuple(Index(each, random.random() < 0.3, random.random() < 0.2) for each in dict.fromkeys(free))
        tables.append(Table(name, columns, uniques, _distinct(indexes), keys))
    return tuple(tables)


def _distinct(indexes: tuple[Index, ...]) -> tuple[Index, ...]:
    return tuple({frozenset(each.columns): each for each in indexes}.values())


def _column(random: Random, name: str) -> Column:
    kind = random.choice(KINDS)
    return Column(name, kind, random.random() < 0.5, random.choice(kind.defaults))


def _key(random: Random, target: str) -> Key:
    return Key(f"{target}_id", target, random.choice((None, "cascade", "set null", "restrict")))


def _some(random: Random, names: list[str]) -> tuple[str, ...]:
    return tuple(sorted(random.sample(names, random.randint(1, min(2, len(names))))))


# Changes


def change(random: Random, spec: Spec) -> Spec:
    """Return the database with one thing of one table changed; a change that cannot be made leaves it as it is."""
    number = random.randrange(len(spec))
    table = random.choice(CHANGES)(random, spec[number])
    return (*spec[:number], *(() if table is None else (table,)), *spec[number + 1 :])


def _with_column(random: Random, table: Table, make: Callable[[Column], Column]) -> Table:
    plain = [each for each in table.columns if each.name.startswith("c")]
    chosen = random.choice(plain) if plain else table.columns[0]
    return replace(table, columns=tuple(make(each) if each is chosen else each for each in table.columns))


def _retype(random: Random, table: Table) -> Table:
    kinds = [kind for kind in KINDS if kind.sql not in ("json", "jsonb")]
    return _with_column(random, table, lambda each: replace(each, kind=random.choice(kinds), default=None))


def _renull(random: Random, table: Table) -> Table:
    return _with_column(random, table, lambda each: replace(each, nullable=not each.nullable))


def _redefault(random: Random, table: Table) -> Table:
    return _with_column(random, table, lambda each: replace(each, default=random.choice(each.kind.defaults)))


def _add_column(random: Random, table: Table) -> Table:
    return replace(table, columns=(*table.columns, _column(random, "c9")))


def _drop_column(random: Random, table: Table) -> Table:
    gone = random.choice(table.columns).name
    return replace(
        table,
        columns=tuple(each for each in table.columns if each.name != gone),
        uniques=tuple(each for each in table.uniques if gone not in each),
        indexes=tuple(each for each in table.indexes if gone not in each.columns),
        keys=tuple(each for each in table.keys if each.column != gone),
        primary=tuple(each for each in table.primary if each != gone),
    )


def _drop_index(random: Random, table: Table) -> Table:
    return replace(table, indexes=table.indexes[1:])


def _change_index(random: Random, table: Table) -> Table:
    if not table.indexes:
        return table
    first, *rest = table.indexes
    unique, partial = random.choice(((True, False), (False, True), (True, True), (False, False)))
    return replace(table, indexes=(replace(first, unique=unique, partial=partial), *rest))


def _drop_unique(random: Random, table: Table) -> Table:
    return replace(table, uniques=table.uniques[1:])


def _unique_by_index(random: Random, table: Table) -> Table:
    if not table.uniques:
        return table
    first, *rest = table.uniques
    return replace(table, uniques=tuple(rest), indexes=(*table.indexes, Index(first, unique=True)))


def _drop_key(random: Random, table: Table) -> Table:
    return replace(table, keys=table.keys[1:])


def _change_key(random: Random, table: Table) -> Table:
    actions = (None, "cascade", "set null", "restrict")
    return replace(table, keys=tuple(replace(each, on_delete=random.choice(actions)) for each in table.keys))


def _change_primary(random: Random, table: Table) -> Table:
    more = [each.name for each in table.columns if not each.nullable and each.kind.sql not in ("json", "jsonb")]
    return replace(table, primary=("id", more[0])) if more and table.name == "gamma" else table


def _drop_table(random: Random, table: Table) -> Table | None:
    return None if table.name == "gamma" else table


CHANGES: Final[tuple[Callable[[Random, Table], Table | None], ...]] = (
    _retype,
    _renull,
    _redefault,
    _add_column,
    _drop_column,
    _drop_index,
    _change_index,
    _drop_unique,
    _unique_by_index,
    _drop_key,
    _change_key,
    _change_primary,
    _drop_table,
)
