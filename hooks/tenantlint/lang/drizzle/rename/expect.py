"""What a place takes: the value that an object literal is for, the parameters that a callback gets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.lang.drizzle.rename import forms, schemas
from tenantlint.lang.drizzle.rename.annotations import annotation, arguments_of
from tenantlint.lang.drizzle.rename.calls import arguments
from tenantlint.lang.drizzle.rename.carry import foreign
from tenantlint.lang.drizzle.rename.options import in_options
from tenantlint.lang.drizzle.rename.receivers import RECEIVERS
from tenantlint.lang.drizzle.rename.scopes import FUNCTIONS, first_named, key_of, signature, text, uses_of
from tenantlint.lang.drizzle.rename.shapes import (
    FREE,
    NOWHERE,
    OTHER,
    TABLE,
    Class,
    Config,
    Conflict,
    Dict,
    Expected,
    External,
    FormMethod,
    Function,
    Keyed,
    Keys,
    Many,
    Relate,
    Relating,
    Setter,
    Several,
    Shape,
    Validator,
    With,
    any_of,
    item_of,
    settled,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tree_sitter import Node

    from tenantlint.lang.drizzle.rename.infer import Infer
    from tenantlint.lang.drizzle.rename.scopes import File

_WHOLE: Final = ("as_expression", "satisfies_expression")
_PASSING: Final = frozenset("parenthesized_expression non_null_expression await_expression ternary_expression".split())
_OF_TABLES: Final = (Keyed, Config, With, Conflict, Relating)
_ANYTHING: Final = frozenset({"any", "unknown", "object", "{}", "Record", "any[]", "unknown[]", "Error", "JSON"})
_MATCHERS: Final = frozenset("toEqual toStrictEqual toMatchObject eql equal deepEqual toContainEqual include".split())


def expected(infer: Infer, file: File, node: Node) -> Expected:
    """Return what is expected of an expression where it stands."""
    parent = node.parent
    if parent is None:
        return NOWHERE
    if parent.type in _PASSING:
        return NOWHERE if parent.child_by_field_name("condition") == node else expected(infer, file, parent)
    read = _PLACES.get(parent.type)
    if read is not None:
        return read(infer, file, node, parent)
    return _result(infer, file, parent) if parent.type in FUNCTIONS else NOWHERE


def _binary(infer: Infer, file: File, node: Node, parent: Node) -> Expected:
    is_passed = text(parent.child_by_field_name("operator")) in ("&&", "||", "??")
    return expected(infer, file, parent) if is_passed else NOWHERE


def _as(infer: Infer, file: File, node: Node, parent: Node) -> Expected:
    parts = [child for child in parent.named_children if child.type != "comment"]
    said = annotation(infer, file, parts[1]) if len(parts) > 1 else None
    return expected(infer, file, parent) if said is None else _typed(infer, file, said)


def _typed(infer: Infer, file: File, shape: Shape | None) -> Expected:
    """Return what a type expects; a function's type gives the parameters of the function."""
    if not isinstance(shape, Function):
        return Expected(shape)
    home = infer.program.file(shape.path)
    parameters = shape.node.child_by_field_name("parameters")
    types = [each.child_by_field_name("type") for each in parameters.named_children] if parameters is not None else []
    if home is None:
        return NOWHERE
    return Expected(shape, tuple(annotation(infer, home, each) for each in types), infer.returned(shape))


def _item(infer: Infer, file: File, node: Node, parent: Node) -> Expected:
    outer = expected(infer, file, parent).value
    return Expected(item_of(outer, parent.named_children.index(node) if isinstance(outer, Several) else None))


def _pair(infer: Infer, file: File, node: Node, parent: Node) -> Expected:
    owner = parent.parent
    if owner is None or parent.child_by_field_name("value") != node:
        return NOWHERE
    return in_options(infer, expected(infer, file, owner).value, key_of(parent))


def _short(infer: Infer, file: File, node: Node, parent: Node) -> Expected:
    """Return what ``{ user }`` expects of ``user``."""
    is_short = node.type == "shorthand_property_identifier"
    return in_options(infer, expected(infer, file, parent).value, text(node)) if is_short else NOWHERE


def _spread(infer: Infer, file: File, node: Node, parent: Node) -> Expected:
    owner = parent.parent
    return expected(infer, file, owner) if owner is not None and owner.type in ("object", "array") else NOWHERE


def _declarator(infer: Infer, file: File, node: Node, parent: Node) -> Expected:
    written = parent.child_by_field_name("type")
    if written is not None:
        return _typed(infer, file, annotation(infer, file, written))
    name = parent.child_by_field_name("name")
    if name is None or name.type != "identifier":
        return NOWHERE
    return Expected(infer.once(file, name, lambda: _flow(infer, file, name), "flow"))


def _flow(infer: Infer, file: File, name: Node) -> Shape | None:
    """Return what of a table the places expect that a variable is handed to, None where there is no such place."""
    found = [expected(infer, file, use).value for use in uses_of(file, name)]
    of_tables = [shape for shape in found if _is_of_table(item_of(shape) if isinstance(shape, Many) else shape)]
    return any_of(of_tables) if of_tables else None


def _is_of_table(shape: Shape | None) -> bool:
    """Return whether a place takes what has a table's keys; the columns of a table are what they are by themselves."""
    return isinstance(shape, _OF_TABLES) and not (isinstance(shape, Keyed) and shape.role == TABLE)


def _returned(infer: Infer, file: File, node: Node, parent: Node) -> Expected:
    current: Node | None = parent
    while current is not None and current.type not in FUNCTIONS:
        current = current.parent
    return _result(infer, file, current) if current is not None else NOWHERE


def _result(infer: Infer, file: File, function: Node) -> Expected:
    written = function.child_by_field_name("return_type")
    if written is not None:
        return Expected(annotation(infer, file, written))
    return Expected(expected(infer, file, function).returns)


def _assigned(infer: Infer, file: File, node: Node, parent: Node) -> Expected:
    left = parent.child_by_field_name("left")
    return NOWHERE if left is None or left == node else Expected(infer.of(file, left))


def _default(infer: Infer, file: File, node: Node, parent: Node) -> Expected:
    pattern = parent.child_by_field_name("pattern") or parent.child_by_field_name("left")
    return NOWHERE if pattern is None or pattern == node else Expected(infer.matched(file, pattern))


def _field(infer: Infer, file: File, node: Node, parent: Node) -> Expected:
    return _typed(infer, file, annotation(infer, file, parent.child_by_field_name("type")))


def _jsx_value(infer: Infer, file: File, node: Node, parent: Node) -> Expected:
    attribute = parent.parent
    if attribute is None or attribute.type != "jsx_attribute":
        return NOWHERE
    return in_options(infer, properties(infer, file, attribute), text(first_named(attribute)))


def properties(infer: Infer, file: File, attribute: Node) -> Shape | None:
    """Return what the component takes that an attribute of JSX is given to: its one parameter."""
    tag = attribute.parent.child_by_field_name("name") if attribute.parent is not None else None
    component = infer.of(file, tag)
    home = infer.program.file(component.path) if isinstance(component, Function) else None
    if home is None or not isinstance(component, Function):
        return component if isinstance(component, External) else None
    parameters = component.node.child_by_field_name("parameters")
    first = first_named(parameters) if parameters is not None else None
    pattern = first.child_by_field_name("pattern") if first is not None else None
    return infer.matched(home, pattern) if pattern is not None else None


def _argument(infer: Infer, file: File, node: Node, parent: Node) -> Expected:
    call = parent.parent
    if call is None:
        return NOWHERE
    position = arguments(call).index(node)
    if call.type == "new_expression":
        return _of_new(infer, file, call, position)
    if call.type != "call_expression":
        return NOWHERE
    table = infer.facts.makers(file.path, call)
    if table is not None:
        return Expected(Keyed(table, TABLE) if position == 1 else OTHER, (Keyed(table, TABLE),) * (position == 2))
    function = call.child_by_field_name("function")
    if function is not None and function.type == "member_expression":
        return _of_method(infer, file, call, function, position)
    return _of_function(infer, file, call, infer.of(file, function), position)


_PLACES: Final[Mapping[str, Callable[[Infer, File, Node, Node], Expected]]] = {
    "arguments": _argument,
    "array": _item,
    "as_expression": _as,
    "assignment_expression": _assigned,
    "assignment_pattern": _default,
    "binary_expression": _binary,
    "jsx_expression": _jsx_value,
    "object": _short,
    "object_assignment_pattern": _default,
    "optional_parameter": _default,
    "pair": _pair,
    "public_field_definition": _field,
    "required_parameter": _default,
    "return_statement": _returned,
    "satisfies_expression": _as,
    "spread_element": _spread,
    "variable_declarator": _declarator,
}


# Functions


def _of_function(infer: Infer, file: File, call: Node, function: Shape | None, position: int) -> Expected:
    if isinstance(function, Relating):
        return Expected(function)
    if isinstance(function, Setter):
        return Expected(function.value, (function.value,), function.value)
    if isinstance(function, FormMethod):
        return forms.wanted(function, arguments(call)[position], position)
    if isinstance(function, External):
        return _of_library(infer, file, call, function, position)
    home = infer.program.file(function.path) if isinstance(function, Function) else None
    if home is None or not isinstance(function, Function):
        return NOWHERE
    parameters = function.node.child_by_field_name("parameters")
    given = [each for each in parameters.named_children if each.type != "comment"] if parameters is not None else []
    pattern = given[position].child_by_field_name("pattern") if position < len(given) else None
    return _of_parameter(infer, home, pattern) if pattern is not None else NOWHERE


def _of_parameter(infer: Infer, home: File, pattern: Node) -> Expected:
    """Return what a parameter expects: what its type says, or where that says nothing, what it is handed to."""
    shape = infer.matched(home, pattern)
    written = pattern.parent.child_by_field_name("type") if pattern.parent is not None else None
    if shape is not None or written is None or pattern.type != "identifier":
        return _typed(infer, home, shape)
    used = infer.once(home, pattern, lambda: _flow(infer, home, pattern), "flow")
    return FREE if used is None and _says_nothing(first_named(written)) else Expected(used)


def _says_nothing(written: Node | None) -> bool:
    """Return whether a type takes any object."""
    name = written.child_by_field_name("name") if written is not None and written.type == "generic_type" else written
    return text(name) in _ANYTHING


def _of_library(infer: Infer, file: File, call: Node, function: External, position: int) -> Expected:
    name = function.name.rpartition(".")[2]
    first = infer.of(file, arguments(call)[0])
    if name.startswith("defineRelations") and position == 1:
        return Expected(OTHER, (Relate(first),), OTHER)
    if name.startswith("create") and name.endswith("Schema") and position == 1 and isinstance(first, Keyed):
        return Expected(Keyed(first.table_id))
    if function.module.startswith("drizzle-orm"):
        return FREE
    if function.module.startswith(forms.MODULE):
        return Expected(forms.options(infer.of(file, call)))
    if position and isinstance(first, Validator) and function.module.startswith(schemas.MODULES):
        return Expected(Many(Keys(first.value)))
    made = foreign(infer, file, call, function, [each for each in arguments(call) if each != arguments(call)[position]])
    return NOWHERE if made is None else Expected(made)


def _of_new(infer: Infer, file: File, call: Node, position: int) -> Expected:
    """Return what a constructor takes: that of a class of the project, ``new Set<T>(...)``."""
    made = infer.of(file, call.child_by_field_name("constructor"))
    types = arguments_of(call)
    if isinstance(made, Class):
        function = signature(made.node, "constructor")
        return _of_function(infer, file, call, Function(made.path, function), position) if function else NOWHERE
    is_set = text(call.child_by_field_name("constructor")) in ("Set", "Array")
    return Expected(Many(annotation(infer, file, types[0]))) if is_set and types else NOWHERE


# Methods


def _of_method(infer: Infer, file: File, call: Node, function: Node, position: int) -> Expected:
    owner = infer.of(file, function.child_by_field_name("object"))
    name = text(function.child_by_field_name("property"))
    if isinstance(owner, Validator) and arguments(call)[position].type == "string":
        return Expected(Keys(owner.value))
    if name in ("select", "selectDistinct", "selectDistinctOn"):
        return FREE
    if owner is None or owner is OTHER or isinstance(owner, External):
        compared = _compared(infer, file, call, function)
        if compared is not None:
            return compared
    read = RECEIVERS.get(type(owner)) if owner is not None else None
    found = read(infer, owner, name) if read is not None and owner is not None else NOWHERE
    if name == "set" and position == 1 and isinstance(owner, Dict):
        return Expected(owner.item)
    if name in ("map", "flatMap") and isinstance(owner, (Many, Several)) and position == 0:
        made = expected(infer, file, call).value
        return Expected(None, found.params, item_of(made) if name == "map" else made)
    if found is not NOWHERE:
        return NOWHERE if position else found
    if name == "then" and owner is not None and not isinstance(owner, External):
        return NOWHERE if position else Expected(None, (settled(owner),))
    return _of_function(infer, file, call, infer.of(file, function), position)


def _compared(infer: Infer, file: File, call: Node, function: Node) -> Expected | None:
    """Return what ``expect(row).toEqual(...)`` compares with: what ``expect`` gets."""
    name, inner = text(function.child_by_field_name("property")), function.child_by_field_name("object")
    if name in ("objectContaining", "arrayContaining") and text(inner) in ("expect", "expect.not"):
        return expected(infer, file, call)
    while inner is not None and inner.type == "member_expression":
        inner = inner.child_by_field_name("object")
    if inner is None or inner.type != "call_expression" or text(inner.child_by_field_name("function")) != "expect":
        return None
    given = arguments(inner)
    return Expected(settled(infer.of(file, given[0]))) if given and name in _MATCHERS else None
