"""Class statements: bases, bodies, enumerations, and the hand-over of models to ``models.py``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenantlint.lang.sqlmodel.builtins import OBJECT, STR, iterate
from tenantlint.lang.sqlmodel.fields import SQLMODEL
from tenantlint.lang.sqlmodel.models import ModelClass, Models
from tenantlint.lang.sqlmodel.objects import (
    Annotation,
    ClassValue,
    Descriptor,
    EnumMember,
    InstanceValue,
    Parametrized,
    SpecialForm,
    TypeVariable,
)
from tenantlint.lang.sqlmodel.stdlib import CLASSES, ENUM, STR_ENUM
from tenantlint.lang.values import MISSING, Arguments, External, FuncValue, ListValue, MapValue, Scope, Value
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from tenantlint.lang import ir
    from tenantlint.lang.evaluate import Evaluator
    from tenantlint.source import Location


class Bases:
    """The bases of a class statement, as far as they can be read."""

    def __init__(self) -> None:
        self.classes: list[ClassValue] = []
        self.params: tuple[Value, ...] = ()
        self.arguments: dict[str, Value] = {}
        self.known = True
        self.unread: list[str] = []


def define_class(evaluator: Evaluator, models: Models, node: ir.ClassDef, scope: Scope) -> Value:
    """Return the class that a statement defines."""
    inner = Scope(scope.module, scope)
    inner.annotations = {}
    inner.certainty = evaluator.uncertain
    params = tuple(TypeVariable(name) for name in node.type_params)
    inner.variables.update(zip(node.type_params, params, strict=True))
    bases = _bases(evaluator, node, inner)
    evaluator.execute_block(node.body, inner)
    for name in node.type_params:
        inner.variables.pop(name, None)
    cls = _class(node, bases, inner)
    cls.type_params = params or bases.params
    cls.at = scope.module.place(node.name)
    cls.evaluator = evaluator
    cls.arguments = bases.arguments
    cls.annotations = {
        name: Annotation(statement.annotation, _annotation_scope(inner, node), scope.module.place(statement.targets[0]))
        for name, statement in inner.annotations.items()
        if statement.annotation is not None
    }
    cls.unsure = inner.unsure
    cls.certain = not evaluator.uncertain
    if ENUM in cls.mro:
        _make_members(cls)
    if isinstance(cls, ModelClass):
        for base in bases.unread:
            evaluator.give_up(f"base class of {cls.name}", f"{base} is not read", cls.at)
        models.create(evaluator, cls)
    else:
        models.note_other(cls)
    return _decorated(evaluator, cls, node, scope)


def _annotation_scope(inner: Scope, node: ir.ClassDef) -> Scope:
    """Return where annotations look up names; the parameters of the class (PEP 695) are still bound there."""
    if not node.type_params:
        return inner
    scope = Scope(inner.module, inner)
    scope.variables = {name: TypeVariable(name) for name in node.type_params}
    return scope


def _class(node: ir.ClassDef, bases: Bases, inner: Scope) -> ClassValue:
    classes = tuple(bases.classes)
    kind = ModelClass if any(SQLMODEL in base.mro for base in classes) else ClassValue
    return kind(node.name.id, classes, inner.variables, inner.module.path, bases.known)


def _bases(evaluator: Evaluator, node: ir.ClassDef, scope: Scope) -> Bases:
    result = Bases()
    for arg in node.bases:
        value = evaluator.evaluate(arg.value, scope)
        if arg.name is None:
            _add_base(result, value)
        elif arg.name == "*" or arg.name == "**":
            result.known = False
        else:
            result.arguments[arg.name] = value
    return result


def _add_base(result: Bases, value: Value) -> None:
    if isinstance(value, Parametrized) and isinstance(value.origin, SpecialForm):
        if value.origin.name in ("Generic", "Protocol"):
            result.params = value.args
    elif isinstance(value, Parametrized) and isinstance(value.origin, ClassValue):
        result.classes.append(_parametrized(value.origin, value.args))
    elif isinstance(value, ClassValue):
        if value is not OBJECT:
            result.classes.append(value)
    elif not (isinstance(value, SpecialForm) and value.name in ("Generic", "Protocol")):
        result.known = False
        result.unread.append(f"{value.module}.{value.name}" if isinstance(value, External) else "a base class")


def _parametrized(origin: ClassValue, args: tuple[Value, ...]) -> ClassValue:
    """Return the class that Pydantic makes of a generic model with type arguments."""
    kind = ModelClass if isinstance(origin, ModelClass) else ClassValue
    cls = kind(origin.name, (origin,), {"__origin__": origin}, origin.module)
    cls.type_args = args
    cls.at = origin.at
    cls.evaluator = origin.evaluator
    return cls


def _make_members(cls: ClassValue) -> None:
    """Turn the assignments in the body of an enumeration into members; a value that is there already is an alias."""
    members: list[EnumMember] = []
    for name, assigned in list(cls.namespace.items()):
        if _is_no_member(name) or isinstance(assigned, (FuncValue, Descriptor, ClassValue)):
            continue
        attributes = _attributes(cls, assigned)
        value = attributes.get("_value_", MISSING)
        value = _member_value(cls, name, assigned) if value is MISSING else value
        alias = next((member for member in members if value is not UNKNOWN and member.value == value), None)
        if alias is None:
            members.append(EnumMember(cls, name, value, attributes))
        cls.namespace[name] = members[-1] if alias is None else alias


def _attributes(cls: ClassValue, assigned: Value) -> dict[str, Value]:
    """Return what ``__new__`` and ``__init__`` of an enumeration make the attributes of a member."""
    args = tuple(assigned.items) if isinstance(assigned, ListValue) and assigned.kind == "tuple" else (assigned,)
    member = InstanceValue(cls)
    for name, first in (("__new__", cls), ("__init__", member)):
        function = cls.own(name)
        if isinstance(function, FuncValue) and cls.evaluator is not None and cls.at is not None:
            made = cls.evaluator.call(function, Arguments((first, *args)), cls.at)
            member.attributes.update(made.attributes if isinstance(made, InstanceValue) else {})
    return member.attributes


def _is_no_member(name: str) -> bool:
    """Return whether ``enum`` keeps a name for itself (``_ignore_``, ``__doc__``) or takes it as private (``__x``)."""
    return name.startswith("__") or (name.startswith("_") and name.endswith("_"))


def _member_value(cls: ClassValue, name: str, value: Value) -> Value:
    if isinstance(value, AutoValue):
        return name.lower() if STR_ENUM in cls.mro else value
    if isinstance(value, ListValue) and value.kind == "tuple" and STR in cls.mro and value.items:
        return value.items[0]
    return value


def _functional(cls: ClassValue, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    """Make an enumeration by calling ``Enum("Name", members)``."""
    name, members = args.get(0, "value"), args.get(1, "names")
    if cls not in CLASSES.values() or not isinstance(name, str):
        return UNKNOWN
    if isinstance(members, str):
        members = ListValue([*members.replace(",", " ").split()])
    if isinstance(members, MapValue):
        pairs = list(members.entries.items())
    else:
        pairs = [(item, index) for index, item in enumerate(iterate(members) or (), 1)]
    made = ClassValue(name, (cls,), {}, cls.module, iterate(members) is not None)
    for label, value in pairs:
        made.namespace[str(label)] = EnumMember(made, str(label), value)
    return made


ENUM.constructor = _functional


class AutoValue:
    """``enum.auto()``."""


def _decorated(evaluator: Evaluator, cls: ClassValue, node: ir.ClassDef, scope: Scope) -> Value:
    """Return the class: decorators of classes (dataclass, unique, final) do not replace it."""
    for decorator in node.decorators:
        evaluator.evaluate(decorator, scope)
    return cls
