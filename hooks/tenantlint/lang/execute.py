"""Running statements: the other half of the evaluator (``lang/evaluate.py``), and its assignments to targets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.lang import ir
from tenantlint.lang.values import Deferred, ListValue, MapValue, Native, Value, same
from tenantlint.record import Record
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tenantlint.lang.evaluate import Evaluator
    from tenantlint.lang.values import Scope

MAX_ITERATIONS: Final = 10_000


class Flow(Record):
    """How a block ended: the values it may have returned, and whether it may go on behind its end."""

    returned: tuple[Value, ...] = ()
    falls: bool = True


FALLS: Final = Flow()


def _assign(evaluator: Evaluator, node: ir.Assign, scope: Scope) -> None:
    target = node.targets[0]
    if scope.annotations is not None and node.annotation is not None and isinstance(target, ir.Name):
        scope.annotations[target.id] = node
        if evaluator.uncertain > scope.certainty:
            scope.unsure |= {target.id}
    if node.value is None:
        return
    value = evaluator.evaluate(node.value, scope)
    for target in node.targets:
        bind(evaluator, target, value, scope)


def bind(evaluator: Evaluator, target: ir.Target, value: Value, scope: Scope) -> None:
    """Assign ``value`` to a target."""
    if isinstance(target, ir.Name):
        scope.variables[target.id] = value
    elif isinstance(target, ir.Attr):
        _assign_attribute(evaluator, target, value, scope)
    elif isinstance(target, ir.Item):
        container, key = evaluator.evaluate(target.value, scope), evaluator.evaluate(target.key, scope)
        if isinstance(container, MapValue):
            container.put(key, value, scope.module.place(target), not evaluator.uncertain)
    elif isinstance(target, ir.Default):
        bind(evaluator, target.target, _or_default(evaluator, value, target.default, scope), scope)
    elif isinstance(target, ir.SeqPattern):
        _bind_sequence(evaluator, target, value, scope)
    else:
        _bind_map(evaluator, target, value, scope)


def _assign_attribute(evaluator: Evaluator, target: ir.Attr, value: Value, scope: Scope) -> None:
    container = evaluator.evaluate(target.value, scope)
    if isinstance(container, Native):
        container.set(target.name, UNKNOWN if evaluator.uncertain else value, scope.module.place(target))
    elif isinstance(container, MapValue):
        container.put(target.name, value, scope.module.place(target), not evaluator.uncertain)


def _or_default(evaluator: Evaluator, value: Value, default: ir.Expr | None, scope: Scope) -> Value:
    if default is not None and value is evaluator.language.undefined:
        return evaluator.evaluate(default, scope)
    return value


def _bind_sequence(evaluator: Evaluator, target: ir.SeqPattern, value: Value, scope: Scope) -> None:
    items = evaluator.language.iterate(value)
    for index, item in enumerate(target.items):
        if item is not None:
            known = items is not None and index < len(items)
            absent = UNKNOWN if items is None else evaluator.language.undefined
            bind(evaluator, item, items[index] if known and items is not None else absent, scope)
    if target.rest is not None:
        rest = ListValue(list(items[len(target.items) :]) if items else [], "list", items is not None)
        bind(evaluator, target.rest, rest, scope)


def _bind_map(evaluator: Evaluator, target: ir.MapPattern, value: Value, scope: Scope) -> None:
    for entry in target.entries:
        member = evaluator.attribute(value, entry.key)
        bind(evaluator, entry.target, _or_default(evaluator, member, entry.default, scope), scope)
    if target.rest is not None:
        taken = {entry.key for entry in target.entries}
        entries = value.entries if isinstance(value, MapValue) else {}
        complete = isinstance(value, MapValue) and value.complete
        rest = MapValue({key: item for key, item in entries.items() if key not in taken}, complete)
        bind(evaluator, target.rest, rest, scope)


def _expression(evaluator: Evaluator, node: ir.ExprStmt, scope: Scope) -> None:
    evaluator.evaluate(node.value, scope)


def _delete(evaluator: Evaluator, node: ir.Delete, scope: Scope) -> None:
    for target in node.targets:
        if isinstance(target, ir.Name):
            scope.variables.pop(target.id, None)


def _if(evaluator: Evaluator, node: ir.If, scope: Scope) -> Flow:
    test = evaluator.evaluate(node.test, scope)
    truth = UNKNOWN if test is UNKNOWN else evaluator.language.truth(test)
    if truth is not UNKNOWN:
        return evaluator.execute_block(node.body if truth else node.orelse, scope)
    return either(evaluator, (node.body, node.orelse), scope)


def either(evaluator: Evaluator, branches: Iterable[tuple[ir.Stmt, ...]], scope: Scope) -> Flow:
    """Run every branch from the same state, and keep only what all that go on agree on."""
    before = dict(scope.variables)
    after: list[dict[str, Value]] = []
    returned: tuple[Value, ...] = ()
    evaluator.uncertain += 1
    states = scope.states
    for branch in branches:
        scope.states = (*states, before, *after)
        scope.variables = dict(before)
        flow = evaluator.execute_block(branch, scope)
        returned += flow.returned
        if flow.falls:
            after.append(scope.variables)
    evaluator.uncertain -= 1
    scope.states = states
    scope.variables = _merge(after) if after else before
    return Flow(returned, bool(after))


def _for(evaluator: Evaluator, node: ir.For, scope: Scope) -> Flow:
    items = evaluator.language.iterate(evaluator.evaluate(node.iterable, scope))
    if items is None or len(items) > MAX_ITERATIONS:
        bind(evaluator, node.target, UNKNOWN, scope)
        return either(evaluator, (node.body, ()), scope)
    returned: tuple[Value, ...] = ()
    for item in items:
        bind(evaluator, node.target, item, scope)
        flow = evaluator.execute_block(node.body, scope)
        returned += flow.returned
        if not flow.falls:
            return Flow(returned, False)
    return Flow(returned, True)


def _block(evaluator: Evaluator, node: ir.Block, scope: Scope) -> Flow:
    return evaluator.execute_block(node.body, scope)


def _try(evaluator: Evaluator, node: ir.Try, scope: Scope) -> Flow:
    """Take the path without an exception; a handler only adds the names that the body leaves unbound."""
    flow = evaluator.execute_block(node.body, scope)
    known = dict(scope.variables)
    evaluator.uncertain += 1
    for handler in node.handlers:
        evaluator.execute_block(handler, scope)
    evaluator.uncertain -= 1
    scope.variables.update(known)
    if not flow.falls:
        return flow
    after = evaluator.execute_block(node.after, scope)
    return Flow(flow.returned + after.returned, after.falls)


def _return(evaluator: Evaluator, node: ir.Return, scope: Scope) -> Flow:
    value = evaluator.language.undefined if node.value is None else evaluator.evaluate(node.value, scope)
    return Flow((value,), False)


def _raise(evaluator: Evaluator, node: ir.Raise, scope: Scope) -> Flow:
    return Flow((), False)


def _function(evaluator: Evaluator, node: ir.FuncDef, scope: Scope) -> None:
    scope.variables[node.name.id] = evaluator.language.define_function(evaluator, node, scope)


def _class(evaluator: Evaluator, node: ir.ClassDef, scope: Scope) -> None:
    scope.variables[node.name.id] = evaluator.language.define_class(evaluator, node, scope)


def _import_module(evaluator: Evaluator, node: ir.ImportModule, scope: Scope) -> None:
    alias = node.alias or node.module.split(".")[0]
    module = node.module if node.alias else alias
    scope.variables[alias] = Deferred(module, 0, None, scope.module.place(node))


def _import_from(evaluator: Evaluator, node: ir.ImportFrom, scope: Scope) -> None:
    for item in node.names:
        at = scope.module.place(item)
        scope.variables[item.alias] = Deferred(node.module, node.level, item.name, at)


def _export(evaluator: Evaluator, node: ir.Export, scope: Scope) -> None:
    """Do nothing: an export binds no name, and ``Module`` has registered it."""


def _merge(states: list[dict[str, Value]]) -> dict[str, Value]:
    first, *others = states
    merged = dict(first)
    for state in others:
        for name, value in state.items():
            if name not in merged or not same(_settled(merged[name]), _settled(value)):
                merged[name] = UNKNOWN
        for name in merged.keys() - state.keys():
            merged[name] = UNKNOWN
    return merged


def _settled(value: Value) -> Value:
    """Return what an import gave, where one branch has looked it up and another has not."""
    return value.value if isinstance(value, Deferred) and value.value is not UNKNOWN else value


STATEMENTS: Final[dict[type, Callable[..., Flow | None]]] = {
    ir.Assign: _assign,
    ir.ExprStmt: _expression,
    ir.Delete: _delete,
    ir.If: _if,
    ir.For: _for,
    ir.Block: _block,
    ir.Try: _try,
    ir.Return: _return,
    ir.Raise: _raise,
    ir.FuncDef: _function,
    ir.ClassDef: _class,
    ir.ImportModule: _import_module,
    ir.ImportFrom: _import_from,
    ir.Export: _export,
}
