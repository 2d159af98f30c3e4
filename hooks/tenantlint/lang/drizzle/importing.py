"""Imports that new text of a TypeScript file needs."""

from __future__ import annotations

from functools import lru_cache
from posixpath import dirname, relpath
from typing import TYPE_CHECKING

from tenantlint.lang.drizzle.editing import named, string_value
from tenantlint.lang.drizzle.packages import Packages
from tenantlint.lang.drizzle.resolve import Resolver
from tenantlint.lang.lowering import RefusedError
from tenantlint.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from tenantlint.edit import Edit
    from tenantlint.lang.drizzle.editing import ScriptFile
    from tenantlint.project import Project

_DECLARATIONS = frozenset({"lexical_declaration", "variable_declaration", "function_declaration", "class_declaration"})
SUFFIXES = (".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs")


class Imported(Record):
    """What a name stands for: ``name`` of a module, ``*`` for all of it. ``is_type`` is true for a type alone."""

    module: str
    name: str
    is_type: bool = False


def statements(file: ScriptFile) -> Iterator[tuple[Node, str]]:
    """Yield the imports of values and types, with the module of each."""
    for node in file.root.named_children:
        source = node.child_by_field_name("source") if node.type == "import_statement" else None
        module = string_value(file, source) if source is not None else None
        if module is not None:
            yield node, module


def imports(file: ScriptFile) -> Iterator[tuple[str, Imported]]:
    """Yield the names that the imports of a file bind, with what they stand for."""
    for node, module in statements(file):
        is_type = any(child.type == "type" for child in node.children)
        for clause in (child for child in node.named_children if child.type == "import_clause"):
            for part in named(clause):
                yield from _bound(file, part, module, is_type)


def _bound(file: ScriptFile, part: Node, module: str, is_type: bool) -> Iterator[tuple[str, Imported]]:
    if part.type == "identifier":
        yield file.text(part), Imported(module, "default", is_type)
    elif part.type == "namespace_import":
        yield file.text(named(part)[0]), Imported(module, "*", is_type)
    for each in named(part) if part.type == "named_imports" else ():
        names = named(each)
        if names:
            of_type = is_type or any(child.type == "type" for child in each.children)
            yield file.text(names[-1]), Imported(module, file.text(names[0]), of_type)


def declarations(file: ScriptFile) -> dict[str, Node]:
    """Return the statements that declare the names at the top of a file; not its imports."""
    found: dict[str, Node] = {}
    for node in file.root.named_children:
        inner = node.child_by_field_name("declaration") if node.type == "export_statement" else node
        if inner is None or inner.type not in _DECLARATIONS:
            continue
        for each in (inner, *named(inner)):
            name = each.child_by_field_name("name")
            if name is not None:
                found[file.text(name)] = node
    return found


@lru_cache(maxsize=2)
def resolver(project: Project) -> Resolver:
    """Return what finds the modules of a project, which is kept for the next change."""
    return Resolver(project, Packages(project))


class Imports:
    """The names that new text in a file asks for, and the edits that import them."""

    def __init__(self, file: ScriptFile) -> None:
        self.file = file
        self._bound = dict(imports(file))
        self._declared = declarations(file)
        self._wanted: dict[str, list[str]] = {}

    def name(self, name: str, module: str, is_type: bool = False) -> str:
        """Return how new text calls ``name`` of ``module``. Raises RefusedError where the name means something else."""
        for local, imported in self._bound.items():
            if imported.module == module and (is_type or not imported.is_type):
                if imported.name == name:
                    return local
                if imported.name == "*":
                    return f"{local}.{name}"
        if name in self._declared or name in self._bound:
            raise RefusedError(f"the name `{name}` is taken in `{self.file.path}`")
        wanted = self._wanted.setdefault(module, [])
        if name not in wanted:
            wanted.append(name)
        return name

    def edits(self) -> list[Edit]:
        """Return the edits of the file that import what was asked for."""
        found: list[Edit] = []
        lines: list[str] = []
        for module, names in self._wanted.items():
            listed = self._list_of(module)
            if listed is None:
                quoted = self.file.quoted(module)
                lines.append(f"import {{ {', '.join(sorted(names))} }} from {quoted}{self.file.end_of_statement}")
            else:
                found += self._extended(listed, sorted(names, key=str.lower))
        if lines:
            found.append(self._inserted("\n".join(lines)))
        return found

    def _list_of(self, module: str) -> Node | None:
        """Return the list of names in an import of values from a module."""
        for node, source in statements(self.file):
            if source == module and not any(child.type == "type" for child in node.children):
                for clause in (child for child in node.named_children if child.type == "import_clause"):
                    for part in named(clause):
                        if part.type == "named_imports" and named(part):
                            return part
        return None

    def _extended(self, listed: Node, names: list[str]) -> list[Edit]:
        items = named(listed)
        present = [self.file.text(named(item)[0]).lower() for item in items]
        is_sorted = present == sorted(present)
        found: list[Edit] = []
        for name in names:
            later = [item for item, other in zip(items, present, strict=True) if is_sorted and other > name.lower()]
            if later:
                start = later[0].start_byte
                gap = f"\n{self.file.indent(start)}" if self.file.begins_line(start) else " "
                found.append(self.file.insert(start, f"{name},{gap}"))
            else:
                found += self.file.add_after(items[-1], name)
        return found

    def _inserted(self, text: str) -> Edit:
        nodes = [node for node in self.file.root.named_children if node.type == "import_statement"]
        if not nodes:
            raise RefusedError(f"`{self.file.path}` imports nothing")
        return self.file.insert(self.file.line_end(nodes[-1].end_byte), f"\n{text}")


class Reach:
    """Makes what names mean in other files of a project known to one file."""

    def __init__(self, project: Project, file: ScriptFile) -> None:
        self.file = file
        self.imports = Imports(file)
        self._resolver = resolver(project)

    def name(self, name: str, origin: ScriptFile) -> str:
        """Return how the file calls what ``name`` is in ``origin``. Raises RefusedError where it cannot."""
        if origin.path == self.file.path:
            return name
        imported = dict(imports(origin)).get(name)
        if imported is not None:
            return self._imported(imported, origin)
        node = declarations(origin).get(name)
        if node is None or node.type != "export_statement":
            raise RefusedError(f"`{name}` of `{origin.path}` is not exported")
        return self.of_file(name, origin.path)

    def _imported(self, imported: Imported, origin: ScriptFile) -> str:
        if imported.name in ("*", "default") or imported.is_type:
            raise RefusedError(f"`{imported.module}` is imported as a whole in `{origin.path}`")
        if not imported.module.startswith("."):
            return self.imports.name(imported.name, imported.module)
        path = self._resolver.resolve(imported.module, origin.path)
        if path is None:
            raise RefusedError(f"`{imported.module}` is no file of the project")
        if path == self.file.path:
            return imported.name
        return self.of_file(imported.name, path)

    def of_file(self, name: str, path: str) -> str:
        """Return how the file calls ``name``, which another file of the project exports."""
        for local, imported in imports(self.file):
            is_it = not imported.is_type and self._resolver.resolve(imported.module, self.file.path) == path
            if is_it and imported.name in (name, "*"):
                return local if imported.name == name else f"{local}.{name}"
        for _, module in statements(self.file):
            if self._resolver.resolve(module, self.file.path) == path:
                return self.imports.name(name, module)
        return self.imports.name(name, self._specifier(path))

    def _specifier(self, path: str) -> str:
        """Return the relative module name of a file, with an extension where others of the file have one."""
        stem = relpath(path, dirname(self.file.path) or ".")
        stem = stem if stem.startswith(".") else f"./{stem}"
        ending = next((suffix for suffix in SUFFIXES if stem.endswith(suffix)), "")
        bare = stem.removesuffix(ending)
        written = [module for _, module in statements(self.file) if module.startswith(".")]
        for suffix in SUFFIXES:
            if any(module.endswith(suffix) for module in written):
                return bare + (ending if suffix == ending else suffix)
        return bare.removesuffix("/index") if bare.endswith("/index") else bare

    def edits(self) -> list[Edit]:
        """Return the edits of the file that import what was asked for."""
        return self.imports.edits()
