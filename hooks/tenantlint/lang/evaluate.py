"""A partial evaluator for Fragments: it runs what decides a schema, and answers UNKNOWN for the rest.

Modules are evaluated lazily, one top-level statement at a time, when a name that it binds is asked for. So import
cycles cost nothing where no value really depends on itself. What the two languages do differently (attributes of
values, operators, builtins, classes, module resolution) is asked of a ``Language``.

Values are plain Python constants, ``ListValue``, ``MapValue``, ``FuncValue``, ``ModuleValue``, objects of the modelled
libraries (``Native``), or UNKNOWN.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.lang import ir
from tenantlint.lang.execute import FALLS, MAX_ITERATIONS, STATEMENTS, Flow, bind
from tenantlint.lang.values import (
    MISSING,
    Arguments,
    Deferred,
    External,
    FuncValue,
    ListValue,
    MapValue,
    Module,
    ModuleValue,
    Native,
    Scope,
    Value,
    bound_names,
    bounded,
    join,
)
from tenantlint.schema import UNKNOWN, Maybe, Unresolved

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tenantlint.lang.language import Language, Loader
    from tenantlint.source import Location

MAX_CALL_DEPTH: Final = 40
MAX_STEPS: Final = 100_000


class BudgetExceededError(Exception):
    """One statement took more steps than any real schema needs."""


class Evaluator:
    """Evaluates the modules of one language in one project."""

    def __init__(self, loader: Loader, language: Language) -> None:
        self.loader = loader
        self.language = language
        self.modules: dict[str, Module | None] = {}
        self.unresolved: dict[Location, Unresolved] = {}
        self.uncertain = 0
        self._depth = 0
        self._steps = 0
        self._lookups: set[tuple[str, str]] = set()

    # Modules and names

    def module(self, path: str) -> Module | None:
        """Return the module of a project file, None where it cannot be read."""
        if path not in self.modules:
            try:
                fragment = self.loader.fragment(path)
            except Exception as error:
                _note(error, path)
                raise
            self.modules[path] = None if fragment is None else Module(path, fragment.body)
        return self.modules[path]

    def run(self, module: Module) -> None:
        """Run every statement of ``module`` that has not run yet."""
        for index in range(len(module.body)):
            self._start(module, index)

    def _start(self, module: Module, index: int) -> None:
        if module.started[index]:
            return
        module.started[index] = True
        module.running.append(index)
        statement, scope = module.body[index], module.scope
        if not self._afresh(lambda: self.execute(statement, scope), "statement", module.place(statement)):
            scope.variables.update(dict.fromkeys(bound_names(statement), UNKNOWN))
        if scope.states:
            _spread(scope, bound_names(statement))
        module.running.pop()
        module.finished[index] = True

    def call_later(self, function: Value, args: Arguments, at: Location) -> Value:
        """Return the result of a call that the program makes on its own, after its modules have run."""
        result: list[Value] = []
        self._afresh(lambda: result.append(self.call(function, args, at)), "call", at)
        return result[0] if result else UNKNOWN

    def _afresh(self, action: Callable[[], object], what: str, at: Location) -> bool:
        """Run an action with all limits reset. Return False, with the reason recorded, where it exceeds them."""
        depth, steps, uncertain, lookups = self._depth, self._steps, self.uncertain, self._lookups
        self._depth, self._steps, self.uncertain, self._lookups = 0, 0, 0, set()
        try:
            action()
        except (BudgetExceededError, RecursionError) as error:
            why = "it takes too many steps" if isinstance(error, BudgetExceededError) else "it is nested too deeply"
            self.give_up(what, why, at)
            return False
        except Exception as error:
            _note(error, at.path)
            raise
        finally:
            self._depth, self._steps, self.uncertain, self._lookups = depth, steps, uncertain, lookups
        return True

    def give_up(self, what: str, why: str, at: Location) -> None:
        """Record that something could not be read."""
        self.unresolved.setdefault(at, Unresolved(what, why, at))

    def lookup(self, module: Module, name: str) -> Value:
        """Return what a module binds at its top level, MISSING where it binds no such name."""
        for index in module.binding(name):
            if not module.started[index]:
                self._start(module, index)
        value = module.scope.variables.get(name, MISSING)
        if isinstance(value, Deferred):
            return self._settle(module.scope, name, value)
        if value is not MISSING:
            return value
        if name in module.binders:
            unfinished = any(not module.finished[index] for index in module.binders[name])
            return UNKNOWN if unfinished else MISSING
        return self._from_stars(module, name)

    def member(self, module: Module, name: str) -> Value:
        """Return what another module gets when it imports ``name``, MISSING where there is no such member."""
        if (module.path, name) in self._lookups:
            return MISSING
        self._lookups.add((module.path, name))
        try:
            if name in module.exports:
                source, local, node = module.exports[name]
                if source is None:
                    return self.lookup(module, local)
                return self.imported(Deferred(source, 0, local, module.place(node)), module.path)
            value = self.lookup(module, name)
            return self.language.missing_member(self, module, name) if value is MISSING else value
        finally:
            self._lookups.discard((module.path, name))

    def _from_stars(self, module: Module, name: str) -> Value:
        unknown = False
        for source, level, alias, node in module.stars:
            if alias is not None:
                if alias == name:
                    return self.imported(Deferred(source, level, None, module.place(node)), module.path)
                continue
            path = self.language.resolve(source, level, module.path)
            target = self.module(path) if path is not None else None
            value = self.language.external(source, name) if path is None else MISSING
            if target is not None:
                value = self.member(target, name)
            if isinstance(value, External) or (path is not None and target is None):
                unknown = True
            elif value is not MISSING:
                return value
        return UNKNOWN if unknown else MISSING

    def imported(self, deferred: Deferred, importer: str) -> Value:
        """Return what an import in the file ``importer`` brings."""
        path = self.language.resolve(deferred.module, deferred.level, importer)
        if path is None:
            return self.language.external(deferred.module, deferred.name)
        module = self.module(path)
        if module is None:
            self.give_up(f"import of {deferred.module}", f"{path} cannot be read", deferred.at)
            return UNKNOWN
        if deferred.name is None:
            return ModuleValue(module)
        value = self.member(module, deferred.name)
        if value is MISSING:
            self.give_up(f"import of {deferred.name}", f"{path} has no such name", deferred.at)
            return UNKNOWN
        return value

    def _settle(self, scope: Scope, name: str, deferred: Deferred) -> Value:
        value = self.imported(deferred, scope.module.path)
        if value is not UNKNOWN:
            scope.variables[name] = deferred.value = value
        return value

    def resolve_name(self, name: str, scope: Scope) -> Value:
        """Return the value of ``name`` as seen from ``scope``, MISSING where nothing binds it."""
        inner: Scope | None = scope
        while inner is not None and inner.parent is not None:
            if name in inner.variables:
                value = inner.variables[name]
                return self._settle(inner, name, value) if isinstance(value, Deferred) else value
            inner = inner.parent
        value = self.lookup(scope.module, name)
        return self.language.builtin(name) if value is MISSING else value

    # Expressions

    def evaluate(self, node: ir.Expr, scope: Scope) -> Value:
        """Return the value of an expression."""
        self._steps += 1
        if self._steps > MAX_STEPS:
            raise BudgetExceededError
        return _EXPRESSIONS[type(node)](self, node, scope)

    def _const(self, node: ir.Const, scope: Scope) -> Value:
        return node.value

    def _name(self, node: ir.Name, scope: Scope) -> Value:
        value = self.resolve_name(node.id, scope)
        if value is MISSING:
            self.give_up(f"name {node.id}", "nothing that was read binds it", scope.module.place(node))
            return UNKNOWN
        return value

    def _attr(self, node: ir.Attr, scope: Scope) -> Value:
        return self.attribute(self.evaluate(node.value, scope), node.name)

    def attribute(self, value: Value, name: str) -> Value:
        """Return ``value.name``."""
        if value is UNKNOWN:
            return UNKNOWN
        if isinstance(value, Native):
            return value.get(name)
        if isinstance(value, ModuleValue):
            member = self.member(value.module, name)
            return UNKNOWN if member is MISSING else member
        return self.language.attribute(self, value, name)

    def _item(self, node: ir.Item, scope: Scope) -> Value:
        value, key = self.evaluate(node.value, scope), self.evaluate(node.key, scope)
        if value is UNKNOWN:
            return UNKNOWN
        if isinstance(value, Native):
            return value.item(key)
        if isinstance(value, ModuleValue) and isinstance(key, str):
            return self.attribute(value, key)
        return self.language.item(self, value, key)

    def _call(self, node: ir.Call, scope: Scope) -> Value:
        function = self.evaluate(node.func, scope)
        args = self.arguments(node.args, scope)
        return bounded(self.call(function, args, scope.module.place(node)))

    def arguments(self, nodes: Iterable[ir.Arg], scope: Scope) -> Arguments:
        """Evaluate the arguments of a call."""
        positional: list[Value] = []
        named: dict[str, Value] = {}
        complete = True
        for arg in nodes:
            value = self.evaluate(arg.value, scope)
            if arg.name is None:
                positional.append(value)
            elif arg.name == "*":
                items = self.language.iterate(value)
                complete = complete and items is not None
                positional.extend(items or ())
            elif arg.name == "**":
                if isinstance(value, MapValue):
                    named.update({key: item for key, item in value.entries.items() if isinstance(key, str)})
                complete = complete and isinstance(value, MapValue) and value.complete
            else:
                named[arg.name] = value
        return Arguments(tuple(positional), named, complete)

    def call(self, function: Value, args: Arguments, at: Location) -> Value:
        """Return the result of calling ``function`` from the place ``at``."""
        if isinstance(function, Native):
            return function.call(self, args, at)
        if isinstance(function, FuncValue):
            return self.call_function(function, args)
        return UNKNOWN

    def call_function(self, function: FuncValue, args: Arguments) -> Value:
        """Return what a function of the project returns for ``args``; UNKNOWN where that depends on the unknown."""
        if self._depth >= MAX_CALL_DEPTH:
            return UNKNOWN
        self._depth += 1
        try:
            scope = Scope(function.scope.module, function.scope)
            if function.bound is not MISSING:
                args = Arguments((function.bound, *args.positional), args.named, args.complete)
            self._bind_parameters(function.node.params, args, scope)
            flow = self.execute_block(function.node.body, scope)
        finally:
            self._depth -= 1
        results = flow.returned + ((self.language.undefined,) if flow.falls else ())
        return join(results)

    def _bind_parameters(self, params: tuple[ir.Param, ...], args: Arguments, scope: Scope) -> None:
        position = 0
        named: dict[Value, Value] = dict(args.named.items())
        for param in params:
            name = param.target.id if isinstance(param.target, ir.Name) else None
            if param.rest == "*":
                rest: Value = ListValue(list(args.positional[position:]), "tuple", args.complete)
                bind(self, param.target, rest, scope)
                continue
            if param.rest == "**":
                bind(self, param.target, MapValue(dict(named), args.complete), scope)
                continue
            value: Value = MISSING
            if name is not None and name in named:
                value = named.pop(name)
            elif param.rest == "" and position < len(args.positional):
                value = args.positional[position]
            position += param.rest == ""
            if value is MISSING or (value is self.language.undefined and param.default is not None and not named):
                value = self._missing_argument(param, args, value, scope)
            bind(self, param.target, value, scope)

    def _missing_argument(self, param: ir.Param, args: Arguments, value: Value, scope: Scope) -> Value:
        if value is MISSING and not args.complete:
            return UNKNOWN
        if param.default is None:
            return self.language.undefined
        if value is not MISSING and self.language.undefined is None:
            return value
        return self.evaluate(param.default, scope)

    def _spread(self, node: ir.Spread, scope: Scope) -> Value:
        return self.evaluate(node.value, scope)

    def _seq(self, node: ir.Seq, scope: Scope) -> Value:
        result = ListValue([], node.kind)
        for item in node.items:
            value = self.evaluate(item, scope)
            at = scope.module.place(item)
            if not isinstance(item, ir.Spread):
                result.append(value, at, True)
                continue
            items = self.language.iterate(value)
            if items is None:
                result.complete = False
                items = list(value.items) if isinstance(value, ListValue) else []
            places = value.places if isinstance(value, ListValue) else [at] * len(items)
            for element, place in zip(items, places, strict=False):
                result.append(element, place or at, True)
        return bounded(result)

    def _mapping(self, node: ir.Mapping, scope: Scope) -> Value:
        result = MapValue({})
        for entry in node.entries:
            value = self.evaluate(entry.value, scope)
            if entry.key is not None:
                result.put(self.evaluate(entry.key, scope), value, scope.module.place(entry))
            elif isinstance(value, MapValue):
                result.update(value)
            elif value is UNKNOWN or isinstance(value, (Native, ModuleValue)):
                self._spread_object(result, value)
        return result

    def _spread_object(self, result: MapValue, value: Value) -> None:
        """Spread what is no plain map: a module gives its exports, everything else makes the result incomplete."""
        if not isinstance(value, ModuleValue):
            result.complete = False
            return
        names = self.exported_names(value.module)
        result.complete = result.complete and names is not None
        for name in names or ():
            result.put(name, self.member(value.module, name), None)

    def exported_names(self, module: Module) -> list[str] | None:
        """Return the names that a module exports, None where they cannot all be known."""
        names = dict.fromkeys(module.exports)
        for source, level, alias, _node in module.stars:
            if alias is not None:
                names[alias] = None
                continue
            path = self.language.resolve(source, level, module.path)
            target = self.module(path) if path is not None else None
            if target is None or (module.path, "*") in self._lookups:
                return None
            self._lookups.add((module.path, "*"))
            try:
                more = self.exported_names(target)
            finally:
                self._lookups.discard((module.path, "*"))
            if more is None:
                return None
            names.update(dict.fromkeys(name for name in more if name != "default"))
        return list(names)

    def _template(self, node: ir.Template, scope: Scope) -> Value:
        at = scope.module.place(node)
        if node.tag is None:
            return bounded(self.language.template(self, [self.evaluate(part, scope) for part in node.parts], at))
        tag = self.evaluate(node.tag, scope)
        parts = [part if isinstance(part, ir.Const) else self.evaluate(part, scope) for part in node.parts]
        return self.language.tagged(self, tag, parts, at)

    def _unary(self, node: ir.Unary, scope: Scope) -> Value:
        value = self.evaluate(node.value, scope)
        return UNKNOWN if value is UNKNOWN else self.language.unary(node.op, value)

    def _binary(self, node: ir.Binary, scope: Scope) -> Value:
        left = self.evaluate(node.left, scope)
        if node.op in _SHORT_CIRCUIT:
            return self._short_circuit(node, left, scope)
        right = self.evaluate(node.right, scope)
        return UNKNOWN if left is UNKNOWN or right is UNKNOWN else bounded(self.language.binary(node.op, left, right))

    def _short_circuit(self, node: ir.Binary, left: Value, scope: Scope) -> Value:
        if node.op == "??":
            keep: Maybe[bool] = UNKNOWN if left is UNKNOWN else not (left is None or left is self.language.undefined)
        else:
            truth = UNKNOWN if left is UNKNOWN else self.language.truth(left)
            keep = UNKNOWN if truth is UNKNOWN else truth == (node.op in ("or", "||"))
        if keep is True:
            return left
        if keep is False:
            return self.evaluate(node.right, scope)
        return join((left, *self._undecided((node.right,), scope)))

    def _cond(self, node: ir.Cond, scope: Scope) -> Value:
        test = self.evaluate(node.test, scope)
        truth = UNKNOWN if test is UNKNOWN else self.language.truth(test)
        if truth is UNKNOWN:
            return join(self._undecided((node.then, node.other), scope))
        return self.evaluate(node.then if truth else node.other, scope)

    def _undecided(self, nodes: Iterable[ir.Expr], scope: Scope) -> tuple[Value, ...]:
        """Evaluate expressions that may or may not be evaluated: what they do is uncertain."""
        self.uncertain += 1
        values = tuple(self.evaluate(node, scope) for node in nodes)
        self.uncertain -= 1
        return values

    def _comprehension(self, node: ir.Comprehension, scope: Scope) -> Value:
        items = self.language.iterate(self.evaluate(node.iterable, scope))
        elements = ListValue([], "list", items is not None)
        entries = MapValue({}, items is not None)
        for item in (items or ())[:MAX_ITERATIONS]:
            inner = Scope(scope.module, scope)
            bind(self, node.target, item, inner)
            tests = [self.language.truth(self.evaluate(test, inner)) for test in node.conditions]
            if any(test is UNKNOWN for test in tests):
                elements.complete = entries.complete = False
            elif all(tests):
                at = scope.module.place(node.element)
                value = self.evaluate(node.element, inner)
                if node.key is None:
                    elements.append(value, at, True)
                else:
                    entries.put(self.evaluate(node.key, inner), value, at)
        return elements if node.key is None else entries

    def _func(self, node: ir.Func, scope: Scope) -> Value:
        return FuncValue(node, scope)

    def _opaque(self, node: ir.Opaque, scope: Scope) -> Value:
        return UNKNOWN

    # Statements

    def execute_block(self, body: Iterable[ir.Stmt], scope: Scope) -> Flow:
        """Run statements in order until a path can no longer go on."""
        returned: tuple[Value, ...] = ()
        for statement in body:
            flow = self.execute(statement, scope)
            returned += flow.returned
            if not flow.falls:
                return Flow(returned, False)
        return Flow(returned, True) if returned else FALLS

    def execute(self, node: ir.Stmt, scope: Scope) -> Flow:
        """Run one statement."""
        self._steps += 1
        if self._steps > MAX_STEPS:
            raise BudgetExceededError
        return STATEMENTS[type(node)](self, node, scope) or FALLS


def _spread(scope: Scope, names: list[str]) -> None:
    """Tell the other branches of a statement the names that a statement before it has bound while one branch ran."""
    for state in scope.states:
        for name in names:
            if name in scope.variables:
                state.setdefault(name, scope.variables[name])


def _note(error: Exception, path: str) -> None:
    """Say in an exception that nobody expects in which file it came up; the innermost file counts."""
    if not hasattr(error, "__notes__"):
        error.add_note(f"in {path}")


_SHORT_CIRCUIT: Final = frozenset({"and", "or", "&&", "||", "??"})

_EXPRESSIONS: Final[dict[type, Callable[..., Value]]] = {
    ir.Const: Evaluator._const,
    ir.Name: Evaluator._name,
    ir.Attr: Evaluator._attr,
    ir.Item: Evaluator._item,
    ir.Call: Evaluator._call,
    ir.Spread: Evaluator._spread,
    ir.Seq: Evaluator._seq,
    ir.Mapping: Evaluator._mapping,
    ir.Template: Evaluator._template,
    ir.Unary: Evaluator._unary,
    ir.Binary: Evaluator._binary,
    ir.Cond: Evaluator._cond,
    ir.Comprehension: Evaluator._comprehension,
    ir.Func: Evaluator._func,
    ir.Opaque: Evaluator._opaque,
}
