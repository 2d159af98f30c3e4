"""Writes the downgrade of a revision: the inverse of what its upgrade does, where that is known."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from tenantlint import migration as m
from tenantlint.change import Patch, WriteDowngrade
from tenantlint.edit import Edit
from tenantlint.lang.alembic.write_code import identifier, qualified, split
from tenantlint.lang.alembic.write_restore import RESTORES, Before
from tenantlint.lang.alembic.write_revision import code_of
from tenantlint.lang.lowering import RefusedError
from tenantlint.lang.made_names import made_name
from tenantlint.replay import states
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    import ast
    from collections.abc import Callable, Iterable, Iterator

    from tenantlint.lang.alembic.write_code import Code
    from tenantlint.lang.lowering import Lowering
    from tenantlint.project import Project
    from tenantlint.replay import State
    from tenantlint.source import Source

_WHY: Final[dict[type[m.Operation], str]] = {
    m.WriteRows: "what the rows held before is not known",
    m.AddEnumValue: "PostgreSQL takes no value out of an enum again",
    m.DropFunction: "what the function did is not known",
    m.DropTrigger: "what the trigger did is not known",
    m.AlterPolicy: "the policy has to be made again as it was",
}
_NO_EFFECT: Final = frozenset({"SET", "SELECT", "SHOW", "ANALYZE"})
"""Statements that leave nothing behind."""


def lower(change: WriteDowngrade, context: Lowering) -> Patch:
    """Return the edit that gives a revision its downgrade, or completes it.

    Refuses where one operation has no known inverse.
    """
    history, revision = _revision(change, context)
    if history is None or revision is None:
        return Patch(refused="the revision is not there any more")
    try:
        if revision.downgrade.state == "present":
            from tenantlint.lang.alembic.write_rewrite import rewritten

            return Patch((rewritten(history, revision, context.project),))
        source = context.project.source(revision.path)
        lines = [line for call in inverse(history, revision, context.project) for line in call.split("\n")]
        if not lines:
            raise RefusedError("the upgrade does nothing that a downgrade could undo")
        return Patch((_edit(source, lines),))
    except (RefusedError, SyntaxError, UnicodeDecodeError) as error:
        return Patch(refused=str(error))


def _revision(change: WriteDowngrade, context: Lowering) -> tuple[m.History | None, m.Revision | None]:
    for history in context.schema.histories:
        if history.kind == "alembic" and history.path == change.history:
            return history, next((each for each in history.revisions if each.id == change.revision), None)
    return None, None


# What undoes an upgrade


def inverse(history: m.History, revision: m.Revision, project: Project) -> Iterator[str]:
    """Yield the calls that undo the upgrade of a revision, in order. Raises RefusedError where one cannot be."""
    code = code_of(revision, project)
    done: list[str] = []
    made: set[str] = set()
    added: m.Operation | None = None
    before: Before | None = None
    for each, operation, state in states(history):
        before = before or Before(state, project)
        if each.id == revision.id and not _goes_with_others(operation, made, state):
            _refuse_unclear(operation)
            if isinstance(operation, m.CreateTable):
                made.add(str(operation.table))
            if not _is_inline(operation, added):
                done += _undone(operation, code, before)
            if isinstance(operation, m.AddColumn):
                added = operation
        before.apply(operation)
    return reversed(done)


def _undone(operation: m.Operation, code: Code, before: Before) -> list[str]:
    """Return what undoes an operation, its last line first."""
    restore = RESTORES.get(type(operation))
    if restore is not None:
        return list(restore(operation, code, before))[::-1]
    return [*_INVERSES[type(operation)](operation, code)]


def _goes_with_others(operation: m.Operation, made: set[str], state: State) -> bool:
    """Return whether the table or the columns that an operation concerns go when the revision is undone."""
    table = getattr(operation, "table", None)
    if not operation.certain or not isinstance(table, str) or isinstance(operation, m.RenameTable):
        return False
    if table in made:
        return True
    if isinstance(operation, m.AlterColumn):
        return state.is_added(table, str(operation.column))
    if not isinstance(operation, m.WriteRows) or operation.command != "update" or operation.columns is UNKNOWN:
        return False
    return bool(operation.columns) and all(state.is_added(table, str(column)) for column in operation.columns)


def _is_inline(operation: m.Operation, added: m.Operation | None) -> bool:
    """Return whether a constraint came with a column, and so goes with it."""
    kinds = (m.AddUnique, m.AddForeignKey, m.AddCheck, m.CreateIndex)
    return added is not None and operation.at == added.at and isinstance(operation, kinds)


def _refuse_unclear(operation: m.Operation) -> None:
    if isinstance(operation, m.Unread):
        raise RefusedError(f"what the upgrade does is not all known: {operation.why}")
    if type(operation) not in _INVERSES and type(operation) not in RESTORES:
        why = _WHY.get(type(operation), "what undoes it is not known")
        raise RefusedError(f"{shown(operation)} cannot be undone here, because {why}: write the downgrade by hand")
    if not operation.certain or getattr(operation, "if_not_exists", False):
        raise RefusedError(f"{shown(operation)} does not happen in every case, so undoing it may drop what was there")
    named = ("table", "name", "column", "new_name")
    if any(getattr(operation, part, None) is UNKNOWN for part in named):
        raise RefusedError(f"the names in {shown(operation)} are not known")


def shown(operation: m.Operation) -> str:
    """Return what an operation is in words: ``drop column users.email``."""
    words = re.sub(r"(?<!^)(?=[A-Z])", " ", type(operation).__name__).lower()
    if isinstance(operation, m.Other):
        return f"`{operation.what}`"
    if isinstance(operation, m.WriteRows):
        words = operation.command
    parts = [getattr(operation, part, None) for part in ("table", "column", "name")]
    return f"`{' '.join([words, '.'.join(part for part in parts if isinstance(part, str))]).strip()}`"


def _table(operation: Any, code: Code) -> str:
    return code.text(split(operation.table)[1])


def _drop_table(operation: m.CreateTable, code: Code) -> Iterator[str]:
    yield code.call("drop_table", _table(operation, code), **code.schema(str(operation.table)))


def _drop_column(operation: m.AddColumn, code: Code) -> Iterator[str]:
    if operation.column.name is UNKNOWN:
        raise RefusedError("the name of a column that the upgrade adds is not known")
    table = str(operation.table)
    yield code.call("drop_column", _table(operation, code), code.text(operation.column.name), **code.schema(table))


def _rename_table(operation: m.RenameTable, code: Code) -> Iterator[str]:
    (schema, old), (new_schema, new) = split(str(operation.table)), split(str(operation.new_name))
    if schema != new_schema:
        raise RefusedError(f"{shown(operation)} moves it to another schema: write the downgrade by hand")
    yield code.call("rename_table", code.text(new), code.text(old), **code.schema(str(operation.table)))


def _rename_column(operation: m.RenameColumn, code: Code) -> Iterator[str]:
    names = code.text(str(operation.new_name)), code.text(str(operation.column))
    schema = code.schema(str(operation.table))
    yield code.call("alter_column", _table(operation, code), names[0], new_column_name=names[1], **schema)


def _drop_index(operation: m.CreateIndex, code: Code) -> Iterator[str]:
    name = operation.index.name
    if not isinstance(name, str):
        raise RefusedError("the name of an index that the upgrade makes is not known")
    schema = code.schema(str(operation.table))
    yield code.call("drop_index", code.final(name), table_name=_table(operation, code), **schema)


def _drop_constraint(code: Code, operation: Any, name: object, columns: object, label: str, kind: str) -> Iterator[str]:
    if name is None and isinstance(columns, tuple) and all(isinstance(each, str) for each in columns):
        name = made_name(split(operation.table)[1], columns, label)
    if not isinstance(name, str):
        raise RefusedError(f"the name of the constraint in {shown(operation)} is not known")
    schema = code.schema(operation.table)
    yield code.call("drop_constraint", code.final(name), _table(operation, code), type_=code.text(kind), **schema)


def _drop_unique(operation: m.AddUnique, code: Code) -> Iterator[str]:
    constraint = operation.constraint
    return _drop_constraint(code, operation, constraint.name, constraint.columns, "key", "unique")


def _drop_key(operation: m.AddForeignKey, code: Code) -> Iterator[str]:
    return _drop_constraint(code, operation, operation.key.name, operation.key.columns, "fkey", "foreignkey")


def _drop_primary_key(operation: m.AddPrimaryKey, code: Code) -> Iterator[str]:
    return _drop_constraint(code, operation, operation.name, (), "pkey", "primary")


def _drop_check(operation: m.AddCheck, code: Code) -> Iterator[str]:
    return _drop_constraint(code, operation, operation.name, None, "check", "check")


def _sql(statement: Callable[[Any, str], str]) -> Callable[[Any, Code], Iterator[str]]:
    def make(operation: Any, code: Code) -> Iterator[str]:
        table = getattr(operation, "table", None)
        yield code.execute(statement(operation, qualified(table) if isinstance(table, str) else ""))

    return make


def _drop_policy(operation: m.CreatePolicy, code: Code) -> Iterator[str]:
    if operation.policy.name is UNKNOWN:
        raise RefusedError("the name of a policy that the upgrade makes is not known")
    yield code.execute(f"DROP POLICY {identifier(operation.policy.name)} ON {qualified(str(operation.table))}")


def _other(operation: m.Other, code: Code) -> Iterator[str]:
    if operation.what.split(" ")[0] not in _NO_EFFECT:
        raise RefusedError(f"what undoes {shown(operation)} is not known: write the downgrade by hand")
    return iter(())


_INVERSES: Final[dict[type[m.Operation], Callable[[Any, Code], Iterable[str]]]] = {
    m.CreateTable: _drop_table,
    m.AddColumn: _drop_column,
    m.RenameTable: _rename_table,
    m.RenameColumn: _rename_column,
    m.CreateIndex: _drop_index,
    m.AddUnique: _drop_unique,
    m.AddForeignKey: _drop_key,
    m.AddPrimaryKey: _drop_primary_key,
    m.AddCheck: _drop_check,
    m.RenameConstraint: _sql(
        lambda each, table: (
            f"ALTER TABLE {table} RENAME CONSTRAINT {identifier(each.new_name)} TO {identifier(each.name)}"
        )
    ),
    m.RenameIndex: _sql(
        lambda each, table: f"ALTER INDEX {qualified(each.new_name)} RENAME TO {identifier(split(each.name)[1])}"
    ),
    m.CreatePolicy: _drop_policy,
    m.CreateEnum: _sql(lambda each, table: f"DROP TYPE {qualified(each.name)}"),
    m.RenameType: _sql(
        lambda each, table: f"ALTER TYPE {qualified(each.new_name)} RENAME TO {identifier(split(each.name)[1])}"
    ),
    m.CreateTrigger: _sql(lambda each, table: f"DROP TRIGGER {identifier(each.name)} ON {table}"),
    m.Other: _other,
}


# Where it goes


def _edit(source: Source, lines: list[str]) -> Edit:
    import ast

    text = source.text()
    module = ast.parse(source.data)
    newline = "\r\n" if "\r\n" in text else "\n"
    functions = [node for node in module.body if isinstance(node, ast.FunctionDef) and node.name == "downgrade"]
    if not re.search(r"^\s*from alembic import [^\n]*\bop\b|^\s*import alembic\.op as op", text, re.MULTILINE):
        raise RefusedError("the revision does not import `op`")
    if functions:
        return _filled(source, functions[-1], lines, newline)
    upgrade = next((node for node in module.body if isinstance(node, ast.FunctionDef) and node.name == "upgrade"), None)
    indent = "    " if upgrade is None or is_one_line(upgrade) else indentation(source, upgrade.body[0])
    result = " -> None" if upgrade is not None and upgrade.returns is not None else ""
    body = newline.join(indent + line for line in lines)
    end = len(source.data)
    before = newline * max(0, 3 - (len(text) - len(text.rstrip("\r\n"))) // len(newline))
    return Edit(source.path, end, end, f"{before}def downgrade(){result}:{newline}{body}{newline}")


def _filled(source: Source, function: ast.FunctionDef, lines: list[str], newline: str) -> Edit:
    """Return the edit that puts the lines in place of ``pass``, or after a docstring that is all the body has."""
    import ast

    statements = [node for node in function.body if not is_docstring(node, function)]
    first = function.body[0]
    one_line = is_one_line(function)
    indent = " " * (function.col_offset + 4) if one_line else indentation(source, first)
    if not statements:
        at = offset_of(source, first.end_lineno or first.lineno, first.end_col_offset or 0)
        return Edit(source.path, at, at, "".join(newline + indent + line for line in lines))
    if any(not isinstance(node, (ast.Pass, ast.Return, ast.Expr, ast.Raise)) for node in statements):
        raise RefusedError("the downgrade is not empty")
    node = statements[-1]
    start = offset_of(source, node.lineno, node.col_offset)
    end = offset_of(source, node.end_lineno or node.lineno, node.end_col_offset or 0)
    if one_line:
        start -= len(source.data[:start]) - len(source.data[:start].rstrip(b" \t"))
        return Edit(source.path, start, end, "".join(newline + indent + line for line in lines))
    return Edit(source.path, start, end, (newline + indent).join(lines))


def is_one_line(function: ast.FunctionDef) -> bool:
    """Return whether a function begins on the line of its ``def``."""
    return function.body[0].lineno == function.lineno


def is_docstring(node: ast.stmt, function: ast.FunctionDef) -> bool:
    """Return whether a statement is the docstring of its function."""
    import ast

    is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    return node is function.body[0] and is_text


def indentation(source: Source, node: ast.stmt) -> str:
    """Return what stands before a statement in its line."""
    start = source.line_starts[node.lineno - 1]
    return source.data[start : start + node.col_offset].decode()


def offset_of(source: Source, line: int, column: int) -> int:
    """Return the offset of a place as ``ast`` tells it."""
    return source.line_starts[line - 1] + column
