"""Gives SQLModel columns points in time: their type has a time zone, and so have the values that code makes."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final

from tenantlint.change import MakeAware, Patch
from tenantlint.lang.lowering import RefusedError
from tenantlint.lang.sqlmodel.editing import called, column_call, column_member, field_call, keyword, opened
from tenantlint.lang.sqlmodel.importing import Imported, Imports, bindings, resolver
from tenantlint.lang.sqlmodel.required import without_none
from tenantlint.lang.text import merged
from tenantlint.lang.times import is_naive, refuse_other_defaults
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenantlint.change import Change
    from tenantlint.edit import Edit
    from tenantlint.lang.lowering import Lowering
    from tenantlint.lang.sqlmodel.editing import PythonFile

UTCNOW: Final = "datetime.datetime.utcnow"
_TYPES: Final = frozenset({"DateTime", "TIMESTAMP"})
_FILLING: Final = frozenset({"default", "default_factory", "onupdate", "insert_default"})


def lower(change: Change, context: Lowering) -> Patch:
    """Return the edits of a MakeAware. Raises RefusedError."""
    assert isinstance(change, MakeAware)
    column = context.column(change.table_id, change.key)
    if column is None:
        raise RefusedError(f"there is no `{change.key}` any more")
    fills = column.default_function == UTCNOW or column.default_call == UTCNOW
    naive = column.type is not UNKNOWN and column.type.startswith("timestamp") and "tz" not in column.type
    if naive and not is_naive(column):
        raise RefusedError("it is no plain time, but holds several")
    if not naive and not fills:
        raise RefusedError("the column holds points in time already")
    file, node = column_member(context.project, column)
    if not isinstance(node, ast.AnnAssign):
        raise RefusedError("the column is declared without a type")
    work = _Work(context, file, node)
    edits = [*work.fillings(fills)]
    if naive:
        refuse_other_defaults(column)
        edits += work.type()
    if not edits:
        raise RefusedError("its times are made elsewhere")
    return Patch(merged([*work.imports.edits(), *edits]))


class _Work:
    """The declaration of one column, which is given aware times."""

    def __init__(self, context: Lowering, file: PythonFile, node: ast.AnnAssign) -> None:
        self.context = context
        self.file = file
        self.node = node
        self.imports = Imports(file, file.start(node))
        self.field = field_call(node)
        self.column = column_call(self.field)

    def type(self) -> list[Edit]:
        """Return the edits that give the column a type with a time zone."""
        file, node = self.file, self.node
        if self.column is not None:
            return [self._zoned(each) for each in self._type_of(self.column)]
        given = keyword(self.field, "sa_type") if self.field else None
        if given is not None:
            return [self._zoned(given.value)]
        annotation = without_none(node.annotation)
        if not isinstance(annotation, ast.Name | ast.Attribute):
            raise RefusedError("its type is not written out as `datetime`")
        text = f"sa_type={self.imports.name('DateTime', 'sqlalchemy', 'sqlmodel')}(timezone=True)"
        if self.field is not None:
            return [file.add_argument(self.field, text)]
        field = self.imports.name("Field", "sqlmodel")
        if node.value is None:
            return [file.insert(file.end(node.annotation), f" = {field}({text})")]
        if isinstance(node.value, ast.Call):
            raise RefusedError("its default is made by a call in the declaration: give it a `Field` first")
        value = f"{field}(default={file.text(node.value)}, {text})"
        return [file.replace(file.start(node.value), file.end(node.value), value)]

    def _type_of(self, column: ast.Call) -> list[ast.expr]:
        given = keyword(column, "type_")
        found = [given.value] if given else [each for each in column.args[:2] if _last_name(each) in _TYPES]
        if len(found) != 1:
            raise RefusedError("the type of its `Column` is made elsewhere")
        return found

    def _zoned(self, node: ast.expr) -> Edit:
        """Return the edit that gives a type of SQLAlchemy its time zone."""
        file = self.file
        if _last_name(node) not in _TYPES or not self._is_of_library(node):
            raise RefusedError("its type is made elsewhere")
        if not isinstance(node, ast.Call):
            return file.insert(file.end(node), "(timezone=True)")
        zone = keyword(node, "timezone")
        given = zone.value if zone else node.args[0] if node.args else None
        if given is None:
            return file.add_argument(node, "timezone=True")
        if isinstance(given, ast.Constant) and given.value is False and len(node.args) < 2:
            return file.replace(file.start(given), file.end(given), "True")
        raise RefusedError("the options of its type are not edited")

    def _is_of_library(self, node: ast.expr) -> bool:
        root: ast.AST = node
        while isinstance(root, ast.Call | ast.Attribute):
            root = root.func if isinstance(root, ast.Call) else root.value
        bound = bindings(self.file).get(getattr(root, "id", ""))
        return bound is not None and bound.module.partition(".")[0] in ("sqlalchemy", "sqlmodel")

    def fillings(self, fills: bool) -> Iterator[Edit]:
        """Yield the edits that let what fills the column give aware times. ``fills`` where its default is naive."""
        given = list(self._given())
        naive = {self.file.text(value) for name, value in given if fills and name != "onupdate"}
        for name, value in given:
            if self.file.text(value) in naive or _is_utcnow(value):
                yield self._aware(value, called_at_once=isinstance(value, ast.Call))
            elif not self._is_aware(value):
                raise RefusedError(f"whether the times that its `{name}` makes have a zone is not certain")

    def _given(self) -> Iterator[tuple[str, ast.expr]]:
        """Yield what fills the column, by the option that it stands in."""
        if self.field is None:
            if self.node.value is not None:
                yield "default", self.node.value
            return
        if self.field.args:
            yield "default", self.field.args[0]
        options = keyword(self.field, "sa_column_kwargs")
        if options is not None:
            if not isinstance(options.value, ast.Dict):
                raise RefusedError("its `sa_column_kwargs` are made elsewhere")
            for key, value in zip(options.value.keys, options.value.values, strict=True):
                if isinstance(key, ast.Constant) and key.value in _FILLING:
                    yield str(key.value), value
        for call in (self.field, self.column):
            for each in call.keywords if call else ():
                if each.arg in _FILLING:
                    yield each.arg, each.value

    def _aware(self, value: ast.expr, called_at_once: bool) -> Edit:
        return self.file.replace(self.file.start(value), self.file.end(value), self._now(called_at_once))

    def _now(self, called_at_once: bool) -> str:
        """Return what makes an aware time: a function of the module that does nothing else, or a lambda."""
        functions = (each for each in self.file.tree.body if isinstance(each, ast.FunctionDef))
        helper = next((each.name for each in functions if self._is_helper(each)), None)
        if helper is not None:
            return f"{helper}()" if called_at_once else helper
        time = self.imports.name("datetime", "datetime")
        if bindings(self.file).get("UTC") == Imported("datetime", 0, "UTC"):
            zone = "UTC"
        else:
            zone = f"{self.imports.name('timezone', 'datetime')}.utc"
        return f"{'' if called_at_once else 'lambda: '}{time}.now({zone})"

    def _is_helper(self, node: ast.FunctionDef) -> bool:
        is_before = self.file.start(node) < self.file.start(self.node)
        return is_before and not node.decorator_list and _makes_aware(node)

    def _is_aware(self, value: ast.expr) -> bool:
        """Return whether a default is no time at all, the database's own, or a time that surely has a zone."""
        if isinstance(value, ast.Constant):
            return value.value is None or value.value is Ellipsis
        if isinstance(value, ast.Lambda):
            return _is_now_with_zone(value.body)
        if isinstance(value, ast.Call):
            return _is_now_with_zone(value) or _is_of_database(value)
        return isinstance(value, ast.Name) and self._names_aware(value.id)

    def _names_aware(self, name: str) -> bool:
        """Return whether a name is that of a function that gives aware times, here or where it is imported from."""
        file, bound = self.file, bindings(self.file).get(name)
        if bound is not None:
            place = resolver(self.context.project).resolve(bound.module, bound.level, file.path)
            if place is None or place not in self.context.project:
                return False
            file, name = opened(self.context.project.source(place)), bound.name
        return any(
            isinstance(each, ast.FunctionDef) and each.name == name and _makes_aware(each) for each in file.tree.body
        )


def _is_utcnow(value: ast.expr) -> bool:
    return any(isinstance(each, ast.Attribute) and each.attr == "utcnow" for each in ast.walk(value))


def _makes_aware(node: ast.FunctionDef) -> bool:
    """Return whether a function takes nothing and returns the current time with its zone, and does nothing else."""
    arguments = node.args
    takes = any((arguments.args, arguments.posonlyargs, arguments.kwonlyargs, arguments.vararg, arguments.kwarg))
    body = [each for each in node.body if not (isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant))]
    returned = body[0].value if len(body) == 1 and isinstance(body[0], ast.Return) else None
    return not takes and returned is not None and _is_now_with_zone(returned)


def _is_now_with_zone(node: ast.expr) -> bool:
    """Return whether an expression is ``datetime.now(UTC)`` or ``datetime.now(timezone.utc)``, nothing around it."""
    if called(node) != "now" or not isinstance(node, ast.Call):
        return False
    zones = [*node.args, *(each.value for each in node.keywords)]
    return len(zones) == 1 and _last_name(zones[0]) in ("UTC", "utc")


def _is_of_database(node: ast.Call) -> bool:
    """Return whether an expression is the database's current time, which has a zone."""
    function = node.func
    of_function = isinstance(function, ast.Attribute) and _last_name(function.value) == "func"
    return of_function and called(node) in ("now", "current_timestamp") and not node.args


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Call):
        node = node.func
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
