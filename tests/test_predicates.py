"""What is said of predicates; tests/oracle/postgres proves it on a server."""

from __future__ import annotations

import pytest

from tenantlint.predicates import calls_per_row, reach

COLUMNS = {"id", "tenant_id", "user_id", "project_id", "parent_tenant_id", "is_public", "deleted_at", "Odd Name"}
REACH = {
    "isolates": [
        "tenant_id = current_setting('app.tenant_id')::uuid",
        "TENANT_ID = Current_Setting('app.tenant_id', TRUE)",
        '"app"."posts"."tenant_id" = (SELECT current_setting(\'app.tenant_id\')::uuid)',
        '((posts."tenant_id")::text = (current_setting(\'app.tenant_id\'::text))::text)',
        "nullif(current_setting('x', true), '')::uuid = tenant_id",
        "tenant_id = coalesce(current_setting('x', true), 'none')::uuid",
        "tenant_id = ((auth.jwt() -> 'app_metadata') ->> 'tenant_id')::uuid",
        "tenant_id = app.tenant()",
        "tenant_id = (select tenant_id from users where id = auth.uid())",
        "tenant_id in (select tenant_id from members where user_id = (select auth.uid()))",
        "tenant_id in (select m.tenant_id from members m join teams t on t.id = m.id where m.user_id = auth.uid())",
        "tenant_id in (select private.teams())",
        "tenant_id = any (array(select app.tenants()))",
        "tenant_id = any (string_to_array(current_setting('x'), ',')::uuid[])",
        "exists (select from members m where m.tenant_id = posts.tenant_id and m.user_id = auth.uid())",
        "exists (select * from members where members.tenant_id = posts.tenant_id and user_id = auth.uid())",
        "deleted_at is null and tenant_id = auth.tenant()",
        "tenant_id = auth.tenant() and is_unknown(x) or tenant_id = auth.other()",
        "false or tenant_id = auth.tenant()",
        "cast(tenant_id as text) = current_setting('x')",
        "tenant_id = $tag$x$tag$ || current_setting('x') or false -- or true",
    ],
    "open": ["true", "TRUE", "(true)", "true::boolean", "(select true)", "1 = 1", "'a' = 'a'", "is_public or true",
             "tenant_id = auth.tenant() or 1=1", "not false"],
    "closed": ["false", "not true", "false and is_public", "(select false)"],
    "ignores": [
        "is_public",
        "not is_public",
        "deleted_at is null",
        "tenant_id is not null",
        "tenant_id = tenant_id",
        "tenant_id = '00000000-0000-0000-0000-000000000000'::uuid",
        "tenant_id in ('a', 'b')",
        "auth.uid() is not null",
        "(select auth.uid()) is not null and deleted_at is null",
        "auth.role() = 'authenticated'",
        "'authenticated'::text = (select auth.role())",
        "current_setting('app.user_id', true) is not null",
        "is_public or is_admin()",
        "deleted_at > now() - interval '1 day'",
    ],
    "owner": [
        "user_id = auth.uid()",
        "(select auth.user_id() = \"posts\".\"user_id\")",
        "user_id = current_setting('app.user_id')::uuid and is_public",
        "is_public or user_id = auth.uid()",
    ],
    "guard": [
        "is_admin()",
        "(auth.jwt() ->> 'role') = 'admin'",
        "current_setting('app.bypass', true) = 'on'",
        "is_public and (select is_admin())",
        "has_role('admin') and auth.uid() is not null",
    ],
    "shares": [
        "tenant_id = auth.tenant() or is_public",
        "tenant_id = auth.tenant() or tenant_id is null",
        "tenant_id = auth.tenant() or current_setting('app.bypass', true) = 'on'",
        "tenant_id <> auth.tenant()",
        "tenant_id is not distinct from auth.tenant()",
        "lower(tenant_id) = auth.tenant()",
        "tenant_id::varchar(1) = current_setting('x')",
        "tenant_id = coalesce(current_setting('x', true), tenant_id)",
        "tenant_id in (current_setting('x'), 'shared')",
        "is_member(tenant_id)",
        "exists (select 1 from members m where m.tenant_id = posts.tenant_id)",
        "exists (select 1 from members m, users u where m.tenant_id = posts.tenant_id and u.id = auth.uid())",
        "tenant_id in (select tenant_id from members where user_id = auth.uid() or true)",
        "tenant_id in (select m.tenant_id from members m, users u where u.id = auth.uid())",
    ],
    "unknown": [
        "not (tenant_id = auth.tenant())",
        "tenant_id = parent_tenant_id",
        "tenant_id = parent_tenant_id and parent_tenant_id = auth.tenant()",
        "can_see(project_id)",
        "can_see(posts)",
        "posts is not null",
        "project_id in (select id from projects)",
        "exists (select 1 from projects p where p.id = posts.project_id and p.tenant_id = auth.tenant())",
        "tenant_id in (select m.tenant_id from members m left join users u on u.id = auth.uid())",
        "tenant_id in (select tenant_id from members union select 'x')",
        "tenant_id = (select tenant_id from (select 1) x where user_id = auth.uid())",
        "strange_column = auth.tenant()",
        "extract(year from deleted_at) = 2020",
        "1 = 2",
        "null",
        "now() > '2020-01-01'",
        "",
        "tenant_id =",
        "((((",
        "is_public ) or (true",
        "is_public; drop table posts",
        "count(*) over () = 1",
        "'unfinished",
    ],
}  # fmt: skip


@pytest.mark.parametrize(("predicate", "expected"), [(text, claim) for claim, texts in REACH.items() for text in texts])
def test_reach(predicate, expected):
    assert reach(predicate, "posts", COLUMNS, {"tenant_id"}) == expected


def test_without_a_table_a_qualified_name_may_be_the_row_s():
    assert reach("other.tenant_id = f()", None, COLUMNS, {"tenant_id"}) == "isolates"


@pytest.mark.parametrize(
    ("predicate", "calls"),
    {
        "tenant_id = current_setting('x')::uuid": ["current_setting"],
        "tenant_id = nullif(current_setting('x', true), '')::uuid": ["current_setting"],
        "auth.uid() = user_id or auth.uid() = tenant_id and is_admin()": ["auth.uid", "is_admin"],
        "tenant_id = ((auth.jwt() -> 'app_metadata') ->> 'tenant_id')::uuid": ["auth.jwt"],
        "tenant_id = any (app.tenants())": ["app.tenants"],
        "has_role('admin')": ["has_role"],
        "tenant_id = (select current_setting('x')::uuid)": [],
        "tenant_id in (select app.tenants())": [],
        "tenant_id in (select tenant_id from members where user_id = auth.uid())": [],
        "is_member(tenant_id)": [],
        "is_member(tenant_id, auth.uid())": ["auth.uid"],
        "can_see((select 1))": [],
        "deleted_at > now() and lower(name) = 'x' and pg_catalog.now() > deleted_at": [],
        "user_id = current_user": [],
        "true": [],
        "extract(year from auth.now()) = 2020": [],
    }.items(),
)
def test_calls_per_row(predicate, calls):
    assert calls_per_row(predicate) == calls
