"""A new SQLModel class at the end of a file: its base, its key and its columns, as the other tables have them."""

from __future__ import annotations

import ast
import sys
from collections import Counter
from typing import TYPE_CHECKING, Final

from tenantlint.change import Patch
from tenantlint.lang.lowering import RefusedError
from tenantlint.lang.sqlmodel.copying import models, reach
from tenantlint.lang.sqlmodel.editing import Declared, opened
from tenantlint.lang.sqlmodel.importing import Imports
from tenantlint.lang.text import merged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenantlint.edit import Edit
    from tenantlint.lang.lowering import Lowering
    from tenantlint.lang.new_table import NewColumn, NewTable
    from tenantlint.lang.sqlmodel.editing import PythonFile
    from tenantlint.schema import Column, Table

_TYPES: Final[dict[str, tuple[str, str | None, str]]] = {
    "text": ("str", None, ""),
    "varchar": ("str", None, ""),
    "integer": ("int", None, ""),
    "bigint": ("int", None, "BigInteger"),
    "boolean": ("bool", None, ""),
    "numeric": ("Decimal", "decimal", ""),
    "double": ("float", None, ""),
    "date": ("date", "datetime", ""),
    "timestamptz": ("datetime", "datetime", "DateTime(timezone=True)"),
    "uuid": ("UUID", "uuid", ""),
    "jsonb": ("dict[str, Any]", "typing", "JSONB"),
}
"""The annotation of each type, the module to import it from, and the type that the database is given."""

_END: Final = ast.ClassDef(name="_", bases=[], keywords=[], body=[], decorator_list=[])
"""Stands for the class that is not there yet where names are looked up for it."""

_KEY: Final = "id: {uuid} = {field}(default_factory={uuid4}, primary_key=True)"


def first(models: list[bytes]) -> str:
    """Return what a new file begins with."""
    return "from sqlmodel import SQLModel\n"


def last(text: str) -> str:
    """Return the text of a new file with its imports in groups: the standard library, then the rest."""
    head, gap, rest = text.partition("\n\n\n")
    lines = sorted(head.split("\n"), key=lambda line: (not _is_standard(line), line.startswith("from ."), line.lower()))
    standard = [line for line in lines if _is_standard(line)]
    groups = [standard, lines[len(standard) :]]
    return "\n\n".join("\n".join(group) for group in groups if group) + gap + rest


def _is_standard(line: str) -> bool:
    return line.split()[1].partition(".")[0] in sys.stdlib_module_names


def append(wanted: NewTable, path: str, context: Lowering) -> Patch:
    """Return the edits that add the class to a file, without what rules ask of it. Raises RefusedError."""
    file = opened(context.project.source(path))
    imports = Imports(file, len(file.data))
    if wanted.symbol in {node.name for node in file.classes}:
        raise RefusedError(f"`{path}` has a class `{wanted.symbol}` already")
    base, given = _base(context, file, imports)
    lines = [f"__tablename__ = {file.quoted(wanted.name)}"] if _is_named(context, wanted) else []
    if "id" not in given:
        lines.append(_key(context, file, imports))
    if wanted.tenant is not None and wanted.tenant not in given:
        uuid, field = imports.name("UUID", "uuid"), imports.name("Field", "sqlmodel")
        lines.append(f"{wanted.tenant}: {uuid} = {field}(index=True)")
    lines += (_column(each, file, imports) for each in wanted.columns if each.reference is None)
    lines = lines or [f"__tablename__ = {file.quoted(wanted.name)}"]
    body = "\n".join(f"    {line}" for part in lines for line in part.split("\n"))
    text = f"class {wanted.symbol}({base}, table=True):\n{body}\n"
    gap = "" if not file.data else "\n\n" if file.data.endswith(b"\n") else "\n\n\n"
    return Patch(merged([*imports.edits(), file.insert(len(file.data), gap + text)]))


def _classes(context: Lowering) -> Iterator[tuple[Table, PythonFile, ast.ClassDef]]:
    for table in context.schema.tables:
        if table.orm == "sqlmodel" and table.mapped:
            try:
                declared = Declared(context.project, table)
            except (RefusedError, OSError):
                continue
            yield table, declared.file, declared.owner


def _base(context: Lowering, file: PythonFile, imports: Imports) -> tuple[str, set[str]]:
    """Return the bases that most tables have, and the keys of the columns that come with them.

    They are SQLModel itself where no other bases are those of at least two tables, and of half of them.
    """
    found: Counter[str] = Counter()
    first: dict[str, tuple[Table, PythonFile, ast.ClassDef]] = {}
    for table, origin, owner in _classes(context):
        text = ", ".join(origin.text(base) for base in owner.bases)
        found[text] += 1
        first.setdefault(text, (table, origin, owner))
    for text, count in found.most_common(1):
        table, origin, owner = first[text]
        if text == "SQLModel" or count < 2 or count * 2 < found.total():
            break
        inherited = {column.key for column in table.columns if not _is_own(column, origin, owner)}
        try:
            for base in owner.bases:
                for name in (each.id for each in ast.walk(base) if isinstance(each, ast.Name)):
                    _reach(context, file, origin, name, imports)
            return text, inherited
        except RefusedError:
            break
    return imports.name("SQLModel", "sqlmodel"), set()


def _reach(context: Lowering, file: PythonFile, origin: PythonFile, name: str, imports: Imports) -> None:
    """Ask for what ``name`` means in ``origin``; what the file itself binds is there already, at its end."""
    if origin.path == file.path:
        return
    reach(context, file, _END, origin, name, imports)


def _is_own(column: Column, origin: PythonFile, owner: ast.ClassDef) -> bool:
    return column.at.path == origin.path and origin.start(owner) <= column.at.start < origin.end(owner)


def _is_named(context: Lowering, wanted: NewTable) -> bool:
    """Return whether the class says the name of its table: where it has to, or where most classes do."""
    if wanted.symbol.lower() != wanted.name:
        return True
    says = ["__tablename__" in origin.text(owner) for _, origin, owner in _classes(context)]
    return sum(says) * 2 > len(says)


def _key(context: Lowering, file: PythonFile, imports: Imports) -> str:
    """Return the declaration of ``id`` as most tables have it."""
    for model in models(context, _ids(context)):
        try:
            for name in dict.fromkeys(each.id for each in ast.walk(model.node) if isinstance(each, ast.Name)):
                if name != "id":
                    _reach(context, file, model.file, name, imports)
        except RefusedError:
            continue
        indent = model.file.indent(model.file.start(model.node))
        head, *rest = model.file.text(model.node).split("\n")
        return "\n".join([head, *(line.removeprefix(indent) for line in rest)])
    field, uuid = imports.name("Field", "sqlmodel"), imports.name("UUID", "uuid")
    return _KEY.format(uuid=uuid, field=field, uuid4=imports.name("uuid4", "uuid"))


def _ids(context: Lowering) -> list[tuple[Table, Column]]:
    return [
        (table, column)
        for table in context.schema.tables
        for column in table.columns
        if table.orm == "sqlmodel"
        and column.key == "id"
        and table.primary_key == (column.name,)
        and all(key.columns != (column.name,) for key in table.foreign_keys)
    ]


def _column(column: NewColumn, file: PythonFile, imports: Imports) -> str:
    annotation, module, sa_type = _TYPES[column.type]
    if module is not None:
        for name in (annotation,) if module != "typing" else ("Any",):
            imports.name(name, module)
    options = []
    if column.nullable:
        annotation += " | None"
        options.append("default=None")
    if column.type == "varchar":
        options.append(f"max_length={column.sizes[0]}")
    elif column.sizes:
        options.append(f"max_digits={column.sizes[0]}, decimal_places={column.sizes[1]}")
    if sa_type:
        root = sa_type.partition("(")[0]
        imports.name(root, "sqlalchemy.dialects.postgresql" if root == "JSONB" else "sqlalchemy")
        options.append(f"sa_type={sa_type}")
    if not options:
        return f"{column.key}: {annotation}"
    return f"{column.key}: {annotation} = {imports.name('Field', 'sqlmodel')}({', '.join(options)})"


def loosen(table: Table, key: str, context: Lowering) -> tuple[Edit, ...]:
    """Return the edits that let a foreign key of a new table be NULL."""
    declared = Declared(context.project, table)
    file = declared.file
    for node in declared.owner.body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id == key:
            annotation = file.text(node.annotation)
            if not isinstance(node.value, ast.Call) or annotation.endswith("None"):
                break
            edits = [file.insert(file.end(node.annotation), " | None")]
            for each in node.value.keywords:
                if each.arg == "nullable":
                    start = file.start(each)
                    return tuple(merged([*edits, file.replace(start, file.end(each), "default=None")]))
            place = file.end(node.value) - 1
            return tuple(merged([*edits, file.insert(place, ", default=None")]))
    raise RefusedError(f"`{key}` is declared in a way that is not edited: leave out its `?`")
