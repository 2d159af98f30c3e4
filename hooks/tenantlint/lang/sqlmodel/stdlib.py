"""Classes of the standard library and of Pydantic that decide column types."""

from __future__ import annotations

from typing import Final

from tenantlint.lang.sqlmodel.builtins import DICT, INT, LIST, SET, STR, TUPLE
from tenantlint.lang.sqlmodel.objects import ClassValue

CLASSES: Final[dict[str, ClassValue]] = {}


def _define(module: str, name: str, *bases: ClassValue) -> ClassValue:
    cls = CLASSES[f"{module}.{name}"] = ClassValue(name, bases, module=module)
    return cls


_DATE: Final = _define("datetime", "date")
_DATETIME: Final = _define("datetime", "datetime", _DATE)
_define("datetime", "time")
_define("datetime", "timedelta")
_define("datetime", "tzinfo")
_define("decimal", "Decimal")
_UUID: Final = _define("uuid", "UUID")
ENUM: Final = _define("enum", "Enum")
_FLAG: Final = _define("enum", "Flag", ENUM)
_define("enum", "IntEnum", INT, ENUM)
_define("enum", "IntFlag", INT, _FLAG)
STR_ENUM: Final = _define("enum", "StrEnum", STR, ENUM)
for _name in ("IPv4Address", "IPv4Network", "IPv4Interface", "IPv6Address", "IPv6Network", "IPv6Interface"):
    _define("ipaddress", _name, *((CLASSES[f"ipaddress.{_name[:4]}Address"],) if _name.endswith("Interface") else ()))
_PURE_PATH: Final = _define("pathlib", "PurePath")
_define("pathlib", "Path", _PURE_PATH)
_define("abc", "ABC")
for _name in ("EmailStr", "SecretStr", "SecretBytes", "AnyUrl", "AnyHttpUrl", "HttpUrl", "PostgresDsn", "NameEmail"):
    _define("pydantic", _name)
for _name in ("AwareDatetime", "NaiveDatetime", "PastDatetime", "FutureDatetime"):
    _define("pydantic", _name, _DATETIME)
for _name in ("PastDate", "FutureDate"):
    _define("pydantic", _name, _DATE)

GENERIC_ALIASES: Final = {
    "List": LIST,
    "Dict": DICT,
    "Tuple": TUPLE,
    "Set": SET,
    "Type": ClassValue("type", module="builtins"),
    "Text": STR,
}
