"""Renames a table: its ``__tablename__``, and the strings that name the table."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Final

from tenantlint.lang.lowering import RefusedError
from tenantlint.lang.sqlmodel.editing import PythonFile
from tenantlint.lang.sqlmodel.inference import last_name
from tenantlint.lang.sqlmodel.rename.edits import FileEdits
from tenantlint.lang.sqlmodel.rename.file import members
from tenantlint.lang.sqlmodel.rename.strings import SQL, docstrings, is_revision
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from tenantlint.change import RenameTable, Use
    from tenantlint.edit import Edit
    from tenantlint.lang.lowering import Lowering
    from tenantlint.lang.sqlmodel.rename.code import Code
    from tenantlint.lang.sqlmodel.rename.file import CodeFile, ProjectClass
    from tenantlint.schema import Table

_RELATED: Final = frozenset({"primaryjoin", "secondaryjoin", "foreign_keys", "remote_side", "order_by", "secondary"})


def renamed_table(code: Code, change: RenameTable, context: Lowering) -> tuple[list[Edit], list[Use]]:
    """Return the edits that rename a table, and the uses left to a reader. Raises RefusedError."""
    table = context.table(change.table_id)
    if table is None or not isinstance(table.name, str):
        raise RefusedError("the table, or its name, is not known any more")
    if not table.mapped:
        raise RefusedError("the table is made by calling `Table`, without a class")
    for other in context.schema:
        if other.orm == "sqlmodel" and other.schema in (table.schema, UNKNOWN) and other.name == change.new_name:
            raise RefusedError(f"`{other.symbol}` has the table `{change.new_name}` already")
    owner = code.class_at(table.at, table.symbol.rpartition(".")[2])
    if owner is None:
        raise RefusedError(f"the class `{table.symbol}` is not found in a file that can be read")
    edits, unresolved = _declared(code, owner, table.name, change.new_name), []
    for path in code.mentioning([table.name]):
        file = code.file(path)
        if file is not None:
            found = _Names(file, table, change.new_name, context).run()
            edits += found.edits
            unresolved += found.unresolved
    return edits, unresolved


def _declared(code: Code, owner: ProjectClass, old: str, new: str) -> list[Edit]:
    """Return the edits that give a class another ``__tablename__``."""
    file = code.file(owner.path)
    assert file is not None
    found = list(members(owner.node.body, "__tablename__"))
    if not found:
        text = PythonFile(file.source)
        return [text.add_member(owner.node, None, f"__tablename__ = {text.quoted(new)}")]
    node = found[0]
    value = node.value if isinstance(node, (ast.Assign, ast.AnnAssign)) else None
    if len(found) > 1 or not isinstance(value, ast.Constant) or value.value != old:
        raise RefusedError("its `__tablename__` is made by code that is not understood")
    result = FileEdits(file)
    result.whole(value, old, new)
    if result.unresolved:
        raise RefusedError("its `__tablename__` is written in an unusual way")
    return result.edits


class _Names:
    """Finds the names of a table in the strings of one file."""

    def __init__(self, file: CodeFile, table: Table, new: str, context: Lowering) -> None:
        self.file = file
        self.table = table
        self.old = str(table.name)
        self.new = new
        self.context = context
        self.result = FileEdits(file)
        self.result.seen |= docstrings(file.nodes)

    def run(self) -> FileEdits:
        """Return what was found."""
        for node in self.file.nodes:
            if isinstance(node, ast.Call):
                self._call(node)
            elif isinstance(node, ast.ClassDef):
                self._skip_names(node)
        if not is_revision(self.file.tree):
            for node in self.file.nodes:
                if isinstance(node, ast.Constant) and self.result.see(node):
                    self._other(node)
        return self.result

    def _skip_names(self, node: ast.ClassDef) -> None:
        """Leave out the names that classes give their tables."""
        for member in members(node.body, "__tablename__"):
            self.result.seen |= {id(each) for each in ast.walk(member)}

    def _call(self, node: ast.Call) -> None:
        name = last_name(node.func)
        given = {each.arg: each.value for each in node.keywords}
        if name == "ForeignKey":
            self._foreign_keys(node.args[:1])
        elif name == "ForeignKeyConstraint":
            self._foreign_keys([*node.args[1:2], *([given["refcolumns"]] if "refcolumns" in given else [])])
        if "foreign_key" in given:
            self._foreign_keys([given["foreign_key"]])
        options = given.get("sa_relationship_kwargs")
        for key, value in _entries(options) if isinstance(options, ast.Dict) else given.items():
            if key in _RELATED and (options is not None or "elationship" in name):
                self._expressions(value)

    def _foreign_keys(self, nodes: list[ast.expr]) -> None:
        pattern = f"(?<!\\w)({re.escape(self.old)})(?=\\.\\w+$)"
        for node in (each for given in nodes for each in ast.walk(given)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and self.result.see(node):
                path = node.value.rpartition(".")[0]
                if path not in (self.old, self.table.qualified_name):
                    continue
                if self._is_ours(path):
                    raw = f"(?<!\\w)({re.escape(self.old)})(?=\\.\\w+)"
                    self.result.literal(node, raw if re.search(pattern, node.value) else pattern, self.old, self.new)
                else:
                    self.result.give_up(node, f"the foreign key `{node.value}`")

    def _is_ours(self, name: str) -> bool:
        """Return whether foreign keys of the file mean this table, where several have its name."""
        others = {
            table.id
            for table in self.context.schema
            if name in (table.name, table.qualified_name) and table.id != self.table.id and table.orm == "sqlmodel"
        }
        keys = [key for table in self.context.schema if table.at.path == self.file.path for key in table.foreign_keys]
        return not others or not any(key.target_id in others for key in keys)

    def _expressions(self, node: ast.expr) -> None:
        for each in ast.walk(node):
            if isinstance(each, ast.Constant) and isinstance(each.value, str) and self.result.see(each):
                if each.value == self.old:
                    self.result.whole(each, self.old, self.new)
                elif re.search(f"(?<![\\w.]){re.escape(self.old)}\\.c\\.", each.value):
                    pattern = f"(?<![\\w.])({re.escape(self.old)})\\.c\\."
                    self.result.literal(each, pattern, self.old, self.new)

    def _other(self, node: ast.Constant) -> None:
        value = node.value
        if isinstance(value, str) and self.old in value:
            is_sql = re.search(SQL, value) and re.search(f"(?<!\\w){re.escape(self.old)}(?!\\w)", value)
            if value == self.old:
                self.result.give_up(node, f"the string `{value}`")
            elif is_sql:
                self.result.give_up(node, f"SQL with `{self.old}`")


def _entries(node: ast.Dict) -> list[tuple[str | None, ast.expr]]:
    pairs = zip(node.keys, node.values, strict=True)
    return [(key.value, value) for key, value in pairs if isinstance(key, ast.Constant) and isinstance(key.value, str)]
