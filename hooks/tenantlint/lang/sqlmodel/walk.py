"""Tells of every deletion of rows in a file."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tenantlint.lang.sqlmodel.flow import Flow
from tenantlint.lang.sqlmodel.inference import Env, Inference, Typed, is_session

if TYPE_CHECKING:
    from tenantlint.lang.sqlmodel.inference import Names


class Walker(Flow):
    """Walks one file. ``found`` are the calls that delete rows: the ``Table.id``, and the name of the function."""

    def __init__(self, names: Names) -> None:
        super().__init__(Inference(names))
        self.names = names
        self.found: dict[ast.Call, tuple[str, str]] = {}

    def visit(self, node: ast.AST, env: Env) -> None:
        """Take note of a call that deletes rows."""
        table = self._deleted(node, env) if isinstance(node, ast.Call) else None
        if table is not None and isinstance(node, ast.Call):
            self.found[node] = (table, self.function_name)

    def _deleted(self, node: ast.Call, env: Env) -> str | None:
        """Return the table whose rows a call deletes."""
        func = node.func
        if not isinstance(func, ast.Attribute) or func.attr != "delete" or not node.args:
            return self._statement(node, env)
        if len(node.args) == 1 and is_session(func.value, env):
            typed = self.types.of(node.args[0], env)
            if typed is not None:
                return typed.table if typed.kind == "row" else None
        return self._statement(node, env)

    def _statement(self, node: ast.Call, env: Env) -> str | None:
        """Return the table of ``delete(X)`` and of ``session.query(X).delete()``."""
        name = node.func.id if isinstance(node.func, ast.Name) else None
        typed: Typed | None = None
        if name not in env and self.names.function(node.func) == "delete" and len(node.args) == 1:
            typed = self.types.of(node.args[0], env)
            return typed.table if typed is not None and typed.kind == "class" else None
        if isinstance(node.func, ast.Attribute) and node.func.attr == "delete":
            typed = self.types.of(node.func.value, env)
        return typed.table if typed is not None and typed.kind == "query" else None
