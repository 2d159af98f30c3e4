"""SQLAlchemy's column types, as what PostgreSQL calls them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tenantlint.lang.sqlmodel.builtins import enum_members, iterate
from tenantlint.lang.sqlmodel.objects import ClassValue, InstanceValue
from tenantlint.lang.values import MISSING, Arguments, Builtin, FuncValue, Native, Scope, Value
from tenantlint.record import Record
from tenantlint.schema import UNKNOWN, Maybe, qualified
from tenantlint.types import normalize

if TYPE_CHECKING:
    from collections.abc import Callable

    from tenantlint.lang.evaluate import Evaluator
    from tenantlint.lang.sqlmodel.objects import Constructor
    from tenantlint.source import Location

    Render = Callable[[Arguments], Maybe[str]]


class EnumSpec(Record):
    """A database enum: ``schema`` is MISSING where nothing is said, so that the metadata's counts."""

    name: Maybe[str]
    schema: Value
    values: Maybe[tuple[Maybe[str], ...]]

    def placed(self, schema: Maybe[str | None]) -> Maybe[str | None]:
        """Return the schema of the enum, which is ``schema`` where it has none of its own."""
        if self.schema is MISSING:
            return schema
        return self.schema if self.schema is None or isinstance(self.schema, str) else UNKNOWN


class SqlType(Native):
    """An instance of a type.

    ``text`` is what PostgreSQL calls it, not yet normalised, with ``ENUM_NAME`` where the name of ``enum`` stands.
    ``integer`` tells whether a primary key of this type counts up on its own.
    """

    def __init__(self, text: Maybe[str], integer: Maybe[bool] = False, enum: EnumSpec | None = None) -> None:
        self.text = text
        self.integer = integer
        self.enum = enum

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SqlType) and (self.text, self.enum) == (other.text, other.enum)

    def __hash__(self) -> int:
        return hash(self.text)

    def name(self, schema: Maybe[str | None]) -> Maybe[str]:
        """Return the normalised name of the type; ``schema`` is that of an enum which has none of its own."""
        if self.text is UNKNOWN:
            return UNKNOWN
        if self.enum is None:
            return normalize(self.text)
        name = qualified(self.enum.placed(schema), self.enum.name)
        return UNKNOWN if name is UNKNOWN else normalize(self.text.replace(ENUM_NAME, name))

    def get(self, name: str) -> Value:
        """Return ``with_variant``, and the methods that change nothing in the database."""
        if name == "with_variant":
            return Builtin(self._with_variant)
        if name in ("as_mutable", "evaluates_none", "copy"):
            return Builtin(lambda evaluator, args, at: self)
        return UNKNOWN

    def _with_variant(self, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
        dialects = args.positional[1:]
        if not args.complete or not all(isinstance(name, str) for name in dialects):
            return SqlType(UNKNOWN, self.integer)
        if "postgresql" not in dialects:
            return self
        variant = as_type(evaluator, args.get(0), at)
        return SqlType(variant.text, self.integer, variant.enum)


ENUM_NAME: Final = "\0"
UNKNOWN_TYPE: Final = SqlType(UNKNOWN, UNKNOWN)
NULL_TYPE: Final = SqlType("NULL")
TYPE_ENGINE: Final = ClassValue("TypeEngine", module="sqlalchemy")
TYPE_DECORATOR: Final = ClassValue("TypeDecorator", (TYPE_ENGINE,), module="sqlalchemy")
USER_DEFINED: Final = ClassValue("UserDefinedType", (TYPE_ENGINE,), module="sqlalchemy")


def as_type(evaluator: Evaluator, value: Value, at: Location) -> SqlType:
    """Return the type that ``value``, a type or a type class, stands for."""
    if isinstance(value, SqlType):
        return value
    if isinstance(value, ClassValue) and value.is_subclass(TYPE_ENGINE) is True:
        made = value.call(evaluator, Arguments(), at)
        return made if isinstance(made, SqlType) else UNKNOWN_TYPE
    return NULL_TYPE if value is None else UNKNOWN_TYPE


def is_type(value: Value) -> bool:
    """Return whether ``value`` is a type or a type class."""
    return isinstance(value, SqlType) or (isinstance(value, ClassValue) and value.is_subclass(TYPE_ENGINE) is True)


def _number(value: Value) -> Maybe[int | None]:
    if value is MISSING or value is None:
        return None
    return value if isinstance(value, int) else UNKNOWN


def fixed(text: str) -> Render:
    """Render a type that arguments do not change."""
    return lambda args: text


def sized(text: str, position: int | None = 0, name: str = "length") -> Render:
    """Render a type with one size in parentheses: 0 counts as none."""

    def render(args: Arguments) -> Maybe[str]:
        size = _number(args.get(position, name))
        if size is UNKNOWN:
            return UNKNOWN
        return f"{text}({size})" if size else text

    return render


def _string(text: str) -> Render:
    with_length = sized(text)

    def render(args: Arguments) -> Maybe[str]:
        base, collation = with_length(args), args.get(1, "collation")
        if base is UNKNOWN or collation is UNKNOWN or not isinstance(collation, str):
            return UNKNOWN if collation is UNKNOWN else base
        return f'{base} COLLATE "{collation}"'

    return render


def _numeric(text: str) -> Render:
    def render(args: Arguments) -> Maybe[str]:
        precision, scale = _number(args.get(0, "precision")), _number(args.get(1, "scale"))
        if precision is UNKNOWN or scale is UNKNOWN:
            return UNKNOWN
        if precision is None:
            return text
        return f"{text}({precision})" if scale is None else f"{text}({precision},{scale})"

    return render


def _zoned(text: str, precision_position: int | None) -> Render:
    def render(args: Arguments) -> Maybe[str]:
        zone = args.get(0, "timezone", False)
        precision = _number(args.get(precision_position, "precision")) if precision_position is not None else None
        if not isinstance(zone, bool) or precision is UNKNOWN:
            return UNKNOWN
        size = "" if precision is None else f"({precision})"
        return f"{text}{size} {'WITH' if zone else 'WITHOUT'} TIME ZONE"

    return render


def _interval(fields: bool) -> Render:
    def render(args: Arguments) -> Maybe[str]:
        position, name = (0, "precision") if fields else (1, "second_precision")
        precision = _number(args.get(position, name))
        words = args.get(1, "fields", None) if fields else None
        if precision is UNKNOWN or not (words is None or isinstance(words, str)):
            return UNKNOWN
        text = "INTERVAL" if words is None else f"INTERVAL {words}"
        return text if precision is None else f"{text} ({precision})"

    return render


def _uuid(args: Arguments) -> Maybe[str]:
    native = args.get(1, "native_uuid", True)
    return UNKNOWN if not isinstance(native, bool) else ("UUID" if native else "CHAR(32)")


def _bit(args: Arguments) -> Maybe[str]:
    length, varying = _number(args.get(0, "length")), args.get(1, "varying", False)
    if length is UNKNOWN or not isinstance(varying, bool):
        return UNKNOWN
    if varying:
        return "BIT VARYING" if length is None else f"BIT VARYING({length})"
    return f"BIT({1 if length is None else length})"


_RENDERERS: Final[dict[str, Render]] = {
    **dict.fromkeys(("Integer", "INTEGER", "INT"), fixed("INTEGER")),
    **dict.fromkeys(("BigInteger", "BIGINT"), fixed("BIGINT")),
    **dict.fromkeys(("SmallInteger", "SMALLINT"), fixed("SMALLINT")),
    **dict.fromkeys(("String", "VARCHAR", "Unicode", "AutoString", "StringType"), _string("VARCHAR")),
    **dict.fromkeys(("Text", "TEXT", "UnicodeText"), _string("TEXT")),
    "CHAR": _string("CHAR"),
    "NCHAR": _string("NCHAR"),
    "NVARCHAR": _string("NVARCHAR"),
    "CLOB": _string("CLOB"),
    "Numeric": _numeric("NUMERIC"),
    "NUMERIC": _numeric("NUMERIC"),
    "DECIMAL": _numeric("DECIMAL"),
    **dict.fromkeys(("Float", "FLOAT"), sized("FLOAT", 0, "precision")),
    **dict.fromkeys(("Double", "DOUBLE_PRECISION", "DOUBLE"), fixed("DOUBLE PRECISION")),
    "REAL": fixed("REAL"),
    **dict.fromkeys(("DateTime", "DATETIME"), _zoned("TIMESTAMP", None)),
    "UTCDateTime": fixed("TIMESTAMP WITH TIME ZONE"),
    "TIMESTAMP": _zoned("TIMESTAMP", 1),
    "Time": _zoned("TIME", None),
    "TIME": _zoned("TIME", 1),
    **dict.fromkeys(("Date", "DATE"), fixed("DATE")),
    "Interval": _interval(False),
    "INTERVAL": _interval(True),
    **dict.fromkeys(("Boolean", "BOOLEAN"), fixed("BOOLEAN")),
    **dict.fromkeys(("LargeBinary", "BYTEA", "PickleType"), fixed("BYTEA")),
    "BLOB": fixed("BLOB"),
    "BINARY": sized("BINARY"),
    "VARBINARY": sized("VARBINARY"),
    "Uuid": _uuid,
    "UUID": fixed("UUID"),
    "JSON": fixed("JSON"),
    "JSONB": fixed("JSONB"),
    "JSONPATH": fixed("JSONPATH"),
    "BIT": _bit,
    **{
        name: fixed(name)
        for name in (
            "INET CIDR CITEXT MACADDR MACADDR8 MONEY OID REGCLASS REGCONFIG TSQUERY TSVECTOR HSTORE INT4RANGE "
            "INT8RANGE NUMRANGE DATERANGE TSRANGE TSTZRANGE INT4MULTIRANGE INT8MULTIRANGE NUMMULTIRANGE "
            "DATEMULTIRANGE TSMULTIRANGE TSTZMULTIRANGE"
        ).split()
    },
    "NullType": fixed("NULL"),
}
_INTEGERS: Final = frozenset({"Integer", "INTEGER", "INT", "BigInteger", "BIGINT", "SmallInteger", "SMALLINT"})


def type_class(name: str, render: Render) -> ClassValue:
    """Return the class of a type, whose instances are what ``render`` makes of the arguments."""
    cls = ClassValue(name, (TYPE_ENGINE,), module="sqlalchemy")

    def construct(made: ClassValue, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
        args = _initialized(InstanceValue(made), evaluator, args, at)
        return SqlType(render(args), name in _INTEGERS)

    cls.constructor = construct
    return cls


def _array(cls: ClassValue, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    item, dimensions = as_type(evaluator, args.get(0, "item_type"), at), _number(args.get(2, "dimensions"))
    if item.text is UNKNOWN or dimensions is UNKNOWN:
        return SqlType(UNKNOWN)
    return SqlType(item.text + "[]" * (1 if dimensions is None else dimensions), False, item.enum)


def _domain(cls: ClassValue, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    name = args.get(0, "name")
    return SqlType(name if isinstance(name, str) else UNKNOWN)


def _enum(cls: ClassValue, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    """Make an Enum: from a Python enumeration, whose member names are the labels, or from strings."""
    first = args.positional[0] if args.positional else MISSING
    from_class = isinstance(first, ClassValue) and len(args.positional) == 1
    labels = _class_labels(first, evaluator, args, at) if isinstance(first, ClassValue) else _labels(args)
    name = args.named.get("name", first.name.lower() if isinstance(first, ClassValue) and from_class else MISSING)
    native = args.named.get("native_enum", True)
    spec = EnumSpec(
        name if isinstance(name, str) else UNKNOWN,
        args.named.get("schema", _default(args, "metadata", MISSING)),
        labels,
    )
    if native is True and args.complete:
        return SqlType(ENUM_NAME, False, spec)
    return SqlType(_plain_enum(args, labels) if native is False else UNKNOWN)


def _default(args: Arguments, name: str, default: Value) -> Value:
    metadata = args.named.get(name, MISSING)
    return default if metadata is MISSING else getattr(metadata, "schema", UNKNOWN) or MISSING


def _plain_enum(args: Arguments, labels: Maybe[tuple[Maybe[str], ...]]) -> Maybe[str]:
    length = args.named.get("length", MISSING)
    if isinstance(length, int):
        return f"VARCHAR({length})"
    if labels is UNKNOWN or UNKNOWN in labels or length is UNKNOWN:
        return UNKNOWN
    longest = max((len(label) for label in labels if isinstance(label, str)), default=0)
    return f"VARCHAR({longest})" if longest else "VARCHAR"


def _labels(args: Arguments) -> Maybe[tuple[Maybe[str], ...]]:
    if not args.complete or (len(args.positional) == 1 and not isinstance(args.positional[0], str)):
        return UNKNOWN
    return tuple(value if isinstance(value, str) else UNKNOWN for value in args.positional)


def _class_labels(
    cls: ClassValue, evaluator: Evaluator, args: Arguments, at: Location
) -> Maybe[tuple[Maybe[str], ...]]:
    choose = args.named.get("values_callable", None)
    if not cls.known or choose is UNKNOWN:
        return UNKNOWN
    if choose is None:
        return tuple(member.name for member in enum_members(cls))
    chosen = iterate(evaluator.call(choose, Arguments((cls,)), at)) if isinstance(choose, FuncValue) else None
    return UNKNOWN if chosen is None else tuple(item if isinstance(item, str) else UNKNOWN for item in chosen)


def _decorated(cls: ClassValue, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    """Make a TypeDecorator: its ``impl``, or what ``load_dialect_impl`` says for PostgreSQL."""
    instance = InstanceValue(cls)
    inner = _initialized(instance, evaluator, args, at)
    loader = cls.own("load_dialect_impl")
    if isinstance(loader, FuncValue):
        found = evaluator.call(loader, Arguments((instance, POSTGRESQL)), at)
        return as_type(evaluator, found, at) if is_type(found) else UNKNOWN_TYPE
    impl = cls.own("impl")
    if isinstance(impl, ClassValue) and impl.is_subclass(TYPE_ENGINE) is True:
        made = impl.call(evaluator, inner, at)
        return made if isinstance(made, SqlType) else UNKNOWN_TYPE
    return impl if isinstance(impl, SqlType) else UNKNOWN_TYPE


def _initialized(instance: InstanceValue, evaluator: Evaluator, args: Arguments, at: Location) -> Arguments:
    """Run the ``__init__`` of a type and return the arguments that it passes on to that of its base class."""
    function = instance.cls.own("__init__")
    if not isinstance(function, FuncValue):
        return args
    parent = _Parent()
    scope = Scope(function.scope.module, function.scope)
    scope.variables["super"] = Builtin(lambda evaluator, args, at: parent)
    evaluator.call(FuncValue(function.node, scope, instance), args, at)
    return parent.args


class _Parent(Native):
    """``super()`` in the ``__init__`` of a type: remembers what it is called with."""

    def __init__(self) -> None:
        self.args = Arguments(complete=False)

    def get(self, name: str) -> Value:
        """Return the ``__init__`` of the base class."""
        return Builtin(self._call) if name == "__init__" else UNKNOWN

    def _call(self, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
        self.args = Arguments(complete=False) if evaluator.uncertain else args
        return None


def _user_defined(cls: ClassValue, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    instance = InstanceValue(cls)
    _initialized(instance, evaluator, args, at)
    spec = cls.own("get_col_spec")
    text = evaluator.call(spec, Arguments((instance,)), at) if isinstance(spec, FuncValue) else UNKNOWN
    return SqlType(text if isinstance(text, str) else UNKNOWN)


class _Dialect(Native):
    """The dialect that types are asked about."""

    def get(self, name: str) -> Value:
        """Return the dialect's name, and the function that makes a type of the dialect."""
        if name == "type_descriptor":
            return Builtin(_described)
        return "postgresql" if name == "name" else UNKNOWN


def _described(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    """Return a type as the dialect makes it: psycopg and asyncpg make every string VARCHAR, psycopg2 leaves it."""
    given = as_type(evaluator, args.get(0), at)
    if given.text is UNKNOWN or given.enum is not None or _STRING.match(given.text) is None:
        return given
    return SqlType(UNKNOWN, given.integer)


_STRING: Final = re.compile(r"^(TEXT|N?CHAR|NVARCHAR|CLOB)\b(?!.*\[)")
POSTGRESQL: Final = _Dialect()

TYPE_DECORATOR.constructor = _decorated
USER_DEFINED.constructor = _user_defined


def _composite(name: str, construct: Constructor) -> ClassValue:
    cls = ClassValue(name, (TYPE_ENGINE,), module="sqlalchemy")
    cls.constructor = construct
    return cls


TYPES: Final = {
    **{name: type_class(name, render) for name, render in _RENDERERS.items()},
    "ARRAY": _composite("ARRAY", _array),
    "DOMAIN": _composite("DOMAIN", _domain),
    "Enum": _composite("Enum", _enum),
    "ENUM": _composite("ENUM", _enum),
    "TypeEngine": TYPE_ENGINE,
    "TypeDecorator": TYPE_DECORATOR,
    "UserDefinedType": USER_DEFINED,
}


def _as_mutable(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    return as_type(evaluator, args.get(0), at)


MUTABLE: Final = {
    name: ClassValue(name, (), {"as_mutable": Builtin(_as_mutable)}, "sqlalchemy.ext.mutable")
    for name in ("Mutable", "MutableDict", "MutableList", "MutableSet")
}


def enum_type(evaluator: Evaluator, cls: ClassValue, at: Location) -> SqlType:
    """Return the type that SQLModel gives a field annotated with a Python enumeration."""
    made = _enum(TYPES["Enum"], evaluator, Arguments((cls,)), at)
    return made if isinstance(made, SqlType) else UNKNOWN_TYPE
