"""Row level security as the rules ask of it: which policies a table has, and whose rows they let through."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final

from tenantlint.record import Record, replace
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from tenantlint.predicates import Reach
    from tenantlint.schema import Maybe, Policy, Table
    from tenantlint.view import SchemaView

OPEN_ROLES: Final = frozenset({"public", "anon", "anonymous", "authenticated"})
"""Roles that stand for every user of an application, by the names of PostgreSQL, Supabase and Neon."""

TRUSTED_ROLES: Final = frozenset(
    {"service_role", "postgres", "postgres_role", "supabase_admin", "supabase_auth_admin", "supabase_storage_admin",
     "dashboard_user"}
)  # fmt: skip
"""Roles of the platform, in whose sessions no tenant is set."""

PLATFORM_ROLES: Final = TRUSTED_ROLES | {"anon", "anonymous", "authenticated"}
"""All roles that Supabase and Neon give to their users."""

_SETTING: Final = r"current_setting\(\s*'([\w.]+)'"

WRITES: Final = frozenset({"insert", "update", "all"})
_MANY: Final = 5
_TIES: Final[frozenset[Reach]] = frozenset({"isolates", "shares", "unknown", "guard", "owner"})
_LIMITS: Final[frozenset[Reach]] = _TIES | {"closed"}


class Clauses(Record):
    """A policy, and which rows its clauses let through.

    ``using`` is None where there is no USING. ``check`` tells of the rows that may be written: WITH CHECK, or USING
    where an UPDATE or ALL policy has no WITH CHECK; None where none can be written under the policy.
    """

    policy: Policy
    using: Reach | None
    check: Reach | None

    @property
    def reaches(self) -> set[Reach]:
        """What its clauses let through."""
        return {each for each in (self.using, self.check) if each is not None}

    @property
    def is_permissive(self) -> bool:
        """Whether the policy surely gives access, rather than limits it."""
        return self.policy.permissive is True

    def is_for(self, roles: frozenset[str]) -> bool:
        """Return whether the policy is surely for one of ``roles``."""
        return self.policy.roles is not UNKNOWN and any(role in roles for role in self.policy.roles)

    @property
    def is_trusted(self) -> bool:
        """Whether the policy is only for roles of the platform, or may be."""
        roles = self.policy.roles
        return roles is UNKNOWN or all(role is UNKNOWN or role in TRUSTED_ROLES for role in roles)


class Security:
    """What models and migrations together say of each table's row level security."""

    def __init__(self, view: SchemaView) -> None:
        self._view = view
        self._clauses: dict[str, tuple[Clauses, ...]] = {}

    @cached_property
    def session_setting(self) -> str | None:
        """The setting that most policies of the project ask for the session's tenant, None where none asks one."""
        view = self._view
        policies = [policy for table in view.schema for policy in view.database.policies(table)]
        texts = [each for policy in policies for each in (policy.using, policy.with_check) if isinstance(each, str)]
        if not texts:
            return None
        import re
        from collections import Counter

        found = Counter(name for text in texts for name in re.findall(_SETTING, text))
        return found.most_common(1)[0][0] if found else None

    @cached_property
    def _session_values(self) -> dict[str, list[str]]:
        """What policies compare the tenant column with, by the type of that column, where that is all they do."""
        found: dict[str, list[str]] = {}
        for table in self._view.schema:
            types = {each.name: each.type for each in self._view.tenant_columns(table)}
            for policy in self._view.database.policies(table) if types else ():
                sides = _compared(policy.using) if isinstance(policy.using, str) else None
                if sides is not None and isinstance(kind := types.get(sides[0]), str):
                    found.setdefault(kind, []).append(sides[1])
        return found

    def session_value(self, kind: Maybe[str]) -> str | None:
        """Return the SQL that most policies compare tenant columns of a type with, None where none is that plain.

        It gives a value of the session, and names no column.
        """
        from collections import Counter

        texts = [] if kind is UNKNOWN else self._session_values.get(kind, [])
        text = Counter(texts).most_common(1)[0][0] if texts else None
        if text is None or "RLS006" not in self._view.settings.rules:
            return text
        from tenantlint.predicates import calls_per_row

        return f"(select {text})" if calls_per_row(text) else text

    def agreed_session_value(self, kind: Maybe[str]) -> str | None:
        """Return the SQL of ``session_value`` where most policies that keep tenants apart are that plain, else None."""
        from collections import Counter

        texts = [] if kind is UNKNOWN else self._session_values.get(kind, [])
        most = max(Counter(texts).values(), default=0)
        apart = [
            each
            for table in self._view.schema
            if any(column.type == kind for column in self._view.tenant_columns(table))
            for each in self.clauses(table)
            if "isolates" in each.reaches
        ]
        return self.session_value(kind) if most * 2 > len(apart) else None

    def is_enabled(self, table: Table) -> Maybe[bool]:
        """Return whether row level security is enabled; only PostgreSQL has it, for others it is UNKNOWN."""
        return UNKNOWN if table.dialect != "postgresql" else self._view.database.row_level_security(table).enabled

    def is_known(self, table: Table) -> bool:
        """Return whether ``table`` has a tenant column and row level security, and all its policies are known."""
        return (
            bool(self._view.tenant_columns(table))
            and self.is_enabled(table) is True
            and not self._view.database.may_have_more_policies(table)
        )

    def clauses(self, table: Table) -> tuple[Clauses, ...]:
        """Return the policies of ``table`` with what they let through."""
        found = self._clauses.get(table.id)
        if found is None:
            found = tuple(self._read(policy, table) for policy in self._view.database.policies(table))
            openers = [each.policy for each in found if _opens_rows_to_update(each)]
            found = self._clauses[table.id] = tuple(_writable(each, openers) for each in found)
        return found

    @cached_property
    def closes_tables(self) -> bool:
        """Whether the project closes its tables to all but their owner: most have row level security and no policy.

        No application could work with them otherwise.
        """
        enabled = [table for table in self._view.tables if self._closes(table) is not None]
        closed = [table for table in enabled if self._closes(table)]
        return len(closed) >= _MANY and len(closed) * 2 > len(enabled)

    def _closes(self, table: Table) -> bool | None:
        """Return whether row level security keeps all but the owner out, None where it is not surely enabled."""
        if self.is_enabled(table) is not True:
            return None
        database = self._view.database
        forced = database.row_level_security(table).forced
        return forced is False and not database.policies(table) and not database.may_have_more_policies(table)

    def is_closed(self, table: Table) -> bool:
        """Return whether ``table`` is closed on purpose, as most tables of the project are."""
        return self._closes(table) is True and self.closes_tables

    def _read(self, policy: Policy, table: Table) -> Clauses:
        using, check = self._reach(policy.using, table), self._reach(policy.with_check, table)
        if policy.command is UNKNOWN:
            return Clauses(policy, "unknown", "unknown")
        if policy.command not in WRITES:
            check = None
        elif check is None and policy.command != "insert":
            check = using
        return Clauses(policy, using, check)

    def _reach(self, predicate: Maybe[str | None], table: Table) -> Reach | None:
        if predicate is UNKNOWN:
            return "unknown"
        tenant = {name for name in self._view.tenant_names(table) if name is not UNKNOWN}
        if predicate is None or table.name is UNKNOWN or not tenant:
            return None if predicate is None else "unknown"
        from tenantlint.predicates import reach

        tables = (table, *self._view.database.twins(table))
        columns = {column.name for each in tables for column in each.columns if column.name is not UNKNOWN}
        return reach(predicate, table.name, columns, tenant)

    def is_limited(self, table: Table, policy: Clauses, writes: bool = False) -> bool:
        """Return whether a restrictive policy may keep tenants apart where ``policy`` does not.

        With ``writes``, it must do so for rows that are written.
        """
        return any(
            not each.is_permissive
            and (each.check in _LIMITS or each.using == "closed" if writes else each.reaches & _LIMITS)
            and _may_meet(each.policy, policy.policy)
            for each in self.clauses(table)
        )

    def is_tied(self, table: Table) -> bool:
        """Return whether a policy surely ties rows to the session."""
        return any(each.reaches & (_TIES - {"unknown"}) for each in self.clauses(table))

    def is_untied(self, table: Table, accept_owner: bool = True) -> bool:
        """Return whether surely no policy ties rows to the session."""
        ties = _TIES if accept_owner else _TIES - {"owner"}
        return not any(each.reaches & ties for each in self.clauses(table))


def _compared(predicate: str) -> tuple[str, str] | None:
    """Return the column and the SQL that a predicate compares with ``=``, where it does no more than that.

    The SQL is a value of the session.
    """
    import re

    from tenantlint.expression import parse
    from tenantlint.predicates import is_of_session

    text = predicate.strip()
    if text.startswith("(") and text.endswith(")") and parse(text[1:-1]).kind == "compare":
        text = text[1:-1].strip()
    tree = parse(text)
    sides = re.fullmatch(r'(?:(?:"[^"]+"|\w+)\.)*(?:"[^"]+"|\w+)\s*=\s*(\S.*)', text, re.DOTALL)
    if tree.kind != "compare" or sides is None or tree.args[0].kind != "column" or not is_of_session(sides[1]):
        return None
    return tree.args[0].name, sides[1]


def _opens_rows_to_update(each: Clauses) -> bool:
    """Tell whether a policy surely lets rows be updated; its own check and those of others then hold for them."""
    updates = each.policy.command in ("update", "all") and each.is_permissive and not each.is_trusted
    return updates and each.using not in (None, "closed", "unknown")


def _writable(each: Clauses, openers: list[Policy]) -> Clauses:
    """Return an UPDATE policy without its check where nothing surely lets its roles update a row."""
    if each.policy.command != "update" or any(_may_meet(opener, each.policy) for opener in openers):
        return each
    return replace(each, check=None)


def _may_meet(one: Policy, other: Policy) -> bool:
    """Tell whether two policies may hold for one statement of one role."""
    commands = {one.command, other.command}
    if len(commands) > 1 and not commands & {"all", UNKNOWN}:
        return False
    if one.roles is UNKNOWN or other.roles is UNKNOWN:
        return True
    roles = {*one.roles, *other.roles}
    return bool(roles & {"public", UNKNOWN}) or not set(one.roles).isdisjoint(other.roles)
