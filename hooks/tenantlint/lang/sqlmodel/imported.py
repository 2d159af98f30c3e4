"""What the import statements of a Python file bind."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final

from tenantlint.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterator

SQL_PACKAGES: Final = frozenset({"sqlalchemy", "sqlmodel"})


class Import(Record):
    """What a name is imported as: ``name`` of a module with ``level`` leading dots, or the module (None)."""

    module: str
    level: int
    name: str | None


def imports_of(node: ast.Import | ast.ImportFrom) -> Iterator[tuple[str | None, Import]]:
    """Yield each name that a statement binds with what it brings; the name is None for all names of a module."""
    for alias in node.names:
        if isinstance(node, ast.Import):
            module = alias.name if alias.asname else alias.name.partition(".")[0]
            yield alias.asname or module, Import(module, 0, None)
        elif alias.name == "*":
            yield None, Import(node.module or "", node.level, None)
        else:
            yield alias.asname or alias.name, Import(node.module or "", node.level, alias.name)


def is_sql(found: Import) -> bool:
    """Return whether something is brought from SQLAlchemy or SQLModel, whose functions are the same."""
    return not found.level and found.module.partition(".")[0] in SQL_PACKAGES
