import pytest

from rules.support import Found, project, py, run, ts

CODE = "COR003"


def refused(names: str) -> str:
    """Return what is said of options with which SQLModel raises."""
    return (
        f"has `sa_column` together with {names}: SQLModel, from 0.0.11 on, raises a RuntimeError when the module is "
        "imported; say it in the `Column` instead"
    )


def dropped(names: str) -> str:
    """Return what is said of options that SQLModel drops."""
    return (
        f"has `sa_column` and other options, of which SQLModel drops {names} in silence; say all of it in one `Column`"
    )


def field(declaration: str) -> object:
    """Return a table with a field, in line 6."""
    return py(f"""
        from typing import Annotated
        from elsewhere import options, make
        class Event(SQLModel, table=True):
            id: int = Field(primary_key=True)
            {declaration}
    """)


def old(version: str) -> object:
    """Return a project of a SQLModel version, with a field in line 5 of its models."""
    models = """
        from sqlmodel import Column, Field, SQLModel, String
        class Event(SQLModel, table=True):
            id: int = Field(primary_key=True)
            x: str = Field(sa_column=Column(String), index=True, nullable=False, sa_column_kwargs={})
    """
    return project({"requirements.txt": f"sqlmodel=={version}\n", "models.py": models})


NOOP = {
    "py the column alone": field("x: str = Field(sa_column=Column(String, index=True))"),
    "py what the model alone has": field("x: str = Field('y', max_length=3, alias='z', sa_column=Column(String))"),
    "py options alone": field("x: str = Field(index=True, nullable=False, sa_type=String)"),
    "py options that are not read": field("x: str = Field(sa_column=Column(String), **options)"),
    "py an option that is not read": field("x: str = Field(sa_column=Column(String), index=make())"),
    "py a column that is not read": field("x: str = Field(sa_column=make(), index=True)"),
    "py two calls of which one has column options": field(
        "x: Annotated[str, Field(max_length=3)] = Field(sa_column=Column(String))"
    ),
    "py two calls without a column": field("x: Annotated[str, Field(index=True)] = Field(unique=True)"),
    "py a class that is no table": py("""
        class Event(SQLModel):
            x: str = Field(index=True, sa_column=Column(String))
    """),
    "ts": ts('export const events = pgTable("events", { id: uuid("id").primaryKey().unique().notNull() });'),
}

FINDING = {
    **{
        f"py {option}": (
            field(f"x: str = Field(sa_column=Column(String), {option}={value})"),
            [Found(6, 5, f"`event.x` {refused(f'`{option}`')}")],
        )
        for option, value in {
            "primary_key": "True",
            "foreign_key": "'event.id'",
            "unique": "False",
            "nullable": "True",
            "index": "True",
            "sa_type": "String",
            "sa_column_args": "[]",
            "sa_column_kwargs": "{}",
        }.items()
    },
    "py two options, in SQLModel's order": (
        field("x: str = Field(nullable=False, index=True, unique=True, sa_column=Column(String))"),
        [Found(6, 5, f"`event.x` {refused('`unique`, `nullable` and `index`')}")],
    ),
    "py within Annotated": (
        field("x: Annotated[str, Field(index=True, sa_column=Column(String))]"),
        [Found(6, 5, f"`event.x` {refused('`index`')}")],
    ),
    "py the column in Annotated, assigned options": (
        field("x: Annotated[str, Field(sa_column=Column(String))] = Field('y')"),
        [Found(6, 5, f"`event.x` {dropped('`sa_column`')}")],
    ),
    "py options in Annotated, an assigned column": (
        field("x: Annotated[str, Field(index=True)] = Field(sa_column=Column(String))"),
        [Found(6, 5, f"`event.x` {dropped('`index`')}")],
    ),
    "py two calls in Annotated": (
        field("x: Annotated[str, Field(index=True), Field(sa_column=Column(String))]"),
        [Found(6, 5, f"`event.x` {dropped('`sa_column`')}")],
    ),
    "py the last version that drops": (
        old("0.0.10"),
        [
            Found(4, 5, f"`event.x` {dropped('`nullable` and `index`')}", "models.py"),
            Found(4, 5, f"`event.x` {refused('`sa_column_kwargs`')}", "models.py"),
        ],
    ),
    "py the first version that refuses": (
        old("0.0.11"),
        [Found(4, 5, f"`event.x` {refused('`nullable`, `index` and `sa_column_kwargs`')}", "models.py")],
    ),
    "py a base class": (
        py("""
            class Named(SQLModel):
                name: str = Field(index=True, sa_column=Column(String))
            class Event(Named, table=True):
                id: int = Field(primary_key=True)
        """),
        [Found(3, 5, f"`event.name` {refused('`index`')}")],
    ),
}


@pytest.mark.parametrize("snippet", NOOP.values(), ids=NOOP)
def test_noop(snippet):
    assert run(CODE, snippet) == []


@pytest.mark.parametrize(("snippet", "expected"), FINDING.values(), ids=FINDING)
def test_finding(snippet, expected):
    assert run(CODE, snippet) == expected
