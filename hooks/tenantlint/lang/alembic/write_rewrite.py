"""Completes a downgrade that does not undo its upgrade. What is right of it stays as it is written."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any, Final

from tenantlint import migration as m
from tenantlint.edit import Edit, apply
from tenantlint.lang.alembic.write_downgrade import indentation, inverse, is_docstring, is_one_line, offset_of, shown
from tenantlint.lang.lowering import RefusedError
from tenantlint.record import Record
from tenantlint.source import BOM, Location

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tenantlint.project import Project
    from tenantlint.source import Source


class Statement(Record):
    """A statement of a downgrade: where it stands, with the comments before it and behind it, and what it does.

    ``special`` is true where it has comments, or is a batch, so that it is not to be written anew.
    """

    start: int
    end: int
    operations: tuple[m.Operation, ...]
    special: bool


def rewritten(history: m.History, revision: m.Revision, project: Project) -> Edit:
    """Return the edit that lets a downgrade undo its upgrade. Raises RefusedError where that is not certain."""
    source = project.source(revision.path)
    function = _downgrade(source.data)
    old = _statements(source, function, revision.downgrade.operations)
    calls = list(inverse(history, revision, project))
    if not calls or not old:
        raise RefusedError("the upgrade does nothing that a downgrade could undo")
    start, end = old[0].start, old[-1].end
    newline = "\r\n" if b"\r\n" in source.data else "\n"
    first = next(node for node in function.body if not is_docstring(node, function))
    lead = newline + indentation(source, first)
    texts = ["".join(lead + line for line in call.split("\n")) for call in calls]
    made = _read(history, revision, project, Edit(source.path, start, end, "".join(texts)), len(calls))
    left, index = list(old), 0
    while index < len(made):
        same, count = _kept(left, made[index:])
        if same is not None:
            left.remove(same)
            texts[index : index + count] = [source.data[same.start : same.end].decode(), *[""] * (count - 1)]
        index += count
    _refuse_more(left, (*revision.upgrade, *(each for operations in made for each in operations)))
    return Edit(source.path, start, end, "".join(texts))


def _kept(statements: Iterable[Statement], made: list[tuple[m.Operation, ...]]) -> tuple[Statement | None, int]:
    """Return the statement that does what the first calls do, and how many these are; one where there is none."""
    for statement in statements:
        done: tuple[m.Operation, ...] = ()
        for count, operations in enumerate(made, start=1):
            done += operations
            if len(done) >= len(statement.operations):
                if _are_same(statement.operations, done):
                    return statement, count
                break
    return None, 1


def _downgrade(data: bytes) -> ast.FunctionDef:
    found = [node for node in ast.parse(data).body if isinstance(node, ast.FunctionDef) and node.name == "downgrade"]
    if not found or is_one_line(found[-1]):
        raise RefusedError("the downgrade is written in a way that is not edited: complete it by hand")
    return found[-1]


def _statements(source: Source, function: ast.FunctionDef, operations: Iterable[m.Operation]) -> list[Statement]:
    """Return the statements of a downgrade, each from the end of the one before it. Raises RefusedError."""
    nodes = [node for node in function.body if not is_docstring(node, function)]
    left = list(operations)
    found: list[Statement] = []
    for node in nodes:
        if not _is_call(node) and not (isinstance(node, ast.With) and all(map(_is_call, node.body))):
            raise RefusedError("the downgrade has other statements than calls: complete it by hand")
        begin = offset_of(source, node.lineno, node.col_offset)
        stop = offset_of(source, node.end_lineno or node.lineno, node.end_col_offset or 0)
        start = found[-1].end if found else _after_header(source, node.lineno)
        end = _line_end(source, node.end_lineno or node.lineno)
        own = [each for each in left if each.at.path == source.path and begin <= each.at.start and each.at.end <= stop]
        left = [each for each in left if each not in own]
        behind = source.data[stop:end]
        around = source.data[start:begin] + behind
        if not own or (behind.strip() and not behind.strip().startswith(b"#")):
            raise RefusedError("the downgrade has a statement whose effect is not known: complete it by hand")
        found.append(Statement(start, end, tuple(own), b"#" in around or isinstance(node, ast.With)))
    if left:
        raise RefusedError("the downgrade does something that does not stand in it: complete it by hand")
    return found


def _is_call(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)


def _line_end(source: Source, line: int) -> int:
    """Return where a line ends, before its line end."""
    starts = source.line_starts
    end = starts[line] if line < len(starts) else len(source.data)
    return len(source.data[:end].rstrip(b"\r\n"))


def _after_header(source: Source, line: int) -> int:
    """Return the end of what stands before the first statement of a body, with the marks that Alembic puts there."""
    line -= 1
    while source.data[source.line_starts[line - 1] : _line_end(source, line)].strip().startswith(b"#"):
        if b"###" in source.data[source.line_starts[line - 1] : _line_end(source, line)]:
            break
        line -= 1
    return _line_end(source, line)


def _read(
    history: m.History, revision: m.Revision, project: Project, edit: Edit, count: int
) -> list[tuple[m.Operation, ...]]:
    """Return what each call of the inverse does, once it stands in the downgrade."""
    from tenantlint.lang.alembic.link import histories

    source = project.source(revision.path)
    data = apply(source.data, [edit])
    changed = project.laid_over({revision.path: BOM * source.bom + data})
    linked = histories(changed, [each.path for each in history.revisions]).histories
    revisions = [each for one in linked for each in one.revisions if each.path == revision.path]
    function = _downgrade(data)
    nodes = [node for node in function.body if not is_docstring(node, function)]
    if len(revisions) != 1 or len(nodes) != count:
        raise RefusedError("what the downgrade would do is not known: complete it by hand")
    written = changed.source(revision.path)
    places = [
        (
            offset_of(written, node.lineno, node.col_offset),
            offset_of(written, node.end_lineno or node.lineno, node.end_col_offset or 0),
        )
        for node in nodes
    ]
    operations = revisions[0].downgrade.operations
    return [tuple(each for each in operations if start <= each.at.start < end) for start, end in places]


# What is the same, and what is more


def _are_same(one: tuple[m.Operation, ...], other: tuple[m.Operation, ...]) -> bool:
    return len(one) == len(other) and all(_is_same(each, again) for each, again in zip(one, other, strict=True))


def _is_same(one: m.Operation, other: m.Operation) -> bool:
    if type(one) is not type(other) or not one.certain:
        return False
    if isinstance(one, _DROPS) and not getattr(one, "cascade", False):
        return _object(one) == _object(other)
    return _bare(one) == _bare(other)


def _bare(value: object) -> object:
    """Return a value without its places in files."""
    if isinstance(value, Location):
        return None
    if isinstance(value, tuple):
        return tuple(map(_bare, value))
    if isinstance(value, Record):
        fields: tuple[str, ...] = value.__match_args__
        return (type(value).__name__, *(_bare(getattr(value, field)) for field in fields))
    return value


def _refuse_more(statements: Iterable[Statement], known: tuple[m.Operation, ...]) -> None:
    """Raise RefusedError where statements that go do what the upgrade has nothing to do with, or have comments."""
    objects = {_object(each) for each in known}
    made = {each.table for each in known if isinstance(each, m.CreateTable)}
    for statement in statements:
        for operation in statement.operations:
            is_inside = getattr(operation, "table", None) in made and not isinstance(operation, m.WriteRows)
            key = _object(operation)
            if not operation.certain or key is None or (key not in objects and not is_inside):
                raise RefusedError(
                    f"the downgrade has {shown(operation)}, which undoes nothing of the upgrade: whether that is meant "
                    "is for you to say"
                )
        if statement.special:
            raise RefusedError("the downgrade has a comment or a batch that would be written anew: complete it by hand")


_DROPS: Final = (m.DropTable, m.DropColumn, m.DropIndex, m.DropConstraint, m.DropPolicy, m.DropType, m.DropTrigger)
_NAMES: Final[dict[type[m.Operation], tuple[str, Callable[[Any], object]]]] = {
    m.CreateTable: ("table", lambda each: None),
    m.DropTable: ("table", lambda each: None),
    m.RenameTable: ("table", lambda each: None),
    m.AddColumn: ("column", lambda each: each.column.name),
    m.DropColumn: ("column", lambda each: each.column),
    m.AlterColumn: ("column", lambda each: each.column),
    m.RenameColumn: ("column", lambda each: each.column),
    m.CreateIndex: ("index", lambda each: each.index.name),
    m.DropIndex: ("index", lambda each: each.name),
    m.RenameIndex: ("index", lambda each: each.name),
    m.AddUnique: ("constraint", lambda each: each.constraint.name),
    m.AddForeignKey: ("constraint", lambda each: each.key.name),
    m.AddPrimaryKey: ("constraint", lambda each: each.name),
    m.AddCheck: ("constraint", lambda each: each.name),
    m.DropConstraint: ("constraint", lambda each: each.name),
    m.RenameConstraint: ("constraint", lambda each: each.name),
    m.SetRowSecurity: ("security", lambda each: None),
    m.CreatePolicy: ("policy", lambda each: each.policy.name),
    m.DropPolicy: ("policy", lambda each: each.name),
    m.AlterPolicy: ("policy", lambda each: each.name),
    m.CreateTrigger: ("trigger", lambda each: each.name),
    m.DropTrigger: ("trigger", lambda each: each.name),
    m.CreateEnum: ("type", lambda each: each.name),
    m.DropType: ("type", lambda each: each.name),
}


def _object(operation: m.Operation) -> tuple[object, ...] | None:
    """Return what names the thing that an operation is about, None where that is nothing of the schema."""
    found = _NAMES.get(type(operation))
    if found is None:
        return None
    kind, name_of = found
    table = None if kind in ("index", "type") else getattr(operation, "table", None)
    return kind, table, name_of(operation)
