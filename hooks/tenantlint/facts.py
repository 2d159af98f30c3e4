"""What follows from a Schema alone, whatever the settings: what is referenced, related, indexed, of one database.

What several rules ask is answered here once, so that they agree.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final

from tenantlint.keys import KEY_PARTS, all_in, keys, may_be_unique, serves
from tenantlint.names import plurals, snake_case
from tenantlint.record import replace
from tenantlint.schema import UNKNOWN, Maybe

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tenantlint.database import Database
    from tenantlint.schema import Column, ForeignKey, Relation, Schema, Table
    from tenantlint.source import Location

_FEW_TABLES: Final = 10


class SchemaFacts:
    """A schema and what follows from it."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self._indexed: dict[Location, bool] = {}
        self._migrated: dict[str, tuple[ForeignKey, ...]] = {}

    @cached_property
    def by_id(self) -> dict[str, Table]:
        """All tables by ``Table.id``."""
        return self.schema.by_id()

    def find(self, table_id: Maybe[str | None]) -> Table | None:
        """Return the table with this ``Table.id``, None where it is not known or not declared."""
        return self.by_id.get(table_id) if isinstance(table_id, str) else None

    @cached_property
    def database(self) -> Database:
        """What the migrations make of the tables."""
        from tenantlint.database import Database

        return Database(self.schema)

    def is_excerpt(self, table: Table) -> bool:
        """Return whether another model of the same table has, or may have, all its columns and more.

        Scripts and services declare only the columns that they need, and leave the foreign keys out. A script may know
        a column too that is gone since.
        """
        name = table.qualified_name
        others = () if name is UNKNOWN else self._models.get((table.orm, _in_public(name)), ())
        columns = {column.name for column in table.columns} - {UNKNOWN}
        for other in others:
            if other is not table and other.dialect == table.dialect:
                more = {column.name for column in other.columns}
                if UNKNOWN in more or "columns" in other.incomplete or columns < more:
                    return True
                with_keys = other.foreign_keys or "foreign_keys" in other.incomplete
                if not table.foreign_keys and with_keys and len(columns - more) * 5 <= len(columns):
                    return True
        return False

    def is_prescribed(self, table: Table, column: Column) -> bool:
        """Return whether a login library prescribes the name of a column and what is in it."""
        return column.key in self.prescribed_columns.get(table.id, ())

    def is_of_login_library(self, table: Table) -> bool:
        """Return whether a login library designs all of ``table``."""
        prescribed = self.prescribed_columns.get(table.id)
        return prescribed is not None and len(prescribed) == len(table.columns)

    @cached_property
    def prescribed_columns(self) -> dict[str, frozenset[str]]:
        """The keys of the columns that login libraries prescribe, by ``Table.id``."""
        from tenantlint.prescribed import prescribed_columns

        return prescribed_columns(self.schema)

    # Columns

    def is_nullable(self, table: Table, column: Column) -> Maybe[bool]:
        """Return whether a column may be NULL: neither the model nor a migration of the table says NOT NULL."""
        if column.nullable is not True or not self.schema.histories:
            return column.nullable
        if column.name is UNKNOWN or table.qualified_name is UNKNOWN:
            return UNKNOWN
        twins = [each.column(column.name) for each in self.twins(table)]
        return not any(twin is not None and twin.nullable is False for twin in twins)

    # Foreign keys

    def twins(self, table: Table) -> tuple[Table, ...]:
        """Return what the migrations make of ``table``: the tables of its name in the database."""
        return self.database.twins(table) if self.schema.histories else ()

    def _has_unread_structure(self, table: Table, of_all: bool) -> bool:
        """Return whether a statement that is not read may change ``table``: one that names it.

        With ``of_all`` one that may be about any table counts too. Such a loop over the catalog gives keys to the
        columns that all tables have, not to those of this one.
        """
        return bool(self.schema.histories) and self.database.has_unread_structure(table, by_name=not of_all)

    def foreign_keys(self, table: Table) -> tuple[ForeignKey, ...]:
        """Return the foreign keys of ``table``: the model's own, then those that migrations and namesakes give it.

        Those of migrations reference the models' tables too, where the project has a model of that name. A namesake is
        another model of the same table, as scripts declare with the columns that they need.
        """
        others = (each for each in self._namesakes(table) if each is not table)
        return (
            table.foreign_keys + self._migrated_keys(table) + tuple(key for each in others for key in each.foreign_keys)
        )

    def migrated_foreign_keys(self, table: Table) -> tuple[ForeignKey, ...]:
        """Return the foreign keys that migrations give ``table``; none where it has a namesake to be asked for them."""
        return self._migrated_keys(table) if len(self._namesakes(table)) == 1 else ()

    def _migrated_keys(self, table: Table) -> tuple[ForeignKey, ...]:
        found = self._migrated.get(table.id)
        if found is None:
            given = [key for twin in self.twins(table) for key in twin.foreign_keys]
            found = self._migrated[table.id] = tuple(self._of_model(table, key) for key in given)
        return found

    def _namesakes(self, table: Table) -> list[Table]:
        name = table.qualified_name
        return [] if name is UNKNOWN else self._models[table.orm, _in_public(name)]

    def _of_model(self, table: Table, key: ForeignKey) -> ForeignKey:
        named = self._models.get((table.orm, key.target_table), ())
        return replace(key, target_id=named[0].id if len(named) == 1 else UNKNOWN if named else key.target_id)

    @cached_property
    def _models(self) -> dict[tuple[str, Maybe[str]], list[Table]]:
        found: dict[tuple[str, Maybe[str]], list[Table]] = {}
        for table in self.schema:
            if table.qualified_name is not UNKNOWN:
                found.setdefault((table.orm, _in_public(table.qualified_name)), []).append(table)
        return found

    def may_have_more_foreign_keys(self, table: Table, of_all: bool = False) -> bool:
        """Return whether ``table`` may have foreign keys that are not read (``of_all``: as all tables do)."""
        return "foreign_keys" in table.incomplete or self._has_unread_structure(table, of_all)

    def is_referenced(self, table: Table, columns: Iterable[str]) -> bool:
        """Return whether a foreign key references these columns of ``table``, or may."""
        wanted = frozenset(columns)
        return any(key is None or wanted == key for key in self._referenced.get(table.id, ())) or any(
            key is None or wanted == key for key in self._referenced.get(UNKNOWN, ())
        )

    @cached_property
    def _referenced(self) -> dict[Maybe[str | None], set[frozenset[str] | None]]:
        """The sets of columns that foreign keys reference by ``Table.id``, None for those that are not known."""
        found: dict[Maybe[str | None], set[frozenset[str] | None]] = {}
        for table in self.schema:
            for key in self.foreign_keys(table):
                columns = known(key.target_columns)
                found.setdefault(key.target_id, set()).add(None if columns is None else frozenset(columns))
        return found

    def does_without_foreign_keys(self, table: Table) -> bool:
        """Return whether the project leaves foreign keys out on purpose in the database of ``table``.

        It does where it has more than ten tables of that ORM and dialect there, and fewer than a third have one.
        """
        tables, with_keys = self._habits[table.orm, table.dialect]
        return tables > _FEW_TABLES and with_keys * 3 < tables

    @cached_property
    def _habits(self) -> dict[tuple[str, str], tuple[int, int]]:
        """By ORM and dialect: how many tables there are, and how many have foreign keys, or may."""
        found: dict[tuple[str, str], tuple[int, int]] = {}
        for table in self.schema:
            tables, with_keys = found.get((table.orm, table.dialect), (0, 0))
            has = bool(self.foreign_keys(table)) or "foreign_keys" in table.incomplete
            found[table.orm, table.dialect] = (tables + 1, with_keys + has)
        return found

    def may_declare(self, name: str, orm: str) -> bool:
        """Return whether the project may declare a table that no model shows.

        A migration may create it, a model's name may not be known, or its schema may be one that others declare.
        """
        schema = name.rpartition(".")[0].removesuffix("public")
        models = [table for table in self.schema if table.orm == orm]
        known_schemas = {table.schema for table in models}
        return (
            (bool(self.schema.histories) and self.database.has(name))
            or any(table.qualified_name is UNKNOWN for table in models)
            or bool(schema and schema not in known_schemas)
        )

    # Names

    @cached_property
    def _by_name(self) -> dict[str, list[Table]]:
        found: dict[str, list[Table]] = {}
        for table in self.schema:
            for name in {snake_case(name) for name in (table.name, table.symbol) if name is not UNKNOWN}:
                found.setdefault(name, []).append(table)
        return found

    def tables_named(self, noun: str) -> list[Table]:
        """Return the tables that are called ``noun`` or its plural, in the database or in code."""
        found = {table.id: table for name in (noun, *plurals(noun)) for table in self._by_name.get(name, ())}
        return list(found.values())

    @cached_property
    def _by_ending(self) -> dict[tuple[str, str], list[Table]]:
        """The tables by ORM and the last words of their names: a table ``llm_server`` by ``server`` too."""
        found: dict[tuple[str, str], list[Table]] = {}
        for name, tables in self._by_name.items():
            words = name.split("_")
            for table in tables:
                for start in range(len(words)):
                    found.setdefault((table.orm, "_".join(words[start:])), []).append(table)
        return found

    def tables_ending(self, noun: str, orm: str) -> list[Table]:
        """Return the tables of an ORM whose name ends in the words of ``noun`` or of its plural."""
        return [table for name in (noun, *plurals(noun)) for table in self._by_ending.get((orm, name), ())]

    def is_known_reference(self, noun: str, target: Table) -> bool:
        """Return whether a foreign key somewhere in the project has the column ``<noun>_id`` for ``target``."""
        return (f"{noun}_id", target.id) in self._known_references

    @cached_property
    def _known_references(self) -> frozenset[tuple[str, Maybe[str | None]]]:
        return frozenset(
            (snake_case(name), key.target_id)
            for table in self.schema
            for key in table.foreign_keys
            for name in known(key.columns) or ()
        )

    def in_one_database(self, one: Table, other: Table) -> bool:
        """Return whether two tables are known to be of one database.

        They are where they stand in one file, or where foreign keys and relations connect them.
        """
        if (one.orm, one.dialect) != (other.orm, other.dialect):
            return False
        return one.at.path == other.at.path or self._components[one.id] == self._components[other.id]

    @cached_property
    def _components(self) -> dict[str, str]:
        """For each ``Table.id`` that of one table among all that are connected with it."""
        parents = {table.id: table.id for table in self.schema}

        def find(table_id: str) -> str:
            while parents[table_id] != table_id:
                parents[table_id] = table_id = parents[parents[table_id]]
            return table_id

        for table in self.schema:
            targets = [*(key.target_id for key in table.foreign_keys), *(each.target_id for each in table.relations)]
            for target in targets:
                if isinstance(target, str) and target in parents:
                    parents[find(table.id)] = find(target)
        return {table_id: find(table_id) for table_id in parents}

    # Relations

    @cached_property
    def related_tables(self) -> frozenset[str]:
        """The ids of the tables that declare a relation, or that one of another table leads to."""
        found = {table.id for table in self.schema if table.relations}
        targets = (relation.target_id for table in self.schema for relation in table.relations)
        return frozenset(found.union(target for target in targets if isinstance(target, str)))

    def may_join(self, table: Table, target: Table) -> bool:
        """Return whether a many-to-many relation from or to ``target`` goes through ``table``, or may."""
        names = (table.qualified_name, UNKNOWN)
        return any(
            (relation.through in names or table.qualified_name is UNKNOWN)
            and (owner is target or relation.target_id in (target.id, UNKNOWN))
            for owner, relation in self._many_to_many
        )

    def is_joined_through(self, table: Table) -> bool:
        """Return whether a many-to-many relation is known to go through ``table``."""
        name = table.qualified_name
        return name is not UNKNOWN and any(
            relation.through == name and owner.orm == table.orm for owner, relation in self._many_to_many
        )

    @cached_property
    def _many_to_many(self) -> list[tuple[Table, Relation]]:
        return [(table, each) for table in self.schema for each in table.relations if each.through is not None]

    # Indexes

    def is_indexed(self, table: Table, columns: tuple[str, ...]) -> Maybe[bool]:
        """Return whether rows of ``table`` can be found by ``columns`` (database names) through an index.

        An index does where it leads with the columns, in any order, or where it is unique over some of them. A
        partial index serves only queries that repeat its condition, so it does not count; over columns that may be
        NULL the condition may be that they are not, which every comparison implies, so that the answer is UNKNOWN.
        """
        wanted = frozenset(columns)
        unsure = self._may_have_more_keys(table, columns)
        for key in keys(table, wanted, self.twins(table)):
            answer = serves(key, wanted)
            if answer is True:
                return True
            unsure = unsure or answer is UNKNOWN
        return UNKNOWN if unsure else False

    def is_unique(self, table: Table, columns: tuple[str, ...]) -> bool:
        """Return whether at most one row of ``table`` has given values in ``columns``, as far as is known."""
        wanted = frozenset(columns)
        return any(
            key.usable is True and key.unique is True and key.columns and all_in(key.columns, wanted) is True
            for key in keys(table, wanted, self.twins(table))
            if key.columns is not UNKNOWN
        )

    def may_be_unique(self, table: Table, columns: Sequence[str]) -> bool:
        """Return whether anything may keep two rows of ``table``, or some of them, from equal values in ``columns``."""
        wanted = frozenset(columns)
        return self._may_have_more_keys(table, columns) or any(
            may_be_unique(key, wanted) for key in keys(table, wanted, self.twins(table))
        )

    def _may_have_more_keys(self, table: Table, columns: Iterable[str]) -> bool:
        of_all = self._have_all_tables(table, columns)
        return bool(table.incomplete & KEY_PARTS) or self._has_unread_structure(table, of_all)

    def _have_all_tables(self, table: Table, columns: Iterable[str]) -> bool:
        """Return whether ``columns`` of ``table`` are ones that all tables have; settings tell of the tenant's."""
        return False

    def missing_index_place(self, table: Table, column: Column) -> Location:
        """Return where an index on ``column`` is missing.

        That is the column; but the table where others share the column and some of them have an index of their own,
        or where it is Drizzle's, whose indexes stand in the table.
        """
        if len(self.sharing(column)) > 1 and (table.orm == "drizzle" or self._indexed_somewhere(column)):
            return table.at
        return column.at

    def _indexed_somewhere(self, column: Column) -> bool:
        known = self._indexed.get(column.at)
        if known is None:
            name = column.name
            known = name is UNKNOWN or any(self.is_indexed(table, (name,)) is True for table in self.sharing(column))
            self._indexed[column.at] = known
        return known

    def sharing(self, column: Column) -> list[Table]:
        """Return the tables whose column is declared at the same place, as in a mixin."""
        return self._by_column[column.at]

    @cached_property
    def _by_column(self) -> dict[Location, list[Table]]:
        found: dict[Location, list[Table]] = {}
        for table in self.schema:
            for column in table.columns:
                found.setdefault(column.at, []).append(table)
        return found


def _in_public(name: str) -> str:
    return name.removeprefix("public.")


def known(columns: Maybe[tuple[Maybe[str], ...]]) -> tuple[str, ...] | None:
    """Return column names that are all known, else None."""
    if columns is UNKNOWN or UNKNOWN in columns:
        return None
    return columns  # type: ignore[return-value]  # of which none is UNKNOWN


def relation_keys(table: Table) -> Iterator[tuple[Relation, tuple[str, ...]]]:
    """Return each relation of ``table`` that joins on known columns of its own rows, with these columns."""
    for relation in table.relations:
        columns = known(relation.columns)
        if relation.columns_of == table.id and columns:
            yield relation, columns


def foreign_keys(table: Table) -> Iterator[tuple[ForeignKey, tuple[str, ...]]]:
    """Return each foreign key of ``table`` whose columns are known, with these columns."""
    for key in table.foreign_keys:
        columns = known(key.columns)
        if columns:
            yield key, columns
