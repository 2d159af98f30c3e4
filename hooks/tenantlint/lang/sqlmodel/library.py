"""What the modules outside of a project export, as far as schemas use it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.lang.sqlmodel.classes import AutoValue
from tenantlint.lang.sqlmodel.fields import BASE_MODEL, SQLMODEL, Constraint, FieldCall, RelationshipCall
from tenantlint.lang.sqlmodel.models import DECLARED_ATTR
from tenantlint.lang.sqlmodel.objects import NewTypeValue, SpecialForm, TypeVariable, annotated
from tenantlint.lang.sqlmodel.builtins import BYTES, FLOAT, INT, STR
from tenantlint.lang.sqlmodel.schema_items import EXPRESSION, ITEMS
from tenantlint.lang.sqlmodel.sql_types import MUTABLE, TYPES
from tenantlint.lang.sqlmodel.stdlib import CLASSES, GENERIC_ALIASES
from tenantlint.lang.values import MISSING, Arguments, Builtin, External, Native, Value

if TYPE_CHECKING:
    from tenantlint.lang.evaluate import Evaluator
    from tenantlint.source import Location

FORMS: Final = {
    name: SpecialForm(name)
    for name in (
        "Optional Union Annotated Literal ClassVar Final Generic Protocol Any Callable Required NotRequired Self "
        "Mapped Sequence Iterable Mapping"
    ).split()
}


def _field(of_sqlmodel: bool) -> Builtin:
    return Builtin(lambda evaluator, args, at: FieldCall(args, at, of_sqlmodel))


def _type_variable(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    name = args.get(0, "name")
    return TypeVariable(name if isinstance(name, str) else "?")


def _constraint(name: str) -> Builtin:
    return Builtin(lambda evaluator, args, at: Constraint(name, args))


def _constrained(base: Value, kind: str) -> Builtin:
    return Builtin(lambda evaluator, args, at: annotated(base, (Constraint(kind, args),)))


def _same(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    return args.get(0)


def _cast(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    return args.get(1)


class LibraryModule(External):
    """A module outside of the project, or something in it that may be a module."""

    def get(self, name: str) -> Value:
        """Return what the module exports under ``name``, or its submodule."""
        return external(f"{self.module}.{self.name}" if self.name else self.module, name)


class _Functions(Native):
    """``sqlalchemy.func``: every name is a function that makes an expression."""

    def get(self, name: str) -> Value:
        """Return a function."""
        return EXPRESSION


_TYPING: Final[dict[str, Value]] = {
    **FORMS,
    **GENERIC_ALIASES,
    "TypeVar": Builtin(_type_variable),
    "NewType": Builtin(lambda evaluator, args, at: NewTypeValue(args.get(1))),
    "TYPE_CHECKING": False,
    "cast": Builtin(_cast),
    "final": Builtin(_same),
    "runtime_checkable": Builtin(_same),
}

_SQLALCHEMY: Final[dict[str, Value]] = {
    **TYPES,
    **ITEMS,
    **MUTABLE,
    "declared_attr": DECLARED_ATTR,
    "Mapped": FORMS["Mapped"],
    "func": _Functions(),
    **{name: EXPRESSION for name in ("text", "literal_column", "true", "false", "null", "desc", "asc", "cast", "literal")},
}

_ANNOTATED_TYPES: Final[dict[str, Value]] = {
    name: _constraint(name) for name in ("MaxLen", "MinLen", "Len", "Ge", "Gt", "Le", "Lt", "Interval", "MultipleOf")
}

_PYDANTIC: Final[dict[str, Value]] = {
    "BaseModel": BASE_MODEL,
    "Field": _field(False),
    "ConfigDict": Builtin(lambda evaluator, args, at: _mapping(evaluator, args, at)),
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
    "PositiveInt": annotated(INT, (Constraint("Gt", Arguments((0,))),)),
    "NegativeInt": annotated(INT, (Constraint("Lt", Arguments((0,))),)),
    "NonNegativeInt": annotated(INT, (Constraint("Ge", Arguments((0,))),)),
    "NonPositiveInt": annotated(INT, (Constraint("Le", Arguments((0,))),)),
    "PositiveFloat": annotated(FLOAT, (Constraint("Gt", Arguments((0,))),)),
    "NonNegativeFloat": annotated(FLOAT, (Constraint("Ge", Arguments((0,))),)),
    "StrictStr": annotated(STR, (Constraint("Strict", Arguments()),)),
    "StrictInt": annotated(INT, (Constraint("Strict", Arguments()),)),
    "StrictFloat": annotated(FLOAT, (Constraint("Strict", Arguments()),)),
    **{f"UUID{version}": annotated(CLASSES["uuid.UUID"], (Constraint("UuidVersion", Arguments()),)) for version in (1, 3, 4, 5)},
}


def _mapping(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    from tenantlint.lang.sqlmodel.builtins import BUILTINS

    return evaluator.call(BUILTINS["dict"], args, at)


_SQLMODEL: Final[dict[str, Value]] = {
    **_SQLALCHEMY,
    "SQLModel": SQLMODEL,
    "Field": _field(True),
    "Relationship": Builtin(lambda evaluator, args, at: RelationshipCall(args, at)),
}

_MODULES: Final[dict[str, dict[str, Value]]] = {
    "sqlmodel": _SQLMODEL,
    "sqlalchemy": _SQLALCHEMY,
    "pydantic": _PYDANTIC,
    "annotated_types": _ANNOTATED_TYPES,
    "typing": _TYPING,
    "typing_extensions": _TYPING,
    "collections": {},
    "enum": {"auto": Builtin(lambda evaluator, args, at: AutoValue()), "unique": Builtin(_same)},

}



def external(module: str, name: str | None) -> Value:
    """Return what ``from module import name`` brings; the module itself where ``name`` is None."""
    if name is None:
        return LibraryModule(module)
    known = CLASSES.get(f"{module}.{name}", MISSING)
    if known is not MISSING:
        return known
    table = _MODULES.get(module.partition(".")[0], {})
    return table[name] if name in table else LibraryModule(module, name)
