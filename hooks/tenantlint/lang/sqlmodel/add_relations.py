"""Adds relationships to SQLModel classes, both sides of them."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tenantlint.change import AddInverse, AddRelation, Patch
from tenantlint.lang.lowering import RefusedError
from tenantlint.lang.relating import Way, backward_name, forward_name, keys_to, refuse_taken, way
from tenantlint.lang.sqlmodel.copying import model_files
from tenantlint.lang.sqlmodel.editing import Declared, called, keyword
from tenantlint.lang.sqlmodel.importing import Imports, bindings, imports, module_path
from tenantlint.lang.text import merged
from tenantlint.record import Record

if TYPE_CHECKING:
    from tenantlint.change import Change
    from tenantlint.edit import Edit
    from tenantlint.lang.lowering import Lowering
    from tenantlint.lang.sqlmodel.editing import PythonFile
    from tenantlint.schema import Relation, Table


class _Side(Record):
    """One side of a relation: its table, its name and that of the other side, what it gives, and extra arguments."""

    table: Table
    target: Table
    name: str
    other: str
    kind: str
    options: tuple[str, ...]


def lower(change: Change, context: Lowering) -> Patch:
    """Return the edits of an AddRelation or an AddInverse. Raises RefusedError."""
    assert isinstance(change, AddRelation | AddInverse)
    if isinstance(change, AddInverse):
        return Patch(merged(_inverse(context, change)))
    path = way(context, change.table_id, change.columns, change.target_id)
    if any(each.columns == path.columns and each.kind == "one" for each in path.table.relations):
        raise RefusedError("the relation is there already")
    name = forward_name(path)
    refuse_taken(path.table, name)
    back = backward_name(path, name)
    refuse_taken(path.target, back)
    sides = [_forward(path, name, back), _backward(path, back, name)]
    return Patch(merged(_written(context, sides)))


def _forward(path: Way, name: str, back: str) -> _Side:
    options = _foreign_keys(path)
    if path.table is path.target:
        options = (*options, f"remote_side={path.target.symbol}.{path.target_keys[0]}")
    return _Side(path.table, path.target, name, back, "optional" if path.is_nullable else "one", options)


def _backward(path: Way, name: str, forward: str) -> _Side:
    return _Side(path.target, path.table, name, forward, "optional" if path.is_unique else "many", _foreign_keys(path))


def _foreign_keys(path: Way) -> tuple[str, ...]:
    """Return the option that says which key is meant where several join the tables."""
    if path.alone and path.table is not path.target:
        return ()
    return (f"foreign_keys=[{', '.join(f'{path.table.symbol}.{key}' for key in path.keys)}]",)


def _written(context: Lowering, sides: list[_Side]) -> list[Edit]:
    if any(len(side.options) > 1 for side in sides) and sides[0].table.primary_key is None:
        raise RefusedError("the table has no primary key")
    found: list[Edit] = []
    for side in sides:
        found += _Writer(context, side).edits()
    return found


class _Writer:
    """Writes one side of a relation into its class."""

    def __init__(self, context: Lowering, side: _Side) -> None:
        self.context = context
        self.side = side
        self.declared = Declared(context.project, side.table)
        self.declared.refuse_taken(side.name)
        self.file, self.owner = self.declared.file, self.declared.owner
        if sum(each.symbol == side.target.symbol for each in context.schema if each.orm == "sqlmodel") > 1:
            raise RefusedError(f"several classes are called `{side.target.symbol}`")
        if bindings(self.file).get("annotations") is not None:
            raise RefusedError(
                f"`{self.file.path}` has `from __future__ import annotations`, under which SQLModel makes no "
                "relations: take that line out first"
            )
        self.wanted = Imports(self.file, self.file.start(self.owner))
        self.late: list[Edit] = []

    def edits(self) -> list[Edit]:
        """Return the edits. Raises RefusedError."""
        file, side = self.file, self.side
        arguments = [f"back_populates={file.quoted(side.other)}"]
        if side.options:
            pairs = (option.partition("=") for option in side.options)
            entries = ", ".join(f"{file.quoted(name)}: {file.quoted(value)}" for name, _, value in pairs)
            arguments.append(f"sa_relationship_kwargs={{{entries}}}")
        relationship = self.wanted.name("Relationship", "sqlmodel")
        text = f"{side.name}: {self._type()} = {relationship}({', '.join(arguments)})"
        return [*self.wanted.edits(), *self.late, file.add_member(self.owner, self._last(), text)]

    def _last(self) -> ast.stmt | None:
        """Return the last member that is a field or a relationship."""
        found: ast.stmt | None = None
        for node in self.owner.body:
            if isinstance(node, ast.AnnAssign) or (isinstance(node, ast.Assign) and not found):
                found = node
        return found

    def _type(self) -> str:
        side = self.side
        name, is_known = self._target()
        quoted = name if is_known else self.file.quoted(name)
        if side.kind == "many":
            return f"{self._list()}[{quoted}]"
        if side.kind == "one":
            return quoted
        return f"{name} | None" if is_known else f"{self.wanted.name('Optional', 'typing')}[{quoted}]"

    def _list(self) -> str:
        imported = bindings(self.file).get("List")
        return "List" if imported is not None and imported.module == "typing" else "list"

    def _target(self) -> tuple[str, bool]:
        """Return what the class of the target is called here, and whether it is known when this class is made."""
        file, target = self.file, self.side.target
        name = target.symbol
        if target.at.path == file.path:
            is_before = target.at.start < file.start(self.owner)
            return name, is_before
        module, level = module_path(self.context.project, file, target.at.path, model_files(self.context))
        for node in file.tree.body:
            for local, imported in imports(node):
                if (imported.module, imported.level, imported.name) == (module, level, name):
                    return local, True
        for node in file.tree.body:
            if _is_for_types(node) and isinstance(node, ast.If):
                self._add_for_types(node, module, level, name)
                return name, False
        if name in bindings(file):
            raise RefusedError(f"the name `{name}` is taken in `{file.path}`")
        self._new_for_types(module, level, name)
        return name, False

    def _add_for_types(self, block: ast.If, module: str, level: int, name: str) -> None:
        for node in block.body:
            for local, imported in imports(node):
                if local == name:
                    if (imported.module, imported.level, imported.name) != (module, level, name):
                        raise RefusedError(f"the name `{name}` is taken in `{self.file.path}`")
                    return
        if name in bindings(self.file):
            raise RefusedError(f"the name `{name}` is taken in `{self.file.path}`")
        last = block.body[-1]
        line = _import(module, level, name)
        indent = self.file.indent(self.file.start(last))
        self.late.append(self.file.insert(self.file.line_end(self.file.end(last)), f"\n{indent}{line}"))

    def _new_for_types(self, module: str, level: int, name: str) -> None:
        file = self.file
        constant = self.wanted.name("TYPE_CHECKING", "typing")
        nodes = [node for node in file.tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
        before = [node for node in nodes if file.start(node) < file.start(self.owner)]
        if not before:
            raise RefusedError(f"`{file.path}` imports nothing")
        step = self.declared.file.step(self.owner)
        text = f"\n\nif {constant}:\n{step}{_import(module, level, name)}"
        self.late.append(file.insert(file.line_end(file.end(before[-1])), text))


def _import(module: str, level: int, name: str) -> str:
    return f"from {'.' * level}{module} import {name}"


def _is_for_types(node: ast.stmt) -> bool:
    test = node.test if isinstance(node, ast.If) else None
    return getattr(test, "attr", getattr(test, "id", "")) == "TYPE_CHECKING"


def _inverse(context: Lowering, change: AddInverse) -> list[Edit]:
    table = context.table(change.table_id)
    relation = next((each for each in table.relations if each.name == change.relation), None) if table else None
    target = context.table(relation.target_id) if relation and isinstance(relation.target_id, str) else None
    if table is None or relation is None or target is None or relation.inverse is not None or relation.through:
        raise RefusedError("there is no such relation without its other side any more")
    if relation.at.path != table.at.path or any(each.target_id == table.id for each in target.relations):
        raise RefusedError(f"`{target.symbol}` has a relation to `{table.symbol}` already, or the relation is shared")
    side = _other_side(context, table, target, relation)
    return [*_names_other(context, table, relation, side.name), *_Writer(context, side).edits()]


def _other_side(context: Lowering, table: Table, target: Table, relation: Relation) -> _Side:
    named = relation.declared_inverse if isinstance(relation.declared_inverse, str) else None
    if relation.kind == "one" and isinstance(relation.columns, tuple) and relation.columns_of == table.id:
        path = way(context, table.id, tuple(str(name) for name in relation.columns), target.id)
        back = named or backward_name(path, relation.name)
        refuse_taken(target, back)
        return _backward(path, back, relation.name)
    keys = keys_to(target, table)
    if len(keys) != 1 or not isinstance(keys[0].columns, tuple):
        raise RefusedError(f"which key of `{target.symbol}` it follows cannot be told")
    path = way(context, target.id, tuple(str(name) for name in keys[0].columns), table.id)
    name = named or forward_name(path)
    refuse_taken(target, name)
    return _forward(path, name, relation.name)


def _names_other(context: Lowering, table: Table, relation: Relation, name: str) -> list[Edit]:
    """Return the edit that lets a relationship name its other side."""
    declared = Declared(context.project, table)
    file: PythonFile = declared.file
    node = file.member_at(relation.at.start)
    if called(node.value) != "Relationship" or not isinstance(node.value, ast.Call) or node not in declared.owner.body:
        raise RefusedError("the relation is not declared with `Relationship` in its class")
    given = keyword(node.value, "back_populates")
    if given is not None:
        if isinstance(given.value, ast.Constant) and given.value.value == name:
            return []
        raise RefusedError("its `back_populates` says something else")
    if any(each.arg in (None, "sa_relationship") for each in node.value.keywords):
        raise RefusedError("the relation is declared in a way that is not edited")
    return [file.add_argument(node.value, f"back_populates={file.quoted(name)}")]
