"""Real published packages: every fact equals what SQLAlchemy says when they are imported."""

from __future__ import annotations

import pytest
from tests.oracle.sqlmodel.corpus import CORPORA, Corpus, compare_all

FACTS = {
    "cape-cod-db": 268,
    "fastapi-quiver": 233,
    "langflow-base": 3644,
    "papita-transactions-model": 1131,
    "ptbmodels": 333,
    "resurf-models": 562,
    "sqlmodel-celery-beat": 298,
    "sqlmodel-celery-beat-pg": 222,
    "ui-foundation-backend": 273,
    "zenml": 3366,
}
SHORT = {
    "sqlmodel-celery-beat": [
        f"defaults {table} {column}: has_default is <unknown>, the truth is true"
        for table, column in (
            ("clockedschedule", "created_at"),
            ("crontabschedule", "created_at"),
            ("intervalschedule", "created_at"),
            ("periodictask", "created_at"),
            ("periodictask", "date_changed"),
            ("solarschedule", "created_at"),
        )
    ],
}
"""What is not read: there the default is what a function of Celery returns, which could be None."""


@pytest.mark.corpus
@pytest.mark.parametrize("corpus", CORPORA, ids=lambda corpus: corpus.name)
def test_what_is_read_of_a_published_package_equals_what_runs(corpus: Corpus) -> None:
    report = compare_all(corpus)
    short = SHORT.get(corpus.name, [])
    assert report.differences == short
    assert (report.equal, report.total) == (FACTS[corpus.name] - len(short), FACTS[corpus.name])
