"""Local type inference in function bodies: which table's rows a Python expression stands for.

What is not known to be rows of one table is None. Variables are followed through the statements of one function;
attributes of objects are not.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final, Literal, Protocol, TypeAlias

from tenantlint.record import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Kind: TypeAlias = Literal[
    "class", "row", "rows", "select", "result", "tuples", "query", "dml", "map", "multi", "multis", "tuple", "session",
    "other",
]  # fmt: skip


class Typed(Record):
    """What an expression is, and of which table (its ``Table.id``).

    ``class`` is the table's class, ``row`` an object of it or None, ``rows`` a collection; ``select`` and ``query``
    are statements for its rows, ``result`` what they give and ``tuples`` the same with each row in a tuple; ``dml`` is
    a statement that changes rows, ``map`` a dictionary whose values are rows.
    ``multi`` is a statement for rows of several tables, ``multis`` what it gives and ``tuple`` one of those: ``table``
    has what each is of, between AND, and '' for what is no row.
    ``session`` is a database session, ``other`` something that is known to be none of these; both have no table.
    """

    kind: Kind
    table: str = ""


Env: TypeAlias = dict[str, "Typed | None"]

SESSION: Final = Typed("session")
OTHER: Final = Typed("other")


class Names(Protocol):
    """What the names of a file mean."""

    def table(self, node: ast.expr) -> str | None:
        """Return the ``Table.id`` of a table's class."""

    def alias(self, node: ast.expr) -> str | None:
        """Return the ``Table.id`` of the class that a name for a type (``Annotated[X, ...]``) stands for."""

    def function(self, node: ast.expr) -> str | None:
        """Return the name of a function of SQLAlchemy or SQLModel."""


AND: Final = "&"

STATEMENT_STEPS: Final = frozenset(
    "distinct execution_options filter filter_by group_by having join limit offset options order_by outerjoin "
    "populate_existing select_from where with_for_update".split()
)
FIRST: Final = frozenset({"first", "get", "get_one", "one", "one_or_none"})
_SCALAR: Final = frozenset({"scalar", "scalar_one", "scalar_one_or_none"})
_METHODS: Final[dict[str, dict[str, Kind]]] = {
    "select": dict.fromkeys(STATEMENT_STEPS, "select"),
    "query": {**dict.fromkeys(STATEMENT_STEPS, "query"), **dict.fromkeys(FIRST, "row"), "all": "rows"},
    "result": {
        **dict.fromkeys(FIRST, "row"),
        "all": "rows",
        "fetchall": "rows",
        "unique": "result",
        "scalars": "result",
        "yield_per": "result",
    },
    "tuples": {**dict.fromkeys(_SCALAR, "row"), "scalars": "result", "unique": "tuples"},
    "class": dict.fromkeys(("model_validate", "from_orm", "parse_obj", "model_construct", "construct"), "row"),
}
"""What the methods of statements, results and classes give."""

_RUNNING: Final[dict[str, Kind]] = {
    "exec": "result",
    "execute": "tuples",
    "scalar": "row",
    "scalars": "result",
    "stream": "tuples",
    "stream_scalars": "result",
}
"""What the methods of a session that run a select give."""

_COPIES: Final = frozenset({"list", "sorted", "reversed", "set", "tuple", "iter"})
_COLLECTIONS: Final = frozenset({"Collection", "Iterable", "List", "Sequence", "Set", "list", "set", "tuple"})
_SESSION_NAMES: Final = frozenset({"asession", "db", "dbsession", "sess", "session"})


def is_session(node: ast.expr, env: Env) -> bool:
    """Return whether an expression is a session: by its type where that is known, else by its name."""
    if isinstance(node, ast.Name) and env.get(node.id) is not None:
        return env[node.id] is SESSION
    name = last_name(node).lower().strip("_")
    return name in _SESSION_NAMES or name.endswith("session")


def last_name(node: ast.expr) -> str:
    """Return the last of dotted names, '' where it is none."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


class Inference:
    """Tells what expressions of one file are."""

    def __init__(self, names: Names) -> None:
        self.names = names

    def of(self, node: ast.expr, env: Env) -> Typed | None:
        """Return what an expression is."""
        name = _EXPRESSIONS.get(type(node))
        if name is None:
            return None
        infer: Callable[[ast.expr, Env], Typed | None] = getattr(self, name)
        return infer(node, env)

    def element(self, node: ast.expr, env: Env) -> Typed | None:
        """Return what a loop over an expression gives."""
        typed = self.of(node, env)
        return Typed("row", typed.table) if typed is not None and typed.kind in ("rows", "result", "query") else None

    def annotated(self, node: ast.expr | None) -> Typed | None:
        """Return what an annotation says of a variable."""
        if node is None:
            return None
        found = self._annotated(node)
        if found is not None:
            return found
        text = ast.unparse(node)
        return SESSION if "Session" in text else None if text in ("Any", "object") else OTHER

    def _annotated(self, node: ast.expr) -> Typed | None:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return _parsed(node.value, self._annotated)
        if isinstance(node, ast.BinOp):
            return self._one_of((node.left, node.right))
        if isinstance(node, ast.Subscript):
            return self._subscripted(last_name(node.value), node.slice)
        table = self.names.table(node) or self.names.alias(node)
        return None if table is None else Typed("row", table)

    def _subscripted(self, head: str, inner: ast.expr) -> Typed | None:
        items = inner.elts if isinstance(inner, ast.Tuple) else [inner]
        if head in ("Optional", "Union"):
            return self._one_of(items)
        found = self._annotated(items[0]) if items else None
        if found is None or head == "Annotated":
            return found
        return Typed("rows", found.table) if head in _COLLECTIONS and found.kind == "row" else None

    def _one_of(self, nodes: Iterable[ast.expr]) -> Typed | None:
        """Return what a union is: that one beside None."""
        rest = [node for node in nodes if not (isinstance(node, ast.Constant) and node.value is None)]
        return self._annotated(rest[0]) if len(rest) == 1 else None

    # Expressions

    def _name(self, node: ast.Name | ast.Attribute, env: Env) -> Typed | None:
        if isinstance(node, ast.Name) and node.id in env:
            return env[node.id]
        table = self.names.table(node)
        return None if table is None else Typed("class", table)

    def _same(self, node: ast.Await | ast.NamedExpr | ast.Starred, env: Env) -> Typed | None:
        return self.of(node.value, env)

    def _either(self, node: ast.IfExp | ast.BoolOp, env: Env) -> Typed | None:
        parts = node.values if isinstance(node, ast.BoolOp) else [node.body, node.orelse]
        rest = [part for part in parts if not (isinstance(part, ast.Constant) and part.value is None)]
        found = [self.of(part, env) for part in rest]
        return found[0] if found and all(each == found[0] for each in found) else None

    def _item(self, node: ast.Subscript, env: Env) -> Typed | None:
        typed = self.of(node.value, env)
        if typed is None or typed.kind != "rows":
            return None
        return typed if isinstance(node.slice, ast.Slice) else Typed("row", typed.table)

    def _listed(self, node: ast.List, env: Env) -> Typed | None:
        found = [self.of(item, env) for item in node.elts]
        same = bool(found) and all(each == found[0] for each in found)
        return Typed("rows", found[0].table) if same and found[0] is not None and found[0].kind == "row" else None

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp, env: Env) -> Typed | None:
        inner = dict(env)
        for generator in node.generators:
            bind(generator.target, self.element(generator.iter, inner), inner)
        typed = self.of(node.elt, inner)
        return Typed("rows", typed.table) if typed is not None and typed.kind == "row" else None

    def _call(self, node: ast.Call, env: Env) -> Typed | None:
        if not isinstance(node.func, ast.Name) or node.func.id not in env:
            table = self.names.table(node.func)
            if table is not None:
                return Typed("row", table)
            function = self.names.function(node.func)
            if function is not None:
                return self._single(node, "select", env) if function == "select" else None
        if isinstance(node.func, ast.Attribute):
            return self._method(node, node.func, env)
        name = last_name(node.func)
        if name in _COPIES and len(node.args) == 1:
            typed = self.element(node.args[0], env)
            return None if typed is None else Typed("rows", typed.table)
        return self._annotated(node.args[0]) if name == "cast" and len(node.args) == 2 else None

    def _method(self, node: ast.Call, func: ast.Attribute, env: Env) -> Typed | None:
        first = self.of(node.args[0], env) if node.args else None
        if func.attr in ("get", "get_one") and first is not None and first.kind == "class":
            return Typed("row", first.table)
        if func.attr in _RUNNING and first is not None and first.kind == "select":
            return Typed(_RUNNING[func.attr], first.table)
        if func.attr in ("query", "select"):
            return self._single(node, "query" if func.attr == "query" else "select", env)
        if func.attr == "merge" and first is not None and first.kind == "row":
            return first
        base = self.of(func.value, env)
        kind = None if base is None else _METHODS.get(base.kind, {}).get(func.attr)
        return None if base is None or kind is None else Typed(kind, base.table)

    def _single(self, node: ast.Call, kind: Kind, env: Env) -> Typed | None:
        """Return the statement for rows of the one class that is asked for."""
        first = self.of(node.args[0], env) if len(node.args) == 1 else None
        return Typed(kind, first.table) if first is not None and first.kind == "class" else None


def bind(target: ast.expr, typed: Typed | None, env: Env) -> None:
    """Assign to a target; what it unpacks is known of rows of several tables alone."""
    if isinstance(target, ast.Name):
        env[target.id] = typed
    elif isinstance(target, (ast.Tuple, ast.List)):
        parts = typed.table.split(AND) if typed is not None and typed.kind == "tuple" else []
        known = len(parts) == len(target.elts) and not any(isinstance(item, ast.Starred) for item in target.elts)
        for index, item in enumerate(target.elts):
            bind(item, Typed("row", parts[index]) if known and parts[index] else None, env)
    elif isinstance(target, ast.Starred):
        bind(target.value, None, env)


def _parsed(text: str, then: Callable[[ast.expr], Typed | None]) -> Typed | None:
    try:
        return then(ast.parse(text.strip(), mode="eval").body)
    except (SyntaxError, ValueError):
        return None


_EXPRESSIONS: Final[dict[type, str]] = {
    ast.Name: "_name",
    ast.Attribute: "_name",
    ast.Await: "_same",
    ast.NamedExpr: "_same",
    ast.Starred: "_same",
    ast.IfExp: "_either",
    ast.BoolOp: "_either",
    ast.Subscript: "_item",
    ast.List: "_listed",
    ast.ListComp: "_comprehension",
    ast.SetComp: "_comprehension",
    ast.GeneratorExp: "_comprehension",
    ast.Call: "_call",
}
"""The methods that infer what each kind of expression is."""
