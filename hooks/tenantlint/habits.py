"""What the majority of a project's tables do: which rules that goes against, and which options it asks for."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from tenantlint import rules
from tenantlint.names import is_camel_case, is_snake_case, snake_case
from tenantlint.prescribed import prescribed_columns
from tenantlint.record import Record
from tenantlint.rules._row_times import CHANGE, CREATION, is_named_as_time
from tenantlint.rules._standard_fields import find
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from tenantlint.diagnostic import Diagnostic
    from tenantlint.schema import Column, Table
    from tenantlint.view import SchemaView


class Entry(Record):
    """One line of a configuration: ``section`` ("" or ``rules.CODE``), key, value, and why it is proposed.

    An entry that is not ``active`` is written as a comment, for the reader to decide.
    """

    section: str
    key: str
    value: str | bool | list[str]
    reason: str
    active: bool = True


class Against(Record):
    """A rule that the project does not keep: ``lost`` of the ``total`` things it looks at, and ``what`` they do."""

    code: str
    lost: int
    total: int
    what: str


# Styles of keys

_KEY_WORD: Final[dict[str, str]] = {"sqlmodel": "attributes", "drizzle": "keys"}


def key_styles(tables: Sequence[Table]) -> list[Entry]:
    """Propose camelCase keys where most of the project's own keys are."""
    styles = {orm: _style_of_keys([table for table in tables if table.orm == orm]) for orm in _KEY_WORD}
    for orm, counts in styles.items():
        if counts["camel"] > counts["snake"]:
            only = orm == "drizzle" and styles["sqlmodel"].total() > 0
            total = counts["camel"] + counts["snake"]
            reason = f"{counts['camel']} of {total} {_KEY_WORD[orm]} of several words are camelCase."
            return [Entry("rules.NAM002", "drizzle-keys" if only else "keys", "camel", reason)]
    return []


def _style_of_keys(tables: Iterable[Table]) -> Counter[str]:
    """Count the keys of several words by their style."""
    counts: Counter[str] = Counter()
    for column in _declared(tables):
        if "_" in snake_case(column.key).strip("_"):
            counts["snake" if is_snake_case(column.key) else "camel" if is_camel_case(column.key) else "other"] += 1
    return counts


def _declared(tables: Iterable[Table]) -> list[Column]:
    """Return the columns that the project itself names, those of a mixin once."""
    tables = list(tables)
    prescribed = prescribed_columns(tables)
    named = (
        (column.at, column)
        for table in tables
        for column in table.columns
        if column.key not in prescribed.get(table.id, ())
    )
    return list(dict(named).values())


# Standard fields

_STANDARD: Final = {"STD002": "created_at", "STD003": "updated_at"}
_TIMES: Final = (("STD002", CREATION), ("STD003", CHANGE))


def times(tables: Sequence[Table]) -> list[Entry]:
    """Propose the names that creation and change have in most tables, and NULL where most of them allow it."""
    return [entry for code, verbs in _TIMES for entry in _time(tables, code, verbs)]


def _time(tables: Sequence[Table], code: str, verbs: frozenset[str]) -> list[Entry]:
    standard = _STANDARD[code]
    own = (column for table in tables for column in table.columns)
    columns = [(_snake(column), column) for column in own if is_named_as_time(column, verbs)]
    counts = Counter(name for name, _ in columns)
    entries = []
    used = [name for name, count in counts.most_common() if count > 1]
    if used and used != [standard]:
        listed = ", ".join(f"`{name}` {counts[name]} times" for name in used)
        entries.append(Entry(f"rules.{code}", "names", used, f"The tables have {listed}."))
    known = [column for each, column in columns if each in (used or [standard]) and column.nullable is not UNKNOWN]
    nullable = sum(column.nullable is True for column in known)
    if nullable * 2 > len(known):
        reason = f"{nullable} of these {len(known)} columns may be NULL."
        entries.append(Entry(f"rules.{code}", "nullable", True, reason))
    return entries


def id_types(tables: Sequence[Table]) -> list[Entry]:
    """Show the types of the ids where they are no uuids, for those who choose the strict preset."""
    types: Counter[str] = Counter()
    for table in tables:
        column = table.column("id")
        if column is not None and column.primary_key is True and column.type is not UNKNOWN:
            types[column.type.split("(")[0]] += 1
    if not types or set(types) == {"uuid"}:
        return []
    counts = ", ".join(f"{count} {'is' if count == 1 else 'are'} {name}" for name, count in types.most_common())
    reason = f"Of {types.total()} `id` keys, {counts}. The strict preset asks for uuid unless this lists others:"
    return [Entry("rules.STD001", "id-types", [name for name, _ in types.most_common()], reason, active=False)]


# Rules that the majority goes against


def names_against(view: SchemaView) -> list[Against]:
    """Return the naming rules that the project does not keep."""
    own = ((table, column) for table in view.tables for column in table.columns)
    columns = list({column.at: column for table, column in own if not view.is_prescribed(table, column)}.values())
    found = []
    for code, asked, kept, what in _NAMES:
        names = [column.name for column in columns if column.name is not UNKNOWN and asked(column)]
        found.append(Against(code, sum(not kept(name) for name in names), len(names), what))
    several = [name for table in view.tables if (name := table.name) is not UNKNOWN and "_" in snake_case(name)]
    lost = sum(not is_snake_case(name) for name in several)
    found.append(Against("NAM003", lost, len(several), "table names of several words are not snake_case"))
    return _most(sorted(found, key=lambda each: each.code))


def rules_against(view: SchemaView) -> list[Against]:
    """Return the rules on tables that the project does not keep."""
    own = [table for table in view.tables if not view.is_of_login_library(table)]
    found = []
    for code, what in _RULES:
        lost = rules.run(code, view)
        total = _asked(own, _names(view, code), lost) if code in _STANDARD else len(own)
        found.append(Against(code, len(lost), total, f"tables {what}"))
    return _most(found)


def _names(view: SchemaView, code: str) -> tuple[str, ...]:
    names = view.settings.options.get(code, {}).get("names")
    return names if isinstance(names, tuple) else (_STANDARD[code],)


def _asked(tables: Iterable[Table], names: tuple[str, ...], lost: Iterable[Diagnostic]) -> int:
    """Return how many tables have the column, or are asked for it."""
    places = {each.at for each in lost}
    return sum(
        find(table, names) is not None or not places.isdisjoint((table.at, *(column.at for column in table.columns)))
        for table in tables
    )


_FEW: Final = 2
_SHARE: Final = 4


def _most(found: Iterable[Against]) -> list[Against]:
    """Return those that a quarter goes against, or all: a rule that most keep is the project's own standard."""
    return [
        each for each in found if each.lost and (each.lost == each.total or each.lost > max(_FEW, each.total / _SHARE))
    ]


def _snake(column: Column) -> str:
    return snake_case(column.key if column.name is UNKNOWN else column.name)


def _is_email(column: Column) -> bool:
    name = _snake(column)
    return name.endswith(("email", "email_address")) and name.split("_")[-1] in ("email", "address")


_PREFIXES: Final = ("is_", "has_", "can_")
_NAMES: Final[tuple[tuple[str, Callable[[Column], bool], Callable[[str], bool], str], ...]] = (
    (
        "NAM001",
        lambda column: "_" in _snake(column).strip("_"),
        is_snake_case,
        "columns of several words are not snake_case",
    ),
    (
        "NAM004",
        lambda column: column.type == "boolean",
        lambda name: snake_case(name).startswith(_PREFIXES),
        "boolean columns have no prefix",
    ),
    ("NAM005", _is_email, lambda name: snake_case(name).endswith("email_address"), "email columns have no suffix"),
    (
        "NAM006",
        lambda column: _snake(column) in ("phone", "phone_number"),
        lambda name: snake_case(name) == "phone_number",
        "phone columns have no suffix",
    ),
)
_RULES: Final = (
    ("STD001", "are not keyed by `id`"),
    ("STD002", "do not say when a row was made"),
    ("STD003", "do not say when a row was changed"),
)
