"""From a field to a column, as SQLModel's ``get_column_from_field`` does it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.lang.sqlmodel.builtins import BOOL, BYTES, FLOAT, INT, STR
from tenantlint.lang.sqlmodel.fields import COLUMN_OPTIONS
from tenantlint.lang.sqlmodel.objects import AnnotatedType, ClassValue, Parametrized, UnionType
from tenantlint.lang.sqlmodel.schema_items import ColumnValue, ForeignKeyValue, SchemaItem, add_items
from tenantlint.lang.sqlmodel.sql_types import TYPES, UNKNOWN_TYPE, SqlType, as_type, enum_type
from tenantlint.lang.sqlmodel.stdlib import CLASSES
from tenantlint.lang.values import MISSING, Arguments, ListValue, MapValue, Value
from tenantlint.schema import UNKNOWN, Maybe

if TYPE_CHECKING:
    from tenantlint.lang.evaluate import Evaluator
    from tenantlint.lang.sqlmodel.fields import FieldCall, ModelField
    from tenantlint.lang.sqlmodel.versions import Versions

ENUM: Final = CLASSES["enum.Enum"]
DATETIME: Final = CLASSES["datetime.datetime"]
NAIVE_DATETIME: Final = CLASSES["pydantic.NaiveDatetime"]
_ALWAYS_REFUSED: Final = ("sa_column_args", "sa_column_kwargs")
"""The options that every version of SQLModel refuses beside ``sa_column``."""
_TEXTS: Final = (
    STR,
    *(CLASSES[f"ipaddress.{name}"] for name in ("IPv4Address", "IPv4Network", "IPv6Address", "IPv6Network")),
    CLASSES["pathlib.Path"],
    CLASSES["pydantic.EmailStr"],
)
_PLAIN: Final = (
    (FLOAT, "Float"),
    (BOOL, "Boolean"),
    (INT, "Integer"),
    (CLASSES["datetime.date"], "Date"),
    (CLASSES["datetime.timedelta"], "Interval"),
    (CLASSES["datetime.time"], "Time"),
    (BYTES, "LargeBinary"),
)


def column_of_field(evaluator: Evaluator, field: ModelField, versions: Versions) -> ColumnValue:
    """Return the column that SQLModel makes of a field; ``versions`` tells which SQLModel it is."""
    made = _column(evaluator, field, versions)
    made.model_default = field.factory if field.factory is not MISSING else field.default
    made.rejected, made.ignored = _conflicts(field, versions)
    return made


def _column(evaluator: Evaluator, field: ModelField, versions: Versions) -> ColumnValue:
    given = field.option("sa_column")
    if isinstance(given, ColumnValue):
        if given.owner is not None:  # another table has it
            given = given.of_another_table()
        given.at = field.at  # the attribute declares the column, wherever a helper function calls Column()
        return given
    if given is not MISSING:
        made = ColumnValue(UNKNOWN, UNKNOWN_TYPE, field.at)
        made.complete = False
        return made
    made = ColumnValue(None, _type(evaluator, field, versions), field.at)
    made.options = _options(field, versions)
    _add_foreign_key(made, field)
    args = field.option("sa_column_args")
    if args is not MISSING:
        add_items(made, list(args.items) if isinstance(args, ListValue) else [UNKNOWN])
    more = field.option("sa_column_kwargs")
    if isinstance(more, MapValue):
        made.options.update({key: value for key, value in more.entries.items() if isinstance(key, str)})
    if more is not MISSING:
        made.complete = made.complete and isinstance(more, MapValue) and more.complete
    made.name = made.options.pop("name", None)
    return made


def _conflicts(field: ModelField, versions: Versions) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the options beside ``sa_column`` with which SQLModel raises, and those that it drops.

    It raises for those in one call. Of several calls one alone decides; what the others say of the column is dropped.
    """
    rejected: dict[str, None] = {}
    ignored: dict[str, None] = {}
    deciding = field.deciding_call()
    for call in field.calls:
        given = [name for name in COLUMN_OPTIONS if call.of_sqlmodel and _is_given(call, name)]
        beside = [name for name in given if name != "sa_column"]
        if len(beside) < len(given):
            always = () if versions.refuses_column_options(field.at.path) else _ALWAYS_REFUSED
            refused = [name for name in beside if not always or name in always]
            rejected.update(dict.fromkeys(refused))
            ignored.update(dict.fromkeys(name for name in beside if name not in refused))
        if deciding is not None and call is not deciding and "sa_column" in (*given, *deciding.options):
            ignored.update(dict.fromkeys(given))
    return tuple(rejected), tuple(name for name in ignored if name not in rejected)


def _is_given(call: FieldCall, name: str) -> bool:
    return call.options.get(name, UNKNOWN) is not UNKNOWN


def _is_optional(field: ModelField, versions: Versions) -> Maybe[bool]:
    optional = field.is_optional()
    if optional is False and (field.default is None or field.default is UNKNOWN):
        implicit = versions.has_implicit_optional(field.at.path)
        return implicit if field.default is None or not implicit else UNKNOWN
    return optional


def _options(field: ModelField, versions: Versions) -> dict[str, Value]:
    primary_key = field.option("primary_key")
    nullable = field.option("nullable")
    if nullable is MISSING:
        optional = _is_optional(field, versions)
        nullable = False if primary_key is True else optional
        if primary_key is UNKNOWN and optional is not False:
            nullable = UNKNOWN
    options: dict[str, Value] = {
        "primary_key": False if primary_key is MISSING else primary_key,
        "nullable": nullable,
        "index": _or_false(field.option("index")),
        "unique": _or_false(field.option("unique")),
    }
    default = field.factory if field.factory is not MISSING else field.default
    if default is not MISSING:
        options["default"] = default
    return options


def _or_false(value: Value) -> Value:
    return False if value is MISSING else value


def _add_foreign_key(made: ColumnValue, field: ModelField) -> None:
    target = field.option("foreign_key")
    if target is UNKNOWN:
        made.has_all_keys = False
    if target is UNKNOWN or target is MISSING or target is None or target == "":
        return
    rule = field.option("ondelete")
    named = {} if rule is MISSING else {"ondelete": rule}
    at = field.assigned.at if field.assigned is not None else field.at
    made.items.append(ForeignKeyValue(Arguments((target,), named), at))


def _type(evaluator: Evaluator, field: ModelField, versions: Versions) -> SqlType:
    given = field.option("sa_type")
    if given is not MISSING:
        return as_type(evaluator, given, field.at)
    cls = _python_type(field.type)
    if not isinstance(cls, ClassValue):
        return UNKNOWN_TYPE
    if ENUM in cls.mro:
        return enum_type(evaluator, cls, field.at)
    if any(text in cls.mro for text in _TEXTS):
        length = field.size("max_length")
        return _made(evaluator, "AutoString", field, {} if length in (MISSING, None) else {"length": length})
    if DATETIME in cls.mro:
        aware = NAIVE_DATETIME not in cls.mro and versions.has_aware_datetimes(field.at.path)
        return _made(evaluator, "UTCDateTime" if aware else "DateTime", field, {})
    for candidate, name in _PLAIN:
        if candidate in cls.mro:
            return _made(evaluator, name, field, {})
    return _other_type(evaluator, cls, field)


def _other_type(evaluator: Evaluator, cls: ClassValue, field: ModelField) -> SqlType:
    if CLASSES["decimal.Decimal"] in cls.mro:
        sizes = {"precision": field.size("max_digits"), "scale": field.size("decimal_places")}
        return _made(evaluator, "Numeric", field, {key: size for key, size in sizes.items() if size is not MISSING})
    if CLASSES["uuid.UUID"] in cls.mro:
        return _made(evaluator, "Uuid", field, {})
    return UNKNOWN_TYPE


def _made(evaluator: Evaluator, name: str, field: ModelField, named: dict[str, Value]) -> SqlType:
    made = TYPES[name].call(evaluator, Arguments((), named), field.at)
    return made if isinstance(made, SqlType) else UNKNOWN_TYPE


def _python_type(type_: Value) -> Value:
    """Return the class that decides the column type: the one beside None in a union, the origin of a generic."""
    if isinstance(type_, AnnotatedType):
        return _python_type(type_.type)
    if isinstance(type_, UnionType):
        rest = [arg for arg in type_.args if arg is not None]
        return _python_type(rest[0]) if len(rest) == 1 else UNKNOWN
    return type_.origin if isinstance(type_, Parametrized) else type_


__all__ = ["SchemaItem", "column_of_field"]
