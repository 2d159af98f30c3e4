"""What a field becomes depends on the versions of SQLModel and Pydantic that the project names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.oracle.sqlmodel.project import linked

from tenantlint.lang.sqlmodel.versions import Versions
from tenantlint.project import Project
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from pathlib import Path

MODELS = """
import os
from typing import Optional
from sqlmodel import Field, SQLModel

class Thing(SQLModel, table=True):
    id: int = Field(default=None, primary_key=True)
    name: str = None
    note: Optional[str] = None
    kind: str = Field(os.environ.get("KIND"))
"""
CASES = {
    "nothing said": ({}, True, False),
    "exact": ({"requirements.txt": "pydantic==1.10.2\nsqlmodel==0.0.8\n"}, False, True),
    "lower bound": ({"requirements.txt": "pydantic>=1.9\nsqlmodel>=0.0.8\n"}, True, False),
    "poetry": ({"pyproject.toml": 'pydantic = "^1.10.4"\nsqlmodel = "^0.0.22"\n'}, False, True),
    "upper bound": ({"pyproject.toml": 'dependencies = ["pydantic<2", "sqlmodel>=0.0.45"]\n'}, True, True),
    "another package": ({"requirements.txt": "pydantic-settings==1.0\nsqlmodel-tools==0.0.1\n"}, True, False),
    "lock before requirement": (
        {
            "pyproject.toml": 'dependencies = ["pydantic>=1", "sqlmodel>=0.0.8"]\n',
            "uv.lock": 'name = "pydantic"\nversion = "1.10.2"\n\nname = "sqlmodel"\nversion = "0.0.22"\n',
        },
        False,
        True,
    ),
    "Pipfile.lock": (
        {"Pipfile.lock": '{"default": {"pydantic": {"hashes": [], "version": "==1.10.2"}}}'},
        True,
        True,
    ),
    "another requirement file": ({"requirements-api.txt": "pydantic==1.10.2\nsqlmodel==0.0.8\n"}, False, True),
    "a folder of requirements": ({"requirements/base.in": "pydantic<2\nsqlmodel\n"}, True, True),
    "conda": ({"environment.yml": "dependencies:\n  - pydantic=1.10\n  - sqlmodel=0.0.8\n"}, False, True),
    "a Dockerfile": ({"docker/api.Dockerfile": "RUN pip install fastapi sqlmodel==0.0.8 'pydantic<2'\n"}, False, True),
    "a Dockerfile without versions": ({"Dockerfile": "RUN pip install sqlmodel pydantic fastapi==0.1\n"}, True, False),
    "a project file before the others": (
        {"pyproject.toml": 'dependencies = ["pydantic", "sqlmodel"]\n', "requirements-x.txt": "sqlmodel==0.0.8\n"},
        True,
        False,
    ),
    "another folder": ({"other/requirements-x.txt": "pydantic==1.10.2\nsqlmodel==0.0.8\n"}, True, False),
    "nearest folder": (
        {"requirements.txt": "pydantic==1.10.2\n", "app/requirements.txt": "pydantic==2.0\nsqlmodel==0.0.44\n"},
        False,
        False,
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_versions(case: str, tmp_path: Path) -> None:
    files, aware, implicit = CASES[case]
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    versions = Versions(Project(str(tmp_path), frozenset({*files, "app/models.py"})))
    assert versions.has_aware_datetimes("app/models.py") is aware
    assert versions.has_implicit_optional("app/models.py") is implicit


@pytest.mark.parametrize(
    ("pydantic", "nullable"), [("1.10.2", [False, True, True, UNKNOWN]), ("2.0", [False, False, True, False])]
)
def test_none_as_the_default_allows_none_with_pydantic_one(
    pydantic: str, nullable: list[object], tmp_path: Path
) -> None:
    (tmp_path / "requirements.txt").write_text(f"pydantic=={pydantic}\n")
    (tmp_path / "models.py").write_text(MODELS)
    (table,) = linked(tmp_path).tables
    assert [column.nullable for column in table.columns] == nullable
