"""The name of a column in the database, where its declaration says it."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final

from tenantlint.lang.lowering import RefusedError
from tenantlint.lang.sqlmodel.editing import PythonFile, called, keyword
from tenantlint.lang.sqlmodel.importing import Imports
from tenantlint.lang.sqlmodel.rename.edits import FileEdits
from tenantlint.lang.sqlmodel.rename.file import Outside, ProjectClass, Variable, members
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenantlint.edit import Edit
    from tenantlint.lang.sqlmodel.rename.file import CodeFile
    from tenantlint.lang.sqlmodel.rename.target import ColumnTarget

_DEPTH: Final = 8
_COLUMNS: Final = ("Column", "mapped_column")


def name_edits(target: ColumnTarget) -> list[Edit]:
    """Return the edits of declarations that give the column its name in the database, or keep it.

    Raises RefusedError where that cannot be done for certain.
    """
    edits: list[Edit] = []
    for cls in _declaring(target):
        file = target.code.file(cls.path)
        assert file is not None
        for node in members(cls.node.body, target.old_key):
            edits += _Declaration(target, file, node).edits()
    return edits


def _declaring(target: ColumnTarget) -> list[ProjectClass]:
    """Return the classes that declare the column for a table."""
    found: dict[str, ProjectClass] = {}
    for table in target.tables:
        own = target.code.class_at(table.at, table.symbol.rpartition(".")[2])
        line = [] if own is None else target.code.mro(own)[0]
        found |= {cls.id: cls for cls in [each for each in line if target.declares(each)][:1]}
    return list(found.values())


class _Declaration:
    """One statement that declares the column."""

    def __init__(self, target: ColumnTarget, file: CodeFile, node: ast.stmt) -> None:
        self.target = target
        self.file = file
        self.node = node
        self.text = PythonFile(file.source)
        self.result = FileEdits(file)
        self.more: list[Edit] = []

    def edits(self) -> list[Edit]:
        """Return the edits of the statement."""
        column, field = self._column(), self._field()
        if column is not None:
            self._name_in_column(column)
        elif field is not None:
            self._name_in_field(field)
        elif self._needs_name():
            self._wrap()
        if self.result.unresolved:
            raise RefusedError("its name in the database is written in an unusual way")
        return [*self.result.edits, *self.more]

    # What the statement is

    def _value(self) -> ast.expr | None:
        return self.node.value if isinstance(self.node, (ast.Assign, ast.AnnAssign)) else None

    def _column(self) -> ast.Call | None:
        """Return the call of ``Column`` that makes the column."""
        if isinstance(self.node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            returned = [each.value for each in ast.walk(self.node) if isinstance(each, ast.Return)]
            if len(returned) == 1 and isinstance(returned[0], ast.Call) and called(returned[0]) in _COLUMNS:
                return returned[0]
            raise RefusedError("the function that makes the column is not understood")
        value = self._value()
        if isinstance(value, ast.Call) and called(value) in _COLUMNS:
            return value
        field = self._field()
        given = None if field is None else keyword(field, "sa_column")
        if given is None:
            return None
        if isinstance(given.value, ast.Call) and called(given.value) in _COLUMNS:
            return given.value
        if self._needs_name():
            raise RefusedError("its `sa_column` is made elsewhere")
        return None

    def _field(self) -> ast.Call | None:
        """Return the call of ``Field`` whose options make the column."""
        found = list(self._fields())
        if len(found) > 1:
            raise RefusedError("its declaration has more than one `Field`")
        if found and not self._is_of_sqlmodel(found[0]) and self._needs_name():
            raise RefusedError("its `Field` is not that of SQLModel")
        return found[0] if found else None

    def _fields(self) -> Iterator[ast.Call]:
        value = self._value()
        if isinstance(value, ast.Call) and called(value) == "Field":
            yield value
        annotation = self.node.annotation if isinstance(self.node, ast.AnnAssign) else None
        for node in ast.walk(annotation) if annotation is not None else ():
            if isinstance(node, ast.Call) and called(node) == "Field":
                yield node

    def _is_of_sqlmodel(self, field: ast.Call) -> bool:
        found = self.target.code.resolve(self.file.path, field.func)
        return isinstance(found, Outside) and found.module.partition(".")[0] == "sqlmodel"

    # What it is to say

    def _is_implicit(self) -> bool:
        return self.target.old_name == self.target.old_key

    def _wanted(self) -> str:
        """Return the name that the column is to have in the database."""
        wanted = self.target.new_name or self.target.old_name
        if wanted is UNKNOWN:
            raise RefusedError("its name in the database is not known")
        return wanted

    def _needs_name(self) -> bool:
        """Return whether the statement is to say a name that it does not say now."""
        if self.target.old_name is UNKNOWN:
            return False  # something names it already
        if not self._is_implicit() and self.target.new_name is not None:
            raise RefusedError("its name in the database is made by code that is not understood")
        return self._is_implicit() and self._wanted() != self.target.new_key

    def _rename(self, node: ast.expr) -> None:
        """Change the name in the database where the statement says it."""
        new = self.target.new_name
        if new is None:
            return
        if not isinstance(node, ast.Constant) or node.value != self.target.old_name:
            raise RefusedError("its name in the database is made by code that is not understood")
        self.result.whole(node, str(node.value), new)

    # Column and Field

    def _name_in_column(self, call: ast.Call) -> None:
        given = keyword(call, "name")
        first = call.args[0] if call.args else None
        if given is not None:
            self._rename(given.value)
        elif isinstance(first, ast.Constant) and isinstance(first.value, str):
            self._rename(first)
        elif self._needs_name():
            if isinstance(first, ast.Starred) or any(each.arg is None for each in call.keywords):
                raise RefusedError("the arguments of its `Column` are not all to be seen")
            self._insert_first(call)

    def _insert_first(self, call: ast.Call) -> None:
        arguments: list[ast.expr | ast.keyword] = [*call.args, *call.keywords]
        name = self.text.quoted(self._wanted())
        if not arguments:
            self.more.append(self.text.insert(self.text.end(call) - 1, name))
            return
        start = min(self.text.start(each) for each in arguments)
        apart = f",\n{self.text.indent(start)}" if self.text.begins_line(start) else ", "
        self.more.append(self.text.insert(start, f"{name}{apart}"))

    def _name_in_field(self, call: ast.Call) -> None:
        given = keyword(call, "sa_column_kwargs")
        if given is not None:
            self._name_in_options(given.value)
        elif self._needs_name():
            if any(each.arg is None for each in call.keywords):
                raise RefusedError("the arguments of its `Field` are not all to be seen")
            self.more.append(self.text.add_argument(call, self._options()))

    def _options(self) -> str:
        return f"sa_column_kwargs={{{self._entry()}}}"

    def _entry(self) -> str:
        return f"{self.text.quoted('name')}: {self.text.quoted(self._wanted())}"

    def _name_in_options(self, node: ast.expr) -> None:
        if isinstance(node, ast.Dict) and None not in node.keys:
            keys = [key for key in node.keys if key is not None]
            values = {getattr(key, "value", None): value for key, value in zip(keys, node.values, strict=True)}
            if "name" in values:
                self._rename(values["name"])
            elif self._needs_name():
                self.more.append(self.text.append(node.values, self.text.end(node) - 1, self._entry()))
        elif isinstance(node, ast.Call) and called(node) == "dict" and all(each.arg for each in node.keywords):
            given = keyword(node, "name")
            if given is not None:
                self._rename(given.value)
            elif self._needs_name():
                self.more.append(self.text.add_argument(node, f"name={self.text.quoted(self._wanted())}"))
        elif self._needs_name() or self.target.new_name is not None:
            raise RefusedError("its `sa_column_kwargs` are made elsewhere")

    # A statement without either

    def _wrap(self) -> None:
        """Give the statement a ``Field``."""
        if not isinstance(self.node, ast.AnnAssign):
            raise RefusedError("it is not declared with an annotation")
        self._refuse_hidden(self.node)
        imports = Imports(self.text, self.text.start(self.node))
        field = imports.name("Field", "sqlmodel")
        value = self.node.value
        if value is None:
            end = self.text.end(self.node)
            self.more.append(self.text.insert(end, f" = {field}({self._options()})"))
        else:
            start, end = self.text.start(value), self.text.end(value)
            self.more.append(self.text.insert(start, f"{field}(default="))
            self.more.append(self.text.insert(end, f", {self._options()})"))
        self.more += imports.edits()

    def _refuse_hidden(self, node: ast.AnnAssign) -> None:
        """Refuse where a ``Field`` may stand elsewhere: behind a name for a type, or in a function."""
        if self._says_more(self.file.path, node.annotation):
            raise RefusedError("its type is declared elsewhere, and may say more of the column")
        if node.value is not None and self._may_be_field(self.file.path, node.value):
            raise RefusedError("what is assigned to it is made elsewhere, and may say more of the column")

    def _says_more(self, path: str, annotation: ast.expr, depth: int = 0) -> bool:
        """Return whether a type is a name for one that holds a call, such as that of ``Field``."""
        names = [each for each in ast.walk(annotation) if isinstance(each, (ast.Name, ast.Attribute))]
        found = [self.target.code.resolve(path, each) for each in names]
        return depth > _DEPTH or any(
            any(isinstance(inner, ast.Call) for inner in ast.walk(each.value))
            or self._says_more(each.path, each.value, depth + 1)
            for each in found
            if isinstance(each, Variable)
        )

    def _may_be_field(self, path: str, value: ast.expr, depth: int = 0) -> bool:
        """Return whether a value may be what ``Field`` returns."""
        code = self.target.code
        if isinstance(value, ast.Call):
            found = code.resolve(path, value.func)
            return not isinstance(found, (Outside, ProjectClass)) or (
                isinstance(found, Outside) and "Field" in found.name
            )
        if isinstance(value, ast.Attribute) and isinstance(code.resolve(path, value.value), ProjectClass):
            return False
        if not isinstance(value, (ast.Name, ast.Attribute)):
            return False
        found = code.resolve(path, value)
        if isinstance(found, Variable):
            return depth > _DEPTH or self._may_be_field(found.path, found.value, depth + 1)
        return not isinstance(found, (Outside, ProjectClass))
