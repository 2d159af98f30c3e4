"""Column types of packages that extend SQLAlchemy: sqlalchemy-utils and pgvector."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.lang.sqlmodel.objects import ClassValue
from tenantlint.lang.sqlmodel.sql_types import TYPE_ENGINE, as_type, fixed, sized, type_class
from tenantlint.schema import UNKNOWN, Maybe

if TYPE_CHECKING:
    from tenantlint.lang.evaluate import Evaluator
    from tenantlint.lang.sqlmodel.sql_types import Render
    from tenantlint.lang.values import Arguments, Value
    from tenantlint.source import Location


def _limited(default: int, position: int | None = 0, name: str = "max_length") -> Render:
    """Render a string that is as long as the argument says, ``default`` where it is not given."""

    def render(args: Arguments) -> Maybe[str]:
        length = args.get(position, name, default)
        return f"VARCHAR({length})" if isinstance(length, int) else UNKNOWN

    return render


def _uuid(args: Arguments) -> Maybe[str]:
    binary, native = args.get(0, "binary", True), args.get(1, "native", True)
    if not isinstance(binary, bool) or not isinstance(native, bool):
        return UNKNOWN
    return "UUID" if native else ("BINARY(16)" if binary else "VARCHAR(32)")


def _choice(cls: ClassValue, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    """Make a ChoiceType: the ``impl`` that it is given, or else a string."""
    impl = args.get(1, "impl", None)
    return as_type(evaluator, _CHOICE_STRING if impl is None else impl, at)


_CHOICE_STRING: Final = type_class("ChoiceType", fixed("VARCHAR(255)"))
_CHOICE: Final = ClassValue("ChoiceType", (TYPE_ENGINE,), module="sqlalchemy_utils")
_CHOICE.constructor = _choice

_UTILS: Final[dict[str, Render]] = {
    "ArrowType": fixed("TIMESTAMP WITHOUT TIME ZONE"),
    "ColorType": _limited(20),
    "CountryType": fixed("VARCHAR(2)"),
    "CurrencyType": fixed("VARCHAR(3)"),
    "EmailType": _limited(255, name="length"),
    "IPAddressType": _limited(50),
    "JSONType": fixed("JSON"),
    "LocaleType": fixed("VARCHAR(10)"),
    "LtreeType": fixed("LTREE"),
    "PhoneNumberType": _limited(20, 1),
    "ScalarListType": fixed("TEXT"),
    "StringEncryptedType": sized("VARCHAR", None),
    "TSVectorType": fixed("TSVECTOR"),
    "TimezoneType": fixed("VARCHAR(50)"),
    "URLType": fixed("TEXT"),
    "UUIDType": _uuid,
}
_VECTORS: Final[dict[str, Render]] = {
    **dict.fromkeys(("VECTOR", "Vector"), sized("VECTOR", 0, "dim")),
    "HALFVEC": sized("HALFVEC", 0, "dim"),
    "SPARSEVEC": sized("SPARSEVEC", 0, "dim"),
}

SQLALCHEMY_UTILS: Final[dict[str, Value]] = {
    **{name: type_class(name, render) for name, render in _UTILS.items()},
    "ChoiceType": _CHOICE,
}
PGVECTOR: Final[dict[str, Value]] = {name: type_class(name, render) for name, render in _VECTORS.items()}
