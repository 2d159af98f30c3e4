"""Python's classes, types and functions as values of the evaluator."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from tenantlint.lang.values import MISSING, Arguments, Builtin, External, FuncValue, ListValue, Native, Value
from tenantlint.record import Record
from tenantlint.schema import UNKNOWN, Maybe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import TypeAlias

    from tenantlint.lang import ir
    from tenantlint.lang.evaluate import Evaluator
    from tenantlint.lang.sqlmodel.fields import ModelField
    from tenantlint.lang.values import Scope
    from tenantlint.source import Location

    Constructor: TypeAlias = Callable[["ClassValue", Evaluator, Arguments, Location], Value]


_NOTHING: Final[Mapping[str, Value]] = MappingProxyType({})


class Annotation(Record):
    """An annotation in a class body: the expression, where its names are looked up, and the field's name in code."""

    node: ir.Expr
    scope: Scope
    at: Location


class ClassValue(Native):
    """A class, of the project or of a library.

    ``mro`` starts with the class itself. ``known`` is false where a base class could not be read, so that the class
    may have more members than ``namespace`` and the bases hold. ``certain`` is false where the class statement may not
    run, and ``unsure`` are the annotated names that the body may not reach.
    """

    def __init__(
        self,
        name: str,
        bases: tuple[ClassValue, ...] = (),
        namespace: dict[str, Value] | None = None,
        module: str = "",
        known: bool = True,
    ) -> None:
        self.name = name
        self.module = module
        self.bases = bases
        self.namespace: dict[str, Value] = {} if namespace is None else namespace
        self.annotations: dict[str, Annotation] = {}
        self.arguments: dict[str, Value] = {}
        self.known: bool = known and all(base.known for base in bases)
        self.at: Location | None = None
        self.type_params: tuple[Value, ...] = ()
        self.type_args: tuple[Value, ...] = ()
        self.evaluator: Evaluator | None = None
        self.constructor: Constructor | None = None
        self.fields: dict[str, ModelField] | None = None
        self.certain = True
        self.unsure: frozenset[str] = frozenset()
        self.mro: tuple[ClassValue, ...] = (self, *linearize(bases))

    def __repr__(self) -> str:
        return f"ClassValue({self.module}.{self.name})"

    def own(self, name: str) -> Value:
        """Return the attribute ``name`` as it stands in the class or a base, MISSING where there is none."""
        for cls in self.mro:
            if name in cls.namespace:
                return cls.namespace[name]
        return MISSING

    def get(self, name: str) -> Value:
        """Return the attribute ``name`` as code reads it: methods bound, declared attributes called."""
        value = self.own(name)
        if value is MISSING:
            return self._special(name)
        if isinstance(value, Descriptor):
            return UNKNOWN if self.evaluator is None else value.read(self.evaluator, self)
        return value

    def _special(self, name: str) -> Value:
        if name in ("__name__", "__qualname__"):
            return self.name
        if name == "__module__" and self.module:
            return self.module
        return LibraryMember(self.module, f"{self.name}.{name}") if self.is_of_library() else UNKNOWN

    def is_of_library(self) -> bool:
        """Return whether the class is a whole one of a library, whose attributes are there though not modelled."""
        return bool(self.module) and self.at is None and self.known

    def set(self, name: str, value: Value, at: Location) -> None:
        """Assign a class attribute."""
        self.namespace[name] = value

    def item(self, key: Value) -> Value:
        """Return the class with type arguments."""
        args = tuple(key.items) if isinstance(key, ListValue) and key.kind == "tuple" else (key,)
        return Parametrized(self, args)

    def call(self, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
        """Return what the constructor of the nearest modelled class makes; otherwise an instance of unknown state."""
        for cls in self.mro:
            if cls.constructor is not None:
                return cls.constructor(self, evaluator, args, at)
        return InstanceValue(self)

    def is_subclass(self, other: ClassValue) -> Maybe[bool]:
        """Return whether the class is ``other`` or derives from it."""
        if other in self.mro:
            return True
        return False if self.known else UNKNOWN


class LibraryMember(External):
    """A function of a module or class outside of the project."""

    def call(self, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
        """Return an unknown object that is not None, where the library makes one: ``datetime.now()``."""
        return made_by(f"{self.module}.{self.name}", UNKNOWN if self.module not in MAKERS else SOMETHING)


class InstanceValue(Native):
    """An instance of a class. Its attributes are those that its methods have set, then the constants of the class."""

    def __init__(self, cls: ClassValue) -> None:
        self.cls = cls
        self.attributes: dict[str, Value] = {}

    def get(self, name: str) -> Value:
        """Return an attribute."""
        if name in self.attributes:
            return self.attributes[name]
        value = self.cls.own(name)
        return value if value is None or isinstance(value, (str, int, float, bool, ClassValue)) else UNKNOWN

    def set(self, name: str, value: Value, at: Location) -> None:
        """Assign an attribute."""
        self.attributes[name] = value


class EnumMember(Native):
    """One member of an enumeration. ``attributes`` are those that its class gives it when it makes it."""

    def __init__(self, cls: ClassValue, name: str, value: Value, attributes: Mapping[str, Value] = _NOTHING) -> None:
        self.cls = cls
        self.name = name
        self.value = value
        self.attributes = attributes

    def get(self, name: str) -> Value:
        """Return the name, the value, or an attribute; a property is computed."""
        own = {"name": self.name, "value": self.value, "_name_": self.name, "_value_": self.value}
        if name in own or name in self.attributes:
            return own.get(name, self.attributes.get(name))
        found = self.cls.own(name)
        if isinstance(found, Descriptor) and found.how == "property" and self.cls.evaluator and self.cls.at:
            return self.cls.evaluator.call(found.function, Arguments((self,)), self.cls.at)
        return UNKNOWN


class Descriptor(Native):
    """A function in a class body that is called or bound when the attribute is read on the class."""

    def __init__(self, function: Value, how: str) -> None:
        self.function = function
        self.how = how

    def read(self, evaluator: Evaluator, cls: ClassValue) -> Value:
        """Return the attribute as read on ``cls``."""
        if self.how == "declared":
            at = cls.at
            function = self.function.function if isinstance(self.function, Descriptor) else self.function
            return UNKNOWN if at is None else evaluator.call(function, Arguments((cls,)), at)
        if self.how == "classmethod" and isinstance(self.function, FuncValue):
            return FuncValue(self.function.node, self.function.scope, cls)
        return self.function if self.how == "staticmethod" else UNKNOWN

    def get(self, name: str) -> Value:
        """Return the decorators that SQLAlchemy's declared_attr has as attributes (``directive``, ``cascading``)."""
        return UNKNOWN


class Decorator(Native):
    """``declared_attr``, ``classmethod``, ``staticmethod`` and ``property``."""

    def __init__(self, how: str) -> None:
        self.how = how

    def get(self, name: str) -> Value:
        """Return the decorator itself for ``declared_attr.directive`` and ``declared_attr.cascading``."""
        return self if self.how == "declared" and name in ("directive", "cascading") else UNKNOWN

    def call(self, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
        """Return the function as the class will hold it."""
        return Descriptor(args.get(0), self.how)


class SpecialForm(Native):
    """A construct of ``typing`` that takes arguments in brackets (Optional, Union, Annotated, Literal, ClassVar)."""

    def __init__(self, name: str) -> None:
        self.name = name

    def item(self, key: Value) -> Value:
        """Return the type that the brackets make."""
        args = tuple(key.items) if isinstance(key, ListValue) and key.kind == "tuple" else (key,)
        if self.name == "Optional":
            return UnionType((args[0], None))
        if self.name == "Union":
            return union(args)
        if self.name == "Annotated":
            return annotated(args[0], args[1:])
        return Parametrized(self, args)


class Parametrized(Native):
    """A class or special form with type arguments: ``list[int]``, ``Literal["a"]``, ``ClassVar[str]``."""

    def __init__(self, origin: ClassValue | SpecialForm, args: tuple[Value, ...]) -> None:
        self.origin = origin
        self.args = args

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Parametrized) and (self.origin, self.args) == (other.origin, other.args)

    def __hash__(self) -> int:
        return hash(self.origin)

    def get(self, name: str) -> Value:
        """Return an attribute of the class."""
        return self.origin.get(name)

    def call(self, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
        """Return an instance of the class."""
        return self.origin.call(evaluator, args, at)


class UnionType(Native):
    """``A | B``. The type of None is None."""

    def __init__(self, args: tuple[Value, ...]) -> None:
        self.args = args

    def __eq__(self, other: object) -> bool:
        return isinstance(other, UnionType) and self.args == other.args

    def __hash__(self) -> int:
        return hash(len(self.args))


class AnnotatedType(Native):
    """``Annotated[type, *metadata]``."""

    def __init__(self, type_: Value, metadata: tuple[Value, ...]) -> None:
        self.type = type_
        self.metadata = metadata


class TypeVariable(Native):
    """A type parameter, of which ``TypeVar("T")`` or PEP 695 gives the name."""

    def __init__(self, name: str) -> None:
        self.name = name


class NewTypeValue(Native):
    """``NewType("X", int)``: a function at run time, which no column type matches."""

    def __init__(self, supertype: Value) -> None:
        self.supertype = supertype

    def call(self, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
        """Return the value that it is called with."""
        return args.get(0)


def union(args: tuple[Value, ...]) -> Value:
    """Return the union of types: flat, without repetition; a union of one is that one."""
    flat: list[Value] = []
    for arg in args:
        for part in arg.args if isinstance(arg, UnionType) else (arg,):
            if not any(part is known or (part is not UNKNOWN and part == known) for known in flat):
                flat.append(part)
    return flat[0] if len(flat) == 1 else UnionType(tuple(flat))


def annotated(type_: Value, metadata: tuple[Value, ...]) -> Value:
    """Return ``Annotated[type_, *metadata]``, flat where ``type_`` is annotated itself."""
    if isinstance(type_, AnnotatedType):
        return AnnotatedType(type_.type, (*type_.metadata, *metadata))
    return AnnotatedType(type_, metadata)


def linearize(bases: tuple[ClassValue, ...]) -> tuple[ClassValue, ...]:
    """Return the C3 linearization of the bases; in their own order where there is none."""
    pending = [list(base.mro) for base in bases] + [list(bases)]
    result: list[ClassValue] = []
    while any(pending):
        pending = [names for names in pending if names]
        heads = (names[0] for names in pending)
        head = next((cls for cls in heads if not any(cls in names[1:] for names in pending)), None)
        if head is None:
            head = pending[0][0]
        result.append(head)
        pending = [[cls for cls in names if cls is not head] for names in pending]
    return tuple(result)


class Made(InstanceValue):
    """An object of which nothing is known but that it is not None, and neither is what is made of it.

    ``function`` is the function that gives another one on every call, None where the object is not known to be such.
    """

    def __init__(self, cls: ClassValue, function: str | None = None) -> None:
        super().__init__(cls)
        self.function = function

    def get(self, name: str) -> Value:
        """Return a method that makes another object: ``datetime.now().replace(tzinfo=UTC)``."""
        if name in _PARTS:
            return self
        return Builtin(lambda evaluator, args, at: self) if name in _MAKING_METHODS else UNKNOWN

    def item(self, key: Value) -> Value:
        """Return a part of its text."""
        return self


def made_by(function: str, otherwise: Value) -> Value:
    """Return what a call of ``function`` (with its module) makes, where that is another object on every call."""
    return Made(SOMETHING.cls, function) if function in FRESH else otherwise


def made_of(values: Iterable[Value]) -> Made | None:
    """Return the object made by a call that ``values`` hold, or else another one of which nothing more is known."""
    found = [value for value in values if isinstance(value, Made)]
    return next((value for value in found if value.function is not None), found[0] if found else None)


_PARTS: Final = frozenset({"bytes", "hex", "int", "urn"})
_MAKING_METHODS: Final = frozenset(
    "astimezone date decode isoformat lower quantize replace strftime time timestamp timetz upper".split()
)
SOMETHING: Final = Made(ClassValue("object", module="builtins"))

MAKERS: Final = frozenset({"datetime", "uuid", "decimal", "secrets", "time"})
"""Modules whose functions never return None."""

FRESH: Final = frozenset(
    "arrow.now arrow.utcnow datetime.date.today datetime.datetime.now datetime.datetime.today "
    "datetime.datetime.utcnow nanoid.generate os.urandom pendulum.now pendulum.today random.choice random.choices "
    "random.getrandbits random.randint random.random random.randrange random.uniform secrets.choice "
    "secrets.randbelow secrets.token_bytes secrets.token_hex secrets.token_urlsafe shortuuid.random "
    "shortuuid.uuid time.time time.time_ns ulid.ULID ulid.new ulid.ulid uuid.uuid1 uuid.uuid4 uuid.uuid6 "
    "uuid.uuid7 uuid.uuid8 uuid6.uuid6 uuid6.uuid7 uuid6.uuid8 uuid_extensions.uuid7 uuid_extensions.uuid7str "
    "uuid_utils.compat.uuid4 uuid_utils.compat.uuid7 uuid_utils.uuid4 uuid_utils.uuid6 uuid_utils.uuid7".split()
)
"""Functions that give something else on every call: the time, or something random."""
