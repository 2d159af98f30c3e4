"""Which columns a policy's predicate compares with a value of the session."""

from __future__ import annotations

import pytest

from tenantlint.lang.predicates import compared_columns

COLUMNS = {"tenant_id", "user_id", "id", "member_ids", "org_id", "Odd Name"}
PREDICATES = {
    "tenant_id = current_setting('app.tenant')::uuid": ["tenant_id"],
    "TENANT_ID = Current_Setting('x')": ["tenant_id"],
    "tenant_id::text = current_setting('x')": ["tenant_id"],
    "current_setting('x') = tenant_id::text": ["tenant_id"],
    "nullif(current_setting('x', true), '')::uuid = tenant_id": ["tenant_id"],
    '"posts"."tenant_id" = (select current_setting(\'x\')::uuid)': ["tenant_id"],
    '"app"."posts"."tenant_id" = app.tenant()': ["tenant_id"],
    '("posts"."tenant_id")::text = (current_setting(\'x\'::text))::text': ["tenant_id"],
    '"Odd Name" = f()': ["Odd Name"],
    '(select auth.user_id() = "posts"."user_id")': ["user_id"],
    "(auth.jwt() ->> 'org')::uuid = org_id and id = $1": ["org_id"],
    "org_id = auth.uid() or tenant_id = auth.uid()": [],
    "auth.uid() = any(member_ids)": ["member_ids"],
    "tenant_id = any(array(select app.tenants()))": ["tenant_id"],
    "tenant_id in (select org_id from members m where m.user_id = auth.uid())": ["tenant_id"],
    "exists (select 1 from members m where m.org_id = posts.org_id and m.user_id = (select auth.uid()))": ["org_id"],
    "exists (select 1 from members m where m.org_id = posts.org_id)": [],
    "exists (select 1 from members where user_id = auth.uid())": [],
    "user_id = current_user": ["user_id"],
    "user_id = session_user::text": ["user_id"],
    "not (tenant_id = auth.uid())": [],
    "tenant_id <> auth.uid()": [],
    "tenant_id > auth.uid()": [],
    "tenant_id = '123'::uuid": [],
    "tenant_id = $1": [],
    "tenant_id = user_id": [],
    "tenant_id = coalesce(user_id, id)": [],
    "tenant_id = coalesce(auth.uid(), id)": [],
    "id = gen_random_uuid()": [],
    "lower(tenant_id) = auth.uid()": [],
    "other.tenant_id = auth.uid()": [],
    "unknown = auth.uid()": [],
    "tenant_id = 'auth.uid()'": [],
    "tenant_id = /* auth.uid() */ id -- auth.uid()": [],
    "tenant_id = $tag$ f() $tag$": [],
    "true": [],
    "": [],
    "= = in ( ) ) (": [],
    "tenant_id =": [],
    "((((": [],
}


@pytest.mark.parametrize("predicate", sorted(PREDICATES))
def test_compared_columns(predicate: str) -> None:
    assert compared_columns(predicate, "posts", COLUMNS) == PREDICATES[predicate]


def test_without_a_table_every_qualified_name_may_be_the_table_s() -> None:
    assert compared_columns("other.tenant_id = f()", None, COLUMNS) == ["tenant_id"]
