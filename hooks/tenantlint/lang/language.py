"""What the evaluator asks of its surroundings. Only type checkers import this: making a Protocol takes time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from tenantlint.lang import ir
    from tenantlint.lang.evaluate import Evaluator
    from tenantlint.lang.values import Module, Scope, Value
    from tenantlint.schema import Maybe
    from tenantlint.source import Location


class Loader(Protocol):
    """Where the evaluator gets modules from."""

    def fragment(self, path: str) -> ir.Fragment | None:
        """Return the Fragment of a project file, None where it cannot be read."""
        ...


class Language(Protocol):
    """What one language does its own way."""

    undefined: Value

    def resolve(self, module: str, level: int, importer: str) -> str | None:
        """Return the path of the project file that an import means, None where it is outside the project."""
        ...

    def external(self, module: str, name: str | None) -> Value:
        """Return the value of a name (None: the module) imported from outside the project."""
        ...

    def missing_member(self, evaluator: Evaluator, module: Module, name: str) -> Value:
        """Return a member that ``module`` does not bind (Python: a submodule), or MISSING."""
        ...

    def builtin(self, name: str) -> Value:
        """Return a global name of the language, or MISSING."""
        ...

    def attribute(self, evaluator: Evaluator, value: Value, name: str) -> Value:
        """Return ``value.name`` for a constant, list, map or function."""
        ...

    def item(self, evaluator: Evaluator, value: Value, key: Value) -> Value:
        """Return ``value[key]`` for a constant, list, map or function."""
        ...

    def truth(self, value: Value) -> Maybe[bool]:
        """Return whether ``value`` counts as true."""
        ...

    def unary(self, op: str, value: Value) -> Value:
        """Return the result of a prefix operator on a known value."""
        ...

    def binary(self, op: str, left: Value, right: Value) -> Value:
        """Return the result of an infix operator that always evaluates both sides."""
        ...

    def iterate(self, value: Value) -> list[Value] | None:
        """Return the items that a loop over ``value`` sees, None where they are not all known."""
        ...

    def template(self, evaluator: Evaluator, parts: list[Value], at: Location) -> Value:
        """Return the value of an f-string or an untagged template literal."""
        ...

    def tagged(self, evaluator: Evaluator, tag: Value, parts: list[Value], at: Location) -> Value:
        """Return the value of a tagged template literal; literal text comes as ``ir.Const``."""
        ...

    def define_function(self, evaluator: Evaluator, node: ir.FuncDef, scope: Scope) -> Value:
        """Return the value that a named function binds, its decorators applied."""
        ...

    def define_class(self, evaluator: Evaluator, node: ir.ClassDef, scope: Scope) -> Value:
        """Return the value that a class statement binds."""
        ...
