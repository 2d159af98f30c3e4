from textwrap import dedent

import pytest

from tenantlint.diagnostic import Diagnostic
from tenantlint.source import Location, Source
from tenantlint.suppress import FileSuppressions, Silenced, Suppression, apply

TARGET = "TARGET"


def silencers(path: str, text: str, code: str = "TEN001", name: str = "missing-tenant-id") -> list[str]:
    """Return the directives that silence a finding at the word TARGET, as written."""
    source = Source(path, dedent(text).lstrip("\n").encode())
    start = source.data.index(TARGET.encode())
    diagnostic = Diagnostic(code, name, "error", "text", Location(path, start, start + len(TARGET)))
    result = apply([diagnostic], lambda _: source)
    assert len(result.kept) + len(result.silenced) == 1
    return [source.data[each.at.start : each.at.end].decode() for item in result.silenced for each in item.by]


PYTHON = {
    "behind the line": ("class TARGET:  # tenantlint: ignore[TEN001]", ["tenantlint: ignore[TEN001]"]),
    "by name": (
        "class TARGET:  # tenantlint: ignore[missing-tenant-id]",
        ["tenantlint: ignore[missing-tenant-id]"],
    ),
    "among others": ("class TARGET:  # tenantlint: ignore[NAM001, TEN001]", ["tenantlint: ignore[NAM001, TEN001]"]),
    "in lower case": ("class TARGET:  # tenantlint: ignore[ten001]", ["tenantlint: ignore[ten001]"]),
    "every rule": ("class TARGET:  # tenantlint: ignore", ["tenantlint: ignore"]),
    "with little space": ("class TARGET:#tenantlint:ignore[TEN001]", ["tenantlint:ignore[TEN001]"]),
    "behind another directive": (
        "class TARGET:  # type: ignore # tenantlint: ignore[TEN001]",
        ["tenantlint: ignore[TEN001]"],
    ),
    "before another directive": ("class TARGET:  # tenantlint: ignore # type: ignore", ["tenantlint: ignore"]),
    "with a reason": ("class TARGET:  # tenantlint: ignore[TEN001] -- shared", ["tenantlint: ignore[TEN001]"]),
    "every rule with a reason": ("class TARGET:  # tenantlint: ignore -- shared", ["tenantlint: ignore"]),
    "above": ("# tenantlint: ignore[TEN001]\nclass TARGET:", ["tenantlint: ignore[TEN001]"]),
    "above, with a comment between": (
        "# tenantlint: ignore[TEN001]\n# The countries of the world.\nclass TARGET:",
        ["tenantlint: ignore[TEN001]"],
    ),
    "above and behind": (
        "# tenantlint: ignore[TEN001]\nclass TARGET:  # noqa",
        ["noqa", "tenantlint: ignore[TEN001]"],
    ),
    "above a decorator": (
        "# tenantlint: ignore[TEN001]\n@one\n@two(1)\nclass TARGET:",
        ["tenantlint: ignore[TEN001]"],
    ),
    "above a decorator of several lines": (
        """
        if x:
            # tenantlint: ignore[TEN001]
            @one(
                1,
            )
            class TARGET:
        """,
        ["tenantlint: ignore[TEN001]"],
    ),
    "between decorators": ("@one\n# tenantlint: ignore[TEN001]\n@two\nclass TARGET:", ["tenantlint: ignore[TEN001]"]),
    "above an assignment of two lines": (
        "# tenantlint: ignore[TEN001]\nx = \\\n  TARGET",
        ["tenantlint: ignore[TEN001]"],
    ),
    "for the file": ("# tenantlint: ignore-file[TEN001]\nimport x\nclass TARGET:", ["tenantlint: ignore-file[TEN001]"]),
    "for the file, every rule": ("# tenantlint: ignore-file\nimport x\nclass TARGET:", ["tenantlint: ignore-file"]),
    "for the file, below its docstring": (
        '#!/usr/bin/env python\n"""Doc."""\n\n# tenantlint: ignore-file[TEN001]\nclass TARGET:',
        ["tenantlint: ignore-file[TEN001]"],
    ),
    "noqa": ("class TARGET:  # noqa", ["noqa"]),
    "noqa with the code": ("class TARGET:  # noqa: TEN001", ["noqa: TEN001"]),
    "noqa with codes": ("class TARGET:  # NOQA:E501,ten001 because", ["NOQA:E501,ten001"]),
    "noqa behind text": ("class TARGET:  # shared  # noqa: TEN001", ["noqa: TEN001"]),
    "noqa and ignore": (
        "class TARGET:  # noqa: TEN001 # tenantlint: ignore[TEN001]",
        ["tenantlint: ignore[TEN001]", "noqa: TEN001"],
    ),
}

PYTHON_NOOP = {
    "another rule": "class TARGET:  # tenantlint: ignore[TEN002]",
    "a family": "class TARGET:  # tenantlint: ignore[TEN]",
    "no rule": "class TARGET:  # tenantlint: ignore[]",
    "no brackets": "class TARGET:  # tenantlint: ignore TEN001",
    "no end": "class TARGET:  # tenantlint: ignore[TEN001",
    "prose": "class TARGET:  # write tenantlint: ignore[TEN001]",
    "another word": "class TARGET:  # tenantlint: ignored",
    "a string": 'class TARGET: x = "# tenantlint: ignore[TEN001]"',
    "a docstring above": '"""\n# tenantlint: ignore-file[TEN001]\n"""\nclass TARGET:',
    "the next line": "class TARGET:\n    x = 1  # tenantlint: ignore[TEN001]",
    "the line above, behind code": "x = 1  # tenantlint: ignore[TEN001]\nclass TARGET:",
    "above an empty line": "# tenantlint: ignore[TEN001]\n\nclass TARGET:",
    "above other code": "# tenantlint: ignore[TEN001]\nx = 1\nclass TARGET:",
    "above the end of another statement": "# tenantlint: ignore[TEN001]\nx = (\n    1,\n)\nclass TARGET:",
    "for the file, below code": "import x\n# tenantlint: ignore-file[TEN001]\nclass TARGET:",
    "noqa with another code": "class TARGET:  # noqa: E501",
    "noqa with no code": "class TARGET:  # noqa: shared",
    "noqa as a part of a word": "class TARGET:  # noqa-file",
    "noqa above": "# noqa: TEN001\nclass TARGET:",
}

TYPESCRIPT = {
    "behind the line": ("const TARGET = 1; // tenantlint: ignore[TEN001]", ["tenantlint: ignore[TEN001]"]),
    "behind the line in a block": ("const TARGET = 1; /* tenantlint: ignore */", ["tenantlint: ignore"]),
    "before code in its line": ("/* tenantlint: ignore[TEN001] */ const TARGET = 1;", ["tenantlint: ignore[TEN001]"]),
    "above": ("// tenantlint: ignore[TEN001, IDX001]\nconst TARGET = 1;", ["tenantlint: ignore[TEN001, IDX001]"]),
    "above in a block": (
        "/**\n * The countries.\n * tenantlint: ignore[TEN001] -- shared\n */\nconst TARGET = 1;",
        ["tenantlint: ignore[TEN001]"],
    ),
    "above, two comments in a line": (
        "/* tenantlint: ignore[TEN001] */ // eslint-disable-next-line\nconst TARGET = 1;",
        ["tenantlint: ignore[TEN001]"],
    ),
    "above a declaration of two lines": (
        "// tenantlint: ignore[TEN001]\nexport const x =\n  TARGET(1);",
        ["tenantlint: ignore[TEN001]"],
    ),
    "for the file": (
        '"use server";\n/* tenantlint: ignore-file[TEN001] -- generated */\nconst TARGET = 1;',
        ["tenantlint: ignore-file[TEN001]"],
    ),
    "with line ends of Windows": ("// tenantlint: ignore[TEN001]\r\nconst TARGET = 1;", ["tenantlint: ignore[TEN001]"]),
}

TYPESCRIPT_NOOP = {
    "another rule": "const TARGET = 1; // tenantlint: ignore[TEN002]",
    "a string": 'const TARGET = "// tenantlint: ignore[TEN001]";',
    "a template": "const x = `\n// tenantlint: ignore[TEN001]\n`; const TARGET = 1;",
    "noqa": "const TARGET = 1; // noqa",
    "for the file, below code": "import x;\n// tenantlint: ignore-file[TEN001]\nconst TARGET = 1;",
    "the line above, behind code": "a(); // tenantlint: ignore[TEN001]\nconst TARGET = 1;",
}

SQL = {
    "behind the line": ("DROP TABLE TARGET; -- tenantlint: ignore[TEN001]", ["tenantlint: ignore[TEN001]"]),
    "behind the mark of drizzle-kit": (
        "DROP TABLE TARGET;--> statement-breakpoint -- tenantlint: ignore[TEN001]",
        ["tenantlint: ignore[TEN001]"],
    ),
    "with a reason": ("DROP TABLE TARGET; -- tenantlint: ignore[TEN001] -- moved", ["tenantlint: ignore[TEN001]"]),
    "in a block": ("DROP TABLE TARGET; /* tenantlint: ignore[TEN001] */", ["tenantlint: ignore[TEN001]"]),
    "above": ("-- tenantlint: ignore[TEN001] -- moved\nDROP TABLE TARGET;", ["tenantlint: ignore[TEN001]"]),
    "above, with more comments": (
        "SELECT 1;\n-- tenantlint: ignore[TEN001]\n--> statement-breakpoint\nDROP TABLE TARGET;",
        ["tenantlint: ignore[TEN001]"],
    ),
    "in a block of code": (
        "DO $$ BEGIN\n  -- tenantlint: ignore[TEN001]\n  DROP TABLE TARGET;\nEND $$;",
        ["tenantlint: ignore[TEN001]"],
    ),
    "for the file": ("-- tenantlint: ignore-file\nDROP TABLE TARGET;", ["tenantlint: ignore-file"]),
}

SQL_NOOP = {
    "another rule": "DROP TABLE TARGET; -- tenantlint: ignore[TEN002]",
    "a string": "SELECT '-- tenantlint: ignore[TEN001]', TARGET;",
    "dollar quotes": "SELECT $$\n-- tenantlint: ignore[TEN001]\n$$, TARGET;",
    "noqa": "DROP TABLE TARGET; -- noqa",
    "for the file, below code": "SELECT 1;\n-- tenantlint: ignore-file[TEN001]\nDROP TABLE TARGET;",
    "the line above, behind code": "SELECT 1; -- tenantlint: ignore[TEN001]\nDROP TABLE TARGET;",
}


@pytest.mark.parametrize(("text", "expected"), SQL.values(), ids=SQL)
def test_sql(text, expected):
    assert silencers("a.sql", text) == expected


@pytest.mark.parametrize("text", SQL_NOOP.values(), ids=SQL_NOOP)
def test_sql_noop(text):
    assert silencers("a.sql", text) == []


@pytest.mark.parametrize(("text", "expected"), PYTHON.values(), ids=PYTHON)
def test_python(text, expected):
    assert silencers("a.py", text) == expected


@pytest.mark.parametrize("text", PYTHON_NOOP.values(), ids=PYTHON_NOOP)
def test_python_noop(text):
    assert silencers("a.py", text) == []


@pytest.mark.parametrize(("text", "expected"), TYPESCRIPT.values(), ids=TYPESCRIPT)
def test_typescript(text, expected):
    assert silencers("a.ts", text) == expected


@pytest.mark.parametrize("text", TYPESCRIPT_NOOP.values(), ids=TYPESCRIPT_NOOP)
def test_typescript_noop(text):
    assert silencers("a.ts", text) == []


def test_bad_input_cannot_be_silenced():
    text = "# tenantlint: ignore-file\nTARGET  # tenantlint: ignore[ERR003]"
    assert silencers("a.py", text, "ERR003", "syntax-error") == []


def test_what_silences_is_told_apart():
    source = Source("a.py", b"class A: ...  # tenantlint: ignore[TEN001] -- shared by all\nclass B: ...\n")
    first = Diagnostic("TEN001", "missing-tenant-id", "error", "a", Location("a.py", 0, 5))
    second = Diagnostic("TEN001", "missing-tenant-id", "error", "b", Location("a.py", 60, 65))
    directive = Suppression(frozenset({"TEN001"}), "line", "shared by all", Location("a.py", 16, 42))
    result = apply([first, second], lambda _: source)
    assert result.kept == (second,)
    assert result.silenced == (Silenced(first, (directive,)),)


def test_all_directives_of_a_file_are_listed_in_order():
    source = Source("a.ts", b"// tenantlint: ignore-file[NAM]\nx; // tenantlint: ignore\n// tenantlint: ignore[a-b]\n")
    assert [(each.scope, each.rules) for each in FileSuppressions(source).all] == [
        ("file", frozenset({"NAM"})),
        ("line", None),
        ("below", frozenset({"a-b"})),
    ]


def test_only_files_with_findings_are_read():
    assert apply([], lambda path: pytest.fail(path)).kept == ()
