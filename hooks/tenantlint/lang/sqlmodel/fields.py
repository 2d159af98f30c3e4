"""Pydantic's and SQLModel's fields: which fields a class has, in which order, and what they say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.lang.sqlmodel.builtins import ELLIPSIS
from tenantlint.lang.sqlmodel.objects import (
    AnnotatedType,
    ClassValue,
    Descriptor,
    Parametrized,
    SpecialForm,
    TypeVariable,
    UnionType,
    union,
)
from tenantlint.lang.values import MISSING, Arguments, External, Native, Value
from tenantlint.schema import UNKNOWN, Maybe

if TYPE_CHECKING:
    from tenantlint.lang.evaluate import Evaluator
    from tenantlint.source import Location

BASE_MODEL: Final = ClassValue("BaseModel", module="pydantic")
SQLMODEL: Final = ClassValue("SQLModel", (BASE_MODEL,), module="sqlmodel")

COLUMN_OPTIONS: Final = (
    "primary_key",
    "foreign_key",
    "ondelete",
    "unique",
    "nullable",
    "index",
    "sa_type",
    "sa_column",
    "sa_column_args",
    "sa_column_kwargs",
)
_SIZES: Final = ("max_length", "max_digits", "decimal_places")


class FieldCall(Native):
    """What ``Field(...)`` returns. ``of_sqlmodel`` is false for Pydantic's own, whose column options do not count."""

    def __init__(self, args: Arguments, at: Location, of_sqlmodel: bool) -> None:
        self.at = at
        self.complete = args.complete
        default = args.get(0, "default")
        self.default = MISSING if default is ELLIPSIS else default
        self.options = dict(args.named)
        self.of_sqlmodel = of_sqlmodel
        extra = self.options.get("schema_extra")
        entries = getattr(extra, "entries", {})
        if "max_items" in self.options:
            self.options.setdefault("max_length", self.options["max_items"])
        self.options |= {key: value for key, value in entries.items() if key in _SIZES and key not in self.options}

    def option(self, name: str) -> Value:
        """Return a keyword argument, MISSING where it is not given."""
        return self.options.get(name, MISSING if self.complete else UNKNOWN)


class Constraint(Native):
    """An item of ``Annotated`` metadata that limits or checks the value: ``MaxLen``, ``AfterValidator``."""

    def __init__(self, name: str, args: Arguments) -> None:
        self.name = name
        self.args = args


class RelationshipCall(Native):
    """What ``Relationship(...)`` returns."""

    def __init__(self, args: Arguments, at: Location) -> None:
        self.args = args
        self.at = at

    def option(self, name: str) -> Value:
        """Return a keyword argument, None where it is not given."""
        return self.args.get(None, name, None)


class ModelField:
    """One field of a class, as ``model_fields`` has it.

    ``type`` is the annotation without ``Annotated``. ``calls`` are the ``Field`` calls that made it, the assigned one
    last; the first of ``metadata`` that has column options decides on them.
    """

    __slots__ = ("annotation", "assigned", "at", "calls", "default", "factory", "metadata", "name", "type")

    def __init__(self, name: str, annotation: Value, at: Location) -> None:
        self.name = name
        self.at = at
        self.annotation = annotation
        inner = annotation
        self.type = inner.type if isinstance(inner, AnnotatedType) else inner
        self.metadata: tuple[Value, ...] = inner.metadata if isinstance(inner, AnnotatedType) else ()
        self.calls: list[FieldCall] = [item for item in self.metadata if isinstance(item, FieldCall)]
        self.default: Value = MISSING
        self.factory: Value = MISSING
        self.assigned: FieldCall | None = None
        for call in self.calls:
            self._take_default(call)

    def assign(self, value: Value) -> None:
        """Take over what is assigned to the field in the class body."""
        if isinstance(value, FieldCall):
            self.assigned = value
            self.calls.append(value)
            self._take_default(value)
        elif value is UNKNOWN:
            self.assigned = FieldCall(Arguments(complete=False), self.at, of_sqlmodel=True)
            self.default = UNKNOWN
        elif value is not ELLIPSIS:
            self.default, self.factory = value, MISSING

    def with_types(self, mapping: dict[Value, Value]) -> ModelField:
        """Return the field as a generic class with type arguments has it."""
        if not mapping:
            return self
        copy = ModelField(self.name, substitute(self.annotation, mapping), self.at)
        copy.calls, copy.assigned = self.calls, self.assigned
        copy.default, copy.factory = self.default, self.factory
        return copy

    def _take_default(self, call: FieldCall) -> None:
        """Let a later call override an earlier one: SQLModel's always says something about the factory."""
        factory = call.option("default_factory")
        if call.of_sqlmodel or factory is not MISSING:
            self.factory = MISSING if factory is None else factory
        if call.default is not MISSING:
            self.default = call.default

    def option(self, name: str) -> Value:
        """Return a column option, MISSING where it is not given.

        Pydantic merges the calls into one, but SQLModel's options stay in the metadata, of which the first counts;
        the assigned call comes first.
        """
        call = self.deciding_call()
        return MISSING if call is None else call.option(name)

    def deciding_call(self) -> FieldCall | None:
        """Return the call whose column options count, None where there is none of SQLModel's."""
        if self.assigned is not None and self.assigned.of_sqlmodel:
            return self.assigned
        for call in self.calls:
            if call.of_sqlmodel:
                return call
        return None

    def size(self, name: str) -> Value:
        """Return ``max_length``, ``max_digits`` or ``decimal_places`` from the first constraint that may have it."""
        ordered = ([self.assigned] if self.assigned is not None else []) + [
            item for item in self.metadata if isinstance(item, (FieldCall, Constraint))
        ]
        for item in ordered:
            if isinstance(item, FieldCall):
                given = [option for option in _SIZES if item.option(option) not in (MISSING, None)]
                if given:
                    return item.option(name)
            elif item.name == "MaxLen":
                return item.args.get(0, "max_length") if name == "max_length" else MISSING
        return MISSING

    def is_optional(self) -> Maybe[bool]:
        """Return whether None is allowed, as SQLModel sees it when ``nullable`` is not given."""
        if self.type is UNKNOWN or isinstance(self.type, External):
            return UNKNOWN
        if isinstance(self.type, UnionType) and None in self.type.args:
            return True
        return self.type is None and self.default is not MISSING


def substitute(value: Value, mapping: dict[Value, Value]) -> Value:
    """Replace type variables in a type."""
    if isinstance(value, TypeVariable):
        return mapping.get(value, value)
    if isinstance(value, UnionType):
        return union(tuple(substitute(arg, mapping) for arg in value.args))
    if isinstance(value, AnnotatedType):
        return AnnotatedType(substitute(value.type, mapping), value.metadata)
    if isinstance(value, Parametrized):
        return Parametrized(value.origin, tuple(substitute(arg, mapping) for arg in value.args))
    return value


def is_form(value: Value, name: str) -> bool:
    """Return whether a type is the special form ``name``, with or without brackets."""
    head = value.origin if isinstance(value, Parametrized) else value
    return isinstance(head, SpecialForm) and head.name == name


def model_fields(evaluator: Evaluator, cls: ClassValue) -> dict[str, ModelField]:
    """Return the fields of a model class in the order of ``model_fields``: of the farthest base class first.

    A class that is no model has none of its own: its annotations are fields of the models that derive from it.
    """
    if BASE_MODEL not in cls.mro:
        return {}
    if cls.fields is None:
        cls.fields = _collect(evaluator, cls)
    return cls.fields


def _collect(evaluator: Evaluator, cls: ClassValue) -> dict[str, ModelField]:
    inherited: dict[str, ModelField] = {}
    for base in reversed(cls.bases):
        inherited.update(model_fields(evaluator, base))
    owners: dict[str, ClassValue] = {}
    for base in reversed(cls.mro):
        for name in base.annotations:
            owners[name] = base
    fields: dict[str, ModelField] = {}
    for name, owner in owners.items():
        if name.startswith("_") or name == "model_config":
            continue
        made = _field(evaluator, cls, name, owner, inherited.get(name))
        if made is not None:
            fields[name] = made
    return fields


def _field(
    evaluator: Evaluator, cls: ClassValue, name: str, owner: ClassValue, inherited: ModelField | None
) -> ModelField | None:
    """Return the field ``name``, None where the annotation makes none (ClassVar, a relationship)."""
    assigned = _assigned(evaluator, cls, name)
    if isinstance(assigned, RelationshipCall):
        return None
    if assigned is MISSING and name not in cls.annotations and inherited is not None:
        return inherited.with_types(type_arguments(cls))
    annotation = owner.annotations[name]
    type_ = unwrapped(evaluator.evaluate(annotation.node, annotation.scope))
    if is_form(type_, "ClassVar"):
        return None
    made = ModelField(name, substitute(type_, type_arguments(cls)), annotation.at)
    if name in owner.unsure:
        assigned = UNKNOWN
    if assigned is not MISSING:
        made.assign(UNKNOWN if isinstance(assigned, Descriptor) else assigned)
    return made


def _assigned(evaluator: Evaluator, cls: ClassValue, name: str) -> Value:
    """Return what the class has under a field's name: models give up the attributes that are their fields."""
    for base in cls.mro:
        if name in base.namespace and (base is cls or name not in model_fields(evaluator, base)):
            return base.namespace[name]
    return MISSING


def unwrapped(type_: Value) -> Value:
    """Return the type within ``Final[...]``, ``Required[...]`` and ``Mapped[...]``."""
    while isinstance(type_, Parametrized) and isinstance(type_.origin, SpecialForm) and type_.origin.name in _WRAPPERS:
        type_ = type_.args[0]
    return type_


_WRAPPERS: Final = frozenset({"Final", "Required", "Mapped", "ReadOnly"})


def type_arguments(cls: ClassValue) -> dict[Value, Value]:
    """Return what the type parameters of a generic class stand for in ``cls``, which is that class with arguments."""
    return dict(zip(cls.bases[0].type_params, cls.type_args, strict=False)) if cls.type_args else {}
