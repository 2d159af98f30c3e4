"""What calls give: those of Drizzle, of arrays and promises, and of the project's own functions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.lang.drizzle.rename import containers, forms, schemas
from tenantlint.lang.drizzle.rename.carry import foreign
from tenantlint.lang.drizzle.rename.scopes import text, unquoted
from tenantlint.lang.drizzle.rename.shapes import (
    OTHER,
    TABLE,
    AnyOf,
    Both,
    Class,
    Dict,
    External,
    FormMethod,
    Function,
    Joined,
    Keyed,
    Many,
    Named,
    Payload,
    Procedure,
    Queries,
    Query,
    Relating,
    Selecting,
    Setter,
    Several,
    Shape,
    Validator,
    Writing,
    Written,
    any_of,
    element,
    item_of,
    row_of,
    settled,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tree_sitter import Node

    from tenantlint.lang.drizzle.rename.infer import Infer
    from tenantlint.lang.drizzle.rename.scopes import File

_SELECTS: Final = frozenset({"select", "selectDistinct"})
_WRITES: Final = frozenset({"insert", "update", "delete"})
_JOINS: Final = frozenset({"leftJoin", "innerJoin", "rightJoin", "fullJoin", "crossJoin", "leftJoinLateral"})
_SAME_ARRAY: Final = frozenset("filter sort slice reverse toSorted toReversed concat splice with fill flat".split())
_ITEMS: Final = frozenset("find findLast at pop shift".split())
_OF_ITEMS: Final = frozenset(
    "forEach some every findIndex findLastIndex join includes indexOf push unshift keys".split()
)
_CORE: Final = ("drizzle-orm", "drizzle-zod", "drizzle-valibot", "drizzle-typebox", "drizzle-arktype")
_ZOD: Final = ("zod", "@hono/zod-openapi")
_ZOD_PLAIN: Final = frozenset("string number boolean date bigint enum nativeEnum literal uuid email url".split())
_TEXTS: Final = frozenset({"String", "Number", "Boolean", "BigInt", "Symbol", "parseInt", "parseFloat"})
_PASSES_ON: Final = frozenset({"cache", "unstable_cache", "memoize", "memo", "useCallback", "injectArguments"})
"""Functions of packages that give back the function, or the object of functions, that they get."""


def arguments(node: Node) -> list[Node]:
    """Return the arguments of a call."""
    given = node.child_by_field_name("arguments")
    if given is None or given.type != "arguments":
        return []
    return [child for child in given.named_children if child.type != "comment"]


def call(infer: Infer, file: File, node: Node) -> Shape | None:
    """Return what a call gives, None where that is not known."""
    function = node.child_by_field_name("function")
    if function is None:
        return None
    if function.type == "import":
        return _dynamic_import(infer, file, node)
    if function.type == "member_expression":
        return _of_method(infer, file, node, function)
    return called(infer, file, node, infer.of(file, function), text(function))


def called(infer: Infer, file: File, node: Node, function: Shape | None, name: str) -> Shape | None:
    """Return what the call ``node`` of a function gives."""
    if isinstance(function, Function):
        from tenantlint.lang.drizzle.rename.generics import passed

        return infer.returned(function) or passed(infer, file, arguments(node), function.node)
    if isinstance(function, External):
        return _of_library(infer, file, node, function)
    if isinstance(function, FormMethod):
        return forms.called(function, bool(arguments(node)))
    if isinstance(function, (Relating, Setter)):
        return OTHER
    return OTHER if name in _TEXTS else None


def _dynamic_import(infer: Infer, file: File, node: Node) -> Shape | None:
    given = arguments(node)
    module = unquoted(given[0]) if given and given[0].type == "string" else ""
    return infer.meant(infer.program.member(file, module, "*")) if module else None


def _of_library(infer: Infer, file: File, node: Node, function: External) -> Shape | None:
    """Return what a function of Drizzle, or one that passes its function on, gives."""
    given = arguments(node)
    first = infer.of(file, given[0]) if given else None
    name = function.name.rpartition(".")[2]
    if function.module.startswith("react"):
        held = containers.hook(infer, file, node, name, first) or forms.made(infer, file, node, name, first)
        if held is not None:
            return held
    if name in _PASSES_ON and isinstance(first, (Function, Written)):
        return first
    read = _LIBRARY.get(name) if function.module.startswith(_CORE) else None
    if function.module.startswith(schemas.MODULES):
        found = schemas.derived(function, first)
        if found is not None:
            return found
    if function.module.startswith(_ZOD):
        return _of_zod(file, given, name, first)
    if read is not None:
        return read(first, unquoted(given[1]) if len(given) > 1 else "")
    return OTHER if function.module.startswith("drizzle-orm") else foreign(infer, file, node, function, given)


def _of_zod(file: File, given: list[Node], name: str, first: Shape | None) -> Shape | None:
    """Return the schema that a function of zod makes."""
    if name in ("object", "strictObject", "looseObject") and given and given[0].type == "object":
        return Validator(Payload(file.path, given[0]))
    if name == "array" and isinstance(first, Validator):
        return Validator(Many(first.value))
    return Validator(OTHER if name in _ZOD_PLAIN else None)


def _alias(first: Shape | None, name: str) -> Shape | None:
    return Keyed(first.table_id, TABLE, name) if isinstance(first, Keyed) else first


def _validator(first: Shape | None, name: str) -> Shape | None:
    return Validator(Keyed(first.table_id)) if isinstance(first, Keyed) else None


def _first(first: Shape | None, name: str) -> Shape | None:
    return first


_LIBRARY: Final[Mapping[str, Callable[[Shape | None, str], Shape | None]]] = {
    "alias": _alias,
    "aliasedTable": _alias,
    "createInsertSchema": _validator,
    "createSelectSchema": _validator,
    "createUpdateSchema": _validator,
    "except": _first,
    "getColumns": _first,
    "getTableColumns": _first,
    "intersect": _first,
    "union": _first,
    "unionAll": _first,
}


# Methods


def _of_method(infer: Infer, file: File, node: Node, function: Node) -> Shape | None:
    owner_node, name = function.child_by_field_name("object"), text(function.child_by_field_name("property"))
    given = arguments(node)
    first = infer.of(file, given[0]) if given else None
    if name in _SELECTS:
        return Selecting(first if given else OTHER)
    if name in _WRITES and isinstance(first, Keyed) and first.role == TABLE:
        return Writing(first.table_id)
    if name == "transaction" and isinstance(first, Function):
        return settled(infer.returned(first))
    if name == "as" and isinstance(first, (Query, Function)):
        return _subquery(infer, first)
    owner = infer.of(file, owner_node)
    owner = OTHER if isinstance(owner, Named) else owner
    if owner is None and name == "selectDistinctOn":
        return Selecting(infer.of(file, given[1]) if len(given) > 1 else OTHER)
    if owner is OTHER:
        return _of_global(infer, file, given, f"{text(owner_node)}.{name}")
    if name == "input" and isinstance(first, Validator):
        return Procedure(first.value)
    read = _METHODS.get(type(owner)) if owner is not None else None
    if read is not None and owner is not None:
        return read(infer, owner, name, [infer.of(file, each) for each in given])
    return called(infer, file, node, infer.member(owner, name), "")


def _subquery(infer: Infer, given: Shape) -> Shape | None:
    """Return what ``db.$with(name).as(query)`` or ``pgView(name).as(function)`` is: something with a row's keys."""
    query = infer.returned(given) if isinstance(given, Function) else given
    return element(query) if isinstance(query, Query) else None


def _of_global(infer: Infer, file: File, given: list[Node], name: str) -> Shape | None:
    """Return what a method of a global gives: mostly something else, but these pass on what they get."""
    shapes = [infer.of(file, each) for each in given]
    if name == "Promise.all":
        return _all_settled(shapes[0]) if shapes else None
    if name in ("Promise.resolve", "Array.from") and shapes:
        return settled(shapes[0])
    if name.startswith("Object."):
        return containers.of_object(name, shapes)
    if name.startswith(("JSON.parse", "Promise.", "Array.", "Reflect.", "React.", "vi.", "jest.")):
        return None
    return OTHER


def _all_settled(shape: Shape | None) -> Shape | None:
    if isinstance(shape, Several):
        return Several(tuple(settled(item) for item in shape.items))
    return Many(settled(shape.item)) if isinstance(shape, Many) else None


def _of_selecting(infer: Infer, owner: Shape, name: str, given: list[Shape | None]) -> Shape | None:
    assert isinstance(owner, Selecting)
    return Query(owner.fields, _source(infer, given)) if name == "from" else owner


def _source(infer: Infer, given: list[Shape | None]) -> tuple[tuple[str, Shape | None], ...]:
    shape = given[0] if given else None
    name = infer.facts.join_name(shape) if isinstance(shape, Keyed) else None
    return ((name or "", shape),)


def _of_query(infer: Infer, owner: Shape, name: str, given: list[Shape | None]) -> Shape | None:
    assert isinstance(owner, Query)
    if name in _JOINS:
        return Query(owner.fields, owner.sources + _source(infer, given), owner.many)
    if name == "as":
        return element(owner)
    if name in ("all", "execute"):
        return settled(owner)
    if name == "get":
        return element(owner)
    if name in ("then", "finally", "catch"):
        return _then(infer, settled(owner), name, given)
    return OTHER if name in ("toSQL", "values", "getSQL") else owner


def _then(infer: Infer, value: Shape | None, name: str, given: list[Shape | None]) -> Shape | None:
    if name != "then" or not given or not isinstance(given[0], Function):
        return value if name != "then" else None
    return infer.returned(given[0])


def _of_writing(infer: Infer, owner: Shape, name: str, given: list[Shape | None]) -> Shape | None:
    assert isinstance(owner, Writing)
    if name == "returning":
        return Query(given[0] if given else OTHER, (("", Keyed(owner.table_id, TABLE)),))
    return OTHER if name in ("then", "execute", "run", "catch", "finally") else owner


def _of_queries(infer: Infer, owner: Shape, name: str, given: list[Shape | None]) -> Shape | None:
    assert isinstance(owner, Queries)
    return Query(OTHER, (("", Keyed(owner.table_id)),), name == "findMany")


def _of_many(infer: Infer, owner: Shape, name: str, given: list[Shape | None]) -> Shape | None:
    function = given[0] if given else None
    if name in ("map", "flatMap", "reduce", "reduceRight") and isinstance(function, Function):
        made = infer.returned(function)
        if name == "map":
            return Many(made)
        return Many(item_of(made)) if name == "flatMap" else made
    if name in _SAME_ARRAY:
        return Many(item_of(owner)) if isinstance(owner, Several) else owner
    if name in _ITEMS:
        return item_of(owner)
    if name in ("values", "entries"):
        return Many(item_of(owner)) if name == "values" else Many(Several((OTHER, item_of(owner))))
    return _then(infer, owner, name, given) if name in ("then", "catch", "finally") else _unknown(name)


def _unknown(name: str) -> Shape | None:
    return OTHER if name in _OF_ITEMS else None


def _of_validator(infer: Infer, owner: Shape, name: str, given: list[Shape | None]) -> Shape | None:
    assert isinstance(owner, Validator)
    if name in ("parse", "parseAsync"):
        return owner.value
    if name in ("safeParse", "safeParseAsync"):
        return Joined((("data", owner.value), ("error", OTHER), ("success", OTHER)))
    more = given[0] if given else None
    if name in ("extend", "safeExtend", "merge", "and") and not isinstance(owner.value, Keyed):
        added = Payload(more.path, more.node) if isinstance(more, Written) else None
        return Validator(Both((owner.value, more.value if isinstance(more, Validator) else added)))
    return Validator(Many(owner.value)) if name == "array" else owner


def _of_procedure(infer: Infer, owner: Shape, name: str, given: list[Shape | None]) -> Shape | None:
    return OTHER if name in ("query", "mutation", "subscription") else owner


def _of_keyed(infer: Infer, owner: Shape, name: str, given: list[Shape | None]) -> Shape | None:
    """Return what a method of a table, or ``then`` on a promise of a row, gives."""
    assert isinstance(owner, Keyed)
    if name in ("then", "catch", "finally"):
        return _then(infer, row_of(owner), name, given)
    return owner if owner.role == TABLE else None


def _of_any(infer: Infer, owner: Shape, name: str, given: list[Shape | None]) -> Shape | None:
    assert isinstance(owner, AnyOf)
    found = []
    for member in owner.members:
        read = _METHODS.get(type(member))
        found.append(read(infer, member, name, given) if read is not None and member is not None else None)
    return any_of(found)


def _of_class(infer: Infer, owner: Shape, name: str, given: list[Shape | None]) -> Shape | None:
    function = infer.member(owner, name)
    return infer.returned(function) if isinstance(function, Function) else None


_METHODS: Final[Mapping[type, Callable[[Infer, Shape, str, list[Shape | None]], Shape | None]]] = {
    AnyOf: _of_any,
    Class: _of_class,
    Dict: containers.method,
    Keyed: _of_keyed,
    Many: _of_many,
    Procedure: _of_procedure,
    Queries: _of_queries,
    Query: _of_query,
    Selecting: _of_selecting,
    Several: _of_many,
    Validator: _of_validator,
    Writing: _of_writing,
}
