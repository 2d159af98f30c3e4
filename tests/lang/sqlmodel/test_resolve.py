"""Which file an import means; the fixtures ``packages``, ``namespace`` and ``src_layout`` hold more to what runs."""

from __future__ import annotations

import pytest

from tenantlint.lang.sqlmodel.resolve import Resolver
from tenantlint.project import Project

FILES = frozenset(
    {
        "app/__init__.py",
        "app/models/__init__.py",
        "app/models/user.py",
        "alembic/env.py",
        "libs/billing/invoice.py",
        "sqlmodel/__init__.py",
        "src/core/__init__.py",
        "src/core/base.py",
        "tools/app/__init__.py",
        "tools/app/models.py",
        "tools/run.py",
    }
)


@pytest.mark.parametrize(
    ("module", "level", "importer", "expected"),
    [
        ("app.models.user", 0, "app/models/__init__.py", "app/models/user.py"),
        ("app.models", 0, "app/models/user.py", "app/models/__init__.py"),
        ("user", 1, "app/models/__init__.py", "app/models/user.py"),
        ("", 1, "app/models/user.py", "app/models/__init__.py"),
        ("models", 2, "app/models/user.py", "app/models/__init__.py"),
        ("x", 4, "app/models/user.py", None),
        ("core.base", 0, "app/models/user.py", "src/core/base.py"),
        ("libs.billing.invoice", 0, "app/models/user.py", "libs/billing/invoice.py"),
        ("libs.billing", 0, "app/models/user.py", "libs/billing/__init__.py"),
        ("app.models", 0, "tools/run.py", "tools/app/models.py"),
        ("alembic", 0, "alembic/env.py", None),
        ("sqlmodel", 0, "app/models/user.py", None),
        ("httpx", 0, "app/models/user.py", None),
    ],
)
def test_resolve(module: str, level: int, importer: str, expected: str | None) -> None:
    assert Resolver(Project("/", FILES)).resolve(module, level, importer) == expected


def test_submodules() -> None:
    resolver = Resolver(Project("/", FILES))
    assert resolver.submodule("app/models/__init__.py", "user") == "app/models/user.py"
    assert resolver.submodule("app/models/user.py", "user") is None
