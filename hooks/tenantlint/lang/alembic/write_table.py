"""Writes the Alembic revision that creates a table, with its keys, its indexes and its row level security."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tenantlint.change import Patch
from tenantlint.lang.alembic.write_code import split, type_code
from tenantlint.lang.alembic.write_revision import code_of, head_of, new_revision
from tenantlint.lang.alembic.write_steps import Step, index_step, policy_step, switch
from tenantlint.lang.lowering import RefusedError
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenantlint.change import EnableSecurity
    from tenantlint.lang.alembic.write_code import Code
    from tenantlint.lang.lowering import Lowering
    from tenantlint.migration import History
    from tenantlint.schema import Column, ForeignKey, Table

_TYPES: Final = {"jsonb": "sa.dialects.postgresql.JSONB()", "double precision": "sa.Float()", "json": "sa.JSON()"}
_SERIAL: Final = ("smallint", "integer", "bigint")
"""Types that SQLAlchemy numbers by itself where they are the primary key."""

_DEFAULTS: Final = {
    "uuid": 'sa.text("gen_random_uuid()")',
    "timestamptz": "sa.func.now()",
    "timestamp": "sa.func.now()",
}


def create(table: Table, history: History, context: Lowering, secure: EnableSecurity | None) -> Patch:
    """Return the revision that follows the last one of ``history`` and creates ``table``.

    ``secure`` enables row level security on it. The patch says why where something of the table is not known.
    """
    try:
        head = head_of(history, context.project, context.schema)
        code = code_of(head, context.project)
        steps = list(_steps(table, code, secure))
        return Patch(files=(new_revision(history, head, context.project, f"create {table.name}", steps),))
    except RefusedError as error:
        return Patch(refused=str(error))


def _steps(table: Table, code: Code, secure: EnableSecurity | None) -> Iterator[Step]:
    if table.qualified_name is UNKNOWN or table.incomplete:
        raise RefusedError("not all of the table is known")
    name = table.qualified_name
    yield _table(table, name, code)
    for index in table.indexes:
        yield index_step(code, name, index)
    if secure is not None:
        yield switch(code, name, "ENABLE", "DISABLE")
        yield switch(code, name, "FORCE", "NO FORCE")
        yield policy_step(code, table, secure, secure.tenant)


def _table(table: Table, name: str, code: Code) -> Step:
    schema, own = split(name)
    parts = [code.text(own), *(_column(column, code) for column in table.columns)]
    parts += (_foreign_key(key, code) for key in table.foreign_keys)
    if table.primary_key is UNKNOWN:
        raise RefusedError("the primary key is not known")
    parts += [f"sa.PrimaryKeyConstraint({', '.join(_texts(table.primary_key, code))})"] if table.primary_key else []
    for constraint in table.unique_constraints:
        named = f", name={code.final(constraint.name)}" if isinstance(constraint.name, str) else ""
        parts.append(f"sa.UniqueConstraint({', '.join(_texts(constraint.columns, code))}{named})")
    parts += (f"sa.UniqueConstraint({code.text(str(each.name))})" for each in table.columns if each.unique is True)
    parts += [f"schema={code.text(schema)}"] if schema is not None else []
    body = "".join(f"    {part},\n" for part in parts)
    return Step(f"op.create_table(\n{body})", code.call("drop_table", code.text(own), **code.schema(name)))


def _texts(names: object, code: Code) -> list[str]:
    if not isinstance(names, tuple) or not all(isinstance(each, str) for each in names):
        raise RefusedError("the columns of a key are not known")
    return [code.text(each) for each in names]


def _column(column: Column, code: Code) -> str:
    if column.name is UNKNOWN or column.nullable is UNKNOWN or column.has_server_default is UNKNOWN:
        raise RefusedError(f"not all of the column `{column.key}` is known")
    given = [code.text(column.name), _type(column)]
    if column.has_server_default and not (column.primary_key is True and column.type in _SERIAL):
        default = _DEFAULTS.get(str(column.type))
        if default is None:
            raise RefusedError(f"the default that the database gives `{column.name}` is not known")
        given.append(f"server_default={default}")
    return f"sa.Column({', '.join([*given, f'nullable={column.nullable}'])})"


def _type(column: Column) -> str:
    sizes = re.fullmatch(r"numeric\((\d+),(\d+)\)", str(column.type))
    if sizes is not None:
        return f"sa.Numeric(precision={sizes[1]}, scale={sizes[2]})"
    if column.type == "numeric":
        return "sa.Numeric()"
    return _TYPES.get(str(column.type)) or type_code(column.type)


def _foreign_key(key: ForeignKey, code: Code) -> str:
    if key.target_table is UNKNOWN or UNKNOWN in (key.on_delete, key.on_update, key.name):
        raise RefusedError("what a foreign key references is not known")
    targets = [code.text(f"{key.target_table}.{name[1:-1]}") for name in _texts(key.target_columns, code)]
    given = [f"[{', '.join(_texts(key.columns, code))}]", f"[{', '.join(targets)}]"]
    given += [f"name={code.final(key.name)}"] if isinstance(key.name, str) else []
    for option, value in (("ondelete", key.on_delete), ("onupdate", key.on_update)):
        given += [f"{option}={code.text(value.upper())}"] if isinstance(value, str) else []
    return f"sa.ForeignKeyConstraint({', '.join(given)})"
