"""Declarations of columns that other tables of a SQLModel project have, taken over into a class."""

from __future__ import annotations

import ast
import builtins
from typing import TYPE_CHECKING

from tenantlint.lang.lowering import RefusedError
from tenantlint.lang.sqlmodel.editing import opened
from tenantlint.lang.sqlmodel.importing import Imports, bindings, imports, module_path, resolver, top_level
from tenantlint.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tenantlint.edit import Edit
    from tenantlint.lang.lowering import Lowering
    from tenantlint.lang.sqlmodel.editing import Declared, PythonFile
    from tenantlint.schema import Column, Table


class Model(Record):
    """The declaration of a column that can serve as a model: its statement, its class, and a table that has it."""

    column: Column
    table: Table
    file: PythonFile
    owner: ast.ClassDef
    node: ast.AnnAssign

    @property
    def is_mixin(self) -> bool:
        """Whether the class has this one column and nothing else, so that others can derive from it."""
        rest = [node for node in self.owner.body if node is not self.node and not isinstance(node, ast.Expr)]
        bases = [base for base in self.owner.bases if self.file.text(base) != "SQLModel"]
        return not rest and not bases and not self.owner.keywords and self.owner.name != self.table.symbol


def models(context: Lowering, columns: Iterable[tuple[Table, Column]]) -> list[Model]:
    """Return the declarations of columns, those that most tables have first; each declaration once."""
    found: dict[str, Model] = {}
    counts: dict[str, int] = {}
    files: dict[str, PythonFile] = {}
    for table, column in columns:
        path = column.at.path
        try:
            file = files[path] = files.get(path) or opened(context.project.source(path))
            node = file.member_at(column.at.start)
        except RefusedError:
            continue
        if isinstance(node, ast.AnnAssign):
            text = file.text(node)
            owner = next(each for each in file.classes if node in each.body)
            found.setdefault(text, Model(column, table, file, owner, node))
            counts[text] = counts.get(text, 0) + 1
    return [found[text] for text in sorted(found, key=lambda text: -counts[text])]


def model_files(context: Lowering) -> Iterator[PythonFile]:
    """Yield the files that declare SQLModel tables: how these import each other shows how a new import is written."""
    for path in dict.fromkeys(table.at.path for table in context.schema.tables if table.orm == "sqlmodel"):
        yield opened(context.project.source(path))


def derive(context: Lowering, declared: Declared, model: Model) -> list[Edit]:
    """Return the edits that make a class derive from the mixin that has a column. Raises RefusedError."""
    file, owner = declared.file, declared.owner
    if not model.is_mixin or not owner.bases:
        raise RefusedError("there is no class to derive from")
    wanted = Imports(file, file.start(owner))
    reach(context, file, owner, model.file, model.owner.name, wanted)
    first = owner.bases[0]
    replaces = model.owner.bases and len(owner.bases) == 1 and file.text(first) == "SQLModel"
    end = file.end(first) if replaces else file.start(first)
    text = model.owner.name if replaces else f"{model.owner.name}, "
    return [*wanted.edits(), file.replace(file.start(first), end, text)]


def copy(context: Lowering, declared: Declared, model: Model) -> tuple[str, list[Edit]]:
    """Return the text of a declaration for another class, and the imports that it needs. Raises RefusedError."""
    file, owner = declared.file, declared.owner
    wanted = Imports(file, file.start(owner))
    for name in dict.fromkeys(each.id for each in ast.walk(model.node) if isinstance(each, ast.Name)):
        if name != getattr(model.node.target, "id", "") and not _is_local(model.node, name):
            reach(context, file, owner, model.file, name, wanted)
    indent = model.file.indent(model.file.start(model.node))
    first, *rest = model.file.text(model.node).split("\n")
    return "\n".join([first, *(line.removeprefix(indent) for line in rest)]), wanted.edits()


def _is_local(node: ast.AST, name: str) -> bool:
    return any(isinstance(each, ast.arg) and each.arg == name for each in ast.walk(node))


def reach(
    context: Lowering, file: PythonFile, owner: ast.ClassDef, origin: PythonFile, name: str, wanted: Imports
) -> None:
    """Ask for what ``name`` means in the file ``origin``, for the class ``owner`` of ``file``. Raises RefusedError."""
    if origin.path == file.path:
        _refuse_later(file, owner, name)
        return
    bound = bindings(origin)
    if name not in bound:
        if hasattr(builtins, name) and name not in bindings(file):
            return
        raise RefusedError(f"`{name}` is not to be had in `{file.path}`")
    imported = bound[name]
    place: str | None = origin.path
    if imported is not None:
        place = resolver(context.project).resolve(imported.module, imported.level, origin.path)
    module, level, original = "", 0, name
    if imported is not None and place is None and not imported.name:
        wanted.module(imported.module, name)
        return
    if imported is not None and place is None:
        module, level, original = imported.module, imported.level, imported.name
    elif place is not None:
        module, level = module_path(context.project, file, place, model_files(context))
        original = imported.name if imported is not None else name
        refuse_circle(context, place, file.path)
    if not original or wanted.name(original, module, level=level) != name:
        raise RefusedError(f"`{name}` has another name in `{file.path}`")


def _refuse_later(file: PythonFile, owner: ast.ClassDef, name: str) -> None:
    """Raise RefusedError where a name of the file is not bound before a class."""
    start = file.start(owner)
    for node in top_level(file.tree.body):
        if file.start(node) >= start:
            continue
        names = {each for each, _ in imports(node)} | {getattr(node, "name", "")}
        names |= {each.id for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)}
        if name in names:
            return
    if name in bindings(file) or not hasattr(builtins, name):
        raise RefusedError(f"`{name}` is not defined before `{owner.name}`")


def refuse_circle(context: Lowering, path: str, target: str) -> None:
    """Raise RefusedError where loading the file ``path`` loads ``target``, which then cannot import it."""
    modules = resolver(context.project)
    seen, todo = {path}, [path]
    while todo:
        place = todo.pop()
        if place not in context.project:
            continue
        for node in top_level(opened(context.project.source(place)).tree.body):
            for _, imported in imports(node):
                found = modules.resolve(imported.module, imported.level, place)
                sub = modules.submodule(found, imported.name) if found and imported.name else None
                for each in (found, sub):
                    if each == target:
                        raise RefusedError(f"`{path}` imports `{target}`, which cannot import it then")
                    if each is not None and each not in seen:
                        seen.add(each)
                        todo.append(each)
