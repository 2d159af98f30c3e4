"""SQL values: the ``sql`` tag, its helpers and operators, and their text as drizzle-orm renders it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.lang import ir
from tenantlint.lang.drizzle.columns import BuiltColumn
from tenantlint.lang.drizzle.tables import EnumValue, SchemaValue, TableValue
from tenantlint.lang.drizzle.values import UNDEFINED, Method, Namespace, Step, same
from tenantlint.lang.values import Arguments, Builtin, ListValue, Native, Value
from tenantlint.schema import UNKNOWN, Maybe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from tenantlint.lang.evaluate import Evaluator
    from tenantlint.source import Location


class Raw(Native):
    """A piece of SQL text."""

    def __init__(self, text: str) -> None:
        self.text = text


class Identifier(Native):
    """``sql.identifier(name)``."""

    def __init__(self, name: Value) -> None:
        self.name = name


class Parameter(Native):
    """``sql.param(value)`` and ``sql.placeholder(name)``: a value that is sent beside the text."""


class SqlValue(Native):
    """A piece of SQL made of chunks: text, columns, tables, other pieces, values."""

    def __init__(self, chunks: Iterable[Value]) -> None:
        self.chunks = list(chunks)
        self.inline = False

    def get(self, name: str) -> Value:
        """Return a method of an SQL value."""
        step = _METHODS.get(name)
        return UNKNOWN if step is None else Method(self, step)


def _inline(owner: Value, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    assert isinstance(owner, SqlValue)
    owner.inline = True
    return owner


def _append(owner: Value, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    assert isinstance(owner, SqlValue)
    owner.chunks.append(UNKNOWN if evaluator.uncertain else args.get(0))
    return owner


def _if(owner: Value, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    condition = args.get(0, default=UNDEFINED)
    truth = UNKNOWN if condition is UNKNOWN else evaluator.language.truth(condition)
    return UNKNOWN if truth is UNKNOWN else owner if truth else UNDEFINED


_METHODS: Final[Mapping[str, Step]] = {
    "append": _append,
    "getSQL": same,
    "if": _if,
    "inlineParams": _inline,
    "mapWith": same,
}


def tagged(parts: list[Value]) -> SqlValue:
    """Return what the ``sql`` tag makes of a template's parts; literal text comes as ``ir.Const``."""
    return SqlValue(Raw(str(part.value)) if isinstance(part, ir.Const) else part for part in parts)


def sets_on_update(value: Value) -> bool:
    """Return whether a default is MySQL's ``CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP``."""
    chunks = value.chunks if isinstance(value, SqlValue) else []
    return any(isinstance(chunk, Raw) and "on update" in chunk.text.lower() for chunk in chunks)


def _raw(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    text = args.get(0)
    return SqlValue([Raw(text) if isinstance(text, str) else UNKNOWN])


def _join(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    pieces, separator = args.get(0), args.get(1, default=UNDEFINED)
    if not isinstance(pieces, ListValue) or not pieces.complete:
        return UNKNOWN
    return SqlValue(separated(pieces.items, separator))


def separated(pieces: list[Value], separator: Value) -> Iterable[Value]:
    """Yield the pieces with the separator between them."""
    for index, piece in enumerate(pieces):
        if index and separator is not UNDEFINED:
            yield separator
        yield piece


def _list(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    pieces = args.get(0)
    return SqlValue(pieces.items) if isinstance(pieces, ListValue) and pieces.complete else UNKNOWN


def _identifier(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    return Identifier(args.get(0))


def _parameter(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    return Parameter()


def _empty(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    return SqlValue([])


def _unknown(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    return UNKNOWN


SQL: Final = Namespace(
    {
        "empty": Builtin(_empty),
        "fromList": Builtin(_list),
        "identifier": Builtin(_identifier),
        "join": Builtin(_join),
        "param": Builtin(_parameter),
        "placeholder": Builtin(_parameter),
        "raw": Builtin(_raw),
    },
    _unknown,
)
"""The ``sql`` tag."""


class Renderer:
    """Renders SQL values as drizzle-orm's PgDialect does. ``name_of`` gives a column's name in the database."""

    def __init__(self, name_of: Callable[[BuiltColumn], Maybe[str]]) -> None:
        self.name_of = name_of
        self.parameters = 0

    def text(self, value: Value) -> Maybe[str | None]:
        """Return the text of an SQL value, None where it is none."""
        if value is UNDEFINED or value is None or isinstance(value, (str, int, float)):
            return None
        if not isinstance(value, SqlValue):
            return UNKNOWN
        self.parameters = 0
        return self._chunk(value, value.inline)

    def _chunks(self, chunks: Iterable[Value], inline: bool) -> Maybe[str]:
        texts = [self._chunk(chunk, inline) for chunk in chunks]
        return UNKNOWN if UNKNOWN in texts else "".join(text for text in texts if text is not UNKNOWN)

    def _chunk(self, chunk: Value, inline: bool) -> Maybe[str]:
        if isinstance(chunk, Raw):
            return chunk.text
        if chunk is UNDEFINED:
            return ""
        if isinstance(chunk, SqlValue):
            return self._chunks(chunk.chunks, inline or chunk.inline)
        if isinstance(chunk, ListValue):
            items = separated(chunk.items, Raw(", ")) if chunk.complete else [UNKNOWN]
            return self._chunks([Raw("("), *items, Raw(")")], inline)
        if isinstance(chunk, Native):
            return self._object(chunk)
        if chunk is None or isinstance(chunk, (str, int, float)):
            return literal(chunk) if inline else self._parameter()
        return UNKNOWN

    def _parameter(self) -> str:
        self.parameters += 1
        return f"${self.parameters}"

    def _object(self, value: Native) -> Maybe[str]:
        if isinstance(value, Parameter):
            return self._parameter()
        if isinstance(value, Identifier):
            return _quoted([value.name])
        if isinstance(value, BuiltColumn):
            return _quoted([*_place(value.table), self.name_of(value)])
        if isinstance(value, TableValue):
            return _quoted(_place(value))
        if isinstance(value, EnumValue):
            return _quoted([value.name] if value.schema is None else [value.schema, value.name])
        return _quoted([value.name]) if isinstance(value, SchemaValue) else UNKNOWN


def _place(table: TableValue) -> list[Value]:
    return [table.name] if table.schema is None else [table.schema, table.name]


def _quoted(names: list[Value]) -> Maybe[str]:
    texts = [_escaped(name) for name in names if isinstance(name, str)]
    return ".".join(texts) if len(texts) == len(names) else UNKNOWN


def _escaped(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def literal(value: Value) -> str:
    """Return a string, a number, a boolean or null as SQL."""
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return "null" if value is None else str(value).lower() if isinstance(value, bool) else repr(value)
