"""What other code can reach: the exported values of modules, and the variables that their own code uses."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tenantlint.lang.values import ListValue, MapValue

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tenantlint.lang.values import Module, Value
    from tenantlint.project import Project

_DEPTH = 2


class Reach:
    """Tells whether values of a project can have an effect. ``exported`` holds ``id(value)`` of exported variables."""

    def __init__(self, project: Project, modules: Iterable[Module]) -> None:
        self.project = project
        self.exported: set[int] = set()
        self._reachable: set[int] = set()
        self._bound: dict[int, tuple[str, str]] = {}
        for module in modules:
            self._add(module)

    def _add(self, module: Module) -> None:
        for source, local, _ in module.exports.values():
            if source is None and local in module.scope.variables:
                self.exported.add(id(module.scope.variables[local]))
                self._reachable.update(_inside(module.scope.variables[local], _DEPTH))
        for name, value in module.scope.variables.items():
            self._bound.setdefault(id(value), (module.path, name))

    def may_be_used(self, value: Value) -> bool:
        """Tell whether a value is exported, in an exported object, or named again in the file that binds it."""
        bound = self._bound.get(id(value))
        if bound is None or id(value) in self._reachable:
            return True
        path, name = bound
        word = rb"(?<![\w$])" + re.escape(name.encode()) + rb"(?![\w$])"
        return len(re.findall(word, self.project.source(path).data)) > 1


def _inside(value: Value, depth: int) -> Iterator[int]:
    yield id(value)
    if depth and isinstance(value, (ListValue, MapValue)):
        for item in value.items if isinstance(value, ListValue) else value.entries.values():
            yield from _inside(item, depth - 1)
