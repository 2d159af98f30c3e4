import json

import pytest

from rules.migrations import journal, kit, project, revision
from rules.support import Found, run

CODE = "MIG006"
TABLE = 'CREATE TABLE "a" ("id" int);'


def snapshot(name: str, previous: str, *tables: str) -> str:
    """Return the text of a snapshot of drizzle-kit 1.0."""
    ddl = [{"entityType": "tables", "name": table} for table in ("a", *tables)]
    return json.dumps({"version": "8", "id": name, "prevIds": [previous], "dialect": "postgresql", "ddl": ddl})


def revisions(**parents: str):
    """Return revisions ``r1``, ``r2``, ... by their parents; ``revision = ...`` is on line 2."""
    return project({f"versions/{name}.py": revision(name, parent) for name, parent in parents.items()})


NOOP = {
    "alembic a chain": revisions(r1="None", r2='"r1"', r3='"r2"'),
    "alembic a merge": revisions(r1="None", r2='"r1"', r3='"r1"', r4='("r2", "r3")'),
    "alembic branches with labels": project(
        {
            "versions/r1.py": revision("r1", "None"),
            "versions/r2.py": revision("r2", '"r1"') + 'branch_labels = ("billing",)\n',
            "versions/r3.py": revision("r3", '"r1"') + 'branch_labels = ("search",)\n',
        }
    ),
    "alembic the parent is not known": revisions(r1="None", r2="load()"),
    "drizzle-kit": kit(TABLE, 'DROP TABLE "a";'),
    "sql": project({"migrations/0001_a.sql": TABLE, "migrations/0003_b.sql": "DROP TABLE a;"}),
}

FINDING = {
    "alembic two heads": (
        revisions(r1="None", r2='"r1"', r3='"r1"'),
        [
            Found(
                2,
                1,
                "`versions` has 2 heads, `r2` and `r3`, so that `alembic upgrade head` fails: join them with `alembic "
                "merge heads`, or let one of them follow the other",
                "versions/r3.py",
            )
        ],
    ),
    "alembic a missing parent": (
        revisions(r2='"r1"', r3='"r2"'),
        [
            Found(
                3,
                1,
                "`versions` has no revision `r1`, which `r2` follows: Alembic finds no order, and runs nothing; bring "
                "the file back, or name the revision that it really follows",
                "versions/r2.py",
            )
        ],
    ),
    "alembic a circle": (
        revisions(r1='"r2"', r2='"r1"'),
        [
            Found(
                3,
                1,
                "`versions` goes round in a circle: `r1` follows `r2`: none of them can be the first, and nothing "
                "runs; name for one of them the revision that it follows",
                "versions/r1.py",
            )
        ],
    ),
    "alembic one id twice": (
        project({"versions/a.py": revision("r1", "None"), "versions/b.py": revision("r1", "None")}),
        [
            Found(
                2,
                1,
                "`versions` has two revisions `r1`, the other in `versions/a.py`: which of them runs is left to "
                "chance; give one of them an id of its own",
                "versions/b.py",
            )
        ],
    ),
    "drizzle-kit a file that the journal does not list": (
        kit(TABLE, 'DROP TABLE "a";', listed=1),
        [
            Found(
                1,
                1,
                "`drizzle` has a file `0001_m.sql` that its journal does not list: drizzle-kit goes by the journal, so "
                "that databases miss a migration or stop at it; let `drizzle-kit generate` write both and commit them "
                "together, or delete the journal where another tool runs the files",
                "drizzle/0001_m.sql",
            )
        ],
    ),
    "drizzle-kit a file that is missing": (
        project({"drizzle/meta/_journal.json": journal("0000_m", "0001_m"), "drizzle/0000_m.sql": TABLE}),
        [
            Found(
                1,
                162,
                "`drizzle` lists `0001_m` in its journal, and there is no file `0001_m.sql`: drizzle-kit goes by the "
                "journal, so that databases miss a migration or stop at it; let `drizzle-kit generate` write both "
                "and commit them together, or delete the journal where another tool runs the files",
                "drizzle/meta/_journal.json",
            )
        ],
    ),
    "drizzle-kit two last snapshots": (
        project(
            {
                "drizzle/20250101000000_a/migration.sql": TABLE,
                "drizzle/20250101000000_a/snapshot.json": snapshot("1", "0"),
                "drizzle/20250102000000_b/migration.sql": 'CREATE TABLE "b" ("id" int);',
                "drizzle/20250102000000_b/snapshot.json": snapshot("2", "1", "b"),
                "drizzle/20250103000000_c/migration.sql": 'CREATE TABLE "c" ("id" int);',
                "drizzle/20250103000000_c/snapshot.json": snapshot("3", "1", "c"),
            }
        ),
        [
            Found(
                1,
                29,
                "`drizzle` has two last snapshots, of `20250102000000_b` and of `20250103000000_c`: drizzle-kit "
                "generates the next migration from the last snapshot alone, so that it repeats or drops what the "
                "others have; delete one of the two migrations, and generate it again on top of the other",
                "drizzle/20250102000000_b/snapshot.json",
            )
        ],
    ),
}


@pytest.mark.parametrize("snippet", NOOP.values(), ids=NOOP)
def test_noop(snippet):
    assert run(CODE, snippet) == []


@pytest.mark.parametrize(("snippet", "expected"), FINDING.values(), ids=FINDING)
def test_finding(snippet, expected):
    assert run(CODE, snippet) == expected
