"""The scanner finds comments as the languages' own lexers do."""

import io
import tokenize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenantlint.comments import comments
from tenantlint.source import Source


def found(path: str, text: str) -> list[str]:
    source = Source(path, text.encode())
    return [source.data[each.start : each.end].decode() for each in comments(source)]


PYTHON = {
    "behind code": ("x = 1  # a", ["# a"]),
    "alone": ("# a\n  # b\nx = 1", ["# a", "# b"]),
    "in a string": ('x = "# a"', []),
    "in a string with the other quote": ("x = '\" # a'  # b", ["# b"]),
    "behind an escaped quote": (r'x = "\" # a"  # b', ["# b"]),
    "in a docstring": ('"""\n# a\n"""\n# b', ["# b"]),
    "behind quotes in a docstring": ("'''it's # a'''  # b", ["# b"]),
    "in a raw string": (r'x = r"\"  # a"' + "\n# b", ["# b"]),
    "in an f-string": ('x = f"{y!r:#x} # a"  # b', ["# b"]),
    "in nested quotes of an f-string": ("x = f\"{y['# a']}\"  # b", ["# b"]),
    "behind an empty string": ('x = ""  # a', ["# a"]),
    "behind a string that does not end": ('x = "\n# a', ["# a"]),
    "behind a docstring that does not end": ('x = """ b\n# a', ["# a"]),
    "with line ends of Windows": ("# a\r\n# b\r\n", ["# a", "# b"]),
    "with line ends of old": ("# a\r# b\r", ["# a", "# b"]),
}

TYPESCRIPT = {
    "behind code": ("x = 1; // a", ["// a"]),
    "in a block": ("/* a\n * b */ x", ["/* a\n * b */"]),
    "in a block that does not end": ("x /* a", ["/* a"]),
    "in a string": ("x = \"// a\" + '/* b'", []),
    "behind an escaped quote": (r'x = "\" // a"; // b', ["// b"]),
    "in a template": ("x = `// a\n/* b */`; // c", ["// c"]),
    "behind an escaped backtick": (r"x = `\` // a`; // b", ["// b"]),
    "inside the expression of a template": ("x = `${ y /* a */ } // b`; // c", ["/* a */", "// c"]),
    "inside a template in a template": ("x = `${ f({ a: `// a ${ 1 } // b` }) } // c`; // d", ["// d"]),
    "in a template that does not end": ("x = `// a", []),
    "behind dollars": ("x = `$ $$ {} // a`; // b", ["// b"]),
    "in a URL of a string": ('x = "https://a.b/c"; // a', ["// a"]),
    "behind a regular expression with a quote": ("x = /['\"`]/g; // a", ["// a"]),
    "behind a regular expression with slashes": (r"x = a.replace(/\/\/ a/, b); // c", ["// c"]),
    "behind a regular expression with a class": ("return /[/'// a]/; // b", ["// b"]),
    "behind a regular expression below comments": (
        "x = [\n// a.\n/* b */ // c\n/'\\//i] // d",
        ["// a.", "/* b */", "// c", "// d"],
    ),
    "behind a division below a comment": ("x = a // b\n / 'c' / d // e", ["// b", "// e"]),
    "behind a division": ("x = a / b; // c ' /", ["// c ' /"]),
    "between divisions": ("x = (a) / 'b' / c // d", ["// d"]),
    "behind the text of a tag": ("<p>It's</p>\n// a", ["// a"]),
    "with a hash": ("class A { #a = 1 } // b", ["// b"]),
}

SQL = {
    "behind code": ("DROP TABLE a; -- b", ["-- b"]),
    "behind a mark of drizzle-kit": ("DROP TABLE a;--> statement-breakpoint", ["--> statement-breakpoint"]),
    "in a block": ("/* a\n * b */ SELECT", ["/* a\n * b */"]),
    "in a block within a block": ("/* a /* b */ c */ SELECT -- d", ["/* a /* b */ c */", "-- d"]),
    "in a block that does not end": ("SELECT /* a /* b */", ["/* a /* b */"]),
    "in a string": ("SELECT '-- a', '/* b'", []),
    "behind a doubled quote": ("SELECT 'it''s -- a' -- b", ["-- b"]),
    "behind a backslash": (r"SELECT '\' -- a", ["-- a"]),
    "behind an escaped quote": (r"SELECT E'\' -- a' -- b", ["-- b"]),
    "behind a name that ends in e": (r"SELECT typee'\' -- a", ["-- a"]),
    "in a name": ('SELECT "-- a""/* b" -- c', ["-- c"]),
    "in dollar quotes": ("SELECT $$ -- a $$, $x$ /* $$ -- b $x$ -- c", ["-- c"]),
    "in dollar quotes that do not end": ("SELECT $$ -- a", []),
    "behind a parameter": ("SELECT $1 -- a", ["-- a"]),
    "behind a name with dollars": ("SELECT a$$ -- b", ["-- b"]),
    "in a block of code": ("DO $$ BEGIN -- a\n x := 'b -- c'; END $$; -- d", ["-- a", "-- d"]),
    "in a routine": ("CREATE FUNCTION f() AS $f$ /* a */ SELECT $$ -- b $$ $f$; -- c", ["/* a */", "-- c"]),
    "between operators": ("SELECT 1 - 2 / 3 * 4", []),
}


@pytest.mark.parametrize(("text", "expected"), SQL.values(), ids=SQL)
def test_sql(text, expected):
    assert found("a.sql", text) == expected


@pytest.mark.parametrize(("text", "expected"), PYTHON.values(), ids=PYTHON)
def test_python(text, expected):
    assert found("a.py", text) == expected


@pytest.mark.parametrize(("text", "expected"), TYPESCRIPT.values(), ids=TYPESCRIPT)
def test_typescript(text, expected):
    assert found("a.ts", text) == expected


PIECES = ["# a", "\n", "x = ", '"b"', "'c'", '"# d"', '"""e\n# f"""', "'''g'''", "(", ")", r'"\""', 'rb"#"', " ", "; "]


@given(st.lists(st.sampled_from(PIECES)).map("".join))
def test_python_agrees_with_tokenize(text):
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    except (tokenize.TokenError, SyntaxError):
        return
    assert found("a.py", text) == [token.string for token in tokens if token.type == tokenize.COMMENT]


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("a.py", "# a\nx = 1  # b\n  # c\n", [(True, True), (False, False), (True, False)]),
        ("a.py", '#!x\n"""doc"""\n# a\n', [(True, True), (True, True)]),
        ("a.py", 'r"""doc"""  # a\n', [(False, True)]),
        ("a.py", "\f# a\n", [(True, True)]),
        ("a.ts", '"use client";\n// a\nimport x\n// b', [(True, True), (True, False)]),
        ("a.ts", "/* a */ // b\n/* c */ x\n", [(True, True), (True, True), (False, True)]),
        ("a.ts", "{\n  /* a\n  b */\n  x, /* c */\n}", [(True, False), (False, False)]),
        ("a.ts", "x = `\n` // a\n", [(False, False)]),
        ("a.sql", "-- a\n/* b */ -- c\nSELECT 1; -- d\n", [(True, True), (True, True), (True, True), (False, False)]),
        ("a.sql", "SELECT 1;--> statement-breakpoint\n-- a\n", [(False, False), (True, False)]),
        ("a.sql", "/* a */ SELECT 1;\n", [(False, True)]),
    ],
)
def test_alone_and_leading(path, text, expected):
    assert [(each.alone, each.leading) for each in comments(Source(path, text.encode()))] == expected
