"""A PostgreSQL server for tests: one a session, on loopback, as an unprivileged user, thrown away at the end.

A test asks for the fixture ``postgres`` (a ``Server``), and for a database of its own::

    def test_it(postgres):
        with postgres.database() as connection:  # psycopg, autocommit, as a superuser
            connection.execute("CREATE TABLE t (id int)")

``postgres.role("app")`` makes a plain role, and ``postgres.connect(name, user="app")`` connects as one. The binaries
are those of Debian's package ``postgresql``, which ``.ci/setup`` installs.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from contextlib import contextmanager
from glob import glob
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Final

import psycopg
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

SUPERUSER: Final = "postgres"
_NUMBERS: Final = count(1)
_SETTINGS: Final = {
    "listen_addresses": "127.0.0.1",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "jit": "off",
    "max_connections": "40",
}


class Server:
    """A running server. Every connection is autocommit."""

    def __init__(self, port: int) -> None:
        self.port = port

    def dsn(self, database: str, user: str = SUPERUSER) -> str:
        """Return a connection string that psycopg and libpq understand."""
        return f"host=127.0.0.1 port={self.port} dbname={database} user={user}"

    def url(self, database: str, driver: str = "postgresql+psycopg", user: str = SUPERUSER) -> str:
        """Return a URL for SQLAlchemy."""
        return f"{driver}://{user}@127.0.0.1:{self.port}/{database}"

    def connect(self, database: str, user: str = SUPERUSER) -> psycopg.Connection:
        """Return a new connection."""
        return psycopg.connect(self.dsn(database, user), autocommit=True)

    @contextmanager
    def database(self) -> Iterator[psycopg.Connection]:
        """Make an empty database, connect to it as the superuser, and drop it at the end."""
        name = f"test_{next(_NUMBERS)}"
        with self.connect("postgres") as admin:
            admin.execute(f"CREATE DATABASE {name} TEMPLATE template0")
            try:
                with self.connect(name) as connection:
                    yield connection
            finally:
                admin.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def role(self, name: str) -> str:
        """Make a role that may log in and may do nothing else, unless there is one, and return its name."""
        with self.connect("postgres") as admin:
            if not admin.execute("SELECT FROM pg_roles WHERE rolname = %s", [name]).fetchall():
                admin.execute(f"CREATE ROLE {name} LOGIN")
        return name


def _binary(name: str) -> str:
    found = [*filter(None, [shutil.which(name)]), *sorted(glob(f"/usr/lib/postgresql/*/bin/{name}"), reverse=True)]
    assert found, f"{name} is not there: these tests need a PostgreSQL server, which .ci/setup installs"
    return found[0]


def _run(folder: Path, *command: str) -> None:
    """Run a command as the owner of the data, who is never root: PostgreSQL refuses to run as root."""
    user = SUPERUSER if os.geteuid() == 0 else None
    with (folder / "log").open("a") as log:
        result = subprocess.run(command, cwd=folder, user=user, group=user, stdout=log, stderr=log, check=False)
    assert result.returncode == 0, (folder / "log").read_text()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def serve() -> Iterator[Server]:
    """Start a server with an empty cluster and stop it at the end."""
    with tempfile.TemporaryDirectory(prefix="tenantlint-postgres-", ignore_cleanup_errors=True) as name:
        folder, data = Path(name), str(Path(name) / "data")
        if os.geteuid() == 0:
            shutil.chown(folder, SUPERUSER, SUPERUSER)
        (folder / "log").touch()
        (folder / "log").chmod(0o666)
        _run(folder, _binary("initdb"), "--no-sync", "--auth=trust", f"--username={SUPERUSER}", "--encoding=UTF8",
             "--locale=C", "--pgdata", data)  # fmt: skip
        port = _free_port()
        settings = " ".join(f"-c {key}={value}" for key, value in _SETTINGS.items())
        options = f"-p {port} -k {folder} {settings}"
        _run(folder, _binary("pg_ctl"), "--pgdata", data, "--wait", "--options", options, "start")
        try:
            yield Server(port)
        finally:
            _run(folder, _binary("pg_ctl"), "--pgdata", data, "--mode=immediate", "stop")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A PostgreSQL server that lasts as long as the tests."""
    with serve() as server:
        yield server
