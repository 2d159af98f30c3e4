"""The declaration of a column: its key, and its name in the database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.edit import Edit
from tenantlint.lang.drizzle.rename.calls import arguments
from tenantlint.lang.drizzle.rename.scopes import Meaning, first_named, key_of, text, unquoted
from tenantlint.lang.drizzle.rename.shapes import External
from tenantlint.record import Record

if TYPE_CHECKING:
    from tree_sitter import Node

    from tenantlint.lang.drizzle.rename.infer import Infer
    from tenantlint.lang.drizzle.rename.scopes import File
    from tenantlint.source import Location

_TYPE_MAKERS: Final = ("Enum", "customType", "enum")
_STRINGS: Final = ("string", "template_string")
_SHARED: Final = "its database name stands in a variable that other columns may use"
_NO_NAME: Final = "its database name does not stand in its declaration as a text, so that it cannot be set there"


class Named(Record):
    """What a declaration comes to: its edits, or why they cannot be made."""

    edits: tuple[Edit, ...] = ()
    refused: str | None = None


class Names(Record):
    """The names of a column: its keys, and its names in the database, before and after.

    ``old_derived`` and ``derived`` are the database names that the keys give by themselves, None if not known.
    """

    key: str
    new_key: str
    old_name: str
    name: str
    old_derived: str | None
    derived: str | None


def declaration(infer: Infer, at: Location, names: Names) -> Named:
    """Return the edits that give a column a new key and name where it is declared."""
    file = infer.program.file(at.path)
    node = _entry(file, at) if file is not None else None
    if file is None or node is None or key_of(node) != names.key:
        return Named(refused="its declaration is not an entry of an object, so that its key cannot be changed there")
    named = _database_name(infer, file, node, names)
    if named.refused is not None or names.key == names.new_key:
        return named
    return Named((_key_edit(file, node, names), *named.edits))


def _entry(file: File, at: Location) -> Node | None:
    node = file.root.descendant_for_byte_range(at.start, at.end)
    while node is not None and (node.start_byte, node.end_byte) == (at.start, at.end):
        if node.type in ("pair", "shorthand_property_identifier"):
            return node
        node = node.parent
    return None


def _key_edit(file: File, node: Node, names: Names) -> Edit:
    if node.type == "shorthand_property_identifier":
        return Edit(file.path, node.start_byte, node.start_byte, f"{names.new_key}: ")
    key = node.child_by_field_name("key")
    if key is not None and key.type == "computed_property_name":
        key = first_named(key)
    assert key is not None
    value = node.child_by_field_name("value")
    if value is not None and value.type == "identifier" and text(value) == names.new_key:
        return Edit(file.path, node.start_byte, value.start_byte, "")
    inset = 1 if key.type == "string" else 0
    return Edit(file.path, key.start_byte + inset, key.end_byte - inset, names.new_key)


def _database_name(infer: Infer, file: File, node: Node, names: Names) -> Named:
    """Return the edit of the name text, or the one that adds it where the key would give another name."""
    home, value, is_shared = _value(infer, file, node)
    call = _builder(value)
    given = arguments(call) if call is not None else []
    first = given[0] if given else None
    stays = names.name == names.old_name
    if first is not None and first.type in _STRINGS and unquoted(first) == names.old_name:
        if stays or is_shared:
            return Named() if stays else Named(refused=_SHARED)
        return Named((Edit(home.path, first.start_byte + 1, first.end_byte - 1, names.name),))
    if call is not None and not _is_fixed(first) and _takes_name(infer, home, call):
        if names.derived == names.name:
            return Named()
        return Named(refused=_SHARED) if is_shared else Named((_added(file, call, given, names.name),))
    is_kept = stays and (
        names.key == names.new_key or names.old_derived != names.old_name or names.derived == names.name
    )
    return Named() if is_kept else Named(refused=_NO_NAME)


def _value(infer: Infer, file: File, node: Node) -> tuple[File, Node | None, bool]:
    """Return the value of an entry with its file, and whether it stands in a variable, which others may use."""
    value = node if node.type == "shorthand_property_identifier" else node.child_by_field_name("value")
    if value is None or value.type not in ("identifier", "shorthand_property_identifier"):
        return file, value, False
    binder = file.lookup(value, text(value))
    meaning = infer.program.meaning(file, binder) if binder is not None else None
    parent = meaning.node.parent if isinstance(meaning, Meaning) else None
    if not isinstance(meaning, Meaning) or parent is None or parent.type != "variable_declarator":
        return file, None, True
    return meaning.file, parent.child_by_field_name("value"), True


def _builder(value: Node | None) -> Node | None:
    """Return the innermost call of a chain: ``text("x")`` of ``text("x").notNull()``."""
    call: Node | None = None
    node = value
    while node is not None and node.type in ("call_expression", "member_expression"):
        if node.type == "call_expression":
            call = node
            node = node.child_by_field_name("function")
        else:
            node = node.child_by_field_name("object")
    return call


def _is_fixed(first: Node | None) -> bool:
    """Return whether a first argument may be a name that stands elsewhere."""
    return first is not None and first.type not in ("object", "array", "number")


def _takes_name(infer: Infer, file: File, call: Node) -> bool:
    """Return whether a function is one of Drizzle's, whose first argument is the name."""
    function = call.child_by_field_name("function")
    if function is not None and function.type == "member_expression":
        function = function.child_by_field_name("object")
    if function is None or function.type != "identifier":
        return False
    shape = infer.of(file, function)
    if isinstance(shape, External):
        return shape.module.startswith("drizzle-orm")
    binder = file.lookup(function, text(function))
    meaning = infer.program.meaning(file, binder) if binder is not None else None
    return isinstance(meaning, Meaning) and _is_type_maker(infer, meaning)


def _is_type_maker(infer: Infer, meaning: Meaning) -> bool:
    """Return whether a name is that of an own type or enum, or the builders that a table's function gets."""
    parent = meaning.node.parent
    while parent is not None and parent.type in ("object_pattern", "pair_pattern", "required_parameter"):
        parent = parent.parent
    if parent is None or parent.type in ("arrow_function", "formal_parameters"):
        return True
    value = parent.child_by_field_name("value")
    maker = value.child_by_field_name("function") if value is not None else None
    return text(maker).endswith(_TYPE_MAKERS) if maker is not None else False


def _added(file: File, call: Node, given: list[Node], name: str) -> Edit:
    """Return the edit that puts a name before the other arguments, in the quotes that the file uses."""
    holder = call.child_by_field_name("arguments")
    assert holder is not None
    place = given[0].start_byte if given else holder.start_byte + 1
    quote = quote_of(file)
    return Edit(file.path, place, place, f"{quote}{name}{quote}" + (", " if given else ""))


def quote_of(file: File) -> str:
    """Return the quotes that a file uses for most of its texts."""
    data = file.source.data
    return "'" if data.count(b"'") > data.count(b'"') else '"'
