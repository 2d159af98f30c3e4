"""What a rule is, and what it finds."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, ClassVar, Final, Literal, get_args, get_origin

from tenantlint.diagnostic import Diagnostic
from tenantlint.record import Record
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tenantlint.change import Fix
    from tenantlint.diagnostic import Severity
    from tenantlint.migration import History
    from tenantlint.schema import Column, Table
    from tenantlint.settings import Preset
    from tenantlint.source import Location
    from tenantlint.view import SchemaView


class Finding(Record):
    """One defect. ``subject`` names what has it, as ``users.email``, and ``text`` goes on from that name.

    ``table`` is the table that has it, None for what is a migration's. ``fix`` is a change that would end it.
    """

    at: Location
    table: Table | None
    subject: str
    text: str
    fix: Fix | None = None


def label(table: Table, column: Column | None = None) -> str:
    """Return how messages name a table or a column: as the database does where that is known."""
    name = table.symbol if table.name is UNKNOWN else table.name
    if column is None:
        return name
    return f"{name}.{column.key if column.name is UNKNOWN else column.name}"


class Rule:
    """The base of every rule. The docstring of a rule is its page: Markdown, with examples that the tests execute.

    Annotated class attributes that are not ClassVars are the rule's options; their names in kebab case are the keys
    in ``[tool.tenantlint.rules.<code>]``.
    """

    code: ClassVar[str]
    name: ClassVar[str]
    preset: ClassVar[Preset]
    severity: ClassVar[Severity] = "error"
    never_empty: ClassVar[tuple[str, ...]] = ()
    """The attributes of options that are lists and must have an item."""

    exempt_tables: tuple[str, ...] = ()

    def __init__(self, options: Mapping[str, object] | None = None) -> None:
        for attribute, value in (options or {}).items():
            setattr(self, attribute, value)

    def check_table(self, table: Table, view: SchemaView) -> Iterable[Finding]:
        """Return what is wrong with one table."""
        raise NotImplementedError

    def check(self, view: SchemaView) -> Iterator[Finding]:
        """Return what is wrong with the tables that the rule looks at. An exception tells of rule and table."""
        for table in view.tables:
            if not view.matches(table, self.exempt_tables):
                try:
                    yield from self.check_table(table, view)
                except Exception as error:
                    error.add_note(f"{self.code} failed on {table.symbol} in {table.at.path}")
                    raise


class MigrationRule(Rule):
    """The base of the rules on migrations. ``exempt_tables`` are patterns on the names of tables."""

    def check_history(self, history: History, view: SchemaView) -> Iterable[Finding]:
        """Return what is wrong with one history."""
        raise NotImplementedError

    def check(self, view: SchemaView) -> Iterator[Finding]:
        """Return what is wrong with the histories of the project; a script is not one."""
        for history in view.schema.histories:
            if history.kind != "script":
                try:
                    yield from self.check_history(history, view)
                except Exception as error:
                    error.add_note(f"{self.code} failed on the migrations of {history.path}")
                    raise


def diagnose(rule: Rule, findings: Iterable[Finding]) -> Iterator[Diagnostic]:
    """Return one diagnostic for each defect, also where a mixin or a shared object shows it in many tables."""
    places: dict[Location, dict[str, list[Finding]]] = {}
    for finding in findings:
        owner = finding.table.id if finding.table else ""
        places.setdefault(finding.at, {}).setdefault(owner, []).append(finding)
    for at, tables in places.items():
        _, first = min(tables.items(), key=lambda item: (item[1][0].subject, item[0]))
        others = len(tables) - 1
        more = f" (and {others} more table{'s' if others > 1 else ''})" if others else ""
        for finding in first:
            message = f"`{finding.subject}`{more} {finding.text}"
            yield Diagnostic(rule.code, rule.name, rule.severity, message, at, finding.fix)


class Option(Record):
    """An option of a rule: its key, the attribute that holds it, its type and its default."""

    key: str
    attribute: str
    hint: object
    default: object


def options(rule: type[Rule]) -> dict[str, Option]:
    """Return the options of a rule by key."""
    found: dict[str, Option] = {}
    for owner in reversed(rule.__mro__):
        names = vars(sys.modules[owner.__module__])
        for attribute, annotation in getattr(owner, "__annotations__", {}).items():
            if not annotation.startswith("ClassVar"):
                key = attribute.replace("_", "-")
                found[key] = Option(key, attribute, eval(annotation, names), getattr(rule, attribute))
    return found


def coerce(hint: object, value: object) -> object:
    """Return a TOML value as the type ``hint``. Raises TypeError, which says what was expected.

    A type is bool, str, ``tuple[str, ...]`` (in TOML a list, or one string), a Literal, or a union of those with None.
    """
    choices = get_args(hint)
    origin = get_origin(hint)
    if origin is tuple:
        value = [value] if isinstance(value, str) else value
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return tuple(value)
    elif origin is Literal:
        if value in choices:
            return value
    elif choices:
        return coerce(choices[0], value)
    elif isinstance(value, hint if isinstance(hint, type) else ()):
        return value
    raise TypeError(f"expected {_describe(hint)}, not {_describe_value(value)}")


_TYPE_NAMES: Final = {bool: "true or false", str: "a string", list: "a list", dict: "a table", int: "a number"}


def _describe(hint: object) -> str:
    if get_origin(hint) is Literal:
        *most, last = (f'"{choice}"' for choice in get_args(hint))
        return f"{', '.join(most)} or {last}"
    if get_origin(hint) is tuple:
        return "a list of strings"
    return _TYPE_NAMES[hint] if isinstance(hint, type) else str(hint)


def _describe_value(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else _TYPE_NAMES.get(type(value), f"{value}")


def page(rule: type[Rule]) -> str:
    """Return the page of a rule as Markdown that ends in a newline."""
    from inspect import cleandoc

    title = f"# {rule.name} ({rule.code})"
    facts = f"Preset: {rule.preset}. Severity: {rule.severity}."
    return f"{title}\n\n{facts}\n\n{cleandoc(rule.__doc__ or '')}\n"
