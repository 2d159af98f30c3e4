"""What the predicates of row level security policies let through: whose rows, and whether the session decides it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from tenantlint.expression import Node, parse
from tenantlint.record import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

Reach: TypeAlias = Literal["open", "closed", "isolates", "shares", "ignores", "owner", "guard", "unknown"]
"""Which rows a predicate lets through.

``open``: all. ``closed``: none. ``isolates``: only those whose tenant column equals a value of the session.
``shares``: the tenant column and the session decide it together, but more may pass than rows of the session's tenant.
``ignores``: those of every tenant alike, and some of them for every user. ``owner``: those of every tenant alike, and
which ones, a comparison of another column with the session has a part in. ``guard``: those of every tenant alike, for
the sessions that a function or a setting chooses. ``unknown``: anything else.
"""

_PLAIN_WORDS: Final = """
    coalesce nullif greatest least lower upper trim btrim ltrim rtrim replace concat concat_ws substr substring
    split_part length left right md5 now date_trunc to_timestamp date_part age clock_timestamp random
    statement_timestamp transaction_timestamp gen_random_uuid uuid_generate_v4 jsonb_build_object json_build_object
    to_jsonb to_json unnest string_to_array array_agg array_length count max min sum abs round floor ceil
    current_date current_time current_timestamp localtime localtimestamp
"""
_PLAIN_FUNCTIONS: Final = frozenset(_PLAIN_WORDS.split())
_SAFE_CASTS: Final = frozenset({"text", "uuid", "varchar", "character varying"})
_EVERYBODY: Final = frozenset({"auth.uid", "auth.user_id", "auth.role", "auth.jwt", "auth.email", "current_user",
                               "session_user", "user", "current_role", "current_setting"})  # fmt: skip
_ROLES: Final = frozenset({"'authenticated'", "'anon'"})


def reach(predicate: str, table: str | None, columns: Collection[str], tenant: Collection[str]) -> Reach:
    """Return which rows of ``table`` a predicate lets through.

    ``columns`` are all the columns of the table and ``tenant`` those that hold the tenant (database names). Where
    ``table`` is None, every qualified name may be the table's.
    """
    return _Scope(table, columns, tenant).reach(parse(predicate))


def compared_columns(predicate: str, table: str | None, columns: Collection[str]) -> list[str]:
    """Return the columns of ``table`` that must equal a value of the session where ``predicate`` holds, in order.

    Such a value comes from a setting or a function (``current_setting(...)``, ``auth.uid()``), or from a subquery
    over one. ``=``, ``IN`` and ``= ANY`` count as comparisons.
    """
    tree = parse(predicate)
    named = dict.fromkeys(node.name for node in tree.walk() if node.kind == "column" and node.name in columns)
    return [name for name in named if _Scope(table, columns, {name}).reach(tree) == "isolates"]


def is_of_session(expression: str) -> bool:
    """Return whether an expression is a value of the session that no row has a part in."""
    nodes = list(parse(expression).walk())
    return any(map(_is_session_call, nodes)) and not any(
        node.kind in ("column", "unread") or _is_subquery(node) for node in nodes
    )


def calls_per_row(predicate: str) -> list[str]:
    """Return the functions that PostgreSQL calls once a row although no row decides what they give, in order.

    These are calls outside of a subquery without a column among their arguments.
    """
    return list(dict.fromkeys(loose_calls(parse(predicate))))


def loose_calls(node: Node) -> Iterator[str]:
    """Yield the name of each call of an expression that is made once a row though no row decides what it gives."""
    if node.kind == "select":
        return
    if _is_session_call(node) and node.name not in _VALUES and not _may_use_row(node):
        yield node.name
        return
    for arg in node.args:
        yield from loose_calls(arg)


_VALUES: Final = frozenset({"current_user", "session_user", "current_role", "user", "current_catalog",
                            "current_schema"})  # fmt: skip


def _may_use_row(node: Node) -> bool:
    return any(each.kind in ("column", "unread", "select") for each in node.walk())


def _is_session_call(node: Node) -> bool:
    return node.kind == "call" and node.name not in _PLAIN_FUNCTIONS and not node.name.startswith("pg_catalog.")


class _Uses(Record):
    """What an expression is made of.

    ``tenant`` and ``others`` are columns of the row; ``session`` tells of a value of the session; ``given`` of a
    function that is given a column; ``subquery`` of one over other tables; ``unread`` of what is not understood.
    """

    tenant: bool
    others: bool
    session: bool
    given: bool
    subquery: bool
    unread: bool

    @property
    def row(self) -> bool:
        return self.tenant or self.others


class _Scope:
    """Reads predicates on one table."""

    def __init__(self, table: str | None, columns: Collection[str], tenant: Collection[str]) -> None:
        self.table = table
        self.columns = columns
        self.tenant = tenant

    def reach(self, node: Node) -> Reach:
        """Return which rows a boolean expression lets through."""
        node = _bare(node)
        combine = _COMBINE.get(node.kind)
        return combine([self.reach(arg) for arg in node.args]) if combine else self._atom(node)

    def _atom(self, node: Node) -> Reach:
        constant = _constant(node)
        if constant is not None:
            return constant
        uses = self._uses(node)
        if uses.unread:
            return "unknown"
        if self._isolates(node):
            return "isolates"
        if not uses.row:
            return "unknown" if not uses.session else "ignores" if _is_everybody(node) else "guard"
        if uses.tenant:
            joint = uses.session or uses.given or uses.subquery
            return "shares" if joint else "unknown" if uses.others else "ignores"
        if uses.given or uses.subquery:
            return "unknown"
        return "owner" if uses.session else "ignores"

    def _uses(self, node: Node) -> _Uses:
        nodes = list(node.walk())
        names = {each.name for each in nodes if each.kind == "column" and self._is_own(each)}
        calls = [each for each in nodes if _is_session_call(each)]
        return _Uses(
            any(name in self.tenant for name in names),
            any(name not in self.tenant for name in names),
            bool(calls),
            any(_may_use_row(arg) for call in calls for arg in call.args),
            any(_is_subquery(each) for each in nodes),
            self._is_unread(node),
        )

    def _is_own(self, node: Node) -> bool:
        """Tell whether a name is, or may be, a column of the row; one that no table has counts as one."""
        return len(node.parts) == 1 or self.table is None or node.parts[-2] == self.table

    def _is_unread(self, node: Node) -> bool:
        """Tell whether an expression has what is not understood, or a name that may stand for the whole row."""
        if node.kind == "column":
            return node.name == self.table or (len(node.parts) == 1 and node.name not in self.columns)
        return node.kind == "unread" or (not _is_subquery(node) and any(map(self._is_unread, node.args)))

    # Isolation

    def _isolates(self, node: Node) -> bool:
        if node.kind == "compare" and node.name == "=":
            left, right = (_bare(arg) for arg in node.args)
            if right.kind == "any":
                return self._is_member(left, right.args) or self._holds(right.args[0], left)
            return any(self._is_tenant(one) and self._is_given(other) for one, other in ((left, right), (right, left)))
        if node.kind == "in":
            return self._is_member(_bare(node.args[0]), node.args[1:])
        return node.kind == "exists" and self._joins(node.args[0])

    def _is_member(self, value: Node, members: tuple[Node, ...]) -> bool:
        return self._is_tenant(value) and all(self._is_given(member) for member in members)

    def _holds(self, array: Node, value: Node) -> bool:
        """Tell whether ``value = ANY (array)`` compares an array of the row with a value of the session."""
        return self._is_tenant(_bare(array)) and self._is_given(value)

    def _is_tenant(self, node: Node) -> bool:
        while node.kind == "cast" and node.name in _SAFE_CASTS:
            node = _bare(node.args[0])
        return node.kind == "column" and node.name in self.tenant and self._is_own(node)

    def _is_given(self, node: Node) -> bool:
        """Tell whether a value comes from the session and from no row of the table itself."""
        node = _bare(node)
        if node.kind == "select":
            return self._is_session_query(node)
        if node.kind == "list":
            return bool(node.args) and all(self._is_given(arg) for arg in node.args)
        if node.kind in ("cast", "operator"):
            given = [arg for arg in node.args if self._is_given(arg)]
            return bool(given) and not any(self._is_of_rows(arg) for arg in node.args if arg not in given)
        return self._uses(node).session and not self._is_of_rows(node)

    def _is_of_rows(self, node: Node) -> bool:
        uses = self._uses(node)
        return uses.row or uses.subquery or uses.unread

    def _is_session_query(self, select: Node) -> bool:
        """Tell whether a subquery gives values of rows that a comparison with the session chooses."""
        columns, sources, conditions = (part.args for part in select.args)
        if len(columns) != 1 or any(node.kind == "unread" or self._is_outer(node) for node in select.walk()):
            return False
        chosen = self._chosen(conditions)
        return bool(sources) and (bool(chosen) if len(sources) == 1 else _qualifier(columns[0]) in chosen)

    def _is_outer(self, node: Node) -> bool:
        return node.kind == "column" and len(node.parts) > 1 and self._is_own(node)

    def _chosen(self, conditions: tuple[Node, ...]) -> set[str]:
        """Return the sources, by name, of which a column must equal a value of the session; '' for a bare column."""
        return {
            _qualifier(one)
            for one, other in _equalities(conditions)
            if one.kind == "column" and not self._is_outer(one) and self._is_given(other)
        }

    def _joins(self, select: Node) -> bool:
        """Tell whether EXISTS joins the tenant column to a row that a comparison with the session chooses."""
        if select.kind != "select":
            return False
        _, sources, conditions = (part.args for part in select.args)
        chosen = self._chosen(conditions)
        joined = {
            _qualifier(other)
            for one, other in _equalities(conditions)
            if self._is_outer(one) and self._is_tenant(one) and other.kind == "column" and not self._is_outer(other)
        }
        return bool(joined and chosen) if len(sources) == 1 else bool(joined & chosen - {""})


def _is_subquery(node: Node) -> bool:
    return node.kind == "select" and bool(node.args[1].args)


def _qualifier(node: Node) -> str:
    return node.parts[-2] if len(node.parts) > 1 else ""


def _equalities(conditions: tuple[Node, ...]) -> Iterator[tuple[Node, Node]]:
    """Yield the sides of each ``=`` that must hold, both ways round."""
    for node in conditions:
        if node.kind == "and":
            yield from _equalities(node.args)
        elif node.kind == "compare" and node.name == "=":
            left, right = (_bare(arg) for arg in node.args)
            yield left, right
            yield right, left


def _bare(node: Node) -> Node:
    """Return what a node wraps: ``(select x)`` is x."""
    while node.kind == "select" and not node.args[1].args and not node.args[2].args and len(node.args[0].args) == 1:
        node = node.args[0].args[0]
    return node


def _constant(node: Node) -> Reach | None:
    """Return what a constant lets through: ``true``, ``1 = 1``."""
    if node.kind == "literal" and node.name in ("true", "false"):
        return "open" if node.name == "true" else "closed"
    if node.kind == "cast" and node.name in ("bool", "boolean"):
        return _constant(node.args[0])
    if node.kind == "compare" and node.name == "=" and all(arg.kind == "literal" for arg in node.args):
        left, right = (arg.name for arg in node.args)
        return "open" if left == right and left[0] in "'0123456789" else "unknown"
    return None


def _is_everybody(node: Node) -> bool:
    """Tell whether a test of the session holds for every user who is signed in, or for every user."""
    if node.kind == "is":
        return node.name == "not null" and _inner_call(node.args[0]) in _EVERYBODY
    if node.kind == "compare" and node.name == "=":
        names = {_inner_call(arg) for arg in node.args}
        return "auth.role" in names and any(_uncast(arg).name in _ROLES for arg in node.args)
    return False


def _inner_call(node: Node) -> str:
    node = _uncast(node)
    return node.name if node.kind == "call" else ""


def _uncast(node: Node) -> Node:
    node = _bare(node)
    while node.kind == "cast":
        node = _bare(node.args[0])
    return node


def _and(parts: list[Reach]) -> Reach:
    order: tuple[Reach, ...] = ("closed", "isolates", "shares", "unknown", "guard", "owner", "ignores")
    return next((each for each in order if each in parts), "open")


def _or(parts: list[Reach]) -> Reach:
    some = [each for each in parts if each != "closed"]
    if not some or len(set(some)) == 1:
        return some[0] if some else "closed"
    order: tuple[tuple[Reach, Reach], ...] = (
        ("open", "open"), ("isolates", "shares"), ("shares", "shares"), ("unknown", "unknown"), ("owner", "owner"),
        ("ignores", "ignores"),
    )  # fmt: skip
    return next((result for each, result in order if each in some), "guard")


def _not(parts: list[Reach]) -> Reach:
    opposites: dict[Reach, Reach] = {"open": "closed", "closed": "open", "ignores": "ignores", "guard": "guard"}
    return opposites.get(parts[0], "unknown")


_COMBINE: Final[dict[str, Callable[[list[Reach]], Reach]]] = {"and": _and, "or": _or, "not": _not}
