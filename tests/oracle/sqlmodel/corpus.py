"""Published packages that declare SQLModel tables, and how their facts compare.

``python -m tests.oracle.sqlmodel.corpus`` prints the figures of every corpus by kind. The packages and the virtual
environments that they are imported in are kept in ``.cache/corpus``, or where TENANTLINT_CORPUS says.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
import venv
import zipfile
from pathlib import Path
from typing import NamedTuple

from tests.oracle.compare import Report, compare
from tests.oracle.sqlmodel.project import read, truths

REPOSITORY = Path(__file__).parents[3]
CACHE = Path(os.environ.get("TENANTLINT_CORPUS", REPOSITORY / ".cache" / "corpus"))


class Corpus(NamedTuple):
    """A package and the modules of its tables.

    ``sqlmodel`` is the version that it runs with, ``needs`` is what else its modules import, and ``beside`` are
    packages of the same authors and repository, which are read and imported like its own.
    """

    package: str
    modules: tuple[str, ...]
    sqlmodel: str = "0.0.50"
    needs: tuple[str, ...] = (
        "sqlalchemy==2.1.9",
        "pydantic==2.14.3",
        "celery",
        "cron-descriptor",
        "faker",
        "fastapi",
        "toml",
    )
    beside: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The name of the package, without its version."""
        return self.package.partition("==")[0]


_LANGFLOW = "langflow.services.database.models"
_LANGFLOW_NEEDS = (
    "sqlalchemy==2.0.58 pydantic==2.13.5 fastapi orjson langchain-core structlog loguru platformdirs filelock pandas "
    "aiofiles pillow cryptography alembic emoji pydantic-settings bcrypt opentelemetry-sdk "
    "opentelemetry-exporter-prometheus opentelemetry-exporter-otlp email-validator croniter"
)
_PAPITA = "account_balances account_details account_financing accounts categories ingestion transactions users"

CORPORA = (
    Corpus("cape-cod-db==0.4.1", ("cape_cod_db.models",)),
    Corpus(
        "fastapi-quiver==0.1.0",
        tuple(f"quiver.models.{name}" for name in ("admin_user", "associations", "permission", "role", "token")),
    ),
    Corpus(
        "langflow-base==1.13.0",
        (_LANGFLOW, f"{_LANGFLOW}.vertex_builds.model"),
        "0.0.48",
        tuple(_LANGFLOW_NEEDS.split()),
        ("lfx==1.13.0",),
    ),
    Corpus("papita-transactions-model==1.0.7", tuple(f"papita_txnsmodel.model.{name}" for name in _PAPITA.split())),
    Corpus("ptbmodels==0.2.19", ("ptbmodels.models",)),
    Corpus("resurf-models==0.1.1", ("resurf_models.shop_v1.models",)),
    Corpus("sqlmodel-celery-beat==0.2.7", ("sqlmodel_celery_beat.models",)),
    Corpus("sqlmodel-celery-beat-pg==0.1.6", ("sqlmodel_celery_beat.models",)),
    Corpus("ui-foundation-backend==4.31.0", ("foundation_backend.models",)),
    Corpus(
        "zenml==0.98.0",
        ("zenml.zen_stores.schemas",),
        "0.0.38",
        ("zenml==0.98.0", "sqlalchemy==2.0.58", "sqlalchemy-utils", "passlib"),
    ),
)


def compare_all(corpus: Corpus) -> Report:
    """Read and import a package, and compare."""
    root = sources(corpus)
    with tempfile.TemporaryDirectory() as out:
        (truth,) = truths(Path(out), [f"{root}={','.join(corpus.modules)}"], environment(corpus)).values()
    return compare(read(root), truth)


def sources(corpus: Corpus) -> Path:
    """Return the folder with the unpacked package, and with a file that tells its version of SQLModel."""
    root = CACHE / corpus.package.replace("==", "-")
    if not (root / "requirements.txt").exists():
        with tempfile.TemporaryDirectory() as folder:
            _pip(sys.executable, "download", "--no-deps", "--dest", folder, corpus.package, *corpus.beside)
            for wheel in Path(folder).glob("*.whl"):
                zipfile.ZipFile(wheel).extractall(root)
        (root / "requirements.txt").write_text(f"sqlmodel=={corpus.sqlmodel}\n")
    return root


def environment(corpus: Corpus) -> str:
    """Return the Python of a virtual environment that has what the package needs; corpora with equal needs share it."""
    needs = (f"sqlmodel=={corpus.sqlmodel}", *corpus.needs)
    folder = CACHE / f"environment-{hashlib.sha256(repr(needs).encode()).hexdigest()[:12]}"
    python = folder / "bin" / "python"
    if not (folder / "complete").exists():
        venv.create(folder, with_pip=True, clear=True)
        _pip(str(python), "install", *needs)
        (folder / "complete").touch()
    return str(python)


def _pip(python: str, command: str, *arguments: str) -> None:
    subprocess.run([python, "-m", "pip", command, "--quiet", "--disable-pip-version-check", *arguments], check=True)


def main() -> None:
    """Print facts equal / facts in the truth, by corpus and kind, and every difference."""
    for corpus in CORPORA:
        report = compare_all(corpus)
        print(f"{corpus.package}: {report.equal} / {report.total}")
        for kind, (equal, total) in report.counts.items():
            print(f"  {kind}: {equal} / {total}")
        for difference in report.differences:
            print(f"  - {difference}")


if __name__ == "__main__":
    main()
