"""Which column holds the tenant of a row, by majority, and which tables have none for a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.habits import Entry
from tenantlint.names import plurals, snake_case
from tenantlint.prescribed import prescribed_columns
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tenantlint.schema import Column, Table

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

_LOGIN_TABLES: Final = {
    "session": {"token", "session_token"},
    "account": {"provider", "provider_id", "provider_account_id"},
    "verification": {"identifier"},
    "verification_token": {"identifier"},
}
"""The tables of login libraries by one of the columns that give them away, beside those of ``prescribed_columns``."""

_SERVICE_SCHEMAS: Final = frozenset({"auth", "storage", "vault", "realtime", "cron"})
"""The schemas that a Supabase project finds in its database."""

_FEW: Final = 2
_SHARE: Final = 0.2
_LARGE_SHARE: Final = 0.4
_MORE: Final = 0.05


def tenant_columns(tables: Sequence[Table]) -> list[tuple[str, set[str]]]:
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
        if len(having[name]) >= enough and len(targets) == 1 and _is_outermost(tables, targets.pop(), having[name]):
            return [(name, having[name])]
    return []


def _is_outermost(tables: Sequence[Table], target: str, having: set[str]) -> bool:
    """Return whether the table belongs to nothing else: a chat has its user, and is no tenant."""
    return not any(
        key.target_id not in having | {target} for table in tables if table.id == target for key in table.foreign_keys
    )


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
    own = next((table for table in tables if snake_case(table_name(table)) in nouns), None)
    columns = {snake_case(column.key) for column in own.columns} if own else set()
    return sum(other in columns for other in chosen if other != name)


def tenant_entries(tables: Sequence[Table], columns: list[tuple[str, set[str]]]) -> list[Entry]:
    """Propose the columns that ``tenant_columns`` found, or show where to name one."""
    if not columns:
        reason = (
            f"None of the usual names ({', '.join(TENANT_NAMES[:5])}, ...) is in two tables, and in a fifth of all: "
            'name the column that holds the tenant of a row, or ignore "TEN" where all rows are of one customer.'
        )
        return [Entry("", "tenant-column", ["tenant_id"], reason, active=False)]
    counts = ", ".join(f"{len(having)} have `{name}`" for name, having in columns)
    reason = f"Of {count(tables, 'table')}, {counts}."
    if columns[0][0] == "user_id":
        reason += " No other column is shared so widely: each user seems to be a tenant."
    return [Entry("", "tenant-column", [name for name, _ in columns], reason)]


def exemptions(tables: Sequence[Table], columns: list[tuple[str, set[str]]]) -> list[Entry]:
    """Propose which tables no rule checks, since others design them, and which need no tenant."""
    having = set[str]().union(*(ids for _, ids in columns))
    without = [table for table in tables if table.id not in having]
    kept = _nouns([*(name for name, _ in columns), "user_id"])
    prescribed = prescribed_columns(tables)
    logins = [
        name
        for table in without
        if _is_like(table, _LOGIN_TABLES) or len(prescribed.get(table.id, ())) == len(table.columns)
        if snake_case(name := table_name(table)) not in kept
    ]
    services = [f"{schema}.*" for table in without if (schema := _service(table))]
    entries = []
    if logins or services:
        reason = "A login library or the database service designs these tables."
        entries.append(Entry("", "exempt-tables", sorted({*logins, *services}), reason))
    others = [table for table in _untied(tables, columns, having) if not _service(table)] if columns else []
    untied = sorted({table_name(table) for table in others}.difference(logins))
    if untied:
        reason = (
            "Nothing ties these to a tenant: people, and what is everybody's. See that no customer's rows are in them."
        )
        entries.append(Entry("rules.TEN001", "exempt-tables", untied, reason))
    return entries


def _untied(tables: Sequence[Table], columns: list[tuple[str, set[str]]], having: set[str]) -> list[Table]:
    """Return the tables from which no reference leads to a tenant's rows, but by way of the users.

    A column that is named after a table counts as a reference to it: here it is better to see one too many.
    """
    nouns = {snake_case(table_name(table)): table for table in tables}
    root_names = _nouns(name for name, _ in columns)
    tied = {table.id for table in tables if table.id in having or snake_case(table_name(table)) in root_names}
    users = {table.id for table in tables if snake_case(table_name(table)) in ("user", "users")} - tied
    leads = {table.id: _led_to(table, nouns) - users for table in tables if table.id not in users}
    growing = True
    while growing:
        more = {table for table, targets in leads.items() if table not in tied and targets & tied}
        growing = bool(more)
        tied |= more
    names = {
        table_name(table)
        for table in tables
        if table.id in tied or (table.incomplete & {"columns", "foreign_keys"} and not _service(table))
    }
    return [table for table in tables if table.id not in tied and table_name(table) not in names]


def _nouns(names: Iterable[str]) -> set[str]:
    """Return what the tables may be called that columns of these names reference."""
    nouns = {name.removesuffix("_id") for name in names}
    return nouns.union(*map(plurals, nouns))


def _service(table: Table) -> str | None:
    """Return the schema of a table that a database service has made; Drizzle's introspection writes it in the name."""
    schema = table.schema or table_name(table).rpartition(".")[0] if table.schema is not UNKNOWN else None
    return schema if schema in _SERVICE_SCHEMAS else None


def _led_to(table: Table, nouns: dict[str, Table]) -> set[str]:
    targets = {key.target_id for key in table.foreign_keys} | {relation.target_id for relation in table.relations}
    found = {target for target in targets if isinstance(target, str)}
    for column in table.columns:
        stem = snake_case(column.key).removesuffix("_id")
        if stem != snake_case(column.key):
            names = (stem, *plurals(stem))
            found |= {other.id for noun, other in nouns.items() if noun in names or noun.endswith(_suffixes(stem))}
    return found


def _suffixes(stem: str) -> tuple[str, ...]:
    return tuple(f"_{name}" for name in (stem, *plurals(stem)))


def _is_like(table: Table, marks: dict[str, set[str]]) -> bool:
    name = snake_case(table_name(table))
    columns = {snake_case(column.key) for column in table.columns}
    return any(name in (noun, *plurals(noun)) and found & columns for noun, found in marks.items())


def table_name(table: Table) -> str:
    """Return the name of a table, in code where that in the database is not known."""
    return table.symbol if table.name is UNKNOWN else table.name


def count(things: Sequence[object], noun: str) -> str:
    """Return how many things there are, in words."""
    return f"{len(things)} {noun}{'' if len(things) == 1 else 's'}"
