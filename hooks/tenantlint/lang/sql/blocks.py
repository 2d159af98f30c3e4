"""DO blocks: runs PL/pgSQL as far as its values are constant, and says what else it may do."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tenantlint import migration as m
from tenantlint.lang.sql.effects import HOLE, unread
from tenantlint.lang.sql.expressions import Array, Row, as_array, value_of
from tenantlint.lang.sql.grammar import parse_plpgsql
from tenantlint.lang.sql.guards import guard_of, handles_only_repeats
from tenantlint.lang.sql.literals import string_of, string_values
from tenantlint.lang.sql.names import fold, identifier, name_of
from tenantlint.lang.sql.nodes import child, descend, has, leaves, path, text
from tenantlint.lang.sql.queries import rows_of
from tenantlint.lang.sql.split import Splitter
from tenantlint.record import replace
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tree_sitter import Node

    from tenantlint.lang.sql.context import Context
    from tenantlint.lang.sql.expressions import Environment, Value

    Reader = Callable[[Context], list[m.Operation]]

_MAX_STATEMENTS: Final = 5000
_MAX_DEPTH: Final = 40
_MAX_RANGE: Final = 1000
_INTO: Final = r'(?i)\binto\s+(?:strict\s+)?((?:[\w.]|"[^"]*")+(?:\s*,\s*(?:[\w.]|"[^"]*")+)*)'
_RETURNING: Final = r"(?i)\breturning\b"
_NAME: Final = r'\w+|"[^"]+"'
_DYNAMIC: Final = "a statement that is built when it runs"
_DROPS: Final = (
    m.DropTable,
    m.DropColumn,
    m.DropConstraint,
    m.DropIndex,
    m.DropPolicy,
    m.DropType,
)


def do_block(context: Context, node: Node, read: Reader) -> list[m.Operation]:
    """Return what a ``DO`` statement does; ``read`` reads one SQL statement."""
    body = next((each for each in descend(node, "Sconst") if _is_body(each)), None)
    language = next((item for item in descend(node, "dostmt_opt_item") if has(item, "kw_language")), None)
    if body is None or (language is not None and _language(language) != "plpgsql"):
        return unread(context, "a DO block in another language")
    written = text(body)
    tag = written[: written.index("$", 1) + 1] if written[:1] == "$" else ""
    code = context.data[body.start_byte + len(tag) : body.end_byte - len(tag)] if tag else _unquoted(body)
    found = run(context, code, body.start_byte + len(tag) if tag else None, {}, read)
    return unread(context, "the DO block cannot be read") if found is None else found


def run(
    context: Context, code: bytes, offset: int | None, variables: Environment, read: Reader
) -> list[m.Operation] | None:
    """Return what a PL/pgSQL body does with ``variables`` set, None where it does not parse.

    ``offset`` is where it begins in the statement, None where its parts have no place of their own.
    """
    tree = parse_plpgsql(code)
    block = next(descend(tree, "pl_block"), None) if tree is not None else None
    if block is None:
        return None
    runner = _Runner(context, code, offset, variables, read)
    runner.block(block)
    return runner.operations


def _is_body(node: Node) -> bool:
    parent = node.parent
    return parent is not None and parent.type == "dostmt_opt_item"


def _language(item: Node) -> str:
    return fold(text(item.children[-1]).strip("'\""))


def _unquoted(body: Node) -> bytes:
    value = string_of(body)
    return b"" if value is UNKNOWN else value.encode("utf-8", "replace")


class _Runner:
    """Runs one block; ``operations`` is what it has done so far."""

    def __init__(self, context: Context, code: bytes, offset: int | None, variables: Environment, read: Reader) -> None:
        self.operations: list[m.Operation] = []
        self._context = context
        self._code = code
        self._offset = offset
        self._read = read
        self._variables: dict[str, Value] = dict(variables)
        self._certain = True
        self._left = _MAX_STATEMENTS
        self._depth = 0

    def block(self, node: Node) -> bool:
        """Run a block; return whether it surely leaves the code around it, by RETURN, EXIT or CONTINUE."""
        outer = dict(self._variables)
        declared = child(node, "decl_sect")
        for each in descend(declared, "decl_statement") if declared is not None else ():
            self._declare(each)
        section = child(node, "exception_sect")
        certain, self._certain = self._certain, self._certain and (section is None or handles_only_repeats(section))
        stopped = self._section(child(node, "proc_sect"))
        self._certain = certain and (self._certain or section is not None)
        for handler in descend(section, "proc_exception") if section is not None else ():
            self._maybe(child(handler, "proc_sect"))
        self._variables = {**self._variables, **{name: outer[name] for name in outer.keys() - self._assigned(node)}}
        return stopped

    def _declare(self, node: Node) -> None:
        name = child(node, "decl_varname")
        if name is not None:
            default = path(node, "decl_defval", "sql_expression")
            kind = child(node, "decl_datatype")
            value = self._value(default)
            is_array = kind is not None and text(kind).rstrip().endswith("]")
            self._variables[name_of(name)] = as_array(value) if is_array else value

    def _section(self, section: Node | None) -> bool:
        """Run statements in order, until one surely leaves."""
        self._depth += 1
        try:
            return any(self._statement(each.children[0]) for each in _statements(section))
        finally:
            self._depth -= 1

    def _statement(self, node: Node) -> bool:
        self._left -= 1
        if self._left <= 0 or self._depth > _MAX_DEPTH:
            self.operations += unread(self._context, "the DO block is too long to be run") if self._left > -1 else []
            self._left = -1
            return True
        handler = _HANDLERS.get(node.type)
        return bool(handler(self, node)) if handler is not None else False

    def _maybe(self, section: Node | None) -> None:
        """Run statements that may be left out; what they assign is not known afterwards."""
        if section is None:
            return
        certain, self._certain = self._certain, False
        before = dict(self._variables)
        left = self._section(section) or _leaves(section)
        self._variables = before
        self._forget(section)
        self._certain = certain and not left

    def _forget(self, node: Node) -> None:
        self._variables.update(dict.fromkeys(self._assigned(node), UNKNOWN))

    def _assigned(self, node: Node) -> set[str]:
        """Return the variables that statements below ``node`` may set."""
        found: set[str] = set()
        for each in _below(node, "stmt_assign", "into_target", "for_variable", "stmt_execsql", "getdiag_list_item"):
            if each.type == "stmt_execsql":
                found.update(_into(text(each))[1])
            elif each.type == "stmt_assign":
                found.add(_assignee(each)[0])
            else:
                found.update(identifier(text(name)) for name in _variables(each))
        return found

    def assign(self, node: Node) -> None:
        """Run ``variable := expression``."""
        name, whole = _assignee(node)
        values = [each for each in node.children if each.type == "sql_expression"][1:]
        self._variables[name] = self._value(values[0]) if whole and values else UNKNOWN

    def branch(self, node: Node) -> None:
        """Run IF: a guard against a second run does not make its statements less certain."""
        condition = self._text(child(node, "sql_expression"))
        guard, sections = guard_of(condition), list(_sections(node))
        if guard and sections:
            start = len(self.operations)
            self._section(sections[0])
            self._forget(sections[0])
            self._certain = self._certain and not _leaves(sections[0])
            self._settle(start, set(string_values(condition)) if guard == "present" else None)
        for each in sections[1 if guard else 0 :]:
            self._maybe(each)

    def _settle(self, start: int, names: set[str] | None) -> None:
        """Take back the certainty of what a condition guards but does not name; None: it guards all."""
        for index in range(start, len(self.operations)):
            each = self.operations[index]
            if names is not None and names.isdisjoint(_names(each)):
                self.operations[index] = replace(each, certain=False)
            elif names is not None and isinstance(each, _DROPS):
                self.operations[index] = replace(each, if_exists=True)
            elif names is None and "if_not_exists" in each.__fields__:
                self.operations[index] = replace(each, if_not_exists=True)

    def choose(self, node: Node) -> None:
        """Run CASE: any of its branches may be the one."""
        for each in _sections(node):
            self._maybe(each)

    def each_item(self, node: Node) -> None:
        """Run FOREACH over an array."""
        value = self._value(child(node, "sql_expression"))
        found = value.items if isinstance(value, Array) else None
        self._loop(node, None if found is None else [Row((("", each),)) for each in found])

    def each_row(self, node: Node) -> None:
        """Run FOR over a range or a query."""
        query, numbers = child(node, "for_query"), child(node, "for_integer_range")
        if query is not None:
            self._loop(node, rows_of(self._text(child(query, "sql_expression")), self._variables))
        elif numbers is not None:
            self._loop(node, self._range(numbers))
        else:
            self._loop(node, None)

    def _range(self, node: Node) -> list[Row] | None:
        bounds = [self._value(each) for each in node.children if each.type == "sql_expression"]
        first, last = [*bounds, UNKNOWN, UNKNOWN][:2]
        if len(bounds) != 2 or not isinstance(first, int) or not isinstance(last, int) or last - first > _MAX_RANGE:
            return None
        return [Row((("", number),)) for number in range(first, last + 1)]

    def _loop(self, node: Node, rows: list[Row] | None) -> None:
        """Run the body once for each row, or once with unknown values where the rows are not known."""
        names = [identifier(text(each)) for each in _variables(child(node, "for_variable"))]
        body = next((each for each in descend(node, "loop_body")), None)
        section = child(body, "proc_sect")
        if section is None:
            return
        certain = self._certain
        if rows is None:
            self._forget(section)
            self._variables.update(dict.fromkeys(names, UNKNOWN))
            self._maybe(section)
        for row in rows or ():
            self._variables.update(_bound(names, row))
            if self._section(section) and _leaves(section, "stmt_return"):
                break
            if self._left < 0:
                break
            self._certain = certain and not _leaves(section, "stmt_return")
        self._certain = certain

    def repeat(self, node: Node) -> None:
        """Run LOOP or WHILE: how often is not known."""
        body = next((each for each in descend(node, "loop_body")), None)
        if body is not None:
            self._forget(body)
            self._maybe(child(body, "proc_sect"))

    def leave(self, node: Node) -> bool:
        """Run RETURN, EXIT or CONTINUE."""
        if has(node, "kw_when"):
            self._certain = False
            return False
        return True

    def static(self, node: Node) -> None:
        """Run a SQL statement."""
        expression = child(node, "sql_expression")
        if expression is None:
            return
        data, targets = _into(self._text(expression))
        self._variables.update(dict.fromkeys(targets, UNKNOWN))
        start = None if self._offset is None else self._offset + expression.start_byte
        self.operations += self._read(self._context.inner(data.encode("utf-8", "replace"), start, self._certain))

    def call(self, node: Node) -> None:
        """Run PERFORM or CALL."""
        command = "CALL " if has(node, "kw_call") else "SELECT "
        data = (command + self._text(child(node, "sql_expression"))).encode("utf-8", "replace")
        self.operations += self._read(self._context.inner(data, None, self._certain))

    def execute(self, node: Node) -> None:
        """Run EXECUTE: what is known of the string is read, with what is not known left open."""
        target = child(node, "into_target")
        names = [identifier(text(each)) for each in _variables(target)]
        self._variables.update(dict.fromkeys(names, UNKNOWN))
        value = self._value(child(node, "sql_expression"))
        at = None if self._offset is None else self._offset + node.start_byte
        if not isinstance(value, str) or not value.replace(HOLE, "").strip(' ";'):
            inner = self._context.inner(self._code[node.start_byte : node.end_byte], at, self._certain)
            self.operations.append(m.Unread(inner.here, inner.certain, _DYNAMIC, UNKNOWN, True, True))
            return
        place = self._context.inner(self._code[node.start_byte : node.end_byte], at, True).here
        data = value.encode("utf-8", "replace")
        for statement in Splitter(data, 0, len(data)).statements():
            inner = self._context.moved(data[statement.start : statement.end], place, self._certain)
            self.operations += self._read(inner)

    def _text(self, node: Node | None) -> str:
        return "" if node is None else self._code[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def _value(self, node: Node | None) -> Value:
        return UNKNOWN if node is None else value_of(self._text(node), self._variables)


def _assignee(node: Node) -> tuple[str, bool]:
    """Return the variable that an assignment sets, and whether it sets all of it rather than a field or an item."""
    written = text(node.children[0]).strip()
    first = re.match(_NAME, written)
    return ("", False) if first is None else (identifier(first[0]), first.end() == len(written))


def _statements(section: Node | None) -> Iterator[Node]:
    for each in section.children if section is not None else ():
        if each.type == "proc_stmt" and each.child_count:
            yield each


def _sections(node: Node) -> Iterator[Node]:
    """Yield the branches of IF or CASE."""
    for each in node.children:
        if each.type == "proc_sect":
            yield each
        elif each.type.endswith("_clause") or each.type == "case_when":
            yield from (inner for inner in each.children if inner.type == "proc_sect")


def _names(operation: m.Operation) -> set[str]:
    """Return the names that an operation has for its table, column or object, without a schema and with it."""
    found = {getattr(operation, field, None) for field in ("table", "column", "name")}
    whole = {each for each in found if isinstance(each, str)}
    return whole | {each.rpartition(".")[2] for each in whole} | {f"public.{each}" for each in whole}


def _below(node: Node, *kinds: str) -> Iterator[Node]:
    pending = [node]
    while pending:
        each = pending.pop()
        if each.type in kinds:
            yield each
        pending.extend(reversed(each.children))


def _leaves(section: Node, *kinds: str) -> bool:
    """Tell whether statements may leave the code around them; by one of ``kinds`` where some are given."""
    return next(_below(section, *(kinds or ("stmt_return", "stmt_exit"))), None) is not None


def _variables(node: Node | None) -> Iterator[Node]:
    return (each for each in leaves(node) if each.type != ",") if node is not None else iter(())


def _bound(names: list[str], row: Row) -> Iterable[tuple[str, Value]]:
    """Return what a loop's variables are for one row: a single one is a record where the row has named columns."""
    if len(names) == 1:
        bare = len(row.fields) == 1 and not row.fields[0][0]
        return [(names[0], row.fields[0][1] if bare else row)]
    values = [value for name, value in row.fields if not name.endswith(".")]
    return list(zip(names, values, strict=False))


def _into(statement: str) -> tuple[str, list[str]]:
    """Return a statement without its INTO clause, and the variables that it sets."""
    head = statement.lstrip()[:6].lower()
    begin = 0
    if head in ("insert", "update", "delete") or head.startswith("merge"):
        returning = re.search(_RETURNING, statement)
        if returning is None:
            return statement, []
        begin = returning.end()
    elif head != "select" and not head.startswith("with"):
        return statement, []
    match = re.compile(_INTO).search(statement, begin)
    if match is None:
        return statement, []
    names = [identifier(each.strip().split(".")[0]) for each in match[1].split(",")]
    return statement[: match.start()] + " " * len(match[0]) + statement[match.end() :], names


_HANDLERS: Final[dict[str, Callable[[_Runner, Node], bool | None]]] = {
    "pl_block": _Runner.block,
    "stmt_assign": _Runner.assign,
    "stmt_call": _Runner.call,
    "stmt_case": _Runner.choose,
    "stmt_dynexecute": _Runner.execute,
    "stmt_execsql": _Runner.static,
    "stmt_exit": _Runner.leave,
    "stmt_for": _Runner.each_row,
    "stmt_foreach_a": _Runner.each_item,
    "stmt_if": _Runner.branch,
    "stmt_loop": _Runner.repeat,
    "stmt_perform": _Runner.call,
    "stmt_return": _Runner.leave,
    "stmt_while": _Runner.repeat,
}
