"""Immutable records with slots, without the start-up cost of ``dataclasses``.

Importing ``dataclasses`` costs 7 to 11 ms and ``attrs`` or ``msgspec`` more, which is a third of the time that one
cold file may take, so the few lines that the records here need are written out. Type checkers see every subclass
as a frozen dataclass (PEP 681).
"""

from __future__ import annotations

from _operator import attrgetter
from types import CodeType, FunctionType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any, ClassVar, Final, TypeVar, dataclass_transform

    R = TypeVar("R", bound="Record")
else:

    def dataclass_transform(*, frozen_default):
        """Do nothing: importing ``typing`` takes 4 ms."""
        return lambda cls: cls


@dataclass_transform(frozen_default=True)
class RecordMeta(type):
    """Turns the annotations of a class body into slots, in order, and their values into defaults."""

    def __new__(mcls, name: str, bases: tuple[type, ...], namespace: dict[str, Any]) -> RecordMeta:
        """Make the class."""
        annotations: dict[str, str] = namespace.get("__annotations__", {})
        own = tuple(field for field in annotations if not str(annotations[field]).startswith("ClassVar"))
        defaults: dict[str, object] = {}
        fields: tuple[str, ...] = ()
        for base in bases:
            defaults.update(getattr(base, "__defaults__", {}))
            fields += tuple(field for field in getattr(base, "__fields__", ()) if field not in fields)
        defaults.update({field: namespace.pop(field) for field in own if field in namespace})
        namespace["__slots__"] = own
        namespace["__fields__"] = fields + own
        namespace["__defaults__"] = defaults
        namespace["__match_args__"] = fields + own
        cls = super().__new__(mcls, name, bases, namespace)
        cls.__init__ = _first_init  # type: ignore[misc]
        return cls


def _first_init(self: Record, *args: object, **kwargs: object) -> None:
    """Make the real ``__init__`` of the class when its first instance is made, then call it."""
    cls = type(self)
    cls.__init__ = _make_init(cls.__fields__, cls.__defaults__)  # type: ignore[method-assign]
    cls.__init__(self, *args, **kwargs)


def _make_init(fields: tuple[str, ...], defaults: Mapping[str, object]) -> FunctionType:
    """Return an ``__init__`` that takes the fields, those without a default first.

    Compiling one takes 45 us, and a run makes some fifty. So one is compiled for each number of fields, and the others
    are copies of its code with the names put in.
    """
    order = [field for field in fields if field not in defaults]
    values = tuple(defaults[field] for field in fields if field in defaults)
    order += [field for field in fields if field in defaults]
    code = _TEMPLATES.get(len(order))
    if code is None:
        code = _TEMPLATES[len(order)] = _compile_init([f"field{number}" for number in range(len(order))])
    names = code.replace(co_varnames=("self", *order), co_names=tuple(order))
    return FunctionType(names, {}, "__init__", values)


def _compile_init(fields: list[str]) -> CodeType:
    body = "\n ".join(f"self.{field} = {field}" for field in fields) or "pass"
    scope: dict[str, FunctionType] = {}
    exec(f"def __init__({', '.join(['self', *fields])}):\n {body}", scope)
    return scope["__init__"].__code__


_TEMPLATES: Final[dict[int, CodeType]] = {}


class Record(metaclass=RecordMeta):
    """The base of every plain data class: fields by annotation, equality and hash by value."""

    __fields__: ClassVar[tuple[str, ...]]
    __defaults__: ClassVar[Mapping[str, object]]

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        values = _VALUES.get(type(self)) or _values(type(self))
        return values(self) == values(other)

    def __hash__(self) -> int:
        values = _VALUES.get(type(self)) or _values(type(self))
        return hash((type(self), *values(self)))

    def __repr__(self) -> str:
        values = ", ".join(f"{field}={getattr(self, field)!r}" for field in self.__fields__)
        return f"{type(self).__name__}({values})"

    def __reduce__(self) -> tuple[type, tuple[object, ...]]:
        return type(self), tuple(getattr(self, field) for field in self.__fields__)


def _values(cls: type[Record]) -> Callable[[object], tuple[object, ...]]:
    """Return what reads all fields of a Record of this class, and keep it."""
    fields = cls.__fields__
    if len(fields) > 1:
        _VALUES[cls] = attrgetter(*fields)
    else:
        _VALUES[cls] = lambda record: tuple(getattr(record, field) for field in fields)
    return _VALUES[cls]


_VALUES: Final[dict[type, Callable[[object], tuple[object, ...]]]] = {}


def replace(record: R, **changes: object) -> R:
    """Return a copy of ``record`` with the named fields changed."""
    values = {field: getattr(record, field) for field in record.__fields__}
    return type(record)(**(values | changes))
