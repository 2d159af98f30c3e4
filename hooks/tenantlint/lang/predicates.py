"""Reads the predicates of row level security policies: which columns are compared with a value of the session."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

_TOKEN: Final = (
    r"(?s)(?P<space>\s+|--[^\n]*|/\*.*?\*/)"
    r"|(?P<string>[eE]?'(?:[^']|'')*'|\$(?P<tag>\w*)\$.*?\$(?P=tag)\$)"
    r'|(?P<name>"(?:[^"]|"")+"|(?:[A-Za-z_]|[^\x00-\x7f])[\w$]*)'
    r"|(?P<number>\d[\w.]*|\$\d+)"
    r"|(?P<op>::|<=|>=|<>|!=|->>|->|#>>|#>|\|\||@>|<@|.)"
)
_BOUNDARY_WORDS: Final = """
    and or not where on select from then else when having union join limit order group returning like ilike between in
    is = , ; < > <= >= <> !=
"""
_PLAIN_FUNCTIONS: Final = """
    coalesce nullif cast greatest least lower upper trim btrim ltrim rtrim replace concat concat_ws substr substring
    split_part length left right md5 now date_trunc to_timestamp extract date_part age clock_timestamp random
    statement_timestamp transaction_timestamp gen_random_uuid jsonb_build_object json_build_object to_jsonb to_json
    unnest string_to_array array_agg count max min sum varchar char numeric decimal timestamp time interval bit
    any some all array row exists in and or not select from where on when then else as join using values is between
    like ilike limit order by group having union
"""
_BOUNDARIES: Final = frozenset(_BOUNDARY_WORDS.split())
_NOT_SESSION: Final = frozenset(_PLAIN_FUNCTIONS.split())
_SESSION_WORDS: Final = frozenset({"current_user", "session_user", "current_role", "user", "current_catalog"})


class _Token:
    """A token; ``word`` is its text as a keyword or operator, '' for a string or number."""

    __slots__ = ("kind", "text", "word")

    def __init__(self, kind: str, text: str) -> None:
        self.kind = kind
        self.text = text
        self.word = text.lower() if kind in ("name", "op") else ""


def compared_columns(predicate: str, table: str | None, columns: Collection[str]) -> list[str]:
    """Return the columns of ``table`` that ``predicate`` compares with a value of the session, in order.

    Such a value comes from a setting or a function (``current_setting(...)``, ``auth.uid()``), or from a subquery
    over one. ``=``, ``IN`` and ``= ANY`` count as comparisons. ``columns`` are the names that the table has; where a
    name is written without its table, it means a column of the table.
    """
    tokens = [_Token(match.lastgroup or "op", match[0]) for match in _tokens(predicate)]
    reader = _Reader(tokens, table, columns)
    return list(dict.fromkeys(reader.compared()))


def _tokens(text: str) -> Iterator[re.Match[str]]:
    for match in re.finditer(_TOKEN, text):
        if match["space"] is None:
            yield match


class _Reader:
    """Finds the comparisons in a list of tokens."""

    def __init__(self, tokens: list[_Token], table: str | None, columns: Collection[str]) -> None:
        self.tokens = tokens
        self.table = table
        self.columns = columns

    def compared(self) -> Iterator[str]:
        """Yield a column for each comparison with a session value."""
        for index, token in enumerate(self.tokens):
            if token.word in ("=", "in"):
                left, right = self._left(index), self._right(index + 1)
                for one, other in ((left, right), (right, left)):
                    column = self._column(one, index)
                    if column is not None and self._is_session_value(other, index):
                        yield column

    def _left(self, index: int) -> list[_Token]:
        """Return the operand that ends before ``index``."""
        start, depth = index, 0
        while start > 0:
            token = self.tokens[start - 1]
            depth += (token.text in (")", "]")) - (token.text in ("(", "["))
            if depth < 0 or (depth == 0 and token.word in _BOUNDARIES):
                break
            start -= 1
        return self.tokens[start:index]

    def _right(self, index: int) -> list[_Token]:
        """Return the operand that begins at ``index``."""
        end, depth = index, 0
        while end < len(self.tokens):
            token = self.tokens[end]
            depth += (token.text in ("(", "[")) - (token.text in (")", "]"))
            if depth < 0 or (depth == 0 and token.word in _BOUNDARIES):
                break
            end += 1
        return self.tokens[index:end]

    def _column(self, operand: list[_Token], index: int) -> str | None:
        """Return the column of the table that an operand is, None where it is something else."""
        operand = _bare(operand)
        if operand and operand[0].word in ("any", "some"):
            operand = _bare(operand[1:])
        parts = [token for token in operand if token.text != "."]
        if not parts or len(operand) != 2 * len(parts) - 1 or any(token.kind != "name" for token in parts):
            return None
        names = [_identifier(token) for token in parts]
        if names[-1] not in self.columns or (len(names) > 1 and self.table is not None and names[-2] != self.table):
            return None
        return None if len(names) == 1 and self._in_subquery(index) else names[-1]

    def _in_subquery(self, index: int) -> bool:
        """Tell whether a bare name at ``index`` may belong to the table of a subquery."""
        return any(token.word == "from" for token in self._enclosing(index))

    def _is_session_value(self, operand: list[_Token], index: int) -> bool:
        """Tell whether an operand depends on the session and on no row of the table itself."""
        if _calls_session(operand):
            return True
        return self._is_foreign_column(operand) and _calls_session(self._enclosing(index))

    def _is_foreign_column(self, operand: list[_Token]) -> bool:
        """Tell whether an operand is a column of another table: ``m.tenant_id`` in a subquery."""
        operand = _bare(operand)
        names = [_identifier(token) for token in operand if token.kind == "name"]
        return len(operand) == 2 * len(names) - 1 and len(names) > 1 and names[-2] != self.table

    def _enclosing(self, index: int) -> list[_Token]:
        """Return the innermost subquery around a token, empty where there is none."""
        depth = 0
        for start in range(index - 1, -1, -1):
            token = self.tokens[start]
            depth += (token.text == ")") - (token.text == "(")
            if depth < 0 and self.tokens[start + 1].word == "select":
                return self._group(start)
        return []

    def _group(self, start: int) -> list[_Token]:
        depth = 0
        for end in range(start, len(self.tokens)):
            depth += (self.tokens[end].text == "(") - (self.tokens[end].text == ")")
            if depth == 0:
                return self.tokens[start : end + 1]
        return self.tokens[start:]


def _bare(operand: list[_Token]) -> list[_Token]:
    """Return an operand without the parentheses and casts around it."""
    while operand:
        cast = _first_cast(operand)
        if cast is not None:
            operand = operand[:cast]
        elif operand[0].text == "(" and _closes(operand) == len(operand) - 1:
            operand = operand[1:-1]
        else:
            break
    return operand


def _first_cast(operand: list[_Token]) -> int | None:
    """Return the index of the first ``::`` outside parentheses."""
    depth = 0
    for index, token in enumerate(operand):
        depth += (token.text == "(") - (token.text == ")")
        if depth == 0 and token.text == "::":
            return index
    return None


def _closes(operand: list[_Token]) -> int:
    """Return the index at which the parenthesis that opens an operand closes."""
    depth = 0
    for index, token in enumerate(operand):
        depth += (token.text == "(") - (token.text == ")")
        if depth == 0:
            return index
    return len(operand)


def _calls_session(operand: list[_Token]) -> bool:
    """Tell whether tokens call a function that may depend on the session, or name the session's user."""
    for index, token in enumerate(operand):
        if token.kind != "name":
            continue
        follows = operand[index + 1].text if index + 1 < len(operand) else ""
        before = operand[index - 1].text if index else ""
        if follows == "(" and token.word not in _NOT_SESSION and before != "::":
            return True
        if token.word in _SESSION_WORDS and follows != "." and before not in (".", "::", "as"):
            return True
    return False


def _identifier(token: _Token) -> str:
    return token.text[1:-1].replace('""', '"') if token.text.startswith('"') else token.text.lower()
