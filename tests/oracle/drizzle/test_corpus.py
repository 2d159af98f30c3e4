"""Real published schemas: every fact equals what drizzle-orm says when they are imported."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.oracle.drizzle.corpus import CORPORA, Corpus, compare_all

if TYPE_CHECKING:
    from pathlib import Path

FACTS = {
    "@aphexcms/postgresql-adapter": 1026,
    "@auth/drizzle-adapter": 519,
    "@elizaos/plugin-sql": 779,
    "@shopify/shopify-app-session-storage-drizzle": 267,
    "@usebetterdev/audit-drizzle": 192,
    "@usebetterdev/tenant-drizzle": 24,
    "create-t3-app": 1658,
}


@pytest.mark.corpus
@pytest.mark.parametrize("corpus", CORPORA, ids=lambda corpus: corpus.package)
def test_what_is_read_of_a_published_package_equals_what_runs(corpus: Corpus, tmp_path: Path) -> None:
    report = compare_all(corpus, tmp_path)
    assert report.differences == []
    assert (report.equal, report.total) == (FACTS[corpus.package], FACTS[corpus.package])
