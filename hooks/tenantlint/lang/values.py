"""The values that the evaluator works on: see ``lang/evaluate.py``."""

from __future__ import annotations

from bisect import bisect_left, insort
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypeAlias

from tenantlint.lang import ir
from tenantlint.record import Record
from tenantlint.schema import UNKNOWN
from tenantlint.source import Location

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from tenantlint.lang.evaluate import Evaluator

Value: TypeAlias = object

_NO_NAMES: Final[Mapping[str, Value]] = MappingProxyType({})


class _Missing:
    """The type of MISSING."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = _Missing()
"""No such name: different from UNKNOWN, which is a name whose value is not known."""


class Arguments(Record):
    """The arguments of a call. ``complete`` is false where a spread could not be read."""

    positional: tuple[Value, ...] = ()
    named: Mapping[str, Value] = _NO_NAMES
    complete: bool = True

    def get(self, position: int | None, name: str | None = None, default: Value = MISSING) -> Value:
        """Return the argument at ``position`` or called ``name``; UNKNOWN where an unread spread may hold it."""
        if name is not None and name in self.named:
            return self.named[name]
        if position is not None and position < len(self.positional):
            return self.positional[position]
        return default if self.complete else UNKNOWN


class Native:
    """An object of a library that a language models. Everything that is not overridden is UNKNOWN."""

    __slots__ = ()

    def get(self, name: str) -> Value:
        """Return the attribute ``name``."""
        return UNKNOWN

    def set(self, name: str, value: Value, at: Location) -> None:
        """Assign the attribute ``name`` at the place ``at``."""

    def item(self, key: Value) -> Value:
        """Return ``self[key]``."""
        return UNKNOWN

    def call(self, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
        """Return the result of calling it from the place ``at``."""
        return UNKNOWN


class Builtin(Native):
    """A function of the language or a library, given as a Python callable."""

    def __init__(self, function: Callable[[Evaluator, Arguments, Location], Value]) -> None:
        self.function = function

    def call(self, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
        """Return what the callable returns."""
        return self.function(evaluator, args, at)


class External(Native):
    """Something imported from outside the project, by its module and dotted name, that no model covers."""

    def __init__(self, module: str, name: str = "") -> None:
        self.module = module
        self.name = name

    def get(self, name: str) -> Value:
        """Return the external thing one name deeper."""
        return External(self.module, f"{self.name}.{name}" if self.name else name)

    def __repr__(self) -> str:
        return f"External({self.module}:{self.name})"


class ListValue:
    """A list, tuple, set or array. ``complete`` is false where there may be more items than are known."""

    __slots__ = ("complete", "items", "kind", "places")

    def __init__(
        self,
        items: list[Value],
        kind: str = "list",
        complete: bool = True,
        places: list[Location | None] | None = None,
    ) -> None:
        self.items = items
        self.kind = kind
        self.complete = complete
        self.places: list[Location | None] = [None] * len(items) if places is None else places

    def append(self, value: Value, at: Location | None, certain: bool) -> None:
        """Add one item, which may or may not be there where ``certain`` is false."""
        self.items.append(value)
        self.places.append(at)
        self.complete = self.complete and certain

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ListValue):
            return NotImplemented
        return self.items == other.items and self.complete == other.complete

    __hash__ = None  # type: ignore[assignment]


class MapValue:
    """A dict or object in insertion order. ``places`` gives where an entry was written, by key."""

    __slots__ = ("complete", "entries", "places")

    def __init__(
        self,
        entries: dict[Value, Value],
        complete: bool = True,
        places: dict[Value, Location] | None = None,
    ) -> None:
        self.entries = entries
        self.complete = complete
        self.places = places if places is not None else {}

    def put(self, key: Value, value: Value, at: Location | None, certain: bool = True) -> None:
        """Set one entry; where ``certain`` is false its value is no longer known. An UNKNOWN key spoils the whole."""
        if not _is_key(key):
            self.complete = False
            return
        self.entries[key] = value if certain else UNKNOWN
        if at is not None:
            self.places[key] = at

    def update(self, other: MapValue) -> None:
        """Take over the entries of ``other`` and their places."""
        self.entries.update(other.entries)
        self.places.update(other.places)
        self.complete = self.complete and other.complete

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, MapValue):
            return NotImplemented
        return self.entries == other.entries and self.complete == other.complete

    __hash__ = None  # type: ignore[assignment]


class FuncValue:
    """A function of the project together with the scope it closes over. ``bound`` is Python's self or cls."""

    __slots__ = ("bound", "node", "scope")

    def __init__(self, node: ir.Func, scope: Scope, bound: Value = MISSING) -> None:
        self.node = node
        self.scope = scope
        self.bound = bound


class ModuleValue:
    """A module of the project as a value."""

    __slots__ = ("module",)

    def __init__(self, module: Module) -> None:
        self.module = module

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ModuleValue) and other.module is self.module

    def __hash__(self) -> int:
        return id(self.module)


class Deferred:
    """An import that is looked up when its name is used. ``name`` is None for the module itself.

    ``value`` is what it gave, UNKNOWN until then.
    """

    __slots__ = ("at", "level", "module", "name", "value")

    def __init__(self, module: str, level: int, name: str | None, at: Location) -> None:
        self.module = module
        self.level = level
        self.name = name
        self.at = at
        self.value: Value = UNKNOWN


class Scope:
    """The names of one block. Only the outermost scope of a module has no parent.

    ``annotations`` collects the annotated names of a class body; it is None in every other scope. ``unsure`` are those
    of them that stand in branches which may not run; ``certainty`` is how many undecided branches surround the class.
    ``states`` are the variables as they were before the branch that runs now, and after those that ran instead of it.
    """

    __slots__ = ("annotations", "certainty", "module", "parent", "states", "unsure", "variables")

    def __init__(self, module: Module, parent: Scope | None = None) -> None:
        self.module = module
        self.parent = parent
        self.variables: dict[str, Value] = {}
        self.annotations: dict[str, ir.Assign] | None = None
        self.certainty = 0
        self.unsure: frozenset[str] = frozenset()
        self.states: tuple[dict[str, Value], ...] = ()


class Module:
    """A module whose top-level statements run once each, when needed."""

    def __init__(self, path: str, body: tuple[ir.Stmt, ...]) -> None:
        self.path = path
        self.body = body
        self.scope = Scope(self)
        self.started = [False] * len(body)
        self.finished = [False] * len(body)
        self.binders: dict[str, list[int]] = {}
        self.exports: dict[str, tuple[str | None, str, ir.Export]] = {}
        self.stars: list[tuple[str, int, str | None, ir.Node]] = []
        self.running: list[int] = []
        for index, statement in enumerate(body):
            self._register(index, statement)
        for index, statement in enumerate(body):
            name = changed_name(statement)
            if name in self.binders and index not in self.binders[name]:
                insort(self.binders[name], index)

    def _register(self, index: int, statement: ir.Stmt) -> None:
        for name in bound_names(statement):
            self.binders.setdefault(name, []).append(index)
        if isinstance(statement, ir.Export):
            for item in statement.names:
                self.exports[item.alias] = (statement.module, item.name, statement)
            if statement.star and statement.module is not None:
                self.stars.append((statement.module, 0, statement.star_as, statement))
        for star in _star_imports(statement):
            self.stars.append((star.module, star.level, None, star))

    def binding(self, name: str) -> list[int]:
        """Return the statements that decide what ``name`` is now: those before the one that runs, if it runs.

        Where none of these binds it (a function that is used before it is declared) all count.
        """
        found = self.binders.get(name, [])
        if not self.running or not found:
            return found
        return found[: bisect_left(found, self.running[-1])] or found

    def place(self, node: ir.Node) -> Location:
        """Return where ``node`` stands."""
        return Location(self.path, node.start, node.end)


def target_names(target: ir.Target) -> Iterable[str]:
    """Yield the names that a target binds."""
    if isinstance(target, ir.Name):
        yield target.id
    elif isinstance(target, ir.Default):
        yield from target_names(target.target)
    elif isinstance(target, ir.SeqPattern):
        for item in (*target.items, target.rest):
            if item is not None:
                yield from target_names(item)
    elif isinstance(target, ir.MapPattern):
        for entry in target.entries:
            yield from target_names(entry.target)
        if target.rest is not None:
            yield from target_names(target.rest)


def _blocks(statement: ir.Stmt) -> tuple[tuple[ir.Stmt, ...], ...]:
    if isinstance(statement, ir.If):
        return (statement.body, statement.orelse)
    if isinstance(statement, (ir.For, ir.Block)):
        return (statement.body,)
    if isinstance(statement, ir.Try):
        return (statement.body, *statement.handlers, statement.after)
    return ()


def bound_names(statement: ir.Stmt) -> list[str]:
    """Return the names that a statement binds in its own scope, in order."""
    if isinstance(statement, ir.Assign):
        return [name for target in statement.targets for name in target_names(target)]
    if isinstance(statement, (ir.FuncDef, ir.ClassDef)):
        return [statement.name.id]
    if isinstance(statement, ir.ImportModule):
        return [statement.alias or statement.module.split(".")[0]]
    if isinstance(statement, ir.ImportFrom):
        return [item.alias for item in statement.names]
    names = list(target_names(statement.target)) if isinstance(statement, ir.For) else []
    for block in _blocks(statement):
        for inner in block:
            names.extend(bound_names(inner))
    return names


def changed_name(statement: ir.Stmt) -> str | None:
    """Return the name whose object a statement changes in place: ``x.push(y)``, ``x.y = z``, ``f(x, y)``."""
    changed: ir.Expr | ir.Target | None = None
    if isinstance(statement, ir.ExprStmt) and isinstance(statement.value, ir.Call):
        call = statement.value
        changed = call.func if isinstance(call.func, ir.Attr) else None
        if call.args and (changed is None or _root(changed) == "Object"):
            changed = call.args[0].value
    elif isinstance(statement, ir.Assign) and isinstance(statement.targets[0], (ir.Attr, ir.Item)):
        changed = statement.targets[0]
    return None if changed is None else _root(changed)


def _root(node: ir.Expr | ir.Target) -> str | None:
    while isinstance(node, (ir.Attr, ir.Item, ir.Call)):
        node = node.func if isinstance(node, ir.Call) else node.value
    return node.id if isinstance(node, ir.Name) else None


def _star_imports(statement: ir.Stmt) -> Iterable[ir.ImportFrom]:
    if isinstance(statement, ir.ImportFrom) and statement.star:
        yield statement
    for block in _blocks(statement):
        for inner in block:
            yield from _star_imports(inner)


def _is_key(value: Value) -> bool:
    return value is None or isinstance(value, (str, int, float, bool, bytes))


MAX_TEXT: Final = 1_000_000
"""Characters of a text that a program makes; no schema needs a longer one."""

MAX_ITEMS: Final = 100_000
MAX_BITS: Final = 10_000


def bounded(value: Value) -> Value:
    """Return ``value``, UNKNOWN where it is so large that a loop around it would fill the memory."""
    if isinstance(value, str):
        return value if len(value) <= MAX_TEXT else UNKNOWN
    if isinstance(value, int):
        return value if value.bit_length() <= MAX_BITS else UNKNOWN
    return UNKNOWN if isinstance(value, ListValue) and len(value.items) > MAX_ITEMS else value


def join(values: tuple[Value, ...]) -> Value:
    """Return the one value that all of ``values`` are, UNKNOWN where they differ or there is none."""
    if not values:
        return UNKNOWN
    first = values[0]
    return first if all(same(first, value) for value in values[1:]) else UNKNOWN


def same(left: Value, right: Value) -> bool:
    """Return whether two values are one and the same, of one type."""
    return left is right or (type(left) is type(right) and left == right)
