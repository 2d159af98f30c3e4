import pytest

from rules.support import Found, py, run, ts

CODE = "IDX004"


def why(index: str, columns: str, cover: str) -> str:
    return (
        f"has {index} over ({columns}), which {cover} already covers: every write pays for both, and no query needs "
        "it; drop it"
    )


def model(*items: str, name: str = "name: str"):
    """Return a SQLModel class with the items in its arguments, on line 3."""
    return py(f"""
        class Thing(SQLModel, table=True):
            __table_args__ = ({", ".join(items)},)
            id: int = Field(primary_key=True)
            {name}
            age: int
    """)


def table(*items: str, name: str = 'text("name")'):
    """Return a Drizzle table with each item on a line of its own, from line 7 on."""
    return ts(
        """
        export const things = pgTable("things", {
          id: uuid("id").primaryKey(),
          name: NAME,
          age: integer("age"),
        }, (t) => [
          ITEMS
        ]);
        """.replace("NAME", name).replace("ITEMS", "".join(f"{item},\n          " for item in items))
    )


NOOP = {
    "py one index": model('Index("a", "name")'),
    "py other columns": model('Index("a", "name")', 'Index("b", "age", "name")'),
    "py one unique index of one column": py("""
        class Thing(SQLModel, table=True):
            id: int = Field(primary_key=True)
            name: str = Field(index=True, unique=True)
    """),
    "py a unique index that a plain one begins": model('Index("a", "name", unique=True)', 'Index("b", "name", "age")'),
    "py another access method": model('Index("a", "name", postgresql_using="hash")', 'Index("b", "name", "age")'),
    "py an operator class": model(
        'Index("a", "name", postgresql_ops={"name": "text_pattern_ops"})', 'Index("b", "name", "age")'
    ),
    "py a partial index": model('Index("a", "name", postgresql_where="age > 1")', 'Index("b", "name")'),
    "py options that are not known": model('Index("a", "name", **settings.OPTIONS)', 'Index("b", "name", "age")'),
    "py a mixin's index that other tables need": py("""
        class Named(SQLModel):
            name: str = Field(index=True)

        class Note(Named, table=True):
            __table_args__ = (Index("b", "name", "age"),)
            id: int = Field(primary_key=True)
            age: int

        class Memo(Named, table=True):
            id: int = Field(primary_key=True)
    """),
    "ts one index": table('index("a").on(t.name)'),
    "ts the columns in another order": table('index("a").on(t.name, t.age)', 'index("b").on(t.age, t.name)'),
    "ts a partial index covers nothing": table('index("a").on(t.name)', 'index("b").on(t.name, t.age).where(sql`x`)'),
    "ts a unique index over more columns": table('uniqueIndex("a").on(t.name)', 'uniqueIndex("b").on(t.name, t.age)'),
    "ts another access method covers nothing": table('index("a").on(t.name)', 'index("b").using("gin", t.name)'),
    "ts another order": table('index("a").on(t.name)', 'index("b").on(t.name.desc(), t.age)'),
    "ts an operator class": table('index("a").on(t.name.op("text_pattern_ops"))', 'index("b").on(t.name)'),
    "ts expressions": table('index("a").on(sql`lower(name)`)', 'index("b").on(sql`lower(name)`, t.age)'),
    "ts columns that are not known": table('index("a").on(t.name)', 'index("b").on(...columns)'),
    "ts an index that is never created": ts("""
        export const things = pgTable("things", { name: text("name").unique() });
        export const byName = index("by_name").on(things.name);
    """),
}

FINDING = {
    "py of the primary key": (
        py("""
            class Thing(SQLModel, table=True):
                id: int = Field(primary_key=True, index=True)
        """),
        [Found(3, 5, f"`thing` {why('the index `ix_thing_id`', 'id', 'the primary key')}")],
    ),
    "py of the primary key, in a mixin": (
        py("""
            class Keyed(SQLModel):
                id: int = Field(primary_key=True, index=True)

            class Note(Keyed, table=True):
                name: str

            class Memo(Keyed, table=True):
                name: str
        """),
        [Found(3, 5, f"`memo` (and 1 more table) {why('the index `ix_memo_id`', 'id', 'the primary key')}")],
    ),
    "py the beginning of another": (
        model('Index("a", "name")', 'Index("b", "name", "age")'),
        [Found(3, 23, f"`thing` {why('the index `a`', 'name', 'the index `b`')}")],
    ),
    "py the beginning of a unique constraint": (
        model('Index("a", "name")', 'UniqueConstraint("name", "age")'),
        [Found(3, 23, f"`thing` {why('the index `a`', 'name', 'the unique constraint over (name, age)')}")],
    ),
    "py a column's index beside one in the arguments": (
        model('Index("b", "name", "age")', name="name: str = Field(index=True)"),
        [Found(5, 5, f"`thing` {why('the index `ix_thing_name`', 'name', 'the index `b`')}")],
    ),
    "py a unique index of the primary key": (
        model('Index("a", "id", unique=True)'),
        [Found(3, 23, f"`thing` {why('the index `a`', 'id', 'the primary key')}")],
    ),
    "ts the same twice": (
        table('index("a").on(t.name)', 'index("b").on(t.name)'),
        [Found(8, 3, f"`things` {why('the index `b`', 'name', 'the index `a`')}")],
    ),
    "ts a plain index before a unique one": (
        table('index("a").on(t.name)', 'uniqueIndex("b").on(t.name)'),
        [Found(7, 3, f"`things` {why('the index `a`', 'name', 'the index `b`')}")],
    ),
    "ts a unique column": (
        table('index("a").on(t.name)', name='text("name").unique()'),
        [Found(7, 3, f"`things` {why('the index `a`', 'name', 'the unique constraint over (name)')}")],
    ),
    "ts no name": (
        table("index().on(t.name)", "unique().on(t.name, t.age)"),
        [Found(7, 3, f"`things` {why('an index', 'name', 'the unique constraint over (name, age)')}")],
    ),
    "ts a wider index in another order": (
        table('index("a").on(t.name.asc())', 'index("b").on(t.name, t.age)'),
        [Found(7, 3, f"`things` {why('the index `a`', 'name', 'the index `b`')}")],
    ),
    "ts a unique index twice": (
        table('uniqueIndex("a").on(t.name, t.age)', 'uniqueIndex("b").on(t.name, t.age)'),
        [Found(8, 3, f"`things` {why('the index `b`', 'name, age', 'the index `a`')}")],
    ),
}


@pytest.mark.parametrize("snippet", NOOP.values(), ids=NOOP)
def test_noop(snippet):
    assert run(CODE, snippet) == []


@pytest.mark.parametrize(("snippet", "expected"), FINDING.values(), ids=FINDING)
def test_finding(snippet, expected):
    assert run(CODE, snippet) == expected
