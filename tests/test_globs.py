import pytest

from tenantlint.globs import matcher

CASES = [
    ("*.py", "a.py", True),
    ("*.py", "src/deep/a.py", True),
    ("*.py", "a.pyi", False),
    ("build", "build", True),
    ("build", "src/build/a.py", True),
    ("build", "rebuild/a.py", False),
    ("build/", "build/a.py", True),
    ("./build", "build/a.py", True),
    ("/build", "build/a.py", True),
    ("/build", "src/build/a.py", False),
    ("src/*.py", "src/a.py", True),
    ("src/*.py", "src/deep/a.py", False),
    ("src/*.py", "lib/src/a.py", False),
    ("src/**/*.py", "src/a.py", True),
    ("src/**/*.py", "src/deep/er/a.py", True),
    ("src/**", "src/deep/a.py", True),
    ("src/**", "src", False),
    ("src", "src/deep/a.py", True),
    ("**/gen/*.ts", "gen/a.ts", True),
    ("**/gen/*.ts", "src/gen/a.ts", True),
    ("a?.ts", "ab.ts", True),
    ("a?.ts", "a.ts", False),
    ("a?b.ts", "a/b.ts", False),
    ("[ab].ts", "b.ts", True),
    ("[!ab].ts", "b.ts", False),
    ("[!ab].ts", "c.ts", True),
    ("a.ts", "axts", False),
    ("a+(b).ts", "a+(b).ts", True),
    ("[id].ts", "i.ts", True),
]


@pytest.mark.parametrize(("pattern", "path", "expected"), CASES)
def test_one_pattern(pattern, path, expected):
    assert matcher([pattern])(path) is expected


def test_any_of_several_patterns():
    matches = matcher(["*.py", "/build"])
    assert [path for path in ("a.py", "build/x.ts", "src/x.ts") if matches(path)] == ["a.py", "build/x.ts"]


def test_no_pattern_matches_nothing():
    assert matcher([])("a.py") is False
