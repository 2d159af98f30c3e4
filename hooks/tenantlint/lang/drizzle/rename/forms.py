"""Forms of React Hook Form: the names of their fields are the keys of what they edit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.lang.drizzle.rename.annotations import annotation, arguments_of
from tenantlint.lang.drizzle.rename.scopes import first_named, key_of, text
from tenantlint.lang.drizzle.rename.shapes import (
    OTHER,
    Expected,
    Form,
    FormMethod,
    Joined,
    Keys,
    Many,
    Shape,
    Validator,
    Written,
)

if TYPE_CHECKING:
    from tree_sitter import Node

    from tenantlint.lang.drizzle.rename.infer import Infer
    from tenantlint.lang.drizzle.rename.scopes import File

MODULE: Final = "react-hook-form"
_MAKERS: Final = ("useForm", "useFormContext")
_OF_STATE: Final = ("errors", "dirtyFields", "touchedFields", "defaultValues")
_NAMED: Final = frozenset(
    "register setValue getValues watch trigger resetField setError clearErrors getFieldState setFocus "
    "unregister".split()
)


def made(infer: Infer, file: File, node: Node, name: str, first: Shape | None) -> Shape | None:
    """Return the form that ``useForm<T>()`` makes, of T or of what its resolver lets through; None if not known."""
    types = arguments_of(node)
    if name not in _MAKERS:
        return None
    value = annotation(infer, file, types[0]) if types else _resolved(infer, first)
    return Form(value) if value is not None else None


def _resolved(infer: Infer, options: Shape | None) -> Shape | None:
    home = infer.program.file(options.path) if isinstance(options, Written) else None
    for child in options.node.named_children if isinstance(options, Written) and home is not None else ():
        call = child.child_by_field_name("value") if key_of(child) == "resolver" else None
        given = call.child_by_field_name("arguments") if call is not None else None
        schema = infer.of(home, first_named(given)) if given is not None and home is not None else None
        if isinstance(schema, Validator):
            return schema.value
    return None


def member(infer: Infer, shape: Shape, name: str) -> Shape | None:
    """Return what a member of a form is."""
    assert isinstance(shape, Form)
    if name == "control":
        return shape
    if name == "formState":
        return Joined(tuple((each, shape.value) for each in _OF_STATE))
    return FormMethod(shape.value, name)


def options(form: Shape | None) -> Shape | None:
    """Return what the options of ``useForm`` are: two of them are values of the form."""
    value = form.value if isinstance(form, Form) else None
    return Joined((("defaultValues", value), ("values", value))) if value is not None else None


def called(shape: FormMethod, has_arguments: bool) -> Shape | None:
    """Return what a method of a form gives."""
    is_whole = shape.name in ("watch", "getValues") and not has_arguments
    return shape.value if is_whole else OTHER


def wanted(shape: FormMethod, node: Node, position: int) -> Expected:
    """Return what a method of a form takes: a name, names, values, or a function that gets them."""
    if shape.name in ("handleSubmit", "reset"):
        return Expected(shape.value, (shape.value,), shape.value) if position == 0 else Expected(OTHER)
    if shape.name not in _NAMED or position:
        return Expected(OTHER)
    keys = Keys(shape.value)
    return Expected(Many(keys) if node.type == "array" else keys)


def beside_control(infer: Infer, file: File, string: Node) -> Shape | None:
    """Return what the name of a field is a key of: ``<Controller name="x" control={form.control} />``."""
    entry = string.parent
    owner = entry.parent if entry is not None and _name_of(entry) == "name" else None
    for child in owner.named_children if owner is not None else ():
        if _name_of(child) == "control":
            control = infer.name(file, child) if child.type.startswith("shorthand") else infer.of(file, _value(child))
            return Keys(control.value) if isinstance(control, Form) else None
    return None


def _name_of(entry: Node) -> str:
    return text(first_named(entry)) if entry.type == "jsx_attribute" else key_of(entry)


def _value(entry: Node) -> Node | None:
    value = entry.child_by_field_name("value") or (entry.named_children[-1] if entry.named_children else None)
    return first_named(value) if value is not None and value.type == "jsx_expression" else value
