"""Which programs write statements on row level security, and which only speak of policies."""

import pytest

from tenantlint.lang.sql.scan import security_statements


@pytest.mark.parametrize(
    "text",
    [
        "ALTER TABLE t ENABLE ROW LEVEL SECURITY",
        "alter table {table}\n  force row level security",
        "CREATE POLICY p ON t",
        'create policy "a b" on x.y',
        "CREATE POLICY {name}_isolation\n ON {table}",
        "CREATE POLICY ${name} ON ${table}",
        "DROP POLICY IF EXISTS p ON t",
        '"CREATE POLICY " + name + " ON " + table',
    ],
)
def test_statements(text):
    assert security_statements(f'run("{text}")'.encode()) == [5 + text.startswith('"')]


@pytest.mark.parametrize(
    "text",
    [
        "Failed to create policy in Keycloak: it depends on others",
        "# row level security is on",
        "create_policy(name, on=table)",
        "add ALTER TABLE … ENABLE ROW LEVEL SECURITY to a migration",
        "add ALTER TABLE ... FORCE ROW LEVEL SECURITY",
        "ALTER TABLE t ADD COLUMN note text; -- row level security comes later",
    ],
)
def test_other_words(text):
    assert security_statements(text.encode()) == []
