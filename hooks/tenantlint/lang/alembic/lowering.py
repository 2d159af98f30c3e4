"""How a revision, and what it imports, is lowered to the IR: unlike a schema, it is all in the bodies of functions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.lang import ir
from tenantlint.lang.sqlmodel.extract import extract
from tenantlint.lang.sqlmodel.lower import child, kind, paired
from tenantlint.lang.sqlmodel.statements import STATEMENTS, StatementLowering

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tenantlint.lang.sqlmodel.lower import AstNode, Cst, Span
    from tenantlint.source import Source

MAX_LINES: Final = 20_000
"""A longer function is not read."""

CONTINUE: Final = "Continue"
BREAK: Final = "Break"
UNREAD_FUNCTION: Final = "unread migration code"
"""``Opaque.what`` for the body of a function that works on a database, but is not read."""

_FILE_SIGNS: Final = (b"alembic", b"down_revision", b".execute(")
"""What tells that any function of a file may lead to a database."""

_SIGNS: Final = (b"op.", b"execute", b"bind", b"inspect", b"return", b"connection", b"session", b"conn.")


class MigrationLowering(StatementLowering):
    """Lowers a file whose functions are run: it knows ``continue``, and what ``with`` binds."""

    @staticmethod
    def needed(data: bytes, span: Span, name: str, decorators: list[str], first: str) -> bool:
        """Tell whether a function may have to do with a database, or give a value, and is not too long."""
        if data.count(b"\n", *span) > MAX_LINES:
            return False
        return any(sign in data for sign in _FILE_SIGNS) or any(data.find(sign, *span) >= 0 for sign in _SIGNS)

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
        body, breaks = without_jumps(self.block([n.body], child(a, "body")))
        if n.asynchronous is not None:
            iterable = ir.Opaque(*span, "For")
        elif breaks:
            iterable = ir.Unary(iterable.start, iterable.end, BREAK, iterable)
        after = self._orelse(n.orelse, child(a, "orelse"))
        return (ir.For(*span, target, iterable, body), *after)

    def try_statement(self, n: Cst, a: AstNode) -> ir.Stmt:
        """Lower ``try``; a handler binds the exception, of which nothing is known."""
        made = STATEMENTS["Try"](self, n, a)
        assert isinstance(made, ir.Try)
        span = (made.start, made.end)
        handlers: list[tuple[ir.Stmt, ...]] = []
        for handler, body in zip(n.handlers, made.handlers, strict=True):
            named = None if handler.name is None else handler.name.name.value
            bound = () if named is None else (ir.Assign(*span, (ir.Name(*span, named),), ir.Opaque(*span, "except")),)
            handlers.append((*bound, *body))
        return ir.Try(*span, made.body, tuple(handlers), made.after)

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
    "Try": MigrationLowering.try_statement,
    "Continue": MigrationLowering.jump,
    "Break": MigrationLowering.jump,
    "Expr": MigrationLowering.expression_statement,
    "FunctionDef": MigrationLowering.function,
}


def extract_migration(source: Source) -> ir.Fragment:
    """Return what the file of a revision, or what it imports, holds."""
    return extract(source, MigrationLowering)


def without_jumps(body: Iterable[ir.Stmt]) -> tuple[tuple[ir.Stmt, ...], bool]:
    """Return the body of a loop with each jump turned into nesting, and whether one of them leaves the loop."""
    done: list[ir.Stmt] = []
    left = list(body)
    for index, statement in enumerate(left):
        found = _jump(statement)
        if found is not None:
            return tuple(done), found == BREAK
        if _jumps(statement):
            nested, breaks = _nested(statement, left[index + 1 :])
            return (*done, nested), breaks
        done.append(statement)
    return tuple(done), False


def _nested(statement: ir.Stmt, rest: list[ir.Stmt]) -> tuple[ir.Stmt, bool]:
    """Return a statement that jumps with what follows it inside."""
    if isinstance(statement, ir.If):
        body, first = without_jumps([*statement.body, *rest])
        orelse, second = without_jumps([*statement.orelse, *rest])
        return ir.If(statement.start, statement.end, statement.test, body, orelse), first or second
    if isinstance(statement, ir.Try):
        body, first = without_jumps([*statement.body, *statement.after, *rest])
        handlers = tuple(map(without_jumps, statement.handlers))
        nested = ir.Try(statement.start, statement.end, body, tuple(each[0] for each in handlers))
        return nested, first or any(each[1] for each in handlers)
    inner = statement.body if isinstance(statement, ir.Block) else ()
    body, breaks = without_jumps([*inner, *rest])
    return ir.Block(statement.start, statement.end, body), breaks


def _jump(statement: ir.Stmt) -> str | None:
    """Return what kind of jump a statement is, None where it is none."""
    if isinstance(statement, ir.ExprStmt) and isinstance(statement.value, ir.Opaque):
        return statement.value.what if statement.value.what in (CONTINUE, BREAK) else None
    return None


def _jumps(statement: ir.Stmt) -> bool:
    """Tell whether a statement is or holds a jump of the loop that it stands in."""
    blocks: list[tuple[ir.Stmt, ...]] = []
    if isinstance(statement, ir.If):
        blocks = [statement.body, statement.orelse]
    elif isinstance(statement, ir.Block):
        blocks = [statement.body]
    elif isinstance(statement, ir.Try):
        blocks = [statement.body, *statement.handlers, statement.after]
    return _jump(statement) is not None or any(_jumps(inner) for block in blocks for inner in block)
