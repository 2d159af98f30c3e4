"""Which tables and columns are a login library's."""

from __future__ import annotations

import pytest

from rules.support import PRELUDES, link_files
from tenantlint.prescribed import prescribed_columns

ACCOUNT = {"account": "userId accountId providerId"}
AUTH_JS = {"account": "userId provider providerAccountId access_token"}

CASES = {
    "nothing without accounts or sessions": (
        {"user": "id email emailVerified", "organization": "name slug logo metadata"},
        {},
    ),
    "an account alone": (ACCOUNT, ACCOUNT),
    "a session alone": (
        {"session": "userId token expiresAt ipAddress"},
        {"session": "userId token expiresAt ipAddress"},
    ),
    "a session of one's own": ({"session": "userId token"}, {}),
    "the columns of users, but for one's own": (
        ACCOUNT | {"members": "id email emailVerified theme"},
        ACCOUNT | {"members": "id email emailVerified"},
    ),
    "any name, in any style": (
        {"auth_logins": "user_id account_id provider_id", "workspace": "id name slug logo metadata plan"},
        {"auth_logins": "user_id account_id provider_id", "workspace": "id name slug logo metadata plan"},
    ),
    "organizations, members and teams": (
        ACCOUNT
        | {
            "workspace_member": "id userId workspaceId role joinedAt",
            "team_members": "id teamId userId createdAt",
            "team": "id name organizationId",
        },
        ACCOUNT
        | {
            "workspace_member": "id userId workspaceId role joinedAt",
            "team_members": "id teamId userId createdAt",
            "team": "id name organizationId",
        },
    ),
    "members of one's own": (ACCOUNT | {"member": "id userId organizationId role color"}, ACCOUNT),
    "no more of Better Auth's where there is Auth.js": (
        AUTH_JS | {"organization": "name slug logo metadata", "authenticator": "userId credentialPublicKey counter"},
        AUTH_JS | {"authenticator": "userId credentialPublicKey counter"},
    ),
    "a client of another service": (ACCOUNT | {"gitea": "clientId clientSecret accessToken refreshToken"}, ACCOUNT),
}


@pytest.mark.parametrize(("tables", "expected"), CASES.values(), ids=CASES)
def test_the_columns_that_a_login_library_prescribes(tables, expected):
    lines = [PRELUDES["schema.ts"]]
    for name, keys in tables.items():
        columns = ", ".join(f"{key}: text()" for key in keys.split())
        lines.append(f'export const {name} = pgTable("{name}", {{ {columns} }});')
    schema = link_files({"schema.ts": "\n".join(lines)})
    found = {schema.by_id()[table].name: columns for table, columns in prescribed_columns(schema).items()}
    assert found == {name: frozenset(keys.split()) for name, keys in expected.items()}
