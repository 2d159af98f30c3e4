"""What the modules outside of a project export, as far as schemas use it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.lang.sqlmodel.builtins import BYTES, FLOAT, INT, STR, dict_of
from tenantlint.lang.sqlmodel.classes import AutoValue
from tenantlint.lang.sqlmodel.expressions import FUNCTIONS
from tenantlint.lang.sqlmodel.extension_types import PGVECTOR, SQLALCHEMY_UTILS
from tenantlint.lang.sqlmodel.fields import BASE_MODEL, Constraint, FieldCall, RelationshipCall
from tenantlint.lang.sqlmodel.models import DECLARED_ATTR, Models
from tenantlint.lang.sqlmodel.objects import (
    MAKERS,
    LibraryMember,
    NewTypeValue,
    SpecialForm,
    TypeVariable,
    annotated,
    made_by,
)
from tenantlint.lang.sqlmodel.patterns import PATTERNS
from tenantlint.lang.sqlmodel.schema_items import ITEMS
from tenantlint.lang.sqlmodel.sql_types import MUTABLE, TYPES
from tenantlint.lang.sqlmodel.stdlib import CLASSES, GENERIC_ALIASES
from tenantlint.lang.values import MISSING, Arguments, Builtin, External, FuncValue, Value
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from tenantlint.lang.evaluate import Evaluator
    from tenantlint.source import Location


class LibraryModule(External):
    """A module outside of the project, or something in it that may be a module."""

    def __init__(self, library: Library, module: str, name: str = "") -> None:
        super().__init__(module, name)
        self.library = library

    def get(self, name: str) -> Value:
        """Return what the module exports under ``name``, or its submodule."""
        return self.library.export(f"{self.module}.{self.name}" if self.name else self.module, name)

    def call(self, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
        """Return what a function makes that gives something else on every call; of others nothing is known."""
        return made_by(f"{self.module}.{self.name}", UNKNOWN)


class Library:
    """The modelled packages, with what is one project's own in them: SQLModel's metadata and the tables."""

    def __init__(self, models: Models) -> None:
        self._own: dict[str, Value] = {
            "SQLModel": models.sqlmodel,
            "Table": Builtin(models.core_table),
            "Index": Builtin(models.index),
            "event": models.events,
            **models.events.members,
        }

    def export(self, module: str, name: str | None) -> Value:
        """Return what ``from module import name`` brings; the module itself where ``name`` is None."""
        if name is None:
            return LibraryModule(self, module)
        known = CLASSES.get(f"{module}.{name}", MISSING)
        if known is not MISSING:
            return known
        package = module.partition(".")[0]
        if package in _WITH_TABLES and name in self._own:
            return self._own[name]
        if module in MAKERS:
            return LibraryMember(module, name)
        exports = _MODULES.get(package, {})
        return exports[name] if name in exports else LibraryModule(self, module, name)


def _field(of_sqlmodel: bool) -> Builtin:
    return Builtin(lambda evaluator, args, at: FieldCall(args, at, of_sqlmodel))


def _type_variable(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    name = args.get(0, "name")
    return TypeVariable(name if isinstance(name, str) else "?")


def _constraint(name: str) -> Builtin:
    return Builtin(lambda evaluator, args, at: Constraint(name, args))


def _constrained(base: Value, kind: str) -> Builtin:
    return Builtin(lambda evaluator, args, at: annotated(base, (Constraint(kind, args),)))


def _with(base: Value, kind: str) -> Value:
    return annotated(base, (Constraint(kind, Arguments()),))


def _argument(position: int) -> Builtin:
    return Builtin(lambda evaluator, args, at: args.get(position))


def _decorator(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    """Return what a decorator that changes nothing gives, with or without arguments of its own."""
    first = args.get(0, default=None)
    return first if isinstance(first, FuncValue) and not args.named else _argument(0)


FORMS: Final = {
    name: SpecialForm(name)
    for name in (
        "Optional Union Annotated Literal ClassVar Final Generic Protocol Any Callable Required NotRequired Self "
        "ReadOnly Mapped Sequence Iterable Mapping"
    ).split()
}

_TYPING: Final[dict[str, Value]] = {
    **FORMS,
    **GENERIC_ALIASES,
    "TypeVar": Builtin(_type_variable),
    "NewType": Builtin(lambda evaluator, args, at: NewTypeValue(args.get(1))),
    "TYPE_CHECKING": False,
    "cast": _argument(1),
    "final": _argument(0),
    "runtime_checkable": _argument(0),
}

_SQLALCHEMY: Final[dict[str, Value]] = {
    **FUNCTIONS,
    **TYPES,
    **ITEMS,
    **MUTABLE,
    "declared_attr": DECLARED_ATTR,
    "Mapped": FORMS["Mapped"],
}

_ANNOTATED_TYPES: Final[dict[str, Value]] = {
    name: _constraint(name) for name in ("MaxLen", "MinLen", "Len", "Ge", "Gt", "Le", "Lt", "Interval", "MultipleOf")
}

_PYDANTIC: Final[dict[str, Value]] = {
    "BaseModel": BASE_MODEL,
    "Field": _field(of_sqlmodel=False),
    "ConfigDict": Builtin(dict_of),
    **{
        name: _constraint(name)
        for name in (
            "AfterValidator BeforeValidator PlainValidator WrapValidator StringConstraints PlainSerializer "
            "WrapSerializer SkipValidation WithJsonSchema Strict AllowInfNan Discriminator Tag"
        ).split()
    },
    "constr": _constrained(STR, "StringConstraints"),
    "conint": _constrained(INT, "Interval"),
    "confloat": _constrained(FLOAT, "Interval"),
    "conbytes": _constrained(BYTES, "Interval"),
    "condecimal": _constrained(CLASSES["decimal.Decimal"], "Interval"),
    "condate": _constrained(CLASSES["datetime.date"], "Interval"),
    **{name: _with(INT, "Interval") for name in ("PositiveInt", "NegativeInt", "NonNegativeInt", "NonPositiveInt")},
    **{
        name: _with(FLOAT, "Interval")
        for name in ("PositiveFloat", "NegativeFloat", "NonNegativeFloat", "NonPositiveFloat", "FiniteFloat")
    },
    "StrictStr": _with(STR, "Strict"),
    "StrictInt": _with(INT, "Strict"),
    "StrictFloat": _with(FLOAT, "Strict"),
    **{f"UUID{version}": _with(CLASSES["uuid.UUID"], "UuidVersion") for version in range(1, 9)},
}

_SQLMODEL: Final[dict[str, Value]] = {
    **_SQLALCHEMY,
    "Field": _field(of_sqlmodel=True),
    "Relationship": Builtin(lambda evaluator, args, at: RelationshipCall(args, at)),
}

_WITH_TABLES: Final = frozenset({"sqlmodel", "sqlalchemy"})
_MODULES: Final[dict[str, dict[str, Value]]] = {
    "sqlmodel": _SQLMODEL,
    "sqlalchemy": _SQLALCHEMY,
    "sqlalchemy_utils": SQLALCHEMY_UTILS,
    "pgvector": PGVECTOR,
    "pydantic": _PYDANTIC,
    "annotated_types": _ANNOTATED_TYPES,
    "typing": _TYPING,
    "typing_extensions": _TYPING,
    "enum": {"auto": Builtin(lambda evaluator, args, at: AutoValue()), "unique": _argument(0)},
    "re": PATTERNS,
    "functools": {"cache": _argument(0), "lru_cache": Builtin(_decorator), "wraps": Builtin(lambda *_: _argument(0))},
}
