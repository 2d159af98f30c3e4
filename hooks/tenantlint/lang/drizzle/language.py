"""JavaScript for the shared evaluator."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenantlint.lang.drizzle import builtins, sqltext
from tenantlint.lang.drizzle.fresh import fresh_of
from tenantlint.lang.drizzle.values import UNDEFINED
from tenantlint.lang.evaluate import Evaluator
from tenantlint.lang.values import MISSING, External, FuncValue, ListValue, Native, Value
from tenantlint.schema import UNKNOWN, Maybe

if TYPE_CHECKING:
    from tenantlint.lang import ir
    from tenantlint.lang.drizzle.library import Library
    from tenantlint.lang.drizzle.resolve import Resolver
    from tenantlint.lang.values import Arguments, Module, Scope
    from tenantlint.source import Location


class JavaScriptEvaluator(Evaluator):
    """The shared evaluator, which also notes what goes into functions that are not known."""

    language: JavaScript

    def member(self, module: Module, name: str) -> Value:
        """Return what a module exports as ``name``, MISSING where it exports no such name."""
        if name in module.exports:
            return super().member(module, name)
        key = (module.path, name)
        if name == "default" or key in self._lookups:
            return MISSING
        self._lookups.add(key)
        try:
            return self._from_stars(module, name)
        finally:
            self._lookups.discard(key)

    def call(self, function: Value, args: Arguments, at: Location) -> Value:
        """Return the result of calling ``function`` from the place ``at``."""
        if not isinstance(function, (FuncValue, Native)) or isinstance(function, External):
            self.language.library.escape(args)
        return super().call(function, args, at)


class JavaScript:
    """What the evaluator asks about JavaScript: see ``lang/language.py``."""

    undefined: Value = UNDEFINED

    def __init__(self, resolver: Resolver, library: Library) -> None:
        self.resolver = resolver
        self.library = library

    def resolve(self, module: str, level: int, importer: str) -> str | None:
        """Return the project file that an import means, None where it is outside the project."""
        return self.resolver.resolve(module, importer)

    def external(self, module: str, name: str | None) -> Value:
        """Return what is imported from outside the project."""
        return self.library.export(module, name)

    def missing_member(self, evaluator: Evaluator, module: Module, name: str) -> Value:
        """Return MISSING: JavaScript modules have no submodules."""
        return MISSING

    def builtin(self, name: str) -> Value:
        """Return a global; those that are not modelled are unknown, not missing."""
        return builtins.GLOBALS.get(name, UNKNOWN)

    def attribute(self, evaluator: Evaluator, value: Value, name: str) -> Value:
        """Return ``value.name``."""
        return builtins.attribute(value, name)

    def item(self, evaluator: Evaluator, value: Value, key: Value) -> Value:
        """Return ``value[key]``."""
        return builtins.item(value, key)

    def truth(self, value: Value) -> Maybe[bool]:
        """Return whether a value is truthy."""
        return builtins.truth(value)

    def unary(self, op: str, value: Value) -> Value:
        """Return the result of a prefix operator."""
        return builtins.unary(op, value)

    def binary(self, op: str, left: Value, right: Value) -> Value:
        """Return the result of an infix operator."""
        return builtins.binary(op, left, right)

    def iterate(self, value: Value) -> list[Value] | None:
        """Return the items of an array or string, None where they are not all known."""
        if isinstance(value, ListValue):
            return list(value.items) if value.complete else None
        return list(value) if isinstance(value, str) else None

    def template(self, evaluator: Evaluator, parts: list[Value], at: Location) -> Value:
        """Return the string that an untagged template gives."""
        texts = [builtins.to_text(part) for part in parts]
        if UNKNOWN in texts:
            return fresh_of(parts)
        return "".join(text for text in texts if text is not UNKNOWN)

    def tagged(self, evaluator: Evaluator, tag: Value, parts: list[Value], at: Location) -> Value:
        """Return what a tagged template gives: SQL, where the tag is Drizzle's ``sql``."""
        return sqltext.tagged(parts) if tag is sqltext.SQL else UNKNOWN

    def define_function(self, evaluator: Evaluator, node: ir.FuncDef, scope: Scope) -> Value:
        """Return the function that a declaration binds."""
        return FuncValue(node.func, scope)

    def define_class(self, evaluator: Evaluator, node: ir.ClassDef, scope: Scope) -> Value:
        """Return UNKNOWN: classes are lowered to objects before."""
        return UNKNOWN
