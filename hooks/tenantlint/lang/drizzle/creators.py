"""Files that declare tables without a word of drizzle-orm: they import a function of the project that makes them.

``export const createTable = pgTableCreator((name) => `app_${name}`)`` in one file, ``createTable("post", ...)`` in
others. Such functions are found in what has been read; the other files are then scanned for their names.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tenantlint.lang import ir
from tenantlint.lang.drizzle.library import DIALECTS
from tenantlint.lang.drizzle.scan import EXTENSIONS, is_source
from tenantlint.lang.drizzle.tables import SchemaValue, TableFunction
from tenantlint.lang.values import FuncValue, MapValue
from tenantlint.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenantlint.lang.evaluate import Evaluator
    from tenantlint.lang.values import Module, Value
    from tenantlint.project import Project

_LIBRARY_NAMES: Final = ("Table", "TableCreator", "Schema")
_PREFIXES: Final = ("pg", "mysql", "sqlite")


def creators(evaluator: Evaluator) -> set[str]:
    """Return the exported names of everything in the modules read so far that makes tables."""
    names: set[str] = set()
    for module in list(evaluator.modules.values()):
        if module is not None:
            names.update(_exported_creators(evaluator, module))
            if any(DIALECTS.get(source.rpartition("/")[2]) for source, *_ in module.stars):
                names.update(prefix + name for prefix in _PREFIXES for name in _LIBRARY_NAMES)
    return names


def _exported_creators(evaluator: Evaluator, module: Module) -> Iterator[str]:
    for alias, (source, local, _) in module.exports.items():
        if source is None or DIALECTS.get(source.rpartition("/")[2]):
            value = evaluator.member(module, alias)
            if _makes_tables(evaluator, value, 1):
                yield local if alias == "default" else alias


def _makes_tables(evaluator: Evaluator, value: Value, depth: int) -> bool:
    if isinstance(value, (TableFunction, SchemaValue)):
        return True
    if isinstance(value, MapValue) and depth:
        return any(_makes_tables(evaluator, member, depth - 1) for member in value.entries.values())
    if not isinstance(value, FuncValue):
        return False
    called = (evaluator.resolve_name(name, value.scope) for name in _names(value.node))
    return any(isinstance(item, (TableFunction, SchemaValue)) for item in called)


def _names(node: object) -> Iterator[str]:
    """Yield every name that stands somewhere inside a node."""
    if isinstance(node, ir.Name):
        yield node.id
    elif isinstance(node, tuple):
        for item in node:
            yield from _names(item)
    elif isinstance(node, Record):
        for field in node.__fields__:
            yield from _names(getattr(node, field))


def users_of(project: Project, names: set[str], read: set[str]) -> list[str]:
    """Return the files, not ``read`` yet, whose bytes hold one of ``names``."""
    word = re.compile(rb"\b(?:" + b"|".join(re.escape(name.encode()) for name in sorted(names)) + rb")\b")
    found = []
    for path in sorted(project.files):
        if path.endswith(EXTENSIONS) and is_source(path) and path not in read:
            try:
                data = project.read(path)
            except OSError:
                continue
            if word.search(data):
                project.keep(path, data)
                found.append(path)
    return found
