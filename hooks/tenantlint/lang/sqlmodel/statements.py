"""Lowers LibCST statements to the IR: see ``lower.py`` for how places are found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final

from tenantlint.lang import ir
from tenantlint.lang.sqlmodel.bodies import decides
from tenantlint.lang.sqlmodel.lower import Cst, Lowering, child, kind, paired

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from tenantlint.lang.sqlmodel.lower import AstNode, Span

    Lowered = ir.Stmt | tuple[ir.Stmt, ...] | None


class StatementLowering(Lowering):
    """Lowers the statements of one file.

    A subclass may lower some statements another way (``lowerings``), and need other functions (``needed``).
    """

    lowerings: ClassVar[Mapping[str, Callable[[Any, Cst, AstNode], Lowered]]]

    @staticmethod
    def needed(data: bytes, span: Span, name: str, decorators: list[str], first: str) -> bool:
        """Tell whether the body of a function is read: see ``bodies.decides``."""
        return decides(data, span, name, decorators, first)

    def block(self, body: Iterable[Cst], parts: object) -> tuple[ir.Stmt, ...]:
        """Lower the statements of a module or a block; ``parts`` are the ``ast`` statements."""
        result: list[ir.Stmt] = []
        for n, a in paired(list(_flat(body)), parts):
            lower = self.lowerings.get(type(n).__name__)
            if lower is not None:
                self.enclosing = self.span(n, a)
                lowered = lower(self, n, a)
                if isinstance(lowered, tuple):
                    result.extend(lowered)
                elif lowered is not None:
                    result.append(lowered)
        return tuple(result)

    def _suite(self, n: Cst, parts: object) -> tuple[ir.Stmt, ...]:
        return self.block([n], parts)

    # Simple statements

    def _expression_statement(self, n: Cst, a: AstNode) -> Lowered:
        if kind(n.value) != "Call":
            return None
        return ir.ExprStmt(*self.span(n, a), self.expression(n.value, child(a, "value")))

    def _assign(self, n: Cst, a: AstNode) -> Lowered:
        span = self.span(n, a)
        value = self.expression(n.value, child(a, "value"))
        targets = tuple(self.target(target.target, part) for target, part in paired(n.targets, child(a, "targets")))
        return ir.Assign(*span, targets, value)

    def _annotated(self, n: Cst, a: AstNode) -> Lowered:
        span = self.span(n, a)
        value = None if n.value is None else self.expression(n.value, child(a, "value"))
        annotation = self.annotation(n.annotation.annotation, child(a, "annotation"))
        return ir.Assign(*span, (self.target(n.target, child(a, "target")),), value, annotation)

    def _augmented(self, n: Cst, a: AstNode) -> Lowered:
        span = self.span(n, a)
        target = self.target(n.target, child(a, "target"))
        op = _AUGMENTED.get(kind(n.operator), "")
        if isinstance(target, (ir.Name, ir.Attr, ir.Item)):
            value = ir.Binary(*span, op, target, self.expression(n.value, child(a, "value")))
            return ir.Assign(*span, (target,), value)
        return None

    def _alias(self, n: Cst, a: AstNode) -> Lowered:
        """Lower ``type X = ...`` (PEP 695)."""
        target = ir.Name(*self.span(n.name, child(a, "name")), n.name.value)
        return ir.Assign(*self.span(n, a), (target,), self.annotation(n.value, child(a, "value")))

    def _delete(self, n: Cst, a: AstNode) -> Lowered:
        nodes = [element.value for element in n.target.elements] if kind(n.target) == "Tuple" else [n.target]
        return ir.Delete(
            *self.span(n, a), tuple(self.target(t, part) for t, part in paired(nodes, child(a, "targets")))
        )

    def _return(self, n: Cst, a: AstNode) -> Lowered:
        value = None if n.value is None else self.expression(n.value, child(a, "value"))
        return ir.Return(*self.span(n, a), value)

    def _raise(self, n: Cst, a: AstNode) -> Lowered:
        return ir.Raise(*self.span(n, a), n.exc is not None and kind(n.exc) == "Call" and bool(n.exc.args))

    def _import(self, n: Cst, a: AstNode) -> Lowered:
        return tuple(
            ir.ImportModule(*self.span(item, part), _dotted(item.name), _as_name(item))
            for item, part in paired(n.names, child(a, "names"))
        )

    def _import_from(self, n: Cst, a: AstNode) -> Lowered:
        module = "" if n.module is None else _dotted(n.module)
        span = self.span(n, a)
        if kind(n.names) == "ImportStar":
            return ir.ImportFrom(*span, module, len(n.relative), (), True)
        names = tuple(
            ir.ImportedName(*self.span(item, part), item.name.value, _as_name(item) or item.name.value)
            for item, part in paired(n.names, child(a, "names"))
        )
        return ir.ImportFrom(*span, module, len(n.relative), names)

    # Compound statements

    def _if(self, n: Cst, a: AstNode) -> Lowered:
        span = self.span(n, a)
        test = self.expression(n.test, child(a, "test"))
        body = self._suite(n.body, child(a, "body"))
        orelse = self._orelse(n.orelse, child(a, "orelse"))
        if _is_script(test):
            return orelse
        checked = _type_checking(test)
        if checked is None:
            return ir.If(*span, test, body, orelse)
        return ir.Block(*span, (*body, *orelse) if checked else (*orelse, *body))

    def _orelse(self, n: Cst, parts: Any) -> tuple[ir.Stmt, ...]:
        if n is None:
            return ()
        return self.block([n], parts) if kind(n) == "If" else self._suite(n.body, parts)

    def _for(self, n: Cst, a: AstNode) -> Lowered:
        span = self.span(n, a)
        target = self.target(n.target, child(a, "target"))
        iterable = self.expression(n.iter, child(a, "iter"))
        if _leaves_early(n.body) or n.asynchronous is not None:
            iterable = ir.Opaque(*span, "For")
        after = self._orelse(n.orelse, child(a, "orelse"))
        return (ir.For(*span, target, iterable, self._suite(n.body, child(a, "body"))), *after)

    def _while(self, n: Cst, a: AstNode) -> Lowered:
        span = self.span(n, a)
        return ir.If(*span, ir.Opaque(*span, "While"), self._suite(n.body, child(a, "body")))

    def _with(self, n: Cst, a: AstNode) -> Lowered:
        span = self.span(n, a)
        bindings = tuple(
            ir.Assign(*span, (self.target(item.asname.name, child(part, "optional_vars")),), ir.Opaque(*span, "With"))
            for item, part in paired(n.items, child(a, "items"))
            if item.asname is not None
        )
        return ir.Block(*span, (*bindings, *self._suite(n.body, child(a, "body"))))

    def _try(self, n: Cst, a: AstNode) -> Lowered:
        span = self.span(n, a)
        body = self._suite(n.body, child(a, "body"))
        handlers = tuple(
            self._suite(handler.body, child(part, "body")) for handler, part in paired(n.handlers, child(a, "handlers"))
        )
        orelse = self._orelse(n.orelse, child(a, "orelse"))
        return ir.Try(*span, body, handlers, (*orelse, *self._orelse(n.finalbody, child(a, "finalbody"))))

    def _match(self, n: Cst, a: AstNode) -> Lowered:
        span = self.span(n, a)
        orelse: tuple[ir.Stmt, ...] = ()
        for case, part in reversed(list(paired(n.cases, child(a, "cases")))):
            body = self._suite(case.body, child(part, "body"))
            orelse = (ir.If(*span, ir.Opaque(*span, "Match"), body, orelse),)
        return orelse

    def _function(self, n: Cst, a: AstNode) -> Lowered:
        span = self.span(n, a)
        decorators = self._decorators(n, a)
        params = self.parameters(n.params, child(a, "args"))
        unread = ir.Return(*span, ir.Opaque(*span, "FunctionDef"))
        body = self._suite(n.body, child(a, "body")) if self._is_readable(n, span) else (unread,)
        name = self._defined_name(n, a, span)
        return ir.FuncDef(*span, name, ir.Func(*span, n.name.value, params, body), decorators)

    def _is_readable(self, n: Cst, span: Span) -> bool:
        first = next((param.name.value for param in (*n.params.posonly_params, *n.params.params)), "")
        decorators = [_last_name(decorator.decorator) for decorator in n.decorators]
        return n.asynchronous is None and self.needed(self.source.data, span, n.name.value, decorators, first)

    def _class(self, n: Cst, a: AstNode) -> Lowered:
        span = self.span(n, a)
        decorators = self._decorators(n, a)
        bases = self.arguments((*n.bases, *n.keywords), a, "bases")
        name = self._defined_name(n, a, span)
        body = self._suite(n.body, child(a, "body"))
        params = getattr(n, "type_parameters", None)
        type_params = tuple(param.param.name.value for param in params.params) if params is not None else ()
        return ir.ClassDef(*span, name, bases, body, decorators, type_params)

    def _decorators(self, n: Cst, a: AstNode) -> tuple[ir.Expr, ...]:
        nodes = paired([decorator.decorator for decorator in n.decorators], child(a, "decorator_list"))
        return tuple(self.expression(node, part) for node, part in nodes)

    def _defined_name(self, n: Cst, a: AstNode, span: Span) -> ir.Name:
        """Find the name behind ``class`` or ``def``, whose place ``ast`` does not tell."""
        if a is None:
            return ir.Name(*self.span(n.name, None), n.name.value)
        text = n.name.value.encode()
        keyword = b"class" if kind(n) == "ClassDef" else b"def"
        data = self.source.data
        start = data.find(text, data.find(keyword, span[0]) + len(keyword))
        return ir.Name(start, start + len(text), n.name.value)


def _flat(body: Iterable[Cst]) -> Iterable[Cst]:
    """Give the statements of suites and of lines with semicolons one by one, as ``ast`` does."""
    for n in body:
        if type(n).__name__ in _CONTAINERS:
            yield from _flat(n.body)
        else:
            yield n


def _last_name(n: Cst) -> str:
    if kind(n) == "Call":
        return _last_name(n.func)
    last = n.attr if kind(n) == "Attribute" else n
    return last.value if kind(last) == "Name" else ""


def _dotted(n: Cst) -> str:
    return n.value if kind(n) == "Name" else f"{_dotted(n.value)}.{n.attr.value}"


def _as_name(n: Cst) -> str | None:
    return None if n.asname is None else n.asname.name.value


def _is_script(test: ir.Expr) -> bool:
    """Tell whether an ``if`` asks whether the file is run as a script: what is imported is not."""
    if not isinstance(test, ir.Binary) or test.op != "==":
        return False
    sides = (test.left, test.right)
    named = any(isinstance(side, ir.Name) and side.id == "__name__" for side in sides)
    return named and any(isinstance(side, ir.Const) and side.value == "__main__" for side in sides)


def _type_checking(test: ir.Expr) -> bool | None:
    """Tell whether an ``if`` asks for typing.TYPE_CHECKING (True), for its opposite (False), or for something else."""
    if isinstance(test, ir.Unary) and test.op == "not":
        inner = _type_checking(test.value)
        return None if inner is None else not inner
    name = test.name if isinstance(test, ir.Attr) else getattr(test, "id", "")
    return True if name == "TYPE_CHECKING" else None


def _leaves_early(body: Cst) -> bool:
    """Tell whether a loop body has a ``break`` or ``continue`` of its own."""
    for n in _flat([body]):
        name = kind(n)
        if name in ("Break", "Continue"):
            return True
        if name in _INNER_SUITES and any(_leaves_early(part) for part in _parts(n)):
            return True
    return False


def _parts(n: Cst) -> Sequence[Cst]:
    cases = [*(getattr(n, "handlers", None) or ()), *(getattr(n, "cases", None) or ())]
    suites = [n, *cases, getattr(n, "orelse", None), getattr(n, "finalbody", None)]
    parts = [suite.body for suite in suites if getattr(suite, "body", None) is not None]
    orelse = getattr(n, "orelse", None)
    return [*parts, *_parts(orelse)] if orelse is not None and kind(orelse) == "If" else parts


_CONTAINERS: Final = frozenset({"SimpleStatementLine", "SimpleStatementSuite", "IndentedBlock"})
_INNER_SUITES: Final = frozenset({"If", "With", "Try", "TryStar", "Match"})

_AUGMENTED: Final = {
    "AddAssign": "+",
    "SubtractAssign": "-",
    "MultiplyAssign": "*",
    "DivideAssign": "/",
    "ModuloAssign": "%",
    "BitOrAssign": "|",
    "BitAndAssign": "&",
}

STATEMENTS: Final[dict[str, Callable[[StatementLowering, Cst, AstNode], Lowered]]] = {
    "Expr": StatementLowering._expression_statement,
    "Assign": StatementLowering._assign,
    "AnnAssign": StatementLowering._annotated,
    "AugAssign": StatementLowering._augmented,
    "TypeAlias": StatementLowering._alias,
    "Del": StatementLowering._delete,
    "Return": StatementLowering._return,
    "Raise": StatementLowering._raise,
    "Import": StatementLowering._import,
    "ImportFrom": StatementLowering._import_from,
    "If": StatementLowering._if,
    "For": StatementLowering._for,
    "While": StatementLowering._while,
    "With": StatementLowering._with,
    "Try": StatementLowering._try,
    "TryStar": StatementLowering._try,
    "Match": StatementLowering._match,
    "FunctionDef": StatementLowering._function,
    "ClassDef": StatementLowering._class,
}
StatementLowering.lowerings = STATEMENTS
