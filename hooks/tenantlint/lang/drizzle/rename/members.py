"""What the members of a value are, by its shape."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.lang.drizzle.rename import aliases, forms
from tenantlint.lang.drizzle.rename.annotations import annotation
from tenantlint.lang.drizzle.rename.scopes import first_named, signature, text
from tenantlint.lang.drizzle.rename.shapes import (
    OTHER,
    TABLE,
    AnyOf,
    Both,
    Class,
    Config,
    Conflict,
    Described,
    Dict,
    External,
    Form,
    Function,
    Instance,
    Joined,
    Keyed,
    Many,
    Mapped,
    Module,
    Named,
    Payload,
    Query,
    Relate,
    RelateTo,
    Relating,
    Several,
    Shape,
    Validator,
    With,
    Written,
    any_of,
    element,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tenantlint.lang.drizzle.rename.infer import Infer
    from tenantlint.lang.drizzle.rename.scopes import File
    from tenantlint.lang.drizzle.rename.shapes import Expected


def _of_keyed(infer: Infer, shape: Shape, name: str) -> Shape | None:
    assert isinstance(shape, Keyed)
    return infer.facts.member(shape, name)


def _of_module(infer: Infer, shape: Shape, name: str) -> Shape | None:
    assert isinstance(shape, Module)
    file = infer.program.file(shape.path)
    return None if file is None else infer.meant(infer.program.exported(file, name))


def _of_written(infer: Infer, shape: Shape, name: str) -> Shape | None:
    assert isinstance(shape, Written)
    return infer.entry(shape, name)


def _of_external(infer: Infer, shape: Shape, name: str) -> Shape | None:
    assert isinstance(shape, External)
    return External(shape.module, name if shape.name == "*" else f"{shape.name}.{name}")


def _of_described(infer: Infer, shape: Shape, name: str) -> Shape | None:
    """Return what a member of an interface, or of what it extends, is."""
    assert isinstance(shape, Described)
    file = infer.program.file(shape.path)
    if file is None:
        return None
    found = signature(shape.node, name)
    if found is not None:
        written = found.child_by_field_name("type")
        return annotation(infer, file, written) if written is not None else Function(shape.path, found)
    return any_of([infer.member(base, name) for base in bases(infer, shape)] or [None])


def bases(infer: Infer, shape: Described) -> list[Shape | None]:
    """Return what an interface extends."""
    file = infer.program.file(shape.path)
    clauses = [child for child in shape.node.named_children if child.type == "extends_type_clause"]
    return [annotation(infer, file, child) for clause in clauses for child in clause.named_children] if file else []


def _of_payload(infer: Infer, shape: Shape, name: str) -> Shape | None:
    assert isinstance(shape, Payload)
    file = infer.program.file(shape.path)
    found = signature(shape.node, name)
    inner = infer.of(file, found.child_by_field_name("value")) if file is not None and found is not None else None
    return inner.value if isinstance(inner, Validator) else None


def _of_both(infer: Infer, shape: Shape, name: str) -> Shape | None:
    assert isinstance(shape, Both)
    found = [infer.member(member, name) for member in shape.members]
    known = [each for each in found if each is not None]
    return known[0] if len(known) == 1 or len(set(known)) == 1 else None


def _of_any(infer: Infer, shape: Shape, name: str) -> Shape | None:
    assert isinstance(shape, AnyOf)
    return any_of([infer.member(member, name) for member in shape.members])


def _of_class(infer: Infer, shape: Shape, name: str) -> Shape | None:
    """Return what a field or a method of a class is."""
    assert isinstance(shape, (Instance, Class))
    file = infer.program.file(shape.path)
    found = signature(shape.node, name)
    if file is not None and found is None:
        return _of_property(infer, file, shape, name)
    if file is None or found is None:
        return None
    if found.type == "method_definition":
        is_getter = any(child.type == "get" for child in found.children)
        function = Function(shape.path, found)
        return infer.returned(function) if is_getter else function
    written = found.child_by_field_name("type")
    if written is not None:
        return annotation(infer, file, written)
    return infer.of(file, found.child_by_field_name("value"))


def _of_property(infer: Infer, file: File, shape: Instance | Class, name: str) -> Shape | None:
    """Return what a class has by a parameter of its constructor, ``private readonly user: User``, or by its base."""
    constructor = signature(shape.node, "constructor") if isinstance(shape, Instance) else None
    parameters = constructor.child_by_field_name("parameters") if constructor is not None else None
    for each in parameters.named_children if parameters is not None else ():
        pattern = each.child_by_field_name("pattern")
        is_field = any(child.type in _FIELD_MARKS for child in each.children)
        if is_field and pattern is not None and text(pattern) == name:
            return infer.matched(file, pattern)
    base = base_of(infer, file, shape)
    return infer.member(base, name) if base is not None else None


def base_of(infer: Infer, file: File, shape: Instance | Class) -> Shape | None:
    """Return what a class extends, as its instances or as itself."""
    heritage = next((child for child in shape.node.named_children if child.type == "class_heritage"), None)
    clause = first_named(heritage) if heritage is not None else None
    made = infer.of(file, clause.child_by_field_name("value")) if clause is not None else None
    if not isinstance(made, Class) or made.node == shape.node:
        return None
    return Instance(made.path, made.node) if isinstance(shape, Instance) else made


def _of_query(infer: Infer, shape: Shape, name: str) -> Shape | None:
    """Return what a column of a subquery is."""
    assert isinstance(shape, Query)
    return infer.member(element(shape), name)


def _of_joined(infer: Infer, shape: Shape, name: str) -> Shape | None:
    assert isinstance(shape, Joined)
    return next((row for source, row in shape.sources if source == name), None)


def _of_relate(infer: Infer, shape: Shape, name: str) -> Shape | None:
    assert isinstance(shape, (Relate, RelateTo))
    if name in ("one", "many") and isinstance(shape, Relate):
        return RelateTo(shape.schema)
    table = infer.member(shape.schema, name)
    if not isinstance(table, Keyed):
        return None
    return Keyed(table.table_id, TABLE) if isinstance(shape, Relate) else Relating(table.table_id)


def _of_config(infer: Infer, shape: Shape, name: str) -> Shape | None:
    from tenantlint.lang.drizzle.rename.options import in_options

    expected: Expected = in_options(infer, shape, name)
    return expected.value


def _of_many(infer: Infer, shape: Shape, name: str) -> Shape | None:
    return OTHER if name == "length" else None


def _of_dict(infer: Infer, shape: Shape, name: str) -> Shape | None:
    assert isinstance(shape, Dict)
    return shape.item if not shape.entries else OTHER if name == "size" else None


def _of_other(infer: Infer, shape: Shape, name: str) -> Shape | None:
    return OTHER


def _of_validator(infer: Infer, shape: Shape, name: str) -> Shape | None:
    assert isinstance(shape, Validator)
    return shape.value if name in _OF_SCHEMA else None


_FIELD_MARKS: Final = ("accessibility_modifier", "readonly", "override_modifier")
_OF_SCHEMA: Final = frozenset("shape _type _output _input static properties entries infer inferIn inferOut".split())
"""Members of schemas that have a table's keys: of zod, TypeBox, Valibot and ArkType."""
MEMBERS: Final[Mapping[type, Callable[[Infer, Shape, str], Shape | None]]] = {
    AnyOf: _of_any,
    Both: _of_both,
    Class: _of_class,
    Config: _of_config,
    Conflict: _of_config,
    Described: _of_described,
    Dict: _of_dict,
    External: _of_external,
    Form: forms.member,
    Instance: _of_class,
    Joined: _of_joined,
    Keyed: _of_keyed,
    Many: _of_many,
    Mapped: aliases.value,
    Module: _of_module,
    Named: _of_other,
    type(OTHER): _of_other,
    Payload: _of_payload,
    Query: _of_query,
    Relate: _of_relate,
    RelateTo: _of_relate,
    Relating: _of_config,
    Several: _of_many,
    Validator: _of_validator,
    With: _of_config,
    Written: _of_written,
}
