"""What the expressions of a project are: from tree-sitter's nodes to the shapes of ``rename_shapes``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.lang.drizzle.rename_annotations import annotation
from tenantlint.lang.drizzle.rename_scopes import FUNCTIONS, File, Meaning, Outside, Whole, first_named, text, unquoted
from tenantlint.lang.drizzle.rename_shapes import (
    OTHER,
    TABLE,
    AnyOf,
    Both,
    Class,
    Config,
    Conflict,
    Described,
    External,
    Function,
    Instance,
    Joined,
    Keyed,
    Many,
    Module,
    Payload,
    Queries,
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
    item_of,
    settled,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from tree_sitter import Node

    from tenantlint.lang.drizzle.rename_facts import Facts
    from tenantlint.lang.drizzle.rename_scopes import Program
    from tenantlint.lang.drizzle.rename_shapes import Expected

_MAX_DEPTH: Final = 60
_GLOBALS: Final = frozenset(
    "console Promise Object Array Math JSON Date Number String Boolean Symbol BigInt RegExp Intl Reflect "
    "process globalThis window "
    "document navigator location history localStorage sessionStorage crypto performance Buffer Error TypeError URL "
    "URLSearchParams FormData Headers Request Response AbortController Bun Deno require module exports __dirname "
    "__filename undefined NaN Infinity describe it test expect beforeEach afterEach beforeAll afterAll vi jest "
    "setTimeout setInterval clearTimeout clearInterval fetch structuredClone React chrome".split()
)
_LITERALS: Final = frozenset(
    "number string template_string regex true false binary_expression unary_expression".split()
)
_NOTHING: Final = frozenset({"null", "undefined"})


class Infer:
    """Answers what an expression is. Every question is asked once; one that asks itself is answered by None."""

    def __init__(self, program: Program, facts: Facts) -> None:
        self.program = program
        self.facts = facts
        self._known: dict[tuple[str, int, str], Shape | None] = {}
        self._depth = 0

    def once(self, file: File, node: Node, ask: Callable[[], Shape | None], what: str = "type") -> Shape | None:
        """Return the answer to a question on a node, and remember it."""
        key = (file.path, node.id, what)
        if key not in self._known:
            self._known[key] = None
            if self._depth >= _MAX_DEPTH:
                return None
            self._depth += 1
            self._known[key] = ask()
            self._depth -= 1
        return self._known[key]

    def of(self, file: File, node: Node | None) -> Shape | None:
        """Return what an expression is, None where that is not known."""
        return None if node is None else self.once(file, node, lambda: self._of(file, node), "of")

    def _of(self, file: File, node: Node) -> Shape | None:
        table = self.facts.made_by(file.path, node)
        if table is not None:
            return Keyed(table, TABLE)
        if node.type in _LITERALS:
            return self._operation(file, node)
        if node.type in FUNCTIONS:
            return Function(file.path, node)
        read = _EXPRESSIONS.get(node.type)
        return read(self, file, node) if read is not None else None

    def _operation(self, file: File, node: Node) -> Shape | None:
        operator = text(node.child_by_field_name("operator"))
        if operator not in ("??", "||", "&&"):
            return OTHER
        right = self.of(file, node.child_by_field_name("right"))
        if operator == "&&":
            return right
        return any_of(
            _without_nothing(
                [
                    (child, self.of(file, child))
                    for child in (node.child_by_field_name("left"), node.child_by_field_name("right"))
                ]
            )
        )

    # Names

    def name(self, file: File, node: Node) -> Shape | None:
        """Return what an identifier stands for."""
        found = file.lookup(node, text(node))
        if found is None:
            return OTHER if text(node) in _GLOBALS else None
        return self.meant(self.program.meaning(file, found))

    def meant(self, meaning: Meaning | Outside | Whole | None) -> Shape | None:
        """Return what a binding has for a value."""
        if isinstance(meaning, Outside):
            return External(meaning.module, meaning.name)
        if isinstance(meaning, Whole):
            return Module(meaning.path)
        return None if meaning is None else self._bound(meaning.file, meaning.node)

    def _bound(self, file: File, node: Node) -> Shape | None:
        if node.type in FUNCTIONS:
            return Function(file.path, node)
        if node.type.endswith("class_declaration"):
            return Class(file.path, node)
        if node.type == "enum_declaration":
            return OTHER
        if node.type in ("identifier", "shorthand_property_identifier_pattern") and not _is_value(node):
            return self.once(file, node, lambda: self.matched(file, node), "matched")
        return self.of(file, node)

    def matched(self, file: File, node: Node) -> Shape | None:
        """Return what a pattern, or a part of one, takes."""
        parent = node.parent
        if parent is None:
            return None
        read = _PATTERNS.get(parent.type)
        return read(self, file, node, parent) if read is not None else None

    # Members

    def member(self, shape: Shape | None, name: str) -> Shape | None:
        """Return what a member of a value is."""
        read = _MEMBERS.get(type(shape)) if shape is not None else None
        return read(self, shape, name) if read is not None and shape is not None else None

    def entry(self, shape: Written, name: str) -> Shape | None:
        """Return what an object literal has under a name."""
        file = self.program.file(shape.path)
        if file is None:
            return None
        for child in reversed(shape.node.named_children):
            if child.type == "spread_element":
                found = self.member(self.of(file, first_named(child)), name)
                if found is not None:
                    return found
            elif key_of(child) == name:
                return OTHER if self.facts.declared_by(shape.path, child) else self._entry_value(file, child)
        return None

    def _entry_value(self, file: File, node: Node) -> Shape | None:
        if node.type == "pair":
            return self.of(file, node.child_by_field_name("value"))
        return self.name(file, node) if node.type == "shorthand_property_identifier" else Function(file.path, node)

    # Functions

    def returned(self, function: Function) -> Shape | None:
        """Return what a call of a function gives."""
        file = self.program.file(function.path)
        if file is None:
            return None
        return self.once(file, function.node, lambda: self._returned(file, function.node), "returned")

    def _returned(self, file: File, node: Node) -> Shape | None:
        written = node.child_by_field_name("return_type")
        if written is not None:
            return annotation(self, file, written)
        body = node.child_by_field_name("body")
        if body is None:
            return None
        if body.type != "statement_block":
            return self.of(file, body)
        given = [(child, self.of(file, child)) for child in returns(body)]
        return any_of(_without_nothing(given))


def _without_nothing(given: Sequence[tuple[Node | None, Shape | None]]) -> list[Shape | None]:
    return [shape for node, shape in given if node is not None and text(node) not in _NOTHING]


def _is_value(node: Node) -> bool:
    """Return whether an identifier is an expression: ``export default users``."""
    return node.parent is not None and node.parent.type == "export_statement"


def returns(body: Node) -> Iterator[Node]:
    """Yield what the return statements of a function give; not those of functions inside it."""
    pending = [body]
    while pending:
        node = pending.pop()
        if node.type == "return_statement":
            value = first_named(node)
            if value is not None:
                yield value
        elif node.type not in FUNCTIONS:
            pending.extend(reversed(node.named_children))


def key_of(node: Node) -> str:
    """Return the key of an entry of an object or of a member of a type, '' where it has none that is known."""
    if node.type == "shorthand_property_identifier":
        return text(node)
    key = node.child_by_field_name("key") or node.child_by_field_name("name")
    if key is not None and key.type == "computed_property_name":
        inner = first_named(key)
        return unquoted(inner) if inner is not None and inner.type == "string" else ""
    return unquoted(key)


# Expressions


def _inside(infer: Infer, file: File, node: Node) -> Shape | None:
    return infer.of(file, first_named(node))


def _await(infer: Infer, file: File, node: Node) -> Shape | None:
    return settled(_inside(infer, file, node))


def _as(infer: Infer, file: File, node: Node) -> Shape | None:
    """Return what ``x as T`` is: what T says, what x is where T is ``const`` or says nothing."""
    parts = [child for child in node.named_children if child.type != "comment"]
    if len(parts) < 2 or node.type == "satisfies_expression":
        return _inside(infer, file, node)
    return annotation(infer, file, parts[1])


def _ternary(infer: Infer, file: File, node: Node) -> Shape | None:
    sides = [node.child_by_field_name(field) for field in ("consequence", "alternative")]
    return any_of(_without_nothing([(side, infer.of(file, side)) for side in sides]))


def _array(infer: Infer, file: File, node: Node) -> Shape | None:
    items: list[Shape | None] = []
    for child in node.named_children:
        if child.type == "spread_element":
            return Many(any_of([*items, item_of(infer.of(file, first_named(child)))]))
        if child.type != "comment":
            items.append(infer.of(file, child))
    return Several(tuple(items))


def _object(infer: Infer, file: File, node: Node) -> Shape | None:
    return Written(file.path, node)


def _name(infer: Infer, file: File, node: Node) -> Shape | None:
    return infer.name(file, node)


def _member(infer: Infer, file: File, node: Node) -> Shape | None:
    """Return what ``a.b`` is; ``db.query.users`` is known by its name."""
    owner, name = node.child_by_field_name("object"), text(node.child_by_field_name("property"))
    if (
        owner is not None
        and owner.type == "member_expression"
        and text(owner.child_by_field_name("property")) == "query"
    ):
        table = infer.facts.named(name, file.path)
        if table is not None:
            return Queries(table)
    return infer.member(infer.of(file, owner), name)


def _subscript(infer: Infer, file: File, node: Node) -> Shape | None:
    shape, index = infer.of(file, node.child_by_field_name("object")), node.child_by_field_name("index")
    if index is None:
        return None
    if index.type == "string":
        return infer.member(shape, unquoted(index))
    if isinstance(shape, (Many, Several, AnyOf)):
        return item_of(shape, int(text(index)) if text(index).isdecimal() else None)
    return OTHER if shape is OTHER else None


def _call(infer: Infer, file: File, node: Node) -> Shape | None:
    from tenantlint.lang.drizzle.rename_calls import call

    return call(infer, file, node)


def _new(infer: Infer, file: File, node: Node) -> Shape | None:
    made = infer.of(file, node.child_by_field_name("constructor"))
    if isinstance(made, Class):
        return Instance(made.path, made.node)
    return OTHER if made is OTHER and text(node.child_by_field_name("constructor")) != "Map" else None


def _this(infer: Infer, file: File, node: Node) -> Shape | None:
    current: Node | None = node
    while current is not None:
        if current.type in ("class_declaration", "class", "abstract_class_declaration"):
            return Instance(file.path, current)
        current = current.parent
    return None


def _assignment(infer: Infer, file: File, node: Node) -> Shape | None:
    return infer.of(file, node.child_by_field_name("right"))


def _jsx(infer: Infer, file: File, node: Node) -> Shape | None:
    return OTHER


_EXPRESSIONS: Final[Mapping[str, Callable[[Infer, File, Node], Shape | None]]] = {
    "array": _array,
    "as_expression": _as,
    "assignment_expression": _assignment,
    "await_expression": _await,
    "call_expression": _call,
    "identifier": _name,
    "jsx_element": _jsx,
    "jsx_self_closing_element": _jsx,
    "member_expression": _member,
    "new_expression": _new,
    "non_null_expression": _inside,
    "object": _object,
    "parenthesized_expression": _inside,
    "satisfies_expression": _as,
    "shorthand_property_identifier": _name,
    "subscript_expression": _subscript,
    "ternary_expression": _ternary,
    "this": _this,
}


# Patterns


def _same(infer: Infer, file: File, node: Node, parent: Node) -> Shape | None:
    return infer.matched(file, parent)


def _rest(infer: Infer, file: File, node: Node, parent: Node) -> Shape | None:
    outer = parent.parent
    if outer is None or outer.type == "formal_parameters":
        return None
    whole = infer.matched(file, outer)
    return Many(item_of(whole)) if outer.type == "array_pattern" else whole


def _object_part(infer: Infer, file: File, node: Node, parent: Node) -> Shape | None:
    leaf = node.child_by_field_name("left") if node.type == "object_assignment_pattern" else node
    return infer.member(infer.matched(file, parent), text(leaf))


def _pair_part(infer: Infer, file: File, node: Node, parent: Node) -> Shape | None:
    outer = parent.parent
    return infer.member(infer.matched(file, outer), key_of(parent)) if outer is not None else None


def _array_part(infer: Infer, file: File, node: Node, parent: Node) -> Shape | None:
    position = 0
    for child in parent.children:
        if child == node:
            break
        position += child.type == ","
    return item_of(infer.matched(file, parent), position)


def _parameter(infer: Infer, file: File, node: Node, parent: Node) -> Shape | None:
    written = parent.child_by_field_name("type")
    if written is not None:
        return annotation(infer, file, written)
    function = parent.parent.parent if parent.parent is not None else None
    siblings = [child for child in parent.parent.named_children if child.type != "comment"] if parent.parent else []
    return None if function is None else parameter(infer, file, function, siblings.index(parent))


def _arrow_parameter(infer: Infer, file: File, node: Node, parent: Node) -> Shape | None:
    return parameter(infer, file, parent, 0)


def parameter(infer: Infer, file: File, function: Node, position: int) -> Shape | None:
    """Return what a function's parameter without a type gets, as the place where the function stands says."""
    from tenantlint.lang.drizzle.rename_expect import expected

    params = expected(infer, file, function).params
    return params[position] if position < len(params) else None


def _declarator(infer: Infer, file: File, node: Node, parent: Node) -> Shape | None:
    written, value = parent.child_by_field_name("type"), parent.child_by_field_name("value")
    if written is not None:
        return annotation(infer, file, written)
    if value is None:
        return _assigned(infer, file, node)
    if value.type in ("object", "array") and node.type == "identifier":
        from tenantlint.lang.drizzle.rename_expect import expected

        used = expected(infer, file, value).value
        if used is not None:
            return used
    return infer.of(file, value)


def _assigned(infer: Infer, file: File, name: Node) -> Shape | None:
    """Return what a variable that is declared without a value is given later."""
    given: list[Shape | None] = []
    for use in uses_of(file, name):
        parent = use.parent
        if parent is not None and parent.type == "assignment_expression" and parent.child_by_field_name("left") == use:
            given.append(infer.of(file, parent.child_by_field_name("right")))
    return any_of(given) if given else None


def uses_of(file: File, name: Node) -> Iterator[Node]:
    """Yield the identifiers that stand for the variable which ``name`` binds."""
    import re

    word = text(name)
    for match in re.finditer(rb"(?<![\w$])" + re.escape(word.encode()) + rb"(?![\w$])", file.source.data):
        node = file.root.descendant_for_byte_range(match.start(), match.end())
        is_use = node is not None and node.type in ("identifier", "shorthand_property_identifier") and node != name
        if is_use and node is not None and file.lookup(node, word) == name:
            yield node


def _loop(infer: Infer, file: File, node: Node, parent: Node) -> Shape | None:
    is_of = text(parent.child_by_field_name("operator")) == "of"
    return item_of(settled(infer.of(file, parent.child_by_field_name("right")))) if is_of else OTHER


def _caught(infer: Infer, file: File, node: Node, parent: Node) -> Shape | None:
    return OTHER


def _assigned_pattern(infer: Infer, file: File, node: Node, parent: Node) -> Shape | None:
    return infer.of(file, parent.child_by_field_name("right"))


_PATTERNS: Final[Mapping[str, Callable[[Infer, File, Node, Node], Shape | None]]] = {
    "array_pattern": _array_part,
    "arrow_function": _arrow_parameter,
    "assignment_expression": _assigned_pattern,
    "assignment_pattern": _same,
    "catch_clause": _caught,
    "for_in_statement": _loop,
    "object_assignment_pattern": _same,
    "object_pattern": _object_part,
    "optional_parameter": _parameter,
    "pair_pattern": _pair_part,
    "required_parameter": _parameter,
    "rest_pattern": _rest,
    "variable_declarator": _declarator,
}


# Members


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


def signature(node: Node, name: str) -> Node | None:
    """Return what an interface, an object type or a class says of a member."""
    body = node.child_by_field_name("body") or node
    return next((child for child in body.named_children if key_of(child) == name), None)


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
    from tenantlint.lang.drizzle.rename_expect import in_options

    expected: Expected = in_options(infer, shape, name)
    return expected.value


def _of_many(infer: Infer, shape: Shape, name: str) -> Shape | None:
    return OTHER if name == "length" else None


def _of_other(infer: Infer, shape: Shape, name: str) -> Shape | None:
    return OTHER


def _of_validator(infer: Infer, shape: Shape, name: str) -> Shape | None:
    assert isinstance(shape, Validator)
    return shape.value if name in ("shape", "_type", "_output", "_input") else None


_MEMBERS: Final[Mapping[type, Callable[[Infer, Shape, str], Shape | None]]] = {
    AnyOf: _of_any,
    Both: _of_both,
    Class: _of_class,
    Config: _of_config,
    Conflict: _of_config,
    Described: _of_described,
    External: _of_external,
    Instance: _of_class,
    Joined: _of_joined,
    Keyed: _of_keyed,
    Many: _of_many,
    Module: _of_module,
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
