"""Prints what SQLAlchemy's metadata and mappers say of projects that are really imported, as ``tenantlint dump`` would.

Usage: ``python truth.py OUT ROOT...`` writes one JSON document per root to ``OUT/<name of root>.json``. Every project
is imported in a fork of its own, so that SQLModel itself is imported only once. A root may be followed by ``=`` and the
modules to import, joined by commas; otherwise every Python file below ``ROOT/src`` or ``ROOT`` is imported.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import traceback
from pathlib import Path
from typing import Any

import sqlalchemy
import sqlmodel
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import configure_mappers
from sqlalchemy.schema import ForeignKeyConstraint, UniqueConstraint

from tenantlint.types import normalize

DIALECT = postgresql.dialect()


def main(out: str, specifications: list[str]) -> int:
    """Write the truth of every project; return how many failed."""
    pids = {}
    for specification in specifications:
        root, _, modules = specification.partition("=")
        pid = os.fork()
        if not pid:
            os._exit(_child(Path(out), Path(root), modules.split(",") if modules else None))
        pids[root] = os.waitpid(pid, 0)[1]
    return sum(status != 0 for status in pids.values())


def _child(out: Path, root: Path, modules: list[str] | None) -> int:
    try:
        document = truth(root, modules)
    except BaseException:
        traceback.print_exc()
        return 1
    (out / f"{root.name}.json").write_text(json.dumps(document, indent=1))
    return 0


def truth(root: Path, modules: list[str] | None) -> dict[str, Any]:
    """Import a project and return what it declares."""
    sys.path[:0] = [str(root / "src"), str(root)]
    sys.dont_write_bytecode = True
    for module in modules if modules is not None else _modules(root):
        importlib.import_module(module)
    configure_mappers()
    classes = _mapped_classes(sqlmodel.SQLModel)
    mapped = {id(cls.__table__) for cls in classes}
    others = [table for table in sqlmodel.SQLModel.metadata.tables.values() if id(table) not in mapped]
    tables = [_table(cls) for cls in classes] + [_core_table(table) for table in others]
    return {"tables": tables, "enums": _enums([cls.__table__ for cls in classes] + others)}


def _modules(root: Path) -> list[str]:
    base = root / "src" if (root / "src").is_dir() else root
    paths = sorted(path.relative_to(base).with_suffix("") for path in base.rglob("*.py"))
    return [".".join(path.parts).removesuffix(".__init__") for path in paths]


def _mapped_classes(cls: type) -> list[type]:
    found: dict[type, None] = {}
    for subclass in cls.__subclasses__():
        if "__mapper__" in vars(subclass):
            found[subclass] = None
        found.update(dict.fromkeys(_mapped_classes(subclass)))
    return list(found)


def _table(cls: Any) -> dict[str, Any]:
    mapper = cls.__mapper__
    keys = {column: mapper.get_property_by_column(column).key for column in cls.__table__.columns}
    relations = [_relation(relation) for relation in mapper.relationships]
    return {"symbol": cls.__name__, "relations": relations, **_core_table(cls.__table__, keys)}


def _core_table(table: Any, keys: Any = None) -> dict[str, Any]:
    """Return what a table says without a class, such as one that is made by calling ``Table``."""
    return {
        "name": str(table.name),
        "schema": table.schema,
        "dialect": "postgresql",
        "orm": "sqlmodel",
        "columns": [_column(table, column.key if keys is None else keys[column], column) for column in table.columns],
        "primary_key": [column.name for column in table.primary_key.columns],
        "indexes": [_index(index) for index in table.indexes],
        "unique_constraints": [
            {"name": _name(item.name), "columns": [column.name for column in item.columns], "attached": True}
            for item in table.constraints
            if isinstance(item, UniqueConstraint) and not item._column_flag
        ],
        "foreign_keys": [_foreign_key(item) for item in table.constraints if isinstance(item, ForeignKeyConstraint)],
        "policies": [],
        "rls": {"enabled": False, "forced": False},
        "incomplete": [],
    }


def _column(table: Any, key: str, column: Any) -> dict[str, Any]:
    server = column.server_default is not None or column is table._autoincrement_column
    return {
        "name": str(column.name),
        "key": key,
        "type": normalize(column.type.compile(dialect=DIALECT)),
        "nullable": bool(column.nullable),
        "primary_key": column.primary_key,
        "unique": bool(column.unique),
        "has_default": column.default is not None or server,
        "has_server_default": server,
        "on_update": column.onupdate is not None or column.server_onupdate is not None,
    }


def _index(index: Any) -> dict[str, Any]:
    columns = [_indexed(item) for item in index.expressions]
    return {
        "name": _name(index.name),
        "columns": columns,
        "unique": bool(index.unique),
        "partial": index.dialect_options["postgresql"]["where"] is not None,
        "attached": True,
    }


def _indexed(item: Any) -> str | None:
    while getattr(item, "modifier", None) is not None:
        item = item.element
    return item.name if isinstance(item, sqlalchemy.Column) else None


def _foreign_key(constraint: Any) -> dict[str, Any]:
    return {
        "name": _name(constraint.name),
        "columns": [column.name for column in constraint.columns],
        "target_table": _target_table(constraint.elements[0]),
        "target_columns": [_target_column(element) for element in constraint.elements],
        "on_delete": _lower(constraint.ondelete),
        "on_update": _lower(constraint.onupdate),
    }


def _target_table(element: Any) -> str:
    try:
        return str(element.column.table.fullname)
    except sqlalchemy.exc.InvalidRequestError:
        schema, _, name = str(element.target_fullname.rpartition(".")[0]).rpartition(".")
        schema = schema or element.parent.table.metadata.schema
        return f"{schema}.{name}" if schema else name


def _target_column(element: Any) -> str:
    try:
        return str(element.column.name)
    except sqlalchemy.exc.InvalidRequestError:
        return str(element.target_fullname.rpartition(".")[2])


def _relation(relation: Any) -> dict[str, Any]:
    pairs = relation.synchronize_pairs if relation.secondary is not None else relation.local_remote_pairs
    local = [column.name for column, _remote in pairs]
    if relation.secondary is not None:
        remote = [column.name for column, _remote in relation.secondary_synchronize_pairs]
    else:
        remote = [column.name for _local, column in pairs]
    inverses = sorted(other.key for other in relation._reverse_property)
    return {
        "name": relation.key,
        "kind": "many" if relation.uselist else "one",
        "target_table": relation.mapper.local_table.fullname,
        "columns": local,
        "target_columns": remote,
        "declared_inverse": relation.back_populates,
        "inverse": inverses[0] if inverses else None,
        "through": None if relation.secondary is None else relation.secondary.fullname,
        "view_only": bool(relation.viewonly),
    }


def _enums(tables: list[Any]) -> list[dict[str, Any]]:
    found: dict[tuple[str | None, str], list[str]] = {}
    for table in tables:
        for column in table.columns:
            type_ = column.type.dialect_impl(DIALECT)
            while isinstance(type_, sqlalchemy.types.TypeDecorator):
                type_ = type_.impl_instance if hasattr(type_, "impl_instance") else type_.impl
            type_ = getattr(type_, "item_type", type_)
            if isinstance(type_, sqlalchemy.Enum) and type_.native_enum and type_.name:
                found[type_.schema, str(type_.name)] = list(type_.enums)
    return [
        {"name": name, "schema": schema, "orm": "sqlmodel", "values": values}
        for (schema, name), values in found.items()
    ]


def _name(name: Any) -> str | None:
    return str(name) if isinstance(name, str) else None


def _lower(action: str | None) -> str | None:
    return action.lower() if action is not None else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
