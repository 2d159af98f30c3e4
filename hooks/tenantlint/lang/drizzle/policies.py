"""Policies and roles, as drizzle-orm has them, and what its ``neon`` and ``supabase`` modules add."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.lang.drizzle.sqltext import Raw, SqlValue
from tenantlint.lang.drizzle.values import UNDEFINED, Method, is_known, member, same
from tenantlint.lang.values import Arguments, Builtin, ListValue, MapValue, Native, Value
from tenantlint.schema import UNKNOWN, Maybe

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tenantlint.lang.drizzle.library import Library
    from tenantlint.lang.evaluate import Evaluator
    from tenantlint.source import Location


class RoleValue(Native):
    """``pgRole("name")``."""

    def __init__(self, name: Value) -> None:
        self.name = name

    def get(self, name: str) -> Value:
        """Return the role's name, or a method that gives the role back."""
        if name == "existing":
            return Method(self, same)
        return self.name if name == "name" else UNKNOWN


class PolicyValue(Native):
    """``pgPolicy(name, config)``. ``linked`` is the table that ``.link(table)`` named."""

    def __init__(self, name: Value, config: Value, at: Location) -> None:
        self.name = name
        self.config = config
        self.at = at
        self.linked: Value = UNDEFINED

    def get(self, name: str) -> Value:
        """Return a method of the policy, or a part of its configuration."""
        if name == "link":
            return Method(self, _link)
        return self.name if name == "name" else member(self.config, name)


def _link(owner: Value, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    assert isinstance(owner, PolicyValue)
    owner.linked = UNKNOWN if evaluator.uncertain else args.get(0)
    return owner


def make_policy(library: Library) -> Callable[[Evaluator, Arguments, Location], Value]:
    """Return ``pgPolicy``."""

    def call(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
        policy = PolicyValue(args.get(0), args.get(1, default=UNDEFINED), at)
        library.declare(policy, evaluator)
        return policy

    return call


def make_role(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    """Return what ``pgRole(name)`` gives."""
    return RoleValue(args.get(0))


def roles_of(to: Value) -> Maybe[tuple[Maybe[str], ...]]:
    """Return the roles that a policy is for, in the order given; ``public`` where none is given."""
    if to is UNDEFINED or to is None:
        return ("public",)
    if isinstance(to, ListValue):
        return tuple(_role_name(role) for role in to.items) if to.complete else UNKNOWN
    return (_role_name(to),) if is_known(to) else UNKNOWN


def _role_name(role: Value) -> Maybe[str]:
    name = role.name if isinstance(role, RoleValue) else role
    return name if isinstance(name, str) else UNKNOWN


# drizzle-orm/neon and drizzle-orm/supabase

_CRUD: Final = (
    ("select", "read", ("using",)),
    ("insert", "modify", ("withCheck",)),
    ("update", "modify", ("using", "withCheck")),
    ("delete", "modify", ("using",)),
)


def crud_policy(library: Library) -> Callable[[Evaluator, Arguments, Location], Value]:
    """Return ``crudPolicy({ role, read, modify })`` of drizzle-orm/neon, which gives up to four policies."""

    def call(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
        options = args.get(0)
        to = member(options, "role")
        names = roles_of(to)
        roles = UNKNOWN if names is UNKNOWN or UNKNOWN in names else "-".join(map(str, names))
        policies = ListValue([])
        for command, option, clauses in _CRUD:
            condition = _condition(member(options, option))
            policies.complete = policies.complete and is_known(condition)
            if condition is None:
                continue
            name = UNKNOWN if roles is UNKNOWN else f"crud-{roles}-policy-{command}"
            config: dict[Value, Value] = {"for": command, "to": to, **dict.fromkeys(clauses, condition)}
            policy = PolicyValue(name, MapValue(config), at)
            library.declare(policy, evaluator)
            policies.append(policy, at, True)
        return policies

    return call


def _condition(value: Value) -> Value:
    if isinstance(value, bool):
        return SqlValue([Raw("true" if value else "false")])
    return value


def _neon_uid(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    return SqlValue([Raw("(select auth.user_id() = "), args.get(0), Raw(")")])


def vendor_modules(library: Library) -> dict[str, dict[str, Value]]:
    """Return the modelled exports of drizzle-orm/neon and drizzle-orm/supabase, by module."""
    neon: Mapping[str, Value] = {
        "crudPolicy": Builtin(crud_policy(library)),
        "authUid": Builtin(_neon_uid),
        "authenticatedRole": RoleValue("authenticated"),
        "anonymousRole": RoleValue("anonymous"),
    }
    supabase: Mapping[str, Value] = {
        "anonRole": RoleValue("anon"),
        "authenticatedRole": RoleValue("authenticated"),
        "serviceRole": RoleValue("service_role"),
        "postgresRole": RoleValue("postgres_role"),
        "supabaseAuthAdminRole": RoleValue("supabase_auth_admin"),
        "authUid": SqlValue([Raw("(select auth.uid())")]),
        "realtimeTopic": SqlValue([Raw("realtime.topic()")]),
    }
    return {"drizzle-orm/neon": dict(neon), "drizzle-orm/supabase": dict(supabase)}
