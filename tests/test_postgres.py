"""The server that other tests rest on is one that row level security binds."""

import psycopg
import pytest


def test_databases_are_apart_and_go_away(postgres):
    with postgres.database() as first:
        name = first.info.dbname
        first.execute("CREATE TABLE t (id int)")
        with postgres.database() as second:
            assert second.execute("SELECT to_regclass('t')").fetchone() == (None,)
    with pytest.raises(psycopg.OperationalError, match=f'database "{name}" does not exist'):
        postgres.connect(name)


def test_a_role_is_plain(postgres):
    postgres.role("plain")
    assert postgres.role("plain") == "plain"
    with postgres.database() as admin, postgres.connect(admin.info.dbname, "plain") as connection:
        assert connection.execute(
            "SELECT rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname = current_user"
        ).fetchone() == (False, False, False)


def test_it_listens_on_loopback_only(postgres):
    with postgres.connect("postgres") as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("127.0.0.1",)
        assert connection.info.port == postgres.port
