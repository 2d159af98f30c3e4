"""Reads SQL expressions, such as the predicates of policies, into a tree. What it cannot read, it says so of."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from tenantlint.record import Record
from tenantlint.tokens import Tokens, UnreadableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Kind: TypeAlias = Literal[
    "literal", "column", "call", "cast", "operator", "and", "or", "not", "compare", "in", "any", "is", "exists",
    "select", "list", "unread",
]  # fmt: skip

_COMPARISONS: Final = frozenset({"=", "<", ">", "<=", ">=", "<>", "!="})
_CLAUSES: Final = frozenset({"from", "where", "order", "group", "limit", "offset", "fetch", "for", "window"})
_SET_WORDS: Final = frozenset({"union", "intersect", "except", "having"})
_JOIN_WORDS: Final = frozenset({"inner", "left", "right", "full", "outer", "cross", "natural", "join", "lateral"})
_VALUE_WORDS: Final = frozenset(
    {"current_user", "session_user", "current_role", "user", "current_catalog", "current_schema", "current_date",
     "current_time", "current_timestamp", "localtime", "localtimestamp"}
)  # fmt: skip
_RESERVED: Final = frozenset(
    {"and", "or", "not", "in", "is", "like", "ilike", "similar", "between", "then", "else", "when", "end", "as", "on",
     "using", "join", "select", "case", "escape", "isnull", "notnull", "any", "some", "all", "collate", "at"}
) | _CLAUSES | _SET_WORDS  # fmt: skip


class Node(Record):
    """A part of an expression.

    ``name`` is a literal's text, a column's last name, a function's name in lower case with its schema, an operator,
    what IS tests (``null``, ``not null``, …) or the type of a cast. ``parts`` are all the names of a column. The
    arguments of a ``select`` are three lists: its columns, its sources (as columns) and its conditions; it has no
    sources where it only wraps an expression. ``unread`` stands for what is not understood.
    """

    kind: Kind
    name: str = ""
    args: tuple[Node, ...] = ()
    parts: tuple[str, ...] = ()

    def walk(self) -> Iterator[Node]:
        """Yield this node and all below it."""
        yield self
        for arg in self.args:
            yield from arg.walk()


UNREAD: Final = Node("unread")


@lru_cache(maxsize=4096)
def parse(text: str) -> Node:
    """Return the tree of an expression, ``UNREAD`` where it cannot be read. Policies repeat theirs, so it is kept."""
    reader = _Reader(text)
    try:
        node = reader.expression()
    except (UnreadableError, RecursionError):
        return UNREAD
    return node if reader.kind == "end" else UNREAD


class _Reader(Tokens):
    """A recursive descent parser; each method reads what its name says, in PostgreSQL's order of precedence."""

    # Operators

    def expression(self) -> Node:
        return self._chain("or", lambda: self._chain("and", self._not))

    def _chain(self, word: Literal["or", "and"], part: Callable[[], Node]) -> Node:
        nodes = [part()]
        while self.take(word):
            nodes.append(part())
        return nodes[0] if len(nodes) == 1 else Node(word, "", tuple(nodes))

    def _not(self) -> Node:
        if self.take("not"):
            return Node("not", "", (self._not(),))
        node = self._comparison()
        while word := self.take("is", "isnull", "notnull"):
            node = self._test(node) if word == "is" else Node("is", {"isnull": "null"}.get(word, "not null"), (node,))
        return node

    def _test(self, node: Node) -> Node:
        negated = "not " if self.take("not") else ""
        word = self.expect("null", "true", "false", "unknown", "distinct")
        if word == "distinct":
            self.expect("from")
            return Node("operator", f"is {negated}distinct from", (node, self._comparison()))
        return Node("is", negated + word, (node,))

    def _comparison(self) -> Node:
        node = self._range()
        while self.word in _COMPARISONS:
            operator = self.take(self.word)
            quantified = self.word in ("any", "some", "all") and self.ahead(1) == "("
            node = Node("compare", operator, (node, self._quantified() if quantified else self._range()))
        return node

    def _quantified(self) -> Node:
        word = self.take("any", "some", "all")
        self.expect("(")
        inner = self._select() if self.word == "select" else self.expression()
        self.expect(")")
        return Node("operator" if word == "all" else "any", word, (inner,))

    def _range(self) -> Node:
        node = self._operators()
        while True:
            negated = self.word == "not" and self.ahead(1) in ("in", "like", "ilike", "between", "similar")
            self.index += negated
            word = self.take("in", "like", "ilike", "similar", "between")
            if not word:
                return node
            node = self._range_test(word, node)
            node = Node("not", "", (node,)) if negated else node

    def _range_test(self, word: str, node: Node) -> Node:
        if word == "in":
            return Node("in", "", (node, *self._members()))
        self.take("to", "symmetric", "asymmetric")
        nodes = [node, self._operators()]
        while self.take("and" if word == "between" and len(nodes) == 2 else "escape"):
            nodes.append(self._operators())
        return Node("operator", word, tuple(nodes))

    def _members(self) -> tuple[Node, ...]:
        self.expect("(")
        members = (self._select(),) if self.word == "select" else tuple(self._commas())
        self.expect(")")
        return members

    def _operators(self) -> Node:
        node = self._unary()
        while self.kind == "op" and self.word not in _COMPARISONS and self.word not in ("(", ")", "[", "]", ",", ";"):
            operator = self.take(self.word)
            node = Node("operator", operator, (node, self._unary()))
        return node

    def _unary(self) -> Node:
        if operator := self.take("-", "+", "~", "@"):
            return Node("operator", operator, (self._unary(),))
        return self._suffixes(self._primary())

    def _suffixes(self, node: Node) -> Node:
        while word := self.take("::", "[", "collate", "at"):
            if word == "::":
                node = Node("cast", self.type(), (node,))
            elif word == "[":
                node = Node("operator", "[]", (node, self.expression()))
                self.expect("]")
            elif word == "collate":
                self.names()
            else:
                self.expect("time")
                self.expect("zone")
                node = Node("operator", "at time zone", (node, self._unary()))
        return node

    # Values

    def _primary(self) -> Node:
        special = _SPECIAL.get(self.word)
        if special is not None and (self.word in ("(", "case") or self.ahead(1) in ("(", "[")):
            return special(self)
        if self.kind in ("string", "number"):
            self.index += 1
            return Node("literal", self.tokens[self.index - 1][1])
        if self.word in ("true", "false", "null"):
            return Node("literal", self.take(self.word))
        if self.kind != "name" or self.word in _RESERVED:
            raise UnreadableError
        return self._named()

    def _named(self) -> Node:
        """Read a column, a call, a word that is a value, or a type before a literal."""
        bare = bool(self.word) and self.ahead(1) != "."
        names = self.names()
        if self.take("("):
            return self._call(".".join(names))
        if self.kind == "string":
            self.index += 1
            return Node("literal", self.tokens[self.index - 1][1])
        if bare and names[0] in _VALUE_WORDS:
            return Node("call", names[0])
        return Node("column", names[-1], (), tuple(names))

    def _call(self, name: str) -> Node:
        self.take("distinct", "variadic")
        args = [] if self.word == ")" else [UNREAD] if self._skip_star() else self._commas()
        self.expect(")")
        if self.word in ("filter", "over", "within"):
            raise UnreadableError
        return Node("call", name, tuple(args))

    def _skip_star(self) -> bool:
        return bool(self.take("*"))

    def _commas(self) -> list[Node]:
        nodes = [self.expression()]
        while self.take(","):
            nodes.append(self.expression())
        return nodes

    def _parentheses(self) -> Node:
        self.expect("(")
        if self.word == "select":
            node = self._select()
        else:
            nodes = self._commas()
            node = nodes[0] if len(nodes) == 1 else Node("list", "", tuple(nodes))
        self.expect(")")
        return node

    def _exists(self) -> Node:
        self.expect("exists")
        return Node("exists", "", (self._parentheses(),))

    def _array(self) -> Node:
        self.expect("array")
        if self.word == "(":
            return self._parentheses()
        self.expect("[")
        nodes = [] if self.word == "]" else self._commas()
        self.expect("]")
        return Node("list", "", tuple(nodes))

    def _cast(self) -> Node:
        self.expect("cast")
        self.expect("(")
        node = self.expression()
        self.expect("as")
        node = Node("cast", self.type(), (node,))
        self.expect(")")
        return node

    def _row(self) -> Node:
        self.expect("row")
        return Node("list", "", self._members())

    def _case(self) -> Node:
        self.expect("case")
        nodes = [] if self.word == "when" else [self.expression()]
        while self.take("when", "then", "else"):
            nodes.append(self.expression())
        self.expect("end")
        return Node("operator", "case", tuple(nodes))

    # Subqueries

    def _select(self) -> Node:
        self.expect("select")
        self.take("distinct", "all")
        columns = [] if self.word in ("from", ")") else self._select_items()
        sources, conditions = self._sources() if self.take("from") else ([], [])
        if self.take("where"):
            conditions.append(self.expression())
        while self.kind != "end" and self.word != ")":
            if self.word in _SET_WORDS:
                raise UnreadableError
            self.skip_group() if self.word == "(" else self.skip()
        return Node("select", "", tuple(Node("list", "", tuple(part)) for part in (columns, sources, conditions)))

    def _select_items(self) -> list[Node]:
        items: list[Node] = []
        while not items or self.take(","):
            items.append(UNREAD if self._skip_star() else self.expression())
            self._alias()
        return items

    def _alias(self) -> str:
        if self.take("as") or (self.kind == "name" and self.word not in _RESERVED | _JOIN_WORDS):
            return self.identifier()
        return ""

    def _sources(self) -> tuple[list[Node], list[Node]]:
        sources, conditions = [self._source()], list[Node]()
        while True:
            if self.take("on"):
                conditions.append(self.expression())
            elif self.take("using"):
                self.skip_group()
            elif self.word in _JOIN_WORDS or self.word == ",":
                while word := self.take(",", *_JOIN_WORDS):
                    if word in ("left", "right", "full"):
                        raise UnreadableError
                sources.append(self._source())
            else:
                return sources, conditions

    def _source(self) -> Node:
        """Read a table, a function or a subquery; ``parts`` has its alias last."""
        if self.word == "(":
            raise UnreadableError
        self.take("only")
        names = self.names()
        args = self._members() if self.word == "(" and self.ahead(1) != ")" else ()
        if self.word == "(":
            self.skip_group()
        alias = self._alias()
        if self.word == "(":
            self.skip_group()
        return Node("column", names[-1], args, (*names, alias) if alias else tuple(names))


_SPECIAL: Final = {
    "(": _Reader._parentheses,
    "exists": _Reader._exists,
    "array": _Reader._array,
    "cast": _Reader._cast,
    "row": _Reader._row,
    "case": _Reader._case,
}
