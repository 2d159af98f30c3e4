"""Strings that hold the name of a column: those that are certain to mean it, and those that may."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Final

from tenantlint.lang.sqlmodel.inference import last_name
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tenantlint.lang.sqlmodel.rename.edits import FileEdits
    from tenantlint.lang.sqlmodel.rename.target import ColumnTarget, Verdict

SQL: Final = (
    r"(?is)^\s*(?:select|with)\s|\bselect\b.*\bfrom\s|\b(?:insert\s+into|delete\s+from|alter\s+table|order\s+by|group\s+by)\s"
    r"|\bupdate\s+\S+\s+set\s|\b(?:where|and|on)\s+\S+\s*(?:[=<>!]|(?:in|is|like|ilike|between)\s)"
)
"""Finds what tells a statement of SQL, or a part of one, from prose."""

_TABLES: Final = r"(?i)\b(?:from|join|into|update|table)\s+(?:\"?\w+\"?\.)?\"?(\w*)"
_EXPRESSIONS: Final = frozenset({"primaryjoin", "secondaryjoin", "foreign_keys", "remote_side", "order_by"})
_SQL_CALLS: Final = frozenset({"text", "CheckConstraint", "Computed", "literal_column", "DDL", "TextClause"})
_NAMED_FIRST: Final = frozenset({"Index"})
_ITEMS: Final = frozenset({"Index", "UniqueConstraint", "PrimaryKeyConstraint", "ExcludeConstraint"})
_COLUMNS: Final = frozenset({"Column", "mapped_column"})
_LABELS: Final = frozenset(
    "alias validation_alias serialization_alias title description back_populates backref name comment".split()
)
"""Keywords whose string is a name of another kind."""


class Strings:
    """Judges the strings of one file. ``in_class`` tells whether the class around has the column."""

    def __init__(self, target: ColumnTarget, result: FileEdits, is_revision: bool) -> None:
        self.target = target
        self.result = result
        self.is_revision = is_revision
        self.in_class: Verdict | None = None
        self._roles: dict[int, str] = {}
        words = [target.old_key] if target.moves_key else []
        if target.new_name is not None and isinstance(target.old_name, str):
            words.append(target.old_name)
        self.words = frozenset(words)
        self._owners = "|".join(re.escape(name) for name in sorted(target.names))

    # Roles that a call gives to strings

    def call(self, node: ast.Call) -> None:
        """Take note of what a call makes of the strings in it."""
        name = last_name(node.func)
        if name in _SQL_CALLS:
            self._give("sql", _strings(node.args[:1]))
        elif name == "ForeignKey":
            self._give("foreign", _strings(node.args[:1]))
        elif name == "ForeignKeyConstraint":
            self._foreign_key_constraint(node)
        elif name in _ITEMS and self.in_class is not None:
            self._give("other", _strings(node.args[:1] if name in _NAMED_FIRST else ()))
            self._give(self._own(), _plain_strings([*node.args, *_values(node, frozenset({"name"}), but=True)]))
        elif name in _COLUMNS:
            self._give("other", _strings(node.args[:1]))
        self._give("other", _strings(_values(node, _LABELS)))
        self._give("foreign", _strings(_values(node, frozenset({"foreign_key"}))))
        self._give("expression", _deep(_values(node, _EXPRESSIONS)))
        for value in _values(node, frozenset({"sa_relationship_kwargs"})):
            self._give("expression", _deep(_entries(value, _EXPRESSIONS)))
            self._give("other", _strings(_entries(value, _LABELS)))
        for value in _values(node, frozenset({"sa_column_kwargs"})):
            self._give("other", _strings(_entries(value, _LABELS)))

    def _own(self) -> str:
        """Return the role of a string that names a column of the class around."""
        return {"yes": "database", "no": "other"}.get(self.in_class or "", "unknown")

    def _foreign_key_constraint(self, node: ast.Call) -> None:
        own = [*node.args[:1], *_values(node, frozenset({"columns"}))]
        there = [*node.args[1:2], *_values(node, frozenset({"refcolumns"}))]
        self._give(self._own(), _deep(own))
        self._give("foreign", _deep(there))

    def _give(self, role: str, nodes: Iterable[ast.Constant]) -> None:
        for node in nodes:
            self._roles.setdefault(id(node), role)

    # Judging

    def constant(self, node: ast.Constant) -> None:
        """Judge one string; those of a revision are history."""
        if isinstance(node.value, str) and not self.is_revision:
            judge: Callable[[ast.Constant, str], None] = getattr(self, f"_{self._roles.get(id(node), 'unknown')}")
            judge(node, node.value)

    def _other(self, node: ast.Constant, value: str) -> None:
        """Leave alone what is a name of another kind."""

    def _database(self, node: ast.Constant, value: str) -> None:
        if self.target.new_name is not None and value == self.target.old_name:
            self.result.whole(node, value, self.target.new_name)

    def _foreign(self, node: ast.Constant, value: str) -> None:
        table, _, column = value.rpartition(".")
        if self.target.new_name is None or column != self.target.old_name:
            return
        found = self.target.is_ours(table, self.result.file.path)
        if found == "yes":
            pattern = f"{re.escape(table)}\\.({re.escape(column)})(?!\\w)"
            self.result.literal(node, pattern, column, self.target.new_name)
        elif found == "maybe":
            self.result.give_up(node, f"the foreign key `{value}`")

    def _expression(self, node: ast.Constant, value: str) -> None:
        target = self.target
        key = f"(?<![\\w.])(?:\\w+\\.)*(?:{self._owners})\\.({re.escape(target.old_key)})(?!\\w)"
        if target.moves_key and re.search(key, value):
            self._in_expression(node, key)
        elif value in self.words or re.search(f"\\.c\\.(?:{'|'.join(map(re.escape, self.words))})(?!\\w)", value):
            self.result.give_up(node, f"the string `{value}`")

    def _in_expression(self, node: ast.Constant, pattern: str) -> None:
        if self.target.is_ambiguous:
            self.result.give_up(node, f"`{self.target.old_key}` of a class that is there more than once")
        else:
            self.result.literal(node, pattern, self.target.old_key, self.target.new_key)

    def _sql(self, node: ast.Constant, value: str) -> None:
        if self.target.new_name is not None and self._holds(value, self.target.old_name) and self._may_be_on(value):
            self.result.give_up(node, f"SQL with `{self.target.old_name}`")

    def _unknown(self, node: ast.Constant, value: str) -> None:
        if not any(word in value for word in self.words):
            return
        if value in self.words or any(re.fullmatch(f"[\\w.]+\\.{re.escape(word)}", value) for word in self.words):
            self.result.give_up(node, f"the string `{value}`")
        elif re.search(SQL, value):
            self._sql(node, value)

    def formatted(self, node: ast.JoinedStr) -> None:
        """Judge the text of an f-string."""
        parts = [each for each in ast.walk(node) if isinstance(each, ast.Constant)]
        text = "?".join(str(each.value) for each in node.values if isinstance(each, ast.Constant))
        is_new = [self.result.see(each) for each in parts if each in node.values]
        is_sql = re.search(SQL, text) is not None
        words = {self.target.old_name} & self.words if is_sql else set()
        names = any(self._holds(text, word) for word in words)
        if any(is_new) and not self.is_revision and names and self._may_be_on(text):
            self.result.give_up(node, f"an f-string with `{self.target.old_name}`")

    def _may_be_on(self, text: str) -> bool:
        """Return whether SQL may be on a table that has the column: it names none, or one of them, or one unknown."""
        named = set(re.findall(_TABLES, text))
        return not named or "" in named or any(table.name in (*named, UNKNOWN) for table in self.target.tables)

    @staticmethod
    def _holds(text: str, word: object) -> bool:
        return isinstance(word, str) and re.search(f"(?<!\\w){re.escape(word)}(?!\\w)", text) is not None


def docstrings(nodes: Iterable[ast.AST]) -> set[int]:
    """Return the strings, by identity, that are statements: they say nothing to the program."""
    found = (node.value for node in nodes if isinstance(node, ast.Expr))
    return {id(value) for value in found if isinstance(value, ast.Constant)}


def is_revision(tree: ast.Module) -> bool:
    """Return whether a file is a revision of Alembic, whose text is history and does not change."""
    found: set[str] = set()
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        found |= {target.id for target in targets if isinstance(target, ast.Name)}
    return {"revision", "down_revision"} <= found


def _strings(nodes: Iterable[ast.expr]) -> Iterator[ast.Constant]:
    return (node for node in nodes if isinstance(node, ast.Constant))


def _deep(nodes: Iterable[ast.expr]) -> Iterator[ast.Constant]:
    return (each for node in nodes for each in ast.walk(node) if isinstance(each, ast.Constant))


def _plain_strings(nodes: Iterable[ast.AST]) -> Iterator[ast.Constant]:
    """Give the strings in expressions, but for those that a call in them takes."""
    for node in nodes:
        if isinstance(node, ast.Constant):
            yield node
        elif not isinstance(node, ast.Call):
            yield from _plain_strings(ast.iter_child_nodes(node))


def _values(node: ast.Call, names: frozenset[str], *, but: bool = False) -> list[ast.expr]:
    """Return the values of the keyword arguments that have, or have not, one of the names."""
    return [each.value for each in node.keywords if (each.arg in names) != but]


def _entries(node: ast.expr, names: frozenset[str]) -> Iterator[ast.expr]:
    if isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and key.value in names:
                yield value
