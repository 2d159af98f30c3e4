"""The places of what is extracted: the bytes of a span are the text that it stands for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenantlint.lang import ir
from tenantlint.lang.sqlmodel.extract import extract
from tenantlint.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterator

MODEL = """\
# é
from sqlmodel import Field, SQLModel


@decorated(1)
class  Größe ( Base[int] , SQLModel, table = True, **more ):
    \"\"\"Docs.\"\"\"

    __tablename__ = f"{PREFIX}_ü"
    name : "Optional[str]" = Field(
        default = None,   # why
        index=True,
    )
    a: int; b: list["X"] = Field()
    parenthesised = (Index("a", text("b")))
    __table_args__ = (
        Index("ix_a", "a", unique=True),
        UniqueConstraint("a",
                         "b"),
        *more,
        {"schema": "s", **rest},
    )

    @declared_attr
    def   table_name(cls, x=1, *args, y="z", **kw) -> str:
        return cls.__name__.lower() if x and kw and args else not y
"""


def nodes(node: object) -> Iterator[ir.Node]:
    if isinstance(node, ir.Node):
        yield node
        for field in node.__fields__:
            yield from nodes(getattr(node, field))
    elif isinstance(node, tuple):
        for item in node:
            yield from nodes(item)


def spans(data: bytes, kind: type[ir.Node]) -> list[str]:
    source = Source("a.py", data)
    fragment = extract(source)
    assert fragment.problems == ()
    return [source.data[node.start : node.end].decode() for node in nodes(fragment.body) if isinstance(node, kind)]


EXPECTED: dict[type[ir.Node], list[str]] = {
    ir.Call: [
        "Field(\n        default = None,   # why\n        index=True,\n    )",
        "Field()",
        'Index("a", text("b"))',
        'text("b")',
        'Index("ix_a", "a", unique=True)',
        'UniqueConstraint("a",\n                         "b")',
        "cls.__name__.lower()",
        "decorated(1)",
    ],
    ir.Arg: [
        "Base[int]",
        "SQLModel",
        "table = True",
        "**more",
        "default = None",
        "index=True",
        '"a"',
        'text("b")',
        '"b"',
        '"ix_a"',
        '"a"',
        "unique=True",
        '"a"',
        '"b"',
        "1",
    ],
    ir.Template: ['f"{PREFIX}_ü"'],
    ir.Spread: ["*more"],
    ir.Entry: ['"schema": "s"', "rest"],
    ir.Mapping: ['{"schema": "s", **rest}'],
    ir.Cond: ["cls.__name__.lower() if x and kw and args else not y"],
    ir.Binary: ["x and kw and args", "x and kw"],
    ir.Unary: ["not y"],
    ir.Attr: ["cls.__name__.lower", "cls.__name__"],
    ir.ImportFrom: ["from sqlmodel import Field, SQLModel"],
    ir.ImportedName: ["Field", "SQLModel"],
}


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"], ids=["lf", "crlf", "cr"])
@pytest.mark.parametrize("kind", EXPECTED, ids=lambda kind: kind.__name__)
def test_a_span_is_the_text_of_its_node(kind: type[ir.Node], newline: str) -> None:
    data = MODEL.replace("\n", newline).encode()
    assert spans(data, kind) == [text.replace("\n", newline) for text in EXPECTED[kind]]


@pytest.mark.parametrize("prefix", ["", "\ufeff", "\x0c\n", "x = 1 + \\\n  2\n", "'''é\r\n\x0c'''\n"], ids=repr)
def test_what_stands_before_moves_no_span(prefix: str) -> None:
    data = (prefix + MODEL).encode()
    assert spans(data, ir.Call) == EXPECTED[ir.Call]


def classes(data: bytes) -> list[ir.ClassDef]:
    return [node for node in nodes(extract(Source("a.py", data)).body) if isinstance(node, ir.ClassDef)]


def test_names_targets_and_statements_of_a_class() -> None:
    data = MODEL.encode()
    (klass,) = classes(data)
    text = lambda node: data[node.start : node.end].decode()  # noqa: E731
    assert text(klass.name) == "Größe"
    assert text(klass).startswith("class  Größe")
    assigned = [(text(node.targets[0]), text(node)) for node in klass.body if isinstance(node, ir.Assign)]
    assert [name for name, _ in assigned] == ["__tablename__", "name", "a", "b", "parenthesised", "__table_args__"]
    assert assigned[2:4] == [("a", "a: int"), ("b", 'b: list["X"] = Field()')]
    (method,) = [node for node in klass.body if isinstance(node, ir.FuncDef)]
    assert text(method.name) == "table_name"
    assert [(param.target.id, param.rest) for param in method.func.params if isinstance(param.target, ir.Name)] == [
        ("cls", ""),
        ("x", ""),
        ("args", "*"),
        ("y", "kw"),
        ("kw", "**"),
    ]


def test_the_types_in_a_string_stand_where_the_string_stands() -> None:
    data = MODEL.encode()
    (klass,) = classes(data)
    annotation = next(node.annotation for node in klass.body if isinstance(node, ir.Assign) and node.annotation)
    assert isinstance(annotation, ir.Item)
    assert {data[node.start : node.end] for node in nodes(annotation)} == {b'"Optional[str]"'}
    assert [node.id for node in nodes(annotation) if isinstance(node, ir.Name)] == ["Optional", "str"]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x: Literal['a', 'b']", ["Literal"]),
        ("x: Annotated['T', 'meta', Field(alias='n')]", ["Annotated", "T", "Field"]),
        ("x: dict['K', list['V']] | 'U | None'", ["dict", "K", "list", "V", "U"]),
        ("x: 'module.Name'", ["module"]),
        ("x: 'not a type('", []),
    ],
)
def test_only_strings_that_stand_for_types_are_read_as_types(source: str, expected: list[str]) -> None:
    (statement,) = extract(Source("a.py", source.encode())).body
    assert isinstance(statement, ir.Assign)
    assert [node.id for node in nodes(statement.annotation) if isinstance(node, ir.Name)] == expected


FUNCTIONS = """\
def reads(x):
    return Field(x)

def writes(x):
    print(x)

async def waits():
    return 1

class A:
    def method(self):
        return 1

    @classmethod
    def made(cls):
        return 2

    @field_validator("x")
    def check(cls, v):
        return v

    def load_dialect_impl(self, dialect):
        return 3
"""


def test_bodies_of_functions_that_decide_nothing_are_not_read() -> None:
    found = {}
    for node in nodes(extract(Source("a.py", FUNCTIONS.encode())).body):
        if isinstance(node, ir.FuncDef):
            (statement,) = node.func.body
            found[node.name.id] = isinstance(statement, ir.Return) and not isinstance(statement.value, ir.Opaque)
    assert found == {
        "reads": True,
        "writes": False,
        "waits": False,
        "method": False,
        "made": True,
        "check": False,
        "load_dialect_impl": True,
    }


def test_long_data_is_not_read_but_long_text_is() -> None:
    text = "word " * 200
    data = f"text = '{text}'\nnumbers = [{'1, ' * 30_000}]\n".encode()
    first, second = extract(Source("a.py", data)).body
    assert isinstance(first, ir.Assign)
    assert isinstance(second, ir.Assign)
    assert first.value == ir.Const(7, 7 + len(text) + 2, text)
    assert isinstance(second.value, ir.Opaque)


MUTATED = st.builds(
    lambda start, end, insert: (MODEL[:start] + insert + MODEL[end:]).encode("utf-8", "surrogatepass"),
    st.integers(0, len(MODEL)),
    st.integers(0, len(MODEL)),
    st.text(max_size=8),
)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.one_of(st.binary(max_size=200), MUTATED))
def test_no_input_is_too_bad(data: bytes) -> None:
    source = Source("a.py", data)
    fragment = extract(source)
    for node in nodes(fragment.body):
        assert 0 <= node.start <= node.end <= len(source.data)
    if fragment.problems:
        (problem,) = fragment.problems
        assert fragment.body == ()
        assert problem.code in ("ERR002", "ERR003", "ERR004")
        assert 0 <= problem.start <= len(source.data)
