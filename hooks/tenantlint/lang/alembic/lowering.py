"""How a revision, and what it imports, is lowered to the IR: unlike a schema, it is all in the bodies of functions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tenantlint.lang import ir
from tenantlint.lang.sqlmodel.lower import child, kind, paired
from tenantlint.lang.sqlmodel.statements import STATEMENTS, StatementLowering

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tenantlint.lang.sqlmodel.lower import AstNode, Cst, Span

MAX_LINES: Final = 20_000
"""A longer function is not read."""

CONTINUE: Final = "Continue"
BREAK: Final = "Break"
UNREAD_FUNCTION: Final = "unread migration code"
"""``Opaque.what`` for the body of a function that works on a database, but is not read."""

_SIGNS: Final = (b"op.", b"execute", b"bind", b"inspect", b"return", b"connection", b"session", b"conn.")


class MigrationLowering(StatementLowering):
    """Lowers a file whose functions are run: it knows ``continue``, and what ``with`` binds."""

    @staticmethod
    def needed(data: bytes, span: Span, name: str, decorators: list[str], first: str) -> bool:
        """Tell whether a function may have to do with a database, or give a value, and is not too long."""
        if data.count(b"\n", *span) > MAX_LINES:
            return False
        return any(data.find(sign, *span) >= 0 for sign in _SIGNS)

    def with_statement(self, n: Cst, a: AstNode) -> tuple[ir.Stmt, ...]:
        """Lower ``with``: each context is entered and left, and is itself what ``as`` binds."""
        span = self.span(n, a)
        before: list[ir.Stmt] = []
        after: list[ir.Stmt] = []
        for number, (item, part) in enumerate(paired(n.items, child(a, "items"))):
            value = self.expression(item.item, child(part, "context_expr"))
            hidden = ir.Name(value.start, value.end, f"<with {span[0]} {number}>")
            before.append(ir.Assign(value.start, value.end, (hidden,), value))
            if item.asname is not None:
                target = self.target(item.asname.name, child(part, "optional_vars"))
                before.append(ir.Assign(value.start, value.end, (target,), hidden))
            leave = ir.Attr(value.start, value.end, hidden, "__exit__")
            after.insert(0, ir.ExprStmt(value.start, value.end, ir.Call(value.start, value.end, leave, ())))
        return (*before, *self.block([n.body], child(a, "body")), *after)

    def loop(self, n: Cst, a: AstNode) -> tuple[ir.Stmt, ...]:
        """Lower ``for``; ``continue`` becomes the branch that does nothing more, and ``break`` makes it unknown."""
        span = self.span(n, a)
        target = self.target(n.target, child(a, "target"))
        iterable = self.expression(n.iter, child(a, "iter"))
        body = without_jumps(self.block([n.body], child(a, "body")))
        if body is None or n.asynchronous is not None:
            iterable = ir.Opaque(*span, "For")
            body = self.block([n.body], child(a, "body"))
        after = self._orelse(n.orelse, child(a, "orelse"))
        return (ir.For(*span, target, iterable, body), *after)

    def jump(self, n: Cst, a: AstNode) -> ir.Stmt:
        """Lower ``continue`` and ``break`` to a mark that ``without_jumps`` takes out again."""
        span = self.span(n, a)
        return ir.ExprStmt(*span, ir.Opaque(*span, kind(n)))

    def expression_statement(self, n: Cst, a: AstNode) -> ir.Stmt | None:
        """Lower a call, or a comprehension that is there for the calls in it."""
        if kind(n.value) not in ("Call", "ListComp", "SetComp", "GeneratorExp", "Await"):
            return None
        return ir.ExprStmt(*self.span(n, a), self.expression(n.value, child(a, "value")))

    def function(self, n: Cst, a: AstNode) -> ir.Stmt:
        """Lower a function; one that is not read, though it works on a database, says so."""
        made = STATEMENTS["FunctionDef"](self, n, a)
        assert isinstance(made, ir.FuncDef)
        span = (made.start, made.end)
        unread = n.asynchronous is not None or self.source.data.count(b"\n", *span) > MAX_LINES
        if not unread or not any(self.source.data.find(sign, *span) >= 0 for sign in _SIGNS):
            return made
        body = (ir.Return(*span, ir.Opaque(*span, UNREAD_FUNCTION)),)
        return ir.FuncDef(*span, made.name, ir.Func(*span, made.func.name, made.func.params, body), made.decorators)


MigrationLowering.lowerings = {
    **STATEMENTS,
    "With": MigrationLowering.with_statement,
    "For": MigrationLowering.loop,
    "Continue": MigrationLowering.jump,
    "Break": MigrationLowering.jump,
    "Expr": MigrationLowering.expression_statement,
    "FunctionDef": MigrationLowering.function,
}


def without_jumps(body: Iterable[ir.Stmt]) -> tuple[ir.Stmt, ...] | None:
    """Return the body of a loop with each ``continue`` turned into nesting; None where it breaks off otherwise."""
    done: list[ir.Stmt] = []
    left = list(body)
    for index, statement in enumerate(left):
        found = _jump(statement)
        if found == CONTINUE:
            return tuple(done)
        if found is not None:
            return None
        if not _jumps(statement):
            done.append(statement)
        elif isinstance(statement, ir.If):
            rest = left[index + 1 :]
            branches = without_jumps([*statement.body, *rest]), without_jumps([*statement.orelse, *rest])
            if branches[0] is None or branches[1] is None:
                return None
            return (*done, ir.If(statement.start, statement.end, statement.test, branches[0], branches[1]))
        else:
            return None
    return tuple(done)


def _jump(statement: ir.Stmt) -> str | None:
    """Return what kind of jump a statement is, None where it is none."""
    if isinstance(statement, ir.ExprStmt) and isinstance(statement.value, ir.Opaque):
        return statement.value.what if statement.value.what in (CONTINUE, BREAK) else None
    return None


def _jumps(statement: ir.Stmt) -> bool:
    """Tell whether a statement holds a jump of the loop that it stands in."""
    if _jump(statement) is not None:
        return True
    blocks: list[Any] = []
    if isinstance(statement, ir.If):
        blocks = [statement.body, statement.orelse]
    elif isinstance(statement, ir.Block):
        blocks = [statement.body]
    elif isinstance(statement, ir.Try):
        blocks = [statement.body, *statement.handlers, statement.after]
    return any(_jumps(inner) for block in blocks for inner in block)
