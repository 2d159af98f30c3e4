"""Types as they are written down: from annotations to shapes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.lang.drizzle.rename import aliases
from tenantlint.lang.drizzle.rename.scopes import File, Meaning, Outside, Whole, first_named, text
from tenantlint.lang.drizzle.rename.shapes import (
    OTHER,
    Both,
    Described,
    External,
    Function,
    Instance,
    Keyed,
    Many,
    Named,
    Shape,
    Validator,
    any_of,
    item_of,
    settled,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tree_sitter import Node

    from tenantlint.lang.drizzle.rename.infer import Infer

_NOT_KNOWN: Final = frozenset({"any", "unknown", "object", "{}"})
_NOTHING: Final = frozenset({"null", "undefined", "void", "never"})
_PASSING: Final = frozenset(
    "Partial Required Readonly NonNullable Promise PromiseLike Awaited Pick Omit DeepPartial Simplify Prettify "
    "Nullable Exclude Extract Immutable Mutable".split()
)
_ARRAYS: Final = frozenset({"Array", "ReadonlyArray", "Set", "ReadonlySet", "Iterable", "AsyncIterable"})
_MODELS: Final = frozenset({"InferSelectModel", "InferInsertModel", "InferModel"})
_VALIDATED: Final = ("infer", "input", "output", "TypeOf")
_PLAIN: Final = frozenset(
    "Date RegExp Error URL Buffer File Blob FormData Uint8Array ArrayBuffer HTMLElement Response Request Headers "
    "ReactNode JSX Element Function AbortSignal URLSearchParams".split()
)


def annotation(infer: Infer, file: File, node: Node | None) -> Shape | None:
    """Return the shape that a type says, None where it is not known."""
    if node is None:
        return None
    read = _TYPES.get(node.type)
    return read(infer, file, node) if read is not None else None


def _inner(infer: Infer, file: File, node: Node) -> Shape | None:
    return annotation(infer, file, first_named(node))


def _predefined(infer: Infer, file: File, node: Node) -> Shape | None:
    return None if text(node) in _NOT_KNOWN else OTHER


def _plain(infer: Infer, file: File, node: Node) -> Shape | None:
    return OTHER


def _array(infer: Infer, file: File, node: Node) -> Shape | None:
    return Many(_inner(infer, file, node))


def _union(infer: Infer, file: File, node: Node) -> Shape | None:
    members = [child for child in node.named_children if child.type != "comment" and text(child) not in _NOTHING]
    return any_of([annotation(infer, file, child) for child in members])


def _intersection(infer: Infer, file: File, node: Node) -> Shape | None:
    members = [child for child in node.named_children if child.type != "comment"]
    return Both(tuple(annotation(infer, file, child) for child in members))


def _object(infer: Infer, file: File, node: Node) -> Shape | None:
    if aliases.mapping(node) is not None:
        return aliases.mapped(infer, file, node)
    return Described(file.path, node)


def _function(infer: Infer, file: File, node: Node) -> Shape | None:
    return Function(file.path, node)


def _query(infer: Infer, file: File, node: Node) -> Shape | None:
    """Return what ``typeof x`` says."""
    child = first_named(node)
    return infer.of(file, child) if child is not None else None


def _lookup(infer: Infer, file: File, node: Node) -> Shape | None:
    """Return what ``A["b"]`` or ``A[number]`` says."""
    parts = [child for child in node.named_children if child.type != "comment"]
    if len(parts) != 2:
        return None
    owner = annotation(infer, file, parts[0])
    if parts[1].type == "literal_type":
        index = text(first_named(parts[1]))
        return item_of(owner, int(index)) if index.isdecimal() else infer.member(owner, index[1:-1])
    by = annotation(infer, file, parts[1])
    if isinstance(by, Named):
        return infer.member(owner, by.value)
    return item_of(owner) if text(parts[1]) == "number" and not isinstance(owner, Keyed) else None


def _name(infer: Infer, file: File, node: Node) -> Shape | None:
    """Return what a type's name says. The arguments of a generic type are not known where it uses them."""
    name = text(node)
    found = file.lookup(node, name, types=True)
    if found is None:
        return OTHER if name in _PLAIN else aliases.of_parameter(infer, file, node)
    return of_meaning(infer, infer.program.meaning(file, found, types=True))


def of_meaning(infer: Infer, meaning: Meaning | Outside | Whole | None) -> Shape | None:
    """Return what the meaning of a type's name says."""
    if isinstance(meaning, Outside):
        return OTHER if meaning.name in _PLAIN else None
    if not isinstance(meaning, Meaning):
        return None
    node = meaning.node
    if node.type == "type_alias_declaration":
        return infer.once(meaning.file, node, lambda: annotation(infer, meaning.file, _value(node)))
    if node.type == "interface_declaration":
        return Described(meaning.file.path, node)
    if node.type.endswith("class_declaration"):
        return Instance(meaning.file.path, node)
    return OTHER if node.type == "enum_declaration" else None


def _value(node: Node) -> Node | None:
    return node.child_by_field_name("value")


def arguments_of(node: Node) -> list[Node]:
    """Return the type arguments of a generic type."""
    arguments = node.child_by_field_name("type_arguments")
    return [] if arguments is None else [child for child in arguments.named_children if child.type != "comment"]


def _generic(infer: Infer, file: File, node: Node) -> Shape | None:
    name, given = node.child_by_field_name("name"), arguments_of(node)
    if name is None or not given:
        return None
    last = text(name).rpartition(".")[2]
    if name.type == "nested_type_identifier" and last in _VALIDATED:
        return _validated(infer, file, given[0])
    if last in _PASSING:
        shape = annotation(infer, file, given[0])
        return settled(shape) if last == "Awaited" else shape
    if last in _ARRAYS:
        return Many(annotation(infer, file, given[0]))
    if last in _MODELS:
        shape = annotation(infer, file, given[0])
        return Keyed(shape.table_id) if isinstance(shape, Keyed) else None
    if last == "ReturnType":
        shape = annotation(infer, file, given[0])
        return infer.returned(shape) if isinstance(shape, Function) else None
    read = aliases.GENERICS.get(last)
    if read is not None:
        return read(infer, file, given)
    return aliases.applied(infer, file, name, given) if name.type == "type_identifier" else None


def _validated(infer: Infer, file: File, node: Node) -> Shape | None:
    shape = annotation(infer, file, node)
    return shape.value if isinstance(shape, Validator) else None


def _nested(infer: Infer, file: File, node: Node) -> Shape | None:
    """Return what ``schema.User`` says, through a namespace import."""
    module = node.child_by_field_name("module")
    binder = file.lookup(node, text(module)) if module is not None else None
    meaning = infer.program.meaning(file, binder) if binder is not None else None
    target = infer.program.file(meaning.path) if isinstance(meaning, Whole) else None
    if target is None:
        return External("", text(node)) if text(module) in ("React", "JSX") else None
    name = text(node.child_by_field_name("name"))
    return of_meaning(infer, infer.program.exported(target, name, types=True))


_TYPES: Final[Mapping[str, Callable[[Infer, File, Node], Shape | None]]] = {
    "array_type": _array,
    "conditional_type": aliases.conditional,
    "function_type": _function,
    "index_type_query": aliases.keyof,
    "generic_type": _generic,
    "intersection_type": _intersection,
    "literal_type": aliases.literal,
    "lookup_type": _lookup,
    "nested_type_identifier": _nested,
    "object_type": _object,
    "parenthesized_type": _inner,
    "predefined_type": _predefined,
    "readonly_type": _inner,
    "template_literal_type": _plain,
    "opting_type_annotation": _inner,
    "omitting_type_annotation": _inner,
    "adding_type_annotation": _inner,
    "type_annotation": _inner,
    "type_identifier": _name,
    "type_predicate_annotation": _plain,
    "type_query": _query,
    "union_type": _union,
}
