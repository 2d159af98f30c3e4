"""Which column holds the tenant of a row, by majority, and which tables have none for a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.habits import Entry
from tenantlint.names import plurals, snake_case
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Sequence

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
_USER_TABLES: Final = {"user": {"email_verified"}}
"""The tables of Auth.js and better-auth by one of the columns that give them away."""

_SERVICE_SCHEMAS: Final = frozenset({"auth", "storage", "vault", "realtime", "cron"})
"""The schemas that a Supabase project finds in its database."""

_FEW: Final = 2
_SHARE: Final = 0.2
_LARGE_SHARE: Final = 0.4
_MORE: Final = 0.1


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
    own = next((table for table in tables if snake_case(table_name(table)) in nouns), None)
    columns = {snake_case(column.key) for column in own.columns} if own else set()
    return sum(other in columns for other in chosen if other != name)


def tenant_entries(tables: Sequence[Table], columns: list[tuple[str, set[str]]]) -> list[Entry]:
    """Propose the columns that ``tenant_columns`` found, or show where to name one."""
    if not columns:
        reason = (
            f"None of the usual names ({', '.join(TENANT_NAMES[:5])}, ...) is in a fifth of the {len(tables)} tables: "
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
    logins = [table_name(table) for table in without if _is_like(table, _LOGIN_TABLES)]
    services = [f"{table.schema}.*" for table in without if table.schema in _SERVICE_SCHEMAS]
    users = [table_name(table) for table in without if _is_like(table, _USER_TABLES)]
    entries = []
    if logins or services:
        reason = "A login library or the database service designs these tables."
        entries.append(Entry("", "exempt-tables", sorted({*logins, *services}), reason))
    if users:
        reason = "People sign in before their tenant is known."
        entries.append(Entry("rules.TEN001", "exempt-tables", sorted(set(users)), reason))
    return entries


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
