"""Drizzle and SQL: what drift tells is what the catalogs of two real databases tell.

One database is made by what drizzle-kit generates from the schema, the other by the migration.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest
from tests.oracle.drift import truth, write
from tests.oracle.drift.spec import change, random_spec
from tests.oracle.fixes.kit import KitProject

from drift.support import found

if TYPE_CHECKING:
    from pathlib import Path

    from tests.postgres import Server

CHANGES = (0, 1, 2, 4)
SCHEMAS = 10


@pytest.mark.parametrize("seed", range(SCHEMAS))
def test_drift_is_what_differs(postgres: Server, tmp_path: Path, seed: int):
    random = Random(seed)
    before = random_spec(random)
    project = KitProject(tmp_path, 0, write.drizzle(before))
    project.generate()
    with postgres.database() as one:
        project.migrate(one)
        for count in CHANGES * 3:
            after = before
            for _ in range(count):
                after = change(random, after)
            files = {"src/schema.ts": write.drizzle(before), "migrations/0001_first.sql": write.sql(after)}
            with postgres.database() as other:
                other.execute(files["migrations/0001_first.sql"].encode())
                expected = truth.differences(one, other)
            (drift,) = found(files).drifts
            assert drift.doubts == ()
            assert {(each.kind, each.subject) for each in drift.differences} == expected
