"""How an index finds rows, in both languages: its access method, and whether its columns are plain."""

import pytest

from rules.support import link_files, py, ts
from tenantlint.schema import UNKNOWN

PLAIN = ("btree", True)
PYTHON = {
    'Index("i", A.name)': PLAIN,
    'Index("i", A.name, postgresql_using="gin")': ("gin", True),
    'Index("i", A.name, postgresql_using=METHOD)': (UNKNOWN, True),
    'Index("i", A.name, postgresql_ops={"name": "gin_trgm_ops"})': ("btree", False),
    'Index("i", A.name, postgresql_ops=OPS)': ("btree", UNKNOWN),
    'Index("i", A.name, postgresql_include=["id"])': ("btree", False),
    'Index("i", A.name.desc())': ("btree", False),
    'Index("i", A.name.asc())': PLAIN,
    'Index("i", A.name.asc().nulls_first())': ("btree", False),
}
DRIZZLE = {
    'index("i").on(t.name)': PLAIN,
    'index("i").on(t.name.asc())': PLAIN,
    'index("i").on(t.name.desc())': ("btree", False),
    'index("i").on(t.name.desc().nullsLast())': ("btree", False),
    'index("i").on(t.name.op("gin_trgm_ops"))': ("btree", False),
    'index("i").using("gin", t.name)': ("gin", True),
    'index("i").using("gin", t.name.op("gin_trgm_ops"))': ("gin", False),
    'index("i").using(METHOD, t.name)': (UNKNOWN, True),
}


def facts(snippet):
    """Return what is known of the only index in a snippet, and its columns."""
    (index,) = link_files(snippet.files).tables[0].indexes
    return (index.method, index.plain), index.columns


@pytest.mark.parametrize(("text", "expected"), PYTHON.items())
def test_sqlmodel(text, expected):
    columns = "    id: int = Field(primary_key=True)\n    name: str"
    assert facts(py(f"from settings import METHOD, OPS\nclass A(SQLModel, table=True):\n{columns}\n{text}")) == (
        expected,
        ("name",),
    )


@pytest.mark.parametrize(("text", "expected"), DRIZZLE.items())
def test_drizzle(text, expected):
    columns = '{ id: uuid("id").primaryKey(), name: text("name") }'
    head = 'import { METHOD } from "./settings";'
    assert facts(ts(f'{head} export const a = pgTable("a", {columns}, (t) => [{text}]);')) == (expected, ("name",))
