"""The page of ``tenantlint graph`` in headless Chromium: what it shows, and what its reader can do with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.oracle.graph.browser import visit
from tests.oracle.graph.schemas import EVIL, EVIL_NAME, SHOP, large

from tenantlint import rules
from tenantlint.cli import main
from tenantlint.rule import page

if TYPE_CHECKING:
    from pathlib import Path

NAMES = ["audit.events", "countries", "profiles", "tenants", "users"]
EDGES = [
    [2, 4, "foreign-key", "url(#zero-or-one)", "url(#one)"],
    [2, 2, "foreign-key", "url(#zero-or-more)", "url(#zero-or-one)"],
    [4, 3, "foreign-key", "url(#zero-or-more)", "url(#one)"],
    [4, 1, "foreign-key", "url(#zero-or-more)", "url(#zero-or-one)"],
    [0, 4, "relation", "url(#zero-or-more)", "url(#unknown)"],
]


def drawn(folder: Path, files: dict[str, str], *options: str) -> Path:
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text)
    assert main(["graph", "--output-format=html", "--output", str(folder / "page.html"), *options, str(folder)]) == 0
    return folder / "page.html"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return drawn(tmp_path_factory.mktemp("page") / "shop", SHOP)


def test_boxes_edges_and_marks_are_those_of_the_schema(shop):
    seen = visit(shop)
    assert (seen["boxes"], seen["edges"]) == (NAMES, EDGES)
    assert seen["fields"][4] == ["id", "tenant_id", "displayName", "email", "country", "balance", "unknown"]
    assert seen["marked"] == [
        ["audit.events", "", "● 1"],
        ["profiles", "", "● 6"],
        ["profiles", "tenant_id", "error"],
        ["profiles", "manager_id", "error"],
        ["tenants", "", "● 2"],
        ["users", "", "● 3"],
        ["users", "displayName", "error"],
        ["users", "email", "warning"],
    ]
    assert (seen["overlaps"], seen["wide"], seen["crowded"]) == ([], [], [])
    assert (seen["problems"], seen["requests"]) == ([], [])


def test_search_and_filters(shop):
    steps = [
        ["search", "countr"], ["search", "TENANT users"], ["search", ""],
        ["pick", "rule", "IDX002"], ["pick", "rule", ""],
        ["pick", "severity", "warning"], ["pick", "severity", "any"], ["pick", "severity", ""],
        ["pick", "schema", "audit"], ["pick", "schema", ""],
        ["pick", "tenancy", "root"], ["pick", "tenancy", "exempt"], ["pick", "tenancy", "tenant"],
        ["search", "zzz"], ["clear"],
    ]  # fmt: skip
    seen = visit(shop, steps)
    wanted = [
        (["countries", "users"], 1), (["users"], 0), (NAMES, 5),
        (["profiles"], 1), (NAMES, 5),
        (["profiles", "users"], 2), (["audit.events", "profiles", "tenants", "users"], 4), (NAMES, 5),
        (["audit.events"], 0), (NAMES, 5),
        (["tenants"], 0), (["countries"], 0), (["profiles", "users"], 2),
        ([], 0), (NAMES, 5),
    ]  # fmt: skip
    assert [(answer["bright"], answer["edges"]) for answer in seen["answers"]] == wanted
    assert [answer["status"] for answer in seen["answers"]] == [f"{len(names)} of 5 tables" for names, _ in wanted]
    assert [len(answer["list"]) for answer in seen["answers"]] == [len(names) for names, _ in wanted]
    assert seen["answers"][-1]["list"] == [
        "audit.events (1)", "countries", "profiles (6)", "tenants (2)", "users (3)",
    ]  # fmt: skip
    assert seen["problems"] == []


def test_a_click_shows_the_table_with_its_findings_and_their_rules(shop):
    seen = visit(shop, [["details"], ["click", 2], ["near"], ["rule"], ["link", "users"], ["near"], ["press", "close"],
                        ["details"]])  # fmt: skip
    before, profiles, near, rule, users, near_users, _, after = seen["answers"]
    assert (before, near, near_users, after) == (None, 2, 4, None)
    lines = profiles.splitlines()
    assert lines[:3] == ["profiles", "schema.ts:25 profiles (drizzle)", "each row has a tenant, no RLS"]
    assert "TEN002 nullable-tenant-id error" in lines
    assert "schema.ts:27:3" in lines
    assert "manager_id\tuuid\tNULL FK" in lines
    assert rule.split() == page(rules.load("RLS001")).split()
    assert users.splitlines()[:3] == ["users", "schema.ts:11 users (drizzle)", "each row has a tenant, RLS"]
    assert "users_tenant_id_idx (tenant_id)" in users.splitlines()
    assert seen["problems"] == []


def test_the_keyboard_does_it_all(shop):
    steps = [["focus", 3], ["key", "Enter"], ["details"], ["key", "Escape"], ["details"], ["key", "/"],
             ["key", "Escape"], ["key", "Tab"], ["focus", 0], ["key", "+"], ["view"], ["key", "0"], ["view"],
             ["key", "ArrowRight"],
             ["view"], ["focus", 0], ["key", "Tab"]]  # fmt: skip
    seen = visit(shop, steps)["answers"]
    assert (seen[1], seen[3], seen[5]) == ("details", "box-3", "search")
    assert (seen[2].splitlines()[0], seen[4]) == ("tenants", None)
    assert seen[7] == "severity"
    zoomed, whole, panned = seen[10], seen[12], seen[14]
    assert zoomed[2] == pytest.approx(whole[2] * 0.8, abs=0.02)
    assert panned == [pytest.approx(whole[0] + whole[2] / 10, abs=0.02), *whole[1:]]
    assert seen[16] == "box-1"


def test_pan_zoom_theme_and_print(shop):
    steps = [["view"], ["drag"], ["press", "fit"], ["wheel"], ["press", "zoom-out"], ["press", "fit"],
             ["scheme", "light"], ["color"], ["scheme", "dark"], ["color"], ["press", "theme"], ["color"], ["print"],
             ["view"]]  # fmt: skip
    seen = visit(shop, steps)
    whole, (dragged, details), fitted, wheeled, out, again = seen["answers"][:6]
    assert details is None
    assert (dragged[0] < whole[0], dragged[1] < whole[1], dragged[2:]) == (True, True, whole[2:])
    assert fitted == again == whole == seen["answers"][13]
    assert wheeled[2] < whole[2]
    assert out[2] == pytest.approx(wheeled[2] * 1.25, rel=0.01)
    light, dark, toggled = (seen["answers"][number] for number in (7, 9, 11))
    assert (light, dark, toggled) == ("rgb(247, 248, 250)", "rgb(20, 23, 27)", "rgb(247, 248, 250)")
    assert seen["answers"][12] == [["canvas", "summary"], "%PDF"]
    assert seen["problems"] == []


def test_text_of_the_project_is_inert(tmp_path):
    seen = visit(drawn(tmp_path / "evil", EVIL, "--preset=all"), [["click", 1], ["search", "onerror"]])
    assert seen["boxes"] == ["%%{init: {}}%%", EVIL_NAME[:37] + "…", "<svg/onload=alert(4)>", "one"]
    assert seen["fields"][1] == ["id", "<!--<script>alert(3)</script>", "PK", '" } x {', "größe 表 \u2028"]
    assert seen["answers"][0].splitlines()[0] == EVIL_NAME
    assert seen["answers"][1]["bright"] == [EVIL_NAME[:37] + "…"]
    assert (seen["problems"], seen["requests"]) == ([], [])
    assert (seen["overlaps"], seen["wide"], seen["crowded"]) == ([], [], [])


def test_three_hundred_tables(tmp_path):
    files = large(300)
    seen = visit(drawn(tmp_path / "large", files))
    assert len(seen["boxes"]) == 300
    assert len(seen["edges"]) == files["schema.ts"].count(".references(")
    assert (seen["overlaps"], seen["wide"], seen["crowded"]) == ([], [], [])
    assert (seen["problems"], seen["requests"]) == ([], [])


def test_no_table_at_all(tmp_path):
    seen = visit(drawn(tmp_path / "empty", {"schema.ts": ""}), [["search", "x"], ["press", "fit"]])
    assert (seen["boxes"], seen["edges"], seen["problems"]) == ([], [], [])


def test_without_scripts_the_diagram_is_there(shop):
    assert visit(shop, script=False)["boxes"] == 5


def test_the_same_bytes_each_time(tmp_path, shop):
    assert drawn(tmp_path / "shop", SHOP).read_bytes() == shop.read_bytes()


def test_nothing_comes_from_elsewhere(shop):
    text = shop.read_text()
    policy = text.partition('http-equiv="Content-Security-Policy" content="')[2].partition('"')[0]
    assert [part.split()[0] for part in policy.split("; ")] == [
        "default-src", "style-src", "script-src", "base-uri", "form-action",
    ]  # fmt: skip
    assert "unsafe" not in policy
    assert [word for word in ("src=", "href=", "@import", "url(h", "style=", "onclick") if word in text] == []
