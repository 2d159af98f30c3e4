"""The uses of a column's key in the code of a project: which change, and which cannot be told."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tenantlint.change import Use
from tenantlint.edit import Edit
from tenantlint.lang.drizzle.rename.annotations import annotation
from tenantlint.lang.drizzle.rename.evidence import Evidence
from tenantlint.lang.drizzle.rename.expect import expected, properties
from tenantlint.lang.drizzle.rename.keys import UNSAID, key_named
from tenantlint.lang.drizzle.rename.reach import programs
from tenantlint.lang.drizzle.rename.scopes import first_named, text, unquoted
from tenantlint.lang.drizzle.rename.shapes import External, Keys
from tenantlint.record import Record
from tenantlint.source import Location

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tree_sitter import Node

    from tenantlint.lang.drizzle.rename.owners import Owners
    from tenantlint.lang.drizzle.rename.scopes import File
    from tenantlint.project import Project

_LEAVES: Final = frozenset(
    "property_identifier shorthand_property_identifier shorthand_property_identifier_pattern string_fragment".split()
)
_KEPT: Final = frozenset({"enum_assignment", "enum_body", "namespace_export", "export_specifier", "import_specifier"})
_READS: Final = frozenset({"member_expression", "object_assignment_pattern", "object_pattern", "pair_pattern"})
_SELECTING_TYPES: Final = ("Pick", "Omit", "Extract", "Exclude")


class Uses(Record):
    """What a file comes to.

    ``judged`` is how many uses could not be decided, and were held for those of other things by what is beside them.
    ``clash`` is why the rename cannot be made at all.
    """

    edits: tuple[Edit, ...] = ()
    unresolved: tuple[Use, ...] = ()
    judged: int = 0
    clash: str | None = None


def mentions(data: bytes, word: str) -> Iterator[re.Match[bytes]]:
    """Yield where a word stands in a file."""
    return re.finditer(rb"(?<![\w$])" + re.escape(word.encode()) + rb"(?![\w$])", data)


def sources(project: Project, words: list[str]) -> Iterator[str]:
    """Yield the programs of a project in which one of the words stands, in order."""
    needles = [word.encode() for word in words]
    for path in programs(project):
        try:
            data = project.read(path)
        except OSError:
            continue
        if any(needle in data for needle in needles):
            yield path


class Finder:
    """Finds the uses of one key; ``new_key`` is what it becomes.

    ``bare`` are those of the uses found to be unresolved that have nothing beside them to tell them by.
    """

    def __init__(self, owners: Owners, new_key: str) -> None:
        self.owners = owners
        self.infer = owners.infer
        self.evidence = Evidence(owners)
        self.bare: set[Use] = set()
        self.key = owners.key
        self.new_key = new_key

    def of(self, file: File) -> Uses:
        """Return the uses in one file, its declarations of columns left out."""
        edits: list[Edit] = []
        unresolved: list[Use] = []
        judged = 0
        for match in mentions(file.source.data, self.key):
            node = file.root.descendant_for_byte_range(match.start(), match.end())
            if node is None or node.type not in _LEAVES:
                continue
            found = self._is_column(file, node) if _is_whole(node, match) else _of_text(node)
            if found is None and self.evidence.may_be(file, node):
                unresolved.append(Use(_described(node), Location(file.path, match.start(), match.end())))
                if self.evidence.is_bare:
                    self.bare.add(unresolved[-1])
            elif found is None:
                judged += _is_read(node)
            clash = self._clash(node) if found else self._overrides(file, node)
            if clash:
                return Uses(clash=f"{file.path}:{file.source.line_of(match.start())} {clash}")
            if found:
                edits.append(self._edit(file, node, match))
        return Uses(tuple(edits), tuple(unresolved), judged)

    def members(self, file: File) -> Uses:
        """Return only the members of joined rows: the key is the name of a table, and a word for much else."""
        edits: list[Edit] = []
        for match in mentions(file.source.data, self.key):
            node = file.root.descendant_for_byte_range(match.start(), match.end())
            if node is not None and node.type in _LEAVES and _is_whole(node, match) and self._is_column(file, node):
                edits.append(self._edit(file, node, match))
        return Uses(tuple(edits))

    def _is_column(self, file: File, node: Node) -> bool | None:
        parent = node.parent
        if node.type == "string_fragment":
            return self._of_string(file, parent) if parent is not None else None
        if node.type == "shorthand_property_identifier":
            return self._of_entry(file, node)
        if parent is None or parent.type in _KEPT:
            return False
        read = _PARENTS.get(parent.type)
        return read(self, file, node, parent) if read is not None else None

    def _of_string(self, file: File, string: Node) -> bool | None:
        parent = string.parent
        named = key_named(self.owners, file, string)
        if named != UNSAID:
            return named
        read = _STRINGS.get(parent.type) if parent is not None else None
        return read(self, file, string, parent) if read is not None and parent is not None else None

    def _of_entry(self, file: File, entry: Node) -> bool | None:
        """Decide for an entry of an object literal. One that declares a column is not a use."""
        if self.infer.facts.declared_by(file.path, entry) or entry.parent is None:
            return False
        return self.owners.owns(expected(self.infer, file, entry.parent).value)

    def _of_key(self, file: File, node: Node, parent: Node) -> bool | None:
        return self._of_entry(file, parent) if parent.child_by_field_name("key") == node else None

    def _of_computed(self, file: File, node: Node, parent: Node) -> bool | None:
        outer = parent.parent
        return self._of_entry(file, outer) if outer is not None and outer.type == "pair" else None

    def _of_member(self, file: File, node: Node, parent: Node) -> bool | None:
        return self.owners.owns(self.infer.of(file, parent.child_by_field_name("object")))

    def _of_index(self, file: File, node: Node, parent: Node) -> bool | None:
        return self._of_member(file, node, parent) if parent.child_by_field_name("index") == node else None

    def _of_pattern(self, file: File, node: Node, parent: Node) -> bool | None:
        pattern = parent if parent.type == "object_pattern" else parent.parent
        return self.owners.owns(self.infer.matched(file, pattern)) if pattern is not None else None

    def _of_method(self, file: File, node: Node, parent: Node) -> bool | None:
        owner = parent.parent
        return self._of_entry(file, parent) if owner is not None and owner.type == "object" else None

    def _of_signature(self, file: File, node: Node, parent: Node) -> bool | None:
        """Decide for a member of a type: a function that takes its parameter apart there names its own parameters."""
        written = parent.parent.parent if parent.parent is not None else None
        holder = written.parent if written is not None and written.type == "type_annotation" else None
        pattern = holder.child_by_field_name("pattern") if holder is not None else None
        return False if pattern is not None and pattern.type == "object_pattern" else None

    def _of_attribute(self, file: File, node: Node, parent: Node) -> bool | None:
        """Decide for an attribute of JSX: those of HTML's own elements are something else."""
        tag = text(parent.parent.child_by_field_name("name")) if parent.parent is not None else ""
        if tag[:1].islower() and "." not in tag:
            return False
        return self.owners.owns(properties(self.infer, file, parent))

    def _of_type_member(self, file: File, node: Node, parent: Node) -> bool | None:
        """Decide for ``User["key"]`` and ``Pick<User, "key">``."""
        current: Node | None = parent
        while current is not None and current.type in ("literal_type", "union_type", "parenthesized_type"):
            current = current.parent
        if current is not None and current.type == "lookup_type":
            return self.owners.owns(annotation(self.infer, file, first_named(current)))
        generic = current.parent if current is not None and current.type == "type_arguments" else None
        if current is None or generic is None or text(generic.child_by_field_name("name")) not in _SELECTING_TYPES:
            return None
        first = annotation(self.infer, file, first_named(current))
        return self.owners.owns(first.of if isinstance(first, Keys) else first)

    def _of_argument(self, file: File, node: Node, parent: Node) -> bool | None:
        """Decide for a text that a function gets: what Drizzle's get is a name in the database."""
        call = parent.parent
        if call is None or call.type != "call_expression":
            return None
        function = self.infer.of(file, call.child_by_field_name("function"))
        is_library = isinstance(function, External) and function.module.startswith("drizzle-orm")
        is_named = (
            is_library or self._is_declaration(file, call) or self.infer.facts.makers(file.path, call) is not None
        )
        return False if is_named else None

    def _is_declaration(self, file: File, node: Node) -> bool:
        """Return whether a call is a part of a column's declaration."""
        current: Node | None = node
        while current is not None and current.type in ("call_expression", "member_expression", "pair"):
            if self.infer.facts.declared_by(file.path, current):
                return True
            current = current.parent
        return False

    def _of_name(self, file: File, node: Node, parent: Node) -> bool | None:
        return False

    # Edits

    def _edit(self, file: File, node: Node, match: re.Match[bytes]) -> Edit:
        if node.type.startswith("shorthand_property_identifier"):
            return Edit(file.path, match.start(), match.start(), f"{self.new_key}: ")
        short = self._shortened(file, node)
        return Edit(file.path, match.start(), match.end(), self.new_key) if short is None else short

    def _shortened(self, file: File, node: Node) -> Edit | None:
        """Return the edit that makes ``{ old: new }`` a ``{ new }``, as the rename the other way made it."""
        parent = node.parent
        if parent is None or parent.type not in ("pair", "pair_pattern") or node.type != "property_identifier":
            return None
        value = parent.child_by_field_name("value")
        inner = value.child_by_field_name("left") if value is not None and value.type == "assignment_pattern" else value
        if inner is None or inner.type != "identifier" or text(inner) != self.new_key:
            return None
        between = file.source.data[node.end_byte : inner.start_byte]
        return Edit(file.path, node.start_byte, inner.start_byte, "") if between == b": " else None

    def _overrides(self, file: File, node: Node) -> str | None:
        """Return why a table would get a column more: it declares its own over the one that it spreads."""
        entry = node.parent if node.type == "property_identifier" else node
        owner = entry.parent if entry is not None else None
        if (
            entry is None
            or owner is None
            or owner.type != "object"
            or not self.infer.facts.declared_by(file.path, entry)
        ):
            return None
        spreads = [first_named(child) for child in owner.named_children if child.type == "spread_element"]
        is_over = any(self.owners.owns(self.infer.of(file, spread)) for spread in spreads)
        return f"declares its own `{self.key}` over the one that it spreads" if is_over else None

    def _clash(self, node: Node) -> str | None:
        """Return why an object cannot have the new key: it has it already."""
        entry = node.parent if node.type in ("property_identifier", "string_fragment") else node
        owner = entry.parent if entry is not None else None
        if entry is None or owner is None or owner.type != "object":
            return None
        others = [child for child in owner.named_children if child != entry]
        taken = any(self.new_key in (unquoted(child.child_by_field_name("key")), _short(child)) for child in others)
        return f"already has `{self.new_key}` in the same object" if taken else None


def _short(node: Node) -> str:
    return text(node) if node.type == "shorthand_property_identifier" else ""


def _is_whole(node: Node, match: re.Match[bytes]) -> bool:
    return node.start_byte == match.start() and node.end_byte == match.end()


def _is_read(node: Node) -> bool:
    """Return whether a name reads a member. An object literal with names that no row has is of another type."""
    return node.type != "string_fragment" and node.parent is not None and node.parent.type in _READS


def _of_text(node: Node) -> bool | None:
    """Decide for a word inside a longer text: only a path with dots may name a column."""
    parent = node.parent
    if node.type != "string_fragment" or parent is None or parent.type != "string":
        return False
    content = text(node)
    is_import = parent.parent is not None and parent.parent.type in ("import_statement", "export_statement")
    return None if "." in content and not is_import and re.fullmatch(r"[\w$]+(\.[\w$]+)+", content) else False


def _described(node: Node) -> str:
    kind = _KINDS.get(node.type, "key")
    parent = node.parent
    if parent is not None and parent.type in _KINDS:
        kind = _KINDS[parent.type]
    return f"{kind} `{text(node)}`"


_KINDS: Final[Mapping[str, str]] = {
    "jsx_attribute": "attribute",
    "member_expression": "member",
    "method_definition": "method",
    "object_pattern": "destructured",
    "property_signature": "member of a type",
    "public_field_definition": "field",
    "string_fragment": "text",
}
_PARENTS: Final[Mapping[str, Callable[[Finder, File, Node, Node], bool | None]]] = {
    "jsx_attribute": Finder._of_attribute,
    "member_expression": Finder._of_member,
    "method_definition": Finder._of_method,
    "object_assignment_pattern": Finder._of_pattern,
    "object_pattern": Finder._of_pattern,
    "pair": Finder._of_key,
    "pair_pattern": Finder._of_pattern,
    "property_signature": Finder._of_signature,
}
_STRINGS: Final[Mapping[str, Callable[[Finder, File, Node, Node], bool | None]]] = {
    "arguments": Finder._of_argument,
    "computed_property_name": Finder._of_computed,
    "export_statement": Finder._of_name,
    "import_statement": Finder._of_name,
    "literal_type": Finder._of_type_member,
    "pair": Finder._of_key,
    "subscript_expression": Finder._of_index,
}


def in_unparsed(project: Project, path: str, key: str) -> Uses:
    """Return the mentions in a file that no parser here reads: none of them can be told."""
    source = project.source(path)
    places = (Location(path, match.start(), match.end()) for match in mentions(source.data, key))
    return Uses((), tuple(Use(f"`{key}`", at) for at in places))
