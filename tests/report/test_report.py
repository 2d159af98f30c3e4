"""Every output format, byte for byte, on one report that holds what is awkward to print."""

from __future__ import annotations

import json as json_module

import pytest

from tenantlint.change import Fix, RemoveText
from tenantlint.diagnostic import Diagnostic, input_problem
from tenantlint.project import Project
from tenantlint.report import concise, github, json, text
from tenantlint.report.model import Entry, Place, Report, placer, report
from tenantlint.schema import Unresolved
from tenantlint.source import Location, Position

MODELS = "\ufeffclass Größe(SQLModel):\r\n\tname: str = 'x'\n"
SCHEMA = 'export const 表 = pgTable("表", {\n  a: text(),\n});\n'
FILES = {"app/models.py": MODELS.encode(), "web/schema.ts": SCHEMA.encode(), "web/a,b:c.ts": b"let x;\n"}


def find(path: str, needle: str, until: str | None = None) -> Location:
    data = FILES[path].removeprefix(b"\xef\xbb\xbf")
    start = data.index(needle.encode())
    last = needle if until is None else until
    end = data.index(last.encode(), start) + len(last.encode())
    return Location(path, start, end)


def sample(unread: bool = False) -> Report:
    project = Project("/nowhere", frozenset(), FILES)
    diagnostics = [
        Diagnostic("NAM001", "camel-case-column", "error", "column `Größe` is loud", find("app/models.py", "Größe")),
        Diagnostic("TEN005", "global-unique", "warning", "100% of\nit", find("app/models.py", "name")),
        Diagnostic("TEN001", "missing-tenant-id", "error", "no tenant", find("web/schema.ts", "表", "})")),
        input_problem("ERR001", "the file cannot be read: gone", Location("web/gone.ts", 0, 0)),
        Diagnostic("NAM003", "camel-case-table", "error", "x", find("web/a,b:c.ts", "x")),
    ]
    unresolved = [Unresolved("name x", "nothing that was read binds it", find("web/schema.ts", "text()"))]
    return report(project, diagnostics, unresolved if unread else None)


TEXT = """\
app/models.py:1:7: error NAM001 camel-case-column: column `Größe` is loud
  |
1 | class Größe(SQLModel):
  |       ^^^^^

app/models.py:2:2: warning TEN005 global-unique: 100% of it
  |
2 |     name: str = 'x'
  |     ^^^^

web/schema.ts:1:14: error TEN001 missing-tenant-id: no tenant
  |
1 | export const 表 = pgTable("表", {
  |              ^^^^^^^^^^^^^^^^^^^^

web/gone.ts:1:1: error ERR001 unreadable-file: the file cannot be read: gone

web/a,b:c.ts:1:5: error NAM003 camel-case-table: x
  |
1 | let x;
  |     ^
"""

CONCISE = """\
app/models.py:1:7: NAM001 column `Größe` is loud
app/models.py:2:2: TEN005 100% of it
web/schema.ts:1:14: TEN001 no tenant
web/gone.ts:1:1: ERR001 the file cannot be read: gone
web/a,b:c.ts:1:5: NAM003 x
"""

# ruff: noqa: E501
GITHUB = """\
::error title=NAM001 camel-case-column,file=app/models.py,line=1,col=7,endColumn=12::app/models.py:1:7: NAM001 column `Größe` is loud
::warning title=TEN005 global-unique,file=app/models.py,line=2,col=2,endColumn=6::app/models.py:2:2: TEN005 100%25 of it
::error title=TEN001 missing-tenant-id,file=web/schema.ts,line=1,endLine=3::web/schema.ts:1:14: TEN001 no tenant
::error title=ERR001 unreadable-file,file=web/gone.ts,line=1,col=1,endColumn=1::web/gone.ts:1:1: ERR001 the file cannot be read: gone
::error title=NAM003 camel-case-table,file=web/a%2Cb%3Ac.ts,line=1,col=5,endColumn=6::web/a,b:c.ts:1:5: NAM003 x
"""

UNREAD = "web/schema.ts:2:6: unknown name x: nothing that was read binds it\n"


def test_text_shows_the_source_line_and_a_caret() -> None:
    assert text.render(sample(), str, color=False, summary=False) == TEXT


def test_text_ends_with_what_was_not_read_and_a_summary() -> None:
    expected = TEXT + "\n" + UNREAD + "\nFound 4 errors and 1 warning in 4 files.\n"
    assert text.render(sample(unread=True), str, color=False, summary=True) == expected


def test_text_shows_paths_as_it_is_told() -> None:
    lines = text.render(sample(), lambda path: f"../{path}", color=False, summary=False).splitlines()
    assert lines[0] == "../app/models.py:1:7: error NAM001 camel-case-column: column `Größe` is loud"


def test_text_in_colour() -> None:
    project = Project("/nowhere", frozenset(), FILES)
    diagnostics = [Diagnostic("TEN001", "missing-tenant-id", "warning", "m", find("web/a,b:c.ts", "x"))]
    unresolved = [Unresolved("name x", "why", find("web/a,b:c.ts", "x"))]
    assert text.render(report(project, diagnostics, unresolved), str, color=True, summary=True) == (
        "\x1b[1mweb/a,b:c.ts:1:5\x1b[0m: \x1b[1;33mwarning TEN001\x1b[0m missing-tenant-id: m\n"
        "\x1b[36m  |\x1b[0m\n"
        "\x1b[36m1 |\x1b[0m let x;\n"
        "\x1b[36m  |\x1b[0m     \x1b[1;33m^\x1b[0m\n"
        "\n"
        "\x1b[1mweb/a,b:c.ts:1:5\x1b[0m: \x1b[36munknown\x1b[0m name x: why\n"
        "\n"
        "Found 1 warning in 1 file.\n"
    )


def test_nothing_to_say() -> None:
    empty = Report((), ())
    assert text.render(empty, str, color=False, summary=True) == "No findings.\n"
    assert text.render(empty, str, color=False, summary=False) == ""
    assert concise.render(empty, str) == ""
    assert github.render(empty) == ""


def test_concise() -> None:
    assert concise.render(sample(), str) == CONCISE
    assert concise.render(sample(unread=True), str) == CONCISE + UNREAD


def test_github_escapes_and_gives_columns_only_on_one_line() -> None:
    assert github.render(sample()) == GITHUB
    notice = (
        "::notice title=unknown,file=web/schema.ts,line=2,col=6,endColumn=12::name x: nothing that was read binds it\n"
    )
    assert github.render(sample(unread=True)) == GITHUB + notice


JSON = """\
{
  "version": 1,
  "findings": [
    {
      "code": "TEN001",
      "name": "missing-tenant-id",
      "severity": "error",
      "message": "no tenant",
      "path": "web/schema.ts",
      "line": 1,
      "column": 14,
      "end_line": 3,
      "end_column": 3,
      "fix": null
    }
  ],
  "summary": {
    "errors": 1,
    "warnings": 0,
    "files": 1
  },
  "unresolved": [
    {
      "what": "name x",
      "why": "nothing that was read binds it",
      "path": "web/schema.ts",
      "line": 2,
      "column": 6,
      "end_line": 2,
      "end_column": 12
    }
  ]
}
"""


def test_json() -> None:
    whole = sample(unread=True)
    assert json.render(Report(whole.findings[2:3], whole.unread)) == JSON


def test_json_has_every_finding_in_order_and_no_unresolved_unless_asked() -> None:
    document = json_module.loads(json.render(sample()))
    assert list(document) == ["version", "findings", "summary"]
    assert [finding["code"] for finding in document["findings"]] == ["NAM001", "TEN005", "TEN001", "ERR001", "NAM003"]
    assert document["summary"] == {"errors": 4, "warnings": 1, "files": 4}


@pytest.mark.parametrize(
    ("line", "needle", "shown", "offset", "length"),
    [
        ("a = 1", "a", "a = 1", 0, 1),
        ("\t\tx\ty", "x", "        x    y", 8, 1),
        ("ab\tx", "x", "ab  x", 4, 1),
        ("表 = é", "é", "表 = é", 5, 1),
        ("e\u0301 = x", "x", "e\u0301 = x", 4, 1),
        ("\x1b[31mx\u202e", "x", "\ufffd[31mx\ufffd", 5, 1),
        ("x" * 300 + "y" + "z" * 300, "y", "…" + "x" * 35 + "y" + "z" * 103 + "…", 36, 1),
        ("y" * 300, "y" * 300, "y" * 140 + "…", 0, 141),
        ("y" + "z" * 140, "y", "y" + "z" * 139 + "…", 0, 1),
    ],
)
def test_excerpt_counts_terminal_columns(line: str, needle: str, shown: str, offset: int, length: int) -> None:
    start = len(line[: line.index(needle)].encode())
    project = Project("/nowhere", frozenset(), {"f.ts": line.encode()})
    place = placer(project)(Location("f.ts", start, start + len(needle.encode())))
    assert text.excerpt(place) == (shown, offset, length)


def test_a_place_behind_the_end_of_the_file_is_its_end() -> None:
    place = placer(Project("/nowhere", frozenset(), {"f.ts": b"ab\ncd"}))(Location("f.ts", 99, 120))
    assert (place.start.line, place.start.column, place.end.column, place.text) == (2, 3, 3, "cd")


def fixable(*applicabilities: str) -> Report:
    fixes = [Fix(f"Mend {number}", kind, RemoveText(AT)) for number, kind in enumerate(applicabilities)]
    return Report(tuple(Entry("UNU001", "unused-suppression", "error", "x", PLACE, fix) for fix in (*fixes, None)))


AT = Location("a.py", 0, 1)
PLACE = Place("a.py", Position(1, 1), Position(1, 2), "x")


def test_json_tells_the_fix() -> None:
    fix = '"fix": {\n        "title": "Mend 0",\n        "applicability": "unsafe"\n      }'
    assert json.render(fixable("unsafe")).count(fix) == 1
    assert json.render(fixable("unsafe")).count('"fix": null') == 1


@pytest.mark.parametrize(
    ("applicabilities", "expected"),
    [
        ([], "Found 1 error in 1 file."),
        (["safe"], "Found 2 errors in 1 file. --fix can mend 1."),
        (["safe", "unsafe", "unsafe"], "Found 4 errors in 1 file. --fix can mend 1, --unsafe-fixes 2 more."),
        (["unsafe"], "Found 2 errors in 1 file. --fix --unsafe-fixes can mend 1."),
    ],
)
def test_the_summary_tells_what_can_be_fixed(applicabilities: list[str], expected: str) -> None:
    assert text.summarize(fixable(*applicabilities)) == expected
