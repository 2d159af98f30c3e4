import pytest

from rules.support import Found, py, run, ts

CODE = "COR001"
RENAME = 'rename the attribute and keep the column with `sa_column_kwargs={"name": …}`'
KEPT = {
    "metadata": (
        "has the name that SQLAlchemy keeps for the tables' MetaData: it refuses the class, or an object of it cannot "
        f"be made; {RENAME}"
    ),
    "registry": f"has the name that SQLAlchemy keeps for the registry of classes; {RENAME}",
}
REFUSED = f"has the name of a method that Pydantic protects: it refuses the class; {RENAME}"
BROKEN = f"has a name that SQLModel uses itself: an object of the class cannot be made; {RENAME}"
HIDING = (
    "hides the member of SQLModel with that name, and Pydantic warns of it on every import (before version 2 it "
    f"refuses the class); {RENAME}"
)
INFERRED = (
    "has the name of the type that Drizzle infers for the rows: the types of all queries on the table go wrong; rename "
    "the key, which leaves the column as it is"
)
ENABLE_RLS = (
    "has the name of a method of the table, which hides the column: conditions on it compare a constant; rename the "
    "key, which leaves the column as it is"
)


def field(name: str, value: str = "str") -> object:
    """Return a table with a field of that name, in line 5."""
    return py(f"""
        from sqlalchemy import Table
        class Event(SQLModel, table=True):
            id: int = Field(primary_key=True)
            {name}: {value}
    """)


def key(name: str, table: str = "pgTable", column: str = "text") -> object:
    """Return a Drizzle table with a key of that name, in line 4."""
    return ts(f"""
        export const events = {table}("events", {{
          id: uuid("id").primaryKey(),
          {name}: {column}("x"),
        }});
    """)


NOOP = {
    **{f"py {name}": field(name) for name in ("query", "c", "columns", "table", "mapper", "self", "fields", "type")},
    "py a name of the column": field("details", "dict = Field(sa_column_kwargs={'name': 'metadata'})"),
    "py the configuration": py(
        "class Event(SQLModel, table=True):\n    model_config = {}\n    id: int = Field(primary_key=True)\n"
    ),
    "py a prefix of Pydantic's": field("model_name"),
    "py a class that is no table": py("class Event(SQLModel):\n    metadata: str\n    json: str\n"),
    "py a table without a class": py("""
        from sqlalchemy import Table
        Table("event", SQLModel.metadata, Column("id", BigInteger, primary_key=True), Column("metadata", String))
    """),
    "py a relation that hides a method": py("""
        class Copy(SQLModel, table=True):
            id: int = Field(primary_key=True)
        class Event(SQLModel, table=True):
            id: int = Field(primary_key=True)
            copy_id: int = Field(foreign_key="copy.id")
            copy: Copy = Relationship()
    """),
    **{f"ts {name}": key(name) for name in ("metadata", "json", "_", "getSQL", "shouldOmitSQLParens", "name", "table")},
    "ts the name of the column": ts("""
        export const events = pgTable("events", { id: uuid("id"), secured: text("enableRLS") });
    """),
    "ts another dialect": key("enableRLS", "mysql.mysqlTable", "mysql.text"),
}

FINDING = {
    **{f"py {name}": (field(name), [Found(5, 5, f"`event.{name}` {text}")]) for name, text in KEPT.items()},
    **{
        f"py {name}": (field(name), [Found(5, 5, f"`event.{name}` {REFUSED}")])
        for name in ("model_dump", "model_dump_json", "model_validate", "model_validate_json", "model_validate_strings")
    },
    **{f"py {name}": (field(name), [Found(5, 5, f"`event.{name}` {BROKEN}")]) for name in ("cls", "model_fields")},
    **{
        f"py {name}": (field(name), [Found(5, 5, f"`event.{name}` {HIDING}")])
        for name in ("copy", "dict", "json", "schema", "validate", "construct", "from_orm", "model_copy", "parse_obj")
    },
    "py with a column of its own": (
        field("metadata", "dict = Field(sa_column=Column('metadata', String))"),
        [Found(5, 5, f"`event.metadata` {KEPT['metadata']}")],
    ),
    "py a relation": (
        py("""
            class Details(SQLModel, table=True):
                id: int = Field(primary_key=True)
            class Event(SQLModel, table=True):
                id: int = Field(primary_key=True)
                details_id: int = Field(foreign_key="details.id")
                metadata: Details = Relationship()
        """),
        [Found(7, 5, f"`event.metadata` {KEPT['metadata']}")],
    ),
    "ts enableRLS": (key("enableRLS"), [Found(4, 3, f"`events.enableRLS` {ENABLE_RLS}")]),
    "ts $inferSelect": (key("$inferSelect"), [Found(4, 3, f"`events.$inferSelect` {INFERRED}")]),
    "ts $inferInsert in MySQL": (
        key("$inferInsert", "mysql.mysqlTable", "mysql.text"),
        [Found(4, 3, f"`events.$inferInsert` {INFERRED}")],
    ),
}


@pytest.mark.parametrize("snippet", NOOP.values(), ids=NOOP)
def test_noop(snippet):
    assert run(CODE, snippet) == []


@pytest.mark.parametrize(("snippet", "expected"), FINDING.values(), ids=FINDING)
def test_finding(snippet, expected):
    assert run(CODE, snippet) == expected
