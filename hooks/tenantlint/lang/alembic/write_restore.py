"""Restores what an upgrade drops or alters: its definition, from what the history had made of it before."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from tenantlint import migration as m
from tenantlint.lang.alembic.write_code import identifier, qualified, split
from tenantlint.lang.alembic.write_steps import index_step, key_step
from tenantlint.lang.lowering import RefusedError
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tenantlint.lang.alembic.write_code import Code
    from tenantlint.project import Project
    from tenantlint.replay import State
    from tenantlint.schema import Column, Policy, Table, UniqueConstraint

_SERIAL: Final = {"integer": "SERIAL", "bigint": "BIGSERIAL", "smallint": "SMALLSERIAL"}
_TEXTS: Final = r"text|varchar(\(\d+\))?|citext"
_ZONED: Final = ("timestamp", "timestamptz")


_MORE: Final = rb"(?i)check|identity|generated|computed|exclude|collat|partition|inherits|autoincrement\s*=\s*False"
"""What a table may be made with that the model of it does not tell."""


class Before:
    """The database before an operation: what the history made of it until then, and how the enums were made."""

    def __init__(self, state: State, project: Project) -> None:
        self.state = state
        self._project = project
        self.enums: dict[object, tuple[str, ...] | None] = {}
        self._special: set[object] = set()

    def apply(self, operation: m.Operation) -> None:
        """Take note of an operation, before the next one."""
        table = getattr(operation, "table", None)
        if isinstance(operation, m.CreateEnum):
            values = operation.values
            known = values is not UNKNOWN and UNKNOWN not in values
            self.enums[operation.name] = tuple(map(str, values)) if known and values is not UNKNOWN else None
        elif isinstance(operation, m.RenameType):
            self.enums[operation.new_name] = self.enums.pop(operation.name, None)
        elif isinstance(operation, m.AddEnumValue):
            self.enums[operation.name] = None
        elif isinstance(operation, m.RenameTable) and table in self._special:
            self._special.add(operation.new_name)
        elif isinstance(operation, m.AddCheck | m.CreateTrigger):
            self._special.add(table)
        elif isinstance(operation, m.CreateTable | m.AddColumn | m.AlterColumn):
            at = operation.at
            if re.search(_MORE, self._project.source(at.path).data[at.start : at.end]):
                self._special.add(table)

    def table(self, name: str) -> Table:
        """Return a table all of which is known. Raises RefusedError."""
        table = self.state.table(name)
        if table is None or table.incomplete:
            raise RefusedError(f"what the table `{name}` was before is not all known: write the downgrade by hand")
        return table

    def column(self, table: str, name: str) -> Column:
        """Return a column that is known. Raises RefusedError."""
        column = self.state.column(table, name)
        if column is None:
            raise RefusedError(f"what the column `{table}.{name}` was before is not known: write the downgrade by hand")
        return column

    def refuse_special(self, table: str) -> None:
        """Raise RefusedError where a table has what the model of it does not tell: checks, triggers, identities."""
        if table in self._special or UNKNOWN in self._special:
            raise RefusedError(
                f"`{table}` had a check, a trigger or the like, and what that said is not known here: write the "
                "downgrade by hand"
            )


def _defined(table: str, column: Column, serial: bool = False) -> str:
    """Return the definition of a column. Raises RefusedError where a part of it is not known."""
    shown = f"`{table}.{column.name}`"
    if column.name is UNKNOWN or column.type is UNKNOWN or UNKNOWN in (column.nullable, column.has_server_default):
        raise RefusedError(f"what the column {shown} was before is not all known: write the downgrade by hand")
    if column.has_server_default is True and column.default_sql is None:
        if not serial or column.type not in _SERIAL:
            raise RefusedError(f"the default that {shown} had is not known: write the downgrade by hand")
        return f"{identifier(column.name)} {_SERIAL[column.type]} NOT NULL"
    default = "" if column.has_server_default is False else f" DEFAULT {column.default_sql}"
    required = " NOT NULL" if column.nullable is False else ""
    return f"{identifier(column.name)} {column.type}{default}{required}"


def _column(operation: m.DropColumn, code: Code, before: Before) -> Iterator[str]:
    name, column = str(operation.table), str(operation.column)
    table, was = before.table(name), before.column(name, column)
    before.refuse_special(name)
    if operation.cascade or was.primary_key is not False:
        raise RefusedError(f"`{name}.{column}` takes other things with it: write the downgrade by hand")
    if was.nullable is False and was.has_server_default is not True:
        raise RefusedError(
            f"`{name}.{column}` was NOT NULL: what its rows hold when it comes back is for you to say, and to write"
        )
    yield code.execute(f"ALTER TABLE {qualified(name)} ADD COLUMN {_defined(name, was)}")
    yield from _members(table, code, lambda columns: column in columns)


def _members(table: Table, code: Code, concerns: Callable[[tuple[object, ...]], bool]) -> Iterator[str]:
    """Yield what makes the constraints and indexes of a table again, those whose columns are concerned."""
    name = str(table.qualified_name)
    for constraint in table.unique_constraints:
        if constraint.columns is UNKNOWN or concerns(constraint.columns):
            yield _unique_call(name, constraint, code)
    for key in table.foreign_keys:
        if key.columns is UNKNOWN or concerns(key.columns):
            yield key_step(code, name, key).up
    for index in table.indexes:
        columns = () if index.columns is UNKNOWN or None in index.columns else index.columns
        if not columns or index.partial is not False or concerns(columns):
            yield index_step(code, name, index).up


def _unique_call(table: str, constraint: UniqueConstraint, code: Code) -> str:
    columns = constraint.columns
    if not isinstance(constraint.name, str) or columns is UNKNOWN or UNKNOWN in columns:
        raise RefusedError(f"a unique constraint that `{table}` had is not all known: write the downgrade by hand")
    own = code.text(split(table)[1])
    listed = code.texts(map(str, columns))
    return code.call("create_unique_constraint", code.final(constraint.name), own, listed, **code.schema(table))


def _table(operation: m.DropTable, code: Code, before: Before) -> Iterator[str]:
    name = str(operation.table)
    table = before.table(name)
    before.refuse_special(name)
    keys = [column for column in table.columns if column.primary_key is True]
    if operation.cascade or table.primary_key is UNKNOWN or any(each.primary_key is UNKNOWN for each in table.columns):
        raise RefusedError(f"what `{name}` was, or what went with it, is not all known: write the downgrade by hand")
    lines = [_defined(name, column, serial=column in keys and len(keys) == 1) for column in table.columns]
    if keys:
        named = "" if table.primary_key is None else _key_text(table)
        lines.append(named)
    yield code.execute(f"CREATE TABLE {qualified(name)} (", *(f"{line}," for line in lines[:-1]), *lines[-1:], ")")
    yield from _members(table, code, lambda columns: True)
    yield from _security(table, code)


def _key_text(table: Table) -> str:
    columns = table.primary_key
    if columns is UNKNOWN or columns is None or UNKNOWN in columns:
        raise RefusedError(f"the primary key that `{table.name}` had is not known: write the downgrade by hand")
    return f"PRIMARY KEY ({', '.join(identifier(str(column)) for column in columns)})"


def _security(table: Table, code: Code) -> Iterator[str]:
    name = str(table.qualified_name)
    if UNKNOWN in (table.rls.enabled, table.rls.forced):
        raise RefusedError(f"whether `{name}` had row level security is not known: write the downgrade by hand")
    if table.rls.enabled is True:
        yield code.execute(f"ALTER TABLE {qualified(name)} ENABLE ROW LEVEL SECURITY")
    if table.rls.forced is True:
        yield code.execute(f"ALTER TABLE {qualified(name)} FORCE ROW LEVEL SECURITY")
    for policy in table.policies:
        yield policy_call(name, policy, code)


def policy_call(table: str, policy: Policy, code: Code) -> str:
    """Return what makes a policy. Raises RefusedError where a part of it is not known."""
    parts = (policy.name, policy.command, policy.roles, policy.permissive, policy.using, policy.with_check)
    if policy.roles is UNKNOWN or UNKNOWN in policy.roles or UNKNOWN in parts:
        raise RefusedError(f"the policy `{policy.name}` of `{table}` is not all known: write the downgrade by hand")
    kind = " AS RESTRICTIVE" if policy.permissive is False else ""
    command = "" if policy.command == "all" else f" FOR {str(policy.command).upper()}"
    head = f"CREATE POLICY {identifier(str(policy.name))} ON {qualified(table)}{kind}{command}{_roles(policy.roles)}"
    return code.execute(head, *_clauses(policy.using, policy.with_check))


def _roles(roles: tuple[object, ...]) -> str:
    plain = ("public", "current_user", "session_user", "current_role")
    names = [str(role) if role in plain else identifier(str(role)) for role in roles]
    return "" if roles == ("public",) else f" TO {', '.join(names)}"


def _clauses(using: object, check: object) -> Iterator[str]:
    for word, text in (("USING", using), ("WITH CHECK", check)):
        if isinstance(text, str):
            yield f"{word} ({text})"


def _policy(operation: m.DropPolicy, code: Code, before: Before) -> Iterator[str]:
    table = before.state.table(operation.table)
    found = next((each for each in table.policies if each.name == operation.name), None) if table else None
    if found is None:
        raise RefusedError(f"the policy `{operation.name}` of `{operation.table}` is not known from the migrations")
    yield policy_call(str(operation.table), found, code)


def _constraint(operation: m.DropConstraint, code: Code, before: Before) -> Iterator[str]:
    name = str(operation.table)
    table = before.state.table(operation.table)
    unique = next((each for each in table.unique_constraints if each.name == operation.name), None) if table else None
    key = next((each for each in table.foreign_keys if each.name == operation.name), None) if table else None
    if operation.cascade or (unique is None and key is None):
        raise RefusedError(f"what the constraint `{operation.name}` of `{name}` said is not known from the migrations")
    yield _unique_call(name, unique, code) if unique is not None else key_step(code, name, key).up  # type: ignore[arg-type]


def _index(operation: m.DropIndex, code: Code, before: Before) -> Iterator[str]:
    found = [
        (table, index)
        for table in before.state.tables()
        for index in table.indexes
        if index.name == operation.name and operation.table in (None, table.qualified_name)
    ]
    if len(found) != 1:
        raise RefusedError(f"what the index `{operation.name}` was over is not known from the migrations")
    ((table, index),) = found
    yield index_step(code, str(table.qualified_name), index).up


def _altered(operation: m.AlterColumn, code: Code, before: Before) -> Iterator[str]:
    """Yield what gives a column back its type, its default and whether it takes NULL, the last change first."""
    name, own = str(operation.table), str(operation.column)
    was = before.state.column(name, own)
    alter = f"ALTER TABLE {qualified(name)} ALTER COLUMN {identifier(own)}"
    nullable = was.nullable if was is not None and was.nullable is not UNKNOWN else operation.nullable is False
    if operation.nullable is UNKNOWN or UNKNOWN in (operation.type, operation.server_default):
        raise RefusedError(f"what changes in `{name}.{own}` is not all known: write the downgrade by hand")
    if isinstance(operation.nullable, bool) and nullable is not operation.nullable:
        table = code.text(split(name)[1])
        yield code.call("alter_column", table, code.text(own), nullable=str(nullable), **code.schema(name))
    if operation.server_default is not None:
        yield code.execute(f"{alter} {_default(name, before.column(name, own))}")
    if operation.type is not None and operation.type != (kind := _type(operation, before.column(name, own))):
        yield code.execute(f"{alter} TYPE {kind} USING {identifier(own)}::{kind}")


def _default(table: str, was: Column) -> str:
    if was.has_server_default is False:
        return "DROP DEFAULT"
    if was.has_server_default is UNKNOWN or was.default_sql is None:
        raise RefusedError(f"the default that `{table}.{was.name}` had is not known: write the downgrade by hand")
    return f"SET DEFAULT {was.default_sql}"


def _type(operation: m.AlterColumn, was: Column) -> str:
    """Return the type that a column had, where its values can be cast back. Raises RefusedError."""
    shown, new = f"`{operation.table}.{operation.column}`", str(operation.type)
    if was.type is UNKNOWN:
        raise RefusedError(f"the type that {shown} had is not known: write the downgrade by hand")
    if {was.type, new} == set(_ZONED):
        raise RefusedError(f"in which time zone {shown} is to be read is for you to say: write the downgrade by hand")
    texts = re.fullmatch(_TEXTS, was.type) and re.fullmatch(_TEXTS, new)
    if was.has_server_default is not False and not texts:
        raise RefusedError(f"{shown} has a default that goes with its type: write the downgrade by hand")
    return was.type


def _enum(operation: m.DropType, code: Code, before: Before) -> Iterator[str]:
    values = before.enums.get(operation.name)
    if operation.cascade or values is None:
        raise RefusedError(f"what the type `{operation.name}` was is not all known: write the downgrade by hand")
    listed = ", ".join("'" + value.replace("'", "''") + "'" for value in values)
    yield code.execute(f"CREATE TYPE {qualified(str(operation.name))} AS ENUM ({listed})")


def _switched(operation: m.SetRowSecurity, code: Code, before: Before) -> Iterator[str]:
    """Yield what switches row level security back, where it was another way before."""
    table = before.state.table(operation.table)
    pairs = (
        ("FORCE", operation.forced, None if table is None else table.rls.forced),
        ("ENABLE", operation.enabled, None if table is None else table.rls.enabled),
    )
    words = {("ENABLE", False): "DISABLE", ("FORCE", False): "NO FORCE"}
    for word, now, was in pairs:
        if now is False and was is not True and was is not False:
            raise RefusedError(f"whether `{operation.table}` was protected before is not known from the migrations")
        if now is not None and now is not was:
            switch = words.get((word, not now), word)
            yield code.execute(f"ALTER TABLE {qualified(str(operation.table))} {switch} ROW LEVEL SECURITY")


def _function(operation: m.CreateFunction, code: Code, before: Before) -> Iterator[str]:
    if operation.name in before.state.assigns:
        raise RefusedError(f"the function `{operation.name}` was there before, and what it did is not known here")
    yield code.execute(f"DROP FUNCTION {qualified(str(operation.name))}")


RESTORES: Final[dict[type[m.Operation], Callable[[Any, Code, Before], Iterator[str]]]] = {
    m.DropColumn: _column,
    m.DropTable: _table,
    m.DropPolicy: _policy,
    m.DropConstraint: _constraint,
    m.DropIndex: _index,
    m.AlterColumn: _altered,
    m.DropType: _enum,
    m.SetRowSecurity: _switched,
    m.CreateFunction: _function,
}
"""What undoes an operation, given the database before it."""
