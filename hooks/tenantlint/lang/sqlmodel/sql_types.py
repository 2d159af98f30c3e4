"""SQLAlchemy's column types, as what PostgreSQL calls them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.lang.sqlmodel.builtins import iterate
from tenantlint.lang.sqlmodel.objects import ClassValue, EnumMember, InstanceValue
from tenantlint.lang.values import MISSING, Arguments, Builtin, FuncValue, Native, Value
from tenantlint.record import Record
from tenantlint.schema import UNKNOWN, Maybe
from tenantlint.types import normalize

if TYPE_CHECKING:
    from collections.abc import Callable

    from tenantlint.lang.evaluate import Evaluator
    from tenantlint.source import Location

    Render = Callable[[Arguments], Maybe[str]]


class EnumSpec(Record):
    """A database enum: ``schema`` is MISSING where nothing is said, so that the metadata's counts."""

    name: Maybe[str]
    schema: Value
    values: Maybe[tuple[Maybe[str], ...]]
    inherit: Maybe[bool] = False


class SqlType(Native):
    """An instance of a type. ``text`` is what PostgreSQL calls it, not yet normalised; ``NULL`` where none is given.

    ``integer`` tells whether a primary key of this type counts up on its own.
    """

    def __init__(self, text: Maybe[str], integer: Maybe[bool] = False, enum: EnumSpec | None = None) -> None:
        self.text = text
        self.integer = integer
        self.enum = enum

    def name(self) -> Maybe[str]:
        """Return the normalised name of the type; an enum without a schema of its own has no schema here."""
        return UNKNOWN if self.text is UNKNOWN else normalize(self.text)

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


def _fixed(text: str) -> Render:
    return lambda args: text


def _sized(text: str, position: int = 0, name: str = "length") -> Render:
    """A type with one size in parentheses: 0 counts as none."""

    def render(args: Arguments) -> Maybe[str]:
        size = _number(args.get(position, name))
        if size is UNKNOWN:
            return UNKNOWN
        return f"{text}({size})" if size else text

    return render


def _string(text: str) -> Render:
    sized = _sized(text)

    def render(args: Arguments) -> Maybe[str]:
        base, collation = sized(args), args.get(1, "collation")
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
        return f"{text}{size} {'with' if zone else 'without'} time zone"

    return render


def _interval(fields: bool) -> Render:
    def render(args: Arguments) -> Maybe[str]:
        position, name = (0, "precision") if fields else (1, "second_precision")
        precision = _number(args.get(position, name))
        words = args.get(1, "fields", None) if fields else None
        if precision is UNKNOWN or not (words is None or isinstance(words, str)):
            return UNKNOWN
        text = "interval" if words is None else f"interval {words}"
        return text if precision is None else f"{text}({precision})"

    return render


def _uuid(args: Arguments) -> Maybe[str]:
    native = args.get(1, "native_uuid", True)
    return UNKNOWN if not isinstance(native, bool) else ("uuid" if native else "char(32)")


def _bit(args: Arguments) -> Maybe[str]:
    length, varying = _number(args.get(0, "length")), args.get(1, "varying", False)
    if length is UNKNOWN or not isinstance(varying, bool):
        return UNKNOWN
    if varying:
        return "bit varying" if length is None else f"bit varying({length})"
    return f"bit({1 if length is None else length})"


_RENDERERS: Final[dict[str, Render]] = {
    **dict.fromkeys(("Integer", "INTEGER", "INT"), _fixed("integer")),
    **dict.fromkeys(("BigInteger", "BIGINT"), _fixed("bigint")),
    **dict.fromkeys(("SmallInteger", "SMALLINT"), _fixed("smallint")),
    **dict.fromkeys(("String", "VARCHAR", "Unicode", "AutoString", "StringType"), _string("varchar")),
    **dict.fromkeys(("Text", "TEXT", "UnicodeText"), _string("text")),
    "CHAR": _string("char"),
    "NCHAR": _string("nchar"),
    "NVARCHAR": _string("nvarchar"),
    "CLOB": _string("clob"),
    "Numeric": _numeric("numeric"),
    "NUMERIC": _numeric("numeric"),
    "DECIMAL": _numeric("decimal"),
    **dict.fromkeys(("Float", "FLOAT"), _sized("float", 0, "precision")),
    **dict.fromkeys(("Double", "DOUBLE_PRECISION", "DOUBLE"), _fixed("double precision")),
    "REAL": _fixed("real"),
    **dict.fromkeys(("DateTime", "DATETIME"), _zoned("timestamp", None)),
    "UTCDateTime": _fixed("timestamp with time zone"),
    "TIMESTAMP": _zoned("timestamp", 1),
    "Time": _zoned("time", None),
    "TIME": _zoned("time", 1),
    **dict.fromkeys(("Date", "DATE"), _fixed("date")),
    "Interval": _interval(False),
    "INTERVAL": _interval(True),
    **dict.fromkeys(("Boolean", "BOOLEAN"), _fixed("boolean")),
    **dict.fromkeys(("LargeBinary", "BYTEA", "PickleType"), _fixed("bytea")),
    "BLOB": _fixed("blob"),
    "BINARY": _sized("binary"),
    "VARBINARY": _sized("varbinary"),
    "Uuid": _uuid,
    "UUID": _fixed("uuid"),
    "JSON": _fixed("json"),
    "JSONB": _fixed("jsonb"),
    "JSONPATH": _fixed("jsonpath"),
    "BIT": _bit,
    **{
        name: _fixed(name.lower())
        for name in (
            "INET CIDR CITEXT MACADDR MACADDR8 MONEY OID REGCLASS REGCONFIG TSQUERY TSVECTOR HSTORE INT4RANGE "
            "INT8RANGE NUMRANGE DATERANGE TSRANGE TSTZRANGE INT4MULTIRANGE INT8MULTIRANGE NUMMULTIRANGE "
            "DATEMULTIRANGE TSMULTIRANGE TSTZMULTIRANGE"
        ).split()
    },
    "NullType": _fixed("NULL"),
}
_INTEGERS: Final = frozenset({"Integer", "INTEGER", "INT", "BigInteger", "BIGINT", "SmallInteger", "SMALLINT"})


def _type_class(name: str, render: Render) -> ClassValue:
    cls = ClassValue(name, (TYPE_ENGINE,), module="sqlalchemy")

    def construct(made: ClassValue, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
        args = Arguments() if "__init__" in made.namespace else args
        return SqlType(render(args), name in _INTEGERS)

    cls.constructor = construct
    return cls


TYPES: Final = {name: _type_class(name, render) for name, render in _RENDERERS.items()}


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
        bool(args.named.get("inherit_schema", False)) if args.complete else UNKNOWN,
    )
    if native is True and args.complete:
        return SqlType(spec.name, False, spec)
    return SqlType(_plain_enum(args, labels) if native is False else UNKNOWN)


def _default(args: Arguments, name: str, default: Value) -> Value:
    metadata = args.named.get(name, MISSING)
    return default if metadata is MISSING else getattr(metadata, "schema", UNKNOWN) or MISSING


def _plain_enum(args: Arguments, labels: Maybe[tuple[Maybe[str], ...]]) -> Maybe[str]:
    length = args.named.get("length", MISSING)
    if isinstance(length, int):
        return f"varchar({length})"
    if labels is UNKNOWN or UNKNOWN in labels or length is UNKNOWN:
        return UNKNOWN
    longest = max((len(label) for label in labels if isinstance(label, str)), default=0)
    return f"varchar({longest})" if longest else "varchar"


def _labels(args: Arguments) -> Maybe[tuple[Maybe[str], ...]]:
    if not args.complete:
        return UNKNOWN
    return tuple(value if isinstance(value, str) else UNKNOWN for value in args.positional)


def _class_labels(cls: ClassValue, evaluator: Evaluator, args: Arguments, at: Location) -> Maybe[tuple[Maybe[str], ...]]:
    members = [item for item in cls.namespace.values() if isinstance(item, EnumMember)]
    choose = args.named.get("values_callable", None)
    if not cls.known or choose is UNKNOWN:
        return UNKNOWN
    if choose is None:
        return tuple(dict.fromkeys(member.name for member in members))
    chosen = iterate(evaluator.call(choose, Arguments((cls,)), at)) if isinstance(choose, FuncValue) else None
    return UNKNOWN if chosen is None else tuple(item if isinstance(item, str) else UNKNOWN for item in chosen)


def _decorated(cls: ClassValue, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    """Make a TypeDecorator: its ``impl``, or what ``load_dialect_impl`` says for PostgreSQL."""
    loader = cls.own("load_dialect_impl")
    if isinstance(loader, FuncValue):
        found = evaluator.call(loader, Arguments((InstanceValue(cls), POSTGRESQL)), at)
        return SqlType(as_type(evaluator, found, at).text, UNKNOWN) if is_type(found) else UNKNOWN_TYPE
    impl = cls.own("impl")
    if isinstance(impl, ClassValue) and impl.is_subclass(TYPE_ENGINE) is True:
        made = impl.call(evaluator, Arguments(complete=False) if cls.own("__init__") is not MISSING else args, at)
        return made if isinstance(made, SqlType) else UNKNOWN_TYPE
    return impl if isinstance(impl, SqlType) else UNKNOWN_TYPE


def _user_defined(cls: ClassValue, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    spec = cls.own("get_col_spec")
    text = evaluator.call(spec, Arguments((InstanceValue(cls),)), at) if isinstance(spec, FuncValue) else UNKNOWN
    return SqlType(text if isinstance(text, str) else UNKNOWN)


class _Dialect(Native):
    """The dialect that types are asked about."""

    def get(self, name: str) -> Value:
        """Return the dialect's name, and the function that makes a type of the dialect."""
        if name == "type_descriptor":
            return Builtin(lambda evaluator, args, at: args.get(0))
        return "postgresql" if name == "name" else UNKNOWN


POSTGRESQL: Final = _Dialect()

for _name, _construct, _base in (
    ("ARRAY", _array, TYPE_ENGINE),
    ("DOMAIN", _domain, TYPE_ENGINE),
    ("Enum", _enum, TYPE_ENGINE),
    ("ENUM", _enum, TYPE_ENGINE),
):
    TYPES[_name] = ClassValue(_name, (_base,), module="sqlalchemy")
    TYPES[_name].constructor = _construct
TYPE_DECORATOR.constructor = _decorated
USER_DEFINED.constructor = _user_defined
TYPES |= {"TypeEngine": TYPE_ENGINE, "TypeDecorator": TYPE_DECORATOR, "UserDefinedType": USER_DEFINED}


def enum_type(evaluator: Evaluator, cls: ClassValue, at: Location) -> SqlType:
    """Return the type that SQLModel gives a field annotated with a Python enumeration."""
    made = _enum(TYPES["Enum"], evaluator, Arguments((cls,)), at)
    return made if isinstance(made, SqlType) else UNKNOWN_TYPE

