"""Follows the variables of functions through their statements."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final

from tenantlint.lang.sqlmodel.inference import SESSION, Env, Inference, bind, last_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_ENDS: Final = (ast.Return, ast.Raise, ast.Continue, ast.Break)
_COMPREHENSIONS: Final = (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)


class Flow:
    """Walks one file, and shows every expression to ``visit`` once, with what its variables are there."""

    def __init__(self, types: Inference) -> None:
        self.types = types
        self.function_name = ""
        self._trial = 0
        self._left: list[list[Env]] = []

    def visit(self, node: ast.AST, env: Env) -> None:
        """Look at an expression, before those inside it."""

    def block(self, body: Iterable[ast.stmt], env: Env) -> bool:
        """Walk statements and return whether the path may go on behind them."""
        for statement in body:
            walk: Callable[[ast.stmt, Env], None] = getattr(self, _STATEMENTS.get(type(statement), "_plain"))
            walk(statement, env)
            if isinstance(statement, (ast.Continue, ast.Break)) and self._left:
                self._left[-1].append(dict(env))
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
            self._expression(target, env)
            bind(target, typed, env)

    def _annotated(self, node: ast.AnnAssign, env: Env) -> None:
        typed = self.types.annotated(node.annotation)
        if node.value is not None:
            self._expression(node.value, env)
            typed = self.types.of(node.value, env) or typed
        self._expression(node.target, env)
        self._expression(node.annotation, env)
        bind(node.target, typed, env)

    def _augmented(self, node: ast.AugAssign, env: Env) -> None:
        self._expression(node.value, env)
        self._expression(node.target, env)
        bind(node.target, None, env)

    def _if(self, node: ast.If, env: Env) -> None:
        self._expression(node.test, env)
        self._branches((node.body, node.orelse), env)

    def _match(self, node: ast.Match, env: Env) -> None:
        self._expression(node.subject, env)
        states = [dict(env)]
        for case in node.cases:
            state = dict(env)
            for child in ast.walk(case.pattern):
                if isinstance(child, (ast.MatchAs, ast.MatchStar)) and child.name is not None:
                    state[child.name] = None
            self._expression(case.pattern, env)
            if case.guard is not None:
                self._expression(case.guard, state)
            if self.block(case.body, state):
                states.append(state)
        _take(env, states)

    def _try(self, node: ast.Try, env: Env) -> None:
        before = dict(env)
        self.block(node.body, env)
        _take(env, [before, env])
        states = [dict(env)]
        for handler in node.handlers:
            state = dict(env)
            if handler.type is not None:
                self._expression(handler.type, state)
            if handler.name is not None:
                state[handler.name] = None
            if self.block(handler.body, state):
                states.append(state)
        self.block(node.orelse, states[0])
        _take(env, states)
        self.block(node.finalbody, env)

    def _for(self, node: ast.For | ast.AsyncFor, env: Env) -> None:
        self._expression(node.iter, env)
        self._expression(node.target, env)
        self._loop(node.body, env, lambda state: self.bind_each(node.target, node.iter, env, state))
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
        self._round(body, env, trial)
        self._trial -= 1
        start(trial)
        self._round(body, env, trial)
        _take(env, [env, trial])

    def _round(self, body: list[ast.stmt], env: Env, trial: Env) -> None:
        """Walk a body once; afterwards ``trial`` is what may be, wherever it was left."""
        self._left.append([])
        self.block(body, trial)
        _take(trial, [env, trial, *self._left.pop()])

    def _with(self, node: ast.With | ast.AsyncWith, env: Env) -> None:
        for item in node.items:
            self._expression(item.context_expr, env)
            if item.optional_vars is not None:
                self._expression(item.optional_vars, env)
                call = item.context_expr
                opens = isinstance(call, ast.Call) and "session" in last_name(call.func).lower()
                bind(item.optional_vars, SESSION if opens else None, env)
        self.block(node.body, env)

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef, env: Env) -> None:
        given = [*node.args.defaults, *(default for default in node.args.kw_defaults if default is not None)]
        for expression in (*node.decorator_list, *given):
            self._expression(expression, env)
        outer, self.function_name = self.function_name, node.name
        self.body(node, self.parameters(node.args), env)
        self.function_name = outer
        env[node.name] = None

    def body(self, node: ast.FunctionDef | ast.AsyncFunctionDef, inner: Env, outer: Env) -> None:
        """Walk the body of a function; ``outer`` are the variables around it."""
        self.block(node.body, inner)

    def _class(self, node: ast.ClassDef, env: Env) -> None:
        for expression in (*node.decorator_list, *node.bases, *node.keywords):
            self._expression(expression, env)
        self.block(node.body, {})

    def _branches(self, branches: Iterable[list[ast.stmt]], env: Env, narrow: Env | None = None) -> None:
        """Walk branches, in the first of which ``narrow`` holds as long as it is not assigned again."""
        states = []
        for branch in branches:
            state = env | (narrow or {})
            if self.block(branch, state):
                states.append({name: env.get(name) if _same(state, narrow, name) else state[name] for name in state})
            narrow = None
        _take(env, states)

    def parameters(self, args: ast.arguments) -> Env:
        """Return what the parameters of a function are."""
        params = [*args.posonlyargs, *args.args, *args.kwonlyargs]
        env: Env = {param.arg: self.types.annotated(param.annotation) for param in params}
        return env | {rest.arg: None for rest in (args.vararg, args.kwarg) if rest is not None}

    # Expressions

    def bind_each(self, target: ast.expr, iterable: ast.expr, env: Env, state: Env) -> None:
        """Assign to the target of a loop what the loop gives; ``env`` are the variables where it begins."""
        bind(target, self.types.element(iterable, env), state)

    def _expression(self, node: ast.AST, env: Env) -> None:
        """Show an expression and those inside it, and bind what it binds."""
        if isinstance(node, _COMPREHENSIONS):
            env.update(dict.fromkeys(assigned(node)))
            env = dict(env)
            for generator in node.generators:
                self.bind_each(generator.target, generator.iter, env, env)
        elif isinstance(node, ast.Lambda):
            env = {**env, **self.parameters(node.args)}
        if not self._trial:
            self.visit(node, env)
        for child in ast.iter_child_nodes(node):
            self._expression(child, env)
        if isinstance(node, ast.NamedExpr):
            bind(node.target, self.types.of(node.value, env), env)


def assigned(node: ast.AST) -> list[str]:
    """Return the variables that an expression assigns."""
    found = (each.target for each in ast.walk(node) if isinstance(each, ast.NamedExpr))
    return [target.id for target in found]


def _same(state: Env, narrow: Env | None, name: str) -> bool:
    return narrow is not None and name in narrow and state[name] == narrow[name]


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


_STATEMENTS: Final[dict[type, str]] = {
    ast.Assign: "_assign",
    ast.AnnAssign: "_annotated",
    ast.AugAssign: "_augmented",
    ast.If: "_if",
    ast.Match: "_match",
    ast.Try: "_try",
    ast.For: "_for",
    ast.AsyncFor: "_for",
    ast.While: "_while",
    ast.With: "_with",
    ast.AsyncWith: "_with",
    ast.FunctionDef: "_function",
    ast.AsyncFunctionDef: "_function",
    ast.ClassDef: "_class",
}
