"""The sides of a project: which of its tables and migrations make one description of a database each.

The models of an ORM are one side, unless a table is declared several times: then those of each package are, and where
that is not enough, those of each folder and file. Each history of migrations is a side.
"""

from __future__ import annotations

import posixpath
from collections import Counter
from typing import TYPE_CHECKING, Final

from tenantlint.drift.enums import bare, enums_of
from tenantlint.drift.facts import is_altered_only
from tenantlint.drift.model import Side
from tenantlint.drift.origins import origins
from tenantlint.schema import UNKNOWN
from tenantlint.settings import FRAMEWORK_TABLES
from tenantlint.testing import is_aside

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from tenantlint.drift.model import Maker
    from tenantlint.migration import History
    from tenantlint.schema import EnumType, Orm, Schema, Table

_MARKERS: Final = ("package.json", "pyproject.toml", "tenantlint.toml")
_MODELS: Final[tuple[tuple[Orm, Maker], ...]] = (("sqlmodel", "SQLModel"), ("drizzle", "Drizzle"))


def sides(schema: Schema, files: Collection[str], asked: Callable[[str], bool]) -> list[Side]:
    """Return the sides, models first. Tests and examples declare none, unless ``asked`` names them."""
    found: list[Side] = []
    for orm, maker in _MODELS:
        tables = [
            table
            for table in schema.tables
            if table.orm == orm
            and table.dialect == "postgresql"
            and table.qualified_name is not UNKNOWN
            and (not is_aside(table.at.path) or asked(table.at.path))
        ]
        found += [_models(maker, each, schema, orm) for each in _split(tables, _packages(files))]
    for history in sorted(schema.histories, key=lambda history: history.path):
        if history.kind != "script" and history.tables and (not is_aside(history.path) or asked(history.path)):
            found.append(_migrated(history))
    return found


def table_name(table: Table) -> str:
    """Return the qualified name of a table, which is known, without the schema ``public``."""
    name = table.qualified_name
    assert name is not UNKNOWN
    return bare(name)


# Models


def _packages(files: Collection[str]) -> Callable[[str], str]:
    """Return a function from a file to the folder of the package that it belongs to."""
    folders = {posixpath.dirname(path) for path in files if path.rpartition("/")[2] in _MARKERS}

    def package(path: str) -> str:
        folder = posixpath.dirname(path)
        while folder and folder not in folders:
            folder = posixpath.dirname(folder)
        return folder

    return package


def _split(tables: list[Table], package: Callable[[str], str]) -> list[list[Table]]:
    """Return tables in groups, in which no name stands for two tables where that can be had."""
    if not _has_twice(tables):
        return [tables] if tables else []
    groups = _grouped(tables, package)
    if len(groups) > 1:
        groups = _joined(groups)
    return [part for group in groups for part in _by_folder(group, 0)]


def _joined(groups: list[list[Table]]) -> list[list[Table]]:
    """Return the groups with those made one whose tables have foreign keys to each other and no name in common."""
    owner = {table.id: number for number, group in enumerate(groups) for table in group}
    joined = {number: list(group) for number, group in enumerate(groups)}
    for table in (table for group in groups for table in group):
        for key in table.foreign_keys:
            target = owner.get(key.target_id) if isinstance(key.target_id, str) else None
            own = owner[table.id]
            if target is not None and target != own and not _has_twice([*joined[own], *joined[target]]):
                joined[own] += joined.pop(target)
                owner.update({each.id: own for each in joined[own]})
    return list(joined.values())


def _by_folder(tables: list[Table], depth: int) -> list[list[Table]]:
    if not _has_twice(tables) or all(table.at.path.count("/") < depth for table in tables):
        return [tables]
    parts = _grouped(tables, lambda path: "/".join(path.split("/")[: depth + 1]))
    return [each for part in parts for each in _by_folder(part, depth + 1)]


def _grouped(tables: list[Table], key: Callable[[str], str]) -> list[list[Table]]:
    found: dict[str, list[Table]] = {}
    for table in tables:
        found.setdefault(key(table.at.path), []).append(table)
    return list(found.values())


def _has_twice(tables: list[Table]) -> bool:
    return len(set(map(table_name, tables))) < len(tables)


def _models(maker: Maker, tables: list[Table], schema: Schema, orm: Orm) -> Side:
    counts = Counter(map(table_name, tables))
    named = {table_name(table): table for table in tables if table_name(table) not in FRAMEWORK_TABLES}
    path = common_folder([table.at.path for table in tables])
    unnamed = (table for table in schema.tables if table.orm == orm and table.qualified_name is UNKNOWN)
    return Side(
        maker,
        path,
        {name: table for name, table in sorted(named.items()) if counts[name] == 1},
        _enums(schema, orm, named.values(), path),
        frozenset(name for name, count in counts.items() if count > 1),
        closed=not any(table.dialect == "postgresql" and lies_in(table.at.path, path) for table in unnamed),
        has_policies=any(table.policies for table in tables),
        has_security=any(table.rls.enabled is True for table in tables),
    )


def _enums(schema: Schema, orm: Orm, tables: Iterable[Table], path: str) -> dict[str, EnumType]:
    """Return the enums that columns of the tables have as their types, by qualified name."""
    used = {
        bare(column.type.rstrip("[]")) for table in tables for column in table.columns if column.type is not UNKNOWN
    }
    found: dict[str, list[EnumType]] = {}
    for enum in schema.enums:
        if enum.orm == orm and enum.name is not UNKNOWN and enum.schema is not UNKNOWN:
            name = bare(f"{enum.schema}.{enum.name}" if enum.schema else enum.name)
            if name in used:
                found.setdefault(name, []).append(enum)
    chosen: dict[str, EnumType] = {}
    for name, enums in found.items():
        near = [enum for enum in enums if lies_in(enum.at.path, path)] or enums
        if all(enum.values == near[0].values for enum in near):
            chosen[name] = near[0]
    return chosen


# Migrations


def _migrated(history: History) -> Side:
    named = {table_name(table): table for table in history.tables if table.qualified_name is not UNKNOWN}
    elsewhere = any(is_altered_only(table) and not table.schema for table in history.tables)
    unread = any(item.structure and item.tables is UNKNOWN for item in history.unread)
    return Side(
        history.kind if history.kind != "script" else "sql",
        history.path,
        {name: table for name, table in named.items() if name not in FRAMEWORK_TABLES},
        enums_of(history),
        closed=len(named) == len(history.tables) and not elsewhere and not unread,
        has_policies=any(table.policies for table in history.tables),
        origins=origins(history),
        has_security=any(table.rls.enabled is True for table in history.tables),
    )


# Paths


def common_folder(paths: list[str]) -> str:
    """Return the folder that all files lie in, or the file where there is one only; '' is the root."""
    unique = sorted(set(paths))
    return unique[0] if len(unique) == 1 else posixpath.commonpath(unique) if unique else ""


def lies_in(path: str, folder: str) -> bool:
    """Return whether a path is a folder, or lies in it; '' is the root."""
    return folder in ("", path) or path.startswith(f"{folder}/")


def files_of(side: Side) -> Iterator[str]:
    """Yield the files that declare the tables of a side."""
    return (table.at.path for table in side.tables.values())
