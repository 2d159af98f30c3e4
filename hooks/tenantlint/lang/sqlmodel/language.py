"""Python for the shared evaluator."""

from __future__ import annotations

import builtins as python
from typing import TYPE_CHECKING, Final

from tenantlint.lang.sqlmodel import builtins, classes, containers, operators
from tenantlint.lang.sqlmodel.library import LibraryModule
from tenantlint.lang.sqlmodel.objects import SOMETHING, made_of
from tenantlint.lang.values import MISSING, Arguments, External, FuncValue, ModuleValue, Value
from tenantlint.schema import UNKNOWN, Maybe

if TYPE_CHECKING:
    from tenantlint.lang import ir
    from tenantlint.lang.evaluate import Evaluator
    from tenantlint.lang.sqlmodel.library import Library
    from tenantlint.lang.sqlmodel.models import Models
    from tenantlint.lang.sqlmodel.resolve import Resolver
    from tenantlint.lang.values import Module, Scope
    from tenantlint.source import Location


_GLOBALS: Final = frozenset({*dir(python), "__file__", "__path__", "__annotations__"})


class Python:
    """What the evaluator asks about Python: see ``lang/language.py``."""

    undefined: Value = None

    def __init__(self, resolver: Resolver, library: Library, models: Models) -> None:
        self.resolver = resolver
        self.library = library
        self.models = models

    def resolve(self, module: str, level: int, importer: str) -> str | None:
        """Return the project file that an import means, None where it is outside the project."""
        return self.resolver.resolve(module, level, importer)

    def external(self, module: str, name: str | None) -> Value:
        """Return what is imported from outside the project; a builtin is not hidden by an import of all names."""
        found = self.library.export(module, name)
        return MISSING if isinstance(found, LibraryModule) and found.name in _GLOBALS else found

    def missing_member(self, evaluator: Evaluator, module: Module, name: str) -> Value:
        """Return the submodule ``name`` of a package, or MISSING."""
        path = self.resolver.submodule(module.path, name)
        found = evaluator.module(path) if path is not None else None
        return MISSING if found is None else ModuleValue(found)

    def builtin(self, name: str) -> Value:
        """Return a builtin name, or MISSING."""
        found = builtins.BUILTINS.get(name, MISSING)
        return External("builtins", name) if found is MISSING and name in _GLOBALS else found

    def attribute(self, evaluator: Evaluator, value: Value, name: str) -> Value:
        """Return ``value.name``."""
        return containers.attribute(value, name)

    def item(self, evaluator: Evaluator, value: Value, key: Value) -> Value:
        """Return ``value[key]``."""
        return containers.item(value, key)

    def truth(self, value: Value) -> Maybe[bool]:
        """Return whether a value counts as true."""
        return operators.truth(value)

    def unary(self, op: str, value: Value) -> Value:
        """Return the result of a prefix operator."""
        return operators.unary(op, value)

    def binary(self, op: str, left: Value, right: Value) -> Value:
        """Return the result of an infix operator."""
        return operators.binary(op, left, right)

    def iterate(self, value: Value) -> list[Value] | None:
        """Return the items that a loop sees, None where they are not all known."""
        return builtins.iterate(value)

    def template(self, evaluator: Evaluator, parts: list[Value], at: Location) -> Value:
        """Return the string that an f-string gives; where that is not known, it is still no None."""
        texts = [operators.text(part) for part in parts]
        if UNKNOWN not in texts:
            return "".join(text for text in texts if text is not UNKNOWN)
        return made_of(parts) or SOMETHING

    def tagged(self, evaluator: Evaluator, tag: Value, parts: list[Value], at: Location) -> Value:
        """Return UNKNOWN: Python has no tagged templates."""
        return UNKNOWN

    def define_function(self, evaluator: Evaluator, node: ir.FuncDef, scope: Scope) -> Value:
        """Return the function with its decorators applied; a class body is no scope of the functions in it."""
        outer = scope.parent if scope.annotations is not None and scope.parent is not None else scope
        value: Value = FuncValue(node.func, outer)
        for decorator in reversed(node.decorators):
            made = evaluator.evaluate(decorator, scope)
            value = evaluator.call(made, Arguments((value,)), scope.module.place(decorator))
        return value

    def define_class(self, evaluator: Evaluator, node: ir.ClassDef, scope: Scope) -> Value:
        """Return the class that a statement defines."""
        return classes.define_class(evaluator, self.models, node, scope)
