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


@pytest.mark.corpus
@pytest.mark.parametrize("corpus", CORPORA, ids=lambda corpus: corpus.name)
def test_what_is_read_of_a_published_package_equals_what_runs(corpus: Corpus) -> None:
    report = compare_all(corpus)
    assert report.differences == []
    assert (report.equal, report.total) == (FACTS[corpus.name], FACTS[corpus.name])
