"""``tenantlint init``: a configuration that fits what the majority of a project's tables do, with the reasons."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from tenantlint.names import is_camel_case, is_snake_case, plurals, snake_case
from tenantlint.record import Record, replace
from tenantlint.schema import UNKNOWN
from tenantlint.settings import FRAMEWORK_TABLES

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Sequence

    from tenantlint.schema import Column, Schema, Table

TENANT_NAMES: Final[tuple[str, ...]] = (
    "tenant_id",
    "organization_id",
    "organisation_id",
    "org_id",
    "workspace_id",
    "team_id",
    "account_id",
    "company_id",
)
"""What teams call the column of the tenant."""

TEST_FOLDERS: Final = frozenset({"test", "tests", "__tests__", "testing", "e2e", "spec", "specs", "fixtures"})

_SIGN_IN_TABLES: Final = {
    "session": {"token", "session_token", "expires", "expires_at"},
    "account": {"provider", "provider_id", "provider_account_id"},
    "verification": {"identifier", "token"},
    "verification_token": {"identifier", "token"},
    "user": {"email_verified"},
}
"""The tables of Auth.js and better-auth by one of the columns that give them away."""

_PREFIXES: Final = ("is_", "has_", "can_")
_FEW: Final = 2
_SHARE: Final = 0.2
_LARGE_SHARE: Final = 0.4
_MORE: Final = 0.1


class Entry(Record):
    """One line of the configuration: ``section`` ("" or ``rules.CODE``), key, value, and why it is proposed.

    An entry that is not ``active`` is written as a comment, for the reader to decide.
    """

    section: str
    key: str
    value: str | list[str]
    reason: str
    active: bool = True


_HEAD: Final = """\
# tenantlint init wrote this from what the majority of the tables do. Each line has its reason; change what is wrong.
# The keys are explained in tenantlint's README, and `tenantlint rule CODE` prints the page of a rule.

"""


def document(schema: Schema, asked: Container[str]) -> str:
    """Return the configuration for the files in ``asked``, as TOML."""
    tables = tuple(table for table in schema.tables if table.at.path in asked)
    entries = propose(replace(schema, tables=tables))
    if not tables:
        return f"{_HEAD}# No table was found here, so there is nothing to propose: all defaults hold.\n"
    return _HEAD + render(entries)


def propose(schema: Schema) -> list[Entry]:
    """Return what to write into the configuration of a project with this schema, in order."""
    tables = [table for table in schema.tables if table.name not in FRAMEWORK_TABLES]
    tested = [table for table in tables if _in_tests(table)]
    own = [table for table in tables if table not in tested]
    columns = _tenant_columns(own)
    ignored = _ignored(own)
    return [
        *_tenant_entries(own, columns),
        *_test_entries(tested),
        *ignored,
        *_row_security(schema, own, bool(columns), ignored),
        *_sign_in_tables(own, columns),
        *_keys(own),
        *_ids(own),
    ]


def render(entries: Iterable[Entry]) -> str:
    """Return the entries as a TOML document, each below the reason for it."""
    sections: dict[str, list[Entry]] = {"": []}
    for entry in entries:
        sections.setdefault(entry.section, []).append(entry)
    parts = []
    for section, members in sections.items():
        head = [f"[{section}]"] if section else []
        parts.append("\n".join([*head, *map(_line, members)]) if members else "")
    return "\n\n".join(part for part in parts if part) + "\n"


def _line(entry: Entry) -> str:
    mark = "" if entry.active else "# "
    return f"# {entry.reason}\n{mark}{entry.key} = {_toml(entry.value)}"


def _toml(value: str | list[str]) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_toml(item) for item in value)}]"
    from json import dumps

    return dumps(value, ensure_ascii=False)


# The tenant


def _tenant_columns(tables: Sequence[Table]) -> list[tuple[str, set[str]]]:
    """Return the names of the tenant's column with the ids of the tables that have it, the outermost tenant first."""
    having: dict[str, set[str]] = {}
    for table in tables:
        for column in table.columns:
            name = snake_case(column.key if column.name is UNKNOWN else column.name)
            if name.endswith("_id") and (name not in ("account_id", "user_id") or _references(table, column, name)):
                having.setdefault(name, set()).add(table.id)
    named: dict[str, set[str]] = {name: having[name] for name in TENANT_NAMES if name in having}
    enough = max(_FEW, _SHARE * len(tables))
    first = _most(named) if named else ""
    if not first or len(named[first]) < enough:
        return _by_structure(tables, having)
    chosen, covered = [first], set(named[first])
    for name in sorted(named, key=lambda each: -len(named[each])):
        more = named[name] - covered
        if name != first and len(more) >= max(_FEW, _MORE * len(tables)):
            chosen.append(name)
            covered |= more
    outermost = sorted(chosen, key=lambda name: _depth(name, chosen, tables))
    return [(name, named[name]) for name in outermost]


def _most(having: dict[str, set[str]]) -> str:
    return max(having, key=lambda name: len(having[name]))


def _by_structure(tables: Sequence[Table], having: dict[str, set[str]]) -> list[tuple[str, set[str]]]:
    """Return the one column that most tables have, where it references the same table in all of them."""
    enough = max(_FEW + 1, _LARGE_SHARE * len(tables))
    for name in sorted(having, key=lambda each: (each == "user_id", -len(having[each]))):
        targets = {target for table in tables if table.id in having[name] for target in _targets(table, name)}
        if len(having[name]) >= enough and len(targets) == 1:
            return [(name, having[name])]
    return []


def _targets(table: Table, name: str) -> set[str]:
    return {
        key.target_id
        for key in table.foreign_keys
        if isinstance(key.target_id, str) and key.columns is not UNKNOWN and [*map(_snake, key.columns)] == [name]
    }


def _snake(name: object) -> str:
    return snake_case(name) if isinstance(name, str) else ""


def _references(table: Table, column: Column, name: str) -> bool:
    """Tell whether the column is a foreign key: ``account_id`` of a sign-in table is the account at another service."""
    return bool(_targets(table, name)) or any(
        relation.columns is not UNKNOWN and relation.columns == (column.name,) for relation in table.relations
    )


def _depth(name: str, chosen: Sequence[str], tables: Sequence[Table]) -> int:
    """Return how many of the other tenants the tenant of ``name`` lies within."""
    noun = name.removesuffix("_id")
    nouns = {noun, *plurals(noun)}
    own = next((table for table in tables if _table_name(table) in nouns), None)
    columns = {snake_case(column.key) for column in own.columns} if own else set()
    return sum(other in columns for other in chosen if other != name)


def _tenant_entries(tables: Sequence[Table], columns: list[tuple[str, set[str]]]) -> list[Entry]:
    if not columns:
        reason = (
            f"None of the usual names ({', '.join(TENANT_NAMES[:5])}, ...) is in a fifth of the {len(tables)} tables: "
            "name the column that holds the tenant of a row."
        )
        return [Entry("", "tenant-column", ["tenant_id"], reason, active=False)]
    counts = ", ".join(f"{len(having)} have `{name}`" for name, having in columns)
    reason = f"Of {_count(tables, 'table')}, {counts}."
    if columns[0][0] == "user_id":
        reason += " No other column is shared so widely: each user seems to be a tenant."
    return [Entry("", "tenant-column", [name for name, _ in columns], reason)]


def _sign_in_tables(tables: Sequence[Table], columns: list[tuple[str, set[str]]]) -> list[Entry]:
    """Propose to ask no tenant of the tables that sign people in: these are read before the tenant is known."""
    having = set[str]().union(*(ids for _, ids in columns))
    found = sorted({_name(table) for table in tables if table.id not in having and _signs_in(table)})
    if not found:
        return []
    reason = "They sign people in, which happens before the tenant is known."
    return [Entry("rules.TEN001", "exempt-tables", found, reason)]


def _signs_in(table: Table) -> bool:
    name = _table_name(table)
    columns = {snake_case(column.key) for column in table.columns}
    return any(name in (noun, *plurals(noun)) and marks & columns for noun, marks in _SIGN_IN_TABLES.items())


def _row_security(schema: Schema, tables: Sequence[Table], tenants: bool, ignored: list[Entry]) -> list[Entry]:
    """Propose nothing where row level security is in use; else show how to put it off."""
    everywhere = (*tables, *(table for history in schema.histories for table in history.tables))
    in_use = any(table.policies or table.rls.enabled is not False for table in everywhere)
    if in_use or not tenants or all(table.dialect != "postgresql" for table in tables):
        return []
    codes = [*(code for entry in ignored for code in entry.value), "RLS", "MIG005"]
    reason = "Nothing here enables row level security. To adopt it later, ignore its rules until then:"
    return [Entry("", "ignore", codes, reason, active=False)]


# Names


def _keys(tables: Sequence[Table]) -> list[Entry]:
    styles = {orm: _style_of_keys([table for table in tables if table.orm == orm]) for orm in ("sqlmodel", "drizzle")}
    camel = {orm: counts for orm, counts in styles.items() if counts["camel"] > counts["snake"]}
    entries = []
    for orm, counts in camel.items():
        only = orm == "drizzle" and sum(styles["sqlmodel"].values()) > 0 and "sqlmodel" not in camel
        reason = (
            f"{counts['camel']} of {counts['camel'] + counts['snake']} {_KEY_WORD[orm]} of several words are camelCase "
            "over snake_case columns."
        )
        entries.append(Entry("rules.NAM002", "drizzle-keys" if only else "keys", "camel", reason))
    return entries[:1]


_KEY_WORD: Final[dict[str, str]] = {"sqlmodel": "attributes", "drizzle": "keys"}


def _style_of_keys(tables: Iterable[Table]) -> Counter[str]:
    """Count the keys of several words whose column is snake_case by their style."""
    counts: Counter[str] = Counter()
    for column in {column.at: column for table in tables for column in table.columns}.values():
        if column.name is not UNKNOWN and "_" in column.name.strip("_") and is_snake_case(column.name):
            counts["snake" if is_snake_case(column.key) else "camel" if is_camel_case(column.key) else "other"] += 1
    return counts


def _ignored(tables: Sequence[Table]) -> list[Entry]:
    """Propose to ignore the naming rules that the majority of the names go against."""
    columns = list({column.at: column for table in tables for column in table.columns}.values())
    against = [(code, *_votes(columns, asked, kept), what) for code, asked, kept, what in _HABITS]
    codes = [(code, lost, kept, what) for code, lost, kept, what in against if lost > kept and lost > _FEW]
    if not codes:
        return []
    reasons = "; ".join(f"{code}: {lost} of {lost + kept} {what}" for code, lost, kept, what in codes)
    return [Entry("", "ignore", [code for code, *_ in codes], f"The majority goes against them. {reasons}.")]


def _votes(columns: Iterable[Column], asked: Callable[[Column], bool], kept: Callable[[str], bool]) -> tuple[int, int]:
    names = [column.name for column in columns if column.name is not UNKNOWN and asked(column)]
    right = sum(kept(name) for name in names)
    return len(names) - right, right


def _has_words(column: Column) -> bool:
    return column.name is not UNKNOWN and snake_case(column.name).strip("_").find("_") > 0


def _is_email(column: Column) -> bool:
    name = _snake(column.name)
    return name.endswith(("email", "email_address")) and name.split("_")[-1] in ("email", "address")


def _is_phone(column: Column) -> bool:
    return _snake(column.name) in ("phone", "phone_number")


_HABITS: Final[tuple[tuple[str, Callable[[Column], bool], Callable[[str], bool], str], ...]] = (
    ("NAM001", _has_words, is_snake_case, "columns of several words are not snake_case"),
    (
        "NAM004",
        lambda column: column.type == "boolean",
        lambda name: snake_case(name).startswith(_PREFIXES),
        "boolean columns have no prefix",
    ),
    ("NAM005", _is_email, lambda name: snake_case(name).endswith("email_address"), "email columns have no suffix"),
    ("NAM006", _is_phone, lambda name: snake_case(name) == "phone_number", "phone columns have no suffix"),
)


# The rest


def _ids(tables: Sequence[Table]) -> list[Entry]:
    types: Counter[str] = Counter()
    for table in tables:
        key = table.primary_key
        column = table.column("id")
        if column is not None and key is not UNKNOWN and key == ("id",) and column.type is not UNKNOWN:
            types[column.type.split("(")[0]] += 1
    if not types or types.most_common(1)[0][0] == "uuid":
        return []
    most, count = types.most_common(1)[0]
    kinds = [most, *(["uuid"] if types["uuid"] else [])]
    reason = f"{count} of {sum(types.values())} `id` keys are {most}."
    return [Entry("rules.STD001", "id-types", kinds, reason)]


def _test_entries(tested: Sequence[Table]) -> list[Entry]:
    folders = sorted({folder for table in tested for folder in _test_folder(table)})
    if not folders:
        return []
    reason = f"{_count(tested, 'table')} of tests: nobody's rows are in them."
    return [Entry("", "extend-exclude", folders, reason)]


def _in_tests(table: Table) -> bool:
    return bool(_test_folder(table))


def _test_folder(table: Table) -> list[str]:
    """Return the folder of tests that declares the table, as a pattern, where there is one."""
    parts = table.at.path.split("/")[:-1]
    for index, part in enumerate(parts):
        if part.lower() in TEST_FOLDERS:
            return ["/" + "/".join(parts[: index + 1])]
    return []


def _name(table: Table) -> str:
    return table.symbol if table.name is UNKNOWN else table.name


def _table_name(table: Table) -> str:
    return snake_case(_name(table))


def _count(things: Sequence[object], noun: str) -> str:
    return f"{len(things)} {noun}{'' if len(things) == 1 else 's'}"
