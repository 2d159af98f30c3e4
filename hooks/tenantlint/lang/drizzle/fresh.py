"""Values that a function makes anew on every call: the time, or something random."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.lang.drizzle.values import Method, Namespace, same
from tenantlint.lang.values import Builtin, Native, Value
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from tenantlint.lang.evaluate import Evaluator
    from tenantlint.lang.values import Arguments
    from tenantlint.source import Location


class Fresh(Native):
    """What one call gave. ``function`` is the function as code names it: ``Date.now``, ``crypto.randomUUID``."""

    __slots__ = ("function",)

    def __init__(self, function: str) -> None:
        self.function = function

    def get(self, name: str) -> Value:
        """Return a method that makes a text or a number of it."""
        return Method(self, same) if name in _MAKING_METHODS else UNKNOWN


def fresh_of(values: Iterable[Value]) -> Value:
    """Return the first of ``values`` that is fresh, as what is computed from it is, else UNKNOWN."""
    return next((value for value in values if isinstance(value, Fresh)), UNKNOWN)


def _maker(function: str) -> Builtin:
    return Builtin(lambda evaluator, args, at: Fresh(function))


def _date(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    """Return what ``new Date(...)`` makes: the present, unless it is told which time."""
    return fresh_of(args.positional) if args.positional or not args.complete else Fresh("new Date")


def converter(convert: Callable[[Evaluator, Arguments, Location], Value]) -> Builtin:
    """Return a builtin that converts its first argument; of what is fresh it makes something fresh."""

    def call(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
        found = fresh_of(args.positional)
        return convert(evaluator, args, at) if found is UNKNOWN else found

    return Builtin(call)


_MAKING_METHODS: Final = frozenset(
    "getTime replace replaceAll slice substring toISOString toJSON toLocaleString toLowerCase toString toUpperCase "
    "valueOf".split()
)

_CRYPTO: Final = Namespace({name: _maker(f"crypto.{name}") for name in ("randomUUID", "randomBytes", "randomInt")})

GLOBALS: Final[Mapping[str, Value]] = {
    "Date": Namespace({"now": _maker("Date.now")}, _date),
    "Math": Namespace(
        {
            "random": _maker("Math.random"),
            **{name: converter(lambda evaluator, args, at: UNKNOWN) for name in ("floor", "round", "ceil", "trunc")},
        }
    ),
    "Number": converter(lambda evaluator, args, at: UNKNOWN),
    "crypto": _CRYPTO,
}


def _named(*names: str) -> dict[str, Value]:
    return {name: _maker(name) for name in names}


def _making(name: str) -> Builtin:
    """Return a function that makes a function: ``customAlphabet(letters, size)``."""
    return Builtin(lambda evaluator, args, at: _maker(name))


MODULES: Final[Mapping[str, Mapping[str, Value]]] = {
    **{name: {**_CRYPTO.names, "default": _CRYPTO, "webcrypto": _CRYPTO} for name in ("crypto", "node:crypto")},
    "nanoid": {**_named("nanoid"), "customAlphabet": _making("nanoid")},
    "uuid": {name: _maker(f"uuid.{name}") for name in ("v1", "v4", "v6", "v7")},
    "uuidv7": _named("uuidv7"),
    "ulid": _named("ulid"),
    "ulidx": _named("ulid"),
    "cuid": {"default": _maker("cuid")},
    "@paralleldrive/cuid2": {**_named("createId"), "init": _making("createId")},
    "bun": _named("randomUUIDv7"),
}
"""What packages export that gives something else on every call."""
