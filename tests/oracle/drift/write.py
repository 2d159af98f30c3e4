"""Writes a database of ``spec`` as SQLModel models, an Alembic revision, a Drizzle schema, and a migration in SQL."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.oracle.drift.spec import NUMBERS

if TYPE_CHECKING:
    from tests.oracle.drift.spec import Column, Index, Key, Spec, Table


def _names(table: Table, kind: str, columns: tuple[str, ...]) -> str:
    return "_".join([table.name, *sorted(columns), kind])


def _alchemy_default(column: Column) -> str:
    if column.default is None:
        return ""
    if column.kind.sql == "boolean":
        return f", server_default=sa.text({column.default!r})"
    return f", server_default={column.default!r}"


def _actions(key: Key) -> str:
    return "" if key.on_delete is None else f", ondelete={key.on_delete.upper()!r}"


def models(spec: Spec) -> str:
    """Return models.py."""
    lines = ["import sqlalchemy as sa", "from sqlalchemy.dialects.postgresql import JSONB"]
    lines += ["from sqlmodel import Field, SQLModel", "from typing import Any", ""]
    for table in spec:
        primary = "".join(", primary_key=True" if name in table.primary else "" for name in ("id",))
        lines += [f"class {table.name.title()}(SQLModel, table=True):", f"    __tablename__ = {table.name!r}"]
        items = [
            f"sa.UniqueConstraint({', '.join(map(repr, each))}, name={_names(table, 'key', each)!r})"
            for each in table.uniques
        ]
        items += [
            f"sa.Index({_names(table, 'idx', each.columns)!r}, {', '.join(map(repr, each.columns))}"
            + f", unique={each.unique}"
            + (", postgresql_where=sa.text('id > 0'))" if each.partial else ")")
            for each in table.indexes
        ]
        items += [
            f"sa.ForeignKeyConstraint([{each.column!r}], ['{each.target}.id']"
            f", name={_names(table, 'fkey', (each.column,))!r}{_actions(each)})"
            for each in table.keys
        ]
        lines.append(f"    __table_args__ = ({''.join(f'{item}, ' for item in items)})")
        lines.append(f"    id: int | None = Field(default=None, sa_column=sa.Column(sa.Integer{primary}))")
        for column in table.columns:
            more = ", primary_key=True" if column.name in table.primary else ""
            lines.append(
                f"    {column.name}: Any = Field(default=None, sa_column=sa.Column({column.kind.alchemy}, "
                f"nullable={column.nullable}{_alchemy_default(column)}{more}))"
            )
        lines.append("")
    return "\n".join(lines)


def revision(spec: Spec) -> str:
    """Return the one revision of Alembic."""
    lines = ["import sqlalchemy as sa", "from alembic import op", "from sqlalchemy.dialects.postgresql import JSONB"]
    lines += ["revision = '0001'", "down_revision = None", "", "def upgrade() -> None:"]
    for table in spec:
        columns = ["sa.Column('id', sa.Integer(), nullable=False)"]
        columns += [
            f"sa.Column({each.name!r}, {each.kind.alchemy}, nullable={each.nullable}{_alchemy_default(each)})"
            for each in table.columns
        ]
        columns.append(f"sa.PrimaryKeyConstraint({', '.join(map(repr, table.primary))})")
        columns += [
            f"sa.UniqueConstraint({', '.join(map(repr, each))}, name={_names(table, 'key', each)!r})"
            for each in table.uniques
        ]
        columns += [
            f"sa.ForeignKeyConstraint([{each.column!r}], ['{each.target}.id']"
            f", name={_names(table, 'fkey', (each.column,))!r}{_actions(each)})"
            for each in table.keys
            if any(other.name == each.target for other in spec)
        ]
        lines.append(f"    op.create_table({table.name!r}, {', '.join(columns)})")
        lines += [
            f"    op.create_index({_names(table, 'idx', each.columns)!r}, {table.name!r}, {list(each.columns)!r}"
            f", unique={each.unique}" + (", postgresql_where=sa.text('id > 0'))" if each.partial else ")")
            for each in table.indexes
        ]
    return "\n".join([*lines, "", "def downgrade() -> None:", "    pass", ""])


def _camel(table: Table, columns: tuple[str, ...]) -> str:
    return ", ".join(f"t.{column}" for column in columns)


def _drizzle_default(column: Column) -> str:
    if column.default is None:
        return ""
    literal = column.kind.sql == "boolean" or (column.kind.sql in NUMBERS and "numeric" not in column.kind.sql)
    return f".default({column.default})" if literal else f".default({column.default!r})"


def drizzle(spec: Spec) -> str:
    """Return schema.ts."""
    builders = sorted({re.split(r"\W", column.kind.drizzle)[0] for table in spec for column in table.columns})
    others = ("foreignKey", "index", "pgTable", "primaryKey", "serial", "unique", "uniqueIndex")
    lines = ['import { sql } from "drizzle-orm";']
    lines += [f'import {{ {", ".join([*builders, *others])} }} from "drizzle-orm/pg-core";', ""]
    for table in spec:
        alone = table.primary == ("id",)
        lines += [f"export const {table.name} = pgTable({table.name!r}, {{"]
        lines.append(f"  id: serial('id'){'.primaryKey()' if alone else ''},")
        for column in table.columns:
            builder = column.kind.drizzle.format(repr(column.name))
            null = "" if column.nullable else ".notNull()"
            lines.append(f"  {column.name}: {builder}{null}{_drizzle_default(column)},")
        lines.append("}, (t) => [")
        if not alone:
            lines.append(f"  primaryKey({{ columns: [{_camel(table, table.primary)}] }}),")
        for unique in table.uniques:
            lines.append(f"  unique({_names(table, 'key', unique)!r}).on({_camel(table, unique)}),")
        for index in table.indexes:
            function = "uniqueIndex" if index.unique else "index"
            where = ".where(sql`id > 0`)" if index.partial else ""
            name = _names(table, "idx", index.columns)
            lines.append(f"  {function}({name!r}).on({_camel(table, index.columns)}){where},")
        for key in table.keys:
            action = "" if key.on_delete is None else f".onDelete({key.on_delete!r})"
            lines.append(
                f"  foreignKey({{ columns: [t.{key.column}], foreignColumns: [{key.target}.id], "
                f"name: {_names(table, 'fkey', (key.column,))!r} }}){action},"
            )
        lines += ["]);", ""]
    return "\n".join(lines)


def _sql_default(column: Column) -> str:
    if column.default is None:
        return ""
    if column.kind.sql in NUMBERS or column.kind.sql == "boolean":
        return f" DEFAULT {column.default}"
    return " DEFAULT '" + column.default.replace("'", "''") + "'"


def sql(spec: Spec) -> str:
    """Return a migration in SQL."""
    statements: list[str] = []
    for table in spec:
        lines = ["id serial"]
        lines += [
            f"{each.name} {each.kind.sql}{_sql_default(each)}{'' if each.nullable else ' NOT NULL'}"
            for each in table.columns
        ]
        lines.append(f"PRIMARY KEY ({', '.join(table.primary)})")
        lines += [f"CONSTRAINT {_names(table, 'key', each)} UNIQUE ({', '.join(each)})" for each in table.uniques]
        statements.append(f"CREATE TABLE {table.name} ({', '.join(lines)})")
        statements += [_create_index(table, each) for each in table.indexes]
        statements += [
            f"ALTER TABLE {table.name} ADD CONSTRAINT {_names(table, 'fkey', (each.column,))} "
            f"FOREIGN KEY ({each.column}) REFERENCES {each.target} (id)"
            + ("" if each.on_delete is None else f" ON DELETE {each.on_delete}")
            for each in table.keys
            if any(other.name == each.target for other in spec)
        ]
    return ";\n".join(statements) + ";\n"


def _create_index(table: Table, index: Index) -> str:
    unique, where = " UNIQUE" if index.unique else "", " WHERE id > 0" if index.partial else ""
    name = _names(table, "idx", index.columns)
    return f"CREATE{unique} INDEX {name} ON {table.name} ({', '.join(index.columns)}){where}"
