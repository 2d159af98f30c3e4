"""The evaluator as migrations need it: it knows what surely happens, and collects the operations.

Where a branch is not decided, its operations are uncertain, and so is the rest of the function where a branch leaves
it. A branch on what the database says of its own structure (``if "x" not in columns``) is there so that the revision
can be run twice: both sides count as certain.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tenantlint.lang import ir
from tenantlint.lang.alembic.answers import (
    CATALOG,
    HOLE,
    ROWS,
    Answer,
    CatalogAnswer,
    Handle,
    OfflineAnswer,
    PartialText,
    is_foreign,
    strongest,
)
from tenantlint.lang.alembic.constructs import shortened
from tenantlint.lang.alembic.lowering import UNREAD_FUNCTION
from tenantlint.lang.alembic.shapes import holds_unknown, idempotent, repeated
from tenantlint.lang.evaluate import Evaluator
from tenantlint.lang.execute import FALLS, Flow, bind
from tenantlint.lang.sqlmodel.builtins import STR
from tenantlint.lang.sqlmodel.models import TableModel
from tenantlint.lang.sqlmodel.names import Subject, conventional
from tenantlint.lang.sqlmodel.objects import ClassValue, InstanceValue
from tenantlint.lang.sqlmodel.schema_items import DEFAULT_CONVENTION
from tenantlint.lang.values import Arguments, Builtin, External, FuncValue, MapValue, Native, Value
from tenantlint.migration import Unread
from tenantlint.schema import UNKNOWN, Maybe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tenantlint.lang.language import Language, Loader
    from tenantlint.lang.values import Scope
    from tenantlint.migration import Operation
    from tenantlint.source import Location


class GuardedFlow(Flow):
    """A Flow whose returns depend on what the database already has, so that what follows them still counts."""


_AND_OR: Final = frozenset({"and", "or"})


class MigrationEvaluator(Evaluator):
    """Runs ``upgrade`` and ``downgrade``; ``operations`` are those of the function that runs.

    ``path`` is the revision's file: an operation stands at the call in it, also where a helper in another file does
    the work.
    """

    def __init__(self, loader: Loader, language: Language) -> None:
        super().__init__(loader, language)
        self.operations: list[Operation] = []
        self.path = ""
        self.asked = 0
        self._sites: list[Location] = []
        self._repeated = 0
        self._guarded = 0
        self.conventions: Callable[[str], Value] = lambda path: MapValue(dict(DEFAULT_CONVENTION))

    def perform(self, function: Value, path: str, at: Location) -> tuple[tuple[Operation, ...], Flow | None]:
        """Run ``upgrade`` or ``downgrade``; return what it does, and how it ends (None where it was not all run)."""
        self.operations, self.path, self._sites, self._repeated, self._guarded = [], path, [], 0, 0
        if not isinstance(function, FuncValue):
            self.unread("it is not a function of the project", at)
            return tuple(self.operations), None
        flows: list[Flow] = []
        scopes = function.scope
        finished = self._afresh(lambda: flows.append(self._run_body(function, scopes)), "migration", at)
        if not finished:
            self.unread("it takes too many steps to follow", at)
        return tuple(self.operations), flows[0] if flows else None

    def _run_body(self, function: FuncValue, outer: Scope) -> Flow:
        scope = type(outer)(outer.module, outer)
        self._bind_parameters(function.node.params, Arguments(complete=False), scope)
        return self.execute_block(function.node.body, scope)

    # Operations

    def place(self, at: Location) -> Location:
        """Return where an operation stands: the call, or the one in the revision that led to it."""
        if at.path == self.path:
            return at
        return next((site for site in reversed(self._sites) if site.path == self.path), at)

    def add(self, operation: Operation) -> None:
        """Take an operation down."""
        self.operations.append(self.shaped(operation))

    def shaped(self, operation: Operation) -> Operation:
        """Return an operation as it is below the statements that run: Unread where it is repeated for the unknown."""
        if self._guarded:
            operation = idempotent(operation)
        if self._repeated and holds_unknown(operation):
            operation = repeated(operation)
        return operation

    def unread(
        self,
        why: str,
        at: Location,
        security: bool = True,
        structure: bool = True,
        tables: tuple[str, ...] | None = None,
    ) -> None:
        """Take down that something happens that is not known."""
        found = UNKNOWN if tables is None else tables
        self.operations.append(Unread(self.place(at), self.certain, why, found, security, structure))

    @property
    def certain(self) -> bool:
        """Whether what runs now surely runs."""
        return not self.uncertain

    def named(
        self, prefix: str, given: Value, table: Value, columns: Maybe[tuple[Maybe[str | None], ...]], target: Value = ""
    ) -> Maybe[str | None]:
        """Return the name of a constraint or index that is called ``given``, None where PostgreSQL names it.

        ``table`` and ``target``, the referenced table of a foreign key, are names without a schema.
        """
        if isinstance(given, str) or given is UNKNOWN:
            return shortened(given)
        if given is not None or columns is UNKNOWN:
            return UNKNOWN
        model = TableModel(ClassValue(""))
        model.table_name, model.schema = table if isinstance(table, str) else UNKNOWN, None
        subject = Subject(model, list(columns), target if isinstance(target, str) else UNKNOWN)
        return shortened(conventional(prefix, None, self.conventions(self.path), subject))

    def attribute(self, value: Value, name: str) -> Value:
        """Return ``value.name``; methods of objects are run like functions."""
        if isinstance(value, InstanceValue):
            found = value.cls.own(name) if name not in value.attributes else None
            if isinstance(found, FuncValue):
                return FuncValue(found.node, found.scope, value)
        return super().attribute(value, name)

    # Calls

    def call(self, function: Value, args: Arguments, at: Location) -> Value:
        """Return the result of a call; one that takes a connection to code that is not read is taken down."""
        if isinstance(function, FuncValue):
            return self._call_project(function, args, at)
        values = (*args.positional, *args.named.values())
        if isinstance(function, Handle):
            return function.call(self, args, at)
        if function is UNKNOWN or is_foreign(function) or _is_project_class(function):
            if any(isinstance(value, Handle) for value in values):
                self.unread("it is given to code that is not read", at)
            if function is UNKNOWN or isinstance(function, ClassValue):
                return super().call(function, args, at)
            return self._foreign(function, args, at)
        if isinstance(function, (Builtin, ClassValue)):
            answer = strongest(*values)
            made = super().call(function, args, at)
            if function is STR and made is UNKNOWN:
                return PartialText(HOLE)
            return answer if answer is not None and (made is UNKNOWN or not isinstance(made, Native)) else made
        return super().call(function, args, at)

    def _foreign(self, function: Value, args: Arguments, at: Location) -> Value:
        if isinstance(function, External):
            made = super().call(function, args, at)
            return (strongest(*args.positional) or ROWS) if made is UNKNOWN else made
        return function

    def _call_project(self, function: FuncValue, args: Arguments, at: Location) -> Value:
        asked, uncertain = self.asked, self.uncertain
        self._sites.append(at)
        try:
            if _is_unread(function.node):
                self.unread(f"`{function.node.name}` is not read", at)
            made = self.call_function(function, args)
        finally:
            self._sites.pop()
            self.uncertain = uncertain
        return CATALOG if made is UNKNOWN and self.asked > asked else made

    # Expressions

    def evaluate(self, node: ir.Expr, scope: Scope) -> Value:
        """Return the value of an expression."""
        if type(node) is ir.Binary and node.op in _AND_OR:
            return self._connected(node, scope)
        if type(node) is ir.Comprehension:
            return self._listed(node, scope)
        return super().evaluate(node, scope)

    def _connected(self, node: ir.Binary, scope: Scope) -> Value:
        """Return ``a and b`` and ``a or b``: an answer outlives what leaves it to decide."""
        left = self.evaluate(node.left, scope)
        if not isinstance(left, Answer):
            return super().evaluate(node, scope)
        right = self._undecided((node.right,), scope)[0]
        if isinstance(right, Answer):
            return strongest(left, right) or UNKNOWN
        truth = UNKNOWN if right is UNKNOWN else self.language.truth(right)
        if truth is UNKNOWN:
            return UNKNOWN
        return left if truth is (node.op == "and") else truth

    def _listed(self, node: ir.Comprehension, scope: Scope) -> Value:
        iterable = self.evaluate(node.iterable, scope)
        if not isinstance(iterable, Answer):
            return super().evaluate(node, scope)
        inner = type(scope)(scope.module, scope)
        bind(self, node.target, iterable, inner)
        self._repeated += 1
        self._undecided((node.element,), inner)
        self._repeated -= 1
        return iterable

    # Statements

    def execute_block(self, body: Iterable[ir.Stmt], scope: Scope) -> Flow:
        """Run statements in order; what follows a branch that may have left the function is uncertain."""
        returned: tuple[Value, ...] = ()
        guarded = True
        for statement in body:
            flow = self.execute(statement, scope)
            returned += flow.returned
            if not flow.falls:
                return Flow(returned, False)
            if flow.returned and not isinstance(flow, GuardedFlow):
                guarded = False
                self.uncertain += 1
        if not returned:
            return FALLS
        return GuardedFlow(returned, True) if guarded else Flow(returned, True)

    def execute(self, node: ir.Stmt, scope: Scope) -> Flow:
        """Run one statement."""
        special = _SPECIAL.get(type(node))
        return super().execute(node, scope) if special is None else special(self, node, scope)

    def run_expression(self, node: ir.ExprStmt, scope: Scope) -> Flow:
        """Run a call; that of a function which is not known at all may do anything."""
        call = node.value
        if isinstance(call, ir.Call) and isinstance(call.func, ir.Name) and self.evaluate(call.func, scope) is UNKNOWN:
            self.unread(f"`{call.func.id}` is not read", scope.module.place(call))
        self.evaluate(call, scope)
        return FALLS

    def run_if(self, node: ir.If, scope: Scope) -> Flow:
        """Run a branch where it is decided which, else both."""
        test = self.evaluate(node.test, scope)
        truth = UNKNOWN if test is UNKNOWN else self.language.truth(test)
        if truth is not UNKNOWN:
            return self.execute_block(node.body if truth else node.orelse, scope)
        if isinstance(test, CatalogAnswer):
            return self._guard(node, scope)
        flow = self._branches((node.body, node.orelse), scope)
        return GuardedFlow(flow.returned, flow.falls) if isinstance(test, OfflineAnswer) else flow

    def _guard(self, node: ir.If, scope: Scope) -> Flow:
        self._guarded += 1
        returned: tuple[Value, ...] = ()
        before = self.uncertain
        falls = False
        for branch in (node.body, node.orelse):
            flow = self.execute_block(branch, scope)
            returned += flow.returned
            falls = falls or flow.falls
            self.uncertain = before
        self._guarded -= 1
        return GuardedFlow(returned, falls)

    def _branches(self, branches: Iterable[tuple[ir.Stmt, ...]], scope: Scope) -> Flow:
        """Run every branch from the same state, and keep only what all that go on agree on."""
        uncertain = self.uncertain
        flow = _either(self, branches, scope)
        self.uncertain = uncertain
        return flow

    def run_for(self, node: ir.For, scope: Scope) -> Flow:
        """Run a loop: once, for something unknown, where what it goes through is not known."""
        iterable = self.evaluate(node.iterable, scope)
        if self.language.iterate(iterable) is not None:
            return self._each(node, iterable, scope)
        bind(self, node.target, iterable if isinstance(iterable, Answer) else UNKNOWN, scope)
        self._repeated += 1
        flow = self._branches((node.body, ()), scope)
        self._repeated -= 1
        return GuardedFlow(flow.returned, flow.falls) if isinstance(iterable, CatalogAnswer) else flow

    def _each(self, node: ir.For, iterable: Value, scope: Scope) -> Flow:
        returned: tuple[Value, ...] = ()
        guarded = True
        for item in self.language.iterate(iterable) or ():
            bind(self, node.target, item, scope)
            flow = self.execute_block(node.body, scope)
            returned += flow.returned
            guarded = guarded and (not flow.returned or isinstance(flow, GuardedFlow))
            if not flow.falls:
                return Flow(returned, False)
        return GuardedFlow(returned, True) if guarded else Flow(returned, True)

    def run_try(self, node: ir.Try, scope: Scope) -> Flow:
        """Run ``try`` as where nothing is raised; what a handler does may happen too.

        Where a handler goes on, the body does what it does only if that can be done, as with IF EXISTS.
        """
        goes_on = any(not handler or not isinstance(handler[-1], ir.Raise) for handler in node.handlers)
        self._guarded += goes_on
        flow = self.execute_block(node.body, scope)
        self._guarded -= goes_on
        known, uncertain = dict(scope.variables), self.uncertain
        self.uncertain += 1
        for handler in node.handlers:
            self.execute_block(handler, scope)
        self.uncertain = uncertain
        scope.variables.update(known)
        if not flow.falls:
            self.execute_block(node.after, scope)
            return flow
        after = self.execute_block(node.after, scope)
        guarded = all(not each.returned or isinstance(each, GuardedFlow) for each in (flow, after))
        return (GuardedFlow if guarded else Flow)(flow.returned + after.returned, after.falls)


def _either(evaluator: MigrationEvaluator, branches: Iterable[tuple[ir.Stmt, ...]], scope: Scope) -> Flow:
    from tenantlint.lang.execute import either

    return either(evaluator, branches, scope)


def _is_unread(node: ir.Func) -> bool:
    last = node.body[-1] if node.body else None
    return isinstance(last, ir.Return) and isinstance(last.value, ir.Opaque) and last.value.what == UNREAD_FUNCTION


def _is_project_class(value: Value) -> bool:
    return isinstance(value, ClassValue) and value.at is not None


_SPECIAL: Final[dict[type, Callable[[MigrationEvaluator, Any, Scope], Flow]]] = {
    ir.ExprStmt: MigrationEvaluator.run_expression,
    ir.If: MigrationEvaluator.run_if,
    ir.For: MigrationEvaluator.run_for,
    ir.Try: MigrationEvaluator.run_try,
}
