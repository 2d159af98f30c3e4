"""Defaults and updates of SQLModel columns: made for each row, and on every update."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tenantlint.change import Patch, UpdateOnWrite, UseFactory
from tenantlint.lang.lowering import RefusedError
from tenantlint.lang.sqlmodel.editing import column_call, column_member, field_call, keyword
from tenantlint.lang.sqlmodel.importing import Imports
from tenantlint.lang.text import merged

if TYPE_CHECKING:
    from tenantlint.change import Change
    from tenantlint.edit import Edit
    from tenantlint.lang.lowering import Lowering
    from tenantlint.lang.sqlmodel.editing import Member, PythonFile
    from tenantlint.schema import Column


def lower(change: Change, context: Lowering) -> Patch:
    """Return the edits of a UseFactory or an UpdateOnWrite. Raises RefusedError."""
    assert isinstance(change, UseFactory | UpdateOnWrite)
    column = context.column(change.table_id, change.key)
    if column is None:
        raise RefusedError(f"there is no `{change.key}` any more")
    file, node = column_member(context.project, column)
    if isinstance(change, UpdateOnWrite):
        if column.on_update is not False:
            raise RefusedError("the column is set on every update already")
        return Patch(merged(update_edits(file, node)))
    return Patch(merged(_factory_edits(file, node, column)))


def factory(file: PythonFile, call: ast.expr) -> str:
    """Return the text of a function that makes what a call makes, each time. Raises RefusedError for no call."""
    if not any(isinstance(node, ast.Call) for node in ast.walk(call)) or isinstance(call, ast.Lambda):
        raise RefusedError("its default is no call that stands in the declaration")
    if isinstance(call, ast.Call) and not (call.args or call.keywords) and _is_dotted(call.func):
        return file.text(call.func)
    return f"lambda: {file.text(call)}"


def _is_dotted(node: ast.expr) -> bool:
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name)


def _factory_edits(file: PythonFile, node: Member, column: Column) -> list[Edit]:
    field = field_call(node)
    edits: list[Edit] = []
    if column.default_call is not None:
        edits += _of_field(file, field) if field else _of_value(file, node)
    if column.update_call is not None:
        edits += _of_update(file, field)
    if not edits:
        raise RefusedError("its default is made anew for each row already")
    return edits


def _of_value(file: PythonFile, node: Member) -> list[Edit]:
    if node.value is None or not isinstance(node, ast.AnnAssign):
        raise RefusedError("its default does not stand in the declaration")
    imports = Imports(file, file.start(node))
    text = f"{imports.name('Field', 'sqlmodel')}(default_factory={factory(file, node.value)})"
    return [*imports.edits(), file.replace(file.start(node.value), file.end(node.value), text)]


def _of_field(file: PythonFile, field: ast.Call) -> list[Edit]:
    default = keyword(field, "default")
    if default is not None:
        text = f"default_factory={factory(file, default.value)}"
        return [file.replace(file.start(default), file.end(default), text)]
    if field.args:
        text = f"default_factory={factory(file, field.args[0])}"
        return [file.replace(file.start(field.args[0]), file.end(field.args[0]), text)]
    return _in_place(file, _option(column_call(field), field, "default"))


def _of_update(file: PythonFile, field: ast.Call | None) -> list[Edit]:
    return _in_place(file, _option(column_call(field), field, "onupdate"))


def _in_place(file: PythonFile, value: ast.expr | None) -> list[Edit]:
    if value is None:
        raise RefusedError("its default does not stand in the declaration")
    return [file.replace(file.start(value), file.end(value), factory(file, value))]


def _option(column: ast.Call | None, field: ast.Call | None, name: str) -> ast.expr | None:
    """Return the value of an option of the column: in its ``Column``, or in ``sa_column_kwargs``."""
    given = keyword(column, name) if column else None
    if given is not None:
        return given.value
    options = keyword(field, "sa_column_kwargs") if field else None
    if options is None or not isinstance(options.value, ast.Dict):
        return None
    for key, value in zip(options.value.keys, options.value.values, strict=True):
        if isinstance(key, ast.Constant) and key.value == name:
            return value
    return None


def update_edits(file: PythonFile, node: Member) -> list[Edit]:
    """Return the edits that let the ORM set a column on every update, as its default does. Raises RefusedError."""
    field = field_call(node)
    if field is None:
        raise RefusedError("the column has no `Field` to say it in")
    column = column_call(field)
    function = _function(file, field, column)
    if column is not None:
        return [file.add_argument(column, f"onupdate={function}")]
    entry = f"{file.quoted('onupdate')}: {function}"
    options = keyword(field, "sa_column_kwargs")
    if options is None:
        return [file.add_argument(field, f"sa_column_kwargs={{{entry}}}")]
    if not isinstance(options.value, ast.Dict) or None in options.value.keys:
        raise RefusedError("its `sa_column_kwargs` are made elsewhere")
    items = [_Entry(key, value) for key, value in zip(options.value.keys, options.value.values, strict=True) if key]
    return [file.append(items, file.end(options.value) - 1, entry)]


class _Entry(ast.keyword):
    """An entry of a dict, with the place that it has as a whole."""

    def __init__(self, key: ast.expr, value: ast.expr) -> None:
        super().__init__(arg=None, value=value)
        self.lineno, self.col_offset = key.lineno, key.col_offset
        self.end_lineno, self.end_col_offset = value.end_lineno, value.end_col_offset


def _function(file: PythonFile, field: ast.Call, column: ast.Call | None) -> str:
    """Return what makes the default: a function, or the expression of the database's default."""
    made = keyword(field, "default_factory")
    if made is not None:
        return file.text(made.value)
    for name in ("default", "server_default"):
        value = _option(column, field, name)
        if isinstance(value, ast.Call | ast.Name | ast.Attribute | ast.Lambda) and _gives_time(value, name):
            return file.text(value)
    raise RefusedError("its default does not say how a time is made")


def _gives_time(value: ast.expr, option: str) -> bool:
    """Return whether an update can be given what makes the default: a function, or an expression of the database."""
    if option == "default" and isinstance(value, ast.Name | ast.Attribute | ast.Lambda):
        return True
    if not isinstance(value, ast.Call):
        return False
    function = value.func
    of_database = isinstance(function, ast.Attribute) and getattr(function.value, "id", "") == "func"
    return of_database or getattr(function, "attr", getattr(function, "id", "")) == "text"
