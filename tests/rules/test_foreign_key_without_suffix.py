import pytest

from rules.support import Found, py, run, ts

CODE = "NAM008"
WHY = (
    "is a foreign key, but its name reads as what it references, or as a relation; end the name in `_id` or `_by`, "
    "as in"
)
PY_OTHERS = """
class User(SQLModel, table=True):
    id: int = Field(primary_key=True)

class Country(SQLModel, table=True):
    code: str = Field(primary_key=True)
"""
TS_OTHERS = """
export const users = pgTable("users", { id: uuid("id").primaryKey() });
export const countries = pgTable("countries", { code: text("code").primaryKey() });
"""


def model(column: str, **settings: object):
    """Return a class with one column beside its key, on line 10, and two others to reference."""
    text = (
        f"{PY_OTHERS.lstrip()}\nclass Post(SQLModel, table=True):\n    nr: int = Field(primary_key=True)\n    {column}"
    )
    return py(text, **settings)


def table(column: str, extra: str = "", **settings: object):
    """Return a table with one column beside its key, on line 6, and two others to reference."""
    text = (
        f'{TS_OTHERS.lstrip()}export const posts = pgTable("posts", {{\nid: uuid("id").primaryKey(),\n  {column},\n}}'
    )
    return ts(f"{text}, (t) => [{extra}]);", **settings)


def options(**values: object):
    return {CODE: values}


NOOP = {
    "py the suffix": model('author_id: int = Field(foreign_key="user.id")'),
    "py no foreign key": model("author: int"),
    "py the name of the column that it references": model('country_code: str = Field(foreign_key="country.code")'),
    "py the same name as what it references": model('code: str = Field(foreign_key="country.code")'),
    "py who did it": model('created_by: int = Field(foreign_key="user.id")'),
    "py an option gives the suffixes": model(
        'user_key: int = Field(foreign_key="user.id")', options=options(suffixes=("_key",))
    ),
    "py a name is allowed": model('author: int = Field(foreign_key="user.id")', options=options(allow=("author",))),
    "py a key that is not known": model("author: int = Field(foreign_key=settings.KEY)"),
    "py a key over two columns": py("""
        class Page(SQLModel, table=True):
            __table_args__ = (ForeignKeyConstraint(["up1", "up2"], ["page.a", "page.b"]),)
            a: int = Field(primary_key=True)
            b: int = Field(primary_key=True)
            up1: int
            up2: int
    """),
    "ts the suffix": table('author: uuid("author_id").references(() => users.id)'),
    "ts camelCase is for NAM001": table('authorId: uuid("authorId").references(() => users.id)'),
    "ts the key of a table that extends another": ts("""
        export const users = pgTable("users", { id: uuid("id").primaryKey() });
        export const profiles = pgTable("profiles", { id: uuid("id").primaryKey().references(() => users.id) });
    """),
    "ts a table that is not known": table('author: uuid("author").references(() => unknown.id)'),
}

FINDING = {
    "py no suffix": (
        model('author: int = Field(foreign_key="user.id")'),
        [Found(10, 5, f"`post.author` {WHY} `author_id`")],
    ),
    "py the tenant": (
        model('tenant: int = Field(foreign_key="user.id")', tenant_columns=("tenant",)),
        [Found(10, 5, f"`post.tenant` {WHY} `tenant_id`")],
    ),
    "py who did it, where only ids are wanted": (
        model('created_by: int = Field(foreign_key="user.id")', options=options(suffixes=("_id",))),
        [Found(10, 5, f"`post.created_by` {WHY.replace(' or `_by`', '')} `created_by_id`")],
    ),
    "ts no suffix": (
        table('authorId: uuid("author").references(() => users.id)'),
        [Found(6, 3, f"`posts.author` {WHY} `author_id`")],
    ),
    "ts declared in the table": (
        table('author: uuid("author")', "foreignKey({ columns: [t.author], foreignColumns: [users.id] })"),
        [Found(6, 3, f"`posts.author` {WHY} `author_id`")],
    ),
    "ts once, of two keys": (
        table(
            'author: uuid("author").references(() => users.id)',
            "foreignKey({ columns: [t.author], foreignColumns: [users.id] })",
        ),
        [Found(6, 3, f"`posts.author` {WHY} `author_id`")],
    ),
}


@pytest.mark.parametrize("snippet", NOOP.values(), ids=NOOP)
def test_noop(snippet):
    assert run(CODE, snippet) == []


@pytest.mark.parametrize(("snippet", "expected"), FINDING.values(), ids=FINDING)
def test_finding(snippet, expected):
    assert run(CODE, snippet) == expected
