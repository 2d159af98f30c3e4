"""Follows the variables of functions through their statements, and tells of every deletion of rows."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final

from tenantlint.lang.sqlmodel.inference import SESSION, Env, Inference, Typed, bind, is_session, last_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tenantlint.lang.sqlmodel.inference import Names

_ENDS: Final = (ast.Return, ast.Raise, ast.Continue, ast.Break)


class Walker:
    """Walks one file. ``found`` are the calls that delete rows: the ``Table.id``, and the name of the function."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self.types = Inference(names)
        self.found: dict[ast.Call, tuple[str, str]] = {}
        self._function_name = ""
        self._trial = 0

    def block(self, body: Iterable[ast.stmt], env: Env) -> bool:
        """Walk statements and return whether the path may go on behind them."""
        for statement in body:
            walk = _STATEMENTS.get(type(statement), Walker._plain)
            walk(self, statement, env)
            if isinstance(statement, _ENDS):
                return False
        return True

    # Statements

    def _plain(self, node: ast.stmt, env: Env) -> None:
        for child in ast.iter_child_nodes(node):
            self._expression(child, env)

    def _assign(self, node: ast.Assign, env: Env) -> None:
        self._expression(node.value, env)
        typed = self.types.of(node.value, env)
        for target in node.targets:
            bind(target, typed, env)

    def _annotated(self, node: ast.AnnAssign, env: Env) -> None:
        typed = self.types.annotated(node.annotation)
        if node.value is not None:
            self._expression(node.value, env)
            typed = self.types.of(node.value, env) or typed
        bind(node.target, typed, env)

    def _augmented(self, node: ast.AugAssign, env: Env) -> None:
        self._expression(node.value, env)
        bind(node.target, None, env)

    def _if(self, node: ast.If, env: Env) -> None:
        self._expression(node.test, env)
        self._branches((node.body, node.orelse), env)

    def _match(self, node: ast.Match, env: Env) -> None:
        self._expression(node.subject, env)
        self._branches([[], *(case.body for case in node.cases)], env)

    def _try(self, node: ast.Try, env: Env) -> None:
        before = dict(env)
        self.block(node.body, env)
        _take(env, [before, env])
        states = [dict(env)]
        for handler in node.handlers:
            state = dict(env)
            if self.block(handler.body, state):
                states.append(state)
        self.block(node.orelse, states[0])
        _take(env, states)
        self.block(node.finalbody, env)

    def _for(self, node: ast.For | ast.AsyncFor, env: Env) -> None:
        self._expression(node.iter, env)
        self._loop(node.body, env, lambda state: bind(node.target, self.types.element(node.iter, env), state))
        self.block(node.orelse, env)

    def _while(self, node: ast.While, env: Env) -> None:
        self._expression(node.test, env)
        self._loop(node.body, env, lambda state: None)
        self.block(node.orelse, env)

    def _loop(self, body: list[ast.stmt], env: Env, start: Callable[[Env], None]) -> None:
        """Walk a body twice: what it leaves behind in its variables is what the next round begins with."""
        trial = dict(env)
        start(trial)
        self._trial += 1
        self.block(body, trial)
        self._trial -= 1
        _take(trial, [env, trial])
        start(trial)
        self.block(body, trial)
        _take(env, [env, trial])

    def _with(self, node: ast.With | ast.AsyncWith, env: Env) -> None:
        for item in node.items:
            self._expression(item.context_expr, env)
            if item.optional_vars is not None:
                call = item.context_expr
                opens = isinstance(call, ast.Call) and "session" in last_name(call.func).lower()
                bind(item.optional_vars, SESSION if opens else None, env)
        self.block(node.body, env)

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef, env: Env) -> None:
        given = [*node.args.defaults, *(default for default in node.args.kw_defaults if default is not None)]
        for expression in (*node.decorator_list, *given):
            self._expression(expression, env)
        outer, self._function_name = self._function_name, node.name
        self.block(node.body, self._parameters(node.args))
        self._function_name = outer
        env[node.name] = None

    def _class(self, node: ast.ClassDef, env: Env) -> None:
        self.block(node.body, {})

    def _branches(self, branches: Iterable[list[ast.stmt]], env: Env) -> None:
        states = []
        for branch in branches:
            state = dict(env)
            if self.block(branch, state):
                states.append(state)
        _take(env, states)

    def _parameters(self, args: ast.arguments) -> Env:
        params = [*args.posonlyargs, *args.args, *args.kwonlyargs]
        env: Env = {param.arg: self.types.annotated(param.annotation) for param in params}
        return env | {rest.arg: None for rest in (args.vararg, args.kwarg) if rest is not None}

    # Expressions

    def _expression(self, node: ast.AST, env: Env) -> None:
        """Look for deletions in an expression, and bind what it binds."""
        if isinstance(node, (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)):
            env = dict(env)
            for generator in node.generators:
                bind(generator.target, self.types.element(generator.iter, env), env)
        elif isinstance(node, ast.Lambda):
            env = {**env, **self._parameters(node.args)}
        elif isinstance(node, ast.Call) and not self._trial:
            table = self._deleted(node, env)
            if table is not None:
                self.found[node] = (table, self._function_name)
        for child in ast.iter_child_nodes(node):
            self._expression(child, env)
        if isinstance(node, ast.NamedExpr):
            bind(node.target, self.types.of(node.value, env), env)

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


def _take(env: Env, states: list[Env]) -> None:
    """Make ``env`` what all ``states`` agree on; without a state no path goes on, and it stays as it is."""
    if states:
        names = {name for state in states for name in state}
        first = states[0]
        agreed = {
            name: first.get(name) if all(name in state and state[name] == first.get(name) for state in states) else None
            for name in names
        }
        env.clear()
        env.update(agreed)


_STATEMENTS: Final[dict[type, Callable[..., None]]] = {
    ast.Assign: Walker._assign,
    ast.AnnAssign: Walker._annotated,
    ast.AugAssign: Walker._augmented,
    ast.If: Walker._if,
    ast.Match: Walker._match,
    ast.Try: Walker._try,
    ast.For: Walker._for,
    ast.AsyncFor: Walker._for,
    ast.While: Walker._while,
    ast.With: Walker._with,
    ast.AsyncWith: Walker._with,
    ast.FunctionDef: Walker._function,
    ast.AsyncFunctionDef: Walker._function,
    ast.ClassDef: Walker._class,
}
