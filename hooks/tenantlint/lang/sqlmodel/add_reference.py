"""Adds the foreign key of a column to a SQLModel table: to its ``Field``, or to the ``Column`` that this is given."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final

from tenantlint.change import AddForeignKey, Patch
from tenantlint.lang.lowering import RefusedError
from tenantlint.lang.references import reference
from tenantlint.lang.sqlmodel.editing import called, column_call, column_member, field_call, keyword
from tenantlint.lang.sqlmodel.importing import Imports
from tenantlint.lang.text import merged

if TYPE_CHECKING:
    from tenantlint.change import Change
    from tenantlint.edit import Edit
    from tenantlint.lang.lowering import Lowering
    from tenantlint.lang.sqlmodel.editing import Member, PythonFile

_MODULES: Final = ("sqlalchemy", "sqlmodel", "sqlalchemy.schema")
_PLAIN: Final = (ast.Constant, ast.Name, ast.Attribute)


def lower(change: Change, context: Lowering) -> Patch:
    """Return the edits of an AddForeignKey. Raises RefusedError."""
    assert isinstance(change, AddForeignKey)
    wanted = reference(change, context)
    file, node = column_member(context.project, wanted.column)
    given = file.quoted(f"{wanted.target.qualified_name}.{wanted.key.name}")
    column = column_call(field_call(node))
    if column is not None:
        return Patch(merged(_in_column(file, node, column, given)))
    return Patch(merged(_in_field(file, node, given)))


def _in_column(file: PythonFile, node: Member, column: ast.Call, given: str) -> list[Edit]:
    """Return the edits that add a ``ForeignKey`` behind the type of a ``Column``."""
    _refuse_more(column)
    imports = Imports(file, file.start(node))
    text = f"{imports.name('ForeignKey', *_MODULES)}({given})"
    if not column.args and column.keywords:
        return [*imports.edits(), file.insert(file.start(column.keywords[0]), f"{text}, ")]
    if not column.args:
        return [*imports.edits(), file.add_argument(column, text)]
    last = column.args[-1]
    gap = f",\n{file.indent(file.start(last))}" if file.begins_line(file.start(last)) else ", "
    return [*imports.edits(), file.insert(file.end(last), f"{gap}{text}")]


def _in_field(file: PythonFile, node: Member, given: str) -> list[Edit]:
    """Return the edits that give a ``Field`` its ``foreign_key``."""
    field, text = field_call(node), f"foreign_key={given}"
    if field is not None:
        _refuse_more(field)
        if keyword(field, "foreign_key"):
            raise RefusedError("its `foreign_key` is one that could not be read")
        return [file.add_argument(field, text)]
    if not isinstance(node, ast.AnnAssign) or _is_mapped(node.annotation):
        raise RefusedError("it is declared without a `Field`: declare the foreign key by hand")
    imports = Imports(file, file.start(node))
    name = imports.name("Field", "sqlmodel")
    if node.value is None:
        return [*imports.edits(), file.insert(file.end(node.annotation), f" = {name}({text})")]
    if not isinstance(node.value, _PLAIN):
        raise RefusedError("its default is made by something that may be no default: declare the foreign key by hand")
    start, end = file.start(node.value), file.end(node.value)
    return [*imports.edits(), file.insert(start, f"{name}(default="), file.insert(end, f", {text})")]


def _is_mapped(annotation: ast.expr) -> bool:
    return isinstance(annotation, ast.Subscript) and _name(annotation.value).startswith("Mapped")


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _refuse_more(call: ast.Call) -> None:
    """Raise RefusedError where a call takes what cannot be seen, or a foreign key already."""
    if any(each.arg is None for each in call.keywords) or any(isinstance(each, ast.Starred) for each in call.args):
        raise RefusedError("it takes options from elsewhere, which may hold a foreign key: declare that by hand")
    if any(called(each) == "ForeignKey" for each in ast.walk(call) if isinstance(each, ast.expr)):
        raise RefusedError("it has a `ForeignKey` that could not be read")
