"""Adds an index to a SQLModel table: on its field, or in ``__table_args__``."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final

from tenantlint.change import AddIndex, Patch
from tenantlint.lang.lowering import RefusedError
from tenantlint.lang.sqlmodel.editing import Declared, column_call, field_call, keyword, opened
from tenantlint.lang.sqlmodel.importing import Imports, bindings, resolver
from tenantlint.lang.text import merged
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from tenantlint.change import Change
    from tenantlint.edit import Edit
    from tenantlint.lang.lowering import Lowering
    from tenantlint.lang.sqlmodel.editing import PythonFile

_ARGUMENTS: Final = "__table_args__"
_MODULES: Final = ("sqlalchemy", "sqlmodel", "sqlalchemy.schema")
_PLAIN: Final = frozenset({"SQLModel", "Generic", "ABC"})


def lower(change: Change, context: Lowering) -> Patch:
    """Return the edits of an AddIndex. Raises RefusedError."""
    assert isinstance(change, AddIndex)
    table = context.table(change.table_id)
    if table is None or not all(table.column(name) for name in change.columns):
        raise RefusedError("the columns are not there any more")
    if any(index.attached and index.columns == change.columns for index in table.indexes):
        raise RefusedError("the index is there already")
    declared = Declared(context.project, table)
    edits = _on_field(declared, change.columns[0]) if len(change.columns) == 1 else []
    if not edits:
        name = f"{table.name}_{'_'.join(change.columns)}_idx"
        edits = in_arguments(context, declared, change.columns, name)
    return Patch(merged(edits))


def _on_field(declared: Declared, name: str) -> list[Edit]:
    """Return the edit of the field, none where it is not declared with ``Field`` in the class itself."""
    column = declared.table.column(name)
    file = declared.file
    for node in declared.owner.body:
        if isinstance(node, ast.AnnAssign) and column and file.start(node.target) == column.at.start:
            field = field_call(node) if column.at.path == file.path else None
            return _with_index(file, field) if field else []
    return []


def _with_index(file: PythonFile, field: ast.Call) -> list[Edit]:
    holder = field
    if keyword(field, "sa_column"):
        try:
            holder = column_call(field) or field
        except RefusedError:
            return []
    if any(each.arg is None for each in holder.keywords):
        return []
    given = keyword(holder, "index")
    if given is None:
        return [file.add_argument(holder, "index=True")]
    return [file.replace(file.start(given.value), file.end(given.value), "True")]


def in_arguments(
    context: Lowering, declared: Declared, columns: tuple[str, ...], name: str | None, kind: str = "Index"
) -> list[Edit]:
    """Return the edits that add an index, or another kind of item, to ``__table_args__``. Raises RefusedError."""
    file, table = declared.file, declared.table
    if table.name is UNKNOWN:
        raise RefusedError("the name of the table is not known")
    imports = Imports(file, file.start(declared.owner))
    names = ", ".join(file.quoted(each) for each in (name, *columns) if each is not None)
    text = f"{imports.name(kind, *_MODULES)}({names})"
    return [*imports.edits(), *_added(context, declared, text)]


def _added(context: Lowering, declared: Declared, text: str) -> list[Edit]:
    file, owner = declared.file, declared.owner
    for node in owner.body:
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        if isinstance(target, ast.Name) and target.id == _ARGUMENTS:
            return _extended(file, getattr(node, "value", None), text)
        if getattr(node, "name", "") == _ARGUMENTS:
            raise RefusedError(f"`{_ARGUMENTS}` of `{owner.name}` is a function")
    refuse_inherited_arguments(context, declared)
    after = next((each for each in owner.body if _assigns(each, "__tablename__")), None)
    return [file.add_member(owner, after, f"{_ARGUMENTS} = ({text},)")]


def _assigns(node: ast.stmt, name: str) -> bool:
    target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
    return isinstance(target, ast.Name) and target.id == name


def _extended(file: PythonFile, value: ast.expr | None, text: str) -> list[Edit]:
    if isinstance(value, ast.Dict):
        return [file.insert(file.start(value), f"({text}, "), file.insert(file.end(value), ")")]
    if not isinstance(value, ast.Tuple) or file.data[file.end(value) - 1 : file.end(value)] != b")":
        raise RefusedError(f"`{_ARGUMENTS}` is made in a way that is not edited")
    last = value.elts[-1] if value.elts else None
    if isinstance(last, ast.Dict):
        start = file.start(last)
        gap = f"\n{file.indent(start)}" if file.begins_line(start) else " "
        return [file.insert(start, f"{text},{gap}")]
    if last is not None and not isinstance(last, ast.Call):
        raise RefusedError(f"`{_ARGUMENTS}` ends with what may be its options")
    if last is None:
        return [file.insert(file.end(value) - 1, f"{text},")]
    return [file.append(value.elts, file.end(value) - 1, text)]


def refuse_inherited_arguments(context: Lowering, declared: Declared) -> None:
    """Raise RefusedError where a base class has ``__table_args__``, or may, which the class would replace."""
    _check_bases(context, declared.file, declared.owner, set())


def _check_bases(context: Lowering, file: PythonFile, owner: ast.ClassDef, seen: set[tuple[str, str]]) -> None:
    for base in owner.bases:
        name = file.text(base.value if isinstance(base, ast.Subscript) else base)
        if name.rpartition(".")[2] in _PLAIN or (file.path, name) in seen:
            continue
        seen.add((file.path, name))
        place, node = _class(context, file, name)
        if any(_assigns(each, _ARGUMENTS) or getattr(each, "name", "") == _ARGUMENTS for each in node.body):
            raise RefusedError(f"`{name}`, which it derives from, has `{_ARGUMENTS}` of its own")
        _check_bases(context, place, node, seen)


def _class(context: Lowering, file: PythonFile, name: str) -> tuple[PythonFile, ast.ClassDef]:
    """Return the class that a name means in a file, and its file. Raises RefusedError."""
    modules = resolver(context.project)
    for _ in range(8):
        found = next((node for node in file.tree.body if isinstance(node, ast.ClassDef) and node.name == name), None)
        if found is not None:
            return file, found
        imported = bindings(file).get(name)
        path = modules.resolve(imported.module, imported.level, file.path) if imported and imported.name else None
        if imported is None or path is None or path not in context.project:
            break
        file, name = opened(context.project.source(path)), imported.name
    raise RefusedError(f"`{name}`, which it derives from, is declared where it cannot be read")
