"""Adds relations to a Drizzle schema: to ``relations()`` of a table, a new one, or to ``defineRelations()``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenantlint.change import AddInverse, AddRelation, Patch
from tenantlint.lang.drizzle.editing import (
    ScriptFile,
    arguments,
    named,
    opened,
    parameter,
    unwrapped,
    walk,
)
from tenantlint.lang.drizzle.importing import Reach, declarations
from tenantlint.lang.lowering import RefusedError
from tenantlint.lang.relating import Way, backward_name, forward_name, keys_to, refuse_taken, way
from tenantlint.lang.text import merged
from tenantlint.record import Record

if TYPE_CHECKING:
    from tree_sitter import Node

    from tenantlint.change import Change
    from tenantlint.edit import Edit
    from tenantlint.lang.lowering import Lowering
    from tenantlint.schema import Relation, Table

_LONG = 100


class _Side(Record):
    """One side of a relation: the table that has it, its name, its kind, and the key; ``label`` as relationName."""

    table: Table
    target: Table
    name: str
    kind: str
    path: Way
    label: str | None
    with_columns: bool


def lower(change: Change, context: Lowering) -> Patch:
    """Return the edits of an AddRelation or an AddInverse. Raises RefusedError."""
    assert isinstance(change, AddRelation | AddInverse)
    if isinstance(change, AddInverse):
        return Patch(merged(_Writer(context).write(_inverse(context, change))))
    path = way(context, change.table_id, change.columns, change.target_id)
    if any(each.columns == path.columns and each.kind == "one" for each in path.table.relations):
        raise RefusedError("the relation is there already")
    return Patch(merged(_Writer(context).write(_both(path))))


def _both(path: Way) -> list[_Side]:
    """Return the side with the key, and the other one where that is not there yet."""
    name = forward_name(path)
    refuse_taken(path.table, name)
    waiting = [each for each in path.target.relations if each.target_id == path.table.id and each.columns == ()]
    waiting = [each for each in waiting if each.inverse is None]
    if len(waiting) > 1 or (waiting and not path.alone and waiting[0].declared_inverse is None):
        raise RefusedError(f"which relation of `{path.target.symbol}` is its other side cannot be told")
    if waiting:
        label = waiting[0].declared_inverse
        return [_Side(path.table, path.target, name, "one", path, label if isinstance(label, str) else None, True)]
    back = backward_name(path, name)
    refuse_taken(path.target, back)
    others = _between(path.table, path.target)
    if any(each.columns == () and each.declared_inverse is None for each in others):
        raise RefusedError(
            f"another relation of `{path.table.symbol}` and `{path.target.symbol}` has no `relationName`"
        )
    is_only = path.alone and not others and path.table is not path.target
    label = None if is_only else f"{path.table.symbol}_{name}"
    kind = "one" if path.is_unique else "many"
    return [
        _Side(path.table, path.target, name, "one", path, label, True),
        _Side(path.target, path.table, back, kind, path, label, False),
    ]


def _between(table: Table, target: Table) -> list[Relation]:
    """Return the relations between two tables."""
    found = [each for each in table.relations if each.target_id == target.id]
    return found + [each for each in target.relations if each.target_id == table.id and table is not target]


def _inverse(context: Lowering, change: AddInverse) -> list[_Side]:
    table = context.table(change.table_id)
    relation = next((each for each in table.relations if each.name == change.relation), None) if table else None
    target = context.table(relation.target_id) if relation and isinstance(relation.target_id, str) else None
    if table is None or relation is None or target is None or relation.inverse is not None or relation.through:
        raise RefusedError("there is no such relation without its other side any more")
    label = relation.declared_inverse if isinstance(relation.declared_inverse, str) else None
    if label is None and len(_between(table, target)) > 1:
        raise RefusedError(f"several relations join `{table.symbol}` and `{target.symbol}`, and they have no names")
    if relation.columns == ():
        keys = keys_to(target, table)
        if len(keys) != 1 or not isinstance(keys[0].columns, tuple):
            raise RefusedError(f"which key of `{target.symbol}` it follows cannot be told")
        path = way(context, target.id, tuple(str(name) for name in keys[0].columns), table.id)
        name = forward_name(path)
        refuse_taken(target, name)
        return [_Side(target, table, name, "one", path, label, True)]
    if not isinstance(relation.columns, tuple) or relation.columns_of != table.id:
        raise RefusedError("the columns of the relation are not known")
    path = way(context, table.id, tuple(str(name) for name in relation.columns), target.id)
    back = backward_name(path, relation.name)
    refuse_taken(target, back)
    return [_Side(target, table, back, "one" if path.is_unique else "many", path, label, False)]


class _Writer:
    """Writes sides of relations where the project declares its relations."""

    def __init__(self, context: Lowering) -> None:
        self.context = context
        tables = [table for table in context.schema.tables if table.orm == "drizzle"]
        places = [relation.at.path for table in tables for relation in table.relations]
        self.paths = list(dict.fromkeys([*places, *(table.at.path for table in tables)]))
        self.relation_paths = frozenset(places).difference(table.at.path for table in tables)
        self._files: dict[str, ScriptFile] = {}
        self._reaches: dict[str, Reach] = {}

    def file(self, path: str) -> ScriptFile:
        """Return a file of the project."""
        if path not in self._files:
            self._files[path] = opened(self.context.project.source(path))
        return self._files[path]

    def reach(self, file: ScriptFile) -> Reach:
        """Return what makes names known to a file: one for all sides, so that nothing is imported twice."""
        return self._reaches.setdefault(file.path, Reach(self.context.project, file))

    def write(self, sides: list[_Side]) -> list[Edit]:
        """Return the edits for sides of relations, with their imports. Raises RefusedError."""
        defined = self._calls("defineRelations")
        if defined and not self._calls("relations"):
            if len(defined) > 1:
                raise RefusedError("relations are declared in several places")
            edits = [edit for side in sides for edit in self._defined(*defined[0], side)]
        else:
            edits = [edit for side in sides for edit in self._related(side)]
        return [*(edit for reach in self._reaches.values() for edit in reach.edits()), *edits]

    def _calls(self, name: str) -> list[tuple[ScriptFile, Node]]:
        found = []
        for path in self.paths:
            file = self.file(path)
            for node in walk(file.root) if name.encode() in file.data else ():
                function = node.child_by_field_name("function") if node.type == "call_expression" else None
                if function is not None and file.text(function) == name and len(arguments(node)) > 1:
                    found.append((file, node))
        return found

    def _related(self, side: _Side) -> list[Edit]:
        calls = [
            (file, call)
            for file, call in self._calls("relations")
            if file.text(arguments(call)[0]).rpartition(".")[2] == side.table.symbol
        ]
        if len(calls) > 1 or (calls and arguments(calls[0][1])[1].type != "arrow_function"):
            raise RefusedError(f"the relations of `{side.table.symbol}` are declared in a way that is not edited")
        if not calls:
            return self._new(side)
        file, call = calls[0]
        first, function = arguments(call)[:2]
        body = function.child_by_field_name("body")
        holder = unwrapped(body) if body is not None else None
        if holder is None or holder.type != "object":
            raise RefusedError(f"the relations of `{side.table.symbol}` are made in a way that is not edited")
        kind, edits = self._kind(file, function, side.kind)
        return [*edits, *file.append(holder, self._text(file, side, kind, file.text(first)))]

    def _kind(self, file: ScriptFile, function: Node, kind: str) -> tuple[str, list[Edit]]:
        """Return how a callback calls ``one`` or ``many``, with the edits that let it."""
        pattern = parameter(function)
        if pattern is not None and pattern.type == "identifier":
            return f"{file.text(pattern)}.{kind}", []
        if pattern is None or pattern.type != "object_pattern":
            raise RefusedError("the relations are made by a function that is not edited")
        present = [file.text(each) for each in named(pattern)]
        return kind, [] if kind in present else file.append(pattern, kind)

    def _text(self, file: ScriptFile, side: _Side, kind: str, own: str) -> str:
        """Return the property of ``relations()`` for a side; ``own`` is what the file calls the side's table."""
        target = self.reach(file).name(side.target.symbol, self.file(side.target.at.path))
        options = []
        if side.with_columns:
            options.append(f"fields: [{', '.join(f'{own}.{key}' for key in side.path.keys)}]")
            options.append(f"references: [{', '.join(f'{target}.{key}' for key in side.path.target_keys)}]")
        if side.label is not None:
            options.append(f"relationName: {file.quoted(side.label)}")
        return _call(file, f"{side.name}: {kind}", [target], options)

    def _new(self, side: _Side) -> list[Edit]:
        table = side.table
        places = self.relation_paths
        file = self.file(next(iter(places)) if len(places) == 1 else table.at.path)
        is_own = file.path == table.at.path
        statement = declarations(file).get(table.symbol) if is_own else file.root.named_children[-1]
        if statement is None:
            raise RefusedError(f"`{table.symbol}` is not declared at the top of its file")
        name = f"{table.symbol}Relations"
        if name in declarations(file):
            raise RefusedError(f"the name `{name}` is taken in `{file.path}`")
        reach = self.reach(file)
        function = reach.imports.name("relations", "drizzle-orm")
        own = reach.name(table.symbol, self.file(table.at.path))
        text = self._text(file, side, side.kind, own).replace("\n", f"\n{file.step}")
        lines = f"export const {name} = {function}({own}, ({{ {side.kind} }}) => ({{\n{file.step}{text},\n}}))"
        return [file.insert(file.line_end(statement.end_byte), f"\n\n{lines}{file.end_of_statement}")]

    def _defined(self, file: ScriptFile, call: Node, side: _Side) -> list[Edit]:
        """Return the edits of ``defineRelations()`` of Drizzle 1.0."""
        function = arguments(call)[1]
        name = parameter(function) if function.type == "arrow_function" else None
        body = function.child_by_field_name("body")
        holder = unwrapped(body) if body is not None else None
        if name is None or name.type != "identifier" or holder is None or holder.type != "object":
            raise RefusedError("the relations are made in a way that is not edited")
        owner = file.text(name)
        options = []
        if side.with_columns:
            ends = ((side.table, side.path.keys), (side.target, side.path.target_keys))
            for option, (table, keys) in zip(("from", "to"), ends, strict=True):
                columns = [f"{owner}.{table.symbol}.{key}" for key in keys]
                listed = columns[0] if len(columns) == 1 else f"[{', '.join(columns)}]"
                options.append(f"{option}: {listed}")
        if side.label is not None:
            options.append(f"alias: {file.quoted(side.label)}")
        text = _call(file, f"{side.name}: {owner}.{side.kind}.{side.target.symbol}", [], options)
        for pair in named(holder):
            key, value = pair.child_by_field_name("key"), pair.child_by_field_name("value")
            if key is not None and value is not None and file.text(key) == side.table.symbol:
                if value.type != "object":
                    raise RefusedError("the relations are made in a way that is not edited")
                return file.append(value, text)
        inner = text.replace("\n", f"\n{file.step}")
        return file.append(holder, f"{side.table.symbol}: {{\n{file.step}{inner},\n}}")


def _call(file: ScriptFile, function: str, given: list[str], options: list[str]) -> str:
    if not options:
        return f"{function}({', '.join(given)})"
    text = f"{{ {', '.join(options)} }}"
    if len(function) + len(text) > _LONG:
        lines = "".join(f"{file.step}{option},\n" for option in options)
        text = f"{{\n{lines}}}"
    return f"{function}({', '.join([*given, text])})"
