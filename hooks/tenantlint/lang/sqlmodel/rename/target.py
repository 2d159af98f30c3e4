"""What a rename of a column is about: the classes that declare it, those that have it, and what they are called."""

from __future__ import annotations

import ast
import keyword
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from tenantlint.change import Use
from tenantlint.lang.lowering import RefusedError
from tenantlint.lang.sqlmodel.inference import last_name
from tenantlint.lang.sqlmodel.rename.file import Outside, members
from tenantlint.lang.sqlmodel.rename.shapes import json_alias, makes_camel
from tenantlint.names import camel_case
from tenantlint.schema import UNKNOWN
from tenantlint.source import Location
from tenantlint.testing import is_test

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tenantlint.change import RenameColumn
    from tenantlint.lang.lowering import Lowering
    from tenantlint.lang.sqlmodel.rename.code import Code
    from tenantlint.lang.sqlmodel.rename.file import ProjectClass
    from tenantlint.schema import Table

Verdict: TypeAlias = Literal["yes", "no", "maybe"]

_RESERVED: Final = frozenset(
    "config construct copy dict fields from_orm json metadata model_computed_fields model_config model_construct "
    "model_copy model_dump model_dump_json model_extra model_fields model_fields_set model_json_schema "
    "model_parametrized_name model_post_init model_rebuild model_validate model_validate_json model_validate_strings "
    "parse_file parse_obj parse_raw registry schema schema_json sqlmodel_update update_forward_refs validate".split()
)
"""Attributes that SQLAlchemy or Pydantic keep for themselves."""


class ColumnTarget:
    """The column that is renamed.

    ``declaring`` are the classes whose statement for it changes: that of the table's column, those that it is
    inherited from, and those that declare it again. ``tables`` are all tables of the schema that have it from there.
    ``new_name`` is None where the database's name stays.
    """

    def __init__(self, code: Code, change: RenameColumn, context: Lowering) -> None:
        table, column = context.table(change.table_id), context.column(change.table_id, change.key)
        if table is None or column is None:
            raise RefusedError("the column does not exist any more")
        if not table.mapped:
            raise RefusedError("the table is made by calling `Table`, without a class")
        self.code = code
        self.schema = context.schema
        self.old_key, self.new_key = change.key, change.new_key
        self.old_name = column.name
        self.new_name = None if context.pin or change.new_name in (None, column.name) else change.new_name
        own = self._class_of(table)
        self.declaring = {cls.id: cls for cls in self._related(own, table)}
        self._above: set[str] = set()
        self._beside: dict[str, bool] = {}
        self.family = code.derived(self.declaring.values())
        self._above = {base.id for cls in self.family if self.has(cls.id) == "yes" for base in code.mro(cls)[0]}
        self.tables = [each for each in context.schema if self._is_affected(each)]
        self.names = frozenset(cls.node.name for cls in self.family if self.has(cls.id) == "yes")

    @property
    def moves_key(self) -> bool:
        """Whether the attribute gets another name."""
        return self.old_key != self.new_key

    def _class_of(self, table: Table) -> ProjectClass:
        found = self.code.class_at(table.at, table.symbol.rpartition(".")[2])
        if found is None:
            raise RefusedError(f"the class `{table.symbol}` is not found in a file that can be read")
        return found

    def _related(self, own: ProjectClass, table: Table) -> list[ProjectClass]:
        """Return the classes whose declarations belong together: a class, its bases, and all that derive from them."""
        declaring = [cls for cls in self.code.mro(own)[0] if self.declares(cls)]
        if not declaring:
            raise RefusedError(f"`{table.symbol}.{self.old_key}` is not declared in a class that can be read")
        while True:
            family = self.code.derived(declaring)
            above = {base.id: base for cls in family if self.declares(cls) for base in self.code.mro(cls)[0]}
            found = [cls for cls in above.values() if self.declares(cls)]
            if len(found) == len(declaring):
                return found
            declaring = found

    def declares(self, cls: ProjectClass) -> bool:
        """Return whether the body of a class binds the old key."""
        return next(members(cls.node.body, self.old_key), None) is not None

    def has(self, class_id: str) -> Verdict:
        """Return whether the attribute of a class or its objects is the one that is renamed."""
        line, known = self.code.mro(self.code.by_id(class_id))
        for cls in line:
            if self.declares(cls):
                return "yes" if cls.id in self.declaring else "maybe" if self._is_protocol(cls) else "no"
        return "no" if known and class_id not in self._above else "maybe"

    def is_ours(self, name: str, user: str) -> Verdict:
        """Return whether a table's name (``schema.name`` too) in the file ``user`` means one that has the column."""
        ours = {table.id for table in self.tables if name in (table.name, table.qualified_name)}
        others = {table.id for table in self.schema if name in (table.name, table.qualified_name)} - ours
        if not ours or not others:
            return "yes" if ours else "no"
        keys = (key for table in self.schema if table.at.path == user for key in table.foreign_keys)
        targets = {key.target_id for key in keys if key.target_id in ours | others}
        if targets <= ours:
            return "yes" if targets else "maybe"
        return "no" if targets <= others else "maybe"

    @property
    def is_ambiguous(self) -> bool:
        """Whether another table's class has the name of one that has the column."""
        ids = {table.id for table in self.tables}
        return any(table.symbol in self.names and table.id not in ids for table in self.schema)

    def _is_protocol(self, cls: ProjectClass) -> bool:
        return any(isinstance(base, Outside) and base.name == "Protocol" for base in self.code.bases(cls))

    def mirrors(self) -> list[Use]:
        """Return the fields of the same name in other classes, no tables, that some file knows beside the column's."""
        tables = {(table.at.path, table.symbol) for table in self.schema}
        found: list[Use] = []
        for path in self.code.mentioning([self.old_key]):
            file = self.code.file(path)
            for cls in self.code.classes_in(path):
                is_other = self.declares(cls) and self.has(cls.id) != "yes" and (path, cls.node.name) not in tables
                if is_other and file is not None and self._is_known_beside(cls.node.name):
                    statement = next(members(cls.node.body, self.old_key))
                    start, _ = file.span(statement)
                    at = Location(path, start, start + len(self.old_key.encode()))
                    found.append(Use(f"`{cls.node.name}.{self.old_key}`, which may stand for it", at))
        return found

    def schemas(self) -> list[Use]:
        """Return the classes that are no tables, nor bases of any, and have the column's field: their JSON changes."""
        of_tables = {base.id for table in self.tables for base in self.code.mro(self._class_of(table))[0]}
        found: list[Use] = []
        for cls in self.family:
            shown = self.has(cls.id) == "yes" and cls.id not in of_tables and not is_test(cls.path)
            file = self.code.file(cls.path)
            if shown and file is not None and not self._keeps_json(cls):
                start, _ = file.span(cls.node)
                what = f"the JSON key `{self.old_key}` of `{cls.node.name}`, which clients may read"
                found.append(Use(what, Location(cls.path, start, start + len(b"class"))))
        return found

    def _keeps_json(self, cls: ProjectClass) -> bool:
        """Return whether an alias keeps the key in JSON."""
        line = self.code.mro(cls)[0]
        own = next((each for each in line if self.declares(each)), cls)
        if json_alias(own, self.old_key):
            return True
        camel = camel_case(self.old_key) == camel_case(self.new_key)
        return camel and any(makes_camel(each) for each in line)

    def _is_known_beside(self, name: str) -> bool:
        if name not in self._beside:
            own = set(self.code.mentioning(self.names))
            self._beside[name] = any(path in own for path in self.code.mentioning([name]))
        return self._beside[name]

    def _is_affected(self, table: Table) -> bool:
        if table.orm != "sqlmodel" or not table.mapped or all(each.key != self.old_key for each in table.columns):
            return False
        cls = self.code.class_at(table.at, table.symbol.rpartition(".")[2])
        return cls is not None and self.has(cls.id) == "yes"

    def check(self) -> None:
        """Raise RefusedError where the new names cannot be had."""
        if self.moves_key:
            check_key(self.new_key)
            for cls in self.family:
                self._check_class(cls)
            for cls in self.declaring.values():
                self._check_statements(cls)
        for table in self.tables:
            self._check_table(table)

    def _check_statements(self, cls: ProjectClass) -> None:
        for node in members(cls.node.body, self.old_key):
            if isinstance(node, ast.ClassDef) or (
                isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
                and not any(last_name(each) == "declared_attr" for each in _without_calls(node.decorator_list))
            ):
                raise RefusedError(f"`{cls.node.name}` declares `{self.old_key}` as a method or class too")
        if any(isinstance(node, ast.Name) and node.id == self.new_key for node in ast.walk(cls.node)):
            raise RefusedError(f"`{cls.node.name}` uses the name `{self.new_key}` for something else")

    def _check_class(self, cls: ProjectClass) -> None:
        if self.has(cls.id) != "yes":
            return
        for base in self.code.mro(cls)[0]:
            if next(members(base.node.body, self.new_key), None) is not None:
                raise RefusedError(f"`{base.node.name}` has a `{self.new_key}` already")

    def _check_table(self, table: Table) -> None:
        keys = {each.key for each in table.columns} | {each.name for each in table.relations}
        if self.moves_key and self.new_key in keys:
            raise RefusedError(f"`{table.symbol}` has a `{self.new_key}` already")
        if self.new_name is None:
            return
        names = {each.name for each in table.columns if each.key != self.old_key}
        if self.new_name in names:
            raise RefusedError(f"the table of `{table.symbol}` has a column `{self.new_name}` already")
        if UNKNOWN in {each.name for each in table.columns}:
            raise RefusedError(f"not all names of the columns of `{table.symbol}` are known")


def _without_calls(nodes: Iterable[ast.expr]) -> Iterator[ast.expr]:
    for node in nodes:
        yield node
        if isinstance(node, ast.Attribute):
            yield node.value  # declared_attr.directive


def check_key(name: str) -> None:
    """Raise RefusedError where an attribute cannot have a name."""
    if not name.isidentifier():
        raise RefusedError(f"`{name}` is no name in Python")
    if keyword.iskeyword(name):
        raise RefusedError(f"`{name}` is a keyword of Python")
    if name.startswith("_"):
        raise RefusedError(f"`{name}` begins with an underscore, and so would be no field")
    if name in _RESERVED:
        raise RefusedError(f"`{name}` is an attribute that SQLAlchemy or Pydantic keeps for itself")
