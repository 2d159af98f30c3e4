"""The operations that tenantlint reads, as the plain facts of ``reference.py``.

Names that PostgreSQL makes up are not in the parser's tree: ``facts`` gives None for a name that ``given`` lacks.
"""

from __future__ import annotations

from typing import Any

import postgast

from tenantlint import migration as m
from tenantlint.lang.sql.parse import operations
from tenantlint.schema import UNKNOWN, Column, ForeignKey
from tenantlint.source import Source


def facts(sql: str) -> list[tuple[Any, ...]]:
    """Return the facts of every statement, in order."""
    script = operations(Source("x.sql", sql.encode()))
    return [fact for each in script.operations for fact in of(each, sql)]


def of(operation: m.Operation, sql: str) -> list[tuple[Any, ...]]:
    reader = READERS.get(type(operation))
    return [] if reader is None else [reader(operation, sql)]


def known(value: Any) -> Any:
    return None if value is UNKNOWN else value


def written(name: Any, sql: str) -> Any:
    """Return a name that stands in the text, None for one that is made up."""
    if not isinstance(name, str):
        return None
    quoted = name.replace('"', '""')
    return name if quoted in sql or quoted in sql.lower() else None


def column(each: Column) -> tuple[Any, ...]:
    return each.name, each.type, each.nullable, each.has_server_default, each.primary_key


def foreign_key(table: Any, key: ForeignKey, not_valid: bool, sql: str) -> tuple[Any, ...]:
    target = (key.target_table, known(key.target_columns) or None)
    actions = (key.on_delete or "no action", key.on_update or "no action")
    return ("foreign key", table, written(key.name, sql), key.columns, *target, *actions, not_valid)


def create(op: m.CreateTable, sql: str) -> tuple[Any, ...]:
    keys = [("unique", op.table, written(each.name, sql), each.columns, each.at) for each in op.unique_constraints]
    keys += [(*foreign_key(op.table, each, False, sql), each.at) for each in op.foreign_keys]
    keys.sort(key=lambda each: each[-1].start)
    kept = tuple(each[:-1] for each in keys)
    columns = tuple(column(each) for each in op.columns)
    named = written(op.primary_key_name, sql)
    return ("create table", op.table, columns, op.primary_key, named, kept, op.complete, op.if_not_exists)


def expression(text: Any) -> Any:
    return None if text is None else postgast.deparse(postgast.parse(f"SELECT {text}"))


READERS: dict[type, Any] = {
    m.CreateTable: create,
    m.DropTable: lambda op, _: ("drop table", op.table, op.if_exists, op.cascade),
    m.RenameTable: lambda op, _: ("rename table", op.table, op.new_name),
    m.AddColumn: lambda op, _: ("add column", op.table, column(op.column), op.if_not_exists),
    m.DropColumn: lambda op, _: ("drop column", op.table, op.column, op.if_exists, op.cascade),
    m.RenameColumn: lambda op, _: ("rename column", op.table, op.column, op.new_name),
    m.AlterColumn: lambda op, _: ("alter column", op.table, op.column, op.type, op.nullable, op.server_default),
    m.AddPrimaryKey: lambda op, sql: ("primary key", op.table, written(op.name, sql), known(op.columns)),
    m.AddUnique: lambda op, sql: (
        "unique",
        op.table,
        written(op.constraint.name, sql),
        known(op.constraint.columns),
    ),
    m.AddForeignKey: lambda op, sql: foreign_key(op.table, op.key, op.not_valid, sql),
    m.AddCheck: lambda op, sql: ("check", op.table, written(op.name, sql), op.not_valid),
    m.DropConstraint: lambda op, _: ("drop constraint", op.table, op.name, op.if_exists, op.cascade),
    m.RenameConstraint: lambda op, _: ("rename constraint", op.table, op.name, op.new_name),
    m.CreateIndex: lambda op, sql: (
        "create index",
        op.table,
        written(op.index.name, sql),
        op.index.columns,
        op.index.unique,
        op.index.partial,
        op.index.method,
        op.concurrently,
        op.if_not_exists,
    ),
    m.DropIndex: lambda op, _: ("drop index", op.name, op.concurrently, op.if_exists),
    m.RenameIndex: lambda op, _: ("rename index", op.name, op.new_name),
    m.SetRowSecurity: lambda op, _: ("row security", op.table, op.enabled, op.forced),
    m.CreatePolicy: lambda op, _: (
        "create policy",
        op.table,
        op.policy.name,
        op.policy.command,
        op.policy.roles,
        op.policy.permissive,
        expression(op.policy.using),
        expression(op.policy.with_check),
    ),
    m.DropPolicy: lambda op, _: ("drop policy", op.table, op.name, op.if_exists),
    m.AlterPolicy: lambda op, _: (
        "alter policy",
        op.table,
        op.name,
        op.new_name,
        op.roles,
        expression(op.using),
        expression(op.with_check),
    ),
    m.CreateEnum: lambda op, _: ("create enum", op.name, op.values),
    m.AddEnumValue: lambda op, _: ("add enum value", op.name, op.value),
    m.DropType: lambda op, _: ("drop type", op.name, op.if_exists, op.cascade),
    m.RenameType: lambda op, _: ("rename type", op.name, op.new_name),
    m.WriteRows: lambda op, _: ("write", op.table, op.command, known(op.columns)),
    m.CreateFunction: lambda op, _: ("create function", op.name),
    m.DropFunction: lambda op, _: ("drop function", op.name, op.cascade),
    m.CreateTrigger: lambda op, _: (
        "create trigger",
        op.table,
        op.name,
        op.function,
        frozenset(op.events),
        op.before,
        op.each_row,
    ),
    m.DropTrigger: lambda op, _: ("drop trigger", op.table, op.name),
    m.Unread: lambda op, _: ("unread", op.why),
}

DEPENDENT = frozenset({"unread"})
"""The kinds of facts that depend on the statements before."""
