"""What the majority of a project's tables do: which rules that goes against, and which options it asks for."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from tenantlint import rules
from tenantlint.names import is_camel_case, is_snake_case, snake_case
from tenantlint.record import Record
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

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
    """A rule that most of what it looks at goes against: ``lost`` of ``total`` things, and ``what`` they do."""

    code: str
    lost: int
    total: int
    what: str


# Styles of keys

_KEY_WORD: Final[dict[str, str]] = {"sqlmodel": "attributes", "drizzle": "keys"}


def key_styles(tables: Sequence[Table]) -> list[Entry]:
    """Propose camelCase keys over snake_case columns where most keys are."""
    styles = {orm: _style_of_keys([table for table in tables if table.orm == orm]) for orm in _KEY_WORD}
    for orm, counts in styles.items():
        if counts["camel"] > counts["snake"]:
            only = orm == "drizzle" and styles["sqlmodel"].total() > 0
            reason = (
                f"{counts['camel']} of {counts['camel'] + counts['snake']} {_KEY_WORD[orm]} of several words are "
                "camelCase over snake_case columns."
            )
            return [Entry("rules.NAM002", "drizzle-keys" if only else "keys", "camel", reason)]
    return []


def _style_of_keys(tables: Iterable[Table]) -> Counter[str]:
    """Count the keys of several words whose column is snake_case by their style."""
    counts: Counter[str] = Counter()
    for column in _declared(tables):
        if column.name is not UNKNOWN and "_" in column.name.strip("_") and is_snake_case(column.name):
            counts["snake" if is_snake_case(column.key) else "camel" if is_camel_case(column.key) else "other"] += 1
    return counts


def _declared(tables: Iterable[Table]) -> list[Column]:
    """Return the columns, those of a mixin once."""
    return list({column.at: column for table in tables for column in table.columns}.values())


# Standard fields

_CREATED: Final = (
    *("created_at", "created", "created_on", "created_time", "create_time", "create_date", "creation_date"),
    *("date_created", "created_date", "creation_time", "inserted_at"),
)
_UPDATED: Final = (
    *("updated_at", "updated", "updated_on", "updated_time", "update_time", "update_date", "date_updated"),
    *("updated_date", "modified_at", "modified", "modified_on", "date_modified", "last_modified", "last_updated"),
)
_TIMES: Final = (("STD002", _CREATED), ("STD003", _UPDATED))


def times(tables: Sequence[Table]) -> list[Entry]:
    """Propose the names that creation and change have in most tables, and NULL where most of them allow it."""
    return [entry for code, names in _TIMES for entry in _time(tables, code, names)]


def _time(tables: Sequence[Table], code: str, names: Sequence[str]) -> list[Entry]:
    columns = [(_snake(column), column) for table in tables for column in table.columns if _snake(column) in names]
    counts = Counter(name for name, _ in columns)
    entries = []
    used = [name for name, count in counts.most_common() if count > 1]
    if used and used != [names[0]]:
        listed = ", ".join(f"`{name}` {counts[name]} times" for name in used)
        entries.append(Entry(f"rules.{code}", "names", used, f"The tables have {listed}."))
    known = [column for name, column in columns if name in (used or names[:1]) and column.nullable is not UNKNOWN]
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
    counts = ", ".join(f"{count} are {name}" for name, count in types.most_common())
    reason = f"Of {types.total()} `id` keys, {counts}. The strict preset asks for uuid unless this lists others:"
    return [Entry("rules.STD001", "id-types", [name for name, _ in types.most_common()], reason, active=False)]


# Rules that the majority goes against


def names_against(tables: Sequence[Table]) -> list[Against]:
    """Return the naming rules that most of the names they look at go against."""
    columns = _declared(tables)
    found = []
    for code, asked, kept, what in _NAMES:
        names = [column.name for column in columns if column.name is not UNKNOWN and asked(column)]
        found.append(Against(code, sum(not kept(name) for name in names), len(names), what))
    return _most(found)


def rules_against(view: SchemaView) -> list[Against]:
    """Return the rules on habits that most tables or foreign keys go against."""
    totals = {
        "tables": len(view.tables),
        "foreign keys": sum(len(table.foreign_keys) for table in view.tables),
    }
    found = []
    for code, noun, what in _RULES:
        found.append(Against(code, len(rules.run(code, view)), totals[noun], f"{noun} {what}"))
    return _most(found)


_FEW: Final = 2


def _most(found: Iterable[Against]) -> list[Against]:
    return [each for each in found if each.lost * 2 > each.total and each.lost > _FEW]


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
    ("NAM003", "tables", "are not named in snake_case"),
    ("REL002", "foreign keys", "have no relation"),
    ("STD001", "tables", "are not keyed by `id`"),
    ("STD002", "tables", "do not say when a row was made"),
    ("STD003", "tables", "do not say when a row was changed"),
)
