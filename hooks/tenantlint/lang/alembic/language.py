"""Python as migrations use it: what is not known keeps telling where it comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.lang.alembic.answers import (
    HOLE,
    Answer,
    Handle,
    PartialText,
    as_text,
    formatted,
    joined,
    percent,
    strongest,
    text_of,
)
from tenantlint.lang.alembic.lowering import BREAK
from tenantlint.lang.sqlmodel import operators
from tenantlint.lang.sqlmodel.builtins import applied, plain
from tenantlint.lang.sqlmodel.language import Python
from tenantlint.lang.sqlmodel.objects import Descriptor
from tenantlint.lang.values import MISSING, Arguments, Builtin, FuncValue, Value
from tenantlint.schema import UNKNOWN, Maybe

if TYPE_CHECKING:
    from collections.abc import Callable

    from tenantlint.lang import ir
    from tenantlint.lang.evaluate import Evaluator
    from tenantlint.lang.values import Scope
    from tenantlint.source import Location


def _hasattr(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    """Tell whether a known object has an attribute; of a connection, that it has a dialect."""
    if isinstance(args.get(0), Handle) and args.get(1) in ("dialect", "engine", "execute"):
        return True
    return strongest(args.get(0)) or UNKNOWN


def _pure(function: Callable[..., object]) -> Builtin:
    """Return a builtin that calls a pure Python function with plain arguments, also named ones."""

    def call(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
        named = {name: plain(value) for name, value in args.named.items()}
        if not args.complete or MISSING in named.values():
            return UNKNOWN
        return applied(lambda *values: function(*values, **named), *map(plain, args.positional))

    return Builtin(call)


_BUILTINS: Final = {
    "any": _pure(any),
    "all": _pure(all),
    "hasattr": Builtin(_hasattr),
    "enumerate": _pure(lambda values, start=0: list(enumerate(values, start))),
    "zip": _pure(lambda *values, strict=False: list(zip(*values, strict=strict))),
    "sorted": _pure(sorted),
}
_OF_ALEMBIC: Final = frozenset(
    "op context config operations script runtime autogenerate ddl util command migration environment".split()
)


class MigrationPython(Python):
    """Python with answers and texts that are known in part."""

    def resolve(self, module: str, level: int, importer: str) -> str | None:
        """Return the project file that an import means: never one for Alembic, whose name a folder often has."""
        parts = module.split(".")
        if not level and parts[0] == "alembic" and (len(parts) == 1 or parts[1] in _OF_ALEMBIC):
            return None
        return super().resolve(module, level, importer)

    def builtin(self, name: str) -> Value:
        """Return a builtin name, or MISSING."""
        if name in ("globals", "locals", "vars", "exec", "eval", "__import__"):
            from tenantlint.lang.alembic.connection import Unseen

            return Unseen() if name in ("exec", "eval") else Builtin(lambda evaluator, args, at: Unseen())
        return _BUILTINS.get(name) or super().builtin(name)

    def define_function(self, evaluator: Evaluator, node: ir.FuncDef, scope: Scope) -> Value:
        """Return the function; a decorator that is not read is taken to call it."""
        made = super().define_function(evaluator, node, scope)
        if isinstance(made, (FuncValue, Descriptor)) or not node.decorators:
            return made
        return FuncValue(node.func, scope)

    def template(self, evaluator: Evaluator, parts: list[Value], at: Location) -> Value:
        """Return the string that an f-string gives, with holes for what is not known."""
        texts = [text_of(part) if text_of(part) is not None else operators.text(part) for part in parts]
        return as_text("".join(text if isinstance(text, str) else HOLE for text in texts))

    def attribute(self, evaluator: Evaluator, value: Value, name: str) -> Value:
        """Return ``value.name``; the methods of strings that put others in keep holes."""
        if isinstance(value, str) and name == "format":
            return Builtin(lambda evaluator, args, at: formatted(value, args))
        if isinstance(value, str) and name == "join":
            return Builtin(lambda evaluator, args, at: joined(value, args.get(0)))
        return super().attribute(evaluator, value, name)

    def truth(self, value: Value) -> Maybe[bool]:
        """Return whether a value counts as true."""
        if isinstance(value, PartialText) and value.text.replace(HOLE, "").strip():
            return True
        return super().truth(value)

    def unary(self, op: str, value: Value) -> Value:
        """Return the result of a prefix operator."""
        if isinstance(value, Answer):
            return value
        return UNKNOWN if op == BREAK else super().unary(op, value)

    def binary(self, op: str, left: Value, right: Value) -> Value:
        """Return the result of an infix operator."""
        if op == "+" and text_of(left) is not None:
            return self._concatenated(left, right)
        if op == "+" and text_of(right) is not None and isinstance(left, (Answer, PartialText)):
            return self._concatenated(left, right)
        answer = strongest(left, right)
        if answer is not None:
            return answer
        if op == "%" and (text := text_of(left)) is not None:
            return percent(text, right)
        if isinstance(left, PartialText) or isinstance(right, PartialText):
            return UNKNOWN
        return super().binary(op, left, right)

    def _concatenated(self, left: Value, right: Value) -> Value:
        texts = [text_of(part) for part in (left, right)]
        return as_text("".join(HOLE if text is None else text for text in texts))
