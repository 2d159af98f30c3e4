"""What no Python parser takes gives one problem, at its place; what only a newer Python takes is read."""

from __future__ import annotations

import pytest

from tenantlint.lang import ir
from tenantlint.lang.sqlmodel.extract import MAX_BYTES, extract
from tenantlint.source import Source

DEEP = 10_000
NESTED = "it is nested too deeply to be read"


@pytest.mark.parametrize(
    ("data", "start", "code", "message"),
    [
        (b"def f(:\n", 6, "ERR003", "invalid syntax"),
        ("x = 'é' é é\n".encode(), 9, "ERR003", "invalid syntax"),
        (b"if x:\ny\n", 6, "ERR003", "expected an indented block after 'if' statement on line 1"),
        (b"x = (\n", 4, "ERR003", "'(' was never closed"),
        (b"x = 1\n\0", 6, "ERR003", "a null byte cannot stand in Python source"),
        (b"# caf\xe9\n", 5, "ERR002", "it is not UTF-8: invalid continuation byte at byte 5"),
        (b"x = " + b"(" * DEEP + b")" * DEEP, 0, "ERR004", f"{NESTED}: too many nested parentheses"),
        (b"x = a" + b".b" * DEEP, 0, "ERR004", NESTED),
        (b"x = " + b"not " * DEEP + b"1", 0, "ERR004", NESTED),
        (b"if a: pass\n" + b"elif a: pass\n" * DEEP, 0, "ERR004", NESTED),
        (b"#" * (MAX_BYTES + 1), 0, "ERR004", "it is larger than 5,000,000 bytes, so it was not read"),
    ],
    ids=lambda value: str(value)[:12],
)
def test_a_problem_has_a_place_and_says_why(data: bytes, start: int, code: str, message: str) -> None:
    problem = ir.SyntaxProblem(start, start, message, code)
    assert extract(Source("bad.py", data)) == ir.Fragment("bad.py", (), (problem,))


def test_escapes_that_python_warns_of_are_read_in_silence(recwarn: pytest.WarningsRecorder) -> None:
    fragment = extract(Source("a.py", b"x = '\\d'\n"))
    assert fragment.body == (ir.Assign(0, 8, (ir.Name(0, 1, "x"),), ir.Const(4, 8, "\\d")),)
    assert list(recwarn) == []


def test_syntax_that_only_a_newer_python_knows_is_read_with_its_places() -> None:
    data = "é = 1\nclass A[T](B[T]):\n    x: T = f('é', k=1)\ntype X = int\n".encode()
    klass, alias = extract(Source("a.py", data)).body[1:]
    assert isinstance(klass, ir.ClassDef)
    assert klass.type_params == ("T",)
    (field,) = klass.body
    assert isinstance(field, ir.Assign)
    assert isinstance(field.value, ir.Call)
    places = [klass.name, field.targets[0], field.value, *field.value.args, alias]
    texts = [data[place.start : place.end].decode() for place in places]
    assert texts == ["A", "x", "f('é', k=1)", "'é'", "k=1", "type X = int"]


def test_what_only_a_script_runs_is_left_out() -> None:
    fragment = extract(Source("a.py", b'if __name__ == "__main__":\n    main()\nelse:\n    x = 1\n'))
    assert fragment.body == (ir.Assign(48, 53, (ir.Name(48, 49, "x"),), ir.Const(52, 53, 1)),)
