import pytest

from rules.support import Found, py, run, ts

CODE = "COR004"
WHY = (
    "has one `Column` or `ForeignKey` object for several tables: SQLAlchemy raises an ArgumentError for the second of "
    "them; use `sa_type`, `foreign_key` and `sa_column_kwargs`, which make one for each table"
)
COLUMN = "Field(sa_column=Column(String))"


def two(base: str, bases: str, more: str = "") -> object:
    """Return two tables with the bases ``bases``, behind ``base``, which begins in line 2."""
    tables = "".join(
        f"class {name}({bases}, table=True):\n    id: int = Field(primary_key=True)\n{more}"
        for name in ("Box", "Crate")
    )
    return py(f"{base}\n{tables}")


NOOP = {
    "py one table of the base": py(f"""
        class Named(SQLModel):
            name: str = {COLUMN}
        class Box(Named, table=True):
            id: int = Field(primary_key=True)
        class BoxRead(Named):
            id: int
    """),
    "py each overrides": two(
        f"class Named(SQLModel):\n    name: str = {COLUMN}", "Named", f"    name: str = {COLUMN}\n"
    ),
    "py a table that derives from a table": py(f"""
        class Box(SQLModel, table=True):
            id: int = Field(primary_key=True)
            name: str = {COLUMN}
        class Crate(Box):
            pass
        class Case(Box):
            pass
    """),
    "py a mixin's column, which SQLAlchemy copies": two(
        "class Named:\n    name = Column(String)", "Named, SQLModel", "    x: str\n"
    ),
    "py a type is no column": two("class Named(SQLModel):\n    name: str = Field(sa_type=String(9))", "Named"),
    "py a function that makes the column": py("""
        def named(): return Field(sa_column=Column(String))
        class Box(SQLModel, table=True):
            id: int = Field(primary_key=True)
            name: str = named()
        class Crate(SQLModel, table=True):
            id: int = Field(primary_key=True)
            name: str = named()
    """),
    "py a base class with a hook": two(
        f"class Named(SQLModel):\n    name: str = {COLUMN}\n    def __init_subclass__(cls, **kwargs): fix(cls)", "Named"
    ),
    "py a base class that is not read": two(
        f"from elsewhere import Base\nclass Named(SQLModel):\n    name: str = {COLUMN}", "Named, Base"
    ),
    "py copies": py("""
        NAME = Column(String)
        class Box(SQLModel, table=True):
            id: int = Field(primary_key=True)
            name: str = Field(sa_column=NAME.copy())
        class Crate(SQLModel, table=True):
            id: int = Field(primary_key=True)
            name: str = Field(sa_column=NAME.copy())
    """),
    "ts a shared builder": ts("""
        const named = { name: text("name") };
        export const boxes = pgTable("boxes", { id: uuid("id"), ...named });
        export const crates = pgTable("crates", { id: uuid("id"), ...named });
    """),
}

FINDING = {
    "py a base class": (
        two(f"class Named(SQLModel):\n    name: str = {COLUMN}", "Named"),
        [Found(3, 5, f"`box.name` (and 1 more table) {WHY}")],
    ),
    "py a mixin": (
        two(f"class Named:\n    name: str = {COLUMN}", "Named, SQLModel"),
        [Found(3, 5, f"`box.name` (and 1 more table) {WHY}")],
    ),
    "py a generic base": (
        two(
            "from typing import Generic, TypeVar\nT = TypeVar('T')\n"
            f"class Named(SQLModel, Generic[T]):\n    name: T = {COLUMN}",
            "Named[str]",
        ),
        [Found(5, 5, f"`box.name` (and 1 more table) {WHY}")],
    ),
    "py a foreign key": (
        two(
            "from sqlalchemy import ForeignKey\n"
            "class Owned(SQLModel):\n    owner: int = Field(sa_column_args=[ForeignKey('box.id')])",
            "Owned",
        ),
        [Found(4, 5, f"`box.owner` (and 1 more table) {WHY}")],
    ),
    "py an alias": (
        py(f"""
            from typing import Annotated
            Name = Annotated[str, {COLUMN}]
            class Box(SQLModel, table=True):
                id: int = Field(primary_key=True)
                name: Name
            class Crate(SQLModel, table=True):
                id: int = Field(primary_key=True)
                name: Name
        """),
        [Found(6, 5, f"`box.name` {WHY}"), Found(9, 5, f"`crate.name` {WHY}")],
    ),
    "py a field in a constant": (
        py(f"""
            NAME = {COLUMN}
            class Box(SQLModel, table=True):
                id: int = Field(primary_key=True)
                name: str = NAME
            class Crate(SQLModel, table=True):
                id: int = Field(primary_key=True)
                name: str = NAME
        """),
        [Found(5, 5, f"`box.name` {WHY}"), Found(8, 5, f"`crate.name` {WHY}")],
    ),
    "py one of three overrides": (
        py(f"""
            class Named(SQLModel):
                name: str = {COLUMN}
            class Box(Named, table=True):
                id: int = Field(primary_key=True)
            class Crate(Named, table=True):
                id: int = Field(primary_key=True)
                name: str
            class Case(Named, table=True):
                id: int = Field(primary_key=True)
        """),
        [Found(3, 5, f"`box.name` (and 1 more table) {WHY}")],
    ),
}


@pytest.mark.parametrize("snippet", NOOP.values(), ids=NOOP)
def test_noop(snippet):
    assert run(CODE, snippet) == []


@pytest.mark.parametrize(("snippet", "expected"), FINDING.values(), ids=FINDING)
def test_finding(snippet, expected):
    assert run(CODE, snippet) == expected
