"""The syntax trees of a project, and what their names mean: scopes, imports and exports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.lang.drizzle.packages import Packages
from tenantlint.lang.drizzle.resolve import Resolver
from tenantlint.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Language, Node, Query

    from tenantlint.project import Project
    from tenantlint.source import Source

FUNCTIONS: Final = frozenset(
    "arrow_function function_declaration function_expression generator_function generator_function_declaration "
    "method_definition function_signature function_type method_signature call_signature".split()
)
_SCOPES: Final = FUNCTIONS | {
    "program",
    "statement_block",
    "for_statement",
    "for_in_statement",
    "catch_clause",
    "switch_body",
    "class_body",
}
_PATTERN_LEAVES: Final = ("identifier", "shorthand_property_identifier_pattern")
_PATTERNS: Final = (
    "object_pattern",
    "array_pattern",
    "rest_pattern",
    "assignment_pattern",
    "object_assignment_pattern",
    "pair_pattern",
)
_VALUES: Final = frozenset(
    "function_declaration generator_function_declaration function_signature class_declaration enum_declaration "
    "abstract_class_declaration internal_module".split()
)
_TYPES: Final = frozenset(
    "type_alias_declaration interface_declaration class_declaration abstract_class_declaration enum_declaration".split()
)
_BINDERS: Final = (
    _VALUES
    | _TYPES
    | frozenset(
        "variable_declarator required_parameter optional_parameter arrow_function import_statement "
        "export_statement".split()
    )
)
_MAX_HOPS: Final = 30
_queries: dict[tuple[Language, frozenset[str]], Query] = {}


class Meaning(Record):
    """Where a name is bound: the file and the node that binds it, which is its leaf or its declaration."""

    file: File
    node: Node


class Outside(Record):
    """A name that a package outside of the project exports; '*' is the package itself."""

    module: str
    name: str


class Whole(Record):
    """A module of the project as a value."""

    path: str


def text(node: Node | None) -> str:
    """Return the text of a node, '' for none."""
    return (node.text or b"").decode() if node is not None else ""


def unquoted(node: Node | None) -> str:
    """Return the name that a key, a string or an identifier gives."""
    if node is not None and node.type == "computed_property_name" and node.named_children:
        node = node.named_children[0]
    found = text(node)
    return found[1:-1] if found[:1] in ("'", '"', "`") and len(found) > 1 else found


def first_named(node: Node) -> Node | None:
    """Return the first child that is no comment."""
    return next((child for child in node.named_children if child.type != "comment"), None)


def key_of(node: Node) -> str:
    """Return the key of an entry of an object or of a member of a type, '' where it has none that is known."""
    if node.type == "shorthand_property_identifier":
        return text(node)
    key = node.child_by_field_name("key") or node.child_by_field_name("name")
    if key is not None and key.type == "computed_property_name":
        inner = first_named(key)
        return unquoted(inner) if inner is not None and inner.type == "string" else ""
    return unquoted(key)


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


def signature(node: Node, name: str) -> Node | None:
    """Return what an interface, an object type or a class says of a member."""
    body = node.child_by_field_name("body") or node
    return next((child for child in body.named_children if key_of(child) == name), None)


def captured(path: str, root: Node, kinds: frozenset[str]) -> list[Node]:
    """Return the nodes of some types in a tree, as tree-sitter's own search finds them."""
    from tree_sitter import Query, QueryCursor

    from tenantlint.lang.drizzle.grammar import parser

    language = parser(path).language
    assert language is not None
    key = (language, kinds)
    if key not in _queries:
        _queries[key] = Query(language, " ".join(f"({kind}) @found" for kind in sorted(kinds)))
    return QueryCursor(_queries[key]).captures(root).get("found", [])


class File:
    """One file of the project as a syntax tree. ``values`` and ``types`` are what each scope binds, by its node."""

    def __init__(self, source: Source, root: Node) -> None:
        self.path = source.path
        self.source = source
        self.root = root
        self.values: dict[int, dict[str, Node]] = {}
        self.types: dict[int, dict[str, Node]] = {}
        self.exports: dict[str, tuple[str | None, str]] = {}
        self.default: Node | None = None
        self.stars: list[tuple[str, str | None]] = []
        self._read()

    @property
    def parses(self) -> bool:
        """Whether the file is TypeScript throughout, but for what only the grammar does not know."""
        from tenantlint.lang.drizzle.errors import first_error

        return not self.root.has_error or first_error(self.root) is None

    def lookup(self, node: Node, name: str, types: bool = False) -> Node | None:
        """Return what binds ``name`` where ``node`` stands."""
        tables = self.types if types else self.values
        scope: Node | None = node
        while scope is not None:
            found = tables.get(scope.id)
            if found is not None and name in found:
                return found[name]
            scope = scope.parent
        return None

    def _read(self) -> None:
        """Bind the names. The nodes that open scopes or bind names come in order, each before what it holds."""
        found = captured(self.path, self.root, _SCOPES | _BINDERS)
        found.sort(key=lambda node: (node.start_byte, -node.end_byte))
        around: list[tuple[Node, Node]] = [(self.root, self.root)]
        for node in found:
            while len(around) > 1 and around[-1][0].end_byte <= node.start_byte:
                around.pop()
            block, function = around[-1]
            self._bind(node, block, function)
            if node.type in _SCOPES and node != self.root:
                around.append((node, node if node.type in FUNCTIONS else function))

    def _bind(self, node: Node, block: Node, function: Node) -> None:
        kind = node.type
        if kind == "variable_declarator":
            is_var = node.parent is not None and node.parent.type == "variable_declaration"
            self._bind_pattern(node.child_by_field_name("name"), function if is_var else block)
        elif kind in ("required_parameter", "optional_parameter"):
            self._bind_pattern(node.child_by_field_name("pattern"), block)
        elif kind in ("arrow_function", "catch_clause"):
            self._bind_pattern(node.child_by_field_name("parameter"), node)
        elif kind == "for_in_statement":
            if node.child_by_field_name("kind") is not None:
                self._bind_pattern(node.child_by_field_name("left"), node)
        elif kind == "import_statement":
            self._bind_imports(node)
        elif kind == "export_statement":
            self._bind_exports(node)
        self._bind_declaration(node, block)

    def _bind_declaration(self, node: Node, block: Node) -> None:
        name = text(node.child_by_field_name("name")) if node.type in _VALUES or node.type in _TYPES else ""
        if name and node.type in _VALUES:
            self.values.setdefault(block.id, {}).setdefault(name, node)
        if name and node.type in _TYPES:
            self.types.setdefault(block.id, {}).setdefault(name, node)

    def _bind_pattern(self, pattern: Node | None, scope: Node) -> None:
        for leaf in leaves(pattern):
            self.values.setdefault(scope.id, {}).setdefault(text(leaf), leaf)

    def _bind_imports(self, node: Node) -> None:
        for child in _descendants(node, ("import_specifier", "namespace_import", "import_clause")):
            names = [part for part in child.named_children if part.type == "identifier"]
            if not names or (child.type == "import_clause" and child.named_children[0].type != "identifier"):
                continue
            local = text(names[0] if child.type == "import_clause" else names[-1])
            self.values.setdefault(self.root.id, {})[local] = child
            self.types.setdefault(self.root.id, {})[local] = child

    def _bind_exports(self, node: Node) -> None:
        source = node.child_by_field_name("source")
        module = unquoted(source) if source is not None else None
        declaration = node.child_by_field_name("declaration")
        is_default = any(child.type == "default" for child in node.children[:3])
        if is_default:
            self.default = declaration if declaration is not None else node.child_by_field_name("value")
        elif declaration is not None:
            for name in _declared(declaration):
                self.exports[name] = (None, name)
        for child in node.children:
            if child.type == "export_clause":
                for part in child.named_children:
                    name = unquoted(part.child_by_field_name("name"))
                    self.exports[unquoted(part.child_by_field_name("alias")) or name] = (module, name)
            elif child.type == "namespace_export" and module is not None:
                self.stars.append((module, unquoted(first_named(child))))
            elif child.type == "*" and module is not None:
                self.stars.append((module, None))


def leaves(pattern: Node | None) -> Iterator[Node]:
    """Yield the leaves of a pattern that bind names."""
    pending = [] if pattern is None else [pattern]
    while pending:
        node = pending.pop()
        if node.type in _PATTERN_LEAVES:
            yield node
        elif node.type == "pair_pattern":
            pending.extend(child for child in (node.child_by_field_name("value"),) if child is not None)
        elif node.type in ("assignment_pattern", "object_assignment_pattern"):
            pending.extend(child for child in (node.child_by_field_name("left"),) if child is not None)
        elif node.type in _PATTERNS:
            pending.extend(node.named_children)


def _descendants(node: Node, kinds: tuple[str, ...]) -> Iterator[Node]:
    pending = [node]
    while pending:
        each = pending.pop()
        if each.type in kinds:
            yield each
        pending.extend(each.named_children)


def _declared(node: Node) -> Iterator[str]:
    if node.type in ("lexical_declaration", "variable_declaration"):
        for child in node.named_children:
            for leaf in leaves(child.child_by_field_name("name")):
                yield text(leaf)
    else:
        yield text(node.child_by_field_name("name"))


def uses_of(file: File, name: Node) -> Iterator[Node]:
    """Yield the identifiers that stand for the variable which ``name`` binds."""
    import re

    word = text(name)
    for match in re.finditer(rb"(?<![\w$])" + re.escape(word.encode()) + rb"(?![\w$])", file.source.data):
        node = file.root.descendant_for_byte_range(match.start(), match.end())
        is_use = node is not None and node.type in ("identifier", "shorthand_property_identifier") and node != name
        if is_use and node is not None and file.lookup(node, word) == name:
            yield node


class Program:
    """The files of a project that have been asked for, parsed once each."""

    def __init__(self, project: Project) -> None:
        packages = Packages(project)
        self.project = project
        self.resolver = Resolver(project, packages)
        self._files: dict[str, File | None] = {}

    def file(self, path: str) -> File | None:
        """Return a file, None where it cannot be read."""
        if path not in self._files:
            self._files[path] = self._parse(path)
        return self._files[path]

    def _parse(self, path: str) -> File | None:
        from tenantlint.lang.drizzle.extract import MAX_BYTES, parse

        try:
            source = self.project.source(path)
            source.data.decode()
        except (OSError, UnicodeDecodeError):
            return None
        return None if len(source.data) > MAX_BYTES else File(source, parse(source))

    def imported(self, file: File, node: Node, types: bool = False) -> Meaning | Outside | Whole | None:
        """Return what an import's specifier, clause or namespace stands for."""
        statement: Node | None = node
        while statement is not None and statement.type != "import_statement":
            statement = statement.parent
        source = statement.child_by_field_name("source") if statement is not None else None
        name = {"import_clause": "default", "namespace_import": "*"}.get(node.type)
        return self.member(file, unquoted(source), name or unquoted(node.child_by_field_name("name")), types)

    def member(
        self, file: File, module: str, name: str, types: bool = False, hops: int = 0
    ) -> Meaning | Outside | Whole | None:
        """Return what ``module``, as ``file`` calls it, exports under ``name``; '*' is the module itself."""
        path = self.resolver.resolve(module, file.path)
        if path is None:
            is_own = module.startswith((".", "@/", "~/"))
            return None if is_own else Outside(module, name)
        if name == "*":
            return Whole(path)
        target = self.file(path)
        return None if target is None or hops > _MAX_HOPS else self.exported(target, name, types, hops + 1)

    def exported(self, file: File, name: str, types: bool = False, hops: int = 0) -> Meaning | Outside | Whole | None:
        """Return what a file exports under ``name``."""
        if name == "default" and file.default is not None:
            return Meaning(file, file.default)
        if name in file.exports:
            module, local = file.exports[name]
            return self.member(file, module, local, types, hops) if module else self.top(file, local, types)
        outside: Meaning | Outside | Whole | None = None
        for module, alias in file.stars:
            if alias == name:
                return self.member(file, module, "*", types, hops)
            found = self.member(file, module, name, types, hops) if alias is None else None
            if isinstance(found, (Meaning, Whole)):
                return found
            outside = outside or found
        return outside

    def top(self, file: File, name: str, types: bool = False) -> Meaning | Outside | Whole | None:
        """Return what binds a name at the top of a file, through its imports."""
        table = (file.types if types else file.values).get(file.root.id, {})
        node = table.get(name)
        return self.meaning(file, node, types) if node is not None else None

    def meaning(self, file: File, node: Node, types: bool = False) -> Meaning | Outside | Whole | None:
        """Return what a binding node stands for: itself, or what it imports."""
        if node.type in ("import_specifier", "namespace_import", "import_clause"):
            return self.imported(file, node, types)
        return Meaning(file, node)
