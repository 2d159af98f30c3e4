"""The light tree is LibCST's tree. Each case is a process of its own, since LibCST changes what is loaded."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

COMPARE = """
import sys
from tenantlint.lang.sqlmodel.cst import parse
text = sys.stdin.buffer.read().decode()
light = parse(text)
assert "libcst" not in sys.modules
import libcst
real = libcst.parse_module(text)

def compare(light, real):
    assert type(light).__name__ == type(real).__name__, (light, real)
    for name, value in vars(light).items():
        same(value, getattr(real, name))

def same(light, real):
    if isinstance(light, (list, tuple)):
        assert len(light) == len(real)
        for pair in zip(light, real):
            same(*pair)
    elif isinstance(real, libcst.CSTNode) or type(real).__name__ == "MaybeSentinel":
        assert type(light).__name__ == type(real).__name__
        isinstance(real, libcst.CSTNode) and compare(light, real)
    else:
        assert light == real, (light, real)

compare(light, real)
print(sum(1 for _ in text.splitlines()))
"""

SYNTAX = """\
import a.b as c
from .x import (y, z as w,)
@decorator(1, *args, **kw)
class A[T: int](Base, metaclass=M):
    x: "int | None" = Field(default=None)  # comment
    def f(self, a, /, b=1, *c, d, **e) -> None:
        return [i async for i in x if i] or {**d, 'k': f"{a!r:>{w}}"}
async def g():
    async with a as b, c: await d
    try: pass
    except* E as e: raise X from e
    else: del y
    match v:
        case {"a": [1, *_], **rest} if rest: ...
if (n := 1) < 2 <= 3 and not x is y: lambda *a, k=1: (yield)
x @= -1 ** ~2; y[1:2, ...] = "a" 'b' f"d"; z = b"c"
type Alias[T] = list[T]
"""


def run(code: str, text: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([sys.executable, "-c", code], input=text.encode(), capture_output=True, check=False)


@pytest.mark.parametrize("text", ["", "\n# only a comment", "x = 1\r\ny = 2\r\n", SYNTAX, Path(__file__).read_text()])
def test_both_trees_are_equal(text: str) -> None:
    done = run(COMPARE, text)
    assert (done.stderr, done.stdout) == (b"", f"{len(text.splitlines())}\n".encode())


ERROR = """
import sys
{before}
from tenantlint.lang.sqlmodel.cst import CstSyntaxError, parse
try:
    parse(sys.stdin.read())
except CstSyntaxError as error:
    print(error.line, error.column, error.message[:36])
"""


@pytest.mark.parametrize("before", ["", "import libcst"])
def test_a_syntax_error_has_a_place_with_and_without_the_real_package(before: str) -> None:
    done = run(ERROR.format(before=before), "x = 1\ny = (2\n  z q\n")
    assert (done.stderr, done.stdout) == (b"", b"3 4 parser error: error at 3:4: expected\n")


def test_without_the_native_module_the_real_package_parses() -> None:
    code = (
        "from tenantlint.lang.sqlmodel import cst\n"
        "cst._native = lambda: None\n"
        "import sys\n"
        "print(type(cst.parse('x = 1')).__module__, 'libcst' in sys.modules)\n"
    )
    done = run(code, "")
    assert (done.stderr, done.stdout) == (b"", b"libcst._nodes.module True\n")


THREADS = """
from concurrent.futures import ThreadPoolExecutor
import sys
sys.setswitchinterval(1e-6)
from tenantlint.lang.sqlmodel.cst import parse
texts = [f"class A{i}:\\n    b: int = f({i}, x=[1, 2])\\n" * 20 for i in range(200)]
with ThreadPoolExecutor(8) as threads:
    trees = list(threads.map(parse, texts))
print(sum(len(tree.body) for tree in trees), "libcst" in sys.modules)
"""


def test_threads_parse_one_after_the_other() -> None:
    done = subprocess.run([sys.executable, "-c", THREADS], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("4000 False\n", "")
