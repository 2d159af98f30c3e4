"""Finds the uses of a column in one file, and tells those that are certain from those that are not."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Final

from tenantlint.lang.sqlmodel.flow import Flow, assigned
from tenantlint.lang.sqlmodel.inference import Env, Typed, bind, last_name
from tenantlint.lang.sqlmodel.rename.edits import FileEdits
from tenantlint.lang.sqlmodel.rename.file import Outside, ProjectClass, ProjectFunction, members, word_pattern
from tenantlint.lang.sqlmodel.rename.shapes import EITHER, has_alias, in_order, is_fixture, self_of, takes
from tenantlint.lang.sqlmodel.rename.strings import Strings, docstrings, is_revision
from tenantlint.lang.sqlmodel.rename.types import OPEN, CodeTypes, narrowed
from tenantlint.testing import is_test

if TYPE_CHECKING:
    from collections.abc import Callable

    from tenantlint.lang.sqlmodel.rename.file import CodeFile, Function
    from tenantlint.lang.sqlmodel.rename.target import ColumnTarget, Verdict

_ATTRIBUTE_FUNCTIONS: Final = frozenset({"getattr", "setattr", "hasattr", "delattr"})
_JOINS: Final = frozenset({"join", "outerjoin", "select_from", "join_from", "add_entity"})
_PASSING: Final = frozenset({"dict", "partial", "replace"})
_HANDING_ON: Final = frozenset(
    "_replace acreate aupdate build build_batch bulk_create bulk_update construct copy create create_batch dict evolve "
    "filter filter_by from_attributes from_orm get get_or_create make model_construct model_copy model_validate patch "
    "parse_obj partial replace set update update_or_create values with_values".split()
)
"""Methods of libraries whose keyword arguments may be attributes of a row."""
_MAKERS: Final = frozenset({"model_construct", "construct"})
_TAKERS: Final = frozenset({"model_validate", "parse_obj", "sqlmodel_update", "model_copy", "copy", "values"})
_VALIDATORS: Final = frozenset({"field_validator", "field_serializer", "validator", "validates"})


class ColumnUses(Flow):
    """Walks a file and collects edits for the uses of a column. ``takers`` are functions with a parameter so called."""

    def __init__(self, target: ColumnTarget, file: CodeFile, takers: frozenset[str]) -> None:
        self.types: CodeTypes
        super().__init__(CodeTypes(target.code, file.path))
        self.target = target
        self.file = file
        self.takers = takers
        words = {target.old_key, *([target.old_name] if isinstance(target.old_name, str) else [])}
        self._words = word_pattern(words)
        self.result = FileEdits(file)
        self.strings = Strings(target, self.result, is_revision(file.tree))
        self.owner: ProjectClass | None = None
        self._in_body = False
        self._nested = False
        self._enclosing: Env = {}
        self._formatted: dict[int, int | None] = {}

    def run(self) -> FileEdits:
        """Walk the file, and return what was found; what the walk has not reached is left to a reader."""
        self.result.seen |= docstrings(self.file.nodes)
        self.block(self.file.tree.body, {})
        for node in self.file.nodes:
            if id(node) not in self.result.seen:
                self._not_reached(node)
        return self.result

    def _not_reached(self, node: ast.AST) -> None:
        if isinstance(node, ast.Attribute) and self._is_old(node.attr):
            self._unknown_attribute(node)
        elif isinstance(node, ast.keyword) and self._is_old(node.arg):
            self.result.give_up(node, f"the argument `{self.target.old_key}`")
        elif isinstance(node, ast.Constant):
            self.strings.constant(node)

    def _is_old(self, name: str | None) -> bool:
        return name == self.target.old_key and self.target.moves_key

    # Scopes

    def _class(self, node: ast.ClassDef, env: Env) -> None:
        for expression in (*node.decorator_list, *node.bases, *node.keywords):
            self._expression(expression, env)
        cls = self.target.code.cls(self.file.path, node)
        saved = (self.owner, self._in_body, self._enclosing)
        if not self._in_body and self.function_name:
            self._enclosing = env
            env[node.name] = Typed("class", cls.id)
        self.owner, self._in_body = cls, True
        self.strings.in_class = self.target.has(cls.id)
        self.block(node.body, {})
        self.owner, self._in_body, self._enclosing = saved
        self.strings.in_class = self.target.has(self.owner.id) if self.owner is not None else None

    def _function(self, node: Function, env: Env) -> None:
        """Walk a function: in a class, its name may be the attribute's."""
        if not self._mentions(node):
            env[node.name] = None
            return
        is_declared = self._in_body and self.owner is not None and self.owner.id in self.target.declaring
        if is_declared and self._is_old(node.name) and not self._trial:
            self.result.defined(node, self.target.old_key, self.target.new_key)
        super()._function(node, env)

    def _mentions(self, node: Function) -> bool:
        """Return whether a function holds the name at all."""
        start, end = self.file.span(node)
        start = min([start, *(self.file.span(each)[0] for each in node.decorator_list)])
        return self._words.search(self.file.source.data, start, end) is not None

    def body(self, node: Function, inner: Env, outer: Env) -> None:
        """Walk the body of a function, which sees the variables of the functions around it, but not what they are."""
        saved = (self._in_body, self._enclosing)
        around = self._enclosing if self._in_body else outer if self._nested else {}
        self._enclosing = {**self._enclosing, **dict.fromkeys(around)}
        inner = {**dict.fromkeys(self._enclosing), **inner}
        if self._in_body and self.owner is not None:
            inner.update(self_of(node, self.owner))
        if is_test(self.file.path) and (node.name.startswith("test") or is_fixture(node)):
            inner.update(self._fixtures(node))
        self._in_body, nested, self._nested = False, self._nested, True
        self.block(node.body, inner)
        (self._in_body, self._enclosing), self._nested = saved, nested

    def _fixtures(self, node: Function) -> Env:
        """Return what the parameters of a test are."""
        params = [param for param in (*node.args.args, *node.args.kwonlyargs) if param.annotation is None]
        given = node.args.args[:1] if self._in_body else []
        return {param.arg: self.types.fixture(param.arg) for param in params if param not in given}

    def bind_each(self, target: ast.expr, iterable: ast.expr, env: Env, state: Env) -> None:
        """Assign to the target of a loop, ``enumerate`` and ``zip`` among what it runs over."""
        name = last_name(iterable.func) if isinstance(iterable, ast.Call) else ""
        if isinstance(target, ast.Tuple) and isinstance(iterable, ast.Call) and name in ("enumerate", "zip"):
            bind(target, None, state)
            given = iterable.args if name == "zip" else [None, *iterable.args[:1]]
            for item, source in zip(target.elts, given, strict=False):
                bind(item, None if source is None else self.types.element(source, env), state)
        elif isinstance(target, ast.Tuple) and len(target.elts) == 2 and name == "items":
            func = iterable.func if isinstance(iterable, ast.Call) else None
            base = self.types.of(func.value, env) if isinstance(func, ast.Attribute) else None
            bind(target, None, state)
            bind(target.elts[1], Typed("row", base.table) if base is not None and base.kind == "map" else None, state)
        else:
            super().bind_each(target, iterable, env, state)

    # Expressions

    def _if(self, node: ast.If, env: Env) -> None:
        self._expression(node.test, env)
        self._branches((node.body, node.orelse), env, narrowed(self.types, node.test, env))

    def _expression(self, node: ast.AST, env: Env) -> None:
        """Judge an expression and those inside it; behind ``isinstance(x, C) and`` it is known what ``x`` is."""
        if isinstance(node, ast.IfExp):
            self._expression(node.test, env)
            self._expression(node.body, env | narrowed(self.types, node.test, env))
            self._expression(node.orelse, env)
            env.update(dict.fromkeys(assigned(node.body)))
        elif isinstance(node, ast.BoolOp) and isinstance(node.op, ast.And):
            inner = dict(env)
            for value in node.values:
                self._expression(value, inner)
                inner |= narrowed(self.types, value, inner)
            env.update({name: inner.get(name) for name in assigned(node)})
        else:
            super()._expression(node, env)

    def visit(self, node: ast.AST, env: Env) -> None:
        """Judge one expression."""
        name = _VISITORS.get(type(node))
        if name is not None and self.result.see(node):
            judge: Callable[[ast.AST, Env], None] = getattr(self, name)
            judge(node, env)

    def verdict(self, typed: Typed | None) -> Verdict:
        """Return whether the attribute of what has a type is the one that is renamed."""
        if typed is None:
            return "no" if self.strings.is_revision else "maybe"
        if typed.kind not in ("row", "class"):
            return "maybe" if typed.kind == "tuple" else "no"
        found = {self.target.has(each) for each in typed.table.split(EITHER)}
        return found.pop() if len(found) == 1 else "maybe"

    def _attribute(self, node: ast.Attribute, env: Env) -> None:
        if node.attr in (self.target.old_key, self.target.old_name) and self._is_table_column(node, env):
            return
        if not self._is_old(node.attr):
            return
        found = self.verdict(self.types.of(node.value, env))
        if found == "yes":
            self._rename_attribute(node)
        elif found == "maybe":
            self._unknown_attribute(node)

    def _unknown_attribute(self, node: ast.Attribute) -> None:
        if id(node) in self._formatted:
            end = self._formatted[id(node)]
            if end is not None:
                self.result.give_up_at(end - len(node.attr.encode()), end, f"`.{node.attr}` of an unknown object")
            return
        _, end = self.file.span(node)
        self.result.give_up_at(end - len(node.attr.encode()), end, f"`.{node.attr}` of an unknown object")

    def _rename_attribute(self, node: ast.Attribute) -> None:
        old, new = self.target.old_key, self.target.new_key
        if id(node) not in self._formatted:
            self.result.attribute(node, old, new)
            return
        end = self._formatted[id(node)]
        if end is not None:
            self.result.replace(end - len(old.encode()), end, old, new)

    def _is_table_column(self, node: ast.Attribute, env: Env) -> bool:
        """Judge ``X.__table__.c.name``, which is called as in the database; return False for other attributes."""
        of = node.value
        if not (isinstance(of, ast.Attribute) and of.attr in ("c", "columns") and isinstance(of.value, ast.Attribute)):
            return False
        if of.value.attr != "__table__" or self.verdict(self.types.of(of.value.value, env)) != "yes":
            return False
        if self.target.new_name is not None and node.attr == self.target.old_name:
            self.result.attribute(node, node.attr, self.target.new_name)
        return True

    def _joined(self, node: ast.JoinedStr, env: Env) -> None:
        """Find the places of attributes in an f-string before they are judged."""
        self.strings.formatted(node)
        names = [each for each in in_order(node) if self._is_old(each.attr)]
        if names and id(names[0]) not in self._formatted:
            ends = self.result.formatted(node, names, self.target.old_key)
            self._formatted.update({id(each): ends.get(id(each)) for each in names})
            if not ends:
                self.result.give_up(node, f"an f-string with `{self.target.old_key}`")

    def _name(self, node: ast.Name, env: Env) -> None:
        """Rename the declaration, and what the body of the class makes of it."""
        is_declared = self._in_body and self.owner is not None and self.owner.id in self.target.declaring
        if is_declared and self.owner is not None and self._is_old(node.id):
            start, end = self.file.span(node)
            first = next(members(self.owner.node.body, node.id))
            if isinstance(node.ctx, ast.Load) and start < self.file.span(first)[1]:
                self.result.give_up(node, f"`{node.id}`, which the class does not have yet")
                return
            self.result.replace(start, end, self.target.old_key, self.target.new_key)

    def _constant(self, node: ast.Constant, env: Env) -> None:
        self.strings.constant(node)

    def _pattern(self, node: ast.MatchClass, env: Env) -> None:
        for name, pattern in zip(node.kwd_attrs, node.kwd_patterns, strict=True):
            if self._is_old(name):
                found = self.verdict(self.types.of(node.cls, env))
                start, _ = self.file.span(pattern)
                match = re.search(rb"(" + re.escape(name.encode()) + rb")\s*=\s*\(*$", self.file.source.data[:start])
                if found == "yes" and match is not None:
                    self.result.replace(match.start(1), match.end(1), self.target.old_key, self.target.new_key)
                elif found != "no":
                    self.result.give_up(pattern, f"the pattern `{name}`")

    # Calls

    def _call(self, node: ast.Call, env: Env) -> None:
        self.strings.call(node)
        name = last_name(node.func)
        if isinstance(node.func, ast.Attribute) and self._is_old(name):
            self._called(node.func, env)
        if self.target.moves_key:
            if name in _ATTRIBUTE_FUNCTIONS and len(node.args) > 1:
                self._by_string(node.args[1], self.verdict(self.types.of(node.args[0], env)))
            if self._in_body and name in _VALIDATORS and self.owner is not None:
                for argument in node.args:
                    self._by_string(argument, self.target.has(self.owner.id))
            self._dictionaries(node, name, env)
        for keyword in node.keywords:
            if self._is_old(keyword.arg) and self.result.see(keyword):
                self._keyword(node, keyword, env)

    def _called(self, node: ast.Attribute, env: Env) -> None:
        """Leave out a method: the value of a column cannot be called."""
        if self.verdict(self.types.of(node.value, env)) == "maybe":
            self.result.see(node)

    def _by_string(self, node: ast.expr, found: Verdict) -> None:
        is_old = isinstance(node, ast.Constant) and node.value == self.target.old_key
        if is_old and found != "maybe" and isinstance(node, ast.Constant) and self.result.see(node) and found == "yes":
            self.result.whole(node, self.target.old_key, self.target.new_key)

    def _dictionaries(self, node: ast.Call, name: str, env: Env) -> None:
        """Judge the keys of dictionaries that a row or its class is given."""
        typed = self.types.of(node.func, env)
        if typed is not None and typed.kind == "class":
            owner: Typed | None = typed
            given = [each.value for each in node.keywords if each.arg is None]
        elif name in _TAKERS and isinstance(node.func, ast.Attribute):
            base = self.types.of(node.func.value, env)
            owner = Typed("row", base.table) if base is not None and base.kind in ("row", "class", "dml") else None
            given = [*node.args, *(each.value for each in node.keywords if each.arg in (None, "update", "obj"))]
        else:
            return
        found = "maybe" if owner is None else self._constructed(owner)
        for dictionary in given:
            if isinstance(dictionary, ast.Dict):
                for key in dictionary.keys:
                    if key is not None:
                        self._by_string(key, found)

    def _constructed(self, typed: Typed) -> Verdict:
        """Return whether a value for the attribute is given under its name when an object is made."""
        found = self.verdict(typed)
        if found != "yes":
            return found
        lines = (self.target.code.mro(self.target.code.by_id(each))[0] for each in typed.table.split(EITHER))
        return "maybe" if any(has_alias(cls, self.target.old_key) for line in lines for cls in line) else "yes"

    def _keyword(self, node: ast.Call, keyword: ast.keyword, env: Env) -> None:
        found = self._argument(node, env)
        if found == "yes":
            self.result.keyword(keyword, self.target.old_key, self.target.new_key)
        elif found == "maybe":
            self.result.give_up(keyword, f"the argument `{self.target.old_key}` of `{ast.unparse(node.func)[:60]}`")

    def _argument(self, node: ast.Call, env: Env) -> Verdict:
        """Return whether the keyword argument of a call is the attribute."""
        func = node.func
        typed = self.types.of(func, env)
        if typed is not None and typed.kind == "class":
            return "no" if self._own_constructor(typed) else self._of_class(typed)
        if isinstance(func, ast.Attribute):
            base = self.types.of(func.value, env)
            if func.attr in _MAKERS and base is not None and base.kind == "class":
                return self.verdict(base)
            if func.attr == "filter_by":
                return self._filtered(func.value, base)
            if func.attr == "values" and base is not None and base.kind == "dml":
                return self.target.has(base.table)
        return self._of_function(node, env)

    def _of_class(self, typed: Typed) -> Verdict:
        """Judge the argument of a constructor: a class without such a field passes it on, as factories do."""
        line = self.target.code.mro(self.target.code.by_id(typed.table))[0]
        return self._constructed(typed) if any(self.target.declares(cls) for cls in line) else "maybe"

    def _filtered(self, node: ast.expr, base: Typed | None) -> Verdict:
        joins = any(isinstance(each, ast.Attribute) and each.attr in _JOINS for each in ast.walk(node))
        known = base is not None and base.kind in ("select", "query") and not joins
        return self.target.has(base.table) if known and base is not None else "maybe"

    def _of_function(self, node: ast.Call, env: Env) -> Verdict:
        """Judge the argument of a function: it is another thing where the function has such a parameter."""
        given = [self.types.of(argument, env) for argument in node.args]
        if any(each is not None and self.verdict(each) == "yes" for each in given):
            return "maybe"
        root = node.func
        while isinstance(root, ast.Attribute):
            root = root.value
        if not (isinstance(root, ast.Name) and root.id in env):
            found = self.target.code.resolve(self.file.path, node.func)
            if isinstance(found, ProjectFunction):
                return "no" if takes(found.node, self.target.old_key) else "maybe"
            if isinstance(found, Outside):
                return "maybe" if found.name in _PASSING or found.name in OPEN else "no"
        name = last_name(node.func)
        of_library = (
            isinstance(node.func, ast.Attribute) and name not in _HANDING_ON and not self.target.code.binds(name)
        )
        return "no" if of_library or name in self.takers | {"format", "sort"} else "maybe"

    def _own_constructor(self, typed: Typed) -> bool:
        for cls in self.target.code.mro(self.target.code.by_id(typed.table))[0]:
            for found in members(cls.node.body, "__init__"):
                return isinstance(found, ast.FunctionDef) and takes(found, self.target.old_key)
        return False


_VISITORS: Final[dict[type, str]] = {
    ast.Attribute: "_attribute",
    ast.JoinedStr: "_joined",
    ast.Name: "_name",
    ast.Constant: "_constant",
    ast.MatchClass: "_pattern",
    ast.Call: "_call",
}
