"""The tables that login libraries design: Auth.js and Better Auth write them, and prescribe what they are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.names import plurals, snake_case
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tenantlint.schema import Table


def _sets(*marks: str) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(each.split()) for each in marks)


_AUTH_JS: Final = _sets(
    "user_id provider provider_account_id",
    "user_id session_token expires",
    "identifier token expires",
    "user_id credential_public_key counter",
)
_BETTER_AUTH: Final = _sets("user_id provider_id account_id", "user_id token expires_at ip_address")
"""The columns that give a library's tables away: where there is no table of these, nothing is a library's."""

_PLUGINS: Final = _sets(
    "identifier value expires_at",
    "user_id secret backup_codes",
    "user_id public_key counter device_type",
    "rate_limit_enabled rate_limit_max request_count",
    "name slug logo metadata",
    "inviter_id email role status expires_at",
    "organization_id role permission",
    "client_id client_secret redirect_urls",
    "client_id client_secret redirect_ur_ls",
    "client_id client_secret redirect_uris",
    "client_id user_id access_token refresh_token",
    "client_id user_id consent_given",
    "issuer provider_id domain",
    "provider_id scim_token",
    "device_code user_code",
    "plan reference_id stripe_subscription_id",
    "key count last_request",
)
"""The columns of Better Auth's other tables: verifications, second factors, keys, organizations, and so on."""

_MEMBERS: Final = (("member", {"user_id", "role"}), ("team_member", {"user_id", "team_id"}), ("team", {"name"}))
_MEMBERS_HAVE: Final = frozenset({"id", "user_id", "role", "name", "joined_at", "created_at", "updated_at"})
"""What members and teams are made of, beside the keys of what they are of."""

_USERS_HAVE: Final = frozenset(
    "id name email email_verified image created_at updated_at username display_username role banned ban_reason "
    "ban_expires two_factor_enabled phone_number phone_number_verified is_anonymous stripe_customer_id "
    "last_login_method".split()
)


def prescribed_columns(tables: Iterable[Table]) -> dict[str, frozenset[str]]:
    """Return by ``Table.id`` the keys of the columns that a login library prescribes.

    Those are all columns of its tables but the users', to which each project adds its own.
    """
    named = [(table, frozenset(snake_case(column.key) for column in table.columns)) for table in tables]
    with_better_auth = {table.orm for table, columns in named if _has_one(columns, _BETTER_AUTH)}
    with_login = with_better_auth | {table.orm for table, columns in named if _has_one(columns, _AUTH_JS)}
    found = {}
    for table, columns in named if with_login else ():
        marks = (*_AUTH_JS, *(_BETTER_AUTH + _PLUGINS if table.orm in with_better_auth else ()))
        if _has_one(columns, marks) or (table.orm in with_better_auth and _are_members(table, columns)):
            found[table.id] = frozenset(column.key for column in table.columns)
        elif table.orm in with_login and columns >= {"email", "email_verified"}:
            found[table.id] = frozenset(column.key for column in table.columns if snake_case(column.key) in _USERS_HAVE)
    return found


def _has_one(columns: frozenset[str], marks: Sequence[frozenset[str]]) -> bool:
    return any(each <= columns for each in marks)


def _are_members(table: Table, columns: frozenset[str]) -> bool:
    """Return whether the rows are the members or the teams of an organization, and nothing more."""
    name = snake_case(table.symbol if table.name is UNKNOWN else table.name)
    rest = columns - _MEMBERS_HAVE
    return (
        len(rest) in (1, 2)
        and all(column.endswith("_id") for column in rest)
        and any(needed <= columns and name.endswith((noun, *plurals(noun))) for noun, needed in _MEMBERS)
    )
