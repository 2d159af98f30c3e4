"""One revision: its ids, what its functions do, and what undoes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.lang import ir
from tenantlint.lang.values import MISSING, FuncValue, ListValue, Value
from tenantlint.migration import Downgrade, Revision
from tenantlint.record import Record
from tenantlint.schema import UNKNOWN, Maybe

if TYPE_CHECKING:
    from typing import Literal

    from tenantlint.lang.alembic.evaluator import MigrationEvaluator
    from tenantlint.lang.execute import Flow
    from tenantlint.lang.values import Module
    from tenantlint.migration import Operation
    from tenantlint.source import Location


class Script(Record):
    """A revision as its file states it, before the graph is known.

    ``id`` is the name of the file where the code computes it, and then ``named`` is false.
    ``parents`` are the ``down_revision``, ``depends_on`` what has to be there before; UNKNOWN where they are computed.
    ``parents_at`` is where the parents are told.
    """

    path: str
    id: str
    named: bool
    parents: Maybe[tuple[str, ...]]
    depends_on: Maybe[tuple[str, ...]]
    labels: Maybe[tuple[str, ...]]
    at: Location
    parents_at: Location


def read_script(evaluator: MigrationEvaluator, module: Module) -> Script | None:
    """Return what a revision's file says of it, None where the file is no revision."""
    at, parents_at = assignment(module, "revision"), assignment(module, "down_revision")
    if at is None or parents_at is None:
        return None
    value = evaluator.lookup(module, "revision")
    return Script(
        module.path,
        value if isinstance(value, str) else module.path.rpartition("/")[2].removesuffix(".py"),
        isinstance(value, str),
        _ids(evaluator.lookup(module, "down_revision")),
        _ids(evaluator.lookup(module, "depends_on")),
        _ids(evaluator.lookup(module, "branch_labels")),
        at,
        parents_at,
    )


def assignment(module: Module, name: str) -> Location | None:
    """Return where a module assigns a name at its top level, None where it does not."""
    for statement in module.body:
        targets = statement.targets if isinstance(statement, ir.Assign) and statement.value is not None else ()
        if any(isinstance(target, ir.Name) and target.id == name for target in targets):
            return module.place(statement)
    return None


def _ids(value: Value) -> Maybe[tuple[str, ...]]:
    if value is None or value is MISSING:
        return ()
    if isinstance(value, str):
        return (value,)
    if isinstance(value, ListValue) and value.complete:
        found = tuple(item for item in value.items if isinstance(item, str))
        return found if len(found) == len(value.items) else UNKNOWN
    return UNKNOWN


def read_revision(evaluator: MigrationEvaluator, module: Module, script: Script, parents: tuple[str, ...]) -> Revision:
    """Return a revision with what its functions do."""
    upgrade = evaluator.lookup(module, "upgrade")
    operations: tuple[Operation, ...] = ()
    if upgrade is not MISSING:
        operations, _flow = evaluator.perform(upgrade, script.path, _place(module, "upgrade", script.at))
    return Revision(script.id, parents, script.path, script.at, operations, _downgrade(evaluator, module, script))


def _downgrade(evaluator: MigrationEvaluator, module: Module, script: Script) -> Downgrade:
    function = evaluator.lookup(module, "downgrade")
    if function is MISSING:
        return Downgrade("missing", (), script.at)
    at = _place(module, "downgrade", script.at)
    operations, flow = evaluator.perform(function, script.path, at)
    return Downgrade(_state(function, flow), operations, at, _is_explained(function))


def _is_explained(function: Value) -> bool:
    """Return whether a function raises an exception with a reason, at the end of its body."""
    body = function.node.body if isinstance(function, FuncValue) else ()
    return bool(body) and isinstance(body[-1], ir.Raise) and body[-1].explained


def _state(function: Value, flow: Flow | None) -> Literal["empty", "raises", "present"]:
    if isinstance(function, FuncValue) and _is_empty(function.node.body):
        return "empty"
    return "raises" if flow is not None and not flow.falls and not flow.returned else "present"


def _is_empty(body: tuple[ir.Stmt, ...]) -> bool:
    """Return whether a body says nothing; docstrings, ``pass`` and ``...`` are not lowered at all."""
    return all(isinstance(statement, ir.Return) and _is_none(statement.value) for statement in body)


def _is_none(value: ir.Expr | None) -> bool:
    return value is None or (isinstance(value, ir.Const) and value.value is None)


def gives_reason(text: bytes) -> bool:
    """Return whether a comment in an empty function says why there is nothing: a sentence, not code left out."""
    comments = [line.strip() for line in text.split(b"\n") if line.strip().startswith(b"# ")]
    words = [word for line in comments if not any(mark in line for mark in _NO_REASON) for word in line.split()[1:]]
    return len(words) > _FEW_WORDS


_FEW_WORDS: Final = 4
_NO_REASON: Final = (b"###", b"op.", b"TODO", b"FIXME", b"XXX")


def _place(module: Module, name: str, default: Location) -> Location:
    """Return where a function is declared: its ``def`` up to its end, or what else binds the name."""
    for statement in module.body:
        if isinstance(statement, ir.FuncDef) and statement.name.id == name:
            return module.place(statement)
    return assignment(module, name) or default
